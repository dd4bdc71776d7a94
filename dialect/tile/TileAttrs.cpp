// TileAttrs.cpp - named sizes and schedules: parsing, printing, checks.
#include "dialect/tile/Layout.h"
#include "dialect/tile/Tile.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc::tile;

static ParseResult parseDim(AsmParser &parser, std::string &name, int64_t &size) {
  return failure(parser.parseKeywordOrString(&name) || parser.parseEqual() || parser.parseInteger(size));
}

static void printDim(AsmPrinter &printer, StringRef name, int64_t size) {
  printer.printKeywordOrString(name);
  printer << " = " << size;
}

#define GET_ATTRDEF_CLASSES
#include "dialect/tile/TileAttrs.cpp.inc"

void TileDialect::registerAttrs() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/tile/TileAttrs.cpp.inc"
      >();
}

LogicalResult DimAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef name, int64_t size) {
  if (size <= 0) // C1
    return emitError() << "expected a positive size for " << name << ", got " << size;
  return success();
}

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t tileQ,
                                   int64_t tileKv, int64_t stages, int64_t warps, MmaKind, bool) {
  if (warps < 1 || warps > 8) // C4
    return emitError() << "expected 1 to 8 warps, got " << warps;
  if (log2Exact(warps) < 0)
    return emitError() << "expected a power of two of warps, got " << warps;
  if (tileQ < 1 || tileQ % (16 * warps) != 0 || tileQ > 256) // C1
    return emitError() << "expected tile_q to be a multiple of " << 16 * warps << " (16 rows for each of "
                       << warps << " warps) up to 256, got " << tileQ;
  if (tileKv < 16 || tileKv % 16 != 0 || tileKv > 256) // C2
    return emitError() << "expected tile_kv to be a multiple of 16 up to 256, got " << tileKv;
  if (stages < 1 || stages > 4) // C3
    return emitError() << "expected 1 to 4 stages, got " << stages;
  return success();
}

LogicalResult TensorAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef name, Type element,
                                 ArrayAttr shape, bool output, bool, int64_t alignment, bool, bool inPlace) {
  if (!element.isF32() && !element.isF16() && !element.isBF16() && !element.isInteger(32) &&
      !element.isInteger(1) && !isQuantised(element)) // C1
    return emitError() << "expected an element type of f32, f16, bf16, i32 or i1 for " << name << ", got "
                       << element;
  for (Attribute axis : shape) // C2
    if (!isa<StringAttr>(axis))
      return emitError() << "expected the axes of " << name << " to be strings, got " << axis;
  if (log2Exact(alignment) < 0) // C3
    return emitError() << "expected a power of two for the alignment of " << name << ", got " << alignment;
  if (inPlace && !output) // C4
    return emitError() << "expected a tensor that is updated in place to be an output, got an input '" << name
                       << "'";
  return success();
}

LogicalResult ScalarAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef name, Type type,
                                 FloatAttr) {
  if (!type.isInteger(32) && !type.isF32()) // C1
    return emitError() << "expected i32 or f32 for " << name << ", got " << type;
  return success();
}
