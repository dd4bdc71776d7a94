// Inline.h - calls of device functions: their bodies go where they are called.
//
// Private to runtime/sim/decode. Knows nothing of execution: what comes out is a function without calls.
#pragma once

#include "attnc/Status.h"
#include "runtime/sim/ptx/Ast.h"

#include <memory>

namespace attnc::sim {

/// `entry` with the body of every function it calls, directly or not, in place of the call, and with a name
/// of its own for each variable of an inner scope. Unsupported, with the PTX line: recursion, indirect calls,
/// functions without a body, more than 16,384 calls or 262,144 instructions.
Result<std::shared_ptr<const Function>> inlineCalls(std::shared_ptr<const PtxModule> module,
                                                    const Function &entry);

} // namespace attnc::sim
