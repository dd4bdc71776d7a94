// SpecCheck.cpp - the labelled rules of a spec.
//
// Must not know YAML or hardware. A rule that only types one value is enforced where the value is read.
#include "specs/SpecCheck.h"

#include "specs/ExprLexer.h"
#include "specs/ExprParser.h"
#include "specs/ExprRange.h"
#include "specs/ExprTyping.h"
#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"
#include "specs/NumberText.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <set>

namespace attnc {
namespace {

void visitMask(const MaskNode &mask, const std::function<void(const MaskNode &)> &visit) {
  visit(mask);
  for (const MaskNode &operand : mask.operands)
    visitMask(operand, visit);
}

Status checkIdentifier(const std::string &name, std::string_view what, const Location &where) {
  if (isIdentifier(name))
    return Status::success();
  return fail("expected a letter, then letters, digits and '_', at most 64, for " + std::string(what) +
                  ", got " + inQuotes(name),
              where);
}

Status checkHeads(const Spec &spec) {
  for (const auto *heads : {&spec.queryHeads, &spec.kvHeads})
    if (heads->value < 1 || heads->value > kMaxHeads) // S2
      return fail("expected between 1 and " + std::to_string(kMaxHeads) + " heads, got " +
                      std::to_string(heads->value),
                  heads->where);
  if (spec.queryHeads.value % spec.kvHeads.value != 0) // S3
    return fail("expected query heads to be a multiple of the kv heads (" +
                    std::to_string(spec.kvHeads.value) + "), got " + std::to_string(spec.queryHeads.value),
                spec.queryHeads.where)
        .note("the kv heads are given here", spec.kvHeads.where);
  for (auto [name, dim] : {std::pair("head_dim", &spec.headDim), std::pair("head_dim_v", &spec.headDimV)})
    if (dim->value < 8 || dim->value > 256 || dim->value % 8 != 0) // S4
      return fail("expected " + std::string(name) + " to be a multiple of 8 from 8 to 256, got " +
                      std::to_string(dim->value),
                  dim->where);
  if (spec.dtype.value != DType::F16 && spec.dtype.value != DType::BF16 &&
      spec.dtype.value != DType::F32) // S5
    return fail("expected f16, bf16 or f32 for 'dtype', got '" + std::string(dtypeName(spec.dtype.value)) +
                    "'",
                spec.dtype.where);
  if (isQuantised(spec.outDtype.value) && spec.headDimV.value % 16 != 0) // S60
    return fail("expected a head size of values that is a multiple of 16, one access of 16 bytes, for a "
                "quantised out, got " +
                    std::to_string(spec.headDimV.value),
                spec.headDimV.where.valid() ? spec.headDimV.where : spec.headDim.where)
        .note("'out_dtype' is given here", spec.outDtype.where);
  if (spec.outDtype.value != spec.dtype.value && spec.outDtype.value != DType::F32 &&
      !isQuantised(spec.outDtype.value)) // S5
    return fail("expected 'out_dtype' to be f32, quantised or the dtype, got '" +
                    std::string(dtypeName(spec.outDtype.value)) + "'",
                spec.outDtype.where)
        .note("the dtype is given here", spec.dtype.where);
  return Status::success();
}

/// What tensor cores round is asked for where they have it, and not of the family without them.
Status checkArithmetic(const Spec &spec) {
  const bool f16Sums = spec.accumulate.value == DType::F16;
  if ((spec.tf32.value || spec.tf32.where.valid()) && spec.dtype.value != DType::F32) // S50
    return fail("expected 'precision' only with f32 inputs, got " + std::string(dtypeName(spec.dtype.value)) +
                    ", which tensor cores multiply exactly",
                spec.tf32.where)
        .note("the dtype is given here", spec.dtype.where);
  if (f16Sums && spec.dtype.value != DType::F16) // S51
    return fail("expected 'accumulate: f16' only with f16 inputs, got " +
                    std::string(dtypeName(spec.dtype.value)) + ", which no tensor core sums in f16",
                spec.accumulate.where)
        .note("the dtype is given here", spec.dtype.where);
  if (!spec.schedule.family)
    return Status::success();
  const auto &family = *spec.schedule.family;
  if (family.value == Family::Plain && (spec.tf32.value || f16Sums)) // S52
    return fail("expected 'family: mma' with '" +
                    std::string(f16Sums ? "accumulate: f16" : "precision: tf32") +
                    "', which is the tensor cores', got plain",
                family.where)
        .note("it is given here", f16Sums ? spec.accumulate.where : spec.tf32.where);
  if (spec.plainFallback.value) // S52
    return fail("expected either 'fallback: plain' or a pinned family, got both", family.where)
        .note("the fallback is given here", spec.plainFallback.where);
  return Status::success();
}

Status checkLayout(const Spec &spec) {
  if (spec.lengths.where.valid() && spec.layout.value == TokenLayout::Packed) // S6
    return fail("expected 'lengths' only with the padded layout, got it with packed, whose lengths always "
                "vary",
                spec.lengths.where)
        .note("the layout is given here", spec.layout.where);
  if (spec.fusedQkv.value && spec.headDimV.value != spec.headDim.value) // S40
    return fail("expected 'head_dim_v' to be head_dim (" + std::to_string(spec.headDim.value) +
                    ") where qkv is fused into one tensor, got " + std::to_string(spec.headDimV.value),
                spec.headDimV.where)
        .note("qkv is fused here", spec.fusedQkv.where);
  if (spec.selfAttention()) {
    if (spec.lengths.value == LengthsKind::Kv) // S41
      return fail("expected 'lengths' none or both where qkv is fused, as queries and keys are the same "
                  "tokens, got kv",
                  spec.lengths.where)
          .note("qkv is fused here", spec.fusedQkv.where);
    if (spec.anchor.where.valid()) // S42
      return fail("expected no 'anchor' where qkv is fused, as query and key of a token have one position, "
                  "got one",
                  spec.anchor.where)
          .note("qkv is fused here", spec.fusedQkv.where);
  }
  const TokenAxes &axes = spec.axes;
  bool anyRows = spec.layout.value == TokenLayout::Packed || spec.qkvBias.value;
  for (const std::string &order : {axes.q, axes.k, axes.v, axes.out}) {
    if (!std::is_permutation(order.begin(), order.end(), keys::kAxes.begin(), keys::kAxes.end())) // K4
      return fail("expected an order of the letters b, s, h and d, got " + inQuotes(order),
                  spec.layout.where);
    anyRows |= order.back() == 'd';
  }
  if (spec.cache)
    anyRows |= spec.cache->orderK.back() == 'd' || spec.cache->orderV.back() == 'd';
  if (spec.alignment.where.valid() && !anyRows) // S43
    return fail(
               "expected 'alignment' only where head_dim is the innermost axis of a tensor, got it with none",
               spec.alignment.where)
        .note("the axes are given here", spec.layout.where);
  int64_t alignment = spec.alignment.value;
  if (alignment != 2 && alignment != 4 && alignment != 8 && alignment != 16) // S44
    return fail("expected 'alignment' to be 2, 4, 8 or 16 bytes, got " + std::to_string(alignment),
                spec.alignment.where);
  if (alignment < dtypeSize(spec.dtype.value)) // S45
    return fail("expected 'alignment' to be at least the " + std::to_string(dtypeSize(spec.dtype.value)) +
                    " bytes of an element of " + std::string(dtypeName(spec.dtype.value)) + ", got " +
                    std::to_string(alignment),
                spec.alignment.where)
        .note("the dtype is given here", spec.dtype.where);
  bool given = spec.anchor.where.valid() || spec.anchor.value != Anchor::BottomRight;
  if (given && !anchorMatters(spec)) // S7
    return fail("expected 'anchor' only where a mask, score or rope depends on q, got none that does",
                spec.anchor.where)
        .note("the mask is given here", spec.mask.where);
  return Status::success();
}

/// Kernels compute in f32: a value that becomes 0 or infinity there is a mistake.
bool positiveF32(double value) {
  return value >= std::numeric_limits<float>::min() && value <= std::numeric_limits<float>::max();
}

Status checkScore(const Spec &spec) {
  const Score &score = spec.score;
  if (score.scaleParam.empty()) {
    if (!positiveF32(score.scale.value)) // S8
      return fail("expected 'scale' to be a positive normal f32, got " + floatText(score.scale.value),
                  score.scale.where);
  } else {
    auto param = std::find_if(spec.params.begin(), spec.params.end(),
                              [&](const ScalarParam &p) { return p.name == score.scaleParam; });
    if (param == spec.params.end()) // S9
      return fail("expected a number or a parameter of 'params' for 'scale', got " +
                      inQuotes(score.scaleParam),
                  score.scale.where);
    if (param->dtype != DType::F32) // S9
      return fail("expected a parameter of type f32 for 'scale', got '" + param->name + "' of type " +
                      std::string(dtypeName(param->dtype)),
                  score.scale.where)
          .note("the parameter is declared here", param->where);
    if (param->defaultValue && !positiveF32(*param->defaultValue)) // S8
      return fail("expected the default of the scale '" + param->name +
                      "' to be a positive normal f32, got " + floatText(*param->defaultValue),
                  param->where)
          .note("it is the scale here", score.scale.where);
  }
  if (score.softcap && !positiveF32(score.softcap->value)) // S10
    return fail("expected 'softcap' to be a positive normal f32, got " + floatText(score.softcap->value),
                score.softcap->where);
  if (!score.expr)
    return Status::success();
  if (score.expr->type != ExprType::Float) // E6
    return fail("expected a score expression of type float, got " +
                    std::string(exprTypeName(score.expr->type)),
                score.expr->where);
  bool readsScore = false;
  visitExpr(*score.expr,
            [&](const Expr &node) { readsScore |= node.kind == ExprKind::Variable && node.name == "s"; });
  if (!readsScore) // S17
    return fail("expected a score expression that reads 's', got one that ignores q . k", score.expr->where);
  return Status::success();
}

Status checkSinks(const Spec &spec) {
  const std::optional<Located<std::string>> &sinks = spec.score.sinks;
  if (!sinks)
    return Status::success();
  auto input = std::find_if(spec.inputs.begin(), spec.inputs.end(),
                            [&](const SideInput &each) { return each.name == sinks->value; });
  if (input == spec.inputs.end()) // S26
    return fail("expected an input of 'inputs' for 'sinks', got " + inQuotes(sinks->value), sinks->where);
  bool isFloat = input->dtype == DType::F32 || input->dtype == DType::F16 || input->dtype == DType::BF16;
  bool perHead = input->shape.size() == 1 &&
                 (input->shape[0].name == "heads" || input->shape[0].size == spec.queryHeads.value);
  if (!isFloat || !perHead) // S27
    return fail("expected a float input of shape [heads] for 'sinks', got '" + input->name + "'",
                sinks->where)
        .note("the input is declared here", input->where);
  if (!spec.score.sinkInLse && !spec.outputs.lse) // S23
    return fail("expected 'lse' among the outputs where 'in_lse' is given, got none", sinks->where);
  return Status::success();
}

Status checkMaskNode(const MaskNode &mask, const Spec &spec, bool top) {
  constexpr int64_t kMaxInt = std::numeric_limits<int32_t>::max();
  switch (mask.kind) {
  case MaskNode::Kind::None:
    if (!top) // S14
      return fail("expected a mask that hides something inside a combination, got none", mask.where);
    break;
  case MaskNode::Kind::Causal:
    break;
  case MaskNode::Kind::Window:
    if (!mask.left && !mask.right) // S11
      return fail("expected left or right in 'window', got neither", mask.where);
    for (const auto &side : {mask.left, mask.right})
      if (side && (*side < 0 || *side > kMaxInt)) // S11
        return fail("expected a window side between 0 and 2147483647, got " + std::to_string(*side),
                    mask.where);
    break;
  case MaskNode::Kind::Chunked:
    if (mask.size < 1 || mask.size > kMaxInt) // S13
      return fail("expected a chunk size between 1 and 2147483647, got " + std::to_string(mask.size),
                  mask.where);
    break;
  case MaskNode::Kind::Expression:
  case MaskNode::Kind::Named:
    if (!mask.expr || mask.expr->type != ExprType::Bool) // E6
      return fail("expected a mask expression of type bool, got " +
                      std::string(mask.expr ? exprTypeName(mask.expr->type) : "none"),
                  mask.expr ? mask.expr->where : mask.where);
    if (truthOf(*mask.expr, spec) == Truth::Never) // S16
      return fail("expected a mask that some key can pass, got one that is never true", mask.expr->where);
    break;
  case MaskNode::Kind::All:
  case MaskNode::Kind::Any:
  case MaskNode::Kind::Not:
    if (mask.operands.empty()) // S15
      return fail("expected at least one mask in the combination, got none", mask.where);
    break;
  }
  for (const MaskNode &operand : mask.operands)
    ATTNC_RETURN_IF_ERROR(checkMaskNode(operand, spec, false));
  return Status::success();
}

Status checkUse(const Spec &spec) {
  std::set<std::string> used{spec.score.scaleParam};
  if (spec.score.sinks)
    used.insert(spec.score.sinks->value);
  if (spec.rope)
    for (std::string &name : ropeInputs(*spec.rope))
      used.insert(std::move(name));
  visitExpressions(spec, [&](const Expr &node) {
    if (!node.name.empty() && node.kind != ExprKind::Variable)
      used.insert(node.name);
  });
  for (const SideInput &input : spec.inputs)
    if (!used.count(input.name)) // S19
      return fail("expected a mask, score or rope that reads the input '" + input.name + "', got none",
                  input.where);
  for (const ScalarParam &param : spec.params)
    if (!used.count(param.name)) // S19
      return fail("expected a mask or score that reads the parameter '" + param.name + "', got none",
                  param.where);
  return Status::success();
}

Status checkSchedule(const SchedulePins &pins) {
  struct Range {
    const std::optional<Located<int64_t>> &pin;
    std::string_view name;
    int64_t least, most, multiple;
  };
  const Range ranges[] = {{pins.tileQ, "tile_q", 16, 256, 16},
                          {pins.tileKv, "tile_kv", 16, 256, 16},
                          {pins.stages, "stages", 1, 4, 1},
                          {pins.warps, "warps", 1, 8, 1}};
  for (const auto &[pin, name, least, most, multiple] : ranges) {
    if (!pin || (pin->value >= least && pin->value <= most && pin->value % multiple == 0))
      continue;
    std::string step = multiple > 1 ? " a multiple of " + std::to_string(multiple) : "";
    return fail("expected '" + std::string(name) + "'" + (step.empty() ? "" : " to be" + step) + " between " +
                    std::to_string(least) + " and " + std::to_string(most) + ", got " +
                    std::to_string(pin->value),
                pin->where); // S24
  }
  if (pins.warps && !std::has_single_bit(static_cast<uint64_t>(pins.warps->value))) // S24
    return fail("expected 'warps' to be 1, 2, 4 or 8, got " + std::to_string(pins.warps->value),
                pins.warps->where);
  return Status::success();
}

Status checkInput(const SideInput &input, const Spec &spec) {
  constexpr size_t kMaxRank = 4;
  constexpr int64_t kMaxElements = int64_t(1) << 31;
  if (input.shape.empty() || input.shape.size() > kMaxRank) // S20
    return fail("expected 1 to 4 dims in the shape of '" + input.name + "', got " +
                    std::to_string(input.shape.size()),
                input.where);
  int64_t elements = 1;
  for (const SideDim &dim : input.shape) {
    bool packedOnly = dim.name == "total_q" || dim.name == "total_kv";
    if (packedOnly && spec.layout.value != TokenLayout::Packed) // S20
      return fail("expected dim '" + dim.name + "' of '" + input.name +
                      "' only with the packed layout, got it with padded",
                  input.where)
          .note("the layout is given here", spec.layout.where);
    if (dim.name == "total_kv" && spec.cache) // S20
      return fail("expected no dim 'total_kv' of '" + input.name + "' where keys are cached, got it",
                  input.where)
          .note("the cache is given here", spec.cache->where);
    if (!dim.name.empty())
      continue;
    if (dim.size < 1 || dim.size > kMaxElements / elements) // S20
      return fail("expected at most 2147483648 elements in the fixed dims of '" + input.name + "', got more",
                  input.where);
    elements *= dim.size;
  }
  constexpr std::array kDtypes{DType::F32, DType::F16, DType::BF16, DType::I32, DType::Bool};
  if (std::find(kDtypes.begin(), kDtypes.end(), input.dtype) == kDtypes.end()) // S21
    return fail("expected f32, f16, bf16, i32 or bool for the input '" + input.name + "', got " +
                    std::string(dtypeName(input.dtype)),
                input.where);
  return Status::success();
}

/// Names that mean something else in an expression or on the command line.
std::string_view takenBy(std::string_view name) {
  auto variables = exprVariables();
  if (std::find(variables.begin(), variables.end(), name) != variables.end() || name == "s")
    return "a variable of expressions";
  if (isExprKeyword(name))
    return "a word of expressions";
  if (findFunction(name))
    return "a function of expressions";
  constexpr std::array<std::string_view, 15> kTensors{"k",         "v",      "out",     "lse",    "row_max",
                                                      "max_logit", "q_lens", "kv_lens", "cu_q",   "cu_kv",
                                                      "qkv",       "q_bias", "k_bias",  "v_bias", "qkv_bias"};
  constexpr std::array<std::string_view, 21> kCaches{
      "k_scale",     "v_scale",           "out_scale",     "k_cache",       "v_cache",     "kv_cache",
      "block_table", "k_block_table",     "v_block_table", "page_indices",  "page_indptr", "k_page_indices",
      "k_rotated",   "v_page_indices",    "last_page_len", "write_indices", "k_scales",    "v_scales",
      "kv_scales",   "cache_indirection", "prompt_lens"};
  constexpr std::array<std::string_view, 7> kDumps{"debug_scores",  "debug_row_max", "debug_row_sum",
                                                   "debug_weights", "debug_pages",   "debug_k_pages",
                                                   "debug_v_pages"};
  if (std::find(kTensors.begin(), kTensors.end(), name) != kTensors.end() ||
      std::find(kDumps.begin(), kDumps.end(), name) != kDumps.end() ||
      std::find(kCaches.begin(), kCaches.end(), name) != kCaches.end())
    return "a tensor of kernels";
  constexpr std::array<std::string_view, 10> kWorkspaces{
      "block_map",       "readable_pages",  "readable_k_pages", "readable_v_pages", "cleaned_pages",
      "cleaned_k_pages", "cleaned_v_pages", "beams_pages",      "beams_k_pages",    "beams_v_pages"};
  if (std::find(kWorkspaces.begin(), kWorkspaces.end(), name) != kWorkspaces.end())
    return "a workspace of kernels";
  constexpr std::array<std::string_view, 12> kDims{"batch",     "heads",       "kv_heads", "total_q",
                                                   "total_kv",  "pages",       "k_pages",  "v_pages",
                                                   "max_pages", "total_pages", "capacity", "max_len"};
  if (std::find(kDims.begin(), kDims.end(), name) != kDims.end())
    return "a dim of kernels";
  return "";
}

} // namespace

Status checkDeclarations(const Spec &spec) {
  constexpr size_t kMaxInputs = 16, kMaxParams = 32;
  std::vector<std::pair<std::string, Location>> names;
  for (const SideInput &input : spec.inputs)
    names.emplace_back(input.name, input.where);
  for (const ScalarParam &param : spec.params)
    names.emplace_back(param.name, param.where);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto &[name, where] = names[i];
    ATTNC_RETURN_IF_ERROR(checkIdentifier(name, "a name", where)); // S18
    if (std::string_view owner = takenBy(name); !owner.empty())    // S18
      return fail("expected a new name, got '" + name + "', which is " + std::string(owner), where);
    for (size_t j = 0; j < i; ++j)
      if (names[j].first == name) // S18
        return fail("expected a name once among inputs and params, got '" + name + "' again", where)
            .note("it was first declared here", names[j].second);
  }
  if (spec.inputs.size() > kMaxInputs) // S25
    return fail("expected at most " + std::to_string(kMaxInputs) + " inputs, got " +
                    std::to_string(spec.inputs.size()),
                spec.inputs[kMaxInputs].where);
  if (spec.params.size() > kMaxParams) // S25
    return fail("expected at most " + std::to_string(kMaxParams) + " params, got " +
                    std::to_string(spec.params.size()),
                spec.params[kMaxParams].where);
  for (const SideInput &input : spec.inputs)
    ATTNC_RETURN_IF_ERROR(checkInput(input, spec));
  for (const ScalarParam &param : spec.params)
    if (param.dtype != DType::F32 && param.dtype != DType::I32) // S22
      return fail("expected f32 or i32 for the parameter '" + param.name + "', got " +
                      std::string(dtypeName(param.dtype)),
                  param.where);
  return Status::success();
}

