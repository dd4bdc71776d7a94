// MatrixFormsTest.cpp - every shape and type of mma.sync against a host product, by the PTX ISA's index
// formulas.
#include "test/sim/Forms.h"

#include <random>

namespace attnc::simtest {
namespace {

using Matrix = std::vector<std::vector<double>>;

/// How an element type lives in a 32-bit register.
struct Element {
  const char *name;
  int bits; ///< 32, 16 or 8
  int64_t least, greatest;
  const Format *format; ///< nullptr: an integer
  uint32_t encode(double x) const {
    uint32_t mask = bits == 32 ? ~0u : (1u << bits) - 1;
    if (format == nullptr)
      return static_cast<uint32_t>(static_cast<int64_t>(x)) & mask;
    uint64_t code = x == 0 ? 0 : format->round({x, 0});
    return static_cast<uint32_t>(format == &kTF32 ? code << 13 : code);
  }
  int perRegister() const { return 32 / bits; }
};

const Element f16{"f16", 16, -8, 8, &kF16}, bf16{"bf16", 16, -8, 8, &kBF16}, tf32{"tf32", 32, -8, 8, &kTF32},
    f32{"f32", 32, -50, 50, &kF32}, s32{"s32", 32, INT32_MIN, INT32_MAX, nullptr},
    s8{"s8", 8, -128, 127, nullptr}, u8{"u8", 8, 0, 255, nullptr}, e4m3{"e4m3", 8, -8, 8, &kE4M3},
    e5m2{"e5m2", 8, -8, 8, &kE5M2};

struct Shape {
  int m, k;
  std::string name() const { return "m" + std::to_string(m) + "n8k" + std::to_string(k); }
};

/// Row and column of element i of register r in lane l. A and B: registers go over 8 rows, then over k.
void placeA(const Element &type, const Shape &shape, int lane, int r, int i, int &row, int &k) {
  int e = type.perRegister(), rows = shape.m / 8;
  row = lane / 4 + r % rows * 8;
  k = lane % 4 * e + i + r / rows * 4 * e;
}
void placeB(const Element &type, int lane, int r, int i, int &k, int &column) {
  int e = type.perRegister();
  k = lane % 4 * e + i + r * 4 * e;
  column = lane / 4;
}
void placeC(const Element &type, int lane, int r, int i, int &row, int &column) {
  int at = r * type.perRegister() + i;
  row = lane / 4 + at / 2 * 8;
  column = lane % 4 * 2 + at % 2;
}

Matrix randomMatrix(int rows, int columns, const Element &type, std::mt19937 &random) {
  Matrix matrix(static_cast<size_t>(rows), std::vector<double>(static_cast<size_t>(columns)));
  for (auto &row : matrix)
    for (double &x : row)
      x = static_cast<double>(type.least + int64_t(random() % uint64_t(type.greatest - type.least + 1)));
  return matrix;
}

void check(const Shape &shape, const Element &a, const Element &b, const Element &c, bool saturate = false,
           const std::string &arch = "sm_90") {
  std::mt19937 random(static_cast<unsigned>(shape.k * 31 + shape.m));
  Matrix left = randomMatrix(shape.m, shape.k, a, random), right = randomMatrix(shape.k, 8, b, random),
         sums = randomMatrix(shape.m, 8, c, random);
  int aRegs = shape.m * shape.k / 32 / a.perRegister(), bRegs = shape.k * 8 / 32 / b.perRegister(),
      cRegs = shape.m * 8 / 32 / c.perRegister(), words = aRegs + bRegs + cRegs;
  std::vector<uint32_t> in;
  for (int lane = 0; lane < 32; ++lane) {
    int x = 0, y = 0;
    auto append = [&](int registers, const Element &type, const Matrix &matrix, auto place) {
      for (int r = 0; r < registers; ++r) {
        uint32_t word = 0;
        for (int i = 0; i < type.perRegister(); ++i) {
          place(r, i);
          word |= type.encode(matrix[size_t(x)][size_t(y)]) << (type.bits * i % 32);
        }
        in.push_back(word);
      }
    };
    append(aRegs, a, left, [&](int r, int i) { placeA(a, shape, lane, r, i, x, y); });
    append(bRegs, b, right, [&](int r, int i) { placeB(b, lane, r, i, x, y); });
    append(cRegs, c, sums, [&](int r, int i) { placeC(c, lane, r, i, x, y); });
  }
  std::string body =
      "ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out]; mov.u32 %r1, %tid.x;\nmad.wide.u32 %rd1, %r1, " +
      std::to_string(4 * words) + ", %rd1; mad.wide.u32 %rd2, %r1, " + std::to_string(4 * cRegs) +
      ", %rd2;\n";
  for (int i = 0; i < words; ++i)
    body += "ld.global.u32 %r" + std::to_string(10 + i) + ", [%rd1+" + std::to_string(4 * i) + "];\n";
  auto vector = [](int first, int count) {
    std::string text = "{";
    for (int i = 0; i < count; ++i)
      text += (i ? ", %r" : "%r") + std::to_string(first + i);
    return text + "}";
  };
  std::string name = "mma.sync.aligned." + shape.name() + ".row.col" + (saturate ? ".satfinite." : ".") +
                     c.name + "." + a.name + "." + b.name + "." + c.name;
  body += name + " " + vector(40, cRegs) + ", " + vector(10, aRegs) + ", " + vector(10 + aRegs, bRegs) +
          ", " + vector(10 + aRegs + bRegs, cRegs) + ";\n";
  for (int i = 0; i < cRegs; ++i)
    body += "st.global.u32 [%rd2+" + std::to_string(4 * i) + "], %r" + std::to_string(40 + i) + ";\n";
  Sim sim({}, arch);
  Status loaded = sim.load(kernelText(".param .u64 in, .param .u64 out", body, "", arch));
  ASSERT_TRUE(loaded.ok()) << loaded.str();
  uint32_t *device = sim.buffer(in), *out = sim.buffer(std::vector<uint32_t>(size_t(32 * cRegs)));
  Status status = sim.arg(device).arg(out).launch("kernel", 32);
  ASSERT_TRUE(status.ok()) << name << ": " << status.str();
  for (int lane = 0; lane < 32; ++lane)
    for (int r = 0; r < cRegs; ++r)
      for (int i = 0; i < c.perRegister(); ++i) {
        int row = 0, column = 0;
        placeC(c, lane, r, i, row, column);
        double want = sums[size_t(row)][size_t(column)];
        for (int k = 0; k < shape.k; ++k)
          want += left[size_t(row)][size_t(k)] * right[size_t(k)][size_t(column)];
        if (saturate)
          want = std::min(std::max(want, double(INT32_MIN)), double(INT32_MAX));
        uint32_t got = out[lane * cRegs + r] >> (c.bits * i % 32) & (c.bits == 32 ? ~0u : 0xffffu);
        ASSERT_EQ(got, c.encode(want)) << name << " row " << row << " column " << column;
      }
}

TEST(MatrixForms, SixteenBits) {
  for (int k : {8, 16}) {
    check({16, k}, f16, f16, f32, false, k == 8 ? "sm_75" : "sm_80");
    check({16, k}, f16, f16, f16, false, k == 8 ? "sm_75" : "sm_80");
    check({16, k}, bf16, bf16, f32, false, "sm_80");
  }
}

TEST(MatrixForms, Tf32) {
  check({16, 4}, tf32, tf32, f32, false, "sm_80");
  check({16, 8}, tf32, tf32, f32, false, "sm_80");
}

TEST(MatrixForms, Bytes) {
  for (const Element &a : {s8, u8})
    for (const Element &b : {s8, u8})
      for (bool saturate : {false, true})
        for (const Shape &shape : {Shape{8, 16}, Shape{16, 16}, Shape{16, 32}})
          check(shape, a, b, s32, saturate, shape.m == 8 ? "sm_75" : "sm_80");
}

TEST(MatrixForms, Fp8) {
  for (const Element &a : {e4m3, e5m2})
    for (const Element &b : {e4m3, e5m2})
      for (int k : {16, 32}) {
        check({16, k}, a, b, f32, false, "sm_89");
        check({16, k}, a, b, f16, false, "sm_89");
      }
}

/// NaN of an operand reaches its whole row, infinity times zero is NaN, and an f16 sum overflows to infinity.
TEST(MatrixForms, SpecialValues) {
  std::vector<uint32_t> in;
  for (uint32_t lane = 0; lane < 32; ++lane) // row 0 of A: NaN in column 0 (lane 0); row 1: 448 everywhere
    in.push_back(lane == 0 ? 0x7fu : lane / 4 == 1 ? 0x7e7e7e7eu : 0x38383838u);
  Sim sim;
  Status loaded = sim.load(kernelText(".param .u64 in, .param .u64 out", R"(
ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out]; mov.u32 %r1, %tid.x;
mad.wide.u32 %rd1, %r1, 4, %rd1; mad.wide.u32 %rd2, %r1, 4, %rd2;
ld.global.u32 %r10, [%rd1]; mov.u32 %r11, 0; mov.u32 %r12, 0x7e7e7e7e; mov.u32 %r13, 0;
mma.sync.aligned.m16n8k16.row.col.f16.e4m3.e4m3.f16 {%r20, %r21}, {%r10, %r11}, {%r12}, {%r13, %r13};
st.global.u32 [%rd2], %r20;)"));
  ASSERT_TRUE(loaded.ok()) << loaded.str();
  uint32_t *device = sim.buffer(in), *out = sim.buffer(std::vector<uint32_t>(32));
  ASSERT_TRUE(sim.arg(device).arg(out).launch("kernel", 32).ok());
  EXPECT_TRUE(kF16.isNan(out[0] & 0xffff) && kF16.isNan(out[3] >> 16));
  EXPECT_EQ(out[4], 0x7c007c00u); // 16 * 448 * 448
  EXPECT_EQ(out[8] & 0xffff, kF16.round({16 * 448, 0}));
}

} // namespace
} // namespace attnc::simtest
