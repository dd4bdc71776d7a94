// PrimitiveTest.cpp - conversions, copies, stores, rings and side tensors on the simulator against host
// loops.
#include "test/device/KernelHarness.h"

#include <bit>
#include <cmath>
#include <limits>

namespace attnc::test {
namespace {

const Image *primitives() {
  static Result<Image> image = compileText(kernelText("primitives.cu"), {"convert_scalars"});
  EXPECT_TRUE(image.ok()) << image.status().str();
  return image.ok() ? &*image : nullptr;
}

/// Ties, ends of ranges, infinities, and 112 numbers of any size.
std::vector<float> tiesAndNoise() {
  const float inf = std::numeric_limits<float>::infinity();
  std::vector<float> values = {0.0f,           -0.0f,    1.0f,     1.00390625f,  1.01171875f, 1.00048828125f,
                               1.00146484375f, 65519.0f, 65520.0f, 1e-7f,        6e-8f,       -3.0e38f,
                               3.4e38f,        inf,      -inf,     5.9604645e-8f};
  Noise noise(1);
  while (values.size() < 128)
    values.push_back(noise.uniform() * std::exp2(static_cast<float>(noise.bits() % 40) - 20.0f));
  return values;
}

TEST(Convert, RoundsOneAtATimeAsTwo) {
  const Image *image = primitives();
  ASSERT_TRUE(image);
  std::vector<float> values = tiesAndNoise();
  values[0] = std::numeric_limits<float>::quiet_NaN();
  Simulation sim(*image);
  PrimitiveParams p;
  p.in[0] = sim.upload(values);
  p.out[0] = sim.upload(std::vector<uint16_t>(values.size()));
  p.out[1] = sim.upload(std::vector<uint16_t>(values.size()));
  p.ints[0] = static_cast<int>(values.size());
  Status status = sim.launch("round_singles", p, {1, 1, 1}, 128, 0);
  ASSERT_TRUE(status.ok()) << status.str();
  auto half = sim.download<uint16_t>(p.out[0], values.size());
  auto brain = sim.download<uint16_t>(p.out[1], values.size());
  EXPECT_TRUE(std::isnan(widen('h', half[0])) && std::isnan(widen('b', brain[0])));
  for (size_t i = 1; i < values.size(); ++i) {
    EXPECT_EQ(half[i], narrow('h', values[i])) << values[i];
    EXPECT_EQ(brain[i], narrow('b', values[i])) << values[i];
  }
}

TEST(Convert, RoundsToNearestEven) {
  const Image *image = primitives();
  ASSERT_TRUE(image);
  const std::vector<float> values = tiesAndNoise();
  Simulation sim(*image);
  PrimitiveParams p;
  p.in[0] = sim.upload(values);
  p.out[0] = sim.upload(std::vector<uint16_t>(values.size()));
  p.out[1] = sim.upload(std::vector<uint16_t>(values.size()));
  p.out[2] = sim.upload(std::vector<float>(2 * values.size()));
  p.ints[0] = static_cast<int>(values.size());
  Status status = sim.launch("convert_scalars", p, {1, 1, 1}, 128, 0);
  ASSERT_TRUE(status.ok()) << status.str();
  auto half = sim.download<uint16_t>(p.out[0], values.size());
  auto brain = sim.download<uint16_t>(p.out[1], values.size());
  auto wide = sim.download<float>(p.out[2], 2 * values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(half[i], narrow('h', values[i])) << values[i];
    EXPECT_EQ(brain[i], narrow('b', values[i])) << values[i];
    EXPECT_EQ(wide[2 * i], widen('h', half[i]));
    EXPECT_EQ(wide[2 * i + 1], widen('b', brain[i]));
  }
}

/// Rows outside the valid range are NaN or not there at all: the simulator would report a read.
void expectCopy(const std::string &kernel, int cols, uint32_t threads, int firstRow, int begin, int end,
                int rows) {
  SCOPED_TRACE(kernel + " from row " + std::to_string(firstRow) + " valid " + std::to_string(begin) + ".." +
               std::to_string(end));
  const Image *image = primitives();
  ASSERT_TRUE(image);
  const int stride = cols + 24;
  std::vector<uint16_t> source(static_cast<size_t>(rows > 0 ? (rows - 1) * stride + cols : 0), 0x7fc0);
  for (int r = std::max(begin, 0); r < std::min(end, rows); ++r)
    for (int c = 0; c < cols; ++c)
      source[static_cast<size_t>(r * stride + c)] = static_cast<uint16_t>(r * 37 + c);
  Simulation sim(*image, 3);
  PrimitiveParams p;
  p.in[0] = sim.upload(source);
  p.out[0] = sim.upload(std::vector<uint16_t>(static_cast<size_t>(64 * cols), 0xaaaa));
  p.stride = stride;
  p.ints[0] = firstRow;
  p.ints[1] = begin;
  p.ints[2] = end;
  Status status = sim.launch(kernel, p, {1, 1, 1}, threads, static_cast<uint32_t>(64 * cols * 2));
  ASSERT_TRUE(status.ok()) << status.str();
  auto out = sim.download<uint16_t>(p.out[0], static_cast<size_t>(64 * cols));
  for (int r = 0; r < 64; ++r)
    for (int c = 0; c < cols; ++c) {
      const int row = firstRow + r;
      const bool valid = begin <= row && row < end;
      ASSERT_EQ(out[static_cast<size_t>(r * cols + c)], valid ? static_cast<uint16_t>(row * 37 + c) : 0)
          << r << ", " << c;
    }
}

TEST(CopyAsync, ZeroFillsRowsOutsideTheValidRange) {
  for (auto [kernel, cols, threads] : {std::tuple("copy_64", 64, 128u), std::tuple("copy_128", 128, 256u),
                                       std::tuple("copy_256", 256, 128u)}) {
    expectCopy(kernel, cols, threads, 0, 0, 64, 64);
    expectCopy(kernel, cols, threads, 64, 0, 65, 65);
    expectCopy(kernel, cols, threads, 0, 0, 1, 1);
    expectCopy(kernel, cols, threads, 0, 0, 0, 0);
    expectCopy(kernel, cols, threads, 10, 13, 40, 90);
    expectCopy(kernel, cols, threads, -20, 0, 30, 30);
    expectCopy(kernel, cols, threads, 128, 0, 100, 100);
    expectCopy(kernel, cols, threads, 0, 9, 5, 20); // an empty range, ends crossed
  }
}

/// Rows that `where` cuts out hold NaN, or lie past the end of the source: zero all the same, and never read.
TEST(CopyAsync, WhereNarrowsTheValidRows) {
  const Image *image = primitives();
  ASSERT_TRUE(image);
  struct Case {
    int firstRow, begin, end, group, rows;
  };
  const Case cases[] = {{0, 0, 64, 1, 64},    {0, 0, 64, 5, 64},  {10, 13, 70, 7, 74}, {-20, 0, 30, 3, 30},
                        {64, 0, 128, 96, 96}, {0, 0, 64, 64, 64}, {0, 9, 5, 2, 20}};
  for (const Case &c : cases) {
    SCOPED_TRACE("from row " + std::to_string(c.firstRow) + " groups of " + std::to_string(c.group));
    auto shown = [&](int row) {
      const int group = (row >= 0 ? row : row - c.group + 1) / c.group;
      return c.begin <= row && row < c.end && group % 2 == 0;
    };
    const int stride = 72;
    std::vector<uint16_t> source(static_cast<size_t>((c.rows - 1) * stride + 64), 0x7fc0);
    for (int r = 0; r < c.rows; ++r)
      if (shown(r))
        for (int col = 0; col < 64; ++col)
          source[static_cast<size_t>(r * stride + col)] = static_cast<uint16_t>(r * 37 + col);
    Simulation sim(*image, 3);
    PrimitiveParams p;
    p.in[0] = sim.upload(source);
    p.out[0] = sim.upload(std::vector<uint16_t>(64 * 64, 0xaaaa));
    p.stride = stride;
    p.ints[0] = c.firstRow;
    p.ints[1] = c.begin;
    p.ints[2] = c.end;
    p.ints[3] = c.group;
    Status status = sim.launch("copy_where", p, {1, 1, 1}, 128, 64 * 64 * 2);
    ASSERT_TRUE(status.ok()) << status.str();
    auto out = sim.download<uint16_t>(p.out[0], 64 * 64);
    for (int r = 0; r < 64; ++r)
      for (int col = 0; col < 64; ++col)
        ASSERT_EQ(out[static_cast<size_t>(r * 64 + col)],
                  shown(c.firstRow + r) ? static_cast<uint16_t>((c.firstRow + r) * 37 + col) : 0)
            << r << ", " << col;
  }
}

TEST(Store, WritesValidRowsOnly) {
  const Image *image = primitives();
  ASSERT_TRUE(image);
  for (auto [first, end] :
       {std::pair(0, 128), std::pair(0, 1), std::pair(3, 70), std::pair(5, 5), std::pair(128, 200)}) {
    const int rows = std::min(end, first + 128);
    const int stride = 136;
    Simulation sim(*image, 5);
    PrimitiveParams p;
    const size_t count = rows > 0 ? static_cast<size_t>((rows - 1) * stride + 128) : 0;
    p.out[0] = sim.upload(std::vector<uint16_t>(count, 0xaaaa));
    p.out[1] = sim.upload(std::vector<float>(static_cast<size_t>(3 * rows), -5.0f));
    p.stride = stride;
    p.ints[0] = first;
    p.ints[1] = end;
    Status status = sim.launch("store_tile", p, {1, 1, 1}, 128, 128 * 128 * 2);
    ASSERT_TRUE(status.ok()) << status.str();
    auto out = sim.download<uint16_t>(p.out[0], count);
    auto values = sim.download<float>(p.out[1], static_cast<size_t>(3 * rows));
    for (size_t i = 0; i < count; ++i) {
      const int row = static_cast<int>(i) / stride, col = static_cast<int>(i) % stride;
      const bool written = row >= first && col < 128;
      ASSERT_EQ(out[i], written ? narrow('h', static_cast<float>((row - first) * 8 + col)) : 0xaaaa)
          << row << ", " << col;
    }
    for (int i = 0; i < 3 * rows; ++i)
      ASSERT_EQ(values[static_cast<size_t>(i)],
                i % 3 == 0 && i / 3 >= first ? static_cast<float>(i / 3 - first + 1) : -5.0f);
  }
}

TEST(SharedRing, WrapsAround) {
  const Image *image = primitives();
  ASSERT_TRUE(image);
  Simulation sim(*image);
  PrimitiveParams p;
  p.out[0] = sim.upload(std::vector<int>(48, -1));
  Status status = sim.launch("walk_rings", p, {1, 1, 1}, 1, 4 * 8 * 64 * 2);
  ASSERT_TRUE(status.ok()) << status.str();
  auto out = sim.download<int>(p.out[0], 48);
  for (int stages = 1; stages <= 4; ++stages)
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(out[static_cast<size_t>((stages - 1) * 12 + 2 * i)], i % stages);
      EXPECT_EQ(out[static_cast<size_t>((stages - 1) * 12 + 2 * i + 1)], (i + stages - 1) % stages);
    }
}

template <class Stored, class Out>
void expectReads(const std::string &kernel, const std::vector<Stored> &stored, Out (*value)(Stored)) {
  SCOPED_TRACE(kernel);
  const Image *image = primitives();
  ASSERT_TRUE(image);
  Simulation sim(*image);
  PrimitiveParams p;
  p.in[0] = sim.upload(stored);
  p.out[0] = sim.upload(std::vector<Out>(63, Out(77)));
  Status status = sim.launch(kernel, p, {1, 1, 1}, 32, 0);
  ASSERT_TRUE(status.ok()) << status.str();
  auto out = sim.download<Out>(p.out[0], 63);
  for (int i = 0; i < 63; ++i) {
    const int row = i / 9 - 2, col = i % 9 - 2;
    const bool inside = row >= 0 && row < 3 && col >= 0 && col < 5;
    EXPECT_EQ(out[static_cast<size_t>(i)],
              inside ? value(stored[static_cast<size_t>(row * 5 + col)]) : Out(0))
        << row << ", " << col;
  }
}

TEST(SideTensor, ReadsZeroOutsideTheShape) {
  std::vector<uint16_t> half, brain;
  std::vector<float> single;
  std::vector<int> ints;
  std::vector<uint8_t> bools;
  for (int i = 0; i < 15; ++i) {
    half.push_back(narrow('h', 1.5f * static_cast<float>(i) + 1));
    brain.push_back(narrow('b', -2.5f * static_cast<float>(i) - 1));
    single.push_back(0.1f * static_cast<float>(i) + 1);
    ints.push_back(i * 1000001 - 3);
    bools.push_back(static_cast<uint8_t>(i % 3 == 0 ? 0 : i * 16));
  }
  expectReads<uint16_t, float>("read_f16", half, [](uint16_t x) { return widen('h', x); });
  expectReads<uint16_t, float>("read_bf16", brain, [](uint16_t x) { return widen('b', x); });
  expectReads<float, float>("read_float", single, [](float x) { return x; });
  expectReads<int, int>("read_int", ints, [](int x) { return x; });
  expectReads<uint8_t, int>("read_bool", bools, [](uint8_t x) { return x != 0 ? 1 : 0; });
}

/// Every index around and inside a box of `shape`; a wrong stride or bound of any axis gives another element.
void expectBox(const std::vector<int> &shape) {
  const std::string kernel = "read_rank_" + std::to_string(shape.size());
  SCOPED_TRACE(kernel);
  const Image *image = primitives();
  ASSERT_TRUE(image);
  size_t elements = 1, reads = 1;
  PrimitiveParams p;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    p.ints[axis] = shape[axis];
    elements *= static_cast<size_t>(shape[axis]);
    reads *= static_cast<size_t>(shape[axis] + 4);
  }
  std::vector<int> stored;
  for (size_t i = 0; i < elements; ++i)
    stored.push_back(static_cast<int>(i) + 1);
  Simulation sim(*image);
  p.in[0] = sim.upload(stored);
  p.out[0] = sim.upload(std::vector<int>(reads, -7));
  Status status = sim.launch(kernel, p, {1, 1, 1}, 32, 0);
  ASSERT_TRUE(status.ok()) << status.str();
  auto out = sim.download<int>(p.out[0], reads);
  for (size_t i = 0; i < reads; ++i) {
    int rest = static_cast<int>(i), offset = 0, stride = 1;
    bool inside = true;
    for (size_t axis = shape.size(); axis-- > 0;) {
      const int index = rest % (shape[axis] + 4) - 2;
      rest /= shape[axis] + 4;
      inside = inside && index >= 0 && index < shape[axis];
      offset += index * stride;
      stride *= shape[axis];
    }
    ASSERT_EQ(out[i], inside ? offset + 1 : 0) << i;
  }
}

