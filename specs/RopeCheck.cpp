// RopeCheck.cpp - the rules of `rope:` (S70 to S81).
//
// Must not know YAML or hardware.
#include "specs/SpecCheck.h"

#include "specs/FieldReader.h"
#include "specs/NumberText.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace attnc {
namespace {

using Kind = RopeScaling::Kind;

/// An axis along the tokens of q, or of k.
bool isQueryAxis(const SideDim &dim) { return dim.name == "q_len" || dim.name == "total_q"; }
bool isKeyAxis(const SideDim &dim) { return dim.name == "kv_len" || dim.name == "total_kv"; }

class RopeCheck {
public:
  explicit RopeCheck(const Spec &spec) : spec(spec), rope(*spec.rope) {}

  Status run() {
    const int64_t dim = rope.dim.value;
    if (dim < 2 || dim % 2 != 0 || dim > spec.headDim.value) // S70
      return fail("expected 'dim' to be even and from 2 to head_dim (" + std::to_string(spec.headDim.value) +
                      "), got " + std::to_string(dim),
                  rope.dim.where.valid() ? rope.dim.where : rope.where)
          .note("head_dim is given here", spec.headDim.where);
    if (!(rope.base.value > 1) || rope.base.value > std::numeric_limits<float>::max()) // S71
      return fail("expected 'base' to be a number above 1, got " + floatText(rope.base.value),
                  rope.base.where);
    ATTNC_RETURN_IF_ERROR(checkAppended());
    ATTNC_RETURN_IF_ERROR(checkCached());
    ATTNC_RETURN_IF_ERROR(checkSource());
    ATTNC_RETURN_IF_ERROR(checkScaling());
    ATTNC_RETURN_IF_ERROR(checkFrequencies());
    ATTNC_RETURN_IF_ERROR(checkTables());
    ATTNC_RETURN_IF_ERROR(checkPositions());
    return checkSections();
  }

private:
  /// Keys that are appended are rotated once, or whenever they are read; active ones alone, or all.
  Status checkAppended() const {
    const bool given = rope.keysWhere.valid() || rope.keysOnRead;
    if (given && !spec.hasNewTokens()) // S79
      return fail("expected 'keys' in 'rope' only where keys are appended or active, got it without "
                  "'append' and 'active'",
                  rope.keysWhere)
          .note("rope is given here", rope.where);
    if (given && !rope.ofK) // S79
      return fail("expected 'keys' in 'rope' only where k is rotated, got it where q alone is",
                  rope.keysWhere)
          .note("what is rotated is given here", rope.ofWhere);
    if (spec.attends())
      return Status::success();
    if (rope.keysOnRead) // S79
      return fail("expected 'keys: append' in 'phase: append', where nothing reads keys, got read",
                  rope.keysWhere)
          .note("the phase is given here", spec.phase.where);
    if (rope.ofQ) // S80
      return fail("expected 'of: [k]' in 'phase: append', where nothing reads q, got q", rope.ofWhere)
          .note("the phase is given here", spec.phase.where);
    const bool byLength = rope.scaling.kind == Kind::Ntk || rope.scaling.kind == Kind::LongRope;
    if (byLength && !spec.readsKeyLengths()) // S81
      return fail("expected a 'scaling' that is the same for any number of keys, as none is given where "
                  "tokens are put at write indices and nothing attends, got " +
                      std::string(rope.scaling.kind == Kind::Ntk ? "ntk" : "longrope"),
                  rope.scaling.where)
          .note("the indices are asked for here", spec.append->atWhere);
    return Status::success();
  }

  /// Keys in a cache may be rotated already.
  Status checkCached() const {
    if (!spec.cache)
      return Status::success();
    if (!spec.hasNewTokens() && !rope.ofWhere.valid()) // S78
      return fail("expected 'of' in 'rope' where keys are cached: [q] where they are stored rotated, [q, k] "
                  "where they are rotated as they are read, got none",
                  rope.where)
          .note("the cache is given here", spec.cache->where);
    return Status::success();
  }

  const Spec &spec;
  const Rope &rope;

  const SideInput *find(const std::string &name) const {
    auto input = std::find_if(spec.inputs.begin(), spec.inputs.end(),
                              [&](const SideInput &each) { return each.name == name; });
    return input == spec.inputs.end() ? nullptr : &*input;
  }

  Status notDeclared(std::string_view field, const Located<std::string> &name) const {
    return fail("expected an input of 'inputs' for '" + std::string(field) + "', got " + inQuotes(name.value),
                name.where); // S26
  }

