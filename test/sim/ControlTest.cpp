// ControlTest.cpp - divergence, barriers and warp collectives with right answers.
#include "test/sim/SimHarness.h"

#include <functional>

namespace attnc::simtest {
namespace {

using Words = std::vector<uint32_t>;

/// out[thread] = what `body` leaves in %r0; %r1 is the thread's number in the CTA.
Words run(const std::string &body, uint32_t threads, const std::string &globals = "",
          const SimOptions &options = {}) {
  Sim sim(options);
  Status loaded = sim.load(
      kernelText(".param .u64 out",
                 "ld.param.u64 %rd2, [out]; mov.u32 %r1, %tid.x; mad.wide.u32 %rd2, %r1, 4, %rd2;\n" + body +
                     "\nst.global.u32 [%rd2], %r0;",
                 globals));
  EXPECT_TRUE(loaded.ok()) << loaded.str();
  if (!loaded.ok())
    return Words(threads);
  uint32_t *out = sim.buffer(Words(threads, 0xdead));
  Status status = sim.arg(out).launch("kernel", threads);
  EXPECT_TRUE(status.ok()) << status.str();
  return {out, out + threads};
}

void expectEach(const Words &got, const std::function<uint32_t(uint32_t)> &expected) {
  for (uint32_t i = 0; i < got.size(); ++i)
    EXPECT_EQ(got[i], expected(i)) << "thread " << i;
}

TEST(Divergence, NestedLoopsWithBreakAndContinue) {
  std::string body = R"(
mov.u32 %r0, 0; mov.u32 %r2, 0;
OUTER: setp.ge.u32 %p1, %r2, %r1; @%p1 bra END;
  mov.u32 %r3, 0;
INNER: setp.ge.u32 %p1, %r3, %r2; @%p1 bra NEXT;
  add.u32 %r3, %r3, 1;
  xor.b32 %r4, %r3, %r1; and.b32 %r4, %r4, 3; setp.eq.u32 %p2, %r4, 1; @%p2 bra INNER;
  setp.gt.u32 %p3, %r3, 9; @%p3 bra NEXT;
  mad.lo.u32 %r0, %r0, 3, %r3; bra INNER;
NEXT: add.u32 %r2, %r2, 1; bra OUTER;
END:)";
  expectEach(run(body, 70), [](uint32_t tid) {
    uint32_t result = 0;
    for (uint32_t i = 0; i < tid; ++i)
      for (uint32_t j = 0; j < i;) {
        ++j;
        if (((j ^ tid) & 3) == 1)
          continue;
        if (j > 9)
          break;
        result = result * 3 + j;
      }
    return result;
  });
}

TEST(Divergence, BranchTableWithFallThrough) {
  std::string body = R"(
mov.u32 %r0, 0; and.b32 %r2, %r1, 3;
TABLE: .branchtargets A, B, C, D;
brx.idx %r2, TABLE;
A: add.u32 %r0, %r0, 1;
B: add.u32 %r0, %r0, 10; bra E;
C: add.u32 %r0, %r0, 100;
D: add.u32 %r0, %r0, 1000;
E:)";
  expectEach(run(body, 64), [](uint32_t tid) {
    const uint32_t want[] = {11, 10, 1100, 1000};
    return want[tid & 3];
  });
}

TEST(Divergence, EarlyExitLeavesTheOthersRunning) {
  // Lanes leave one by one; barriers go on with the threads that are left.
  std::string body = "mov.u32 %r0, %r1; setp.lt.u32 %p1, %r1, 40; st.global.u32 [%rd2], %r0; @%p1 ret;\n"
                     "add.u32 %r0, %r0, 500; bar.sync 0;";
  expectEach(run(body, 100), [](uint32_t tid) { return tid < 40 ? tid : tid + 500; });
}

TEST(Divergence, LanesReconvergeBeforeACollective) {
  // Both sides meet at the vote: it sees every lane.
  std::string body =
      "and.b32 %r2, %r1, 1; setp.eq.u32 %p1, %r2, 0; @%p1 bra EVEN; mov.u32 %r3, 1; bra MEET;\n"
      "EVEN: mov.u32 %r3, 2;\nMEET: setp.eq.u32 %p2, %r3, 2; vote.sync.ballot.b32 %r0, %p2, -1;";
  expectEach(run(body, 32), [](uint32_t) { return 0x55555555u; });
}

