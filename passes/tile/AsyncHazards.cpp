// AsyncHazards.cpp - replays a kernel's shared-memory accesses and reports the missing waits and syncs.
//
// What an op accesses is its memory effects on shared tiles; that a tile.copy_async writes later than it says
// is the one thing known of an op by its name.
#include "passes/tile/AsyncHazards.h"

#include <map>

using namespace mlir;
using namespace attnc::tile;

namespace {

/// One tile in shared memory: an alloc, or one slot of a ring.
using Slot = std::pair<Operation *, int64_t>;
using Needs = llvm::MapVector<Operation *, HazardNeed>;

struct SlotState {
  std::optional<int64_t> fillGroup; ///< commit group of an asynchronous fill not yet waited for
  bool unmetWrite = false;          ///< written (or its fill waited for) since the threads last met
  bool unmetRead = false;           ///< read since the threads last met
};

class Replay {
public:
  /// Collects what is missing into `needs`.
  Replay(Needs &needs, int64_t iterations) : needs(&needs), iterations(iterations) {}
  /// Runs with the waits and syncs of `placed` before their ops, to see whether something is missing.
  Replay(const Needs &placed, int64_t iterations) : placed(&placed), iterations(iterations) {}

  bool nothingMissing() const { return !missing; }

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
  /// The slot that a tile.current is in this iteration: fixed where the op stands, not where it is used.
  void remember(CurrentOp current) {
    Operation *ring = current.getRing().getDefiningOp();
    int64_t stages = current.getRing().getType().getStages().getSize();
    currents[current] = {ring, (advances[ring] + int64_t(current.getAhead())) % stages};
  }

  Slot slotOf(Value tile) {
    if (auto current = tile.getDefiningOp<CurrentOp>())
      return currents[current];
    if (auto reuse = tile.getDefiningOp<ReuseOp>())
      return slotOf(reuse.getTile());
    return {tile.getDefiningOp(), 0};
  }

  /// The shared tiles that the op reads or writes, by its memory effects.
  template <class Effect> SmallVector<Slot> slotsOf(Operation &op) {
    SmallVector<MemoryEffects::EffectInstance> effects;
    if (auto interface = dyn_cast<MemoryEffectOpInterface>(op))
      interface.getEffects(effects);
    SmallVector<Slot> slots;
    for (const MemoryEffects::EffectInstance &effect : effects)
      if (Value value = effect.getValue();
          value && isa<Effect>(effect.getEffect()) && isa<SharedType>(value.getType()))
        slots.push_back(slotOf(value));
    return slots;
  }
  SmallVector<Slot> sharedReads(Operation &op) { return slotsOf<MemoryEffects::Read>(op); }
  SmallVector<Slot> sharedWrites(Operation &op) { return slotsOf<MemoryEffects::Write>(op); }

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

  /// What the next reader of this block needs now, while the rings stand as they do.
  HazardNeed needOfNextReader(Operation &op) {
    HazardNeed need;
    for (Operation *next = op.getNextNode(); next && !isa<AdvanceOp>(next); next = next->getNextNode()) {
      if (auto current = dyn_cast<CurrentOp>(next))
        remember(current);
      SmallVector<Slot> reads = sharedReads(*next);
      for (Slot slot : reads)
        need.merge(readNeed(states[slot]));
      if (!reads.empty())
        break;
    }
    return need;
  }

  void step(Operation &op) {
    if (placed)
      satisfy(placed->lookup(&op));
    HazardNeed need;
    for (Slot slot : sharedReads(op))
      need.merge(readNeed(states[slot]));
    SmallVector<Slot> writes = sharedWrites(op);
    for (Slot slot : writes)
      need.merge(writeNeed(states[slot]));
    // Threads meet once for both: a copy that must meet waits for what the next reader needs.
    if (need.sync && isa<CopyAsyncOp>(op))
      need.merge(needOfNextReader(op));
    missing |= need.any();
    if (need.any() && needs) {
      (*needs)[&op].merge(need);
      satisfy(need);
    }
    for (Slot slot : sharedReads(op))
      states[slot].unmetRead = true;
    for (Slot slot : writes)
      if (isa<CopyAsyncOp>(op))
        states[slot].fillGroup = groups; // the group that the next commit closes
      else
        states[slot].unmetWrite = true;
    if (auto current = dyn_cast<CurrentOp>(op))
      remember(current);
    else if (isa<CommitOp>(op))
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

  Needs *needs = nullptr;
  const Needs *placed = nullptr;
  bool missing = false;
  int64_t iterations;
  int64_t groups = 0;
  std::map<Slot, SlotState> states;
  std::map<Operation *, int64_t> advances; ///< of each ring
  std::map<Operation *, Slot> currents;    ///< what each tile.current was when it ran last
};

} // namespace

llvm::MapVector<Operation *, HazardNeed> attnc::tile::findHazards(KernelOp kernel) {
  // Twice around the deepest ring reaches the steady state; one and zero iterations are paths of their own.
  int64_t steady = 2 * kernel.getSchedule().getStages() + 2;
  const int64_t counts[] = {0, 1, steady};
  Block &body = kernel.getBody().front();
  Needs needs;
  for (int64_t iterations : counts)
    Replay(needs, iterations).run(body);
  // What the first iteration needs at one op may be met by what later ones need at another, which stands
  // there in the first one too: nothing stays whose absence no path would notice.
  auto suffices = [&](const Needs &placed) {
    return llvm::all_of(counts, [&](int64_t iterations) {
      Replay replay(placed, iterations);
      replay.run(body);
      return replay.nothingMissing();
    });
  };
  for (Operation *op : llvm::to_vector(llvm::make_first_range(needs))) {
    Needs fewer = needs;
    fewer.erase(op);
    if (suffices(fewer))
      needs = std::move(fewer);
  }
  return needs;
}
