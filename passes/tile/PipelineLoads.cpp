// PipelineLoads.cpp - copies in a loop become rings filled ahead. Places no barriers.
#include "passes/tile/TilePasses.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_TILEPIPELINELOADSPASS
#include "passes/tile/TilePasses.h.inc"

namespace {

using namespace tile;

struct PipelineLoadsPass : impl::TilePipelineLoadsPassBase<PipelineLoadsPass> {
  void runOnOperation() override {
    SmallVector<LoopOp> loops;
    getOperation().walk([&](LoopOp loop) { loops.push_back(loop); });
    jumps.clear(); // a pass object is used again
    for (LoopOp loop : loops)
      pipeline(loop);
  }

  /// Copies of the loop's own tile into storage that is used nowhere else.
  SmallVector<CopyAsyncOp> candidates(LoopOp loop) {
    SmallVector<CopyAsyncOp> copies;
    for (auto copy : loop.getBody().front().getOps<CopyAsyncOp>()) {
      auto storage = copy.getDst().getDefiningOp<AllocOp>();
      bool onlyHere = storage && llvm::all_of(storage->getUsers(),
                                              [&](Operation *user) { return loop->isProperAncestor(user); });
      if (onlyHere && copy.getFirstRow() == loop.inductionVariable())
        copies.push_back(copy);
    }
    return copies;
  }

  void pipeline(LoopOp loop) {
    int64_t stages = getOperation().getSchedule().getStages();
    SmallVector<CopyAsyncOp> copies = candidates(loop);
    OpBuilder b(loop);
    if (stages == 1)
      return overlapSingleTiles(loop, copies);
    DimAttr stageDim = DimAttr::get(&getContext(), "kStages", stages);
    SmallVector<Value> rings;
    for (CopyAsyncOp copy : copies) {
      auto storage = copy.getDst().getDefiningOp<AllocOp>();
      auto tileType = cast<SharedType>(copy.getDst().getType());
      b.setInsertionPoint(storage);
      auto type = RingType::get(&getContext(), stageDim, tileType.getRows(), tileType.getColumns(),
                                tileType.getElementType());
      std::string name = storage.getName().str();
      if (StringRef(name).ends_with("_tile"))
        name.resize(name.size() - 5);
      rings.push_back(AllocOp::create(b, storage.getLoc(), type, name + "_ring", IntegerAttr()));
    }
    b.setInsertionPoint(firstLoads(loop));
    for (int64_t ahead = 0; ahead < stages - 1; ++ahead)
      for (auto [copy, ring] : llvm::zip(copies, rings))
        prefetch(b, loop, copy, ring, loop.getBegin(), ahead, ahead);
    for (auto [copy, ring] : llvm::zip(copies, rings)) {
      b.setInsertionPoint(copy);
      prefetch(b, loop, copy, ring, loop.inductionVariable(), stages - 1, stages - 1);
      auto storage = copy.getDst().getDefiningOp<AllocOp>();
      copy.erase();
      for (OpOperand &use : llvm::make_early_inc_range(storage->getUses())) {
        b.setInsertionPoint(use.getOwner());
        use.set(current(b, ring, 0));
      }
      storage.erase();
      b.setInsertionPoint(loop.getBody().front().getTerminator());
      AdvanceOp::create(b, loop.getLoc(), ring);
    }
  }

  /// Where the loads before the loop go: under what is done to a tile that was copied there, which waits for
  /// it.
  static Operation *firstLoads(LoopOp loop) {
    Operation *first = loop;
    while (isa_and_nonnull<AddRowOp, RopeOp, ScaleRowOp, InterleaveColumnsOp>(first->getPrevNode()))
      first = first->getPrevNode();
    return first;
  }

  /// One tile each: the first (K) is refilled as soon as it has been read, so that it loads under what
  /// follows; the others load from the start of the iteration, under the reads of the first.
  void overlapSingleTiles(LoopOp loop, ArrayRef<CopyAsyncOp> copies) {
    OpBuilder b(loop);
    if (copies.empty()) {
      b.setInsertionPoint(firstLoads(loop));
      CommitOp::create(b, loop.getLoc()); // what was copied before the loop
      return;
    }
    CopyAsyncOp first = copies.front();
    Operation *lastRead = first;
    for (Operation &op : loop.getBody().front())
      if (&op != first && llvm::is_contained(op.getOperands(), first.getDst()))
        lastRead = &op;
    Operation *start = &loop.getBody().front().front();
    for (CopyAsyncOp copy : copies.drop_front()) {
      copy->moveBefore(start);
      b.setInsertionPointAfter(copy);
      CommitOp::create(b, copy.getLoc());
    }
    b.setInsertionPoint(firstLoads(loop));
    copyTile(b, loop, first, loop.getBegin(), first.getDst());
    b.setInsertionPointAfter(lastRead);
    copyTile(b, loop, first, rowAfter(b, loop, loop.inductionVariable(), 1), first.getDst());
    first.erase();
  }

  /// By the tile that they start from and the steps.
  llvm::DenseMap<std::pair<Value, int64_t>, Value> jumps;

  static Value current(OpBuilder &b, Value ring, int64_t ahead) {
    return CurrentOp::create(b, ring.getLoc(), cast<RingType>(ring.getType()).slot(), ring, ahead);
  }

  void prefetch(OpBuilder &b, LoopOp loop, CopyAsyncOp copy, Value ring, Value from, int64_t distance,
                int64_t ahead) {
    Value row = rowAfter(b, loop, from, distance);
    copyTile(b, loop, copy, row, current(b, ring, ahead));
  }

  /// The first row of the tile `distance` steps after `from`.
  Value rowAfter(OpBuilder &b, LoopOp loop, Value from, int64_t distance) {
    if (distance == 0)
      return from;
    Location loc = loop.getLoc();
    Value step =
        ConstantOp::create(b, loc, loop.getStep().getName(), b.getIndexAttr(loop.getStep().getSize()));
    if (loop.getWalk()) { // each step may jump; the copies of an iteration share the name of where to
      Value &next = jumps[{from, distance}];
      if (next)
        return next;
      next = from;
      for (int64_t i = 0; i < distance; ++i) {
        next = arith::AddIOp::create(b, loc, next, step);
        next = NextTileOp::create(b, loc, loop.getWalk(), next);
      }
      next = LetOp::create(b, loc, next.getType(), "next", next);
      return next;
    }
    if (distance > 1)
      step = arith::MulIOp::create(b, loc, arith::ConstantIndexOp::create(b, loc, distance), step);
    return arith::AddIOp::create(b, loc, from, step);
  }

  /// Copies the tile at `row`, unless it lies past the loop's end.
  static void copyTile(OpBuilder &b, LoopOp loop, CopyAsyncOp copy, Value row, Value into) {
    auto copied = CopyAsyncOp::create(b, copy.getLoc(), copy.getSrc(), row, copy.getValidBegin(),
                                      copy.getValidEnd(), into, loop.getEnd());
    copied.getJoinedMutable().assign(copy.getJoined() ? ValueRange(copy.getJoined()) : ValueRange());
    copied.getJoinedFromMutable().assign(copy.getJoinedFrom() ? ValueRange(copy.getJoinedFrom())
                                                              : ValueRange());
    IRMapping mapping;
    copy.getWhere().cloneInto(&copied.getWhere(), mapping);
    CommitOp::create(b, copy.getLoc());
  }
};

} // namespace
} // namespace attnc
