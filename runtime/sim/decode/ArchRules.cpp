// ArchRules.cpp - the architecture that introduced an instruction or one of its modifiers.
//
// ptxas refuses an instruction that the module's .target does not have; so does the decoder. From the "Target
// ISA Notes" of the PTX ISA, down to sm_75, the oldest that attnc knows.
#include "runtime/sim/decode/Rules.h"

#include <algorithm>

namespace attnc::sim {
namespace {

/// `opcode` "" is any, a `mod` "" too; a `mod` that ends in * is a prefix.
struct Rule {
  std::string_view opcode, mod;
  int arch;
};
constexpr Rule rules[] = {
    {"cp", "", 80},
    {"redux", "", 80},
    {"createpolicy", "", 80},
    {"elect", "", 90},
    {"stmatrix", "", 90},
    {"griddepcontrol", "", 90},
    // 16-bit floats
    {"add", "bf16*", 90},
    {"sub", "bf16*", 90},
    {"mul", "bf16*", 90},
    {"fma", "bf16*", 80},
    {"fma", "relu", 80},
    {"neg", "bf16*", 80},
    {"abs", "bf16*", 80},
    {"min", "f16*", 80},
    {"max", "f16*", 80},
    {"min", "bf16*", 80},
    {"max", "bf16*", 80},
    {"min", "NaN", 80},
    {"max", "NaN", 80},
    {"min", "xorsign", 86},
    {"max", "xorsign", 86},
    {"ex2", "bf16*", 90},
    {"tanh", "bf16*", 90},
    {"set", "bf16*", 90},
    {"setp", "bf16*", 90},
    // packed integers and pairs of floats
    {"add", "u16x2", 90},
    {"add", "s16x2", 90},
    {"min", "u16x2", 90},
    {"min", "s16x2", 90},
    {"max", "u16x2", 90},
    {"max", "s16x2", 90},
    {"min", "relu", 90},
    {"max", "relu", 90},
    {"", "f32x2", 100},
    // conversions
    {"cvt", "relu", 80},
    {"cvt", "satfinite", 80},
    {"cvt", "bf16*", 80},
    {"cvt", "f16x2", 80},
    {"cvt", "tf32", 80},
    {"cvt", "e4m3x2", 89},
    {"cvt", "e5m2x2", 89},
    // memory
    {"", "L2::cache_hint", 80},
    {"", "L2::256B", 80},
    {"ld", "v8", 100},
    {"st", "v8", 100},
    {"atom", "bf16*", 90},
    {"red", "bf16*", 90},
    {"atom", "v2", 90},
    {"red", "v2", 90},
    {"atom", "v4", 90},
    {"red", "v4", 90},
    {"atom", "v8", 90},
    {"red", "v8", 90},
    // tensor cores: m16n8k8 of f16 and m8n8k16 of bytes are the oldest
    {"mma", "m16n8k16", 80},
    {"mma", "m16n8k32", 80},
    {"mma", "m16n8k4", 80},
    {"mma", "bf16", 80},
    {"mma", "tf32", 80},
    {"mma", "e4m3", 89},
    {"mma", "e5m2", 89},
};

bool matches(std::string_view rule, std::string_view mod) {
  if (rule.ends_with('*'))
    return mod.starts_with(rule.substr(0, rule.size() - 1));
  return rule == mod;
}

} // namespace

int minimumArch(const Instr &instr) {
  int arch = 0;
  for (const Rule &rule : rules) {
    if (!rule.opcode.empty() && rule.opcode != instr.opcode)
      continue;
    bool applies = rule.mod.empty();
    for (std::string_view mod : instr.mods)
      applies = applies || matches(rule.mod, mod);
    if (applies)
      arch = std::max(arch, rule.arch);
  }
  // bf16 to or from anything but f32 came later; so did the minimum of three.
  bool isConvert = instr.opcode == "cvt" && instr.mods.size() >= 2;
  if (isConvert) {
    std::string_view to = instr.mods[instr.mods.size() - 2], from = instr.mods.back();
    if ((to == "bf16" && from != "f32") || (from == "bf16" && to != "f32"))
      arch = std::max(arch, 90);
    if (to == "tf32" && instr.mods[0] != "rna")
      arch = std::max(arch, 90);
    if (to == "tf32" && std::find(instr.mods.begin(), instr.mods.end(), "satfinite") != instr.mods.end())
      arch = std::max(arch, 89);
  }
  if ((instr.opcode == "min" || instr.opcode == "max") && instr.ops.size() == 4)
    arch = std::max(arch, 100);
  return arch;
}

int archOf(std::string_view target) {
  if (!target.starts_with("sm_"))
    return 0;
  target.remove_prefix(3);
  if (!target.empty() && (target.back() == 'a' || target.back() == 'f'))
    target.remove_suffix(1);
  int arch = 0;
  for (char c : target) {
    if (c < '0' || c > '9' || arch > 999)
      return 0;
    arch = arch * 10 + (c - '0');
  }
  return arch;
}

} // namespace attnc::sim
