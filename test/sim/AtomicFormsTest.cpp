// AtomicFormsTest.cpp - atom and red of words, 16-bit elements and vectors; match; instructions without
// effect.
#include "test/sim/Forms.h"

namespace attnc::simtest {
namespace {

using Words = std::vector<uint32_t>;

/// 64 threads run `body` with %rd1 = the buffer, %rd2 = thread i's result slot, %r1 = i; answers both
/// buffers.
std::pair<Words, Words> run(const std::string &body, const Words &initial,
                            const std::string &arch = "sm_90") {
  Sim sim({}, arch);
  Status loaded =
      sim.load(kernelText(".param .u64 data, .param .u64 out",
                          "ld.param.u64 %rd1, [data]; ld.param.u64 %rd2, [out]; mov.u32 %r1, %tid.x;\n"
                          "mad.wide.u32 %rd2, %r1, 8, %rd2;\n" +
                              body,
                          ".shared .align 16 .b8 tile[64];", arch));
  EXPECT_TRUE(loaded.ok()) << loaded.str();
  uint32_t *data = sim.buffer(initial), *out = sim.buffer(Words(128));
  Status status = sim.arg(data).arg(out).launch("kernel", 64);
  EXPECT_TRUE(status.ok()) << body << ": " << status.str();
  return {Words(data, data + initial.size()), Words(out, out + 128)};
}

void refuse(const std::string &body, const std::string &part) {
  Sim sim;
  Status status = sim.load(kernelText(".param .u64 p", body));
  EXPECT_EQ(status.code(), Code::Unsupported) << body;
  EXPECT_NE(status.message().find(part), std::string::npos) << status.str();
}

TEST(AtomicForms, VectorsOfSingles) {
  auto one = [](float x) { return static_cast<uint32_t>(bits(x)); };
  auto [data, out] =
      run("mov.f32 %f1, 0f3F800000; mov.f32 %f2, 0f40000000;\n"
          "red.global.add.v4.f32 [%rd1], {%f1, %f2, %f1, %f2};\n"
          "red.relaxed.gpu.global.add.v2.f32 [%rd1+16], {%f1, %f2};\n"
          "atom.global.add.v2.f32 {%f3, %f4}, [%rd1+24], {%f2, %f1}; st.global.v2.f32 [%rd2], {%f3, %f4};",
          Words(8));
  EXPECT_EQ(data, (Words{one(64), one(128), one(64), one(128), one(64), one(128), one(128), one(64)}));
  for (uint32_t i = 0; i < 64; ++i) {
    EXPECT_EQ(out[2 * i], one(2.0f * float(i)));
    EXPECT_EQ(out[2 * i + 1], one(float(i)));
  }
}

TEST(AtomicForms, SixteenBits) {
  auto [data, out] =
      run("mov.b16 %h1, 0x3c00; mov.b16 %h2, 0x3f80; mov.u32 %r2, 0x40003c00;\n"
          "atom.global.add.noftz.f16 %h3, [%rd1], %h1; red.global.add.noftz.bf16 [%rd1+2], %h2;\n"
          "red.global.add.noftz.f16x2 [%rd1+4], %r2; mov.u32 %r5, 0x40003f80; atom.global.add.noftz.bf16x2 "
          "%r3, [%rd1+8], %r5;\n"
          "red.global.add.noftz.v2.f16x2 [%rd1+16], {%r2, %r2};\n"
          "cvt.rn.f16.u32 %h4, %r1; red.global.max.noftz.v2.f16 [%rd1+12], {%h4, %h1};\n"
          "red.global.min.noftz.v4.bf16 [%rd1+24], {%h2, %h2, %h2, %h2};\n"
          "cvt.u32.u16 %r4, %h3; st.global.u32 [%rd2], %r4;",
          Words(8));
  uint32_t sum = static_cast<uint32_t>(kF16.round({64, 0})),
           sumBf = static_cast<uint32_t>(kBF16.round({64, 0}));
  EXPECT_EQ(data[0], sum | sumBf << 16);
  EXPECT_EQ(data[1], sum | static_cast<uint32_t>(kF16.round({128, 0})) << 16);
  EXPECT_EQ(data[2], sumBf | static_cast<uint32_t>(kBF16.round({128, 0})) << 16);
  EXPECT_EQ(data[3], static_cast<uint32_t>(kF16.round({63, 0})) | 0x3c000000u);
  EXPECT_EQ(data[4], data[1]);
  EXPECT_EQ(data[6], 0u); // the least of 0 and 1
  for (uint32_t i = 1; i < 64; ++i)
    EXPECT_EQ(out[2 * i], kF16.round({double(i), 0}));
}

TEST(AtomicForms, CompareAndSwapOf16Bits) {
  auto [data, out] =
      run("cvt.u16.u32 %h1, %r1; add.u16 %h2, %h1, 1; atom.global.cas.b16 %h3, [%rd1+2], %h1, %h2;\n"
          "cvt.u32.u16 %r4, %h3; st.global.u32 [%rd2], %r4;",
          Words{0xbeef});
  EXPECT_EQ(data[0], 64u << 16 | 0xbeef); // lanes in order: each finds its own number
  EXPECT_EQ(out[2 * 63], 63u);
}

TEST(AtomicForms, WordsOfEveryOperation) {
  struct Case {
    const char *op;
    uint32_t initial, value;
    std::function<uint32_t(uint32_t, uint32_t)> host;
  };
  for (const Case &test : {
           Case{"add.u32", 0xfffffff0, 3, [](uint32_t a, uint32_t b) { return a + b; }},
           Case{"min.u32", 7, 0x80000000, [](uint32_t a, uint32_t b) { return std::min(a, b); }},
           Case{"min.s32", 7, 0x80000000,
                [](uint32_t a, uint32_t b) { return uint32_t(std::min(int32_t(a), int32_t(b))); }},
           Case{"max.u32", 7, 0x80000000, [](uint32_t a, uint32_t b) { return std::max(a, b); }},
           Case{"max.s32", 7, 0x80000000,
                [](uint32_t a, uint32_t b) { return uint32_t(std::max(int32_t(a), int32_t(b))); }},
           Case{"and.b32", 0xff00ff, 0xf0f0f0, [](uint32_t a, uint32_t b) { return a & b; }},
           Case{"or.b32", 0xff00ff, 0xf0f0f0, [](uint32_t a, uint32_t b) { return a | b; }},
           Case{"exch.b32", 5, 9, [](uint32_t, uint32_t b) { return b; }},
           Case{"inc.u32", 5, 9, [](uint32_t a, uint32_t b) { return a >= b ? 0 : a + 1; }},
           Case{"dec.u32", 0, 9, [](uint32_t a, uint32_t b) { return a == 0 || a > b ? b : a - 1; }},
       })
    for (const char *space : {".global", ""}) {
      std::string value = std::to_string(test.value);
      auto [data, out] = run("atom" + std::string(space) + "." + test.op + " %r2, [%rd1], " + value +
                                 "; st.global.u32 [%rd2], %r2;",
                             Words{test.initial});
      uint32_t now = test.initial;
      for (uint32_t i = 0; i < 64; ++i) {
        EXPECT_EQ(out[2 * i], now) << test.op << " lane " << i;
        now = test.host(now, test.value);
      }
      EXPECT_EQ(data[0], now) << test.op;
    }
}

TEST(AtomicForms, CachePolicyOperand) {
  auto [data, out] =
      run("createpolicy.fractional.L2::evict_first.b64 %rd5, 0f3F800000;\n"
          "atom.global.add.L2::cache_hint.u32 %r2, [%rd1], 1, %rd5;\n"
          "red.global.add.L2::cache_hint.u32 [%rd1], 1, %rd5; bar.sync 0;\n"
          "ld.global.L2::cache_hint.u32 %r3, [%rd1], %rd5; st.global.L2::cache_hint.u32 [%rd2], %r3, %rd5;",
          Words{0});
  EXPECT_EQ(data[0], 128u);
  refuse("ld.global.L2::cache_hint.u32 %r3, [%rd1], %r1;", "64-bit register");
  refuse("ld.global.wb.u32 %r3, [%rd1];", "modifier .wb");
  refuse("st.global.nc.u32 [%rd1], %r1;", "modifier .nc");
  refuse("ld.global.L2::sometimes.u32 %r3, [%rd1];", "modifier .L2::sometimes");
}

TEST(AtomicForms, WhatIsRefused) {
  refuse("red.shared.add.v2.f32 [%r1], {%f1, %f2};", "unsupported atomic");
  refuse("atom.global.cas.b128 %r1, [%rd1], %r2, %r3;", "b128");
  refuse("atom.global.inc.u64 %rd3, [%rd1], %rd2;", "unsupported atomic");
  refuse("red.global.add.v8.f32 [%rd1], {%f1, %f2};", "unsupported atomic");
  refuse("atom.global.add.s64 %rd3, [%rd1], %rd2;", "unsupported atomic");
  refuse("atom.global.add.f16 %h1, [%rd1], %h2;", "unsupported atomic"); // .noftz is a must
  refuse("atom.global.exch.f32 %f1, [%rd1], %f2;", "unsupported atomic");
  refuse("atom.local.add.u32 %r1, [%rd1], 1;", "global or shared");
}

TEST(AtomicForms, MatchAnyAndAll) {
  auto [data, out] =
      run("and.b32 %r2, %r1, 3; match.any.sync.b32 %r3, %r2, 0xffffffff; st.global.u32 [%rd2], %r3;\n"
          "cvt.u64.u32 %rd5, %r2; shl.b64 %rd5, %rd5, 40; match.any.sync.b64 %r3, %rd5, 0xffffffff;\n"
          "match.all.sync.b32 %r4|%p1, 7, 0xffffffff; match.all.sync.b64 %r5|%p2, %rd5, 0xffffffff;\n"
          "selp.u32 %r6, 1, 0, %p1; selp.u32 %r7, 2, 0, %p2; or.b32 %r6, %r6, %r7; popc.b32 %r4, %r4;\n"
          "add.u32 %r6, %r6, %r4; shl.b32 %r6, %r6, 8; add.u32 %r6, %r6, %r5; popc.b32 %r3, %r3;\n"
          "add.u32 %r6, %r6, %r3; st.global.u32 [%rd2+4], %r6;",
          Words{0});
  for (uint32_t i = 0; i < 64; ++i) {
    EXPECT_EQ(out[2 * i], 0x11111111u << (i % 4));
    EXPECT_EQ(out[2 * i + 1], (33u << 8) + 0 + 8); // match.all of different values is 0
  }
}

TEST(AtomicForms, MatchWithinAMemberMask) {
  auto [data, out] = run("setp.lt.u32 %p1, %laneid, 8; mov.u32 %r3, 0; @%p1 bra LOW; bra END;\n"
                         "LOW: match.all.sync.b32 %r3, 5, 0xff;\nEND: st.global.u32 [%rd2], %r3;",
                         Words{0});
  for (uint32_t i = 0; i < 64; ++i)
    EXPECT_EQ(out[2 * i], i % 32 < 8 ? 0xffu : 0u);
}

TEST(AtomicForms, NoEffect) {
  auto [data, out] =
      run("prefetch.global.L2 [%rd1]; prefetch.global.L1 [%rd1]; prefetchu.L1 [%rd1];\n"
          "fence.acq_rel.gpu; fence.sc.sys; fence.proxy.async; membar.gl; membar.cta; nanosleep.u32 100;\n"
          "griddepcontrol.wait; griddepcontrol.launch_dependents; ldu.global.u32 %r2, [%rd1];\n"
          "st.global.u32 [%rd2], %r2; setp.eq.u32 %p1, %r1, 5; @%p1 exit; st.global.u32 [%rd2+4], %r2;",
          Words{77});
  EXPECT_EQ(out[2 * 63], 77u);
  EXPECT_EQ(out[2 * 5 + 1], 0u);
  EXPECT_EQ(out[2 * 6 + 1], 77u);
  Sim sim;
  ASSERT_TRUE(sim.load(kernelText(".param .u64 p", "trap;")).ok());
  EXPECT_FALSE(sim.arg(uint64_t(0)).launch("kernel", 32).ok());
}

} // namespace
} // namespace attnc::simtest
