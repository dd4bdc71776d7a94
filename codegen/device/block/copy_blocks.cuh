// copy_blocks.cuh - a tile of rows that lie in blocks (pages, groups of heads, tokens one by one) to shared memory.
//
// TileCopy for them, with the Movers of copy_tile. Each warp copies a band of neighbouring rows, so that it reads the table entries
// of a tile once, together: a lane looks up one row's page and hands it to the lanes that copy the row.
#pragma once

#include "attnc/atom/shuffle.cuh"
#include "attnc/block/copy_tile.cuh"
#include "attnc/tile/gathered_rows.cuh"
#include "attnc/tile/grouped_rows.cuh"
#include "attnc/tile/paged_rows.cuh"

namespace attnc::block {

/// For rows that cp.async cannot take: they have arrived when the copy returns.
struct ChunkMover {
  template <int Align> ATTNC_DEVICE static void move_16(unsigned shared, const void *global, bool inside) {
    atom::Bytes16 chunk{};
    if (inside)
      chunk = atom::load_chunk<Align>(global);
    atom::store_shared_16(shared, chunk);
  }
};

/// Copies the columns [First, First + Panels * Lanes chunks) of a tile, Lanes threads a row and panel. Tiles of paged rows
/// begin at multiples of Rows.
template <class Mover, int Threads, int First, int Lanes, int Panels, class T, int Rows, int Cols, class Source,
          class Where>
ATTNC_DEVICE void copy_block_panels(SharedTile<T, Rows, Cols> destination, Source source, int first_row,
                                    int valid_begin, int valid_end, Where const &where) {
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T)), kPanel = SharedTile<T, Rows, Cols>::kPanel;
  constexpr int kWarps = Threads / 32, kStep = 32 / Lanes; // rows that a warp copies at once
  constexpr int kBand = (Rows / kWarps + kStep - 1) / kStep * kStep;
  constexpr int kBlock = Source::kBlock;
  constexpr bool kInOnePage = Source::kHasTable && kBlock % Rows == 0;
  // The page changes only in front of a step, and at the same one in all lanes.
  constexpr bool kPagesOfSteps = kInOnePage || (Source::kHasTable && Rows % kBlock == 0 && kBlock % kStep == 0 &&
                                                (kBand % kBlock == 0 || kBlock % kBand == 0));
  constexpr bool kWholeTile = kBand * kWarps == Rows && Lanes * kChunk <= Cols - First;
  static_assert(kBand * kWarps >= Rows, "the bands of all warps are the tile");

  const int lane = lane_index();
  const int band = warp_index() * kBand;
  const int row_of_step = Lanes < 8 ? swizzled_row<(Lanes < 8 ? Lanes : 8)>(lane) : lane / Lanes;
  const int first = band + row_of_step, col = First + lane % Lanes * kChunk;
  const int begin = valid_begin - first_row - first, end = valid_end - first_row - first; // see copy_panels
  decltype(source.block(0)) page = 0;
  if constexpr (kInOnePage)
    if (first_row < valid_end && valid_begin < first_row + Rows)
      page = source.block(first_row);
  const T *data = nullptr;
#pragma unroll
  for (int part = 0; part < kBand; part += 32) { // as many rows as lanes
    if constexpr (Source::kHasTable && !kInOnePage) {
      // Of a page that begins before the valid rows, the first valid one says which it is.
      const int row = max(first_row + band + part + lane, valid_begin);
      page = part + lane < kBand && row < valid_end ? source.block(row) : 0;
    }
#pragma unroll
    for (int down = part; down < (kBand < part + 32 ? kBand : part + 32); down += kStep) {
      const int from = first_row + first + down;
      if (!kPagesOfSteps || down == 0 || (!kInOnePage && down % kBlock == 0)) {
        auto block = page;
        if constexpr (!Source::kHasTable)
          block = source.block(from);
        else if constexpr (!kInOnePage)
          block = atom::shuffle(page, down - part + (kPagesOfSteps ? 0 : row_of_step));
        data = source.rows(block).row(from % kBlock) + col;
      } else {
        data += source.inner().stride * kStep;
      }
      if (!kWholeTile && (first + down >= Rows || col >= Cols))
        continue;
      const bool inside = (begin <= down) & (down < end) & where(from);
#pragma unroll
      for (int panel = 0; panel < Panels; ++panel) {
        const bool stored = Cols == Source::kCols || col + panel * kPanel < Source::kCols;
        Mover::template move_16<Source::kAlign>(destination.address(first + down, col + panel * kPanel),
                                                data + panel * kPanel, inside && stored);
      }
    }
  }
}

