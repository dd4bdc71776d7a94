// Parser.h - PTX tokens to a PtxModule.
//
// Resolves register names by scope; does not know which opcodes exist.
#pragma once

#include "attnc/Status.h"
#include "runtime/sim/ptx/Ast.h"

#include <memory>

namespace attnc::sim {

/// Parses one PTX module. Corrupt, with the PTX line, if the text is not PTX.
Result<std::shared_ptr<const PtxModule>> parsePtx(std::string_view text);

} // namespace attnc::sim
