// TileCheckOps.cpp - what ops that check lengths and tables ask of their operands.
#include "dialect/tile/Tile.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::tile;

/// Null pointers are those that are not given.
static LogicalResult expectPointers(Operation *op, std::initializer_list<Value> read,
                                    std::initializer_list<Value> written) {
  auto fits = [](Value pointer, bool writable) {
    auto type = pointer ? cast<PointerType>(pointer.getType()) : PointerType();
    return !type || (type.getElementType().isInteger(32) && (!writable || type.getWritable()));
  };
  for (Value pointer : read)
    if (!fits(pointer, false))
      return op->emitOpError("expected pointers to i32, got ") << pointer.getType();
  for (Value pointer : written)
    if (!fits(pointer, true))
      return op->emitOpError("expected writable pointers to i32 for what is written, got ")
             << pointer.getType();
  return success();
}

static LogicalResult expectKeepInRing(Operation *op, bool ring, bool keep) {
  if (keep && !ring)
    return op->emitOpError("expected tokens that are kept beside a ring only, got them without");
  return success();
}

LogicalResult CheckPagesOp::verify() {
  if (failed(expectPointers(*this, {getTable()}, {getReadable(), getCleaned()}))) // C1
    return failure();
  const bool paged = bool(getTable());
  if (paged != bool(getFirst()) || paged != bool(getPageCount()) || paged != bool(getCleaned()) ||
      paged != bool(getPage())) // C2
    return emitOpError("expected a table with its first entry, page size, page count and cleaned entries, or "
                       "none of them");
  return expectKeepInRing(*this, bool(getRing()), bool(getKeep())); // C3
}

LogicalResult CheckAppendOp::verify() {
  if (failed(expectPointers(*this, {getTable()}, {}))) // C1
    return failure();
  const bool paged = bool(getTable());
  if (paged != bool(getFirst()) || paged != bool(getPageCount()) || paged != bool(getPage())) // C1
    return emitOpError("expected a table with its first entry, page size and page count, or none of them");
  if (bool(getOldest()) != bool(getRing())) // C2
    return emitOpError("expected a ring with its oldest token, or neither");
  return expectKeepInRing(*this, bool(getRing()), bool(getKeep())); // C2
}

LogicalResult CheckBeamsOp::verify() {
  if (failed(expectPointers(*this, {getTable(), getBeams()}, {getCleaned()}))) // C1
    return failure();
  const bool paged = bool(getTable());
  if (paged != bool(getFirst()) || paged != bool(getPageCount()) || paged != bool(getStride()) ||
      paged != bool(getPage())) // C2
    return emitOpError("expected a table with its first entry, stride, page size and page count, or none of "
                       "them");
  return expectKeepInRing(*this, bool(getRing()), bool(getKeep())); // C3
}

LogicalResult StoreReportOp::verify() {
  if (getReports().empty()) // C2
    return emitOpError("expected a report at least, got none");
  return expectPointers(*this, {}, {getDst()}); // C1
}
