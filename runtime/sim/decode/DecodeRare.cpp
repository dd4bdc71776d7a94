// DecodeRare.cpp - instructions with a form of their own: carry chains, set, slct, testp, match.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/exec/Handlers.h"
#include "runtime/sim/lanes/Lanes.h"

namespace attnc::sim {

/// add.cc, addc, sub.cc, subc, mad.cc, madc: one carry bit a lane, in a predicate of its own.
Status Decoder::carry(const Instr &instr, const OpRow &, Inst &out) {
  bool isMad = instr.opcode.starts_with("mad"), isSub = instr.opcode.starts_with("sub");
  CarryOp op = isSub ? CarryOp::Sub : CarryOp::Add;
  uint8_t flags = instr.opcode.ends_with('c') ? kCarryIn : 0;
  bool hasHalf = false;
  int bits = 0;
  for (std::string_view mod : instr.mods) {
    if (mod == "cc")
      flags |= kCarryOut;
    else if (isMad && !hasHalf && (mod == "lo" || mod == "hi")) {
      op = mod == "lo" ? CarryOp::MadLo : CarryOp::MadHi;
      hasHalf = true;
    } else if (bits == 0 && (mod == "u32" || mod == "s32" || mod == "u64" || mod == "s64")) {
      bits = typeBits(mod);
      flags |= mod[0] == 's' ? kCarrySigned : 0;
    } else
      return unknownModifier(mod);
  }
  size_t count = isMad ? 4 : 3;
  if (bits == 0 || hasHalf != isMad || instr.ops.size() != count)
    return badOperands("a 32-bit or 64-bit type and " + std::to_string(count) + " operands");
  char code = bits == 64 ? 'd' : 'w';
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0], code));
  for (size_t i = 1; i < count; ++i) {
    ATTNC_ASSIGN_OR_RETURN(out.r[i], source(instr.ops[i], code));
  }
  out.fn = carryArithmetic;
  out.a = static_cast<uint8_t>(op);
  out.b = flags;
  out.c = bits == 64;
  return Status::success();
}

/// set.<cmp>[.<bool>][.ftz].<to>.<from>: the comparison that setp makes, as a number instead of a predicate.
Status Decoder::set(const Instr &instr, const OpRow &, Inst &out) {
  if (instr.mods.size() < 3)
    return error("expected set.<comparison>.<type>.<type>");
  std::string_view from = instr.mods.back(), to = instr.mods[instr.mods.size() - 2];
  static constexpr std::pair<std::string_view, uint32_t> results[] = {
      {"u32", 0xffffffff},   {"s32", 0xffffffff},    {"f32", 0x3f800000}, {"u16", 0xffff}, {"s16", 0xffff},
      {"f16x2", 0x3c003c00}, {"bf16x2", 0x3f803f80}, {"f16", 0x3c00},     {"bf16", 0x3f80}};
  uint32_t whenTrue = 0;
  for (const auto &[name, value] : results)
    if (name == to)
      whenTrue = value;
  bool pair = from == "f16x2" || from == "bf16x2";
  if (whenTrue == 0 || (pair && to != from && to != "u32" && to != "s32") || (!pair && to.ends_with("x2")) ||
      (to.ends_with("16") && to != "f16" && !from.ends_with("16")) || (to == "f32" && from.ends_with("f16")))
    return error("unsupported result type");
  std::string name = pair ? "setp2" : "setp";
  size_t operands = 3;
  for (size_t i = 0; i < instr.mods.size(); ++i) {
    std::string_view mod = instr.mods[i];
    BoolOp combine = combinationOf(mod);
    if (combine != BoolOp::None) {
      out.a = static_cast<uint8_t>(combine);
      operands = 4;
    } else if (i + 2 != instr.mods.size())
      name.append(".").append(mod);
  }
  const LaneRow *op = findLaneOp(name, pair ? 2 : 1);
  if (op == nullptr)
    return error("unsupported form");
  if (instr.ops.size() != operands)
    return badOperands(std::to_string(operands) + " operands");
  // The comparison writes a mask into scratch: a predicate, or a word of two halves.
  out.imm = static_cast<int64_t>(reinterpret_cast<intptr_t>(op->fn));
  out.list = whenTrue;
  out.b = pair;
  bool floating = from.find('f') != std::string_view::npos;
  currentClass = pair || from.ends_with("f16") ? OpClass::Half : floating ? OpClass::Float : OpClass::Integer;
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0], to.ends_with("16") ? 'h' : 'w'));
  out.r[1] = pair ? scratch(1) : (kernel->preds++ * 2);
  char code = pair ? 'w' : op->operands[2];
  ATTNC_ASSIGN_OR_RETURN(out.r[2], source(instr.ops[1], code, floating));
  ATTNC_ASSIGN_OR_RETURN(out.r[3], source(instr.ops[2], code, floating));
  if (operands == 4) {
    ATTNC_ASSIGN_OR_RETURN(out.r[4], predSource(instr.ops[3]));
  }
  out.fn = setNumber;
  return Status::success();
}

