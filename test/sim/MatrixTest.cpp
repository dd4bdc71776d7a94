// MatrixTest.cpp - fragment layouts: ldmatrix, stmatrix and mma.sync against a host matrix product.
//
// The layouts here are spelled out from the PTX ISA's figures, independently of the simulator's code.
#include "test/sim/SimHarness.h"

#include <cmath>
#include <random>

namespace attnc::simtest {
namespace {

struct Format {
  const char *name;
  uint16_t (*encode)(float);
};
uint16_t encodeF16(float x) {
  _Float16 h = static_cast<_Float16>(x);
  uint16_t word;
  std::memcpy(&word, &h, sizeof(word));
  return word;
}
uint16_t encodeBF16(float x) { return static_cast<uint16_t>(bits(x) >> 16); } // small integers: exact

/// D = A B + C with fragments made and read by the ISA's index formulas.
void checkMma(const Format &format, int k) {
  std::mt19937 random(static_cast<unsigned>(k));
  std::vector<float> a(16 * k), b(k * 8), c(16 * 8);
  for (auto *m : {&a, &b, &c})
    for (float &x : *m)
      x = static_cast<float>(static_cast<int>(random() % 17) - 8);
  int aRegs = k / 4, bRegs = k / 8;
  // Per lane: A registers, B registers, C registers.
  std::vector<uint32_t> fragments;
  for (int lane = 0; lane < 32; ++lane) {
    int group = lane / 4, inGroup = lane % 4;
    auto pair = [&](float low, float high) {
      fragments.push_back(format.encode(low) | static_cast<uint32_t>(format.encode(high)) << 16);
    };
    for (int i = 0; i < aRegs * 2; i += 2) { // a_i of the ISA: row and column by element index
      int row = (i % 4) < 2 ? group : group + 8;
      int column = inGroup * 2 + (i < 4 ? 0 : 8);
      pair(a[row * k + column], a[row * k + column + 1]);
    }
    for (int i = 0; i < bRegs * 2; i += 2) {
      int row = inGroup * 2 + (i < 2 ? 0 : 8);
      pair(b[row * 8 + group], b[(row + 1) * 8 + group]);
    }
    for (int i = 0; i < 4; ++i)
      fragments.push_back(
          static_cast<uint32_t>(bits(c[(i < 2 ? group : group + 8) * 8 + inGroup * 2 + (i & 1)])));
  }
  int words = aRegs + bRegs + 4;
  std::string body = "ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out]; mov.u32 %r1, %tid.x;\n"
                     "mad.wide.u32 %rd1, %r1, " +
                     std::to_string(4 * words) + ", %rd1; mad.wide.u32 %rd2, %r1, 16, %rd2;\n";
  std::vector<std::string> names;
  for (int i = 0; i < words; ++i) {
    names.push_back("%r" + std::to_string(10 + i));
    body += "ld.global.u32 " + names.back() + ", [%rd1+" + std::to_string(4 * i) + "];\n";
  }
  auto vector = [&](int first, int count) {
    std::string text = "{";
    for (int i = 0; i < count; ++i)
      text += (i ? "," : "") + names[static_cast<size_t>(first + i)];
    return text + "}";
  };
  std::string acc = vector(aRegs + bRegs, 4);
  body += "mma.sync.aligned.m16n8k" + std::to_string(k) + ".row.col.f32." + format.name + "." + format.name +
          ".f32 " + acc + ", " + vector(0, aRegs) + ", " + vector(aRegs, bRegs) + ", " + acc + ";\n";
  body += "st.global.v4.u32 [%rd2], " + acc + ";";
  Sim sim;
  Status loaded = sim.load(kernelText(".param .u64 in, .param .u64 out", body));
  ASSERT_TRUE(loaded.ok()) << loaded.str();
  uint32_t *in = sim.buffer(fragments);
  float *out = sim.buffer(std::vector<float>(128));
  Status status = sim.arg(in).arg(out).launch("kernel", 32);
  ASSERT_TRUE(status.ok()) << status.str();
  for (int lane = 0; lane < 32; ++lane)
    for (int i = 0; i < 4; ++i) {
      int row = lane / 4 + (i < 2 ? 0 : 8), column = lane % 4 * 2 + (i & 1);
      float want = c[row * 8 + column];
      for (int kk = 0; kk < k; ++kk)
        want += a[row * k + kk] * b[kk * 8 + column];
      EXPECT_EQ(out[lane * 4 + i], want)
          << format.name << " k" << k << " row " << row << " column " << column;
    }
}

TEST(Matrix, MmaAgreesWithAMatrixProduct) {
  for (int k : {8, 16}) {
    checkMma({"f16", encodeF16}, k);
    checkMma({"bf16", encodeBF16}, k);
  }
}

/// One mma of 32 lanes: `operands` are each lane's registers of A, B and C, the result the first `results` of
/// them that D has.
std::vector<uint32_t> runMma(const std::string &instruction,
                             const std::vector<std::vector<uint32_t>> &operands,
                             const std::vector<int> &counts, int results) {
  std::vector<uint32_t> words;
  for (const auto &lane : operands)
    words.insert(words.end(), lane.begin(), lane.end());
  const size_t perLane = operands[0].size();
  std::string body =
      "ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out]; mov.u32 %r1, %tid.x;\nmad.wide.u32 %rd1, %r1, " +
      std::to_string(4 * perLane) + ", %rd1; mad.wide.u32 %rd2, %r1, 16, %rd2;\n";
  for (size_t i = 0; i < perLane; ++i)
    body += "ld.global.u32 %r" + std::to_string(10 + i) + ", [%rd1+" + std::to_string(4 * i) + "];\n";
  auto vector = [](int first, int count) {
    std::string text = "{";
    for (int i = 0; i < count; ++i)
      text += (i ? ",%r" : "%r") + std::to_string(first + i);
    return text + "}";
  };
  body += instruction + " " + vector(30, results);
  for (int i = 0, first = 10; i < 3; first += counts[static_cast<size_t>(i++)])
    body += ", " + vector(first, counts[static_cast<size_t>(i)]);
  body += ";\n";
  for (int i = 0; i < results; ++i)
    body += "st.global.u32 [%rd2+" + std::to_string(4 * i) + "], %r" + std::to_string(30 + i) + ";\n";
  Sim sim;
  Status loaded = sim.load(kernelText(".param .u64 in, .param .u64 out", body));
  EXPECT_TRUE(loaded.ok()) << loaded.str();
  uint32_t *in = sim.buffer(words);
  uint32_t *out = sim.buffer(std::vector<uint32_t>(128));
  Status status = sim.arg(in).arg(out).launch("kernel", 32);
  EXPECT_TRUE(status.ok()) << status.str();
  return {out, out + 128};
}

// PTX ISA, mma.m16n8k8 with tf32: a0..a3 at (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4); b0, b1 at (t, g),
// (t + 4, g).
TEST(Matrix, Tf32ReadsTheUpperBitsOfItsOperands) {
  std::mt19937 random(3);
  std::vector<float> a(16 * 8), b(8 * 8), c(16 * 8);
  for (auto *m : {&a, &b, &c})
    for (float &x : *m)
      x = static_cast<float>(static_cast<int>(random() % 17) - 8);
  const uint32_t noise = 0x1fff; // 13 bits that no tf32 has
  std::vector<std::vector<uint32_t>> lanes;
  for (int lane = 0; lane < 32; ++lane) {
    const int g = lane / 4, t = lane % 4;
    auto at = [](const std::vector<float> &m, int row, int column) {
      return static_cast<uint32_t>(bits(m[static_cast<size_t>(row * 8 + column)]));
    };
    lanes.push_back({at(a, g, t) | noise, at(a, g + 8, t), at(a, g, t + 4), at(a, g + 8, t + 4) | noise,
                     at(b, t, g), at(b, t + 4, g) | noise, at(c, g, 2 * t), at(c, g, 2 * t + 1),
                     at(c, g + 8, 2 * t), at(c, g + 8, 2 * t + 1)});
  }
  auto got = runMma("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", lanes, {4, 2, 4}, 4);
  for (int lane = 0; lane < 32; ++lane)
    for (int i = 0; i < 4; ++i) {
      const int row = lane / 4 + (i < 2 ? 0 : 8), column = lane % 4 * 2 + (i & 1);
      float want = c[static_cast<size_t>(row * 8 + column)];
      for (int k = 0; k < 8; ++k)
        want += a[static_cast<size_t>(row * 8 + k)] * b[static_cast<size_t>(k * 8 + column)];
      EXPECT_EQ(got[static_cast<size_t>(lane * 4 + i)], bits(want)) << row << ", " << column;
    }
}

/// 2048 + 1 + 1 would be 2048 if each addition rounded; an instruction rounds once.
TEST(Matrix, F16SumsAreRoundedOnceAnInstruction) {
  auto pair = [](float low, float high) {
    return encodeF16(low) | static_cast<uint32_t>(encodeF16(high)) << 16;
  };
  std::vector<std::vector<uint32_t>> lanes;
  for (int lane = 0; lane < 32; ++lane) {
    const int g = lane / 4, t = lane % 4;
    // A is 1 in column 0 of every row and in column 8 of row g = 1; B is 1 everywhere: row sums of 1, in row
    // 1 of 2.
    const float first = t == 0 ? 1.0f : 0.0f;
    std::vector<uint32_t> words = {pair(first, 0), pair(first, 0), pair(g == 1 ? first : 0, 0), pair(0, 0)};
    words.insert(words.end(), {pair(1, 1), pair(1, 1)});
    const float sum = g == 2 ? 65504.0f : 2048.0f;
    words.insert(words.end(), {pair(sum, sum + (g == 3 ? 2.0f : 0.0f)), pair(static_cast<float>(g), 0.5f)});
    lanes.push_back(words);
  }
  auto got = runMma("mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16", lanes, {4, 2, 2}, 2);
  for (int lane = 0; lane < 32; ++lane) {
    const int g = lane / 4;
    const uint32_t upper = g == 1   ? pair(2050, 2050)
                           : g == 2 ? pair(65504, 65504) // 65505 rounds down again
                           : g == 3 ? pair(2048, 2052)   // ties to even: 2049 down, 2051 up
                                    : pair(2048, 2048);
    EXPECT_EQ(got[static_cast<size_t>(lane * 4)], upper) << g;
    EXPECT_EQ(got[static_cast<size_t>(lane * 4 + 1)], pair(static_cast<float>(g) + 1, 1.5f)) << g;
  }
}

/// Fills shared memory with 32 rows of 8 numbered elements, each row padded to 48 bytes and in a scattered
/// order, and loads or stores matrices from there.
std::vector<uint32_t> moveMatrix(const std::string &instruction, int count, bool store) {
  std::string body = R"(
ld.param.u64 %rd1, [out];
mov.u32 %r1, %tid.x;
mov.u32 %r2, tile;
mul.lo.u32 %r3, %r1, 5;
and.b32 %r3, %r3, 31;
mad.lo.u32 %r4, %r3, 48, %r2;
mad.wide.u32 %rd1, %r1, 16, %rd1;
)";
  // Row `lane` holds elements 8 * lane + 0..7, at slot 5 * lane mod 32.
  std::string rows;
  for (int i = 0; i < 4; ++i) {
    std::string r = std::to_string(10 + i);
    rows += "shl.b32 %r" + r + ", %r1, 3; add.u32 %r" + r + ", %r" + r + ", " + std::to_string(2 * i) +
            "; mad.lo.u32 %r" + r + ", %r" + r + ", 65537, 65536;\n";
  }
  std::string regs = "{";
  for (int i = 0; i < count; ++i)
    regs += (i ? ",%r" : "%r") + std::to_string(20 + i);
  regs += "}";
  if (store) {
    // Register m of lane l is 1000 m + l twice: (2l, 2l + 1) + 1000 m.
    for (int i = 0; i < count; ++i)
      body += "mad.lo.u32 %r" + std::to_string(20 + i) + ", %r1, 131074, " +
              std::to_string(65536 + i * 1000 * 65537) + ";\n";
    body += "mov.u32 %r10, 0; st.shared.v4.u32 [%r4], {%r10,%r10,%r10,%r10}; bar.sync 0;\n" + instruction +
            " [%r4], " + regs +
            ";\nbar.sync 0; ld.shared.v4.u32 {%r10,%r11,%r12,%r13}, [%r4];\n"
            "st.global.v4.u32 [%rd1], {%r10,%r11,%r12,%r13};";
  } else {
    body += rows + "st.shared.v4.u32 [%r4], {%r10,%r11,%r12,%r13};\nbar.sync 0;\n";
    body += "mov.u32 %r20, 0; mov.u32 %r21, 0; mov.u32 %r22, 0; mov.u32 %r23, 0;\n";
    body += instruction + " " + regs + ", [%r4];\nst.global.v4.u32 [%rd1], {%r20,%r21,%r22,%r23};";
  }
  Sim sim;
  Status loaded = sim.load(kernelText(".param .u64 out", body, ".shared .align 16 .b8 tile[1536];"));
  EXPECT_TRUE(loaded.ok()) << loaded.str();
  uint32_t *out = sim.buffer(std::vector<uint32_t>(128));
  Status status = sim.arg(out).launch("kernel", 32);
  EXPECT_TRUE(status.ok()) << status.str();
  return {out, out + 128};
}

TEST(Matrix, LdmatrixLayout) {
  for (int count : {1, 2, 4})
    for (bool trans : {false, true}) {
      std::vector<uint32_t> got = moveMatrix("ldmatrix.sync.aligned.m8n8.x" + std::to_string(count) +
                                                 (trans ? ".trans" : "") + ".shared.b16",
                                             count, false);
      for (int lane = 0; lane < 32; ++lane)
        for (int m = 0; m < 4; ++m) {
          auto element = [&](int row, int column) {
            return static_cast<uint32_t>(8 * (8 * m + row) + column);
          };
          int major = lane / 4, minor = lane % 4 * 2;
          uint32_t want = trans ? element(minor, major) | element(minor + 1, major) << 16
                                : element(major, minor) | element(major, minor + 1) << 16;
          EXPECT_EQ(got[static_cast<size_t>(lane * 4 + m)], m < count ? want : 0)
              << count << trans << lane << m;
        }
    }
}

TEST(Matrix, StmatrixLayout) {
  for (bool trans : {false, true}) {
    std::vector<uint32_t> got = moveMatrix(
        std::string("stmatrix.sync.aligned.m8n8.x4") + (trans ? ".trans" : "") + ".shared.b16", 4, true);
    for (int lane = 0; lane < 32; ++lane) // row `lane % 8` of matrix `lane / 8`
      for (int column = 0; column < 8; ++column) {
        int m = lane / 8, row = lane % 8, r = trans ? column : row, c = trans ? row : column;
        int holder = 4 * r + c / 2;
        uint32_t want = static_cast<uint32_t>(1000 * m + 2 * holder + (c & 1));
        uint32_t word = got[static_cast<size_t>(lane * 4 + column / 2)];
        EXPECT_EQ(column & 1 ? word >> 16 : word & 0xffff, want) << trans << " " << lane << " " << column;
      }
  }
}

} // namespace
} // namespace attnc::simtest
