// Parser.h - PTX tokens to a PtxModule.
//
// Resolves register names by scope; does not know which opcodes exist.
#pragma once

#include "attnc/Status.h"
#include "runtime/sim/ptx/Ast.h"

#include <memory>

namespace attnc::sim {

/// Parses one PTX module. Corrupt, with the PTX line, if the text is not PTX. `kernelText` is the CUDA text
/// that it was made from, for reports.
Result<std::shared_ptr<const PtxModule>> parsePtx(std::string_view text,
                                                  std::shared_ptr<const KernelText> kernelText = nullptr);

} // namespace attnc::sim
