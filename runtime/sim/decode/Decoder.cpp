// Decoder.cpp - the walk over a function's body.
#include "runtime/sim/decode/Decoder.h"

namespace attnc::sim {

std::string_view opClassName(OpClass cls) {
  static constexpr std::string_view names[] = {
      "integer", "float", "half",  "special", "convert",    "move", "control",    "global",
      "shared",  "local", "param", "matrix",  "async_copy", "sync", "collective", "atomic"};
  static_assert(std::size(names) == static_cast<size_t>(OpClass::Count));
  return names[static_cast<size_t>(cls)];
}

/// Registers may be undefined as long as their values only go into others.
static bool passesUndefinedOn(OpClass cls) {
  switch (cls) {
  case OpClass::Integer:
  case OpClass::Float:
  case OpClass::Half:
  case OpClass::Special:
  case OpClass::Convert:
  case OpClass::Move:
  case OpClass::Collective:
    return true;
  default:
    return false;
  }
}

Decoder::Decoder(std::shared_ptr<const PtxModule> module, const Function &function,
                 const VariableAddresses &addresses, const Target &target)
    : module(std::move(module)), function(function), addresses(addresses), target(target),
      kernel(std::make_shared<Kernel>()) {}

Result<std::shared_ptr<const Kernel>> Decoder::run() {
  kernel->name = std::string(function.name);
  kernel->module = module;
  kernel->function = &function;
  ATTNC_RETURN_IF_ERROR(layOut());
  assignRegisters();
  for (const Instr &instr : function.body) {
    current = &instr;
    const OpRow *row = findOpcode(instr.opcode);
    if (row == nullptr)
      return error("unsupported instruction");
    Inst inst;
    uses.emplace_back();
    if (instr.guard >= 0) {
      RegRef slot = slots[static_cast<size_t>(instr.guard)];
      inst.guard = static_cast<uint16_t>(slot | (instr.guardNegated ? 1u : 0u));
      uses.back().guard = kPredicateId | slot >> 1;
    }
    currentClass = row->cls;
    currentFlops = 0;
    ATTNC_RETURN_IF_ERROR((this->*row->decode)(instr, *row, inst));
    uses.back().strict = !passesUndefinedOn(currentClass);
    uses.back().opaque = currentClass == OpClass::Collective;
    kernel->code.push_back(inst);
    kernel->classes.push_back(currentClass);
    kernel->flops.push_back(currentFlops);
  }
  current = nullptr;
  // Falling off the end is an exit, so that the warp loop needs no bound check.
  Inst end;
  end.flow = Flow::Exit;
  kernel->code.push_back(end);
  kernel->classes.push_back(OpClass::Control);
  kernel->flops.push_back(0);
  uses.emplace_back();
  if (kernel->preds > 32000)
    return error("expected at most 32000 predicates");
  kernel->tracking = findUndefined(kernel->code, kernel->lists, uses);
  for (size_t i = 0; i < slots.size() && !kernel->tracking.registers.empty(); ++i) {
    const Register &reg = function.registers[i];
    kernel->registerNames[reg.cls == RegClass::Pred ? kPredicateId | slots[i] >> 1 : slots[i]] = reg.name;
  }
  return std::shared_ptr<const Kernel>(std::move(kernel));
}

} // namespace attnc::sim
