// Undefined.h - registers that may be read before they are written: found once a kernel, checked lane by
// lane.
//
// Most registers are written on every way to their use; only the others are followed while a kernel runs.
// Arithmetic and moves pass "undefined" on, as compilers compute on values that nobody uses; addresses,
// stores, guards, branches, mma and copies must not meet one. A shuffle or vote answers defined values: the
// lanes that take part decide.
#pragma once

#include "runtime/sim/decode/Inst.h"

#include <string>
#include <vector>

namespace attnc::sim {

/// What an instruction reads and writes, by register: slots, and predicates from kPredicateId on.
struct RegisterUses {
  std::vector<uint32_t> reads, writes;
  uint32_t guard = 0;  ///< id of the guard; 0: none, or always true
  bool strict = false; ///< must not read an undefined register
  bool opaque = false; ///< results are defined whatever it reads
};
constexpr uint32_t kPredicateId = 1u << 30;

/// One instruction that is followed at run time: indices of followed registers.
struct TrackedUses {
  std::vector<uint32_t> reads, writes;
  uint32_t guard = ~0u;
  bool strict = false, opaque = false;
};

struct Tracking {
  std::vector<uint32_t> at; ///< by pc: index into `uses`, where Inst::tracked
  std::vector<TrackedUses> uses;
  std::vector<uint32_t> registers; ///< ids that are followed
};

/// Where control may go after each instruction is read from `code`. Sets Inst::tracked. `lists` holds branch
/// tables.
Tracking findUndefined(std::vector<Inst> &code, const std::vector<RegRef> &lists,
                       const std::vector<RegisterUses> &uses);

} // namespace attnc::sim
