// DecodeAtomic.cpp - atom and red: words, 16-bit elements, vectors of floats; fences.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/decode/MemoryModifiers.h"
#include "runtime/sim/exec/Handlers.h"

namespace attnc::sim {

Status Decoder::atomic(const Instr &instr, const OpRow &, Inst &out) {
  static constexpr std::pair<std::string_view, AtomOp> ops[] = {
      {"add", AtomOp::Add}, {"min", AtomOp::Min}, {"max", AtomOp::Max},   {"and", AtomOp::And},
      {"or", AtomOp::Or},   {"xor", AtomOp::Xor}, {"exch", AtomOp::Exch}, {"cas", AtomOp::Cas},
      {"inc", AtomOp::Inc}, {"dec", AtomOp::Dec}};
  static constexpr std::pair<std::string_view, AtomType> types[] = {
      {"u32", AtomType::U32},     {"b32", AtomType::U32},      {"s32", AtomType::S32}, {"u64", AtomType::U64},
      {"b64", AtomType::U64},     {"s64", AtomType::S64},      {"f32", AtomType::F32}, {"f64", AtomType::F64},
      {"f16x2", AtomType::F16x2}, {"bf16x2", AtomType::BF16x2}};
  Space space = Space::Generic;
  bool hasOp = false, hasType = false, hasPolicy = false, noFtz = false;
  std::string_view typeName;
  out.order = kStrong;
  for (std::string_view mod : instr.mods)
    parseOrder(mod, out.order);
  for (std::string_view mod : instr.mods) {
    bool known = parseSpace(mod, space) || isAtomicHint(mod);
    hasPolicy |= mod == "L2::cache_hint";
    noFtz |= mod == "noftz";
    if (mod == "f16" || mod == "bf16" || mod == "b16" || mod == "v2" || mod == "v4" || mod == "v8")
      return atomicVector(instr, out);
    for (auto [name, op] : ops)
      if (mod == name) {
        out.a = static_cast<uint8_t>(op);
        known = hasOp = true;
      }
    for (auto [name, type] : types)
      if (mod == name) {
        out.b = static_cast<uint8_t>(type);
        known = hasType = true;
        typeName = mod;
      }
    if (!known)
      return unknownModifier(mod);
  }
  AtomOp op = static_cast<AtomOp>(out.a);
  AtomType type = static_cast<AtomType>(out.b);
  bool returns = instr.opcode == "atom", isFloat = type >= AtomType::F32;
  bool isWord = typeName == "b32" || typeName == "b64", isPair = type >= AtomType::F16x2;
  bool fits = hasOp && hasType && noFtz == isPair;
  switch (op) {
  case AtomOp::Add:
    fits = fits && !isWord && type != AtomType::S64;
    break;
  case AtomOp::Min:
  case AtomOp::Max:
    fits = fits && !isWord && !isFloat;
    break;
  case AtomOp::Inc:
  case AtomOp::Dec:
    fits = fits && typeName == "u32";
    break;
  default:
    fits = fits && isWord;
  }
  if (!fits)
    return error("unsupported atomic operation");
  if (space == Space::Const || space == Space::Param || space == Space::Local)
    return error("expected global or shared memory");
  size_t operands = size_t(returns) + 2 + (op == AtomOp::Cas) + hasPolicy;
  if (instr.ops.size() != operands)
    return badOperands(std::to_string(operands) + " operands");
  bool wide = type == AtomType::U64 || type == AtomType::S64 || type == AtomType::F64;
  char code = wide ? 'd' : 'w';
  size_t at = 0;
  if (returns) {
    ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[at++], code));
  }
  ATTNC_RETURN_IF_ERROR(address(instr.ops[at++], out));
  ATTNC_ASSIGN_OR_RETURN(out.r[2], source(instr.ops[at++], code, isFloat));
  if (op == AtomOp::Cas) {
    ATTNC_ASSIGN_OR_RETURN(out.r[3], source(instr.ops[at++], code));
  }
  if (hasPolicy)
    ATTNC_RETURN_IF_ERROR(source(instr.ops[at], 'd').status());
  out.fn = atomicHandler(space);
  return Status::success();
}

