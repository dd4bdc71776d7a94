// Ast.cpp - look-ups over a parsed module.
#include "runtime/sim/ptx/Ast.h"

#include <utility>

namespace attnc::sim {

int typeBits(std::string_view type) {
  static constexpr std::pair<std::string_view, int> table[] = {
      {"pred", 1},    {"b8", 8},    {"u8", 8},   {"s8", 8},   {"b16", 16}, {"u16", 16},  {"s16", 16},
      {"f16", 16},    {"bf16", 16}, {"b32", 32}, {"u32", 32}, {"s32", 32}, {"f32", 32},  {"f16x2", 32},
      {"bf16x2", 32}, {"b64", 64},  {"u64", 64}, {"s64", 64}, {"f64", 64}, {"b128", 128}};
  for (const auto &[name, bits] : table)
    if (name == type)
      return bits;
  return 0;
}

std::string Instr::text() const {
  std::string result(opcode);
  for (std::string_view mod : mods)
    result.append(".").append(mod);
  return result;
}

/// The entry of `name` in the innermost scope that encloses `scope` and has one.
template <class Entry>
static const Entry *lookup(const std::unordered_map<std::string_view, std::unordered_map<int, Entry>> &names,
                           std::string_view name, const std::vector<int> &parents, int scope) {
  auto found = names.find(name);
  if (found == names.end())
    return nullptr;
  for (; scope >= 0; scope = parents[static_cast<size_t>(scope)])
    if (auto entry = found->second.find(scope); entry != found->second.end())
      return &entry->second;
  return nullptr;
}

int64_t Function::findLabel(std::string_view label, int scope) const {
  const size_t *at = lookup(labels, label, scopeParent, scope);
  return at ? static_cast<int64_t>(*at) : -1;
}

const Function::TargetTable *Function::findTable(std::string_view table, int scope) const {
  return lookup(targetTables, table, scopeParent, scope);
}

} // namespace attnc::sim
