// quantise.cu - a tile of floats into bytes, by each way to scale it; the kernels of QuantiseTest.cpp.
#include "attnc/block/quantise_columns.cuh"
#include "attnc/block/quantise_rows.cuh"
#include "attnc/block/sync.cuh"
using namespace attnc;

struct Params {
  const void *in[3];
  void *out[3];
  i64 stride;
  int ints[6];
  float floats[4];
};

extern __shared__ __align__(1024) unsigned char shared_memory[];

constexpr int kRows = 16, kCols = 96;
using Floats = SharedTile<f16, kRows, kCols>;
template <class Stored, int StoredCols> using Bytes = SharedTile<Stored, kRows, StoredCols>;

/// in[0], kRows x kCols, as `StoredCols` bytes a row to out[0]; `verb(bytes, floats)` makes them.
template <class Stored, int StoredCols, class Verb> ATTNC_DEVICE void through(Params const &p, Verb verb) {
  const Floats floats(shared_memory);
  const Bytes<Stored, StoredCols> bytes(shared_memory + Floats::kBytes);
  const int row = static_cast<int>(threadIdx.x) / 2, half = static_cast<int>(threadIdx.x) % 2;
  for (int chunk = half; chunk < kCols / 8; chunk += 2)
    atom::store_shared_16(floats.address(row, chunk * 8), static_cast<const atom::Bytes16 *>(p.in[0])[row * (kCols / 8) + chunk]);
  block::sync();
  verb(bytes, floats);
  block::sync();
  for (int chunk = half; chunk < StoredCols / 16; chunk += 2)
    static_cast<atom::Bytes16 *>(p.out[0])[row * (StoredCols / 16) + chunk] = atom::load_shared_16(bytes.address(row, chunk * 16));
}

template <class Stored, int StoredCols> ATTNC_DEVICE void by_factor(Params const &p) {
  through<Stored, StoredCols>(p, [&](Bytes<Stored, StoredCols> bytes, Floats floats) { block::quantise<32>(bytes, floats, p.floats[0]); });
}
template <class Stored, int StoredCols> ATTNC_DEVICE void by_column(Params const &p) {
  through<Stored, StoredCols>(p, [&](Bytes<Stored, StoredCols> bytes, Floats floats) {
    block::quantise_columns<32>(bytes, floats, GlobalRows<const float, kCols, 4>{static_cast<const float *>(p.in[1]), kCols});
  });
}
/// Scales go to row ints[0] + r of out[1] if it is in [ints[1], ints[2]).
template <class Stored, int StoredCols, int Groups> ATTNC_DEVICE void by_row(Params const &p) {
  through<Stored, StoredCols>(p, [&](Bytes<Stored, StoredCols> bytes, Floats floats) {
    block::quantise_rows<32>(bytes, floats, GlobalRows<float, Groups, 4>{static_cast<float *>(p.out[1]), Groups}, p.ints[0],
                             p.ints[1], p.ints[2]);
  });
}

extern "C" __global__ void factor_i8(const __grid_constant__ Params p) { by_factor<i8, 96>(p); }
extern "C" __global__ void factor_i4(const __grid_constant__ Params p) { by_factor<i8, 48>(p); }
extern "C" __global__ void column_i8(const __grid_constant__ Params p) { by_column<i8, 96>(p); }
extern "C" __global__ void column_i4(const __grid_constant__ Params p) { by_column<i8, 48>(p); }
extern "C" __global__ void row1_i8(const __grid_constant__ Params p) { by_row<i8, 96, 1>(p); }
extern "C" __global__ void row6_i8(const __grid_constant__ Params p) { by_row<i8, 96, 6>(p); }
extern "C" __global__ void row1_i4(const __grid_constant__ Params p) { by_row<i8, 48, 1>(p); }
extern "C" __global__ void row2_i4(const __grid_constant__ Params p) { by_row<i8, 48, 2>(p); }
extern "C" __global__ void row3_i4(const __grid_constant__ Params p) { by_row<i8, 48, 3>(p); }
extern "C" __global__ void row6_i4(const __grid_constant__ Params p) { by_row<i8, 48, 6>(p); }
