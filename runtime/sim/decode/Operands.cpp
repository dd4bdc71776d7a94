// Operands.cpp - operands to register slots, constants and addresses, with width checks.
#include "runtime/sim/decode/Decoder.h"

#include <cstring>

namespace attnc::sim {
namespace {

int codeBits(char code) {
  return code == 'd' ? 64 : code == 'w' ? 32 : code == 'h' ? 16 : code == 'b' ? 8 : 1;
}

struct SpecialName {
  std::string_view name;
  SpecialReg reg;
};
constexpr SpecialName specialNames[] = {{"tid.x", SpecialReg::TidX},
                                        {"tid.y", SpecialReg::TidY},
                                        {"tid.z", SpecialReg::TidZ},
                                        {"ntid.x", SpecialReg::NtidX},
                                        {"ntid.y", SpecialReg::NtidY},
                                        {"ntid.z", SpecialReg::NtidZ},
                                        {"ctaid.x", SpecialReg::CtaidX},
                                        {"ctaid.y", SpecialReg::CtaidY},
                                        {"ctaid.z", SpecialReg::CtaidZ},
                                        {"nctaid.x", SpecialReg::NctaidX},
                                        {"nctaid.y", SpecialReg::NctaidY},
                                        {"nctaid.z", SpecialReg::NctaidZ},
                                        {"laneid", SpecialReg::LaneId},
                                        {"warpid", SpecialReg::WarpId},
                                        {"nwarpid", SpecialReg::NWarpId},
                                        {"smid", SpecialReg::SmId},
                                        {"nsmid", SpecialReg::NSmId},
                                        {"lanemask_eq", SpecialReg::LaneMaskEq},
                                        {"lanemask_lt", SpecialReg::LaneMaskLt},
                                        {"lanemask_le", SpecialReg::LaneMaskLe},
                                        {"lanemask_gt", SpecialReg::LaneMaskGt},
                                        {"lanemask_ge", SpecialReg::LaneMaskGe},
                                        {"dynamic_smem_size", SpecialReg::DynamicSmem},
                                        {"total_smem_size", SpecialReg::TotalSmem}};

} // namespace

Status Decoder::error(const std::string &message) const {
  return Status(Code::Unsupported, "PTX line " + std::to_string(current ? current->line : function.line) +
                                       ": " + (current ? "'" + current->text() + "': " : "") + message);
}
Status Decoder::badOperands(const std::string &expected) const {
  return error("expected " + expected + ", got " + std::to_string(current->ops.size()) +
               " operands of other kinds");
}
Status Decoder::unknownModifier(std::string_view modifier) const {
  return error("unsupported modifier ." + std::string(modifier));
}

int Decoder::regBits(const Operand &op) const {
  if (op.kind != Operand::Kind::Reg)
    return 0;
  switch (function.registers[static_cast<size_t>(op.reg)].cls) {
  case RegClass::Pred:
    return 1;
  case RegClass::W16:
    return 16;
  case RegClass::W32:
    return 32;
  case RegClass::W64:
    return 64;
  case RegClass::W128:
    return 128;
  }
  return 0;
}

static uint32_t idOf(bool isPredicate, RegRef slot) { return isPredicate ? kPredicateId | slot >> 1 : slot; }

void Decoder::reads(const Operand &op) {
  uses.back().reads.push_back(idOf(regBits(op) == 1, slots[static_cast<size_t>(op.reg)]));
}
void Decoder::writes(const Operand &op) {
  uses.back().writes.push_back(idOf(regBits(op) == 1, slots[static_cast<size_t>(op.reg)]));
}

RegRef Decoder::constant(uint64_t bits, int width) {
  if (width < 64)
    bits &= (uint64_t(1) << width) - 1;
  width = width == 64 ? 64 : 32;
  auto [found, isNew] = constants.emplace(std::pair(bits, width), 0);
  if (isNew) {
    found->second = kConstantBank | static_cast<RegRef>(kernel->constants.size() / kLanes);
    for (uint32_t i = 0; i < kLanes; ++i) {
      kernel->constants.push_back(static_cast<uint32_t>(bits));
      if (width == 64)
        kernel->constants.push_back(static_cast<uint32_t>(bits >> 32));
    }
  }
  return found->second;
}

RegRef Decoder::scratch(int count) {
  RegRef slot = kernel->registerSlots;
  kernel->registerSlots += static_cast<uint32_t>(count);
  return slot;
}

Result<uint64_t> Decoder::immediate(const Operand &op, int bits, bool floating) {
  double wide;
  float narrow;
  std::memcpy(&wide, &op.bits, sizeof(wide));
  uint32_t low = static_cast<uint32_t>(op.bits);
  std::memcpy(&narrow, &low, sizeof(narrow));
  switch (op.kind) {
  case Operand::Kind::Int:
    if (floating && op.bits != 0)
      return error("expected a floating literal");
    return op.bits;
  case Operand::Kind::Float32:
    if (bits == 64) {
      wide = narrow;
      uint64_t result;
      std::memcpy(&result, &wide, sizeof(result));
      return result;
    }
    return bits == 32 ? Result<uint64_t>(op.bits)
                      : Result<uint64_t>(error("expected a 16-bit literal, got an f32 one"));
  case Operand::Kind::Float64:
    if (bits == 64)
      return op.bits;
    if (bits == 32) {
      narrow = static_cast<float>(wide);
      std::memcpy(&low, &narrow, sizeof(low));
      return static_cast<uint64_t>(low);
    }
    return error("expected a 16-bit literal, got an f64 one");
  default:
    return error("expected a literal");
  }
}

Result<RegRef> Decoder::special(const Operand &op) {
  for (const SpecialName &entry : specialNames)
    if (entry.name == op.name) {
      auto [found, isNew] = specials.emplace(entry.reg, 0);
      if (isNew) {
        found->second = scratch(1);
        kernel->specials.push_back({found->second, entry.reg});
      }
      return found->second;
    }
  return error("'%" + std::string(op.name) +
               "' is neither declared nor a special register that is supported");
}

Result<RegRef> Decoder::source(const Operand &op, char code, bool floating, bool lenient) {
  if (code == 'p')
    return predSource(op);
  int bits = codeBits(code);
  switch (op.kind) {
  case Operand::Kind::Reg: {
    int have = regBits(op);
    bool fits = have == bits || (lenient && bits <= 32 && have >= bits && have <= 32);
    if (!fits)
      return error("expected a " + std::to_string(bits) + "-bit register, got '" + std::string(op.name) +
                   "' of " + std::to_string(have) + " bits");
    if (op.negated)
      return error("a negated register is no operand here");
    reads(op);
    return slots[static_cast<size_t>(op.reg)];
  }
  case Operand::Kind::Special: {
    if (bits != 32)
      return error("expected a 32-bit operand for %" + std::string(op.name));
    return special(op);
  }
  case Operand::Kind::Name: {
    if (isCallParam(op))
      return error("the address of a call's parameter is not supported: only ld.param and st.param reach it");
    ATTNC_ASSIGN_OR_RETURN(uint64_t address, variableAddress(op));
    return constant(address, bits);
  }
  case Operand::Kind::Int:
  case Operand::Kind::Float32:
  case Operand::Kind::Float64: {
    ATTNC_ASSIGN_OR_RETURN(uint64_t value, immediate(op, bits, floating));
    return constant(value, bits);
  }
  default:
    return error("expected a register or a literal as source");
  }
}

Result<RegRef> Decoder::dest(const Operand &op, char code, bool lenient) {
  if (code == 'p')
    return predDest(op);
  if (op.kind == Operand::Kind::Sink)
    return RegRef(0); // slots 0 to 3 take results nobody reads
  int bits = codeBits(code), have = regBits(op);
  if (op.kind != Operand::Kind::Reg || op.negated)
    return error("expected a declared register as destination" +
                 (op.name.empty() ? ""
                                  : ", got '" + std::string(op.kind == Operand::Kind::Special ? "%" : "") +
                                        std::string(op.name) + "'"));
  bool fits = have == bits || (lenient && bits <= 32 && have >= bits && have <= 32);
  if (!fits)
    return error("expected a " + std::to_string(bits) + "-bit register, got '" + std::string(op.name) +
                 "' of " + std::to_string(have) + " bits");
  writes(op);
  return slots[static_cast<size_t>(op.reg)];
}

Result<RegRef> Decoder::predSource(const Operand &op) {
  if (op.kind == Operand::Kind::Int)
    return op.bits != 0 ? kPredTrue : kPredFalse;
  if (regBits(op) != 1)
    return error("expected a predicate");
  reads(op);
  return slots[static_cast<size_t>(op.reg)] | (op.negated ? 1u : 0u);
}

Result<RegRef> Decoder::predDest(const Operand &op) {
  if (op.kind == Operand::Kind::Sink)
    return kPredSink;
  if (regBits(op) != 1 || op.negated)
    return error("expected a predicate as destination");
  writes(op);
  return slots[static_cast<size_t>(op.reg)];
}

bool Decoder::isCallParam(const Operand &op) const {
  const Operand &base = op.kind == Operand::Kind::Address ? op.elems[0] : op;
  auto found = base.kind == Operand::Kind::Name ? places.find(base.name) : places.end();
  return found != places.end() && found->second.isCallParam;
}

Result<uint64_t> Decoder::variableAddress(const Operand &op) {
  if (auto found = places.find(op.name); found != places.end())
    return found->second.address + static_cast<uint64_t>(op.offset);
  if (auto found = addresses.find(op.name); found != addresses.end())
    return found->second + static_cast<uint64_t>(op.offset);
  return error("unknown name '" + std::string(op.name) + "'");
}

Status Decoder::address(const Operand &op, Inst &out, int slot) {
  if (op.kind != Operand::Kind::Address || op.elems.size() != 1)
    return error("expected an address");
  const Operand &base = op.elems[0];
  out.imm = op.offset;
  int bits = 64;
  if (base.kind == Operand::Kind::Reg) {
    bits = regBits(base);
    if ((bits != 32 && bits != 64) || base.negated)
      return error("expected a 32-bit or 64-bit register as address");
    reads(base);
    out.r[slot] = slots[static_cast<size_t>(base.reg)];
  } else {
    uint64_t value = base.bits;
    if (base.kind == Operand::Kind::Name) {
      ATTNC_ASSIGN_OR_RETURN(value, variableAddress(base));
    }
    out.r[slot] = constant(value, 64);
  }
  if (bits == 64)
    out.c = static_cast<uint8_t>(out.c | 1 << slot);
  return Status::success();
}

Status Decoder::list(const Operand &op, size_t count, char code, bool isDest, uint32_t &first) {
  bool isVector = op.kind == Operand::Kind::Vector;
  size_t have = isVector ? op.elems.size() : 1;
  if (have != count)
    return error("expected " + std::to_string(count) + " registers in an operand, got " +
                 std::to_string(have));
  first = static_cast<uint32_t>(kernel->lists.size());
  for (size_t i = 0; i < count; ++i) {
    const Operand &elem = isVector ? op.elems[i] : op;
    ATTNC_ASSIGN_OR_RETURN(RegRef ref, isDest ? dest(elem, code) : source(elem, code));
    kernel->lists.push_back(ref);
  }
  return Status::success();
}

} // namespace attnc::sim
