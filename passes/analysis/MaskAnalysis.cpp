// MaskAnalysis.cpp - which ranges are claimed, and the proofs behind each claim.
#include "passes/analysis/MaskAnalysis.h"

#include "passes/analysis/KeyRange.h"
#include "passes/analysis/PositionSystem.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace attnc;

namespace {
/// A visit range and whether every key in it is seen by some row of the tile.
struct Visit {
  KeyRange range;
  bool exact = true;
};

class MaskAnalyzer {
public:
  explicit MaskAnalyzer(attn::AttentionOp attention)
      : attention(attention), context(attention.getContext()), reads(uniformReads(attention)),
        names(symbolNames(attention, reads)),
        system(attention) {}

  MaskProof run();

private:
  Visit visitOf(const Conjunct &conjunct);
  bool coversExactly(ArrayRef<KeyBound> bounds);
  void limitVisits();
  KeyRange join(const KeyRange &lhs, const KeyRange &rhs);
  bool contains(const KeyRange &outer, const KeyRange &inner);
  bool alwaysAtMost(const AffineSum &lhs, const AffineSum &rhs);
  void prune(KeyRange &range);
  bool boundsUseReads();

  void findFull(const MaskFormula &formula, const MaskFormula &hidden);
  bool isFull(const KeyRange &range, const MaskFormula &hidden);
  int64_t sampleKeys(const KeyRange &range);

  bool empty(ArrayRef<AffineSum> first, ArrayRef<AffineSum> second = {}) {
    SmallVector<AffineSum> both(first);
    both.append(second.begin(), second.end());
    return system.provablyEmpty(both);
  }

  attn::AttentionOp attention;
  MLIRContext *context;
  UniformReads reads;
  SmallVector<std::string> names;
  PositionSystem system;
  llvm::SetVector<StringAttr> unknown;
  SmallVector<Visit, kMaxVisitRanges> visits;
  std::optional<KeyRange> full;
};
} // namespace

bool MaskAnalyzer::alwaysAtMost(const AffineSum &lhs, const AffineSum &rhs) {
  return empty({(rhs - lhs).addConstant(1)}); // lhs > rhs
}

/// Drops bounds that another bound or a clamp implies.
void MaskAnalyzer::prune(KeyRange &range) {
  auto drop = [&](SmallVector<AffineSum> &bounds, bool lower) {
    for (unsigned i = bounds.size(); i-- > 1;)
      for (unsigned j = 0; j < bounds.size(); ++j) {
        const AffineSum &weak = lower ? bounds[i] : bounds[j], &strong = lower ? bounds[j] : bounds[i];
        if (i != j && alwaysAtMost(weak, strong)) {
          bounds.erase(bounds.begin() + i);
          break;
        }
      }
  };
  drop(range.lowers, true);
  drop(range.uppers, false);
}

/// The rows' key intervals [l(q), u(q)) move one way, are never empty and leave no gap from row to row: then
/// their union is exactly [least l, greatest u). Bounds without q only clip it.
bool MaskAnalyzer::coversExactly(ArrayRef<KeyBound> bounds) {
  Direction common = Direction::Constant;
  for (const KeyBound &bound : bounds) {
    Direction move = direction(bound.value);
    if (move == Direction::Constant)
      continue;
    if (move == Direction::Mixed || (common != Direction::Constant && move != common))
      return false;
    common = move;
  }
  int64_t step = common == Direction::Up ? 1 : -1;
  for (const KeyBound &low : bounds)
    for (const KeyBound &high : bounds) {
      if (!low.lower || high.lower || direction(low.value) == Direction::Constant ||
          direction(high.value) == Direction::Constant)
        continue;
      AffineSum next = shiftQuery(low.value, step, context);
      if (!empty({high.value - low.value}) || !empty({(high.value - next).addConstant(1)}))
        return false;
    }
  return true;
}

