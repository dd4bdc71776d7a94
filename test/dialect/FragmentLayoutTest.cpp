// FragmentLayoutTest.cpp - fragment layouts against the PTX ISA's tables and the device library's formulas.
//
// The tables are copied from "Matrix Fragments for mma.m16n8k16 with floating point type" by hand. Must not
// derive an expectation from Layout.cpp.
#include "dialect/tile/Layout.h"

// The device headers' constexpr layout functions, compiled for the host; nothing with PTX in it is called.
#define __device__
#define __host__
#define __forceinline__ inline
namespace {
struct ThreadIndex {
  unsigned x;
} threadIdx;
} // namespace
inline float __uint_as_float(unsigned bits) { return __builtin_bit_cast(float, bits); }
inline unsigned long long __cvta_generic_to_shared(const void *pointer) {
  return reinterpret_cast<unsigned long long>(pointer);
}
#include "attnc/tile/fragment.cuh"
#include "attnc/tile/shared_tile.cuh"

#include <gtest/gtest.h>

using namespace attnc::tile;

namespace {

struct Place {
  uint64_t row, column;
  bool operator==(const Place &) const = default;
};

std::ostream &operator<<(std::ostream &os, Place place) {
  return os << '(' << place.row << ", " << place.column << ')';
}

/// Row and column of a register in a lane and warp.
Place at(const LinearLayout &layout, uint64_t reg, uint64_t lane, uint64_t warp) {
  std::vector<uint64_t> out = layout.apply({reg, lane, warp});
  return {out[0], out[1]};
}

/// A fragment whose lanes 0 and 2 of a quad swapped their columns with registers: bijective, but data moves.
LinearLayout quadTransposed() {
  LinearLayout layout({{"register", 2}, {"lane", 5}, {"warp", 0}}, {{"row", 4}, {"column", 3}});
  layout.map("register", 0, "column", 1).map("register", 1, "row", 3).map("lane", 0, "column", 0);
  layout.map("lane", 1, "column", 2);
  for (int bit = 0; bit < 3; ++bit)
    layout.map("lane", 2 + bit, "row", bit);
  return layout;
}

} // namespace

// c0, c1 lie at (groupID, 2 * threadID_in_group + {0, 1}), c2, c3 eight rows further down.
TEST(Accumulator, MatchesThePtxTableForFourLanes) {
  const struct {
    uint64_t lane;
    Place c[4];
  } table[] = {
      {0, {{0, 0}, {0, 1}, {8, 0}, {8, 1}}},
      {1, {{0, 2}, {0, 3}, {8, 2}, {8, 3}}},
      {6, {{1, 4}, {1, 5}, {9, 4}, {9, 5}}},
      {31, {{7, 6}, {7, 7}, {15, 6}, {15, 7}}},
  };
  LinearLayout layout = accumulatorLayout(16, 8, 1);
  for (const auto &entry : table)
    for (uint64_t i = 0; i < 4; ++i)
      EXPECT_EQ(at(layout, i, entry.lane, 0), entry.c[i]) << "c" << i << " of T" << entry.lane;
}

// a0, a1 at (groupID, 2 * threadID_in_group + {0, 1}); a2, a3 eight rows down; a4 to a7 eight columns right.
TEST(OperandA, MatchesThePtxTableForFourLanes) {
  const struct {
    uint64_t lane;
    Place a[8];
  } table[] = {
      {0, {{0, 0}, {0, 1}, {8, 0}, {8, 1}, {0, 8}, {0, 9}, {8, 8}, {8, 9}}},
      {1, {{0, 2}, {0, 3}, {8, 2}, {8, 3}, {0, 10}, {0, 11}, {8, 10}, {8, 11}}},
      {6, {{1, 4}, {1, 5}, {9, 4}, {9, 5}, {1, 12}, {1, 13}, {9, 12}, {9, 13}}},
      {31, {{7, 6}, {7, 7}, {15, 6}, {15, 7}, {7, 14}, {7, 15}, {15, 14}, {15, 15}}},
  };
  LinearLayout layout = operandALayout(16, 16, 1);
  for (const auto &entry : table)
    for (uint64_t i = 0; i < 8; ++i)
      EXPECT_EQ(at(layout, i, entry.lane, 0), entry.a[i]) << "a" << i << " of T" << entry.lane;
}

// Slots of k: a0, a1 at (groupID, threadID_in_group) and eight rows down; a2, a3 four slots right. Slot t is
// column 2t, slot t + 4 column 2t + 1.
TEST(OperandATf32, MatchesThePtxTableInItsOrderOfColumns) {
  LinearLayout layout = operandATf32Layout(16, 8, 1);
  for (uint64_t lane = 0; lane < 32; ++lane) {
    const uint64_t group = lane / 4, slot = lane % 4;
    const Place a[4] = {
        {group, 2 * slot}, {group + 8, 2 * slot}, {group, 2 * slot + 1}, {group + 8, 2 * slot + 1}};
    for (uint64_t i = 0; i < 4; ++i)
      EXPECT_EQ(at(layout, i, lane, 0), a[i]) << "a" << i << " of T" << lane;
  }
}

