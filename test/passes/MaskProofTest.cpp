// MaskProofTest.cpp - mask proofs against brute force: random masks, lengths and tiles.
#include "RandomMask.h"

#include "passes/analysis/EvaluateRegion.h"
#include "passes/analysis/KeyWalk.h"
#include "passes/analysis/MaskAnalysis.h"
#include "passes/import/ImportSpec.h"

#include <chrono>
#include <gtest/gtest.h>

using namespace attnc;
using namespace attnc::test;

namespace {
/// A mask through the importer and the analysis, and the oracle beside it.
class ProvedMask {
public:
  explicit ProvedMask(Spec given) : spec(std::move(given)), context(mlir::MLIRContext::Threading::DISABLED) {
    module = importSpec(spec, context);
    if (!module)
      return;
    module->walk([&](attn::AttentionOp op) { attention = op; });
    auto begin = std::chrono::steady_clock::now();
    proof = analyzeMask(attention);
    milliseconds =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  }

  Spec spec;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  attn::AttentionOp attention;
  MaskProof proof;
  double milliseconds = 0;
};

struct Shape {
  int64_t qLen, kvLen, b, h;
  CallValues values;
};

int64_t firstPosition(const Spec &spec, const Shape &shape) {
  return spec.anchor.value == Anchor::TopLeft ? 0 : shape.kvLen - shape.qLen;
}

/// Lengths, request, head, scalars, then what the proof's reads give for them.
llvm::SmallVector<int64_t> symbolsOf(const ProvedMask &mask, const Shape &shape) {
  llvm::SmallVector<int64_t> symbols{shape.qLen,         shape.kvLen, shape.b, shape.h, shape.values.window,
                                     shape.values.prefix};
  const llvm::SmallVector<int64_t> fixed = symbols;
  for (attn::TensorReadAttr read : mask.proof.attr.tensorReads()) {
    EXPECT_EQ(read.getTensor(), "doc");
    mlir::AffineMap map = read.getIndices();
    llvm::SmallVector<mlir::AffineExpr> values;
    for (int64_t symbol : fixed)
      values.push_back(mlir::getAffineConstantExpr(symbol, map.getContext()));
    mlir::AffineExpr index = map.getResult(0).replaceSymbols(values);
    const int64_t at = llvm::cast<mlir::AffineConstantExpr>(index).getValue();
    symbols.push_back(at >= 0 && at < int64_t(shape.values.doc.size()) ? shape.values.doc[at] : 0);
  }
  return symbols;
}

/// The walk by tiles: in order, no tile twice, every visible key in one, every key of a full one visible; and as many
/// as are counted without walking.
template <class Visible>
void checkWalk(const KeyTiles &tiles, int64_t kvLen, Visible visibleToSomeAndEvery) {
  std::vector<int> covered(kvLen, 0); // 1 by a tile with mask code, 2 by one without
  int64_t visited = 0, full = 0, last = -1;
  tiles.forEach([&](int64_t key, bool isFull) {
    ASSERT_GT(key, last);
    ASSERT_EQ(key % tiles.tile, 0);
    last = key;
    ++visited;
    full += isFull;
    for (int64_t kv = key; kv < key + tiles.tile; ++kv) {
      ASSERT_TRUE(kv < kvLen || !isFull) << "a full tile beyond the keys";
      if (kv < kvLen)
        covered[kv] = isFull ? 2 : 1;
    }
  });
  ASSERT_EQ(visited, tiles.visited());
  ASSERT_EQ(full, tiles.full());
  for (int64_t kv = 0; kv < kvLen; ++kv) {
    auto [some, every] = visibleToSomeAndEvery(kv);
    ASSERT_TRUE(covered[kv] || !some) << "key " << kv << " is visible and skipped";
    ASSERT_TRUE(covered[kv] != 2 || every) << "key " << kv << " is hidden in a full tile";
  }
}

/// Checks one tile of rows [row, row + rows). Rows past q_len are not there; the tile's last position is then
/// either the last row's or, if `unclamped`, beyond it.
void checkTile(ProvedMask &mask, const Shape &shape, int64_t row, int64_t rows, bool unclamped) {
  int64_t offset = firstPosition(mask.spec, shape);
  int64_t i0 = offset + row, lastRow = std::min(row + rows, shape.qLen) - 1;
  int64_t i1 = offset + (unclamped ? row + rows - 1 : lastRow);
  llvm::SmallVector<int64_t> symbols = symbolsOf(mask, shape);
  std::vector<std::pair<int64_t, int64_t>> visit;
  for (attn::RangeAttr range : mask.proof.attr.getVisit()) {
    visit.push_back(evaluate(range, i0, i1, symbols));
    ASSERT_TRUE(visit.back().first >= 0 && visit.back().second <= shape.kvLen);
  }
  ASSERT_LE(visit.size(), kMaxVisitRanges);
  std::pair<int64_t, int64_t> full = {0, 0};
  if (mask.proof.attr.getFull())
    full = evaluate(mask.proof.attr.getFull(), i0, i1, symbols);
  ASSERT_TRUE(full.first >= 0 && full.second <= shape.kvLen);

  auto seenBy = [&](int64_t kv) {
    bool some = false, every = true;
    for (int64_t r = row; r <= lastRow; ++r) {
      bool seen = visible(mask.spec.mask, mask.spec, shape.values,
                          {shape.b, shape.h, offset + r, kv, shape.qLen, shape.kvLen});
      some |= seen;
      every &= seen;
    }
    return std::pair(some, every);
  };
  for (int64_t tile : {1, 4, 16})
    ASSERT_NO_FATAL_FAILURE(checkWalk(KeyTiles::of(mask.proof.attr, i0, i1, symbols, tile), shape.kvLen, seenBy));
  for (int64_t kv = 0; kv < shape.kvLen; ++kv) {
    auto [some, every] = seenBy(kv);
    auto inside = [&](std::pair<int64_t, int64_t> range) { return kv >= range.first && kv < range.second; };
    bool visited = std::any_of(visit.begin(), visit.end(), inside);
    std::string where = " at key " + std::to_string(kv) + ", queries " + std::to_string(i0) + ".." +
                        std::to_string(i1) + ", q_len " + std::to_string(shape.qLen) + ", kv_len " +
                        std::to_string(shape.kvLen);
    ASSERT_TRUE(visited || !some) << "a visible key is not visited" << where;
    ASSERT_TRUE(!inside(full) || every) << "a full key is hidden" << where;
    bool tight = mask.proof.attr.getExact() && !unclamped;
    ASSERT_TRUE(!tight || !visited || some) << "an exact range holds a hidden key" << where;
  }
}

void checkMask(ProvedMask &mask, RandomMask &random, int shapes) {
  static const int64_t lengths[] = {0, 1, 2, 5, 7, 16, 19, 31};
  for (int i = 0; i < shapes; ++i) {
    Shape shape{lengths[random.between(0, 7)],
                lengths[random.between(0, 7)],
                random.between(0, 1),
                random.between(0, 3),
                {random.between(-1, 12), random.between(-1, 12), {}}};
    for (int64_t kv = 0; kv < shape.kvLen; ++kv)
      shape.values.doc.push_back(random.between(0, 2));
    static const int64_t tiles[] = {1, 3, 8, 64};
    int64_t rows = tiles[random.between(0, 3)];
    for (int64_t row = 0; row < shape.qLen; row += rows)
      checkTile(mask, shape, row, rows, /*unclamped=*/random.between(0, 3) == 0);
    if (testing::Test::HasFatalFailure())
      return;
  }
}

/// The imported region, run by EvaluateRegion, means what the spec means.
void checkImport(ProvedMask &mask, RandomMask &random) {
  CallValues values{random.between(-1, 12), random.between(-1, 12), {0, 1, 1, 2, 0, 2, 1}};
  llvm::DenseMap<unsigned, RegionValue> scalars;
  scalars[4] = {values.window};
  scalars[5] = {values.prefix};
  auto read = [&](mlir::BlockArgument, llvm::ArrayRef<int64_t> at) -> RegionValue {
    return {at[0] >= 0 && at[0] < int64_t(values.doc.size()) ? values.doc[at[0]] : 0};
  };
  auto evaluator = RegionEvaluator::create(mask.attention.getMask(), scalars, read);
  ASSERT_TRUE(mlir::succeeded(evaluator));
  for (int i = 0; i < 60; ++i) {
    Position at{random.between(0, 1),  random.between(0, 3),  random.between(-6, 20),
                random.between(0, 12), random.between(1, 19), random.between(1, 19)};
    ASSERT_EQ(evaluator->visible(at.b, at.h, at.q, at.kv, at.qLen, at.kvLen),
              visible(mask.spec.mask, mask.spec, values, at));
  }
}

Spec specOf(MaskNode mask, Anchor anchor = Anchor::BottomRight) {
  Spec spec = baseSpec(anchor);
  spec.mask = std::move(mask);
  return spec;
}

MaskNode causal() {
  MaskNode mask;
  mask.kind = MaskNode::Kind::Causal;
  return mask;
}
MaskNode window(std::optional<int64_t> left, std::optional<int64_t> right) {
  MaskNode mask;
  mask.kind = MaskNode::Kind::Window;
  mask.left = left;
  mask.right = right;
  return mask;
}
MaskNode chunked(int64_t size) {
  MaskNode mask;
  mask.kind = MaskNode::Kind::Chunked;
  mask.size = size;
  return mask;
}
MaskNode all(std::vector<MaskNode> operands, MaskNode::Kind kind = MaskNode::Kind::All) {
  MaskNode mask;
  mask.kind = kind;
  mask.operands = std::move(operands);
  return mask;
}

void runRandom(bool sugar, int count, uint64_t seed) {
  RandomMask random(seed);
  int exact = 0, withFull = 0, limited = 0;
  double slowest = 0;
  for (int i = 0; i < count; ++i) {
    Anchor anchor = random.between(0, 2) ? Anchor::BottomRight : Anchor::TopLeft;
    MaskNode mask = sugar ? random.sugar(2) : random.expression(3);
    SCOPED_TRACE("mask " + std::to_string(i) + ": " + describe(mask));
    ProvedMask proved(specOf(mask, anchor));
    ASSERT_TRUE(proved.module);
    exact += proved.proof.attr.getExact();
    withFull += bool(proved.proof.attr.getFull());
    limited += proved.proof.limited;
    slowest = std::max(slowest, proved.milliseconds);
    checkImport(proved, random);
    checkMask(proved, random, 6);
    if (testing::Test::HasFatalFailure())
      return;
  }
  printf("%d masks: %d exact, %d with a full range, %d at the work limit, slowest analysis %.2f ms\n", count,
         exact, withFull, limited, slowest);
}
} // namespace