Status checkSpec(const Spec &spec) {
  ATTNC_RETURN_IF_ERROR(checkIdentifier(spec.name.value, "'name'", spec.name.where)); // S1
  ATTNC_RETURN_IF_ERROR(checkHeads(spec));
  if (spec.newTokens.value < 1 || spec.newTokens.value > 16) // S57
    return fail("expected 'new_tokens' between 1 and 16, got " + std::to_string(spec.newTokens.value),
                spec.newTokens.where);
  if (spec.newTokens.where.valid() && spec.phase.value != Phase::Decode) // S57
    return fail("expected 'new_tokens' only with 'phase: decode', got it with " +
                    std::string(keys::kPhases[static_cast<size_t>(spec.phase.value)]),
                spec.newTokens.where)
        .note("the phase is given here", spec.phase.where);
  ATTNC_RETURN_IF_ERROR(checkAppend(spec));
  ATTNC_RETURN_IF_ERROR(checkArithmetic(spec));
  ATTNC_RETURN_IF_ERROR(checkDeclarations(spec));
  ATTNC_RETURN_IF_ERROR(checkMaskNode(spec.mask, spec, true));
  ATTNC_RETURN_IF_ERROR(checkScore(spec));
  ATTNC_RETURN_IF_ERROR(checkSinks(spec));
  ATTNC_RETURN_IF_ERROR(checkRope(spec));
  ATTNC_RETURN_IF_ERROR(checkUse(spec));
  ATTNC_RETURN_IF_ERROR(checkLayout(spec));
  ATTNC_RETURN_IF_ERROR(checkCache(spec));
  return checkSchedule(spec.schedule);
}

void visitExpressions(const Spec &spec, const std::function<void(const Expr &)> &visit) {
  visitMask(spec.mask, [&](const MaskNode &mask) {
    if (mask.expr)
      visitExpr(*mask.expr, visit);
  });
  for (const NamedTerm &term : spec.score.terms)
    visitExpr(*term.expr, visit);
  if (spec.score.expr)
    visitExpr(*spec.score.expr, visit);
}

bool anchorMatters(const Spec &spec) {
  if (spec.selfAttention())
    return false;
  bool matters = ropeReadsQueryPosition(spec);
  visitMask(spec.mask, [&](const MaskNode &mask) {
    matters |= mask.kind == MaskNode::Kind::Causal || mask.kind == MaskNode::Kind::Window ||
               mask.kind == MaskNode::Kind::Chunked;
  });
  visitExpressions(spec,
                   [&](const Expr &node) { matters |= node.kind == ExprKind::Variable && node.name == "q"; });
  return matters;
}

} // namespace attnc
