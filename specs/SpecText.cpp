// SpecText.cpp - canonical YAML of a Spec: fixed key order, defaults written out, one key a line.
//
// Must print only what the reader accepts, so that read(text(spec)) has the same text.
#include "specs/SpecText.h"

#include "specs/Flow.h"
#include "specs/FormatKeys.h"
#include "specs/NumberText.h"
#include "specs/SpecCheck.h"

namespace attnc {
namespace {

Flow map() { return Flow::map(); }
Flow list() { return Flow::list(); }

/// Expressions have neither quotes nor backslashes.
std::string exprString(const Expr &expr) { return '"' + exprText(expr) + '"'; }

std::string entry(std::string_view key, std::string_view value) { return map().add(key, value).str(); }

std::string operandList(const MaskNode &mask) {
  Flow flow = list();
  for (const MaskNode &operand : mask.operands)
    flow.add(maskText(operand));
  return flow.str();
}

std::string termText(const NamedTerm &term) {
  Flow flow = map();
  for (const auto &[key, text] : term.arguments)
    flow.add(key, text);
  return flow.str();
}

std::string scoreText(const Score &score) {
  Flow flow = map();
  flow.add("scale", score.scaleParam.empty() ? floatText(score.scale.value) : score.scaleParam);
  for (const NamedTerm &term : score.terms)
    flow.add(term.name, termText(term));
  if (score.softcap)
    flow.add("softcap", floatText(score.softcap->value));
  if (score.sinks)
    flow.add("sinks",
             map().add("logits", score.sinks->value).add("in_lse", score.sinkInLse ? "true" : "false").str());
  if (score.expr)
    flow.add("expr", exprString(*score.expr));
  return flow.str();
}

std::string inputText(const SideInput &input) {
  Flow shape = list();
  for (const SideDim &dim : input.shape)
    shape.add(dim.name.empty() ? std::to_string(dim.size) : dim.name);
  return map().add("shape", shape.str()).add("dtype", dtypeName(input.dtype)).str();
}

std::string paramText(const ScalarParam &param) {
  Flow flow = map();
  flow.add("type", dtypeName(param.dtype));
  if (param.defaultValue)
    flow.add("default", param.dtype == DType::I32 ? std::to_string(static_cast<int64_t>(*param.defaultValue))
                                                  : floatText(*param.defaultValue));
  return flow.str();
}

std::string scheduleText(const SchedulePins &pins) {
  Flow flow = map();
  auto pin = [&](std::string_view name, const std::optional<Located<int64_t>> &value) {
    if (value)
      flow.add(name, std::to_string(value->value));
  };
  pin("tile_q", pins.tileQ);
  pin("tile_kv", pins.tileKv);
  pin("stages", pins.stages);
  pin("warps", pins.warps);
  if (pins.family)
    flow.add("family", pins.family->value == Family::Plain ? "plain" : "mma");
  if (pins.packing)
    flow.add("packing", pins.packing->value ? "true" : "false");
  if (pins.blockMap)
    flow.add("block_map", pins.blockMap->value ? "true" : "false");
  return flow.empty() ? "" : flow.str();
}

std::string layoutText(const Spec &spec) {
  if (spec.layout.value == TokenLayout::Packed)
    return "packed";
  const TokenAxes &axes = spec.axes;
  if (axes == TokenAxes{axes.q, axes.q, axes.q, axes.q})
    return axes.q == "bshd" ? "padded" : axes.q;
  if (!spec.attends())
    return map().add("k", axes.k).add("v", axes.v).str();
  if (spec.fusedQkv.value)
    return map().add("qkv", axes.q).add("out", axes.out).str();
  if (spec.cache && !spec.hasNewTokens())
    return map().add("q", axes.q).add("out", axes.out).str();
  return map().add("q", axes.q).add("k", axes.k).add("v", axes.v).add("out", axes.out).str();
}

std::string_view lengthsName(LengthsKind lengths) {
  return lengths == LengthsKind::None ? "none" : lengths == LengthsKind::Kv ? "kv" : "both";
}

std::string outputsText(const Spec &spec) {
  Flow flow = list();
  for (auto [given, name] :
       {std::pair(spec.attends(), "out"), std::pair(spec.outputs.lse, "lse"),
        std::pair(spec.outputs.rowMax, "row_max"), std::pair(spec.outputs.maxLogit, "max_logit"),
        std::pair(spec.outputs.keysRotated, "k_rotated"), std::pair(spec.outputs.debug, "debug")})
    if (given)
      flow.add(name);
  return flow.empty() ? "" : flow.str();
}

} // namespace

std::string maskText(const MaskNode &mask) {
  switch (mask.kind) {
  case MaskNode::Kind::None:
    return "none";
  case MaskNode::Kind::Causal:
    return "causal";
  case MaskNode::Kind::Window: {
    Flow sides = map();
    if (mask.left)
      sides.add("left", std::to_string(*mask.left));
    if (mask.right)
      sides.add("right", std::to_string(*mask.right));
    return entry("window", sides.str());
  }
  case MaskNode::Kind::Chunked:
    return entry("chunked", std::to_string(mask.size));
  case MaskNode::Kind::Expression:
    return exprString(*mask.expr);
  case MaskNode::Kind::Named:
    return entry(mask.term.name, termText(mask.term));
  case MaskNode::Kind::All:
    return entry("all", operandList(mask));
  case MaskNode::Kind::Any:
    return entry("any", operandList(mask));
  case MaskNode::Kind::Not:
    return entry("not", maskText(mask.operands[0]));
  }
  return "";
}

std::string specText(const Spec &spec) {
  std::string out;
  auto line = [&](std::string_view key, std::string_view value) {
    out += key;
    out += ": ";
    out += value;
    out += '\n';
  };
  line("attnc", "1");
  line("name", spec.name.value);
  line("phase", keys::kPhases[static_cast<size_t>(spec.phase.value)]);
  if (spec.phase.value == Phase::Decode)
    line("new_tokens", std::to_string(spec.newTokens.value));
  line("heads", map()
                    .add("query", std::to_string(spec.queryHeads.value))
                    .add("kv", std::to_string(spec.kvHeads.value))
                    .str());
  line("head_dim", std::to_string(spec.headDim.value));
  if (spec.headDimV.value != spec.headDim.value)
    line("head_dim_v", std::to_string(spec.headDimV.value));
  line("dtype", dtypeName(spec.dtype.value));
  if (spec.outDtype.value != spec.dtype.value)
    line("out_dtype", dtypeName(spec.outDtype.value));
  if (spec.tf32.value)
    line("precision", "tf32");
  if (spec.accumulate.value == DType::F16)
    line("accumulate", "f16");
  if (spec.plainFallback.value)
    line("fallback", "plain");
  line("layout", layoutText(spec));
  if (spec.fusedQkv.value)
    line("qkv", "fused");
  if (spec.qkvBias.value)
    line("qkv_bias", "true");
  if (spec.cache)
    line("cache", cacheText(spec));
  if (spec.append)
    line("append", entry("at", keys::kAppendPlaces[spec.append->atIndices]));
  if (spec.active.value)
    line("active", "true");
  if (spec.rope)
    line("rope", ropeText(spec));
  if (spec.alignment.value != 16)
    line("alignment", std::to_string(spec.alignment.value));
  if (spec.layout.value != TokenLayout::Packed)
    line("lengths", lengthsName(spec.lengths.value));
  if (anchorMatters(spec))
    line("anchor", spec.anchor.value == Anchor::TopLeft ? "top_left" : "bottom_right");
  if (spec.attends()) {
    line("mask", maskText(spec.mask));
    line("score", scoreText(spec.score));
  }
  if (!spec.inputs.empty()) {
    out += "inputs:\n";
    for (const SideInput &input : spec.inputs)
      line("  " + input.name, inputText(input));
  }
  if (!spec.params.empty()) {
    out += "params:\n";
    for (const ScalarParam &param : spec.params)
      line("  " + param.name, paramText(param));
  }
  if (std::string outputs = outputsText(spec); !outputs.empty())
    line("outputs", outputs);
  if (std::string schedule = scheduleText(spec.schedule); !schedule.empty())
    line("schedule", schedule);
  return out;
}

} // namespace attnc
