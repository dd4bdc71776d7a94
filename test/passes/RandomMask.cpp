// RandomMask.cpp - generator and oracle.
#include "RandomMask.h"

#include <algorithm>

namespace attnc::test {

ExprPtr node(ExprKind kind, ExprType type, std::vector<ExprPtr> operands) {
  auto expr = std::make_shared<Expr>();
  expr->kind = kind;
  expr->type = type;
  expr->operands = std::move(operands);
  return expr;
}

static ExprPtr named(ExprKind kind, std::string name, std::vector<ExprPtr> operands = {}) {
  auto expr = std::make_shared<Expr>();
  expr->kind = kind;
  expr->type = ExprType::Int;
  expr->name = std::move(name);
  expr->operands = std::move(operands);
  return expr;
}

ExprPtr variable(std::string name) { return named(ExprKind::Variable, std::move(name)); }

ExprPtr literal(int64_t value) {
  auto expr = std::make_shared<Expr>();
  expr->kind = ExprKind::IntLiteral;
  expr->type = ExprType::Int;
  expr->intValue = value;
  return expr;
}

Spec baseSpec(Anchor anchor) {
  Spec spec;
  spec.file = "random.yaml";
  spec.name.value = "random";
  spec.queryHeads.value = 4;
  spec.kvHeads.value = 2;
  spec.headDim.value = spec.headDimV.value = 64;
  spec.dtype.value = spec.outDtype.value = DType::F16;
  spec.lengths.value = LengthsKind::Both;
  spec.anchor.value = anchor;
  spec.score.scale.value = 0.125;
  spec.params = {{"window", DType::I32, 8, {}}, {"prefix", DType::I32, 3, {}}};
  spec.inputs = {{"doc", DType::I32, {{"kv_len", 0}}, {}}};
  return spec;
}

//===- Generator --------------------------------------------------------------------------------------===//

MaskNode RandomMask::sugar(int depth) {
  MaskNode mask;
  int64_t pick = between(0, depth > 0 ? 8 : 4);
  if (pick <= 1) {
    mask.kind = MaskNode::Kind::Causal;
  } else if (pick <= 3) {
    mask.kind = MaskNode::Kind::Window;
    if (between(0, 3))
      mask.left = between(-2, 12);
    if (!mask.left || between(0, 1))
      mask.right = between(-2, 12);
  } else if (pick == 4) {
    mask.kind = MaskNode::Kind::Chunked;
    mask.size = between(1, 11);
  } else if (pick == 8) {
    mask.kind = MaskNode::Kind::Not;
    mask.operands = {sugar(depth - 1)};
  } else {
    mask.kind = pick <= 6 ? MaskNode::Kind::All : MaskNode::Kind::Any;
    for (int64_t i = between(1, 3); i > 0; --i)
      mask.operands.push_back(sugar(depth - 1));
  }
  return mask;
}

ExprPtr RandomMask::integer(int depth) {
  static const char *names[] = {"q", "kv", "q", "kv", "q_row", "h", "kvh", "b", "q_len", "kv_len"};
  int64_t pick = between(0, depth > 0 ? 19 : 7);
  auto operand = [&] { return integer(depth - 1); };
  auto make = [&](ExprKind kind, std::vector<ExprPtr> operands) {
    return node(kind, ExprType::Int, std::move(operands));
  };
  if (pick <= 4)
    return variable(names[between(0, 9)]);
  if (pick <= 6)
    return literal(between(-6, 20));
  if (pick == 7)
    return between(0, 4) ? named(ExprKind::Param, between(0, 1) ? "window" : "prefix")
                         : named(ExprKind::Read, "doc", {variable(between(0, 1) ? "q" : "kv")});
  switch (pick) {
  case 8:
  case 9:
    return make(ExprKind::Add, {operand(), operand()});
  case 10:
  case 11:
    return make(ExprKind::Sub, {operand(), operand()});
  case 12:
    return make(ExprKind::Mul, {operand(), literal(between(-3, 4))});
  case 13:
    return make(ExprKind::FloorDiv, {operand(), literal(between(1, 9))});
  case 14:
    return make(ExprKind::Mod, {operand(), literal(between(1, 9))});
  case 15:
    return make(ExprKind::Min, {operand(), operand()});
  case 16:
    return make(ExprKind::Max, {operand(), operand()});
  case 17:
    return make(ExprKind::Clamp, {operand(), operand(), operand()});
  case 18:
    return make(between(0, 1) ? ExprKind::Abs : ExprKind::Neg, {operand()});
  default:
    return make(ExprKind::Select, {boolean(depth - 1), operand(), operand()});
  }
}

static ExprKind comparisonKind(int64_t pick) {
  static const ExprKind kinds[] = {ExprKind::Le, ExprKind::Lt, ExprKind::Ge,
                                   ExprKind::Gt, ExprKind::Eq, ExprKind::Ne};
  return kinds[pick];
}

ExprPtr RandomMask::keyComparison(int depth) {
  ExprPtr key = variable("kv");
  if (!between(0, 3))
    key = node(ExprKind::FloorDiv, ExprType::Int, {key, literal(between(1, 9))});
  if (!between(0, 3))
    key = node(ExprKind::Mul, ExprType::Int, {key, literal(between(1, 3))});
  ExprPtr other = variable("q");
  if (between(0, 1))
    other = node(between(0, 1) ? ExprKind::Add : ExprKind::Sub, ExprType::Int, {other, integer(depth)});
  std::vector<ExprPtr> sides = {key, other};
  if (between(0, 1))
    std::swap(sides[0], sides[1]);
  return node(comparisonKind(between(0, 4)), ExprType::Bool, std::move(sides));
}

ExprPtr RandomMask::boolean(int depth) {
  int64_t pick = between(0, depth > 0 ? 11 : 4);
  if (pick <= 2)
    return keyComparison(depth - 1);
  if (pick <= 4)
    return node(comparisonKind(between(0, 5)), ExprType::Bool, {integer(depth), integer(depth)});
  if (pick <= 7)
    return node(ExprKind::And, ExprType::Bool, {boolean(depth - 1), boolean(depth - 1)});
  if (pick <= 9)
    return node(ExprKind::Or, ExprType::Bool, {boolean(depth - 1), boolean(depth - 1)});
  if (pick == 10)
    return node(ExprKind::Not, ExprType::Bool, {boolean(depth - 1)});
  return node(ExprKind::Select, ExprType::Bool, {boolean(depth - 1), boolean(depth - 1), boolean(depth - 1)});
}

MaskNode RandomMask::expression(int depth) {
  MaskNode mask;
  mask.kind = MaskNode::Kind::Expression;
  mask.expr = boolean(depth);
  return mask;
}

//===- Oracle -----------------------------------------------------------------------------------------===//

static int64_t floorDiv(int64_t x, int64_t y) { return x / y - (x % y != 0 && (x < 0) != (y < 0)); }

static int64_t valueOf(const Expr &expr, const Spec &spec, const CallValues &values, const Position &at) {
  auto operand = [&](size_t i) { return valueOf(*expr.operands[i], spec, values, at); };
  switch (expr.kind) {
  case ExprKind::IntLiteral:
  case ExprKind::BoolLiteral:
    return expr.intValue;
  case ExprKind::Param:
    return expr.name == "window" ? values.window : values.prefix;
  case ExprKind::Read: {
    int64_t index = operand(0);
    return index >= 0 && index < int64_t(values.doc.size()) ? values.doc[index] : 0;
  }
  case ExprKind::Variable:
    if (expr.name == "q_row")
      return spec.anchor.value == Anchor::TopLeft ? at.q : at.q - at.kvLen + at.qLen;
    return expr.name == "q"       ? at.q
           : expr.name == "kv"    ? at.kv
           : expr.name == "h"     ? at.h
           : expr.name == "kvh"   ? at.h / spec.group()
           : expr.name == "b"     ? at.b
           : expr.name == "q_len" ? at.qLen
                                  : at.kvLen;
  case ExprKind::Neg:
    return -operand(0);
  case ExprKind::Not:
    return !operand(0);
  case ExprKind::Abs:
    return std::abs(operand(0));
  case ExprKind::Add:
    return operand(0) + operand(1);
  case ExprKind::Sub:
    return operand(0) - operand(1);
  case ExprKind::Mul:
    return operand(0) * operand(1);
  case ExprKind::FloorDiv:
    return floorDiv(operand(0), operand(1));
  case ExprKind::Mod:
    return operand(0) - floorDiv(operand(0), operand(1)) * operand(1);
  case ExprKind::Min:
    return std::min(operand(0), operand(1));
  case ExprKind::Max:
    return std::max(operand(0), operand(1));
  case ExprKind::Clamp:
    return std::min(std::max(operand(0), operand(1)), operand(2));
  case ExprKind::Eq:
    return operand(0) == operand(1);
  case ExprKind::Ne:
    return operand(0) != operand(1);
  case ExprKind::Lt:
    return operand(0) < operand(1);
  case ExprKind::Le:
    return operand(0) <= operand(1);
  case ExprKind::Gt:
    return operand(0) > operand(1);
  case ExprKind::Ge:
    return operand(0) >= operand(1);
  case ExprKind::And:
    return operand(0) && operand(1);
  case ExprKind::Or:
    return operand(0) || operand(1);
  case ExprKind::Select:
    return operand(0) ? operand(1) : operand(2);
  default:
    std::abort(); // the generator makes none of these
  }
}

bool visible(const MaskNode &mask, const Spec &spec, const CallValues &values, const Position &at) {
  auto holds = [&](const MaskNode &operand) { return visible(operand, spec, values, at); };
  switch (mask.kind) {
  case MaskNode::Kind::None:
    return true;
  case MaskNode::Kind::Causal:
    return at.kv <= at.q;
  case MaskNode::Kind::Window:
    return (!mask.left || at.kv >= at.q - *mask.left) && (!mask.right || at.kv <= at.q + *mask.right);
  case MaskNode::Kind::Chunked:
    return floorDiv(at.q, mask.size) == floorDiv(at.kv, mask.size);
  case MaskNode::Kind::Expression:
  case MaskNode::Kind::Named:
    return valueOf(*mask.expr, spec, values, at) != 0;
  case MaskNode::Kind::All:
    return std::all_of(mask.operands.begin(), mask.operands.end(), holds);
  case MaskNode::Kind::Any:
    return std::any_of(mask.operands.begin(), mask.operands.end(), holds);
  case MaskNode::Kind::Not:
    return !holds(mask.operands.front());
  }
  return false;
}

static std::string describe(const Expr &expr) {
  static const char *names[] = {
      "int",  "float", "bool", "var", "param", "read",  "neg", "not", "abs",  "+",    "-",       "*",
      "//",   "%",     "/",    "min", "max",   "clamp", "exp", "exp2", "log", "sqrt", "tanh",
      "sigmoid", "silu", "relu", "gelu", "==", "!=", "<", "<=", ">", ">=", "and", "or", "bit", "search", "reaches", "select", "float"};
  if (expr.kind == ExprKind::IntLiteral)
    return std::to_string(expr.intValue);
  if (expr.operands.empty())
    return expr.name;
  std::string text = std::string("(") + names[size_t(expr.kind)];
  for (const ExprPtr &operand : expr.operands)
    text += " " + describe(*operand);
  return text + ")";
}

std::string describe(const MaskNode &mask) {
  auto bound = [](const std::optional<int64_t> &value) { return value ? std::to_string(*value) : "-"; };
  std::string operands;
  for (const MaskNode &operand : mask.operands)
    operands += " " + describe(operand);
  switch (mask.kind) {
  case MaskNode::Kind::None:
    return "none";
  case MaskNode::Kind::Causal:
    return "causal";
  case MaskNode::Kind::Window:
    return "window(" + bound(mask.left) + "," + bound(mask.right) + ")";
  case MaskNode::Kind::Chunked:
    return "chunked(" + std::to_string(mask.size) + ")";
  case MaskNode::Kind::Expression:
  case MaskNode::Kind::Named:
    return describe(*mask.expr);
  case MaskNode::Kind::All:
    return "(all" + operands + ")";
  case MaskNode::Kind::Any:
    return "(any" + operands + ")";
  case MaskNode::Kind::Not:
    return "(not" + operands + ")";
  }
  return "";
}

} // namespace attnc::test
