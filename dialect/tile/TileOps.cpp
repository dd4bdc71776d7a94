// TileOps.cpp - verifiers of memory and compute ops.
#include "dialect/FloatList.h"
#include "dialect/tile/Layout.h"
#include "dialect/tile/Tile.h"

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace attnc::tile;

#define GET_OP_CLASSES
#include "dialect/tile/TileOps.cpp.inc"

/// Of a tile that holds these rows: whole mma steps.
static int64_t tileColumns(GlobalRowsType rows) {
  return int64_t(llvm::alignTo(rows.getColumns().getSize(), 16));
}

LogicalResult AllocOp::verify() {
  std::optional<int64_t> warps;
  llvm::TypeSwitch<Type>(getStorage().getType()).Case<FragmentType, RowVectorType>([&](auto type) {
    warps = type.getWarps();
  });
  if (!warps)
    return success();
  auto kernel = (*this)->getParentOfType<KernelOp>();
  if (kernel && *warps != kernel.getSchedule().getWarps()) // C1
    return emitOpError("expected storage of the kernel's ")
           << kernel.getSchedule().getWarps() << " warps, got " << getStorage().getType();
  if (getOffset()) // C2
    return emitOpError("expected an offset for shared memory only, got one for ") << getStorage().getType();
  return success();
}

LogicalResult CurrentOp::verify() {
  int64_t stages = getRing().getType().getStages().getSize();
  int64_t ahead = getAhead();
  if (ahead < 0 || ahead >= stages) // C1
    return emitOpError("expected a slot less than ") << stages << " ahead, got " << ahead;
  if (getSlot().getType() != getRing().getType().slot()) // C2
    return emitOpError("expected a slot of ")
           << getRing().getType().slot() << ", got " << getSlot().getType();
  return success();
}

LogicalResult LoadOp::verify() {
  if (!getPointer().getType().getElementType().isInteger(32)) // C1
    return emitOpError("expected a pointer to i32, got ") << getPointer().getType();
  return success();
}

LogicalResult ViewRowsOp::verify() {
  PointerType pointer = getPointer().getType();
  GlobalRowsType rows = getRows().getType();
  if (pointer.getElementType() != rows.getElementType()) // C1
    return emitOpError("expected pointer and rows of one element type, got ") << pointer << " and " << rows;
  if (rows.getWritable() && !pointer.getWritable()) // C2
    return emitOpError("expected a writable pointer for writable rows, got ") << pointer;
  if (bool(getColumnStride()) != rows.getStrided()) // C3
    return emitOpError("expected a column stride for strided rows and for no others, got ")
           << (getColumnStride() ? "one" : "none") << " for " << rows;
  if (bool(getBlockStride()) != bool(rows.block())) // C4
    return emitOpError("expected a block stride for rows in blocks and for no others, got ")
           << (getBlockStride() ? "one" : "none") << " for " << rows;
  if (bool(getTable()) != bool(rows.getPage()) || bool(getTable()) != bool(getFirstPage()) ||
      (getTable() && !getTable().getType().getElementType().isInteger(32))) // C5
    return emitOpError("expected a table of i32 and its first entry for paged rows and for no others, got ")
           << (getTable() ? "a table" : "none") << " for " << rows;
  if (bool(getPageCount()) != (rows.getPage() && rows.getWritable())) // C6
    return emitOpError("expected a page count for writable paged rows and for no others, got ")
           << (getPageCount() ? "one" : "none") << " for " << rows;
  if (bool(getOldest()) != (rows.getRing() && rows.getWritable()) ||
      bool(getSlots()) != bool(getOldest())) // C7
    return emitOpError("expected an oldest row and slots for writable cyclic rows and for no others, got ")
           << (getOldest() ? "them" : "none") << " for " << rows;
  if (bool(getBeams()) != rows.getBeams() ||
      (getBeams() && !getBeams().getType().getElementType().isInteger(32))) // C8
    return emitOpError("expected a table of i32 for rows of beams and for no others, got ")
           << (getBeams() ? "one" : "none") << " for " << rows;
  return success();
}

LogicalResult ReuseOp::verify() {
  SharedType tile = getTile().getType(), result = getResult().getType();
  if (result.bytes() > tile.bytes()) // C1
    return emitOpError("expected a tile of at most ") << tile.bytes() << " bytes, got " << result.bytes();
  return success();
}

