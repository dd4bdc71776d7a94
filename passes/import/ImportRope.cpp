// ImportRope.cpp - the section `rope:` as an attn.rope of q or of k.
#include "passes/import/ImportRope.h"

#include "passes/import/ImportExpr.h"

using namespace mlir;

namespace attnc {

static DenseF32ArrayAttr frequencies(OpBuilder &builder, const Rope &rope, bool beyond) {
  return builder.getDenseF32ArrayAttr(ropeFrequencies(rope, beyond));
}

Value importRope(OpBuilder &builder, const Rope &rope, attn::TokenRole role, Value tokens,
                 const llvm::StringMap<Value> &arguments, mlir::Location fallback) {
  using Kind = RopeScaling::Kind;
  auto argument = [&](const std::optional<Located<std::string>> &name) {
    return name ? arguments.lookup(name->value) : Value();
  };
  const RopeScaling &scaling = rope.scaling;
  const bool computed = !rope.frequencies && !rope.cos;
  DenseF32ArrayAttr table, beyond;
  FloatAttr ntk, factor;
  IntegerAttr length;
  if (computed)
    table = frequencies(builder, rope, false);
  if (scaling.kind == Kind::LongRope)
    beyond = frequencies(builder, rope, true);
  if (scaling.kind == Kind::Ntk)
    ntk = builder.getF64FloatAttr(scaling.factor);
  if (beyond || ntk)
    length = builder.getI64IntegerAttr(scaling.originalLength);
  if (scaling.attentionFactor != 1)
    factor = builder.getF64FloatAttr(scaling.attentionFactor);
  DenseI64ArrayAttr sections;
  if (!rope.sections.empty())
    sections = builder.getDenseI64ArrayAttr(rope.sections);
  const bool queries = role == attn::TokenRole::Queries;
  const auto style = rope.style == RopeStyle::Neox ? attn::RopeStyle::Neox : attn::RopeStyle::Gptj;
  return attn::RopeOp::create(builder, importLocation(builder.getContext(), rope.where, fallback),
                              tokens.getType(), style, role, tokens, rope.dim.value, table, beyond, ntk,
                              length, factor, sections, argument(rope.frequencies), argument(rope.cos),
                              argument(rope.sin), argument(queries ? rope.qPositions : rope.kPositions));
}

} // namespace attnc