TEST(SameLaneElements, HoldsBetweenAccumulatorsAndTf32Operands) {
  for (int columns : {8, 16, 64})
    EXPECT_TRUE(sameLaneElements(accumulatorLayout(64, columns, 2), operandATf32Layout(64, columns, 2)));
}

TEST(Accumulator, FurtherColumnTilesComeBeforeFurtherRowTiles) {
  LinearLayout layout = accumulatorLayout(64, 32, 2); // 2 row tiles a warp, 4 column tiles
  EXPECT_EQ(at(layout, 4, 0, 0), (Place{0, 8}));
  EXPECT_EQ(at(layout, 12, 0, 0), (Place{0, 24}));
  EXPECT_EQ(at(layout, 16, 0, 0), (Place{16, 0}));
}

TEST(Accumulator, WarpsAreStackedOverRows) {
  LinearLayout layout = accumulatorLayout(64, 32, 2);
  EXPECT_EQ(at(layout, 0, 0, 1), (Place{32, 0}));
  EXPECT_EQ(at(layout, 16, 0, 1), (Place{48, 0}));
}

TEST(Accumulator, EveryElementIsHeldOnce) {
  EXPECT_TRUE(accumulatorLayout(128, 64, 4).inverse());
  EXPECT_TRUE(operandALayout(128, 64, 4).inverse());
}

TEST(SameLaneElements, HoldsBetweenAccumulatorsAndOperandA) {
  for (int rows : {64, 128})
    for (int columns : {16, 32, 64, 128})
      for (int warps : {1, 2, 4})
        EXPECT_TRUE(
            sameLaneElements(accumulatorLayout(rows, columns, warps), operandALayout(rows, columns, warps)))
            << rows << " x " << columns << ", " << warps << " warps";
}

TEST(SameLaneElements, FailsIfLanesWouldExchangeElements) {
  ASSERT_TRUE(quadTransposed().inverse()); // a valid layout of the same tile
  EXPECT_FALSE(sameLaneElements(accumulatorLayout(16, 8, 1), quadTransposed()));
}

TEST(SameLaneElements, FailsIfRowsMoveBetweenWarps) {
  LinearLayout straight = accumulatorLayout(64, 16, 2);
  // As straight, but warps take alternate row tiles: row bits 4 and 5 swapped.
  LinearLayout swap({{"row", 6}, {"column", 4}}, {{"row", 6}, {"column", 4}});
  for (int bit = 0; bit < 6; ++bit)
    swap.map("row", bit, "row", bit == 4 ? 5 : bit == 5 ? 4 : bit);
  for (int bit = 0; bit < 4; ++bit)
    swap.map("column", bit, "column", bit);
  EXPECT_FALSE(sameLaneElements(straight, straight.then(swap)));
}

TEST(SameLaneElements, FailsForTilesOfDifferentShape) {
  EXPECT_FALSE(sameLaneElements(accumulatorLayout(64, 32, 2), operandALayout(32, 64, 2)));
  EXPECT_FALSE(sameLaneElements(accumulatorLayout(64, 32, 2), operandALayout(64, 32, 4)));
}

// The proofs are about the code that runs: the device library's formulas are the same maps.
TEST(DeviceLibrary, FragmentCoordinatesAreTheAccumulatorLayout) {
  using Device = attnc::Fragment<128, 64, 4>;
  LinearLayout layout = accumulatorLayout(128, 64, 4);
  ASSERT_EQ(Device::kSize, 1 << layout.inputs()[0].bits);
  for (int warp = 0; warp < 4; ++warp)
    for (int lane = 0; lane < 32; ++lane)
      for (int i = 0; i < Device::kSize; ++i)
        ASSERT_EQ(at(layout, i, lane, warp),
                  (Place{uint64_t(Device::row(i, lane, warp)), uint64_t(Device::column(i, lane))}))
            << "value " << i << ", lane " << lane << ", warp " << warp;
}

TEST(DeviceLibrary, SharedTilesOfFloatsAreTheSwizzledLayout) {
  using Device = attnc::SharedTile<float, 16, 64>;
  LinearLayout layout = sharedTileLayout(16, 64, 4);
  for (int row = 0; row < 16; ++row)
    for (int column = 0; column < 64; ++column)
      ASSERT_EQ(layout.apply({uint64_t(row), uint64_t(column)})[0], Device::offset(row, column));
}

TEST(DeviceLibrary, SharedTileOffsetsAreTheSwizzledLayout) {
  using Device = attnc::SharedTile<attnc::bf16, 32, 128>;
  LinearLayout layout = sharedTileLayout(32, 128);
  for (int row = 0; row < 32; ++row)
    for (int column = 0; column < 128; ++column)
      ASSERT_EQ(layout.apply({uint64_t(row), uint64_t(column)})[0], Device::offset(row, column))
          << row << ", " << column;
}