LogicalResult CopyAsyncOp::verify() {
  GlobalRowsType src = getSrc().getType();
  SharedType dst = getDst().getType();
  if (tileColumns(src) != dst.columns() || src.getElementType() != dst.getElementType()) // C1
    return emitOpError("expected source and destination rows to agree, got ") << src << " and " << dst;
  if (src.getWritable()) // C3
    return emitOpError("expected rows to read only, got ") << src;
  GlobalRowsType joined = getJoined() ? getJoined().getType() : GlobalRowsType();
  if (bool(joined) != bool(getJoinedFrom()) ||
      (joined && (joined.block() || joined.getWritable() || joined.getColumns() != src.getColumns() ||
                  joined.getElementType() != src.getElementType()))) // C4
    return emitOpError("expected joined rows in no blocks, with the columns and element type of ")
           << src << ", and where they begin, got " << joined;
  if (getWhere().empty())
    return success();
  Operation *yield = getWhere().front().empty() ? nullptr : &getWhere().front().back();
  Builder builder(getContext());
  if (TypeRange(getWhere().getArgumentTypes()) != TypeRange(builder.getIndexType()) || // C2
      !isa_and_nonnull<YieldOp>(yield) ||
      TypeRange(yield->getOperandTypes()) != TypeRange(builder.getI1Type()))
    return emitOpError("expected where to map an index to i1");
  return success();
}

LogicalResult AddRowOp::verify() {
  GlobalRowsType src = getSrc().getType();
  SharedType dst = getDst().getType();
  if (tileColumns(src) != dst.columns() || src.getElementType() != dst.getElementType()) // C1
    return emitOpError("expected source and destination rows to agree, got ") << src << " and " << dst;
  if (src.getStrided()) // C2
    return emitOpError("expected contiguous rows, got ") << src;
  return success();
}

LogicalResult StoreSharedOp::verify() {
  FragmentType src = getSrc().getType();
  SharedType dst = getDst().getType();
  if (src.rows() != dst.rows() || src.columns() != dst.columns()) // C1
    return emitOpError("expected sizes to agree, got ") << src << " and " << dst;
  return success();
}

LogicalResult StoreRowsOp::verify() {
  SharedType src = getSrc().getType();
  GlobalRowsType dst = getDst().getType();
  if (src.columns() != tileColumns(dst) || src.getElementType() != dst.getElementType()) // C1
    return emitOpError("expected source and destination rows to agree, got ") << src << " and " << dst;
  if (!dst.getWritable()) // C2
    return emitOpError("expected writable rows, got ") << dst;
  return success();
}

LogicalResult StoreRowValuesOp::verify() {
  PointerType pointer = getPointer().getType();
  if (!pointer.getElementType().isF32() || !pointer.getWritable()) // C1
    return emitOpError("expected a writable pointer to f32, got ") << pointer;
  return success();
}

LogicalResult StoreFragmentOp::verify() {
  GlobalRowsType dst = getDst().getType();
  if (!dst.getElementType().isF32() || !dst.getWritable() ||
      tileColumns(dst) != getSrc().getType().columns()) // C1
    return emitOpError("expected writable f32 rows of the fragment's columns, got ")
           << dst << " for " << getSrc().getType();
  return success();
}

/// Whether `kind` multiplies operands of this type.
static bool takes(MmaKind kind, Type operand) {
  switch (kind) {
  case MmaKind::Sync:
    return operand.isF16() || operand.isBF16();
  case MmaKind::SyncF16Sums:
    return operand.isF16();
  case MmaKind::SyncTf32:
    return operand.isF32();
  case MmaKind::Plain:
    return true;
  }
  return false;
}

LogicalResult MmaAbtOp::verify() {
  FragmentType dst = getDst().getType();
  SharedType a = getA().getType(), b = getB().getType();
  if (a.rows() != dst.rows() || b.rows() != dst.columns() || a.columns() != b.columns()) // C1
    return emitOpError("expected (m x k) and (n x k) for m x n, got ") << a << " and " << b << " for " << dst;
  if (a.getElementType() != b.getElementType() && !isQuantised(b.getElementType())) // C2
    return emitOpError("expected one element type, or a quantised b, got ") << a << " and " << b;
  if (!takes(getKind(), a.getElementType())) // C3
    return emitOpError("expected operands that ") << stringifyMmaKind(getKind()) << " multiplies, got " << a;
  return success();
}

