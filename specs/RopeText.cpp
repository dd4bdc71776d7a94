// RopeText.cpp - the canonical text of `rope:`, defaults written out.
#include "specs/SpecText.h"

#include "specs/Flow.h"
#include "specs/FormatKeys.h"
#include "specs/NumberText.h"

namespace attnc {
namespace {

using Kind = RopeScaling::Kind;

std::string numbers(const std::vector<double> &values) {
  Flow out = Flow::list();
  for (double value : values)
    out.add(floatText(value));
  return out.str();
}

std::string scalingText(const RopeScaling &scaling) {
  Flow fields = Flow::map();
  if (scaling.kind == Kind::Linear)
    return fields.add("linear", Flow::map().add("factor", floatText(scaling.factor)).str()).str();
  Flow rule = Flow::map();
  if (scaling.kind == Kind::LongRope)
    rule.add("short_factor", numbers(scaling.shortFactor)).add("long_factor", numbers(scaling.longFactor));
  else
    rule.add("factor", floatText(scaling.factor));
  rule.add("original_length", std::to_string(scaling.originalLength));
  if (scaling.kind == Kind::Llama3)
    rule.add("low_freq_factor", floatText(scaling.lowFreqFactor))
        .add("high_freq_factor", floatText(scaling.highFreqFactor));
  if (scaling.kind == Kind::Yarn)
    rule.add("beta_fast", floatText(scaling.betaFast))
        .add("beta_slow", floatText(scaling.betaSlow))
        .add("truncate", scaling.truncate ? "true" : "false");
  if (scaling.kind == Kind::Yarn || scaling.kind == Kind::LongRope)
    rule.add("attention_factor", floatText(scaling.attentionFactor));
  const std::string_view name = scaling.kind == Kind::Ntk      ? "ntk"
                                : scaling.kind == Kind::Llama3 ? "llama3"
                                : scaling.kind == Kind::Yarn   ? "yarn"
                                                               : "longrope";
  return fields.add(name, rule.str()).str();
}

} // namespace

std::string ropeText(const Spec &spec) {
  const Rope &rope = *spec.rope;
  Flow out = Flow::map();
  out.add("style", keys::kRopeStyles[static_cast<size_t>(rope.style)]);
  out.add("dim", std::to_string(rope.dim.value));
  Flow of = Flow::list();
  if (rope.ofQ)
    of.add("q");
  if (rope.ofK)
    of.add("k");
  out.add("of", of.str());
  if (spec.hasNewTokens() && rope.ofK)
    out.add("keys", (spec.append ? keys::kRopeKeys : keys::kRopeActiveKeys)[rope.keysOnRead]);
  if (rope.frequencies)
    out.add("frequencies", rope.frequencies->value);
  else if (rope.cos)
    out.add("tables", Flow::map().add("cos", rope.cos->value).add("sin", rope.sin->value).str());
  else
    out.add("base", floatText(rope.base.value));
  if (rope.scaling.kind != Kind::None)
    out.add("scaling", scalingText(rope.scaling));
  if (rope.qPositions || rope.kPositions) {
    Flow positions = Flow::map();
    if (rope.qPositions)
      positions.add("q", rope.qPositions->value);
    if (rope.kPositions)
      positions.add("k", rope.kPositions->value);
    out.add("positions", positions.str());
  }
  if (!rope.sections.empty()) {
    Flow sections = Flow::list();
    for (int64_t pairs : rope.sections)
      sections.add(std::to_string(pairs));
    out.add("sections", sections.str());
  }
  return out.str();
}

} // namespace attnc