TEST(Divergence, LanesOfAWarpCanWaitForEachOther) {
  // Lane 0 spins at a lower pc on a flag that lane 1 sets at a higher one.
  std::string body =
      "mov.u32 %r0, 0; mov.u32 %r4, flag; setp.eq.u32 %p3, %r1, 0;\n@%p3 st.shared.u32 [%r4], 0;\n"
      "bar.warp.sync -1; setp.ne.u32 %p1, %r1, 0; @%p1 bra SET;\n"
      "SPIN: ld.volatile.shared.u32 %r3, [%r4]; setp.eq.u32 %p2, %r3, 0; @%p2 bra SPIN; bra DONE;\n"
      "SET: st.volatile.shared.u32 [%r4], 5; mov.u32 %r3, 5;\nDONE: mov.u32 %r0, %r3;";
  expectEach(run(body, 2, ".shared .u32 flag;"), [](uint32_t) { return 5u; });
}

TEST(Barrier, ReductionsAndNamedBarriers) {
  std::string body = R"(
and.b32 %r2, %r1, 1; setp.eq.u32 %p1, %r2, 0;
bar.red.popc.u32 %r3, 0, %p1;
bar.red.and.pred %p2, 1, %p1; bar.red.or.pred %p3, 1, %p1;
selp.u32 %r4, 1000, 0, %p2; selp.u32 %r5, 2000, 0, %p3;
add.u32 %r0, %r3, %r4; add.u32 %r0, %r0, %r5;)";
  expectEach(run(body, 96), [](uint32_t) { return 48 + 2000u; });
}

TEST(Barrier, ProducerArrivesConsumersWait) {
  // Warp 0 fills shared memory and arrives at barrier 3; warps 1 and 2 sync on it, 96 threads in all.
  std::string body = R"(
mov.u32 %r4, tile; and.b32 %r2, %r1, 31; mad.lo.u32 %r4, %r2, 4, %r4;
setp.ge.u32 %p1, %r1, 32; @%p1 bra CONSUME;
mul.lo.u32 %r3, %r1, 7; st.shared.u32 [%r4], %r3; membar.cta; barrier.cta.arrive.aligned 3, 96; mov.u32 %r0, 1; bra END;
CONSUME: barrier.cta.sync.aligned 3, 96; ld.shared.u32 %r0, [%r4];
END:)";
  for (uint64_t seed : {0, 1, 2, 3})
    expectEach(run(body, 96, ".shared .align 4 .b8 tile[128];", SimOptions{seed, 1, 0}),
               [](uint32_t tid) { return tid < 32 ? 1 : tid % 32 * 7; });
}

TEST(Collective, Shuffles) {
  auto shuffle = [](const std::string &mode, const std::string &b, const std::string &c) {
    return "mul.lo.u32 %r2, %r1, 3; shfl.sync." + mode + ".b32 %r3|%p1, %r2, " + b + ", " + c +
           ", -1; selp.u32 %r4, 1000, 0, %p1; add.u32 %r0, %r3, %r4;";
  };
  expectEach(run(shuffle("bfly", "5", "31"), 32), [](uint32_t i) { return (i ^ 5) * 3 + 1000; });
  expectEach(run(shuffle("up", "3", "0"), 32), [](uint32_t i) { return i < 3 ? i * 3 : (i - 3) * 3 + 1000; });
  expectEach(run(shuffle("down", "4", "31"), 32),
             [](uint32_t i) { return i > 27 ? i * 3 : (i + 4) * 3 + 1000; });
  expectEach(run(shuffle("idx", "%r1", "31"), 32), [](uint32_t i) { return i * 3 + 1000; });
  // Width 8: the segment mask is 0x18, in bits 8 to 12.
  expectEach(run(shuffle("idx", "2", "6175"), 32), [](uint32_t i) { return (i / 8 * 8 + 2) * 3 + 1000; });
  expectEach(run(shuffle("down", "1", "6175"), 32),
             [](uint32_t i) { return i % 8 == 7 ? i * 3 : (i + 1) * 3 + 1000; });
}

TEST(Collective, HalfWarpsWithTheirOwnMasks) {
  std::string body = "setp.lt.u32 %p1, %r1, 16; selp.b32 %r2, 0xffff, 0xffff0000, %p1;\n"
                     "redux.sync.add.u32 %r0, %r1, %r2;";
  expectEach(run(body, 32), [](uint32_t i) { return i < 16 ? 120u : 376u; });
}