/// 16-bit elements, and vectors: .v2 and .v4 of f32, .v2 to .v8 of 16-bit floats, .v2 and .v4 of pairs of
/// them.
Status Decoder::atomicVector(const Instr &instr, Inst &out) {
  static constexpr std::pair<std::string_view, AtomElement> types[] = {
      {"f32", AtomElement::F32}, {"f16x2", AtomElement::F16x2}, {"bf16x2", AtomElement::BF16x2},
      {"f16", AtomElement::F16}, {"bf16", AtomElement::BF16},   {"b16", AtomElement::B16}};
  Space space = Space::Generic;
  std::string_view op, type;
  size_t count = 1;
  bool hasPolicy = false, noFtz = false;
  for (std::string_view mod : instr.mods) {
    hasPolicy |= mod == "L2::cache_hint";
    noFtz |= mod == "noftz";
    if (mod == "v2" || mod == "v4" || mod == "v8")
      count = static_cast<size_t>(mod[1] - '0');
    else if (mod == "add" || mod == "min" || mod == "max" || mod == "cas")
      op = mod;
    else if (!parseSpace(mod, space) && !isAtomicHint(mod))
      type = mod;
  }
  bool known = false;
  for (const auto &[name, element] : types)
    if (name == type) {
      out.b = static_cast<uint8_t>(element);
      known = true;
    }
  AtomElement element = static_cast<AtomElement>(out.b);
  bool narrow = element == AtomElement::F16 || element == AtomElement::BF16 || element == AtomElement::B16;
  bool isCas = op == "cas", returns = instr.opcode == "atom";
  // A vector has 16 bytes at most and lies in global memory; minima exist for vectors of 16-bit floats only.
  bool isHalf = element != AtomElement::F32 && element != AtomElement::B16;
  if (!known || op.empty() || noFtz != isHalf || isCas != (element == AtomElement::B16) ||
      count * (narrow ? 2 : 4) > 16 ||
      (count > 1 && (isCas || (space != Space::Global && space != Space::Generic))) ||
      ((op == "min" || op == "max") && (count == 1 || element == AtomElement::F32)) || (isCas && !returns))
    return error("unsupported atomic operation");
  if (space == Space::Const || space == Space::Param || space == Space::Local)
    return error("expected global or shared memory");
  size_t operands = size_t(returns) + 2 + isCas + hasPolicy;
  if (instr.ops.size() != operands)
    return badOperands(std::to_string(operands) + " operands");
  out.a = static_cast<uint8_t>(op == "add"   ? AtomOp::Add
                               : op == "min" ? AtomOp::Min
                               : op == "max" ? AtomOp::Max
                                             : AtomOp::Cas);
  char code = narrow ? 'h' : 'w';
  size_t at = 0;
  uint32_t sources = 0;
  if (returns) {
    ATTNC_RETURN_IF_ERROR(list(instr.ops[at++], count, code, true, out.list));
  } else { // nobody reads the old values
    out.list = static_cast<uint32_t>(kernel->lists.size());
    kernel->lists.insert(kernel->lists.end(), count, RegRef(0));
  }
  ATTNC_RETURN_IF_ERROR(address(instr.ops[at++], out));
  ATTNC_RETURN_IF_ERROR(list(instr.ops[at++], count, code, false, sources));
  if (isCas) {
    ATTNC_ASSIGN_OR_RETURN(out.r[5], source(instr.ops[at++], code));
  }
  if (hasPolicy)
    ATTNC_RETURN_IF_ERROR(source(instr.ops[at], 'd').status());
  out.r[4] = static_cast<RegRef>(count);
  out.fn = atomicVectorHandler(space);
  return Status::success();
}

/// membar and fence order memory; proxy fences order nothing here, as there is no other proxy yet.
Status Decoder::fence(const Instr &instr, const OpRow &row, Inst &out) {
  ATTNC_RETURN_IF_ERROR(onlyIgnored(instr, row));
  bool isProxy = false;
  for (std::string_view mod : instr.mods) {
    isProxy = isProxy || mod.substr(0, 5) == "proxy";
    parseOrder(mod, out.order);
  }
  out.fn = isProxy ? doNothing : fenceMemory;
  return Status::success();
}

} // namespace attnc::sim
