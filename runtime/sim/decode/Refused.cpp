// Refused.cpp - instructions that are refused on purpose, with the reason.
//
// This is where wgmma, TMA, mbarrier and clusters wait: each gets its own exec/ and decode/ files, rows in
// decode/OpTable.cpp, and loses its row here.
#include "runtime/sim/decode/Rules.h"

namespace attnc::sim {
namespace {

/// `opcode` may end in *; `mod` "" is any.
struct Refusal {
  std::string_view opcode, mod, reason;
};
constexpr Refusal refusals[] = {
    {"wgmma", "", "warp-group matrix instructions (sm_90a) are not simulated"},
    {"setmaxnreg", "", "register reallocation between warps (sm_90a) is not simulated"},
    {"tcgen05", "", "fifth-generation tensor cores (sm_100a) are not simulated"},
    {"mbarrier", "", "memory barrier objects (mbarrier) are not simulated"},
    {"cp", "bulk", "bulk copies (TMA) are not simulated"},
    {"cp", "mbarrier", "memory barrier objects (mbarrier) are not simulated"},
    {"cp", "reduce", "bulk copies (TMA) are not simulated"},
    {"tensormap", "", "tensor maps (TMA) are not simulated"},
    {"fence", "tensormap*", "tensor maps (TMA) are not simulated"},
    {"fence", "mbarrier_init", "memory barrier objects (mbarrier) are not simulated"},
    {"prefetch", "tensormap", "tensor maps (TMA) are not simulated"},
    {"st", "async", "asynchronous stores (st.async) are not simulated"},
    {"st", "bulk", "bulk stores (st.bulk) are not simulated"},
    {"red", "async", "asynchronous reductions (red.async) are not simulated"},
    {"barrier", "cluster", "thread-block clusters are not simulated"},
    {"mapa", "", "thread-block clusters are not simulated"},
    {"getctarank", "", "thread-block clusters are not simulated"},
    {"clusterlaunchcontrol", "", "thread-block clusters are not simulated"},
    {"", "shared::cluster", "thread-block clusters are not simulated"},
    {"multimem", "", "multicast memory (multimem) is not simulated"},
    {"wmma", "", "wmma is not simulated: mma.sync does the same with a documented layout"},
    {"tex*", "", "textures are not simulated"},
    {"tld4", "", "textures are not simulated"},
    {"txq", "", "textures are not simulated"},
    {"suld", "", "surfaces are not simulated"},
    {"sust", "", "surfaces are not simulated"},
    {"sured", "", "surfaces are not simulated"},
    {"suq", "", "surfaces are not simulated"},
    {"alloca", "", "dynamic stack allocation is not simulated"},
    {"stacksave", "", "dynamic stack allocation is not simulated"},
    {"stackrestore", "", "dynamic stack allocation is not simulated"},
};

bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.ends_with('*'))
    return text.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == text;
}

} // namespace

std::string_view refusedReason(const Instr &instr) {
  for (const Refusal &refusal : refusals) {
    if (!refusal.opcode.empty() && !matches(refusal.opcode, instr.opcode))
      continue;
    bool applies = refusal.mod.empty();
    for (std::string_view mod : instr.mods)
      applies = applies || matches(refusal.mod, mod);
    if (applies)
      return refusal.reason;
  }
  return {};
}

} // namespace attnc::sim
