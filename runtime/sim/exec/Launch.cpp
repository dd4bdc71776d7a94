// Launch.cpp - limits of the architecture, CTAs over host threads, the instruction budget.
#include "runtime/sim/exec/Launch.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

namespace attnc::sim {
namespace {

/// Warp instructions a CTA runs before others get a turn.
constexpr uint64_t kSlice = uint64_t(1) << 20;

Status checkLimits(const LaunchContext &context, const Target &target) {
  const Kernel &kernel = *context.kernel;
  auto refuse = [&](const std::string &message) {
    return Status(Code::InvalidArgument, "kernel '" + kernel.name + "' on " + target.name() + ": " + message);
  };
  if (context.threads < 1 || context.threads > 1024)
    return refuse("expected 1 to 1024 threads, got " + std::to_string(context.threads));
  uint32_t limit = kernel.function->maxThreads;
  if (limit != 0 && (context.threads > limit || (kernel.function->exactThreads && context.threads != limit)))
    return refuse("expected " + std::string(kernel.function->exactThreads ? "" : "at most ") +
                  std::to_string(limit) + " threads, as the kernel is compiled for, got " +
                  std::to_string(context.threads));
  if (context.grid[0] < 1 || context.grid[1] < 1 || context.grid[2] < 1 || context.grid[0] > 0x7fffffffu ||
      context.grid[1] > 65535 || context.grid[2] > 65535)
    return refuse("expected a grid of 1 to 2147483647 x 65535 x 65535 CTAs, got " +
                  std::to_string(context.grid[0]) + " x " + std::to_string(context.grid[1]) + " x " +
                  std::to_string(context.grid[2]));
  uint64_t shared = uint64_t(kernel.staticShared) + context.dynamicShared;
  if (shared > static_cast<uint64_t>(target.sharedBytesPerBlock))
    return refuse("expected at most " + std::to_string(target.sharedBytesPerBlock) +
                  " bytes of shared memory, got " + std::to_string(shared));
  return Status::success();
}

/// CTAs that fit one SM by threads, shared memory and count; registers are not known from PTX.
size_t residentLimit(const LaunchContext &context, const Target &target) {
  int shared =
      static_cast<int>(context.kernel->staticShared + context.dynamicShared) + target.sharedBytesReserved;
  int threads = static_cast<int>((context.threads + kLanes - 1) / kLanes * kLanes);
  int limit = std::min(target.maxBlocksPerSm, target.maxThreadsPerSm / threads);
  if (shared > 0) // compute capability 7.5 reserves none for itself
    limit = std::min(limit, target.sharedBytesPerSm / shared);
  return static_cast<size_t>(std::max(limit, 1));
}

class Runner {
public:
  Runner(const LaunchContext &context, const Target &target, const SimOptions &options)
      : context(context), options(options), residents(residentLimit(context, target)),
        total(uint64_t(context.grid[0]) * context.grid[1] * context.grid[2]) {}

  /// What one host thread does: takes CTAs until none is left. A CTA that does not end in its slice shares
  /// the thread with the next ones, up to what an SM holds, so that CTAs may wait for each other.
  void work() {
    LaunchCounters counters;
    counters.perInstruction.resize(context.kernel->code.size());
    std::vector<std::unique_ptr<Cta>> active, idle;
    size_t turn = 0;
    while (!stop.load(std::memory_order_relaxed)) {
      bool mayStart = active.empty() || (turn == active.size() && active.size() < residents);
      if (turn >= active.size()) {
        uint64_t index = mayStart ? next.fetch_add(1, std::memory_order_relaxed) : total;
        if (index < total) {
          if (idle.empty())
            idle.push_back(std::make_unique<Cta>());
          active.push_back(std::move(idle.back()));
          idle.pop_back();
          active.back()->start(context, index, counters.perInstruction.data());
          turn = active.size() - 1;
        } else if (active.empty()) {
          break;
        } else {
          turn = 0;
        }
      }
      Cta &cta = *active[turn];
      uint64_t count = 0;
      switch (cta.run(slice(), count)) {
      case Cta::State::Running:
        ++turn;
        break;
      case Cta::State::Done:
        ++counters.ctas;
        idle.push_back(std::move(active[turn]));
        active.erase(active.begin() + static_cast<ptrdiff_t>(turn));
        break;
      case Cta::State::Faulted:
        fail(cta.status());
        break;
      }
      charge(count);
    }
    std::lock_guard lock(mutex);
    merged.add(counters);
  }

  Status result;
  LaunchCounters merged;

private:
  uint64_t slice() const {
    return options.maxInstructions == 0 ? kSlice : std::min(kSlice, options.maxInstructions);
  }
  void charge(uint64_t count) {
    uint64_t now = executed.fetch_add(count, std::memory_order_relaxed) + count;
    if (options.maxInstructions != 0 && now > options.maxInstructions)
      fail(Status(Code::DeviceError, "kernel '" + context.kernel->name + "': gave up after " +
                                         std::to_string(now) + " warp instructions, the limit is " +
                                         std::to_string(options.maxInstructions)));
  }
  void fail(Status status) {
    std::lock_guard lock(mutex);
    if (result.ok())
      result = std::move(status);
    stop = true;
  }

  const LaunchContext &context;
  const SimOptions &options;
  const size_t residents;
  const uint64_t total;
  std::atomic<uint64_t> next{0}, executed{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
};

} // namespace

Status runLaunch(const LaunchContext &context, const Target &target, const SimOptions &options,
                 LaunchCounters &counters) {
  ATTNC_RETURN_IF_ERROR(checkLimits(context, target));
  Runner runner(context, target, options);
  uint64_t ctas = uint64_t(context.grid[0]) * context.grid[1] * context.grid[2];
  int extra =
      static_cast<int>(std::min<uint64_t>(static_cast<uint64_t>(std::clamp(options.threads, 1, 256)), ctas)) -
      1;
  std::vector<std::thread> threads;
  for (int i = 0; i < extra; ++i)
    threads.emplace_back([&runner] { runner.work(); });
  runner.work();
  for (std::thread &thread : threads)
    thread.join();
  counters = std::move(runner.merged);
  return runner.result;
}

} // namespace attnc::sim
