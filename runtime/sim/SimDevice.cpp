// SimDevice.cpp - the `sim` device: allocations, modules, launches over the simulator's parts.
//
// Addresses that it hands out are host addresses; it runs synchronously and ignores streams.
#include "attnc/Device.h"
#include "runtime/sim/check/KernelText.h"
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/decode/Inline.h"
#include "runtime/sim/exec/Launch.h"
#include "runtime/sim/ptx/Parser.h"

#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <optional>

namespace attnc {
namespace {

using namespace sim;

constexpr size_t kAlignment = 256;
/// Unused space on both sides of an allocation, so that a small step outside hits no other one.
constexpr size_t kRedZone = 4096;

/// A block of host memory with red zones.
class Block {
public:
  explicit Block(size_t bytes) : bytes(bytes) {
    raw = static_cast<uint8_t *>(
        ::operator new(bytes + 2 * kRedZone, std::align_val_t(kAlignment), std::nothrow));
    if (raw != nullptr)
      std::memset(raw, 0xff, bytes + 2 * kRedZone); // NaN in every float type: unwritten memory shows
  }
  Block(Block &&other) noexcept : raw(std::exchange(other.raw, nullptr)), bytes(other.bytes), id(other.id) {}
  Block &operator=(Block &&) = delete;
  ~Block() { ::operator delete(raw, std::align_val_t(kAlignment)); }

  bool ok() const { return raw != nullptr; }
  uint8_t *data() const { return raw + kRedZone; }
  size_t size() const { return bytes; }
  MemoryRange range(std::string name, bool readOnly = false) const {
    uint64_t begin = reinterpret_cast<uint64_t>(data());
    return {begin, begin + bytes, std::move(name), readOnly, begin};
  }

private:
  uint8_t *raw = nullptr;
  size_t bytes = 0;

public:
  uint64_t id = 0;
};

class SimModule final : public Module {
public:
  std::string name;
  std::vector<Block> variables;
  std::vector<MemoryRange> ranges;
  std::map<std::string, std::shared_ptr<const sim::Kernel>, std::less<>> kernels;
};

/// The name of what lies in an allocation, and offsets from where that begins. Several tensors of one
/// allocation (the parts of a fused qkv) share offsets from its start.
MemoryRange nameRange(MemoryRange range, std::span<const BufferName> names) {
  std::string all;
  size_t found = 0;
  for (const BufferName &buffer : names) {
    const uint64_t address = reinterpret_cast<uint64_t>(buffer.address);
    if (address < range.begin || address >= range.end)
      continue;
    all += (all.empty() ? "'" : ", '") + std::string(buffer.name) + "'";
    range.origin = ++found == 1 ? address : range.begin;
  }
  if (found > 0)
    range.name = std::move(all);
  return range;
}

/// Space for the module's .global and .const variables, initialised, with addresses of each other filled in.
Result<VariableAddresses> placeVariables(const PtxModule &ptx, SimModule &module) {
  VariableAddresses addresses;
  for (const Variable &var : ptx.variables) {
    if (var.space == Space::Shared)
      continue;
    if (var.isExtern)
      return Status(Code::Unsupported, "PTX line " + std::to_string(var.line) + ": external variable '" +
                                           std::string(var.name) + "' has no definition");
    Block block(var.bytes);
    if (!block.ok())
      return Status(Code::DeviceError, "out of memory for variable '" + std::string(var.name) + "'");
    std::memset(block.data(), 0, var.bytes);
    if (!var.init.empty())
      std::memcpy(block.data(), var.init.data(), var.init.size());
    addresses[var.name] = reinterpret_cast<uint64_t>(block.data());
    module.ranges.push_back(
        block.range("variable '" + std::string(var.name) + "'", var.space == Space::Const));
    module.variables.push_back(std::move(block));
  }
  for (const Variable &var : ptx.variables)
    for (const Variable::Reloc &reloc : var.relocs) {
      auto target = addresses.find(reloc.symbol);
      if (target == addresses.end())
        return Status(Code::Unsupported, "PTX line " + std::to_string(var.line) + ": the address of '" +
                                             std::string(reloc.symbol) + "' is not known");
      uint64_t value = target->second + static_cast<uint64_t>(reloc.offset);
      std::memcpy(reinterpret_cast<uint8_t *>(addresses[var.name]) + reloc.at, &value, sizeof(value));
    }
  return addresses;
}

class SimDevice final : public Device {
public:
  SimDevice(const Target &target, const SimOptions &options) : limits(target), options(options) {}

  std::string name() const override { return "sim"; }
  Target target() const override { return limits; }

  Result<void *> allocate(size_t bytes) override {
    if (bytes > (size_t(1) << 46))
      return Status(Code::DeviceError, "out of memory: " + std::to_string(bytes) + " bytes");
    Block block(bytes);
    if (!block.ok())
      return Status(Code::DeviceError, "out of memory: " + std::to_string(bytes) + " bytes");
    std::lock_guard lock(mutex);
    block.id = ++allocations;
    void *address = block.data();
    blocks.emplace(reinterpret_cast<uint64_t>(address), std::move(block));
    return address;
  }

  Status release(void *address) override {
    std::lock_guard lock(mutex);
    if (address != nullptr && blocks.erase(reinterpret_cast<uint64_t>(address)) == 0)
      return Status(Code::InvalidArgument, "release: the address is not of this device");
    return Status::success();
  }

