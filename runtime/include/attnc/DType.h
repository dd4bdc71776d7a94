// DType.h - element types of tensors, as specs name them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace attnc {

/// Element types a tensor argument can have. Names in specs are the lower-case spelling. E4M3 (without
/// infinities, as OCP and DLPack e4m3fn) and E5M2 are floats of 8 bits.
enum class DType : uint8_t { F16, BF16, F32, F64, I8, U8, I32, I64, Bool, E4M3, E5M2 };

/// "f16", "bf16", "f32", "f64", "i8", "u8", "i32", "i64", "bool", "e4m3", "e5m2".
std::string_view dtypeName(DType dtype);
std::optional<DType> parseDType(std::string_view name);
/// Bytes per element.
int dtypeSize(DType dtype);

} // namespace attnc
