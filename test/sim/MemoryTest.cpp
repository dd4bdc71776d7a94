// MemoryTest.cpp - state spaces, widths, vectors, initialisers, atomics, cp.async.
#include "test/sim/SimHarness.h"

namespace attnc::simtest {
namespace {

/// Runs `body` on one thread with `%rd1` = in and `%rd2` = out, and answers the first `count` words of out.
std::vector<uint32_t> run(const std::string &body, const std::vector<uint32_t> &in, size_t count,
                          const std::string &globals = "", uint32_t threads = 1, uint32_t dynamicShared = 0) {
  Sim sim;
  Status loaded = sim.load(kernelText(
      ".param .u64 in, .param .u64 out",
      "ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out]; mov.u32 %r1, %tid.x;\n" + body, globals));
  EXPECT_TRUE(loaded.ok()) << loaded.str();
  if (!loaded.ok())
    return std::vector<uint32_t>(count);
  uint32_t *source = sim.buffer(in);
  uint32_t *out = sim.buffer(std::vector<uint32_t>(count));
  Status status = sim.arg(source).arg(out).launch("kernel", threads, {1, 1, 1}, dynamicShared);
  EXPECT_TRUE(status.ok()) << status.str();
  return {out, out + count};
}

using Words = std::vector<uint32_t>;

TEST(Memory, NarrowLoadsExtend) {
  EXPECT_EQ(run("ld.global.s8 %r2, [%rd1]; ld.global.u8 %r3, [%rd1]; ld.global.s16 %r4, [%rd1+2];\n"
                "ld.global.u16 %h1, [%rd1+2]; mov.u16 %h2, 7; mov.b32 %r5, {%h1, %h2}; ld.global.s32 %rd3, "
                "[%rd1+4];\n"
                "st.global.v4.u32 [%rd2], {%r2, %r3, %r4, %r5}; st.global.u64 [%rd2+16], %rd3;",
                {0x8000ff80, 0x80000001}, 6),
            (Words{0xffffff80, 0x80, 0xffff8000, 0x78000, 0x80000001, 0xffffffff}));
}

TEST(Memory, VectorsAndSinks) {
  EXPECT_EQ(run("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%r2, _, %r4, %r5}, [%rd1];\n"
                "ld.global.v2.u64 {%rd3, %rd4}, [%rd1+16];\n"
                "st.global.v2.b32 [%rd2], {%r2, %r5}; st.global.cs.v2.u64 [%rd2+16], {%rd4, %rd3};\n"
                "st.global.u8 [%rd2+8], %r4; st.global.u16 [%rd2+12], %r4;",
                {1, 2, 0x33333333, 4, 5, 6, 7, 8}, 8),
            (Words{1, 4, 0x33, 0x3333, 7, 8, 5, 6}));
}

TEST(Memory, InitialisedVariables) {
  EXPECT_EQ(run("mov.u64 %rd3, table; ld.const.u32 %r2, [%rd3+4]; ld.const.f32 %r3, [values+4];\n"
                "ld.global.u64 %rd4, [pointers+8]; ld.global.u32 %r4, [%rd4]; ld.global.u32 %r5, [zero];\n"
                "cvta.global.u64 %rd5, %rd4; cvta.to.global.u64 %rd5, %rd5; ld.u32 %r6, [%rd5+-4];\n"
                "st.global.u32 [counter], %r2; ld.global.u32 %r7, [counter];\n"
                "st.global.v4.u32 [%rd2], {%r2, %r3, %r4, %r5}; st.global.v2.u32 [%rd2+16], {%r6, %r7};",
                {}, 6,
                ".const .align 4 .b8 table[12] = {1, 2, 3, 4, 5, 6, 7, 8};\n"
                ".const .f32 values[2] = {0f3F800000, 2.5};\n"
                ".global .u32 words[3] = {11, 22, 33};\n"
                ".global .u64 pointers[2] = {words, generic(words)+8};\n"
                ".global .u32 zero, counter;\n"),
            (Words{0x08070605, 0x40200000, 33, 0, 22, 0x08070605}));
}

TEST(Memory, LocalIsPrivateToALane) {
  Words got = run(".local .align 8 .b8 depot[16];\n"
                  "mov.u64 %rd3, depot; cvta.local.u64 %rd4, %rd3; add.u32 %r2, %r1, 100;\n"
                  "st.local.u32 [%rd3+4], %r2; st.u32 [%rd4+8], %r1;\n"
                  "ld.u32 %r3, [%rd4+4]; ld.local.u32 %r4, [depot+8]; add.u32 %r3, %r3, %r4;\n"
                  "mad.wide.u32 %rd2, %r1, 4, %rd2; st.global.u32 [%rd2], %r3;",
                  {}, 40, "", 40);
  for (uint32_t i = 0; i < 40; ++i)
    EXPECT_EQ(got[i], 100 + 2 * i);
}

TEST(Memory, GenericAddressesFindTheirSpace) {
  // Odd lanes point into shared memory, even ones into global, through one instruction.
  Words got = run(
      "mov.u32 %r2, tile; cvt.u64.u32 %rd3, %r2; cvta.shared.u64 %rd3, %rd3; mad.wide.u32 %rd3, %r1, 4, "
      "%rd3;\n"
      "mad.wide.u32 %rd4, %r1, 4, %rd1; mad.wide.u32 %rd5, %r1, 4, %rd2;\n"
      "st.u32 [%rd3], 1000; and.b32 %r3, %r1, 1; setp.ne.u32 %p1, %r3, 0; selp.b64 %rd6, %rd3, %rd4, %p1;\n"
      "ld.u32 %r4, [%rd6]; isspacep.shared %p2, %rd6; isspacep.global %p3, %rd6;\n"
      "selp.u32 %r5, 1, 0, %p2; selp.u32 %r6, 2, 0, %p3; add.u32 %r4, %r4, %r5; add.u32 %r4, %r4, %r6;\n"
      "cvta.to.shared.u64 %rd7, %rd3; cvt.u32.u64 %r7, %rd7; ld.shared.u32 %r8, [%r7];\n"
      "sub.u32 %r8, %r8, 1000; add.u32 %r4, %r4, %r8; st.global.u32 [%rd5], %r4;",
      Words(32, 7), 32, ".shared .align 4 .b8 tile[128];", 32);
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(got[i], i & 1 ? 1001u : 9u);
}

TEST(Memory, StaticAndDynamicSharedDoNotOverlap) {
  EXPECT_EQ(run(".shared .align 8 .b8 fixed[12];\n"
                "mov.u32 %r2, fixed; mov.u32 %r3, dynamic; mov.u32 %r4, %dynamic_smem_size;\n"
                "st.shared.u32 [%r2+8], 1; st.shared.u32 [dynamic], 2; ld.shared.u32 %r5, [fixed+8];\n"
                "and.b32 %r6, %r3, 127; st.global.v4.u32 [%rd2], {%r5, %r6, %r4, 0};",
                {}, 4, ".extern .shared .align 128 .b8 dynamic[];", 1, 256),
            (Words{1, 0, 256, 0}));
}

TEST(Memory, ParametersByIndexAndGeneric) {
  Sim sim;
  ASSERT_TRUE(sim.load(kernelText(".param .align 8 .b8 p[32], .param .u64 .ptr .global .align 16 out",
                                  "ld.param.u64 %rd2, [out]; mov.b64 %rd1, p; mov.u32 %r1, %tid.x;\n"
                                  "mad.wide.u32 %rd1, %r1, 4, %rd1; ld.param.u32 %r2, [%rd1];\n"
                                  "cvta.param.u64 %rd3, %rd1; ld.u32 %r3, [%rd3]; add.u32 %r2, %r2, %r3;\n"
                                  "mad.wide.u32 %rd2, %r1, 4, %rd2; st.global.u32 [%rd2], %r2;"))
                  .ok());
  uint32_t *out = sim.buffer(Words(8));
  std::array<uint64_t, 4> p{0x200000001, 0x400000003, 0x600000005, 0x800000007};
  for (uint64_t word : p)
    sim.arg(word);
  Status status = sim.arg(out).launch("kernel", 8);
  ASSERT_TRUE(status.ok()) << status.str();
  for (uint32_t i = 0; i < 8; ++i)
    EXPECT_EQ(out[i], 2 * (i + 1));
}

TEST(Memory, Atomics) {
  Words got = run(
      "atom.global.add.u32 %r2, [%rd1], 2; red.global.max.s32 [%rd1+4], %r1; cvt.rn.f32.u32 %r3, 1;\n"
      "red.global.add.f32 [%rd1+8], %r3; st.shared.u32 [cell], 9; atom.shared.exch.b32 %r4, [cell], %r1;\n"
      "bar.sync 0; setp.ne.u32 %p1, %r1, 0; @%p1 bra DONE;\n"
      "ld.global.v4.u32 {%r5, %r6, %r7, %r8}, [%rd1]; st.global.v4.u32 [%rd2], {%r5, %r6, %r7, %r8};\n"
      "atom.global.cas.b32 %r9, [%rd1+12], 5, 77; atom.global.cas.b32 %r10, [%rd1+12], 6, 88;\n"
      "ld.global.u32 %r11, [%rd1+12]; st.global.v4.u32 [%rd2+16], {%r9, %r10, %r11, %r4};\nDONE:",
      {10, 3, 0, 5}, 8, ".shared .u32 cell;", 1);
  EXPECT_EQ(got, (Words{12, 3, 0x3f800000, 5, 5, 77, 77, 9}));
}

TEST(AsyncCopy, GroupsLandInOrderAndZeroFill) {
  EXPECT_EQ(run("mov.u32 %r2, tile; mov.u32 %r3, 4; setp.eq.u32 %p1, %r1, %r1;\n"
                "cp.async.ca.shared.global [%r2], [%rd1], 8; cp.async.commit_group;\n"
                "cp.async.cg.shared.global [%r2+16], [%rd1], 16, %r3; cp.async.commit_group;\n"
                "cp.async.ca.shared.global [%r2+8], [%rd1+8], 4, %p1; cp.async.commit_group;\n"
                "cp.async.wait_group 2; ld.shared.v2.u32 {%r4, %r5}, [%r2];\n"
                "cp.async.wait_group 1; ld.shared.v2.u32 {%r6, %r7}, [%r2+16];\n"
                "cp.async.wait_all; ld.shared.u32 %r8, [%r2+8];\n"
                "st.global.v4.u32 [%rd2], {%r4, %r5, %r6, %r7}; st.global.u32 [%rd2+16], %r8;",
                {1, 2, 3, 4}, 5, ".shared .align 16 .b8 tile[32];"),
            (Words{1, 2, 1, 0, 0}));
}

TEST(AsyncCopy, LandsAsLateAsItMay) {
  // The source changes between issue and wait: only a copy that lands at the wait sees the new value.
  EXPECT_EQ(run("mov.u32 %r2, tile; cp.async.ca.shared.global [%r2], [%rd1], 4; cp.async.commit_group;\n"
                "st.global.u32 [%rd1], 9; cp.async.wait_group 0; ld.shared.u32 %r3, [%r2]; st.global.u32 "
                "[%rd2], %r3;",
                {1}, 1, ".shared .align 16 .b8 tile[16];"),
            (Words{9}));
}

TEST(AsyncCopy, GroupsAreCountedALane) {
  // Lane 1 commits one group more, so its wait_group 1 lands its first copy and lane 0's does not.
  Words got = run("mov.u32 %r2, tile; mad.lo.u32 %r2, %r1, 4, %r2; mad.wide.u32 %rd3, %r1, 4, %rd1;\n"
                  "cp.async.ca.shared.global [%r2], [%rd3], 4; cp.async.commit_group;\n"
                  "setp.eq.u32 %p1, %r1, 1; @%p1 cp.async.commit_group;\n"
                  "cp.async.wait_group 1; mov.u32 %r3, 0; @%p1 ld.shared.u32 %r3, [%r2];\n"
                  "cp.async.wait_group 0; @!%p1 ld.shared.u32 %r3, [%r2];\n"
                  "mad.wide.u32 %rd2, %r1, 4, %rd2; st.global.u32 [%rd2], %r3;",
                  {5, 6}, 2, ".shared .align 16 .b8 tile[16];", 2);
  EXPECT_EQ(got, (Words{5, 6}));
}

} // namespace
} // namespace attnc::simtest
