// FloatList.h - a list of f32 in IR text, with as many digits as read back as the same numbers.
//
// For the assembly formats of both dialects: MLIR's own print of an array of floats has seven.
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OpImplementation.h"

#include <charconv>

namespace attnc {

inline mlir::ParseResult parseFloatList(mlir::OpAsmParser &parser, mlir::DenseF32ArrayAttr &list) {
  llvm::SmallVector<float> values;
  auto element = [&]() -> mlir::ParseResult {
    double value;
    if (parser.parseFloat(value))
      return mlir::failure();
    values.push_back(float(value));
    return mlir::success();
  };
  if (parser.parseCommaSeparatedList(mlir::AsmParser::Delimiter::Square, element))
    return mlir::failure();
  list = parser.getBuilder().getDenseF32ArrayAttr(values);
  return mlir::success();
}

inline void printFloatList(mlir::OpAsmPrinter &printer, mlir::Operation *, mlir::DenseF32ArrayAttr list) {
  printer << '[';
  llvm::interleaveComma(list.asArrayRef(), printer, [&](float value) {
    char digits[32];
    std::string_view text(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    // The grammar of MLIR wants a point: 1e-05 is 1.0e-05, 1 is 1.0.
    const size_t exponent = std::min(text.find('e'), text.size());
    printer << text.substr(0, exponent) << (text.substr(0, exponent).find('.') == text.npos ? ".0" : "")
            << text.substr(exponent);
  });
  printer << ']';
}

} // namespace attnc