  /// S72: what the angles come from is said once.
  Status checkSource() const {
    const Located<std::string> *instead = rope.frequencies ? &*rope.frequencies
                                          : rope.cos       ? &*rope.cos
                                                           : nullptr;
    if (rope.frequencies && rope.cos)
      return fail("expected either 'frequencies' or 'tables', got both", rope.cos->where)
          .note("the frequencies are given here", rope.frequencies->where);
    if (!instead)
      return Status::success();
    const std::string_view given = rope.frequencies ? "frequencies" : "tables";
    for (auto [where, key] : {std::pair(rope.base.where, "base"), std::pair(rope.scaling.where, "scaling")})
      if (where.valid())
        return fail("expected no '" + std::string(key) + "' beside '" + std::string(given) +
                        "', which have the angles, got one",
                    where)
            .note("the " + std::string(given) + " are given here", instead->where);
    return Status::success();
  }

  /// S76
  Status checkScaling() const {
    const RopeScaling &scaling = rope.scaling;
    auto above = [&](std::string_view name, double value, double least) {
      if (value > least && value <= std::numeric_limits<float>::max())
        return Status::success();
      return fail("expected '" + std::string(name) + "' to be a number above " + floatText(least) + ", got " +
                      floatText(value),
                  scaling.where);
    };
    if (!(scaling.factor >= 1) || scaling.factor > std::numeric_limits<float>::max())
      return fail("expected 'factor' to be a number of at least 1, got " + floatText(scaling.factor),
                  scaling.where);
    ATTNC_RETURN_IF_ERROR(above("attention_factor", scaling.attentionFactor, 0));
    if (scaling.kind == Kind::Llama3) {
      ATTNC_RETURN_IF_ERROR(above("low_freq_factor", scaling.lowFreqFactor, 0));
      return above("high_freq_factor", scaling.highFreqFactor, scaling.lowFreqFactor);
    }
    if (scaling.kind == Kind::Yarn) {
      ATTNC_RETURN_IF_ERROR(above("beta_slow", scaling.betaSlow, 0));
      return above("beta_fast", scaling.betaFast, scaling.betaSlow);
    }
    if (scaling.kind == Kind::Ntk && rope.dim.value == 2)
      return fail("expected a 'dim' above 2 with 'ntk', which scales by the r/(r - 2)th power, got 2",
                  scaling.where);
    if (scaling.kind != Kind::LongRope)
      return Status::success();
    for (auto [name, list] :
         {std::pair("short_factor", &scaling.shortFactor), std::pair("long_factor", &scaling.longFactor)}) {
      if (int64_t(list->size()) != rope.pairs())
        return fail("expected " + std::to_string(rope.pairs()) + " numbers in '" + name +
                        "', one for each pair of dims, got " + std::to_string(list->size()),
                    scaling.where);
      for (double divisor : *list)
        ATTNC_RETURN_IF_ERROR(above(name, divisor, 0));
    }
    if (scaling.originalLength < 2)
      return fail("expected an 'original_length' above 1 in 'longrope', got " +
                      std::to_string(scaling.originalLength),
                  scaling.where);
    return Status::success();
  }

  Status checkFrequencies() const {
    if (!rope.frequencies)
      return Status::success();
    const SideInput *input = find(rope.frequencies->value);
    if (!input)
      return notDeclared("frequencies", *rope.frequencies);
    if (input->dtype != DType::F32 || input->shape.size() != 1 || input->shape[0].size != rope.pairs()) // S73
      return fail("expected an f32 input of shape [" + std::to_string(rope.pairs()) +
                      "], a number for each pair of dims, for 'frequencies', got '" + input->name + "'",
                  rope.frequencies->where)
          .note("the input is declared here", input->where);
    return Status::success();
  }

  /// Whether keys are rotated where their row is that of a query.
  bool keysHaveRows() const { return spec.selfAttention() || (spec.hasNewTokens() && !rope.keysOnRead); }

  /// Axes by token: batch or 1, and one along the tokens, which `forKeys` asks to be the keys'. Empty if they
  /// are that, else what is wrong.
  std::string tokenAxes(std::span<const SideDim> axes, bool forKeys) const {
    int tokens = 0;
    for (const SideDim &axis : axes) {
      const bool byToken = isQueryAxis(axis) || isKeyAxis(axis);
      tokens += byToken;
      if (!byToken && axis.name != "batch" && axis.size != 1)
        return "axes of batch and tokens";
      if (forKeys && isQueryAxis(axis) && !keysHaveRows())
        return "an axis kv_len or total_kv, as k is rotated by it";
    }
    return tokens == 1 ? "" : "one axis of tokens";
  }

