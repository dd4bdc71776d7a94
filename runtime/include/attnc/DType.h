// DType.h - element types of tensors, as specs name them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace attnc {

/// Element types a tensor argument can have. Names in specs are the lower-case spelling.
enum class DType : uint8_t { F16, BF16, F32, F64, I8, U8, I32, I64, Bool };

/// "f16", "bf16", "f32", "f64", "i8", "u8", "i32", "i64", "bool".
std::string_view dtypeName(DType dtype);
std::optional<DType> parseDType(std::string_view name);
/// Bytes per element.
int dtypeSize(DType dtype);

} // namespace attnc