TEST(SideTensor, EveryRank) {
  expectBox({1});
  expectBox({77});
  expectBox({3, 1, 5});
  expectBox({1, 7, 2});
  expectBox({2, 3, 1, 4});
  expectBox({5, 1, 1, 3});
}

TEST(Division, RoundsDownForEveryDivisor) {
  const Image *image = primitives();
  ASSERT_TRUE(image);
  constexpr int kLeast = std::numeric_limits<int>::min(), kMost = std::numeric_limits<int>::max();
  const std::vector<int> numbers = {kLeast, kLeast + 1, -1000, -8, -7, -3, -2,  -1,        0,
                                    1,      2,          3,     7,  8,  64, 999, kMost - 1, kMost};
  std::vector<int> dividends, divisors;
  for (int a : numbers)
    for (int b : numbers) {
      dividends.push_back(a);
      divisors.push_back(b);
    }
  Simulation sim(*image);
  PrimitiveParams p;
  p.in[0] = sim.upload(dividends);
  p.in[1] = sim.upload(divisors);
  p.out[0] = sim.upload(std::vector<int>(dividends.size(), 77));
  p.out[1] = sim.upload(std::vector<int>(dividends.size(), 77));
  p.ints[0] = static_cast<int>(dividends.size());
  Status status = sim.launch("divide", p, {1, 1, 1}, 32, 0);
  ASSERT_TRUE(status.ok()) << status.str();
  auto quotients = sim.download<int>(p.out[0], dividends.size());
  auto thirds = sim.download<int>(p.out[1], dividends.size());
  auto expected = [](long long a, long long b) { // by 0 it is a, and the least int by -1 wraps
    return b == 0 ? static_cast<int>(a) : static_cast<int>(static_cast<unsigned>(a / b - (a % b != 0 && (a < 0) != (b < 0))));
  };
  for (size_t i = 0; i < dividends.size(); ++i) {
    EXPECT_EQ(quotients[i], expected(dividends[i], divisors[i])) << dividends[i] << " // " << divisors[i];
    EXPECT_EQ(thirds[i], expected(dividends[i], -3)) << dividends[i] << " // -3";
  }
}

} // namespace
} // namespace attnc::test
