// RaceTest.cpp - races between lanes, warps and CTAs: what must be reported, and what must not.
//
// In program order every kernel here computes the right numbers: no comparison of values could tell the two
// apart.
#include "test/sim/SimHarness.h"

namespace attnc::simtest {
namespace {

const std::string kStart =
    "ld.param.u64 %rd1, [buffer]; mov.u32 %r1, %tid.x; mov.u32 %r2, tile; mov.u32 %r20, %ctaid.x;\n"
    "mad.lo.u32 %r3, %r1, 4, %r2; mad.wide.u32 %rd2, %r1, 4, %rd1;\n"
    "shr.u32 %r9, %r1, 5; setp.eq.u32 %p8, %r9, 0; setp.eq.u32 %p9, %r1, 0;\n";

/// Runs `body` over a buffer of 64 words of ones and 1 KiB of shared memory. %p8: warp 0, %p9: thread 0,
/// %r20: the CTA.
Status run(const std::string &body, uint32_t ctas = 1, const SimOptions &options = {},
           uint32_t threads = 64) {
  Sim sim(options);
  Status loaded =
      sim.load(kernelText(".param .u64 buffer", kStart + body, ".shared .align 16 .b8 tile[1024];"));
  if (!loaded.ok())
    return loaded;
  uint32_t *buffer = sim.buffer(std::vector<uint32_t>(64, 1));
  return sim.arg(buffer).launch("kernel", threads, {ctas, 1, 1});
}

void expectRace(const Status &status, const std::vector<std::string> &parts) {
  EXPECT_EQ(status.code(), Code::DeviceError) << status.str();
  for (const std::string &part : parts)
    EXPECT_NE(status.message().find(part), std::string::npos) << "no '" << part << "' in: " << status.str();
}
void expectSound(const Status &status) { EXPECT_TRUE(status.ok()) << status.str(); }

TEST(SharedRace, ReadAfterWrite) {
  const std::string write = "@%p8 st.shared.u32 [%r3], %r1;\n", read = "@!%p8 ld.shared.u32 %r4, [%r3+-128];";
  expectRace(run(write + read), {"shared-memory race: read of 4 bytes at shared offset 0 of 1024",
                                 "warp 0, lane 0 wrote at PTX line", "st.shared.u32",
                                 "no barrier orders the two", "warp 1, lane 0"});
  expectSound(run(write + "bar.sync 0;" + read));
  expectSound(run(write + "@%p8 barrier.sync 1, 64; @!%p8 barrier.sync 1, 64;" + read));
  expectSound(run(write + "@%p8 bar.arrive 1, 64; @!%p8 bar.sync 1, 64;" + read)); // producer and consumer
  expectRace(run("@!%p8 bar.arrive 1, 64; @%p8 bar.sync 1, 64;" + write + read),
             {"uninitialised"}); // the wrong way round
}

TEST(SharedRace, WriteAfterRead) {
  const std::string fill = "st.shared.u32 [%r3], %r1; bar.sync 0;\n";
  const std::string read = "@!%p8 ld.shared.u32 %r4, [%r3];\n", write = "@%p8 st.shared.u32 [%r3+128], %r1;";
  expectRace(run(fill + read + write),
             {"race: write of 4 bytes", "warp 1 read at PTX line", "ld.shared.u32"});
  expectSound(run(fill + read + "bar.sync 0;" + write));
}

TEST(SharedRace, WriteAfterWrite) {
  const std::string first = "@%p8 st.shared.u32 [%r2], 1;\n", second = "@!%p8 st.shared.u32 [%r2], 1;";
  expectRace(run(first + second), {"race: write of 4 bytes", "warp 0, lane", "wrote"});
  expectSound(run(first + "bar.sync 0;" + second));
}

TEST(SharedRace, NeighbouringBytesAreNoRace) {
  expectSound(run("mad.lo.u32 %r5, %r1, 2, %r2; st.shared.u16 [%r5], %r1; ld.shared.u16 %r6, [%r5];"));
  // Warps own every other word of 16 bytes, then every other byte.
  expectSound(run("and.b32 %r5, %r1, 31; mad.lo.u32 %r5, %r5, 8, %r2; mad.lo.u32 %r5, %r9, 4, %r5;\n"
                  "st.shared.u32 [%r5], %r1; ld.shared.u32 %r6, [%r5]; st.shared.u32 [%r5], %r6;"));
  const std::string bytes = "and.b32 %r5, %r1, 31; mad.lo.u32 %r5, %r5, 2, %r2; add.u32 %r5, %r5, %r9;\n"
                            "st.shared.u8 [%r5], %r1; ld.shared.u8 %r6, [%r5];";
  expectSound(run(bytes));
  expectRace(run(bytes + "and.b32 %r5, %r5, 0xfffffffe; @!%p8 ld.shared.u16 %r7, [%r5];"),
             {"race: read of 2 bytes", "warp 0, lane"});
}

TEST(SharedRace, LanesOfOneWarp) {
  const std::string write = "st.shared.u32 [%r3], %r1;\n",
                    read = "xor.b32 %r5, %r3, 4; ld.shared.u32 %r4, [%r5];";
  expectRace(run(write + read, 1, {}, 32), {"lane 1 of the same warp wrote",
                                            "no bar.warp.sync or barrier orders the two", "warp 0, lane 0"});
  expectSound(run(write + "bar.warp.sync -1;" + read, 1, {}, 32));
  expectRace(run("mad.lo.u32 %r5, %r1, 16, %r2; st.shared.v4.u32 [%r5], {%r1,%r1,%r1,%r1};\n"
                 "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r4}, [%r5];",
                 1, {}, 32),
             {"of the same warp wrote"});
  expectRace(run("st.shared.u32 [%r2], %r1;", 1, {}, 32), {"another lane writes another value there"});
  expectSound(run("st.shared.u32 [%r2], %r2;", 1, {}, 32));
}

TEST(SharedRace, CopiesBelongToTheLaneThatWaits) {
  const std::string copy = "cp.async.ca.shared.global [%r3], [%rd2], 4; cp.async.wait_all;\n",
                    read = "xor.b32 %r5, %r3, 4; ld.shared.u32 %r4, [%r5];";
  expectRace(run(copy + read), {"of the same warp wrote", "cp.async.wait_all"});
  expectSound(run(copy + "bar.sync 0;" + read));
  expectRace(run(copy + "bar.sync 0;" + read + "@%p8 cp.async.ca.shared.global [%r3+128], [%rd2], 4;"),
             {"race: write of 4 bytes", "warp 1 read"});
}

TEST(GlobalRace, WarpsOfOneCta) {
  const std::string write = "@%p8 st.global.u32 [%rd2], %r1;\n",
                    read = "@!%p8 ld.global.u32 %r4, [%rd2+-128];";
  expectRace(run(write + read), {"global-memory race: read of 4 bytes at offset 0 of buffer 1",
                                 "warp 0 wrote", "no barrier orders the two"});
  expectSound(run(write + "bar.sync 0;" + read));
}

TEST(GlobalRace, CtasHaveNoOrder) {
  expectRace(
      run("setp.eq.u32 %p1, %r20, 0; @%p1 st.global.u32 [%rd2], 7; @!%p1 ld.global.u32 %r4, [%rd2];", 2),
      {"global-memory race: read of 4 bytes", "CTA 0,0,0, warp 0 wrote at PTX line",
       "no release and acquire"});
  expectRace(
      run("setp.eq.u32 %p1, %r20, 1; @%p1 st.global.u32 [%rd2], 7; @!%p1 ld.global.u32 %r4, [%rd2];", 2),
      {"race: write", "CTA 0,0,0, warp 0 read"});
  expectRace(run("st.global.u32 [%rd2], 7;", 2), {"race: write", "wrote"});
  expectSound(run("ld.global.u32 %r4, [%rd2];", 8));
  expectSound(
      run("mad.wide.u32 %rd3, %r20, 2, %rd1; @%p9 st.global.u16 [%rd3], 7;", 60)); // each CTA its own bytes
  expectSound(run("@%p9 red.global.add.u32 [%rd1], 1;", 8));
  expectRace(run("@%p9 red.global.add.u32 [%rd1], 1; @%p9 ld.global.u32 %r4, [%rd1];", 8), {"race"});
  expectRace(run("@%p9 red.relaxed.cta.global.add.u32 [%rd1], 1;", 2),
             {"race: atomic"}); // of too small a scope
}

/// Each CTA writes its word, then takes a ticket; the last of four reads all of them.
std::string lastOneReads(const std::string &beforeTicket, const std::string &afterTicket,
                         const std::string &ticket = "atom.global.add.u32 %r5, [%rd1+128], 1;") {
  return "setp.ne.u32 %p1, %r1, 0; @%p1 ret; mad.wide.u32 %rd3, %r20, 4, %rd1; st.global.u32 [%rd3], "
         "%r20;\n" +
         beforeTicket + ticket + afterTicket +
         "setp.ne.u32 %p1, %r5, 4; @%p1 ret;\n" // the counter starts at 1
         "ld.global.v4.u32 {%r6, %r7, %r8, %r10}, [%rd1];";
}

TEST(GlobalRace, ReleaseAndAcquire) {
  expectSound(run(lastOneReads("membar.gl;", "membar.gl;"), 4));
  expectSound(run(lastOneReads("fence.acq_rel.gpu;", "fence.sc.gpu;"), 4));
  expectSound(run(lastOneReads("", "", "atom.acq_rel.gpu.global.add.u32 %r5, [%rd1+128], 1;"), 4));
  expectSound(run(lastOneReads("membar.gl;", "membar.gl;"), 4, SimOptions{.seed = 7, .threads = 2}));
  expectRace(run(lastOneReads("", ""), 4), {"race: read of 16 bytes", "no release and acquire"});
  expectRace(run(lastOneReads("membar.gl;", ""), 4), {"race: read"});
  expectRace(run(lastOneReads("", "membar.gl;"), 4), {"race: read"});
  expectRace(run(lastOneReads("membar.cta;", "membar.cta;"), 4), {"race: read"}); // of too small a scope
  expectRace(run(lastOneReads("", "", "atom.acq_rel.cta.global.add.u32 %r5, [%rd1+128], 1;"), 4), {"race"});
}

TEST(GlobalRace, FencesBeforeABarrierCount) {
  // All threads write and fence; after the barrier one of them takes the ticket for all.
  const std::string body =
      "mad.lo.u32 %r11, %r20, 64, %r1; mad.wide.u32 %rd3, %r11, 1, %rd1; st.global.u8 [%rd3], %r1;\n"
      "membar.gl; bar.sync 0; mov.u32 %r5, 0;\n"
      "@%p9 atom.global.add.u32 %r5, [%rd1+128], 1; @%p9 st.shared.u32 [%r2], %r5;\n"
      "membar.gl; bar.sync 0; ld.shared.u32 %r5, [%r2]; setp.ne.u32 %p1, %r5, 2; @%p1 ret;\n"
      "xor.b32 %r11, %r1, 33; mad.wide.u32 %rd3, %r11, 2, %rd1; ld.global.u16 %r6, [%rd3];";
  expectSound(run(body, 2));
}

TEST(GlobalRace, LaunchesAreOrdered) {
  Sim sim;
  ASSERT_TRUE(sim.load(kernelText(".param .u64 p", "ld.param.u64 %rd1, [p]; ld.global.u32 %r1, [%rd1];\n"
                                                   "add.u32 %r1, %r1, 1; st.global.u32 [%rd1], %r1;"))
                  .ok());
  uint32_t *counter = sim.buffer(std::vector<uint32_t>(1, 0));
  for (int i = 0; i < 3; ++i)
    expectSound(sim.arg(counter).launch("kernel", 1));
  EXPECT_EQ(*counter, 3u);
}

TEST(Races, AreFoundOnSeveralHostThreads) {
  for (int threads : {2, 4})
    expectRace(run("st.global.u32 [%rd2], 7;", 16, SimOptions{.threads = threads}), {"race: write"});
}

TEST(Races, ChecksCanBeTurnedOff) {
  SimOptions off;
  off.checks = false;
  expectSound(run("@%p8 st.shared.u32 [%r3], %r1; @!%p8 ld.shared.u32 %r4, [%r3+-128];", 1, off));
  expectSound(run("ld.shared.u32 %r4, [%r3]; st.global.u32 [%rd2], %r5;", 2, off));
  expectRace(run("st.global.u32 [%rd2+4], %r1;", 1, off), {"out of bounds"}); // bounds always hold
}

TEST(Undefined, RegistersThatNothingHasWritten) {
  expectRace(run("st.global.u32 [%rd2], %r5;"), {"reads register %r5, which nothing has written", "lane 0"});
  expectRace(run("setp.lt.u32 %p1, %r1, 40; @%p1 mov.u32 %r5, 1; st.global.u32 [%rd2], %r5;"),
             {"%r5", "warp 1, lane 8"});
  expectSound(run("setp.lt.u32 %p1, %r1, 40; @%p1 mov.u32 %r5, 1; @%p1 st.global.u32 [%rd2], %r5;"));
  expectRace(run("@%p1 bra L; L:"), {"%p1"});
  expectRace(run("add.u64 %rd4, %rd2, %rd5; ld.global.u32 %r5, [%rd4];"), {"reads register %rd4"});
  // Computing with what nobody uses is no bug.
  expectSound(
      run("add.u32 %r6, %r5, 1; selp.b32 %r7, %r6, %r1, %p3; mov.u32 %r7, 3; st.global.u32 [%rd2], %r7;"));
  expectSound(run("@%p9 mov.u32 %r5, 1; shfl.sync.idx.b32 %r6, %r5, 0, 31, -1; st.global.u32 [%rd2], %r6;"));
}

TEST(Undefined, LoopsAndBranches) {
  // Written in the loop's first turn only; and on one of two ways.
  expectSound(
      run("mov.u32 %r4, 0; LOOP: setp.eq.u32 %p1, %r4, 0; @%p1 mov.u32 %r5, 9; st.global.u32 [%rd2], %r5;\n"
          "add.u32 %r4, %r4, 1; setp.lt.u32 %p2, %r4, 3; @%p2 bra LOOP;"));
  expectRace(run("setp.gt.u32 %p1, %r1, 50; @%p1 bra SKIP; mov.u32 %r5, 1; SKIP: st.global.u32 [%rd2], %r5;"),
             {"%r5", "warp 1, lane 19"});
}

} // namespace
} // namespace attnc::simtest
