// ElementTypes.h - what both dialects know of the types of elements.
#pragma once

#include "attnc/DType.h"

#include "mlir/IR/BuiltinTypes.h"

namespace attnc {

/// Whether elements are of 8 bits, or of 4, and stand for numbers that a scale makes of them.
inline bool isQuantised(mlir::Type element) {
  return mlir::isa<mlir::Float8E4M3FNType, mlir::Float8E5M2Type>(element) || element.isInteger(8) ||
         element.isInteger(4);
}

/// The DType of elements and scalars; of 4 bits, of the bytes that hold two.
inline DType dtypeOf(mlir::Type type) {
  if (type.isF16())
    return DType::F16;
  if (type.isBF16())
    return DType::BF16;
  if (type.isInteger(32))
    return DType::I32;
  if (type.isInteger(1))
    return DType::Bool;
  if (type.isInteger(8) || type.isInteger(4))
    return DType::I8;
  if (mlir::isa<mlir::Float8E4M3FNType>(type))
    return DType::E4M3;
  if (mlir::isa<mlir::Float8E5M2Type>(type))
    return DType::E5M2;
  return DType::F32;
}

} // namespace attnc