Visit MaskAnalyzer::visitOf(const Conjunct &conjunct) {
  Visit visit{KeyRange::all(context), conjunct.unknown.empty()};
  SmallVector<KeyBound> bounds;
  SmallVector<AffineSum> rowConditions;
  for (const AffineSum &atom : conjunct.atoms) {
    Solved solved = solveForKey(atom, context);
    if (solved.kind == Solved::Bound) {
      bounds.push_back(solved.bound);
      visit.range.narrow(solved.bound, /*forEveryQuery=*/false, context);
    } else if (solved.kind == Solved::KeyFree && !atom.overflow) {
      if (empty({(atom * -1).addConstant(1)})) // always true
        continue;
      // Some row of the tile meets it.
      visit.range.conditions.push_back(extreme(atom, /*greatest=*/false, context));
      if (direction(atom) != Direction::Constant)
        rowConditions.push_back(atom);
    } else if (!empty({(atom * -1).addConstant(1)})) { // not always true
      unknown.insert(StringAttr::get(context, inequalityText(atom, names)));
      visit.exact = false;
    }
  }
  // The claim: no key of the conjunct lies beyond a bound.
  for (const AffineSum &beyond : visit.range.beyond(context))
    if (!empty(conjunct.atoms, {beyond})) {
      unknown.insert(StringAttr::get(context, "a bound that was not proved within the work limit"));
      return {KeyRange::all(context), false};
    }
  // The row that meets a condition need not be the one that sees the key: exact if all rows see the same keys.
  const bool sameKeys = llvm::all_of(
      bounds, [](const KeyBound &bound) { return direction(bound.value) == Direction::Constant; });
  if (!rowConditions.empty() && (rowConditions.size() > 1 || !sameKeys ||
                                 direction(rowConditions.front()) == Direction::Mixed)) {
    for (const AffineSum &condition : rowConditions)
      unknown.insert(StringAttr::get(context, inequalityText(condition, names)));
    visit.exact = false;
  }
  visit.exact = visit.exact && coversExactly(bounds);
  prune(visit.range);
  return visit;
}

bool MaskAnalyzer::contains(const KeyRange &outer, const KeyRange &inner) {
  SmallVector<AffineSum> inside = inner.inside(context);
  return llvm::all_of(outer.beyond(context),
                      [&](const AffineSum &beyond) { return empty(inside, {beyond}); });
}

/// A range around both: the bounds of each that hold in the other.
KeyRange MaskAnalyzer::join(const KeyRange &lhs, const KeyRange &rhs) {
  KeyRange result = KeyRange::all(context);
  for (auto [one, other] : {std::pair(&lhs, &rhs), std::pair(&rhs, &lhs)}) {
    for (const AffineSum &lower : llvm::drop_begin(one->lowers))
      if (contains(KeyRange{{lower}, {}}, *other))
        result.lowers.push_back(lower);
    for (const AffineSum &upper : llvm::drop_begin(one->uppers))
      if (contains(KeyRange{{}, {upper}}, *other))
        result.uppers.push_back(upper);
  }
  prune(result);
  return result;
}

void MaskAnalyzer::limitVisits() {
  // A range inside another one says nothing new.
  for (unsigned i = visits.size(); i-- > 0;)
    for (unsigned j = 0; j < visits.size(); ++j)
      if (i != j && contains(visits[j].range, visits[i].range)) {
        visits.erase(visits.begin() + i);
        break;
      }
  while (visits.size() > kMaxVisitRanges) {
    Visit last = visits.pop_back_val();
    visits.back() = {join(visits.back().range, last.range), false};
  }
  if (visits.empty())
    visits.push_back({KeyRange::none(context), true});
}

//===- Full -------------------------------------------------------------------------------------------===//

/// Whether no row of the tile misses a key of `range`.
bool MaskAnalyzer::isFull(const KeyRange &range, const MaskFormula &hidden) {
  SmallVector<AffineSum> inside = range.inside(context);
  return llvm::all_of(hidden, [&](const Conjunct &conjunct) { return empty(conjunct.atoms, inside); });
}

/// Keys of the range summed over a few tiles: how candidates for the full range are compared.
int64_t MaskAnalyzer::sampleKeys(const KeyRange &range) {
  attn::RangeAttr attr = range.attr(names.size(), context);
  auto kernel = attention->getParentOfType<attn::KernelOp>();
  SmallVector<int64_t> scalars;
  for (Value scalar : kernel.integerScalars()) {
    auto value =
        kernel.getArgAttrOfType<IntegerAttr>(cast<BlockArgument>(scalar).getArgNumber(), attn::kDefaultAttr);
    scalars.push_back(value ? value.getInt() : 512);
  }
  scalars.append(reads.size(), 512);
  int64_t keys = 0;
  for (int64_t length : {256, 2048, 16384})
    for (int64_t eighth = 0; eighth < 8; ++eighth) {
      SmallVector<int64_t> symbols = {length, length, 0, 0};
      symbols.append(scalars);
      int64_t first = length / 8 * eighth;
      for (int64_t rows : {1, 16}) {
        auto [lower, upper] = evaluate(attr, first, first + rows - 1, symbols);
        keys += std::max<int64_t>(0, upper - lower);
      }
    }
  return keys;
}

