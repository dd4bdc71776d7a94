// LayoutTest.cpp - the layout algebra: apply, compose and invert over GF(2), and what is built on them.
//
// Must not restate Layout.cpp's maps: properties here, tables from the PTX ISA in FragmentLayoutTest.cpp.
#include "dialect/tile/Layout.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

using namespace attnc::tile;

namespace {

/// A random linear map, not necessarily a bijection.
LinearLayout randomMap(std::mt19937 &random, std::vector<LayoutDim> ins, std::vector<LayoutDim> outs) {
  LinearLayout layout(ins, outs);
  for (const LayoutDim &in : ins)
    for (int inBit = 0; inBit < in.bits; ++inBit)
      for (const LayoutDim &out : outs)
        for (int outBit = 0; outBit < out.bits; ++outBit)
          if (random() % 2)
            layout.map(in.name, inBit, out.name, outBit);
  return layout;
}

/// A random bijection of 3 + 5 bits: a product of single-bit additions and swaps.
LinearLayout randomBijection(std::mt19937 &random) {
  std::vector<LayoutDim> dims{{"a", 3}, {"b", 5}};
  auto name = [](int bit) { return bit < 3 ? "a" : "b"; };
  auto place = [](int bit) { return bit < 3 ? bit : bit - 3; };
  LinearLayout result(dims, dims);
  for (int bit = 0; bit < 8; ++bit)
    result.map(name(bit), place(bit), name(bit), place(bit));
  for (int step = 0; step < 40; ++step) {
    int from = int(random() % 8), to = int(random() % 8);
    if (from == to)
      continue;
    LinearLayout shear(dims, dims);
    for (int bit = 0; bit < 8; ++bit)
      shear.map(name(bit), place(bit), name(bit), place(bit));
    shear.map(name(from), place(from), name(to), place(to));
    result = result.then(shear);
  }
  return result;
}

bool isIdentity(const LinearLayout &layout, int bits) {
  if (layout.inputs() != layout.outputs())
    return false;
  for (uint64_t value = 0; value < uint64_t(1) << bits; ++value)
    if (layout.apply(value) != value)
      return false;
  return true;
}

/// Lane l of an ldmatrix.x4 reads the 16 bytes from (row(l), column(l)) on.
using LaneCoordinates = std::vector<std::pair<int, int>>;

/// The address pattern of an A operand (and of a transposed B operand) at a tile's (row, column).
LaneCoordinates sixteenRows(int row, int column) {
  LaneCoordinates lanes;
  for (int lane = 0; lane < 32; ++lane)
    lanes.emplace_back(row + lane % 16, column + lane / 16 * 8);
  return lanes;
}

/// The address pattern of two n-tiles of a B operand: 8 rows, the next 8 columns, then 8 rows further down.
LaneCoordinates eightRowsTwice(int row, int column) {
  LaneCoordinates lanes;
  for (int lane = 0; lane < 32; ++lane)
    lanes.emplace_back(row + lane % 8 + lane / 16 * 8, column + lane / 8 % 2 * 8);
  return lanes;
}

/// Rows back to back, as if there were no swizzle.
LinearLayout rowMajor(int rowBits, int columnBits) {
  LinearLayout layout({{"row", rowBits}, {"column", columnBits}}, {{"byte", rowBits + columnBits + 1}});
  for (int bit = 0; bit < columnBits; ++bit)
    layout.map("column", bit, "byte", bit + 1);
  for (int bit = 0; bit < rowBits; ++bit)
    layout.map("row", bit, "byte", columnBits + 1 + bit);
  return layout;
}

} // namespace

TEST(Layout, ApplyIsLinear) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 20; ++trial) {
    LinearLayout layout = randomMap(random, {{"a", 4}, {"b", 3}}, {{"c", 5}, {"d", 4}});
    for (uint64_t x = 0; x < 128; ++x) {
      uint64_t y = random() % 128;
      EXPECT_EQ(layout.apply(x ^ y), layout.apply(x) ^ layout.apply(y));
    }
  }
}

TEST(Layout, MappingTheSameBitTwiceCancels) {
  LinearLayout layout({{"a", 1}}, {{"b", 1}});
  layout.map("a", 0, "b", 0);
  EXPECT_EQ(layout.apply(1), 1u);
  layout.map("a", 0, "b", 0);
  EXPECT_EQ(layout.apply(1), 0u);
}

TEST(Layout, ValuesArePackedFirstDimLowest) {
  LinearLayout layout({{"a", 2}, {"b", 3}}, {{"c", 3}, {"d", 2}});
  layout.map("a", 1, "d", 0).map("b", 2, "c", 0);
  EXPECT_EQ(layout.apply({2, 4}), (std::vector<uint64_t>{1, 1}));
  EXPECT_EQ(layout.apply({2, 0}), (std::vector<uint64_t>{0, 1}));
  EXPECT_EQ(layout.apply(2 | 4 << 2), 1u | 1u << 3);
}

TEST(Layout, ThenAppliesTheSecondToTheFirst) {
  std::mt19937 random(2);
  for (int trial = 0; trial < 50; ++trial) {
    LinearLayout first = randomMap(random, {{"a", 5}}, {{"b", 4}, {"c", 3}});
    LinearLayout second = randomMap(random, {{"b", 4}, {"c", 3}}, {{"d", 6}});
    LinearLayout both = first.then(second);
    EXPECT_EQ(both.inputs(), first.inputs());
    EXPECT_EQ(both.outputs(), second.outputs());
    for (uint64_t value = 0; value < 32; ++value)
      EXPECT_EQ(both.apply(value), second.apply(first.apply(value)));
  }
}

