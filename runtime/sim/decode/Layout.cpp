// Layout.cpp - where a kernel's registers, parameters, shared and local variables live.
#include "runtime/sim/decode/Decoder.h"

#include <unordered_set>

namespace attnc::sim {

void Decoder::assignRegisters() {
  scratch(4); // slots 0 to 3: sinks, 128 bits at most
  for (const Register &reg : function.registers) {
    if (reg.cls == RegClass::Pred) {
      slots.push_back(kernel->preds++ * 2);
      continue;
    }
    slots.push_back(scratch(reg.cls == RegClass::W128 ? 4 : reg.cls == RegClass::W64 ? 2 : 1));
  }
}

Status Decoder::layOutVariables(Space space, const std::vector<Variable> &variables, uint64_t &size) {
  for (const Variable &var : variables) {
    if (var.space != space || var.isExtern)
      continue;
    size = (size + var.align - 1) & ~uint64_t(var.align - 1);
    uint64_t base = space == Space::Shared ? kSharedBase : space == Space::Local ? kLocalBase : 0;
    places.insert_or_assign(var.name, Place{space, base + size, var.isCallParam});
    size += var.bytes;
  }
  return size > (uint64_t(1) << 28) ? error("expected at most 256 MiB of variables in one space")
                                    : Status::success();
}

Status Decoder::layOut() {
  uint64_t params = 0, shared = 0, local = 0;
  ATTNC_RETURN_IF_ERROR(layOutVariables(Space::Param, function.params, params));
  if (params > 32764)
    return error("expected at most 32764 bytes of parameters, got " + std::to_string(params));
  kernel->paramBytes = static_cast<uint32_t>(params);

  // Module-level shared variables belong to the kernel that uses them: only those count.
  std::vector<Variable> used;
  uint32_t dynamicAlign = 16;
  std::vector<std::string_view> dynamicNames;
  std::unordered_set<std::string_view> mentioned;
  auto mention = [&](const auto &self, const Operand &op) -> void {
    if (op.kind == Operand::Kind::Name)
      mentioned.insert(op.name);
    for (const Operand &elem : op.elems)
      self(self, elem);
  };
  for (const Instr &instr : function.body)
    for (const Operand &op : instr.ops)
      mention(mention, op);
  for (const Variable &var : module->variables) {
    if (var.space != Space::Shared)
      continue;
    if (!mentioned.contains(var.name))
      continue;
    if (var.isExtern) {
      dynamicAlign = std::max(dynamicAlign, var.align);
      dynamicNames.push_back(var.name);
    } else {
      used.push_back(var);
    }
  }
  ATTNC_RETURN_IF_ERROR(layOutVariables(Space::Shared, used, shared));
  ATTNC_RETURN_IF_ERROR(layOutVariables(Space::Shared, function.variables, shared));
  if (!dynamicNames.empty()) {
    shared = (shared + dynamicAlign - 1) & ~uint64_t(dynamicAlign - 1);
    for (std::string_view name : dynamicNames)
      places.insert_or_assign(name, Place{Space::Shared, kSharedBase + shared});
    kernel->usesDynamicShared = true;
  }
  if (shared > 48 * 1024)
    return error("expected at most 48 KiB of static shared memory, got " + std::to_string(shared) + " bytes");
  kernel->staticShared = static_cast<uint32_t>(shared);

  ATTNC_RETURN_IF_ERROR(layOutVariables(Space::Local, function.variables, local));
  if (local > 512 * 1024)
    return error("expected at most 512 KiB of local memory a thread, got " + std::to_string(local) +
                 " bytes");
  kernel->localBytes = static_cast<uint32_t>((local + 15) & ~uint64_t(15));
  return Status::success();
}

} // namespace attnc::sim
