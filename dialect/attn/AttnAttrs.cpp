// AttnAttrs.cpp - checks of the proof attributes.
#include "dialect/attn/Attn.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc::attn;

/// `full = <...>, exact = true, unknown = [...], reads = [...]`; only `exact` is always there. An optional
/// group of the declarative format could not be told by its comma.
static ParseResult parseProofRest(AsmParser &parser, RangeAttr &full, bool &exact, ArrayAttr &unknown,
                                  ArrayAttr &reads) {
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
  while (succeeded(parser.parseOptionalComma())) {
    bool isReads = succeeded(parser.parseOptionalKeyword("reads"));
    if ((!isReads && parser.parseKeyword("unknown")) || parser.parseEqual() ||
        parser.parseAttribute(isReads ? reads : unknown))
      return failure();
  }
  return success();
}

static void printProofRest(AsmPrinter &printer, RangeAttr full, bool exact, ArrayAttr unknown,
                           ArrayAttr reads) {
  if (full) {
    printer << "full = ";
    printer.printStrippedAttrOrType(full);
    printer << ", ";
  }
  printer << "exact = " << (exact ? "true" : "false");
  if (unknown)
    printer << ", unknown = " << unknown;
  if (reads)
    printer << ", reads = " << reads;
}

#define GET_ATTRDEF_CLASSES
#include "dialect/attn/AttnAttrs.cpp.inc"

void AttnDialect::registerAttrs() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/attn/AttnAttrs.cpp.inc"
      >();
}

SmallVector<TensorReadAttr> MaskProofAttr::tensorReads() const {
  return getReads() ? llvm::to_vector(getReads().getAsRange<TensorReadAttr>())
                    : SmallVector<TensorReadAttr>();
}

bool MaskProofAttr::dependsOnHead() const {
  constexpr unsigned kHead = 3; // among the symbols of a proof
  auto usesHead = [](RangeAttr range) { return range.uses(kHead); };
  return llvm::any_of(getVisit(), usesHead) || (getFull() && usesHead(getFull())) ||
         llvm::any_of(tensorReads(),
                      [](TensorReadAttr read) { return read.getIndices().isFunctionOfSymbol(kHead); });
}

LogicalResult TensorReadAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef,
                                     AffineMap indices) {
  if (indices.getNumDims() != 0 || indices.getNumSymbols() < kProofSymbols) // C1
    return emitError() << "expected a map of no dims and at least " << kProofSymbols << " symbols, got "
                       << AffineMapAttr::get(indices);
  return success();
}

LogicalResult RangeAttr::verify(function_ref<InFlightDiagnostic()> emitError, AffineMap lower,
                                AffineMap upper, AffineMap when) {
  for (AffineMap map : {lower, upper, when ? when : lower}) // C1
    if (map.getNumDims() != 2 || map.getNumSymbols() < kProofSymbols || map.getNumResults() == 0)
      return emitError() << "expected a map of two dims and at least " << kProofSymbols << " symbols, got "
                         << AffineMapAttr::get(map);
  for (AffineMap map : {upper, when ? when : lower})
    if (lower.getNumSymbols() != map.getNumSymbols())
      return emitError() << "expected bounds over the same symbols, got " << lower.getNumSymbols() << " and "
                         << map.getNumSymbols();
  return success();
}
