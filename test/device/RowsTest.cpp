// RowsTest.cpp - rows that 16-byte copies cannot take, and an added row, on the simulator against host loops.
#include "test/device/KernelHarness.h"

namespace attnc::test {
namespace {

constexpr int kCols = 40;
constexpr uint16_t kUntouched = 0xaaaa;

const Image *rows() {
  static Result<Image> image = compileText(
      kernelText("rows.cu"), {"rows_16", "rows_8", "rows_4", "rows_2", "rows_strided", "fragment_rows"});
  EXPECT_TRUE(image.ok()) << image.status().str();
  return image.ok() ? &*image : nullptr;
}

struct Place {
  std::string kernel;
  int offset, stride, column; ///< in elements
};

/// Elements that the kernel must not read are NaN, those that it must not write stay as they are.
void expectThroughTile(const Place &place, int first, int begin, int end, int divisor, int count) {
  SCOPED_TRACE(place.kernel + " from row " + std::to_string(first) + " valid " + std::to_string(begin) +
               ".." + std::to_string(end));
  const Image *image = rows();
  ASSERT_TRUE(image);
  auto at = [&](int row, int col) {
    return static_cast<size_t>(place.offset + row * place.stride + col * place.column);
  };
  auto valid = [&](int row) { return begin <= row && row < end && row % divisor != 0; };
  const size_t size = at(count - 1, kCols - 1) + 1;
  std::vector<uint16_t> source(size, 0x7fc0), bias(kCols);
  auto element = [](int row, int col) { return static_cast<float>((row * 7 + col * 3) % 61 - 30); };
  for (int row = 0; row < count; ++row)
    for (int col = 0; col < kCols && valid(row); ++col)
      source[at(row, col)] = narrow('b', element(row, col));
  for (int col = 0; col < kCols; ++col)
    bias[static_cast<size_t>(col)] = narrow('b', 0.53f * static_cast<float>(col) - 3.1f);
  Simulation sim(*image, 3);
  PrimitiveParams p;
  uint16_t *out = sim.upload(std::vector<uint16_t>(size, kUntouched));
  p.in[0] = sim.upload(source) + place.offset;
  p.in[1] = sim.upload(bias);
  p.out[0] = out + place.offset;
  p.out[1] = sim.upload(std::vector<uint16_t>(32 * 8, kUntouched));
  p.stride = place.stride;
  const int ints[] = {first, begin, end, divisor, place.column};
  std::copy(std::begin(ints), std::end(ints), p.ints);
  Status status = sim.launch(place.kernel, p, {1, 1, 1}, 64, 32 * 128);
  ASSERT_TRUE(status.ok()) << status.str();

  std::vector<uint16_t> expected(size, kUntouched);
  for (int row = first; row < std::min(end, first + 32); ++row)
    for (int col = 0; col < kCols; ++col) {
      const float x = valid(row) ? element(row, col) : 0.0f;
      expected[at(row, col)] = narrow('b', x + widen('b', bias[static_cast<size_t>(col)]));
    }
  EXPECT_EQ(sim.download<uint16_t>(out, size), expected);
  EXPECT_EQ(sim.download<uint16_t>(p.out[1], 32 * 8),
            std::vector<uint16_t>(32 * 8)); // padding columns stay zero
}

TEST(Rows, OfEveryKindGoThroughATile) {
  // The offset and the stride are no multiple of more than the alignment; the last has columns before rows.
  for (const Place &place :
       {Place{"rows_16", 8, 56, 1}, Place{"rows_8", 4, 44, 1}, Place{"rows_4", 2, 46, 1},
        Place{"rows_2", 1, 41, 1}, Place{"rows_strided", 1, 1, 71}, Place{"rows_strided", 3, 95, 2}}) {
    expectThroughTile(place, 0, 0, 32, 100, 70);
    expectThroughTile(place, 32, 0, 70, 3, 70);
    expectThroughTile(place, 64, 0, 65, 100, 70);
    expectThroughTile(place, 10, 13, 40, 5, 70);
    expectThroughTile(place, 5, 5, 5, 5, 70);
  }
}

TEST(Rows, OfAnyStrideTakeAFragment) {
  const Image *image = rows();
  ASSERT_TRUE(image);
  constexpr int kStride = 43, kColumn = 37, kFirst = 3, kEnd = 30;
  Simulation sim(*image, 3);
  PrimitiveParams p;
  const std::vector<float> untouched(kEnd * kStride + kColumn * kCols, -1.0f);
  float *packed = sim.upload(untouched);
  p.out[0] = packed + 1;
  p.out[1] = sim.upload(untouched);
  p.stride = kStride;
  p.ints[0] = kFirst;
  p.ints[2] = kEnd;
  p.ints[4] = kColumn;
  Status status = sim.launch("fragment_rows", p, {1, 1, 1}, 64, 0);
  ASSERT_TRUE(status.ok()) << status.str();
  std::vector<float> rowsExpected = untouched, columnsExpected = untouched;
  for (int row = kFirst; row < kEnd; ++row)
    for (int col = 0; col < kCols; ++col) {
      const float value = static_cast<float>((row - kFirst) * 64 + col);
      rowsExpected[static_cast<size_t>(1 + row * kStride + col)] = value;
      columnsExpected[static_cast<size_t>(row + col * kColumn)] = value;
    }
  EXPECT_EQ(sim.download<float>(packed, untouched.size()), rowsExpected);
  EXPECT_EQ(sim.download<float>(p.out[1], untouched.size()), columnsExpected);
}

} // namespace
} // namespace attnc::test