TEST(MaskProof, RandomSugar) { runRandom(/*sugar=*/true, 800, 1); }

TEST(MaskProof, RandomExpressions) { runRandom(/*sugar=*/false, 800, 2); }

/// The masks that models use are proved exactly: every visited key is seen, full is as large as it can be.
TEST(MaskProof, PlainSugarIsTight) {
  std::vector<MaskNode> masks = {MaskNode(),
                                 causal(),
                                 window(5, 0),
                                 window(3, 4),
                                 window(std::nullopt, 2),
                                 window(2, std::nullopt),
                                 window(-1, 4),
                                 chunked(6),
                                 chunked(1),
                                 all({causal(), window(4, std::nullopt)}),
                                 all({causal(), chunked(5)}),
                                 all({causal(), chunked(7), window(2, 0)})};
  RandomMask random(3);
  for (const MaskNode &node : masks)
    for (Anchor anchor : {Anchor::BottomRight, Anchor::TopLeft}) {
      SCOPED_TRACE(describe(node));
      ProvedMask mask(specOf(node, anchor));
      ASSERT_TRUE(mask.module);
      EXPECT_TRUE(mask.proof.attr.getExact());
      ASSERT_TRUE(mask.proof.attr.getFull());
      EXPECT_EQ(mask.proof.attr.getVisit().size(), 1u);
      checkMask(mask, random, 60);
      // Full: the keys that every row of the tile sees, all of them.
      for (auto [qLen, kvLen] : {std::pair<int64_t, int64_t>{20, 20}, {9, 20}, {20, 9}, {1, 1}, {3, 0}})
        for (int64_t rows : {1, 2, 4})
          for (int64_t row = 0; row + rows <= qLen; ++row) {
            Shape shape{qLen, kvLen, 0, 0, {}};
            int64_t i0 = firstPosition(mask.spec, shape) + row;
            auto [first, last] =
                evaluate(mask.proof.attr.getFull(), i0, i0 + rows - 1, {qLen, kvLen, 0, 0, 0, 0});
            for (int64_t kv = 0; kv < kvLen; ++kv) {
              bool every = true;
              for (int64_t r = 0; r < rows; ++r)
                every &= visible(node, mask.spec, {}, {0, 0, i0 + r, kv, qLen, kvLen});
              ASSERT_EQ(every, kv >= first && kv < last) << "key " << kv << ", first query " << i0;
            }
          }
    }
}

