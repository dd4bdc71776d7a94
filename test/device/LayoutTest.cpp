// LayoutTest.cpp - layouts of the device tiles, evaluated on the host: who holds what, and which banks are
// hit.
//
// Includes the device headers themselves with the CUDA keywords defined away; only constexpr members are
// called.
#define __device__
#define __host__
#define __forceinline__ inline
namespace {
struct HostIndex {
  unsigned x;
} threadIdx;
float __uint_as_float(unsigned bits) { return __builtin_bit_cast(float, bits); }
unsigned long long __cvta_generic_to_shared(const void *) { return 0; }
} // namespace

#include "attnc/tile/fragment.cuh"
#include "attnc/tile/shared_tile.cuh"

#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace attnc {
namespace {

TEST(CoreIntegers, FloorDivisionTakesEveryDivisor) {
  for (int a = -9; a <= 9; ++a)
    for (int b = -4; b <= 4; ++b)
      EXPECT_EQ(floor_div(a, b), b == 0 ? a : static_cast<int>(std::floor(double(a) / b)))
          << a << " // " << b;
}

TEST(CoreIntegers, DivideTowardsMinusInfinity) {
  [[maybe_unused]] float used =
      __uint_as_float(threadIdx.x) + static_cast<float>(__cvta_generic_to_shared(nullptr));
  for (int a = -9; a <= 9; ++a)
    for (int b = 1; b <= 4; ++b) {
      const int q = floor_div(a, b), r = floor_mod(a, b);
      EXPECT_EQ(q * b + r, a);
      EXPECT_TRUE(0 <= r && r < b) << a << " % " << b;
      EXPECT_EQ(ceil_div(a, b), -floor_div(-a, b));
      EXPECT_EQ(round_down(a, b), q * b);
      EXPECT_EQ(round_up(a, b), ceil_div(a, b) * b);
    }
  static_assert(clamp(5, 0, 3) == 3 && clamp(-5, 0, 3) == 0 && clamp(2, 0, 3) == 2);
  static_assert(clamp(2, 3, 1) == 3, "an empty interval clamps to its lower end");
}

/// Each element of the block tile is held by exactly one value of one lane.
template <int Rows, int Cols, int Warps> void expectPartition() {
  using F = Fragment<Rows, Cols, Warps>;
  std::map<std::pair<int, int>, int> holders;
  for (int warp = 0; warp < Warps; ++warp)
    for (int lane = 0; lane < 32; ++lane)
      for (int i = 0; i < F::kSize; ++i) {
        ++holders[{F::row(i, lane, warp), F::column(i, lane)}];
        EXPECT_EQ(F::row(i, lane, warp), (RowVector<Rows, Warps>::row(F::row_slot(i), lane, warp)));
        // map() and store_shared() add the lane's part and the value's part.
        EXPECT_EQ(F::row(i, lane, warp), F::row(0, lane, warp) + F::row(i, 0, 0));
        EXPECT_EQ(F::column(i, lane), F::column(0, lane) + F::column(i, 0));
      }
  EXPECT_EQ(holders.size(), static_cast<size_t>(Rows * Cols));
  for (const auto &[where, count] : holders)
    EXPECT_TRUE(count == 1 && where.first >= 0 && where.first < Rows && where.second >= 0 &&
                where.second < Cols)
        << where.first << ", " << where.second;
}

TEST(FragmentLayout, CoversTheTileOnce) {
  expectPartition<64, 32, 4>();
  expectPartition<128, 64, 4>();
  expectPartition<128, 64, 8>();
  expectPartition<16, 16, 1>();
}

/// PTX ISA, "Matrix Fragments for mma.m16n8k16": c0 and c1 in row groupID, c2 and c3 in row groupID + 8.
TEST(FragmentLayout, IsThatOfTheMma) {
  using F = Fragment<16, 16, 1>;
  for (int lane = 0; lane < 32; ++lane)
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(F::row(i, lane, 0), i < 2 ? lane / 4 : lane / 4 + 8);
      EXPECT_EQ(F::column(i, lane), lane % 4 * 2 + (i & 1));
    }
  EXPECT_EQ(F::column(4, 0), 8);
}

template <class T, int Rows, int Cols> void expectSwizzle() {
  using S = SharedTile<T, Rows, Cols>;
  std::set<unsigned> offsets;
  for (int row = 0; row < Rows; ++row)
    for (int col = 0; col < Cols; ++col) {
      const unsigned offset = S::offset(row, col);
      EXPECT_TRUE(offsets.insert(offset).second);
      EXPECT_LT(offset, static_cast<unsigned>(S::kBytes));
      const unsigned chunk = static_cast<unsigned>(col) / 8;
      EXPECT_EQ(offset, static_cast<unsigned>(row * Cols * 2) +
                            (chunk ^ (static_cast<unsigned>(row) & 7)) * 16 +
                            static_cast<unsigned>(col) % 8 * 2);
    }
  // The steps that mma() and store_shared() take instead of evaluating offset() again.
  const unsigned base = 5 * 1024;
  for (int row = 0; row < 16; ++row)
    for (int first : {0, 8})
      for (int step = 0; step + first < Cols; step += 16)
        EXPECT_EQ(S::step_columns(base + S::offset(row, first), step), base + S::offset(row, first + step));
  for (int row = 0; row < 8; ++row)
    for (int first : {0, 2, 4, 6})
      for (int step = 0; step < Cols; step += 8)
        EXPECT_EQ(S::step_columns(base + S::offset(row, first), step), base + S::offset(row, first + step));
  EXPECT_EQ(S::step_rows(base + S::offset(3, 8), Rows - 8), base + S::offset(Rows - 5, 8));
}

TEST(SharedTileLayout, IsABijectionAndStepsAgree) {
  expectSwizzle<bf16, 64, 64>();
  expectSwizzle<f16, 32, 128>();
  expectSwizzle<bf16, 16, 256>();
}

/// 128 bytes a wavefront: the 8 rows of one ldmatrix phase must hit 8 different 16-byte bank groups.
TEST(SharedTileLayout, HasNoBankConflicts) {
  using S = SharedTile<bf16, 64, 128>;
  for (int col = 0; col < 128; col += 8)
    for (int row = 0; row < 64; row += 8) {
      std::set<unsigned> banks;
      for (int r = 0; r < 8; ++r)
        banks.insert(S::offset(row + r, col) / 16 % 8);
      EXPECT_EQ(banks.size(), 8u) << "ldmatrix at " << row << ", " << col;
    }
  for (int row = 0; row < 64; ++row)
    for (int col = 0; col < 128; col += 64) {
      std::set<unsigned> banks;
      for (int chunk = 0; chunk < 8; ++chunk)
        banks.insert(S::offset(row, col + chunk * 8) / 16 % 8);
      EXPECT_EQ(banks.size(), 8u) << "16-byte copies at " << row << ", " << col;
    }
  // store_shared: 32 lanes, 4 bytes each, one row of an mma tile in a quad.
  using F = Fragment<64, 128, 4>;
  for (int i = 0; i < F::kSize; i += 2) {
    std::set<unsigned> banks;
    for (int lane = 0; lane < 32; ++lane)
      banks.insert(S::offset(F::row(i, lane, 1), F::column(i, lane)) / 4 % 32);
    EXPECT_EQ(banks.size(), 32u) << "4-byte stores of value " << i;
  }
}

} // namespace
} // namespace attnc
