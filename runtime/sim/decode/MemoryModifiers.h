// MemoryModifiers.h - modifiers that ld, st, atom and red share. Private to runtime/sim/decode.
#pragma once

#include "runtime/sim/check/Order.h"
#include "runtime/sim/ptx/Ast.h"

#include <utility>

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

/// What a modifier says of the memory order, added to `order`; false if it says nothing.
inline bool parseOrder(std::string_view mod, uint8_t &order) {
  static constexpr std::pair<std::string_view, int> orders[] = {
      {"relaxed", kStrong},
      {"volatile", kStrong},
      {"acquire", kStrong | kAcquire},
      {"release", kStrong | kRelease},
      {"acq_rel", kStrong | kAcquire | kRelease},
      {"sc", kStrong | kAcquire | kRelease},
      {"cta", kCtaScope},
      {"cluster", kCtaScope}, // a cluster is one CTA here
      {"gpu", 0},
      {"gl", 0},
      {"sys", 0}};
  for (auto [name, bits] : orders)
    if (mod == name) {
      order = static_cast<uint8_t>(order | bits);
      return true;
    }
  return false;
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
