// paged_rows.cu - tiles of rows in pages to shared memory and out again; the kernels of PagedRowsTest.cpp.
//
// ROWS, COLS, PAGE, THREADS and SOURCE, the rows of a page, come from the test.
#include "attnc/block/copy_async.cuh"
#include "attnc/block/copy_blocks.cuh"
#include "attnc/block/store.cuh"
using namespace attnc;

struct Params {
  const void *in[3];
  void *out[3];
  i64 stride;
  int ints[6];
  float floats[4];
};

extern __shared__ __align__(1024) unsigned char shared_memory[];

/// Copies ROWS rows from row ints[0] on, valid in [ints[1], ints[2]), of the pages that the table in[1] lists, and the whole
/// tile to out[0]. Pages are ints[3] elements apart.
extern "C" __global__ void paged(const __grid_constant__ Params p) {
  const SharedTile<bf16, ROWS, (COLS + 15) / 16 * 16> tile(shared_memory);
  const bf16 *data = static_cast<const bf16 *>(p.in[0]);
  const PagedRows<SOURCE, PAGE> from{{data, p.stride STRIDES}, p.ints[3], static_cast<const int *>(p.in[1])};
  block::copy_async<THREADS>(tile, from, p.ints[0], p.ints[1], p.ints[2]);
  block::copy_commit();
  block::copy_wait<0>();
  block::sync();
  block::store_rows<THREADS>(GlobalRows<bf16, (COLS + 15) / 16 * 16>{static_cast<bf16 *>(p.out[0]), (COLS + 15) / 16 * 16},
                             tile, 0, ROWS);
}
