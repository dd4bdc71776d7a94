// shared_tile.cuh - a Rows x Cols tile of T in shared memory, swizzled against bank conflicts.
//
// Holds an address, no data. Must not copy or compute.
#pragma once

#include "attnc/atom/shared_access.cuh"

namespace attnc {

/// The row of thread `i` where Lanes (1, 2, 4 or 8) threads take a chunk each of every row, the first of which is a
/// multiple of Lanes. Eight threads access shared memory together: their rows lie Lanes apart, so that the swizzle of
/// SharedTile keeps them in different banks.
template <int Lanes> ATTNC_DEVICE constexpr int swizzled_row(int i) {
  static_assert(Lanes == 1 || Lanes == 2 || Lanes == 4 || Lanes == 8, "8 threads share whole rows");
  const int phase = i / 8, lane = i % 8;
  return phase / Lanes * 8 + phase % Lanes + lane / Lanes * Lanes;
}

/// Some rows of a tile: both ends may lie outside of it.
struct RowRange {
  int begin = 0, end = 0x7fffffff;

  /// The first of the rows `start`, `start + Step`... that is in the range, if one is.
  template <int Step> ATTNC_DEVICE int first(int start) const {
    return begin <= start ? start : start + ceil_div(begin - start, Step) * Step;
  }
};

/// Rows lie in whole panels of 128 bytes; the last may be partly unused. Within a panel, the 16-byte chunk c lies
/// where chunk c ^ (row % 8) would: any 8 consecutive rows of one chunk column, and any 8 chunks of one panel,
/// touch all 32 banks once. The tile starts at a multiple of 1024 bytes.
template <class T, int Rows, int Cols> struct SharedTile {
  static constexpr int kPanel = 128 / static_cast<int>(sizeof(T)); ///< columns of a panel
  static constexpr int kRowBytes = (Cols + kPanel - 1) / kPanel * 128;
  static constexpr int kBytes = Rows * kRowBytes;
  static_assert(Cols % 16 == 0, "a shared tile holds whole mma steps of 16 columns");
  static_assert(Rows % 8 == 0, "a shared tile needs whole 8-row swizzle atoms");

  unsigned base; ///< shared-space address

  ATTNC_DEVICE explicit SharedTile(unsigned char *memory) : base(atom::shared_address(memory)) {}
  ATTNC_DEVICE explicit SharedTile(unsigned shared_base) : base(shared_base) {}

  /// Bytes from the tile's start to element (row, col).
  __host__ __device__ static constexpr unsigned offset(int row, int col) {
    const unsigned byte = static_cast<unsigned>(col) * static_cast<unsigned>(sizeof(T));
    return static_cast<unsigned>(row) * kRowBytes + (byte ^ ((static_cast<unsigned>(row) % 8) * 16));
  }
  ATTNC_DEVICE unsigned address(int row, int col) const { return base + offset(row, col); }

  /// From the address of (row, first) to that of (row, first + columns), where the low 128 bytes of the step
  /// share no bit with those of `first`. Four lane addresses then serve a whole tile: the rest is immediates.
  __host__ __device__ static constexpr unsigned step_columns(unsigned address, int columns) {
    const unsigned bytes = static_cast<unsigned>(columns) * static_cast<unsigned>(sizeof(T));
    return (address ^ (bytes % 128)) + bytes / 128 * 128;
  }
  /// From the address of (row, col) to that of (row + rows, col), `rows` a multiple of 8.
  __host__ __device__ static constexpr unsigned step_rows(unsigned address, int rows) {
    return address + static_cast<unsigned>(rows) * kRowBytes;
  }
};

} // namespace attnc