/// Candidates: all keys, each alternative's own range, and lower and upper bounds of different alternatives.
/// Each is claimed only if the negated mask has no point in it.
void MaskAnalyzer::findFull(const MaskFormula &formula, const MaskFormula &hidden) {
  SmallVector<KeyRange, 8> candidates = {KeyRange::all(context)};
  for (const Conjunct &conjunct : formula) {
    KeyRange range = KeyRange::all(context);
    bool bounded = conjunct.unknown.empty();
    for (const AffineSum &atom : conjunct.atoms) {
      Solved solved = solveForKey(atom, context);
      if (solved.kind == Solved::Bound)
        range.narrow(solved.bound, /*forEveryQuery=*/true, context);
      if (solved.kind == Solved::Bound || empty({(atom * -1).addConstant(1)}))
        continue;
      // Of one alternative, tiles are visited only where its conditions hold; of several, another may be better then.
      if (solved.kind == Solved::KeyFree && !atom.overflow && formula.size() == 1 &&
          direction(atom) == Direction::Constant)
        range.conditions.push_back(atom);
      else
        bounded = false;
    }
    if (bounded)
      candidates.push_back(range);
  }
  unsigned own = std::min<size_t>(candidates.size(), 1 + kMaxVisitRanges);
  for (unsigned i = 1; i < own; ++i)
    for (unsigned j = 1; j < own; ++j)
      if (i != j)
        candidates.push_back({candidates[i].lowers, candidates[j].uppers});
  int64_t best = 0;
  for (KeyRange &candidate : candidates) {
    int64_t keys = sampleKeys(candidate);
    if (keys <= best || !isFull(candidate, hidden))
      continue;
    best = keys;
    prune(candidate);
    full = candidate;
  }
}

/// Whether a bound refers to an element of a side tensor.
bool MaskAnalyzer::boundsUseReads() {
  auto refers = [&](const KeyRange &keys) {
    attn::RangeAttr range = keys.attr(names.size(), context);
    for (unsigned symbol = names.size() - reads.size(); symbol < names.size(); ++symbol)
      if (range.uses(symbol))
        return true;
    return false;
  };
  return llvm::any_of(visits, [&](const Visit &visit) { return refers(visit.range); }) ||
         (full && refers(*full));
}

MaskProof MaskAnalyzer::run() {
  MaskProof result;
  MaskFormula formula = {Conjunct{}}, hidden;
  if (!attention.getMask().empty()) {
    formula = buildFormula(attention, reads, /*negated=*/false);
    hidden = buildFormula(attention, reads, /*negated=*/true);
  }
  for (const Conjunct &conjunct : formula) {
    if (empty(conjunct.atoms))
      continue;
    for (const std::string &text : conjunct.unknown)
      unknown.insert(StringAttr::get(context, text));
    visits.push_back(visitOf(conjunct));
  }
  limitVisits();
  findFull(formula, hidden);
  result.alwaysTrue = llvm::all_of(hidden, [&](const Conjunct &conjunct) { return empty(conjunct.atoms); });

  // A proof that refers to no read lists none: its bounds are then over the scalars alone.
  const bool withReads = boundsUseReads();
  const unsigned symbols = names.size() - (withReads ? 0 : reads.size());
  SmallVector<attn::RangeAttr> ranges;
  bool exact = true;
  for (const Visit &visit : visits) {
    ranges.push_back(visit.range.attr(symbols, context));
    exact &= visit.exact;
  }
  auto arrayOrNull = [&](ArrayRef<Attribute> items) {
    return items.empty() ? ArrayAttr() : ArrayAttr::get(context, items);
  };
  result.attr = attn::MaskProofAttr::get(
      context, ranges, full ? full->attr(symbols, context) : attn::RangeAttr(), exact,
      arrayOrNull(SmallVector<Attribute>(unknown.begin(), unknown.end())),
      withReads ? arrayOrNull(SmallVector<Attribute>(reads.begin(), reads.end())) : ArrayAttr());
  result.proofs = system.proofs();
  result.limited = system.limited();
  return result;
}

MaskProof attnc::analyzeMask(attn::AttentionOp attention) { return MaskAnalyzer(attention).run(); }