  Status checkTables() const {
    if (!rope.cos)
      return Status::success();
    const SideInput *inputs[2] = {find(rope.cos->value), find(rope.sin->value)};
    if (!inputs[0])
      return notDeclared("cos", *rope.cos);
    if (!inputs[1])
      return notDeclared("sin", *rope.sin);
    if (inputs[0]->dtype != inputs[1]->dtype || inputs[0]->shape != inputs[1]->shape) // S73
      return fail("expected inputs of one shape and dtype for 'cos' and 'sin', got '" + inputs[0]->name +
                      "' and '" + inputs[1]->name + "'",
                  rope.sin->where)
          .note("cos is declared here", inputs[0]->where);
    const SideInput &cos = *inputs[0];
    const bool isFloat = cos.dtype == DType::F32 || cos.dtype == DType::F16 || cos.dtype == DType::BF16;
    std::string wrong = isFloat && cos.shape.size() > 1 && cos.shape.back().size == rope.pairs()
                            ? ""
                            : "a float input of shape [positions, " + std::to_string(rope.pairs()) + "]";
    if (wrong.empty() && tablesByToken(spec))
      wrong = tokenAxes(std::span(cos.shape).first(cos.shape.size() - 1), rope.ofK);
    if (!wrong.empty()) // S73
      return fail("expected " + wrong + " for 'cos', got '" + cos.name + "'", rope.cos->where)
          .note("the input is declared here", cos.where);
    return Status::success();
  }

  Status checkPositions() const {
    for (bool forKeys : {false, true}) {
      const auto &given = forKeys ? rope.kPositions : rope.qPositions;
      if (!given)
        continue;
      const std::string name = forKeys ? "k" : "q";
      if (forKeys ? !rope.ofK : !rope.ofQ) // S74
        return fail("expected positions of what is rotated, got some of " + name, given->where)
            .note("rope is given here", rope.where);
      if (rope.cos && tablesByToken(spec)) // S74
        return fail("expected no 'positions' beside tables by token, got '" + given->value + "'",
                    given->where)
            .note("the tables are given here", rope.cos->where);
      const SideInput *input = find(given->value);
      if (!input)
        return notDeclared("positions", *given);
      std::span<const SideDim> axes = input->shape;
      std::string wrong = input->dtype == DType::I32 ? "" : "an i32 input";
      if (!rope.sections.empty()) {
        const auto count = int64_t(rope.sections.size());
        if (wrong.empty() && axes[0].size != count)
          wrong = "a first axis of " + std::to_string(count) + ", one position for each section,";
        axes = axes.subspan(1);
      }
      if (wrong.empty())
        wrong = tokenAxes(axes, forKeys);
      if (!wrong.empty()) // S74
        return fail("expected " + wrong + " for the positions of " + name + ", got '" + input->name + "'",
                    given->where)
            .note("the input is declared here", input->where);
    }
    return Status::success();
  }

  /// S75
  Status checkSections() const {
    if (rope.sections.empty())
      return Status::success();
    const int64_t sum = std::accumulate(rope.sections.begin(), rope.sections.end(), int64_t(0));
    if (sum != rope.pairs())
      return fail("expected sections of " + std::to_string(rope.pairs()) + " pairs of dims together, got " +
                      std::to_string(sum),
                  rope.sectionsWhere)
          .note("rope is given here", rope.where);
    if ((rope.ofQ && !rope.qPositions) || (rope.ofK && !rope.kPositions))
      return fail("expected 'positions' with 'sections', for all that is rotated, got none",
                  rope.sectionsWhere)
          .note("rope is given here", rope.where);
    return Status::success();
  }
};

} // namespace

Status checkRope(const Spec &spec) { return spec.rope ? RopeCheck(spec).run() : Status::success(); }

bool tablesByToken(const Spec &spec) {
  if (!spec.rope || !spec.rope->cos)
    return false;
  for (const SideInput &input : spec.inputs)
    if (input.name == spec.rope->cos->value) {
      // [positions, r/2] has a size where others name their tokens.
      const bool byPosition = input.shape.size() == 2 && input.shape[0].name.empty();
      return !byPosition;
    }
  return false;
}

bool ropeReadsQueryPosition(const Spec &spec) {
  if (!spec.rope || !spec.rope->ofQ)
    return false;
  const Rope &rope = *spec.rope;
  const std::string *byToken = rope.qPositions       ? &rope.qPositions->value
                               : tablesByToken(spec) ? &rope.cos->value
                                                     : nullptr;
  if (!byToken)
    return true;
  for (const SideInput &input : spec.inputs)
    if (input.name == *byToken)
      return std::any_of(input.shape.begin(), input.shape.end(), isKeyAxis);
  return true;
}

std::vector<std::string> ropeInputs(const Rope &rope) {
  std::vector<std::string> out;
  for (const auto &name : {rope.frequencies, rope.cos, rope.sin, rope.qPositions, rope.kPositions})
    if (name)
      out.push_back(name->value);
  return out;
}

} // namespace attnc
