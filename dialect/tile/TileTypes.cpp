// TileTypes.cpp - storage types: parsing, printing, checks.
#include "dialect/tile/Tile.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc::tile;

/// `kTileQ=128`.
static ParseResult parseDimAttr(AsmParser &parser, DimAttr &dim) {
  std::string name;
  int64_t size;
  if (parser.parseKeywordOrString(&name) || parser.parseEqual() || parser.parseInteger(size))
    return failure();
  dim = DimAttr::getChecked([&] { return parser.emitError(parser.getCurrentLocation()); },
                            parser.getContext(), StringRef(name), size);
  return success(bool(dim));
}

static void printDimAttr(AsmPrinter &printer, DimAttr dim) {
  printer.printKeywordOrString(dim.getName());
  printer << '=' << dim.getSize();
}

#define GET_TYPEDEF_CLASSES
#include "dialect/tile/TileTypes.cpp.inc"

void TileDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialect/tile/TileTypes.cpp.inc"
      >();
}

using EmitError = function_ref<InFlightDiagnostic()>;

/// Element types of tensors in global memory.
static LogicalResult verifyElement(EmitError emitError, Type element) {
  if (element.isF32() || element.isF16() || element.isBF16() || element.isInteger(32) || element.isInteger(1))
    return success();
  return emitError() << "expected an element type of f32, f16, bf16, i32 or i1, got " << element;
}

/// Element types of tokens and caches.
static LogicalResult verifyStored(EmitError emitError, Type element) {
  if (element.isF16() || element.isBF16() || element.isF32() || attnc::isQuantised(element))
    return success();
  return emitError() << "expected elements of f16, bf16, f32, f8E4M3FN, f8E5M2 or i8, got " << element;
}

/// Element types of weights.
static LogicalResult verifyFloat(EmitError emitError, Type element) {
  if (element.isF16() || element.isBF16() || element.isF32())
    return success();
  return emitError() << "expected elements of f16, bf16 or f32, got " << element;
}

static LogicalResult verifyRows(EmitError emitError, DimAttr rows, int64_t warps) {
  if (warps >= 1 && rows.getSize() % (16 * warps) == 0)
    return success();
  return emitError() << "expected rows to be a multiple of 16 for each of " << warps << " warps, got "
                     << rows.getSize();
}

LogicalResult PointerType::verify(EmitError emitError, Type element, bool) {
  return isQuantised(element) ? success() : verifyElement(emitError, element); // C1
}

LogicalResult GlobalRowsType::verify(EmitError emitError, DimAttr, Type element, bool writable,
                                     int64_t alignment, bool strided, DimAttr page, DimAttr group,
                                     DimAttr ring, DimAttr keep, bool beams) {
  if (failed(verifyStored(emitError, element))) // C1
    return failure();
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  if (alignment < bytes || alignment > 16 || !llvm::isPowerOf2_64(alignment)) // C2
    return emitError() << "expected an alignment of a power of two from " << bytes << " to 16, got "
                       << alignment;
  if (strided && alignment != bytes) // C3
    return emitError() << "expected strided rows to be aligned to their elements of " << bytes
                       << " bytes, got " << alignment;
  if (page && group) // C4
    return emitError() << "expected rows that are paged or grouped, got both";
  if ((keep && !ring) || (group && (ring || beams))) // C5
    return emitError()
           << "expected tokens to be kept beside a ring, and neither ring nor beams of grouped rows";
  if (writable && beams) // C6
    return emitError() << "expected rows of beams to be read only, got writable ones";
  return success();
}

LogicalResult SharedType::verify(EmitError emitError, DimAttr rows, DimAttr columns, Type element) {
  if (failed(verifyStored(emitError, element))) // C1
    return failure();
  if (columns.getSize() % 16 != 0) // C2
    return emitError() << "expected columns to be a multiple of 16, got " << columns.getSize();
  if (rows.getSize() % 8 != 0) // C3
    return emitError() << "expected rows to be a multiple of 8, got " << rows.getSize();
  return success();
}

LogicalResult RingType::verify(EmitError emitError, DimAttr stages, DimAttr rows, DimAttr columns,
                               Type element) {
  if (stages.getSize() > 4) // C1
    return emitError() << "expected 1 to 4 stages, got " << stages.getSize();
  return SharedType::verify(emitError, rows, columns, element); // C2
}

LogicalResult FragmentType::verify(EmitError emitError, DimAttr rows, DimAttr columns, int64_t warps) {
  if (failed(verifyRows(emitError, rows, warps))) // C1
    return failure();
  if (columns.getSize() % 16 != 0) // C2
    return emitError() << "expected columns to be a multiple of 16, got " << columns.getSize();
  return success();
}

LogicalResult WeightsType::verify(EmitError emitError, DimAttr rows, DimAttr columns, Type element,
                                  int64_t warps) {
  if (failed(verifyFloat(emitError, element))) // C1
    return failure();
  return FragmentType::verify(emitError, rows, columns, warps); // C2
}

LogicalResult RowVectorType::verify(EmitError emitError, DimAttr rows, int64_t warps) {
  return verifyRows(emitError, rows, warps); // C1
}

LogicalResult SideType::verify(EmitError emitError, Type element, int64_t rank) {
  if (failed(verifyElement(emitError, element))) // C1
    return failure();
  if (rank < 1 || rank > 4) // C2
    return emitError() << "expected 1 to 4 axes, got " << rank;
  return success();
}
