// PagedRowsTest.cpp - tiles of rows in pages, on the simulator against host loops: every page size against
// every tile.
//
// Slots outside the valid rows are NaN, and table entries without a valid row name no page: a kernel that
// looks one up reads out of bounds.
#include "test/device/KernelHarness.h"

#include <algorithm>
#include <limits>

namespace attnc::test {
namespace {

struct Shape {
  int rows, cols, page, threads;
  bool strided = false; ///< elements of a row are apart
  int align = 16;
};

struct Range {
  int first, begin, end; ///< of the tile, and of the valid rows
};

void expectCopied(const Image &image, const Shape &shape, const Range &range) {
  SCOPED_TRACE("page " + std::to_string(shape.page) + ", from row " + std::to_string(range.first) +
               " valid " + std::to_string(range.begin) + ".." + std::to_string(range.end));
  const int padded = (shape.cols + 15) / 16 * 16;
  const int stride = shape.strided ? 1 : shape.cols + 8, column = shape.strided ? shape.page + 3 : 1;
  const int pageStride = shape.strided ? column * shape.cols : stride * shape.page;
  const int count = std::max(range.end, range.first + shape.rows);
  const int logical = (count + shape.page - 1) / shape.page, pool = logical + 2;
  auto element = [](int row, int col) { return static_cast<float>((row * 7 + col * 3) % 61 - 30); };
  auto valid = [&](int row) { return range.begin <= row && row < range.end; };
  std::vector<int> table(static_cast<size_t>(logical), std::numeric_limits<int>::max());
  std::vector<uint16_t> source(static_cast<size_t>(pool * pageStride), 0x7fc0);
  std::vector<uint16_t> expected(static_cast<size_t>(shape.rows * padded));
  for (int row = range.begin; row < range.end; ++row) {
    const int page = pool - 1 - row / shape.page; // not where a table of neighbours would have it
    table[static_cast<size_t>(row / shape.page)] = page;
    for (int col = 0; col < shape.cols; ++col)
      source[static_cast<size_t>(page * pageStride + row % shape.page * stride + col * column)] =
          narrow('b', element(row, col));
  }
  for (int row = 0; row < shape.rows; ++row)
    for (int col = 0; col < shape.cols && valid(range.first + row); ++col)
      expected[static_cast<size_t>(row * padded + col)] = narrow('b', element(range.first + row, col));

  Simulation sim(image, 3);
  PrimitiveParams p;
  p.in[0] = sim.upload(source);
  p.in[1] = sim.upload(table);
  p.out[0] = sim.upload(std::vector<uint16_t>(expected.size(), 0xaaaa));
  p.stride = stride;
  const int ints[] = {range.first, range.begin, range.end, pageStride, column};
  std::copy(std::begin(ints), std::end(ints), p.ints);
  Status status = sim.launch("paged", p, {1, 1, 1}, static_cast<uint32_t>(shape.threads),
                             static_cast<uint32_t>(shape.rows * ((padded * 2 + 127) / 128 * 128)));
  ASSERT_TRUE(status.ok()) << status.str();
  EXPECT_EQ(sim.download<uint16_t>(p.out[0], expected.size()), expected);
}

void expectCopies(const Shape &shape) {
  const std::string elements =
      std::to_string(shape.cols) + (shape.strided ? "" : ", " + std::to_string(shape.align)) + ">";
  Result<Image> image =
      compileText(kernelText("paged_rows.cu",
                             "#define ROWS " + std::to_string(shape.rows) + "\n#define COLS " +
                                 std::to_string(shape.cols) + "\n#define PAGE " + std::to_string(shape.page) +
                                 "\n#define THREADS " + std::to_string(shape.threads) + "\n#define SOURCE " +
                                 (shape.strided ? "StridedRows" : "GlobalRows") + "<const bf16, " + elements +
                                 "\n#define STRIDES " + (shape.strided ? ", p.ints[4]" : "") + "\n"),
                  {"paged"});
  ASSERT_TRUE(image.ok()) << image.status().str();
  // Whole tiles, ends and begins inside a page and at its ends, nothing valid at all.
  const int rows = shape.rows;
  for (const Range &range :
       {Range{0, 0, rows}, Range{rows, 0, 3 * rows}, Range{rows, 0, rows + 1}, Range{rows, 0, 2 * rows - 1},
        Range{0, 1, rows}, Range{0, rows - 2, 2 * rows}, Range{rows, rows + 13, 2 * rows - 3},
        Range{rows, rows + 5, rows + 6}, Range{rows, 0, 7}, Range{0, 0, 0}})
    expectCopied(*image, shape, range);
}

} // namespace

TEST(PagedRows, OfEveryPageSizeGoThroughATile) {
  for (int page : {1, 3, 8, 16, 24, 32, 64, 128})
    expectCopies({32, 128, page, 32});
}

TEST(PagedRows, OfEveryHeadSizeGoThroughATile) {
  for (int cols : {8, 40, 64, 80, 192, 256})
    for (int page : {1, 16})
      expectCopies({32, cols, page, 64});
}

TEST(PagedRows, OfManyWarpsGoThroughATile) {
  for (int threads : {32, 128, 256})
    for (int page : {3, 8, 16, 64, 256})
      expectCopies({64, 64, page, threads});
}

TEST(PagedRows, OfEveryKindGoThroughATile) {
  for (int page : {1, 5, 16, 64}) {
    for (int align : {8, 4, 2})
      expectCopies({32, 40, page, 64, false, align});
    expectCopies({32, 40, page, 64, true});
    expectCopies({48, 40, page, 64, true}); // more rows than threads have
  }
}

} // namespace attnc::test