  Status upload(void *device, const void *host, size_t bytes, void *) override {
    ATTNC_RETURN_IF_ERROR(check("upload", device, bytes));
    std::memcpy(device, host, bytes);
    return Status::success();
  }
  Status download(void *host, const void *device, size_t bytes, void *) override {
    ATTNC_RETURN_IF_ERROR(check("download", device, bytes));
    std::memcpy(host, device, bytes);
    return Status::success();
  }
  Status fillZero(void *device, size_t bytes, void *) override {
    ATTNC_RETURN_IF_ERROR(check("fillZero", device, bytes));
    std::memset(device, 0, bytes);
    return Status::success();
  }

  Result<std::unique_ptr<Module>> load(const Image &image) override {
    auto module = std::make_unique<SimModule>();
    module->name = (image.program.name.empty() ? "module" : image.program.name) + ".ptx";
    auto fail = [&](Status status) {
      status.prefix("loading '" + module->name + "' on sim: ");
      return status;
    };
    auto ptx = parsePtx(image.ptx, std::make_shared<const KernelText>(image.program.text));
    if (!ptx.ok())
      return fail(ptx.status());
    auto addresses = placeVariables(**ptx, *module);
    if (!addresses.ok())
      return fail(addresses.status());
    for (const Function &function : (*ptx)->functions) {
      if (!function.isEntry || !function.hasBody)
        continue;
      auto flat = inlineCalls(*ptx, function);
      if (!flat.ok())
        return fail(flat.status());
      auto kernel = Decoder(*ptx, *flat, *addresses, limits).run();
      if (!kernel.ok())
        return fail(kernel.status());
      module->kernels[std::string(function.name)] = *kernel;
    }
    return std::unique_ptr<Module>(std::move(module));
  }

  Status launch(Module &handle, const std::string &symbol, const LaunchConfig &config,
                std::span<const std::byte> params) override {
    auto *module = dynamic_cast<SimModule *>(&handle);
    if (module == nullptr)
      return Status(Code::InvalidArgument, "launch: the module is not of a sim device");
    auto found = module->kernels.find(symbol);
    if (found == module->kernels.end())
      return Status(Code::NotFound, "no kernel '" + symbol + "' in " + module->name);
    const sim::Kernel &kernel = *found->second;
    if (params.size() != kernel.paramBytes)
      return Status(Code::InvalidArgument, "kernel '" + symbol + "' expected " +
                                               std::to_string(kernel.paramBytes) +
                                               " bytes of parameters, got " + std::to_string(params.size()));
    std::vector<uint8_t> paramBytes(params.size() + 32);
    if (!params.empty())
      std::memcpy(paramBytes.data(), params.data(), params.size());
    MemoryMap memory = snapshot(*module, config.buffers);
    std::optional<GlobalRaces> races;
    if (options.checks)
      races.emplace(memory, options.threads > 1);

    LaunchContext context;
    context.kernel = &kernel;
    context.memory = &memory;
    context.races = races ? &*races : nullptr;
    context.params = paramBytes.data();
    context.grid = config.grid;
    context.threads = config.threads;
    context.dynamicShared = config.dynamicSharedBytes;
    context.seed = options.seed;
    context.moduleName = module->name;
    LaunchCounters counters;
    Status status = runLaunch(context, limits, options, counters);
    std::string json = countersJson(kernel, counters, config.grid, config.threads);
    std::lock_guard lock(mutex);
    launches += (launches.empty() ? "" : ",") + json;
    return status;
  }

  Status synchronize(void *) override { return Status::success(); }

  std::string takeCounters() override {
    std::lock_guard lock(mutex);
    std::string result =
        "{\"device\":\"sim\",\"target\":\"" + limits.name() + "\",\"launches\":[" + launches + "]}";
    launches.clear();
    return result;
  }

private:
  /// `bytes` bytes at `address` lie in one allocation.
  Status check(const char *what, const void *address, size_t bytes) {
    if (bytes == 0)
      return Status::success();
    std::lock_guard lock(mutex);
    uint64_t begin = reinterpret_cast<uint64_t>(address);
    auto after = blocks.upper_bound(begin);
    if (after != blocks.begin()) {
      const Block &block = std::prev(after)->second;
      uint64_t offset = begin - std::prev(after)->first;
      if (offset <= block.size() && block.size() - offset >= bytes)
        return Status::success();
      if (offset < block.size())
        return Status(Code::InvalidArgument, std::string(what) + ": expected at most " +
                                                 std::to_string(block.size() - offset) + " bytes, got " +
                                                 std::to_string(bytes));
    }
    return Status(Code::InvalidArgument, std::string(what) + ": the address is not of this device");
  }

  MemoryMap snapshot(const SimModule &module, std::span<const BufferName> names) {
    std::vector<MemoryRange> ranges = module.ranges;
    std::lock_guard lock(mutex);
    for (const auto &[address, block] : blocks)
      ranges.push_back(nameRange(block.range("buffer " + std::to_string(block.id)), names));
    return MemoryMap(std::move(ranges));
  }

  const Target limits;
  const SimOptions options;
  std::mutex mutex;
  std::map<uint64_t, Block> blocks;
  uint64_t allocations = 0;
  std::string launches; ///< JSON objects since the last takeCounters, with commas between
};

} // namespace

std::shared_ptr<Device> openSimDevice(const Target &target, const SimOptions &options) {
  return std::make_shared<SimDevice>(target, options);
}

} // namespace attnc
