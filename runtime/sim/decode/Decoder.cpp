// Decoder.cpp - the walk over a function's body.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/decode/Rules.h"

namespace attnc::sim {

static constexpr size_t kMaxListEntries = 1 << 22;

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

Decoder::Decoder(std::shared_ptr<const PtxModule> module, std::shared_ptr<const Function> flat,
                 const VariableAddresses &addresses, const Target &target)
    : module(std::move(module)), function(*flat), addresses(addresses), target(target),
      kernel(std::make_shared<Kernel>()) {
  kernel->function = std::move(flat);
}

Result<std::shared_ptr<const Kernel>> Decoder::run() {
  kernel->name = std::string(function.name);
  kernel->module = module;
  int arch = archOf(module->target);
  if (arch == 0)
    return error("expected a .target like sm_90, got '" + std::string(module->target) + "'");
  if (arch > target.computeCapability)
    return error("the module's target " + std::string(module->target) + " is newer than the device, " +
                 target.name());
  ATTNC_RETURN_IF_ERROR(layOut());
  assignRegisters();
  for (const Instr &instr : function.body) {
    current = &instr;
    if (std::string_view reason = refusedReason(instr); !reason.empty())
      return error(std::string(reason));
    if (int needed = minimumArch(instr); needed > arch)
      return error("needs sm_" + std::to_string(needed) + ", the module's target is " +
                   std::string(module->target));
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
    if (kernel->lists.size() > kMaxListEntries)
      return error("expected at most " + std::to_string(kMaxListEntries) +
                   " entries of branch tables and vectors");
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