/// The same for rows whose elements are not contiguous, through registers; a thread keeps its row where it can.
template <int Threads, class T, int Rows, int Cols, class Source, class Where>
ATTNC_DEVICE void copy_block_chunks(SharedTile<T, Rows, Cols> destination, Source source, int first_row,
                                    int valid_begin, int valid_end, Where const &where) {
  constexpr int kChunk = 16 / static_cast<int>(sizeof(T)), kChunks = Cols / kChunk;
  auto copy = [&](typename Source::Inner rows, int row, int chunk, bool inside) {
    atom::Bytes16 data{};
    if (inside && (Cols == Source::kCols || chunk * kChunk < Source::kCols))
      data = rows.chunk((first_row + row) % Source::kBlock, chunk * kChunk);
    atom::store_shared_16(destination.address(row, chunk * kChunk), data);
  };
  auto is_inside = [&](int row) { return valid_begin <= row && row < valid_end && where(row); };
  const int thread = static_cast<int>(threadIdx.x);
  if constexpr (Threads % Rows == 0) {
    const int row = thread % Rows;
    const bool inside = is_inside(first_row + row);
    const auto rows = inside ? source.rows(source.block(first_row + row)) : source.inner();
#pragma unroll 1
    for (int chunk = thread / Rows; chunk < kChunks; chunk += Threads / Rows)
      copy(rows, row, chunk, inside);
  } else {
#pragma unroll 1
    for (int i = thread; i < Rows * kChunks; i += Threads) {
      const int row = i % Rows;
      const bool inside = is_inside(first_row + row);
      copy(inside ? source.rows(source.block(first_row + row)) : source.inner(), row, i / Rows, inside);
    }
  }
}

/// How rows of each kind pass: those of less than 4 bytes' alignment through registers.
template <class Mover, class Rows> struct MoverFor {
  using Type = Mover;
};
template <class Mover, class T, int Cols> struct MoverFor<Mover, GlobalRows<T, Cols, 2>> {
  using Type = ChunkMover;
};

template <class Source> struct BlockTileCopy {
  template <class Mover, int Threads, class T, int Rows, int Cols, class Where>
  ATTNC_DEVICE static void run(SharedTile<T, Rows, Cols> destination, Source source, int first_row, int valid_begin,
                               int valid_end, Where const &where) {
    if constexpr (Source::kStrided) {
      copy_block_chunks<Threads>(destination, source, first_row, valid_begin, valid_end, where);
    } else {
      using Moves = typename MoverFor<Mover, typename Source::Inner>::Type;
      constexpr int kPanel = SharedTile<T, Rows, Cols>::kPanel;
      constexpr int kChunk = 16 / static_cast<int>(sizeof(T));
      constexpr int kWhole = Cols / kChunk, kFull = Cols / kPanel, kRest = Cols % kPanel / kChunk;
      if constexpr (Cols % kPanel == 0 && kWhole <= 32 && 32 % kWhole == 0)
        copy_block_panels<Moves, Threads, 0, kWhole, 1>(destination, source, first_row, valid_begin, valid_end, where);
      else if constexpr (kFull > 0)
        copy_block_panels<Moves, Threads, 0, 8, kFull>(destination, source, first_row, valid_begin, valid_end, where);
      if constexpr (kRest > 0)
        copy_block_panels<Moves, Threads, kFull * kPanel, kPanelLanes<kRest>, 1>(destination, source, first_row, valid_begin,
                                                                          valid_end, where);
    }
  }
};

template <class Rows, int Page> struct TileCopy<PagedRows<Rows, Page>> : BlockTileCopy<PagedRows<Rows, Page>> {};
template <class Rows, int Group> struct TileCopy<GroupedRows<Rows, Group>> : BlockTileCopy<GroupedRows<Rows, Group>> {};
template <class Rows, int Ring, int Keep>
struct TileCopy<CyclicRows<Rows, Ring, Keep>> : BlockTileCopy<CyclicRows<Rows, Ring, Keep>> {};
template <class Rows> struct TileCopy<BeamRows<Rows>> : BlockTileCopy<BeamRows<Rows>> {};

} // namespace attnc::block