LogicalResult MmaAbOp::verify() {
  FragmentType dst = getDst().getType();
  SharedType b = getB().getType();
  auto weights = dyn_cast<WeightsType>(getA().getType());
  if (bool(weights) == (getKind() == MmaKind::Plain)) // C2
    return emitOpError("expected ") << (weights ? "a fragment" : "weights") << " for "
                                    << stringifyMmaKind(getKind()) << ", got " << getA().getType();
  auto verifyOperand = [&](auto a) -> LogicalResult {
    if (a.rows() != dst.rows() || b.columns() != dst.columns() || a.columns() != b.rows()) // C1
      return emitOpError("expected (m x k) and (k x n) for m x n, got ")
             << a << " and " << b << " for " << dst;
    if (a.getWarps() != dst.getWarps()) // C3
      return emitOpError("expected one number of warps, got ") << a << " for " << dst;
    return success();
  };
  if (failed(weights ? verifyOperand(weights) : verifyOperand(cast<FragmentType>(getA().getType()))))
    return failure();
  const bool quantised = isQuantised(b.getElementType());
  if (weights && weights.getElementType() != b.getElementType() && !quantised) // C2
    return emitOpError("expected one element type, or a quantised b, got ") << weights << " and " << b;
  Type operand = weights && quantised ? weights.getElementType() : b.getElementType();
  if (getKind() == MmaKind::SyncF16Sums || !takes(getKind(), operand)) // C4
    return emitOpError("expected operands that ") << stringifyMmaKind(getKind()) << " multiplies, got " << b;
  return success();
}

static LogicalResult verifyMapRegion(Operation *op, Region &body, unsigned indices) {
  Builder builder(op->getContext());
  SmallVector<Type> expected{builder.getF32Type()};
  expected.append(indices, builder.getIndexType());
  if (TypeRange(body.getArgumentTypes()) != TypeRange(expected)) // C1
    return op->emitOpError("expected a region over (")
           << expected << "), got (" << body.getArgumentTypes() << ")";
  Operation *yield = body.front().getTerminator();
  if (yield->getNumOperands() != 1 || !yield->getOperand(0).getType().isF32())
    return op->emitOpError("expected the region to yield f32, got (") << yield->getOperandTypes() << ")";
  return success();
}

LogicalResult MapOp::verify() { return verifyMapRegion(*this, getBody(), 2); }
LogicalResult MapRowsOp::verify() { return verifyMapRegion(*this, getBody(), 1); }

/// C1 of the softmax ops: all storage is dealt to warps by the same rows.
template <class... Types>
static LogicalResult verifySameRows(Operation *op, FragmentType first, Types... others) {
  for (auto [rows, warps, type] :
       {std::tuple(others.getRows().getSize(), others.getWarps(), Type(others))...})
    if (rows != first.rows() || warps != first.getWarps())
      return op->emitOpError("expected one number of rows and warps, got ") << first << " and " << type;
  return success();
}

LogicalResult OnlineSoftmaxOp::verify() {
  return verifySameRows(*this, getScores().getType(), getRowMax().getType(), getRowSum().getType(),
                        getAcc().getType());
}

LogicalResult InterleaveColumnsOp::verify() {
  SharedType tile = getTile().getType();
  if (tile.getElementType().getIntOrFloatBitWidth() != 16) // C1
    return emitOpError("expected elements of 16 bits, got ") << tile;
  return success();
}

LogicalResult FinishOp::verify() {
  if (getSink() && getRowSinks()) // C2
    return emitOpError("expected one sink for all rows or one a row, got both");
  return verifySameRows(*this, getAcc().getType(), getRowMax().getType(), getRowSum().getType(),
                        getLse().getType());
}

LogicalResult ConvertOp::verify() {
  FragmentType src = getSrc().getType();
  WeightsType dst = getResult().getType();
  if (src.rows() != dst.rows() || src.columns() != dst.columns() || src.getWarps() != dst.getWarps()) // C1
    return emitOpError("expected sizes and warps to agree, got ") << src << " and " << dst;
  return success();
}
