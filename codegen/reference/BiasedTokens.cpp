// BiasedTokens.cpp - rows of a tensor, and the one rounding of a bias.
#include "codegen/reference/BiasedTokens.h"

#include "codegen/reference/Elements.h"

namespace attnc::reference {

const SideBuffer *TokenInputs::side(std::string_view name) const {
  const Parameter *found = name.empty() ? nullptr : kernel.argument(name);
  return found ? &sides[size_t(found - kernel.arguments.data())] : nullptr;
}

std::vector<double> readBiasedRows(const Parameter &tokens, int64_t first, int64_t count,
                                   const TokenInputs &inputs) {
  const Tensor &given = inputs.arguments.tensors.find(tokens.name)->second;
  std::vector<double> rows = readRows(tokensFirst(tokens, given), inputs.kernel.packed, first, count);
  if (const SideBuffer *bias = inputs.side(tokens.bias))
    for (size_t i = 0; i < rows.size(); ++i)
      rows[i] = nearestElement(double(float(rows[i] + bias->reals[i % bias->reals.size()])), tokens.dtype);
  return rows;
}

} // namespace attnc::reference