TEST(Layout, ThenIsAssociative) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 50; ++trial) {
    LinearLayout a = randomBijection(random), b = randomBijection(random), c = randomBijection(random);
    EXPECT_EQ(a.then(b).then(c), a.then(b.then(c)));
  }
}

TEST(Layout, InverseUndoesABijectionFromBothSides) {
  std::mt19937 random(4);
  for (int trial = 0; trial < 200; ++trial) {
    LinearLayout layout = randomBijection(random);
    std::optional<LinearLayout> inverse = layout.inverse();
    ASSERT_TRUE(inverse) << "trial " << trial;
    EXPECT_TRUE(isIdentity(layout.then(*inverse), 8)) << "trial " << trial;
    EXPECT_TRUE(isIdentity(inverse->then(layout), 8)) << "trial " << trial;
  }
}

TEST(Layout, InverseOfAProductIsTheProductOfInversesReversed) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 50; ++trial) {
    LinearLayout a = randomBijection(random), b = randomBijection(random);
    EXPECT_EQ(*a.then(b).inverse(), b.inverse()->then(*a.inverse()));
  }
}

TEST(Layout, InverseExistsExactlyForBijections) {
  std::mt19937 random(6);
  int bijections = 0;
  for (int trial = 0; trial < 200; ++trial) {
    LinearLayout layout = randomMap(random, {{"a", 2}, {"b", 2}}, {{"c", 4}});
    std::vector<bool> hit(16, false);
    for (uint64_t value = 0; value < 16; ++value)
      hit[layout.apply(value)] = true;
    bool bijection = std::find(hit.begin(), hit.end(), false) == hit.end();
    bijections += bijection;
    EXPECT_EQ(layout.inverse().has_value(), bijection) << "trial " << trial;
  }
  EXPECT_GT(bijections, 20); // both answers were tried
  EXPECT_LT(bijections, 180);
}

TEST(Layout, InverseNeedsEqualSizes) {
  LinearLayout wide({{"a", 2}}, {{"b", 3}});
  wide.map("a", 0, "b", 0).map("a", 1, "b", 1);
  EXPECT_FALSE(wide.inverse());
}

TEST(Layout, Log2ExactKnowsPowersOfTwoOnly) {
  EXPECT_EQ(log2Exact(1), 0);
  EXPECT_EQ(log2Exact(256), 8);
  EXPECT_EQ(log2Exact(int64_t(1) << 40), 40);
  for (int64_t other : {0, -1, -8, 3, 6, 192})
    EXPECT_EQ(log2Exact(other), -1) << other;
}

TEST(SharedTile, EveryElementHasItsOwnTwoBytes) {
  for (int columns : {64, 128, 256}) {
    LinearLayout layout = sharedTileLayout(16, columns);
    std::vector<bool> used(size_t(16) * columns * 2, false);
    for (uint64_t row = 0; row < 16; ++row)
      for (uint64_t column = 0; column < uint64_t(columns); ++column) {
        uint64_t byte = layout.apply({row, column})[0];
        ASSERT_EQ(byte % 2, 0u);
        ASSERT_FALSE(used[byte]) << row << ", " << column << " of " << columns;
        used[byte] = true;
      }
  }
}

TEST(SharedTile, SixteenByteChunksStayTogetherAndInTheirRow) {
  LinearLayout layout = sharedTileLayout(32, 128);
  for (uint64_t row = 0; row < 32; ++row)
    for (uint64_t chunk = 0; chunk < 16; ++chunk) {
      uint64_t first = layout.apply({row, chunk * 8})[0];
      EXPECT_EQ(first % 16, 0u);
      EXPECT_EQ(first / 256, row);
      for (uint64_t i = 1; i < 8; ++i)
        EXPECT_EQ(layout.apply({row, chunk * 8 + i})[0], first + 2 * i);
    }
}

TEST(SharedTile, LdmatrixIsFreeOfConflictsEverywhere) {
  for (int columns : {64, 128, 256}) {
    LinearLayout layout = sharedTileLayout(64, columns);
    for (int row = 0; row < 64; row += 16)
      for (int column = 0; column < columns; column += 16) {
        EXPECT_EQ(ldmatrixWavefronts(layout, sixteenRows(row, column)), 4)
            << row << ", " << column << " of " << columns;
        EXPECT_EQ(ldmatrixWavefronts(layout, eightRowsTwice(row, column)), 4)
            << row << ", " << column << " of " << columns;
      }
  }
}

TEST(SharedTile, WithoutTheSwizzleLdmatrixTakes32Wavefronts) {
  for (int columnBits : {6, 7, 8}) // rows of 128, 256 and 512 bytes
    EXPECT_EQ(ldmatrixWavefronts(rowMajor(6, columnBits), sixteenRows(0, 0)), 32);
}

TEST(SharedTile, RowsOf16BytesNeedNoSwizzle) {
  LaneCoordinates lanes;
  for (int lane = 0; lane < 32; ++lane)
    lanes.emplace_back(lane, 0);
  EXPECT_EQ(ldmatrixWavefronts(rowMajor(5, 3), lanes), 4);
}

TEST(SharedTile, EqualAddressesShareAWavefront) {
  LaneCoordinates same(32, {3, 8});
  EXPECT_EQ(ldmatrixWavefronts(sharedTileLayout(16, 64), same), 4);
}

TEST(SharedTile, HalfOfTheSwizzleLeavesTwoWayConflicts) {
  LinearLayout layout = rowMajor(6, 7);
  layout.map("row", 0, "byte", 4).map("row", 1, "byte", 5); // chunk ^= row & 3
  EXPECT_EQ(ldmatrixWavefronts(layout, sixteenRows(0, 0)), 8);
}
