// Order.h - happens-before: what each warp knows to have happened, as vector clocks.
//
// A warp counts the pieces of its run between synchronisations (its clock). It carries, for every warp of its
// CTA and for the other CTAs it has synchronised with, the last piece that is ordered before what it does
// next. Knows nothing of memory; the race checks ask it, barriers and memory orders change it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>

namespace attnc::sim {

constexpr uint32_t kMaxWarps = 32;
/// Pieces are counted up to here; a warp that synchronises more often is looked at less closely from then on.
constexpr uint32_t kLastPiece = (1u << 20) - 1;

/// The last piece of each warp of one CTA that is known; 0: none.
using Clocks = std::array<uint32_t, kMaxWarps>;
/// By linear CTA index. Shared between warps, never changed once published.
using Known = std::shared_ptr<const std::map<uint64_t, Clocks>>;

/// All that is in `a` or in `b`.
Known joined(const Known &a, const Known &b);

/// What a strong access or a fence does, in Inst::order.
enum MemoryOrder : uint8_t {
  kWeak = 0,
  kStrong = 1,  ///< relaxed, volatile, atomic
  kAcquire = 2, ///< also later accesses stay behind it
  kRelease = 4, ///< also earlier accesses stay before it
  kCtaScope = 8 ///< holds between threads of one CTA only
};

/// A location that strong accesses synchronise on: what its readers may learn.
struct SyncVariable {
  Known released;
  Known releasedHere; ///< by releases of CTA scope: each CTA learns only of itself from them
};

class WarpOrder {
public:
  void start(uint64_t cta, uint32_t warp);

  uint64_t cta() const { return ctaIndex; }
  uint32_t warp() const { return warpIndex; }
  uint32_t clock() const { return seen[warpIndex]; }

  /// Piece `clock` of `warp` in CTA `cta` is ordered before what this warp does now.
  bool knows(uint64_t cta, uint32_t warp, uint32_t clock) const {
    if (cta == ctaIndex)
      return clock <= seen[warp];
    return foreign && knowsForeign(cta, warp, clock);
  }

  /// A new piece begins: lanes of this warp have synchronised with each other.
  void step() { seen[warpIndex] += seen[warpIndex] < kLastPiece; }

  // CTA barriers: arrivals pour into `barrier`; whoever leaves learns all of it.
  struct Barrier {
    Clocks seen{};
    Known foreign, fenced;
  };
  void arrive(Barrier &barrier);
  void leave(const Barrier &barrier);

  // Strong accesses of any location and fences (PTX ISA, memory consistency model: release and acquire
  // patterns).
  void fence(uint8_t order);
  /// `replaces`: a plain store, after which earlier releases can no longer be seen.
  void write(SyncVariable &variable, uint8_t order, bool replaces);
  void read(const SyncVariable &variable, uint8_t order);

private:
  bool knowsForeign(uint64_t cta, uint32_t warp, uint32_t clock) const;
  /// Everything known now, this CTA included.
  Known all() const;
  void learn(const Known &what);
  void learnOwn(const Known &what);

  uint64_t ctaIndex = 0;
  uint32_t warpIndex = 0;
  Clocks seen{};
  Known foreign;
  Known fenced, fencedHere;   ///< what a later relaxed write publishes
  Known pending, pendingHere; ///< what relaxed reads have seen and a later fence makes known
};

} // namespace attnc::sim
