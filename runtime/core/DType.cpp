// DType.cpp - names and sizes of element types.
//
// Must not know what a kernel does with a type.
#include "attnc/DType.h"

#include <array>

namespace attnc {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  int size;
};

constexpr std::array<Row, 11> kRows{{
    {DType::F16, "f16", 2},
    {DType::BF16, "bf16", 2},
    {DType::F32, "f32", 4},
    {DType::F64, "f64", 8},
    {DType::I8, "i8", 1},
    {DType::U8, "u8", 1},
    {DType::I32, "i32", 4},
    {DType::I64, "i64", 8},
    {DType::Bool, "bool", 1},
    {DType::E4M3, "e4m3", 1},
    {DType::E5M2, "e5m2", 1},
}};

constexpr bool rowsFollowTheEnum() {
  for (size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<size_t>(kRows[i].dtype) != i)
      return false;
  return true;
}
static_assert(rowsFollowTheEnum());

} // namespace

std::string_view dtypeName(DType dtype) { return kRows[static_cast<size_t>(dtype)].name; }

std::optional<DType> parseDType(std::string_view name) {
  for (const Row &row : kRows)
    if (row.name == name)
      return row.dtype;
  return std::nullopt;
}

int dtypeSize(DType dtype) { return kRows[static_cast<size_t>(dtype)].size; }

} // namespace attnc
