// TileTypes.cpp - storage types: parsing, printing, checks.
#include "dialect/tile/Tile.h"

#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/DialectImplementation.h"

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

LogicalResult SharedType::verify(function_ref<InFlightDiagnostic()> emitError, DimAttr, DimAttr columns,
                                 Type element) {
  if (!element.isF16() && !element.isBF16()) // C1
    return emitError() << "expected 16-bit elements, got " << element;
  if (columns.getSize() % 16 != 0) // C2
    return emitError() << "expected columns to be a multiple of 16, got " << columns.getSize();
  return success();
}

LogicalResult RingType::verify(function_ref<InFlightDiagnostic()> emitError, DimAttr stages, DimAttr rows,
                               DimAttr columns, Type element) {
  if (stages.getSize() > 4) // C1
    return emitError() << "expected 1 to 4 stages, got " << stages.getSize();
  return SharedType::verify(emitError, rows, columns, element); // C2
}

LogicalResult FragmentType::verify(function_ref<InFlightDiagnostic()> emitError, DimAttr rows,
                                   DimAttr columns, int64_t warps) {
  if (warps < 1 || rows.getSize() % (16 * warps) != 0) // C1
    return emitError() << "expected rows to be a multiple of 16 for each of " << warps << " warps, got "
                       << rows.getSize();
  if (columns.getSize() % 8 != 0) // C2
    return emitError() << "expected columns to be a multiple of 8, got " << columns.getSize();
  return success();
}

LogicalResult WeightsType::verify(function_ref<InFlightDiagnostic()> emitError, DimAttr, DimAttr,
                                  Type element, int64_t) {
  if (!element.isF16() && !element.isBF16()) // C1
    return emitError() << "expected f16 or bf16 weights, got " << element;
  return success();
}
