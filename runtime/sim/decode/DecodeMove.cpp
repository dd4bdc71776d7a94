// DecodeMove.cpp - mov in its many shapes, address conversion, instructions without effect here.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/exec/Handlers.h"

namespace attnc::sim {

Status Decoder::mov(const Instr &instr, const OpRow &row, Inst &out) {
  if (instr.mods.size() != 1 || instr.ops.size() != 2)
    return badOperands("one type, a destination and a source");
  std::string_view type = instr.mods[0];
  if (type == "pred")
    return logic(instr, row, out);
  int bits = typeBits(type);
  const Operand &to = instr.ops[0], &from = instr.ops[1];
  if (to.kind == Operand::Kind::Vector || from.kind == Operand::Kind::Vector) {
    bool unpack = to.kind == Operand::Kind::Vector;
    const Operand &pieces = unpack ? to : from;
    size_t count = pieces.elems.size();
    int pieceBits = count ? bits / static_cast<int>(count) : 0;
    if ((count != 2 && count != 4) || (pieceBits != 16 && pieceBits != 32) || bits > 64)
      return error("unsupported vector of " + std::to_string(count) + " registers");
    ATTNC_RETURN_IF_ERROR(list(pieces, count, pieceBits == 16 ? 'h' : 'w', unpack, out.list));
    char code = bits == 64 ? 'd' : 'w';
    if (unpack) {
      ATTNC_ASSIGN_OR_RETURN(out.r[0], source(from, code));
    } else {
      ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(to, code));
    }
    out.fn = unpack ? unpackRegisters : packRegisters;
    out.a = static_cast<uint8_t>(count);
    out.b = static_cast<uint8_t>(pieceBits);
    out.c = bits == 64;
    return Status::success();
  }
  if (from.kind == Operand::Kind::Special && (from.name == "clock" || from.name == "clock64" ||
                                              from.name == "globaltimer" || from.name == "clock_hi")) {
    bool wide = bits == 64;
    out.fn = readClock;
    out.a = wide;
    out.b = from.name == "clock_hi";
    ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(to, wide ? 'd' : 'w'));
    return Status::success();
  }
  return lane(instr, row, out);
}

Status Decoder::cvta(const Instr &instr, const OpRow &, Inst &out) {
  bool toSpace = false;
  Space space = Space::Generic;
  for (std::string_view mod : instr.mods) {
    mod = mod.substr(0, mod.find("::"));
    if (mod == "to")
      toSpace = true;
    else if (mod == "global" || mod == "const")
      space = Space::Global;
    else if (mod == "shared")
      space = Space::Shared;
    else if (mod == "local")
      space = Space::Local;
    else if (mod == "param")
      space = Space::Param;
    else if (mod != "u64")
      return unknownModifier(mod);
  }
  if (space == Space::Generic || instr.ops.size() != 2)
    return badOperands("a state space, a destination and a source");
  uint64_t window = space == Space::Shared  ? kSharedWindow
                    : space == Space::Local ? kLocalWindow
                    : space == Space::Param ? kParamWindow
                                            : 0;
  out.fn = convertAddress;
  out.imm = static_cast<int64_t>(toSpace ? 0 - window : window);
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0], 'd'));
  ATTNC_ASSIGN_OR_RETURN(out.r[1], source(instr.ops[1], 'd'));
  return Status::success();
}

Status Decoder::isspacep(const Instr &instr, const OpRow &, Inst &out) {
  if (instr.mods.size() != 1 || instr.ops.size() != 2)
    return badOperands("a state space, a predicate and an address");
  std::string_view space = instr.mods[0].substr(0, instr.mods[0].find("::"));
  if (space == "global" || space == "const") // constants live among the global variables
    out.imm = 0;
  else if (space == "shared")
    out.imm = static_cast<int64_t>(kSharedWindow);
  else if (space == "local")
    out.imm = static_cast<int64_t>(kLocalWindow);
  else if (space == "param")
    out.imm = static_cast<int64_t>(kParamWindow);
  else
    return unknownModifier(space);
  out.fn = testSpace;
  ATTNC_ASSIGN_OR_RETURN(out.r[0], predDest(instr.ops[0]));
  ATTNC_ASSIGN_OR_RETURN(out.r[1], source(instr.ops[1], 'd'));
  return Status::success();
}

/// Cache policies do not change results: a policy is the constant 0.
Status Decoder::policy(const Instr &instr, const OpRow &, Inst &out) {
  if (instr.ops.empty())
    return badOperands("a destination");
  out.fn = convertAddress;
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0], 'd'));
  out.r[1] = constant(0, 64);
  return Status::success();
}

/// No effect here; the row lists the modifiers that may be there.
Status Decoder::nothing(const Instr &instr, const OpRow &row, Inst &out) {
  ATTNC_RETURN_IF_ERROR(onlyIgnored(instr, row));
  out.fn = doNothing;
  return Status::success();
}

/// decode/Inline.cpp has put the callee's body behind the call.
Status Decoder::call(const Instr &, const OpRow &, Inst &out) {
  out.fn = doNothing;
  return Status::success();
}

} // namespace attnc::sim
