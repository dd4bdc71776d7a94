// MemoryModifiers.h - modifiers that ld, st, atom and red share. Private to runtime/sim/decode.
#pragma once

#include "runtime/sim/ptx/Ast.h"

namespace attnc::sim {

inline bool parseSpace(std::string_view mod, Space &space) {
  if (mod == "global")
    space = Space::Global;
  else if (mod == "const")
    space = Space::Const;
  else if (mod == "shared" || mod == "shared::cta")
    space = Space::Shared;
  else if (mod == "local")
    space = Space::Local;
  else if (mod == "param" || mod == "param::entry" || mod == "param::func")
    space = Space::Param;
  else
    return false;
  return true;
}

/// Cache and prefetch hints: none changes a result.
inline bool isCacheHint(std::string_view mod) {
  static constexpr std::string_view hints[] = {
      "L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last", "L1::no_allocate",
      "L2::evict_normal", "L2::evict_first",     "L2::evict_last",  "L2::64B",        "L2::128B",
      "L2::256B",         "L2::cache_hint"};
  for (std::string_view hint : hints)
    if (mod == hint)
      return true;
  return false;
}
inline bool isScope(std::string_view mod) {
  return mod == "cta" || mod == "cluster" || mod == "gpu" || mod == "sys";
}
inline bool isLoadHint(std::string_view mod) {
  return isCacheHint(mod) || isScope(mod) || mod == "ca" || mod == "cg" || mod == "cs" || mod == "lu" ||
         mod == "cv" || mod == "nc" || mod == "weak" || mod == "relaxed" || mod == "acquire" ||
         mod == "volatile";
}
inline bool isStoreHint(std::string_view mod) {
  return isCacheHint(mod) || isScope(mod) || mod == "wb" || mod == "cg" || mod == "cs" || mod == "wt" ||
         mod == "weak" || mod == "relaxed" || mod == "release" || mod == "volatile";
}
inline bool isAtomicHint(std::string_view mod) {
  return mod == "L2::cache_hint" || isScope(mod) || mod == "relaxed" || mod == "acquire" ||
         mod == "release" || mod == "acq_rel" || mod == "noftz";
}

} // namespace attnc::sim
