// DecodeAlu.cpp - arithmetic, comparison and conversion: canonical names for the lane tables.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/exec/Handlers.h"
#include "runtime/sim/lanes/Lanes.h"

#include <cstring>

namespace attnc::sim {
namespace {

bool isIgnored(const OpRow &row, std::string_view mod) {
  return std::string_view(row.ignored).find(" " + std::string(mod) + " ") != std::string_view::npos;
}
bool isFloatType(std::string_view type) {
  return type == "f16" || type == "bf16" || type == "f32" || type == "f64" || type == "f16x2" ||
         type == "bf16x2" || type == "e4m3x2" || type == "e5m2x2";
}
bool isHalfType(std::string_view type) { return isFloatType(type) && type != "f32" && type != "f64"; }

/// "f32" -> "b32": for instructions that only move bits.
std::string bitsType(std::string_view type) { return "b" + std::to_string(typeBits(type)); }

} // namespace

Status Decoder::lane(const Instr &instr, const OpRow &row, Inst &out) {
  if (instr.mods.empty())
    return error("expected a type");
  for (std::string_view mod : instr.mods)
    if (mod == "cc")
      return carry(instr, row, out);
  std::string name(instr.opcode);
  bool isSlct = instr.opcode == "slct";
  for (size_t i = 0; i < instr.mods.size(); ++i) {
    std::string_view mod = instr.mods[i];
    if (isIgnored(row, mod))
      continue;
    bool bitwise = isSlct ? i + 2 == instr.mods.size() : row.bitwise && i + 1 == instr.mods.size();
    name += "." + (bitwise ? bitsType(mod) : std::string(mod));
  }
  std::string_view type = instr.mods.back();
  const LaneRow *op = instr.ops.empty() ? nullptr : findLaneOp(name, instr.ops.size() - 1);
  if (op == nullptr || op->operands[0] == 'c')
    return error("unsupported form with " + std::to_string(instr.ops.size()) + " operands");
  if (currentClass == OpClass::Integer && isFloatType(type))
    currentClass = OpClass::Float;
  if (currentClass == OpClass::Float && isHalfType(type))
    currentClass = OpClass::Half;
  out.fn = op->fn;
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0], op->operands[0]));
  for (size_t i = 1; i < instr.ops.size(); ++i) {
    ATTNC_ASSIGN_OR_RETURN(out.r[i], source(instr.ops[i], op->operands[i + 1], isFloatType(type) && !isSlct));
  }
  return Status::success();
}

Status Decoder::logic(const Instr &instr, const OpRow &row, Inst &out) {
  if (instr.mods.size() != 1 || instr.mods[0] != "pred")
    return lane(instr, row, out);
  PredOp op = instr.opcode == "and"   ? PredOp::And
              : instr.opcode == "or"  ? PredOp::Or
              : instr.opcode == "xor" ? PredOp::Xor
              : instr.opcode == "not" ? PredOp::Not
                                      : PredOp::Mov;
  size_t count = op == PredOp::Not || op == PredOp::Mov ? 2 : 3;
  if (instr.ops.size() != count)
    return badOperands(std::to_string(count) + " predicates");
  out.fn = predLogic;
  out.a = static_cast<uint8_t>(op);
  ATTNC_ASSIGN_OR_RETURN(out.r[0], predDest(instr.ops[0]));
  for (size_t i = 1; i < count; ++i) {
    ATTNC_ASSIGN_OR_RETURN(out.r[i], predSource(instr.ops[i]));
  }
  return Status::success();
}

Status Decoder::setp(const Instr &instr, const OpRow &, Inst &out) {
  if (!instr.mods.empty() && (instr.mods.back() == "f16x2" || instr.mods.back() == "bf16x2"))
    return setpPair(instr, out);
  std::string name = "setp";
  BoolOp combine = BoolOp::None;
  for (std::string_view mod : instr.mods) {
    if (BoolOp op = combinationOf(mod); op != BoolOp::None)
      combine = op;
    else
      name.append(".").append(mod);
  }
  const LaneRow *op = findLaneOp(name, 1); // a comparison names its operand type once
  size_t count = combine == BoolOp::None ? 3 : 4;
  if (op == nullptr)
    return error("unsupported form");
  if (instr.ops.size() != count)
    return badOperands(std::to_string(count) + " operands");
  out.fn = op->fn;
  out.a = static_cast<uint8_t>(combine);
  const Operand &to = instr.ops[0];
  bool isPair = to.kind == Operand::Kind::Pair;
  ATTNC_ASSIGN_OR_RETURN(out.r[0], predDest(isPair ? to.elems[0] : to));
  out.r[1] = kPredSink;
  if (isPair) {
    ATTNC_ASSIGN_OR_RETURN(out.r[1], predDest(to.elems[1]));
  }
  bool floating = isFloatType(instr.mods.back());
  currentClass = floating ? OpClass::Float : OpClass::Integer;
  ATTNC_ASSIGN_OR_RETURN(out.r[2], source(instr.ops[1], op->operands[2], floating));
  ATTNC_ASSIGN_OR_RETURN(out.r[3], source(instr.ops[2], op->operands[2], floating));
  if (count == 4) {
    ATTNC_ASSIGN_OR_RETURN(out.r[4], predSource(instr.ops[3]));
  }
  return Status::success();
}

Status Decoder::convert(const Instr &instr, const OpRow &, Inst &out) {
  if (instr.mods.size() < 2 || instr.ops.size() < 2)
    return badOperands("a destination and a source");
  std::string_view to = instr.mods[instr.mods.size() - 2], from = instr.mods.back();
  bool fromInt = !isFloatType(from), toInt = !isFloatType(to) && to != "tf32";
  std::string name = "cvt";
  for (size_t i = 0; i + 2 < instr.mods.size(); ++i) {
    std::string_view mod = instr.mods[i];
    bool noEffect = (mod == "ftz" && (fromInt || from == "f64") && (toInt || fromInt)) ||
                    (mod == "sat" && toInt && !fromInt); // float to integer always saturates
    if (!noEffect)
      name.append(".").append(mod);
  }
  name.append(".").append(to).append(".").append(from);
  const Operand &given = instr.ops[1];
  if (fromInt && from != "u64" && from != "s64" && given.kind == Operand::Kind::Reg && regBits(given) == 64)
    name.append(".low"); // the register may be wider than the type
  const LaneRow *op = findLaneOp(name, instr.ops.size() - 1);
  if (op == nullptr)
    return error("unsupported conversion");
  out.fn = op->fn;
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0], op->operands[0], true));
  for (size_t i = 1; i < instr.ops.size(); ++i) {
    ATTNC_ASSIGN_OR_RETURN(out.r[i], source(instr.ops[i], op->operands[i + 1], !fromInt, true));
  }
  return Status::success();
}

} // namespace attnc::sim
