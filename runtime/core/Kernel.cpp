// Kernel.cpp - a compiled program on its devices: load once, check, launch.
//
// Must not know what kind of device it runs on, or why a formula is as it is.
#include "attnc/Runtime.h"

#include "runtime/core/Nvtx.h"
#include "runtime/core/PackLaunch.h"
#include "runtime/core/Version.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace attnc {

struct Kernel::State {
  explicit State(std::shared_ptr<const Image> image)
      : image(std::move(image)), plan(LaunchPlan::build(this->image->program)) {}

  Result<std::shared_ptr<Module>> moduleOn(Device &device);

  const std::shared_ptr<const Image> image;
  const Result<LaunchPlan> plan;

private:
  std::mutex mutex;
  std::map<uint64_t, std::shared_ptr<Module>> modules; ///< by Device::id
};

namespace {

Status checkTarget(const Program &program, Device &device) {
  if (program.target.runsOn(device.target()))
    return Status::success();
  return Status(Code::Unsupported, "kernel '" + program.name + "' is built for " + program.target.name() +
                                       ": expected a device that runs it, got " + device.name() + " (" +
                                       device.target().name() + ")");
}

Status checkSharedMemory(const Image &image, Device &device) {
  const int limit = device.target().sharedBytesPerBlock;
  for (const Launch &launch : image.program.launches) {
    int total = launch.dynamicSharedBytes;
    for (const KernelResources &res : image.resources)
      if (res.kernel == launch.kernel)
        total += res.staticSharedBytes;
    if (total > limit)
      return Status(Code::Unsupported, "kernel '" + launch.kernel + "': expected at most " +
                                           std::to_string(limit) + " bytes of shared memory on " +
                                           device.name() + ", got " + std::to_string(total));
  }
  return Status::success();
}

/// Device memory that lives for one run.
class ScopedMemory {
public:
  explicit ScopedMemory(Device &device) : device(device) {}
  ~ScopedMemory() {
    if (address)
      (void)device.release(address);
  }
  ScopedMemory(const ScopedMemory &) = delete;
  ScopedMemory &operator=(const ScopedMemory &) = delete;

  Result<void *> allocate(size_t bytes) {
    ATTNC_ASSIGN_OR_RETURN(address, device.allocate(bytes));
    return address;
  }

private:
  Device &device;
  void *address = nullptr;
};

} // namespace

Result<std::shared_ptr<Module>> Kernel::State::moduleOn(Device &device) {
  std::lock_guard lock(mutex);
  if (auto it = modules.find(device.id()); it != modules.end())
    return it->second;
  ATTNC_RETURN_IF_ERROR(checkTarget(image->program, device));
  ATTNC_RETURN_IF_ERROR(checkSharedMemory(*image, device));
  NvtxRange range("attnc load");
  ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<Module> loaded, device.load(*image));
  std::shared_ptr<Module> module = std::move(loaded);
  modules.emplace(device.id(), module);
  return module;
}

Kernel::Kernel(std::shared_ptr<const Image> image) : state(std::make_shared<State>(std::move(image))) {}
Kernel::~Kernel() = default;
Kernel::Kernel(const Kernel &) = default;
Kernel::Kernel(Kernel &&) noexcept = default;
Kernel &Kernel::operator=(const Kernel &) = default;
Kernel &Kernel::operator=(Kernel &&) noexcept = default;

const Program &Kernel::program() const { return state->image->program; }
const Image &Kernel::image() const { return *state->image; }

Status Kernel::prepare(Device &device) const {
  if (!state->plan.ok())
    return state->plan.status();
  return state->moduleOn(device).status();
}

Result<size_t> Kernel::workspaceBytes(const Arguments &arguments) const {
  if (!state->plan.ok())
    return state->plan.status();
  const LaunchPlan &plan = *state->plan;
  ATTNC_ASSIGN_OR_RETURN(BoundArguments bound,
                         bindArguments(program(), plan, arguments, BindMode::ShapesOnly));
  ATTNC_ASSIGN_OR_RETURN(WorkspaceLayout layout, layOutWorkspaces(program(), plan, bound));
  return layout.bytes;
}

Status Kernel::run(Device &device, const Arguments &arguments, void *stream, void *workspace) const {
  if (!state->plan.ok())
    return state->plan.status();
  const LaunchPlan &plan = *state->plan;
  NvtxRange range(program().name.c_str());
  ATTNC_ASSIGN_OR_RETURN(BoundArguments bound, bindArguments(program(), plan, arguments, BindMode::All));
  ATTNC_ASSIGN_OR_RETURN(WorkspaceLayout layout, layOutWorkspaces(program(), plan, bound));
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, state->moduleOn(device));

  if (reinterpret_cast<uintptr_t>(workspace) % kWorkspaceAlignment != 0)
    return Status(Code::InvalidArgument,
                  "expected a workspace that is aligned to 256 bytes, got one that is not");
  ScopedMemory own(device);
  const bool allocates = layout.bytes > 0 && !workspace;
  if (allocates) {
    ATTNC_ASSIGN_OR_RETURN(workspace, own.allocate(layout.bytes));
    for (size_t i = 0; i < layout.offsets.size(); ++i)
      if (program().workspaces[i].zeroed)
        ATTNC_RETURN_IF_ERROR(device.fillZero(static_cast<std::byte *>(workspace) + layout.offsets[i],
                                              layout.sizes[i], stream));
  }

  std::vector<BufferName> buffers;
  buffers.reserve(bound.addresses.size() + layout.offsets.size());
  for (size_t i = 0; i < bound.addresses.size(); ++i)
    buffers.push_back({bound.addresses[i], program().tensors[i].name});
  for (size_t i = 0; i < layout.offsets.size(); ++i)
    buffers.push_back(
        {static_cast<std::byte *>(workspace) + layout.offsets[i], program().workspaces[i].name});

  // All launches are packed before the first one starts: a wrong dim must not leave a program half run.
  std::vector<PackedLaunch> packed(plan.launches.size());
  for (size_t i = 0; i < packed.size(); ++i) {
    ATTNC_RETURN_IF_ERROR(packLaunch(program().launches[i], plan.launches[i], plan, bound, layout,
                                     static_cast<std::byte *>(workspace), packed[i]));
    packed[i].config.stream = stream;
    packed[i].config.buffers = buffers;
  }
  Status launched;
  for (size_t i = 0; i < packed.size() && launched.ok(); ++i)
    if (!packed[i].empty)
      launched = device.launch(*module, program().launches[i].kernel, packed[i].config,
                               std::span<const std::byte>(packed[i].params.data(), packed[i].paramBytes));
  if (allocates) {
    // The memory must outlive the kernels that use it, also when a later launch of the program failed.
    Status finished = device.synchronize(stream);
    if (launched.ok())
      return finished;
  }
  return launched;
}

std::string_view versionString() { return kVersionText; }

} // namespace attnc
