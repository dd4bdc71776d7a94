// DecodeMemory.cpp - ld and st: space, width, vector length; hints that cannot change a result.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/decode/MemoryModifiers.h"
#include "runtime/sim/exec/Handlers.h"

namespace attnc::sim {
namespace {

struct MemoryForm {
  Space space = Space::Generic;
  bool hasSpace = false;
  int vector = 1;
  std::string_view type;
  bool hasPolicy = false; ///< a cache-policy operand at the end
};

OpClass classOf(Space space) {
  switch (space) {
  case Space::Shared:
    return OpClass::Shared;
  case Space::Local:
    return OpClass::Local;
  case Space::Param:
  case Space::Const:
    return OpClass::Param;
  case Space::Global:
  case Space::Generic:
    break;
  }
  return OpClass::Global;
}

/// Answers the modifier it does not know, or "".
std::string_view parseForm(const Instr &instr, MemoryForm &form, bool isLoad, uint8_t &order) {
  for (std::string_view mod : instr.mods) {
    parseOrder(mod, order);
    if (parseSpace(mod, form.space))
      form.hasSpace = true;
    else if (mod == "L2::cache_hint")
      form.hasPolicy = true;
    else if (mod == "v2" || mod == "v4" || mod == "v8")
      form.vector = mod[1] - '0';
    else if (typeBits(mod) >= 8)
      form.type = mod;
    else if (!(isLoad ? isLoadHint(mod) : isStoreHint(mod)))
      return mod;
  }
  return {};
}

} // namespace

Status Decoder::load(const Instr &instr, const OpRow &, Inst &out) {
  MemoryForm form;
  if (std::string_view bad = parseForm(instr, form, true, out.order); !bad.empty())
    return unknownModifier(bad);
  int bits = typeBits(form.type);
  if (instr.ops.size() != 2 + size_t(form.hasPolicy) || bits < 8 || bits > 64 || bits * form.vector > 256)
    return badOperands("a destination, an address and a type of at most 64 bits");
  const Operand &to = instr.ops[0];
  const Operand &first = to.kind == Operand::Kind::Vector && !to.elems.empty() ? to.elems[0] : to;
  int regWidth = 0;
  for (const Operand *op = &first; regWidth == 0;) {
    regWidth = regBits(*op);
    if (regWidth == 0) { // a sink: any other element tells
      for (const Operand &elem : to.elems)
        regWidth = regWidth ? regWidth : regBits(elem);
      if (regWidth == 0)
        return error("expected a register as destination");
    }
  }
  if (regWidth < bits || regWidth == 1 || regWidth > 64)
    return error("expected a register of at least " + std::to_string(bits) + " bits, got " +
                 std::to_string(regWidth));
  ATTNC_RETURN_IF_ERROR(list(to, static_cast<size_t>(form.vector),
                             regWidth == 64   ? 'd'
                             : regWidth == 32 ? 'w'
                                              : 'h',
                             true, out.list));
  ATTNC_RETURN_IF_ERROR(address(instr.ops[1], out));
  if (form.hasPolicy)
    ATTNC_RETURN_IF_ERROR(source(instr.ops[2], 'd').status());
  currentClass = classOf(form.space);
  if (isCallParam(instr.ops[1]))
    form.space = Space::Local;
  out.a = static_cast<uint8_t>(form.vector);
  out.fn = loadHandler(form.space, bits, form.type[0] == 's', regWidth);
  return Status::success();
}

Status Decoder::store(const Instr &instr, const OpRow &, Inst &out) {
  MemoryForm form;
  if (std::string_view bad = parseForm(instr, form, false, out.order); !bad.empty())
    return unknownModifier(bad);
  int bits = typeBits(form.type);
  if (instr.ops.size() != 2 + size_t(form.hasPolicy) || bits < 8 || bits > 64 || bits * form.vector > 256)
    return badOperands("an address, a source and a type of at most 64 bits");
  bool callParam = form.space == Space::Param && isCallParam(instr.ops[0]);
  if ((form.space == Space::Param && !callParam) || form.space == Space::Const)
    return error("expected a writable state space");
  const Operand &from = instr.ops[1];
  const Operand *first = &from;
  for (const Operand &elem : from.elems)
    if (regBits(*first) == 0)
      first = &elem;
  int regWidth = regBits(*first) ? regBits(*first) : bits < 16 ? 16 : bits;
  if (regWidth < bits || regWidth > 64)
    return error("expected a register of at least " + std::to_string(bits) + " bits, got " +
                 std::to_string(regWidth));
  ATTNC_RETURN_IF_ERROR(list(from, static_cast<size_t>(form.vector),
                             regWidth == 64   ? 'd'
                             : regWidth == 32 ? 'w'
                                              : 'h',
                             false, out.list));
  ATTNC_RETURN_IF_ERROR(address(instr.ops[0], out));
  if (form.hasPolicy)
    ATTNC_RETURN_IF_ERROR(source(instr.ops[2], 'd').status());
  currentClass = classOf(form.space);
  if (callParam)
    form.space = Space::Local;
  out.a = static_cast<uint8_t>(form.vector);
  out.fn = storeHandler(form.space, bits, regWidth);
  return Status::success();
}

} // namespace attnc::sim
