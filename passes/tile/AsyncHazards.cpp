// AsyncHazards.cpp - replays a kernel's shared-memory accesses and reports the missing waits and syncs.
#include "passes/tile/AsyncHazards.h"

#include <map>

using namespace mlir;
using namespace attnc::tile;

namespace {

/// One tile in shared memory: an alloc, or one slot of a ring.
using Slot = std::pair<Operation *, int64_t>;

struct SlotState {
  std::optional<int64_t> fillGroup; ///< commit group of an asynchronous fill not yet waited for
  bool unmetWrite = false;          ///< written (or its fill waited for) since the threads last met
  bool unmetRead = false;           ///< read since the threads last met
};

class Replay {
public:
  Replay(llvm::MapVector<Operation *, HazardNeed> &needs, int64_t iterations)
      : needs(needs), iterations(iterations) {}

  void run(Block &block) {
    for (Operation &op : block) {
      if (auto loop = dyn_cast<LoopOp>(op)) {
        for (int64_t i = 0; i < iterations; ++i)
          run(loop.getBody().front());
      } else {
        step(op);
      }
    }
  }

private:
  Slot slotOf(Value tile) {
    if (auto current = tile.getDefiningOp<CurrentOp>()) {
      Operation *ring = current.getRing().getDefiningOp();
      int64_t stages = current.getRing().getType().getStages().getSize();
      return {ring, (advances[ring] + int64_t(current.getAhead())) % stages};
    }
    if (auto reuse = tile.getDefiningOp<ReuseOp>())
      return slotOf(reuse.getTile());
    return {tile.getDefiningOp(), 0};
  }

  SmallVector<Slot> sharedReads(Operation &op) {
    SmallVector<Slot> reads;
    if (isa<MmaAbtOp, MmaAbOp, StoreRowsOp>(op))
      for (Value operand : op.getOperands())
        if (isa<SharedType>(operand.getType()))
          reads.push_back(slotOf(operand));
    return reads;
  }

  std::optional<Slot> sharedWrite(Operation &op) {
    if (auto copy = dyn_cast<CopyAsyncOp>(op))
      return slotOf(copy.getDst());
    if (auto store = dyn_cast<StoreSharedOp>(op))
      return slotOf(store.getDst());
    return std::nullopt;
  }

  int64_t committedAfter(int64_t group) const { return groups - group - 1; }

  HazardNeed readNeed(const SlotState &slot) const {
    HazardNeed need;
    if (slot.fillGroup) {
      need.pendingGroups = committedAfter(*slot.fillGroup);
      need.sync = true;
    }
    need.sync |= slot.unmetWrite;
    return need;
  }

  HazardNeed writeNeed(const SlotState &slot) const {
    HazardNeed need = readNeed(slot);
    need.sync |= slot.unmetRead;
    return need;
  }

  void step(Operation &op) {
    HazardNeed need;
    for (Slot slot : sharedReads(op))
      need.merge(readNeed(states[slot]));
    std::optional<Slot> written = sharedWrite(op);
    if (written)
      need.merge(writeNeed(states[*written]));
    // Threads meet once for both: a copy that must meet waits for what the next reader needs.
    if (need.sync && isa<CopyAsyncOp>(op))
      for (Operation *next = op.getNextNode(); next; next = next->getNextNode())
        if (SmallVector<Slot> reads = sharedReads(*next); !reads.empty()) {
          for (Slot slot : reads)
            need.merge(readNeed(states[slot]));
          break;
        }
    if (need.any()) {
      needs[&op].merge(need);
      satisfy(need);
    }
    for (Slot slot : sharedReads(op))
      states[slot].unmetRead = true;
    if (auto copy = dyn_cast<CopyAsyncOp>(op))
      states[*written].fillGroup = groups; // the group that the next commit closes
    else if (written)
      states[*written].unmetWrite = true;
    if (isa<CommitOp>(op))
      ++groups;
    else if (auto advance = dyn_cast<AdvanceOp>(op))
      ++advances[advance.getRing().getDefiningOp()];
    else if (auto wait = dyn_cast<WaitOp>(op))
      satisfy({int64_t(wait.getPending()), false});
    else if (isa<SyncOp>(op))
      satisfy({std::nullopt, true});
  }

  void satisfy(const HazardNeed &need) {
    for (auto &[slot, state] : states) {
      if (need.pendingGroups && state.fillGroup && committedAfter(*state.fillGroup) >= *need.pendingGroups) {
        state.fillGroup.reset();
        state.unmetWrite = true; // this thread's part has landed; the others' once they meet
      }
      if (need.sync)
        state.unmetWrite = state.unmetRead = false;
    }
  }

  llvm::MapVector<Operation *, HazardNeed> &needs;
  int64_t iterations;
  int64_t groups = 0;
  std::map<Slot, SlotState> states;
  std::map<Operation *, int64_t> advances;
};

} // namespace

llvm::MapVector<Operation *, HazardNeed> attnc::tile::findHazards(KernelOp kernel) {
  llvm::MapVector<Operation *, HazardNeed> needs;
  // Twice around the deepest ring reaches the steady state; one and zero iterations are paths of their own.
  int64_t steady = 2 * kernel.getSchedule().getStages() + 2;
  for (int64_t iterations : {int64_t(0), int64_t(1), steady})
    Replay(needs, iterations).run(kernel.getBody().front());
  return needs;
}
