// Rules.h - what a module's .target has, and what the simulator refuses on purpose.
//
// Private to runtime/sim/decode.
#pragma once

#include "runtime/sim/ptx/Ast.h"

namespace attnc::sim {

/// The compute capability that the instruction needs (75, 80, 89, ...); 0: any that attnc knows.
int minimumArch(const Instr &instr);

/// 90 of "sm_90", "sm_90a", "sm_100f"; 0 if `target` is no such name.
int archOf(std::string_view target);

/// Why the instruction is not simulated, or "": whole groups that would each need a part of their own.
std::string_view refusedReason(const Instr &instr);

} // namespace attnc::sim