/// setp of two halves: p|q = the low and the high comparison, each combined with c.
Status Decoder::setpPair(const Instr &instr, Inst &out) {
  std::string name = "setp2";
  size_t operands = 3;
  for (std::string_view mod : instr.mods) {
    BoolOp combine = combinationOf(mod);
    if (combine != BoolOp::None) {
      out.a = static_cast<uint8_t>(combine);
      operands = 4;
    } else
      name.append(".").append(mod);
  }
  const LaneRow *op = findLaneOp(name, 2);
  if (op == nullptr)
    return error("unsupported form");
  if (instr.ops.size() != operands || instr.ops[0].kind != Operand::Kind::Pair)
    return badOperands("p|q and " + std::to_string(operands - 1) + " operands");
  currentClass = OpClass::Half;
  out.imm = static_cast<int64_t>(reinterpret_cast<intptr_t>(op->fn));
  out.r[1] = scratch(1);
  ATTNC_ASSIGN_OR_RETURN(out.r[2], source(instr.ops[1], 'w'));
  ATTNC_ASSIGN_OR_RETURN(out.r[3], source(instr.ops[2], 'w'));
  if (operands == 4) {
    ATTNC_ASSIGN_OR_RETURN(out.r[4], predSource(instr.ops[3]));
  }
  ATTNC_ASSIGN_OR_RETURN(out.r[5], predDest(instr.ops[0].elems[0]));
  ATTNC_ASSIGN_OR_RETURN(out.r[6], predDest(instr.ops[0].elems[1]));
  out.fn = setPair;
  return Status::success();
}

Status Decoder::testp(const Instr &instr, const OpRow &, Inst &out) {
  const LaneRow *op = findLaneOp(instr.text(), 1);
  if (op == nullptr)
    return error("unsupported form");
  if (instr.ops.size() != 2)
    return badOperands("a predicate and a source");
  out.fn = op->fn;
  ATTNC_ASSIGN_OR_RETURN(out.r[0], predDest(instr.ops[0]));
  out.r[1] = kPredSink;
  ATTNC_ASSIGN_OR_RETURN(out.r[2], source(instr.ops[1], op->operands[2], true));
  out.r[3] = out.r[2];
  return Status::success();
}

/// match.any|all.sync.b32|b64: lanes of the member mask that hold the same value.
Status Decoder::match(const Instr &instr, const OpRow &, Inst &out) {
  if (instr.mods.size() != 3 || instr.mods[1] != "sync" || (instr.mods[0] != "any" && instr.mods[0] != "all"))
    return error("expected match.any.sync or match.all.sync");
  bool all = instr.mods[0] == "all";
  bool wide = instr.mods[2] == "b64";
  if ((!wide && instr.mods[2] != "b32") || instr.ops.size() != 3)
    return badOperands("a destination, a 32-bit or 64-bit value and a member mask");
  const Operand &to = instr.ops[0];
  bool isPair = to.kind == Operand::Kind::Pair;
  if (isPair && !all)
    return badOperands("one destination: only match.all has a predicate");
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(isPair ? to.elems[0] : to, 'w'));
  out.r[1] = kPredSink;
  if (isPair) {
    ATTNC_ASSIGN_OR_RETURN(out.r[1], predDest(to.elems[1]));
  }
  ATTNC_ASSIGN_OR_RETURN(out.r[2], source(instr.ops[1], wide ? 'd' : 'w'));
  ATTNC_ASSIGN_OR_RETURN(out.member, source(instr.ops[2], 'w'));
  out.a = all;
  out.b = wide;
  out.flow = Flow::Collective;
  out.fn = matchLanes;
  return Status::success();
}

} // namespace attnc::sim