TEST(Collective, VotesReductionsElect) {
  std::string body = R"(
setp.lt.u32 %p1, %r1, 5; vote.sync.any.pred %p2, %p1, -1; vote.sync.all.pred %p3, !%p1, -1;
vote.sync.uni.pred %p4, %p2, -1; activemask.b32 %r2; elect.sync %r3|%p5, -1;
sub.s32 %r4, 3, %r1; redux.sync.min.s32 %r5, %r4, -1; redux.sync.max.u32 %r6, %r1, -1;
selp.u32 %r0, 1, 0, %p2; selp.u32 %r7, 2, 0, %p3; add.u32 %r0, %r0, %r7; selp.u32 %r7, 4, 0, %p4; add.u32 %r0, %r0, %r7;
selp.u32 %r7, 8, 0, %p5; add.u32 %r0, %r0, %r7; add.u32 %r0, %r0, %r3;
setp.eq.s32 %p6, %r5, -28; selp.u32 %r7, 16, 0, %p6; add.u32 %r0, %r0, %r7;
setp.eq.u32 %p7, %r6, 31; selp.u32 %r7, 32, 0, %p7; add.u32 %r0, %r0, %r7;
setp.eq.u32 %p8, %r2, -1; selp.u32 %r7, 64, 0, %p8; add.u32 %r0, %r0, %r7;)";
  expectEach(run(body, 32), [](uint32_t i) { return 1 + 4 + (i == 0 ? 8 : 0) + 16 + 32 + 64u; });
}

TEST(Specials, PositionsOfThreadsAndCtas) {
  Sim sim;
  ASSERT_TRUE(sim.load(kernelText(".param .u64 out", R"(
ld.param.u64 %rd1, [out]; mov.u32 %r1, %tid.x; mov.u32 %r2, %ctaid.x; mov.u32 %r3, %ctaid.y; mov.u32 %r4, %ctaid.z;
mov.u32 %r5, %nctaid.x; mov.u32 %r6, %nctaid.y; mov.u32 %r7, %ntid.x; mov.u32 %r8, %laneid; mov.u32 %r9, %warpid;
mad.lo.u32 %r10, %r4, %r6, %r3; mad.lo.u32 %r10, %r10, %r5, %r2; mad.lo.u32 %r10, %r10, %r7, %r1;
mad.wide.u32 %rd1, %r10, 4, %rd1; mad.lo.u32 %r11, %r9, 100, %r8; mad.lo.u32 %r11, %r4, 10000, %r11;
mov.u32 %r12, %lanemask_lt; popc.b32 %r12, %r12; sub.u32 %r12, %r12, %r8; add.u32 %r11, %r11, %r12;
mov.u32 %r13, %tid.y; mov.u32 %r14, %ntid.z; add.u32 %r13, %r13, %r14; add.u32 %r11, %r11, %r13;
st.global.u32 [%rd1], %r11;)"))
                  .ok());
  uint32_t *out = sim.buffer(Words(40 * 3 * 2 * 2));
  Status status = sim.arg(out).launch("kernel", 40, {3, 2, 2});
  ASSERT_TRUE(status.ok()) << status.str();
  for (uint32_t i = 0; i < 480; ++i)
    EXPECT_EQ(out[i], i / 240 * 10000 + i % 40 / 32 * 100 + i % 40 % 32 + 1);
}

TEST(Threads, CtasThatWaitForEachOtherFinish) {
  // CTA 0 spins until CTA 1 has added: both must be resident.
  Sim sim;
  ASSERT_TRUE(sim.load(kernelText(".param .u64 out", R"(
ld.param.u64 %rd1, [out]; mov.u32 %r1, %ctaid.x; setp.ne.u32 %p1, %r1, 0; @%p1 bra SET;
SPIN: ld.acquire.gpu.global.u32 %r2, [%rd1]; setp.eq.u32 %p2, %r2, 0; @%p2 bra SPIN; bra END;
SET: red.release.gpu.global.add.u32 [%rd1], 1;
END:)"))
                  .ok());
  uint32_t *out = sim.buffer(Words(1));
  Status status = sim.arg(out).launch("kernel", 32, {2, 1, 1});
  EXPECT_TRUE(status.ok()) << status.str();
  EXPECT_EQ(*out, 32u);
}

TEST(Threads, KernelsWithoutSharedMemoryRunOnEveryArch) {
  for (const Target &target : Target::all()) { // compute capability 7.5 reserves no shared memory either
    Sim sim({}, target.name());
    std::string text = kernelText(".param .u64 out", R"(
ld.param.u64 %rd1, [out]; mov.u32 %r1, %ctaid.x; mul.wide.u32 %rd2, %r1, 4; add.u64 %rd1, %rd1, %rd2;
mov.u32 %r2, 1; red.global.add.u32 [%rd1], %r2;)");
    text.replace(text.find("sm_90"), 5, target.name());
    Status loaded = sim.load(text);
    ASSERT_TRUE(loaded.ok()) << target.name() << ": " << loaded.str();
    uint32_t *out = sim.buffer(Words(3));
    Status status = sim.arg(out).launch("kernel", 32, {3, 1, 1});
    ASSERT_TRUE(status.ok()) << target.name() << ": " << status.str();
    EXPECT_EQ(Words(out, out + 3), Words(3, 32)) << target.name();
  }
}

} // namespace
} // namespace attnc::simtest
