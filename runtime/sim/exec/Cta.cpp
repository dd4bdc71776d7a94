// Cta.cpp - starting a thread block, scheduling its warps, reporting its faults.
#include "runtime/sim/exec/Cta.h"

#include "runtime/sim/check/Report.h"

#include <algorithm>
#include <sstream>

namespace attnc::sim {

void Cta::start(const LaunchContext &launch, uint64_t linear, PcCounter *stats) {
  context = &launch;
  index = linear;
  position = positionOf(linear);
  barriers.fill({});
  failure = Status::success();
  aliveLanes = launch.threads;
  uint32_t count = (launch.threads + kLanes - 1) / kLanes;
  shared.reset(launch.kernel->staticShared + launch.dynamicShared, count, launch.races != nullptr);
  warps.resize(count);
  states.assign(count, WarpState::Runnable);
  order.resize(count);
  for (uint32_t w = 0; w < count; ++w) {
    order[w] = w;
    uint32_t lanes = std::min(launch.threads - w * kLanes, kLanes);
    uint32_t alive = lanes == kLanes ? kFullMask : (1u << lanes) - 1;
    warps[w].start(*this, *launch.kernel, w, alive, *launch.memory, shared, launch.races, launch.params,
                   stats);
    setSpecials(warps[w]);
  }
  random.seed(launch.seed * 0x9e3779b97f4a7c15ull + linear);
}

std::array<uint32_t, 3> Cta::positionOf(uint64_t linear) const {
  const auto &grid = context->grid;
  return {static_cast<uint32_t>(linear % grid[0]), static_cast<uint32_t>(linear / grid[0] % grid[1]),
          static_cast<uint32_t>(linear / grid[0] / grid[1])};
}

std::string Cta::place(uint64_t linear) const {
  auto [x, y, z] = positionOf(linear);
  return std::to_string(x) + "," + std::to_string(y) + "," + std::to_string(z);
}

void Cta::setSpecials(Warp &warp) {
  for (const Kernel::Special &special : context->kernel->specials) {
    uint32_t *cells = warp.regs(special.slot);
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      uint32_t bit = 1u << lane, value = 0;
      switch (special.reg) {
      case SpecialReg::TidX:
        value = warp.index * kLanes + lane;
        break;
      case SpecialReg::NtidX:
        value = context->threads;
        break;
      case SpecialReg::NtidY:
      case SpecialReg::NtidZ:
        value = 1;
        break;
      case SpecialReg::CtaidX:
        value = position[0];
        break;
      case SpecialReg::CtaidY:
        value = position[1];
        break;
      case SpecialReg::CtaidZ:
        value = position[2];
        break;
      case SpecialReg::NctaidX:
        value = context->grid[0];
        break;
      case SpecialReg::NctaidY:
        value = context->grid[1];
        break;
      case SpecialReg::NctaidZ:
        value = context->grid[2];
        break;
      case SpecialReg::LaneId:
        value = lane;
        break;
      case SpecialReg::WarpId:
        value = warp.index;
        break;
      case SpecialReg::NWarpId:
        value = static_cast<uint32_t>(warps.size());
        break;
      case SpecialReg::NSmId:
        value = 1;
        break;
      case SpecialReg::LaneMaskEq:
        value = bit;
        break;
      case SpecialReg::LaneMaskLt:
        value = bit - 1;
        break;
      case SpecialReg::LaneMaskLe:
        value = bit | (bit - 1);
        break;
      case SpecialReg::LaneMaskGt:
        value = ~(bit | (bit - 1));
        break;
      case SpecialReg::LaneMaskGe:
        value = ~(bit - 1);
        break;
      case SpecialReg::DynamicSmem:
        value = context->dynamicShared;
        break;
      case SpecialReg::TotalSmem:
        value = shared.size();
        break;
      case SpecialReg::TidY:
      case SpecialReg::TidZ:
      case SpecialReg::SmId:
      case SpecialReg::GridId:
        break;
      }
      cells[lane] = value;
    }
  }
}

Cta::State Cta::run(uint64_t budget, uint64_t &executed) {
  uint64_t used = 0;
  while (used < budget) {
    if (context->seed != 0)
      std::shuffle(order.begin(), order.end(), random);
    bool ran = false, allDone = true;
    for (uint32_t w : order) {
      if (states[w] != WarpState::Runnable) {
        allDone = allDone && states[w] == WarpState::Done;
        continue;
      }
      // Under a seed, short and uneven turns: they interleave warps in ways that program order never does.
      uint64_t quantum = context->seed == 0 ? 1 << 14 : 1 + random() % 512;
      uint64_t count = 0;
      WarpState state = warps[w].run(quantum, count);
      states[w] = state;
      used += count;
      executed += count;
      ran = true;
      if (state == WarpState::Faulted) {
        failure = report(warps[w], warps[w].faultPc, warps[w].faultLane, warps[w].fault);
        return State::Faulted;
      }
      allDone = allDone && state == WarpState::Done;
    }
    if (allDone)
      return State::Done;
    if (!ran &&
        std::none_of(states.begin(), states.end(), [](WarpState s) { return s == WarpState::Runnable; })) {
      failure = reportDeadlock();
      return State::Faulted;
    }
  }
  return State::Running;
}

Status Cta::report(const Warp &warp, uint32_t pc, uint32_t lane, const std::string &message) const {
  Status status =
      makeReport(*context->kernel, context->moduleName, {pc, position, warp.index, lane}, message);
  if (const Conflict &other = warp.faultOther; other.found)
    addPlace(status, *context->kernel, context->moduleName,
             {other.pc, positionOf(other.cta), other.warp, other.lane < kLanes ? other.lane : 0},
             other.otherWrites ? "the write" : "the read");
  return status;
}

Status Cta::reportDeadlock() const {
  std::ostringstream text;
  text << "deadlock: nothing can run";
  const Warp *first = nullptr;
  uint32_t pc = 0, lane = 0;
  for (size_t w = 0; w < warps.size(); ++w) {
    for (const Split &split : warps[w].splits) {
      text << "; warp " << w << " lanes 0x" << std::hex << split.mask << std::dec << " wait at PTX line "
           << context->kernel->line(split.pc);
      if (split.wait == Wait::Barrier) {
        const BarrierState &barrier = barriers[split.barrier];
        text << " for barrier " << int(split.barrier) << " with ";
        if (barrier.implicit)
          text << barrier.lanes << " of " << aliveLanes;
        else
          text << barrier.slots << " of " << barrier.expected;
        text << " threads";
      } else {
        text << " for the other lanes of the warp";
      }
      if (first == nullptr) {
        first = &warps[w];
        pc = split.pc;
        lane = static_cast<uint32_t>(__builtin_ctz(split.mask));
      }
    }
  }
  return report(*first, pc, lane, text.str());
}

} // namespace attnc::sim
