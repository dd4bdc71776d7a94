// DecodeMemory.cpp - ld, st, atom, red, fences: space, width, vector length, memory order; hints that cannot
// change a result.
#include "runtime/sim/check/Order.h"
#include "runtime/sim/decode/Decoder.h"
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

bool isHint(std::string_view mod) {
  static constexpr std::string_view hints[] = {"ca",  "cg",  "cs",   "lu",      "cv",       "wb",
                                               "wt",  "nc",  "weak", "relaxed", "acquire",  "release",
                                               "cta", "gpu", "sys",  "cluster", "volatile", "acq_rel"};
  for (std::string_view hint : hints)
    if (mod == hint)
      return true;
  return mod.substr(0, 4) == "L1::" || mod.substr(0, 4) == "L2::";
}

/// What a modifier says of the memory order, added to `order`; false if it says nothing.
bool parseOrder(std::string_view mod, uint8_t &order) {
  static constexpr std::pair<std::string_view, int> orders[] = {
      {"relaxed", kStrong},
      {"volatile", kStrong},
      {"acquire", kStrong | kAcquire},
      {"release", kStrong | kRelease},
      {"acq_rel", kStrong | kAcquire | kRelease},
      {"sc", kStrong | kAcquire | kRelease},
      {"cta", kCtaScope},
      {"cluster", kCtaScope}, // a cluster is one CTA here
      {"gpu", 0},
      {"gl", 0},
      {"sys", 0}};
  for (auto [name, bits] : orders)
    if (mod == name) {
      order = static_cast<uint8_t>(order | bits);
      return true;
    }
  return false;
}

bool parseSpace(std::string_view mod, Space &space) {
  if (mod == "global")
    space = Space::Global;
  else if (mod == "const")
    space = Space::Const;
  else if (mod == "shared" || mod == "shared::cta")
    space = Space::Shared;
  else if (mod == "local")
    space = Space::Local;
  else if (mod == "param" || mod == "param::entry")
    space = Space::Param;
  else
    return false;
  return true;
}

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
std::string_view parseForm(const Instr &instr, MemoryForm &form, uint8_t &order) {
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
    else if (!isHint(mod))
      return mod;
  }
  return {};
}

} // namespace

Status Decoder::load(const Instr &instr, const OpRow &, Inst &out) {
  MemoryForm form;
  if (std::string_view bad = parseForm(instr, form, out.order); !bad.empty())
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
  currentClass = classOf(form.space);
  out.a = static_cast<uint8_t>(form.vector);
  out.fn = loadHandler(form.space, bits, form.type[0] == 's', regWidth);
  return Status::success();
}

Status Decoder::store(const Instr &instr, const OpRow &, Inst &out) {
  MemoryForm form;
  if (std::string_view bad = parseForm(instr, form, out.order); !bad.empty())
    return unknownModifier(bad);
  int bits = typeBits(form.type);
  if (instr.ops.size() != 2 + size_t(form.hasPolicy) || bits < 8 || bits > 64 || bits * form.vector > 256)
    return badOperands("an address, a source and a type of at most 64 bits");
  if (form.space == Space::Param || form.space == Space::Const)
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
  currentClass = classOf(form.space);
  out.a = static_cast<uint8_t>(form.vector);
  out.fn = storeHandler(form.space, bits, regWidth);
  return Status::success();
}

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
  bool hasOp = false, hasType = false;
  out.order = kStrong;
  for (std::string_view mod : instr.mods) {
    parseOrder(mod, out.order);
    bool known = parseSpace(mod, space) || isHint(mod) || mod == "noftz";
    for (auto [name, op] : ops)
      if (mod == name) {
        out.a = static_cast<uint8_t>(op);
        known = hasOp = true;
      }
    for (auto [name, type] : types)
      if (mod == name) {
        out.b = static_cast<uint8_t>(type);
        known = hasType = true;
      }
    if (!known)
      return unknownModifier(mod);
  }
  AtomOp op = static_cast<AtomOp>(out.a);
  AtomType type = static_cast<AtomType>(out.b);
  bool returns = instr.opcode == "atom", isFloat = type >= AtomType::F32;
  if (!hasOp || !hasType || (isFloat && op != AtomOp::Add && !(op == AtomOp::Exch && type < AtomType::F16x2)))
    return error("unsupported atomic operation");
  if (space == Space::Const || space == Space::Param || space == Space::Local)
    return error("expected global or shared memory");
  size_t operands = size_t(returns) + 2 + (op == AtomOp::Cas);
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
    ATTNC_ASSIGN_OR_RETURN(out.r[3], source(instr.ops[at], code));
  }
  out.fn = atomicHandler(space);
  return Status::success();
}

/// membar and fence order memory; proxy fences order nothing here, as there is no other proxy yet.
Status Decoder::fence(const Instr &instr, const OpRow &, Inst &out) {
  bool isProxy = false;
  for (std::string_view mod : instr.mods) {
    isProxy = isProxy || mod.substr(0, 5) == "proxy";
    if (mod.find("mbarrier") != std::string_view::npos || mod.find("tensormap") != std::string_view::npos ||
        (!isProxy && !parseOrder(mod, out.order)))
      return unknownModifier(mod);
  }
  out.fn = isProxy ? doNothing : fenceMemory;
  return Status::success();
}

} // namespace attnc::sim
