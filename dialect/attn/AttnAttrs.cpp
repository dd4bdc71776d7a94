// AttnAttrs.cpp - checks of the proof attributes.
#include "dialect/attn/Attn.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc::attn;

/// `full = <...>, exact = true`, or without the first: an optional group could not be told by its comma.
static ParseResult parseFullAndExact(AsmParser &parser, RangeAttr &full, bool &exact) {
  if (succeeded(parser.parseOptionalKeyword("full"))) {
    FailureOr<RangeAttr> range = failure();
    if (parser.parseEqual() || failed(range = FieldParser<RangeAttr>::parse(parser)) || parser.parseComma())
      return failure();
    full = *range;
  }
  FailureOr<bool> flag = failure();
  if (parser.parseKeyword("exact") || parser.parseEqual() || failed(flag = FieldParser<bool>::parse(parser)))
    return failure();
  exact = *flag;
  return success();
}

static void printFullAndExact(AsmPrinter &printer, RangeAttr full, bool exact) {
  if (full) {
    printer << "full = ";
    printer.printStrippedAttrOrType(full);
    printer << ", ";
  }
  printer << "exact = " << (exact ? "true" : "false");
}

#define GET_ATTRDEF_CLASSES
#include "dialect/attn/AttnAttrs.cpp.inc"

void AttnDialect::registerAttrs() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/attn/AttnAttrs.cpp.inc"
      >();
}

LogicalResult RangeAttr::verify(function_ref<InFlightDiagnostic()> emitError, AffineMap lower,
                                AffineMap upper) {
  for (AffineMap map : {lower, upper}) // C1
    if (map.getNumDims() != 2 || map.getNumSymbols() < kProofSymbols || map.getNumResults() == 0)
      return emitError() << "expected a map of two dims and at least " << kProofSymbols << " symbols, got "
                         << AffineMapAttr::get(map);
  if (lower.getNumSymbols() != upper.getNumSymbols())
    return emitError() << "expected bounds over the same symbols, got " << lower.getNumSymbols() << " and "
                       << upper.getNumSymbols();
  return success();
}