/// A mask that folds to nothing is still a claim, and has to hold.
TEST(MaskProof, NothingVisible) {
  ProvedMask mask(specOf(all({causal(), all({causal()}, MaskNode::Kind::Not)})));
  ASSERT_TRUE(mask.module);
  ASSERT_EQ(mask.proof.attr.getVisit().size(), 1u);
  auto [first, last] = evaluate(mask.proof.attr.getVisit().front(), 3, 8, {9, 9, 0, 0, 0, 0});
  EXPECT_GE(first, last);
  EXPECT_FALSE(mask.proof.attr.getFull());
}

/// kv < doc[b + 1] or a window: the read is a symbol, and the proof is exact.
TEST(MaskProof, ReadsThatAreOneNumberForATile) {
  ExprPtr index = node(ExprKind::Add, ExprType::Int, {variable("b"), literal(1)});
  auto read = std::make_shared<Expr>(*node(ExprKind::Read, ExprType::Int, {index}));
  read->name = "doc";
  MaskNode prefix;
  prefix.kind = MaskNode::Kind::Expression;
  prefix.expr = node(ExprKind::Lt, ExprType::Bool, {variable("kv"), read});
  ProvedMask mask(specOf(all({prefix, window(2, 0)}, MaskNode::Kind::Any)));
  ASSERT_TRUE(mask.module);
  EXPECT_TRUE(mask.proof.attr.getExact());
  ASSERT_EQ(mask.proof.attr.tensorReads().size(), 1u);
  RandomMask random(6);
  checkMask(mask, random, 400);
}

TEST(MaskProof, AlwaysTrue) {
  ProvedMask none((specOf(MaskNode())));
  EXPECT_TRUE(none.proof.alwaysTrue);
  // causal or not causal
  ProvedMask either(specOf(all({causal(), all({causal()}, MaskNode::Kind::Not)}, MaskNode::Kind::Any)));
  EXPECT_TRUE(either.proof.alwaysTrue);
  ProvedMask causalOnly(specOf(causal()));
  EXPECT_FALSE(causalOnly.proof.alwaysTrue);
}

/// More alternatives than are kept: everything is visited, nothing is full, and the proof says why.
TEST(MaskProof, TooManyAlternatives) {
  std::vector<MaskNode> parts;
  for (int i = 0; i < 8; ++i)
    parts.push_back(all({window(3 * i, -i), chunked(3 + i)}, MaskNode::Kind::Any));
  ProvedMask mask(specOf(all(parts)));
  ASSERT_TRUE(mask.module);
  EXPECT_FALSE(mask.proof.attr.getExact());
  ASSERT_TRUE(mask.proof.attr.getUnknown());
  RandomMask random(4);
  checkMask(mask, random, 40);
}
