// Inst.h - one decoded instruction, 64 bytes, and what a handler sees of a warp.
//
// Shared by decoder, lane code and exec; lane code is compiled once an instruction set, so nothing here may
// pull in a standard library template.
#pragma once

#include <cstddef>
#include <cstdint>

namespace attnc::sim {

constexpr uint32_t kLanes = 32;
constexpr uint32_t kFullMask = 0xffffffffu;

/// A register operand: an index of 32-lane arrays of u32 (64-bit registers take two); bit 31 selects the
/// kernel's constants instead of the warp's registers. A predicate operand: index * 2 + negated.
using RegRef = uint32_t;
constexpr RegRef kConstantBank = 0x80000000u;

/// Predicate 0 is constant true, so that an absent guard costs nothing; predicate 1 takes unused results;
/// predicate 2 is the carry of add.cc and its like.
constexpr RegRef kPredTrue = 0, kPredFalse = 1, kPredSink = 2, kPredCarry = 4;
constexpr uint32_t kFirstPred = 3;

/// The part of a warp that arithmetic needs.
struct LaneCtx {
  uint32_t *bank[2] = {nullptr, nullptr}; ///< registers, constants
  uint32_t *preds = nullptr;
  const RegRef *lists = nullptr; ///< vector operands of the kernel
};

struct Inst;
/// Runs one instruction for the lanes of `mask` (never 0). False if it faulted.
using Handler = bool (*)(LaneCtx &, const Inst &, uint32_t mask);

/// What the warp loop does before or instead of calling the handler.
enum class Flow : uint8_t {
  Next,        ///< call the handler, go on
  Collective,  ///< first wait until every lane of the member mask is here
  Branch,      ///< to imm
  BranchTable, ///< to lists[list + r[0]], imm entries
  Exit,
  Barrier,  ///< CTA barrier: exec/Sync.cpp
  WarpSync, ///< bar.warp.sync
};

struct alignas(64) Inst {
  Handler fn = nullptr;
  int64_t imm = 0;   ///< branch target, address offset, ...
  RegRef r[7] = {};  ///< destination first
  RegRef member = 0; ///< member mask of a collective; 0: every live lane
  uint32_t list = 0; ///< first entry in the kernel's lists
  uint16_t guard = kPredTrue;
  Flow flow = Flow::Next;
  uint8_t a = 0, b = 0, c = 0; ///< small facts for the handler
  uint8_t order = 0;           ///< MemoryOrder bits (check/Order.h) of a strong access or a fence
  bool tracked = false;        ///< touches a register that may be undefined: check/Undefined.h
};
static_assert(sizeof(Inst) == 64);

/// Boolean combination of setp: p = cmp OP c.
enum class BoolOp : uint8_t { None, And, Or, Xor };

} // namespace attnc::sim
