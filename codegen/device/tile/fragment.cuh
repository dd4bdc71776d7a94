// fragment.cuh - tiles in registers: accumulators, per-row values and mma A operands.
//
// Layouts only (mma.m16n8k16, PTX ISA "Matrix Fragments for mma.m16n8k16"). Must not compute.
#pragma once

#include "attnc/core.cuh"

namespace attnc {

/// How the rows of a block tile are dealt to warps: each owns Rows / Warps consecutive ones, in m-tiles
/// of 16.
template <int Rows, int Warps> struct RowSplit {
  static constexpr int kWarpRows = Rows / Warps;
  static constexpr int kMTiles = kWarpRows / 16;
  static_assert(kMTiles * 16 * Warps == Rows, "each warp owns a multiple of 16 rows");
};

/// fp32 accumulators of a Rows x Cols block tile. A lane holds 4 values of each 16x8 mma tile: rows lane / 4
/// and lane / 4 + 8, columns 2 * (lane % 4) and the next.
template <int Rows, int Cols, int Warps> struct Fragment {
  static constexpr int kMTiles = RowSplit<Rows, Warps>::kMTiles;
  static constexpr int kNTiles = Cols / 8;
  static constexpr int kSize = kMTiles * kNTiles * 4;
  static_assert(Cols % 16 == 0, "fragments are loaded in pairs of 8 columns");

  float values[kSize];

  /// Index of the first of the 4 values of an mma tile.
  __host__ __device__ static constexpr int tile(int m, int n) { return (m * kNTiles + n) * 4; }
  /// Index into a RowVector of the row that value `i` belongs to.
  __host__ __device__ static constexpr int row_slot(int i) { return i / (kNTiles * 4) * 2 + i % 4 / 2; }
  /// Block-tile coordinates of value `i` in a lane.
  __host__ __device__ static constexpr int row(int i, int lane, int warp) {
    return warp * RowSplit<Rows, Warps>::kWarpRows + i / (kNTiles * 4) * 16 + i % 4 / 2 * 8 + lane / 4;
  }
  __host__ __device__ static constexpr int column(int i, int lane) {
    return i / 4 % kNTiles * 8 + lane % 4 * 2 + i % 2;
  }
};

/// One value a row of the block tile, the same in the 4 lanes that share a row (or a part of it in each).
template <int Rows, int Warps> struct RowVector {
  static constexpr int kSize = 2 * RowSplit<Rows, Warps>::kMTiles;

  float values[kSize];

  /// Block-tile row of value `i` in a lane.
  __host__ __device__ static constexpr int row(int i, int lane, int warp) {
    return warp * RowSplit<Rows, Warps>::kWarpRows + i / 2 * 16 + i % 2 * 8 + lane / 4;
  }
};

/// A Rows x Cols block tile as A operand of the next mma: 4 registers per lane and step of 16 rows and 32
/// bytes.
template <class T, int Rows, int Cols, int Warps> struct Weights {
  static constexpr int kMTiles = RowSplit<Rows, Warps>::kMTiles;
  static constexpr int kSteps = Cols * static_cast<int>(sizeof(T)) / 32;
  static_assert(Cols % 16 == 0, "fragments come in pairs of 8 columns");

  unsigned operands[kMTiles][kSteps][4];
};

template <int Rows, int Cols, int Warps>
ATTNC_DEVICE void fill(Fragment<Rows, Cols, Warps> &fragment, float value) {
#pragma unroll
  for (int i = 0; i < fragment.kSize; ++i)
    fragment.values[i] = value;
}
template <int Rows, int Warps> ATTNC_DEVICE void fill(RowVector<Rows, Warps> &rows, float value) {
#pragma unroll
  for (int i = 0; i < rows.kSize; ++i)
    rows.values[i] = value;
}

} // namespace attnc
