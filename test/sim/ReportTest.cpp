// ReportTest.cpp - planted bugs: each must be reported, with the place and the reason, and nothing else.
#include "test/sim/SimHarness.h"

#include <nlohmann/json.hpp>

namespace attnc::simtest {
namespace {

const std::string kStart = "ld.param.u64 %rd1, [buffer]; mov.u32 %r1, %tid.x; mov.u32 %r2, tile;\n"
                           "mad.lo.u32 %r3, %r1, 4, %r2; mad.wide.u32 %rd2, %r1, 4, %rd1;\n";

/// Runs `body` over a buffer of 64 words and 512 bytes of static shared memory.
Status run(const std::string &body, uint32_t threads = 64, const SimOptions &options = {}) {
  Sim sim(options);
  Status loaded =
      sim.load(kernelText(".param .u64 buffer", kStart + body, ".shared .align 16 .b8 tile[512];"));
  if (!loaded.ok())
    return loaded;
  uint32_t *buffer = sim.buffer(std::vector<uint32_t>(64, 1));
  return sim.arg(buffer).launch("kernel", threads);
}

void expectReport(const Status &status, const std::vector<std::string> &parts,
                  Code code = Code::DeviceError) {
  EXPECT_EQ(status.code(), code) << status.str();
  for (const std::string &part : parts)
    EXPECT_NE(status.message().find(part), std::string::npos) << "no '" << part << "' in: " << status.str();
}

TEST(Report, SoundProgramsRunSilently) {
  Status status =
      run("st.shared.u32 [%r3], %r1; bar.sync 0; xor.b32 %r4, %r3, 128; ld.shared.u32 %r5, [%r4];\n"
          "st.global.u32 [%rd2], %r5;");
  EXPECT_TRUE(status.ok()) << status.str();
}

TEST(Report, GlobalOutOfBounds) {
  Status status = run("ld.global.u32 %r4, [%rd2+4];");
  expectReport(status, {"kernel 'kernel'",
                        "global read of 4 bytes at offset 256 of buffer 1 (256 bytes): out of bounds",
                        "ld.global.u32", "CTA 0,0,0, warp 1, lane 31"});
  EXPECT_EQ(status.where().file, "test.ptx");
  EXPECT_GT(status.where().line, 10);
  expectReport(run("st.global.u32 [%rd1+-4], %r1;"), {"global write", "4 bytes before buffer 1"});
  expectReport(run("ld.global.v4.u32 {%r4,%r5,%r6,%r7}, [%rd1+248];"), {"16 bytes"});
  expectReport(run("mov.u64 %rd3, 64; ld.global.u32 %r4, [%rd3];"), {"an address outside every allocation"});
  expectReport(run("setp.eq.u32 %p2, %r1, 3; @%p2 red.global.add.u32 "
                   "[%rd1+256], 1;"),
               {"global atomic", "lane 3"});
}

TEST(Report, AccessesThatStraddleTheEnd) {
  Sim sim;
  ASSERT_TRUE(sim.load(kernelText(".param .u64 p",
                                  "ld.param.u64 %rd1, [p]; ld.global.v4.u32 {%r1,%r2,%r3,%r4}, [%rd1+16];"))
                  .ok());
  expectReport(sim.arg(sim.allocate(20)).launch("kernel", 1),
               {"16 bytes at offset 16 of buffer 1 (20 bytes): out of bounds"});
  EXPECT_TRUE(sim.arg(sim.allocate(32)).launch("kernel", 1).ok());
}

TEST(Report, ReleasedMemoryIsGone) {
  Sim sim;
  ASSERT_TRUE(
      sim.load(kernelText(".param .u64 p", "ld.param.u64 %rd1, [p]; ld.global.u32 %r1, [%rd1];")).ok());
  void *address = sim.allocate(64);
  ASSERT_TRUE(sim.arg(address).launch("kernel", 1).ok());
  ASSERT_TRUE(sim.device->release(address).ok());
  expectReport(sim.arg(address).launch("kernel", 1), {"out of bounds"});
  EXPECT_EQ(sim.device->release(address).code(), Code::InvalidArgument);
}

TEST(Report, ConstantsAreReadOnly) {
  Sim sim;
  ASSERT_TRUE(
      sim.load(kernelText(".param .u64 p", "mov.u64 %rd1, c; st.global.u32 [%rd1], 1;", ".const .u32 c = 1;"))
          .ok());
  expectReport(sim.arg(uint64_t(0)).launch("kernel", 1), {"variable 'c'", "read-only"});
}

TEST(Report, Misalignment) {
  expectReport(run("ld.global.u32 %r4, [%rd2+2];"), {"misaligned", "offset 2"});
  expectReport(run("st.shared.v2.u32 [%r3], {%r1, %r1};"),
               {"shared write of 8 bytes", "misaligned", "lane 1"});
  expectReport(run("mov.u32 %r4, 4; add.u32 %r4, %r4, %r2; cp.async.cg.shared.global [%r4], [%rd1], 16;"),
               {"cp.async write", "misaligned"});
}

TEST(Report, SharedOutOfBounds) {
  expectReport(run("st.shared.u32 [%r2+512], %r1;"), {"shared offset 512 of 512", "out of bounds"});
  expectReport(run("mov.u32 %r4, 0; ld.shared.u32 %r5, [%r4];"), {"out of bounds"}); // address 0 is nobody's
}

TEST(Report, UninitialisedShared) {
  expectReport(
      run("setp.lt.u32 %p1, %r1, 63; @%p1 st.shared.u32 [%r3], %r1; bar.sync 0; ld.shared.u32 %r4, [%r3];"),
      {"shared read", "uninitialised shared memory", "warp 1, lane 31"});
  expectReport(run("setp.lt.u32 %p1, %r1, 7; @%p1 st.shared.v4.u32 [%r2], {%r2,%r2,%r2,%r2};\n"
                   "bar.warp.sync -1;\n"
                   "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r4}, [%r2+16];"),
               {"uninitialised"});
}

TEST(Report, MissingWait) {
  const std::string copy =
      "and.b32 %r4, %r1, 15; mad.lo.u32 %r5, %r4, 16, %r2; mad.wide.u32 %rd3, %r4, 16, %rd1;\n"
      "setp.lt.u32 %p1, %r1, 16; @%p1 cp.async.cg.shared.global [%r5], [%rd3], 16;\n"
      "cp.async.commit_group;\n";
  EXPECT_TRUE(run(copy + "cp.async.wait_group 0; bar.sync 0; ld.shared.u32 %r6, [%r3];").ok());
  expectReport(run(copy + "bar.sync 0; ld.shared.u32 %r6, [%r3];"), {"in flight", "a wait is missing"});
  expectReport(run(copy + "cp.async.wait_group 1; bar.sync 0; ld.shared.u32 %r6, [%r3];"), {"in flight"});
  expectReport(run(copy + "st.shared.u32 [%r3], %r1;"), {"shared write", "in flight"});
  expectReport(run(copy + copy + "ret;"), {"another cp.async to these bytes is in flight"});
}

TEST(Report, MissingBarrier) {
  // Warp 1 reads what warp 0 writes. In program order the value is there: the race is reported all the same.
  const std::string body = "setp.ge.u32 %p1, %r1, 32; @!%p1 st.shared.u32 [%r3], %r1;\n";
  const std::string read = "@%p1 ld.shared.u32 %r4, [%r3+-128];";
  int reported = 0;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    EXPECT_TRUE(run(body + "bar.sync 0;" + read, 64, SimOptions{seed, 1, 0}).ok());
    reported += !run(body + read, 64, SimOptions{seed, 1, 0}).ok();
  }
  EXPECT_EQ(reported, 8);
}

TEST(Report, DivergentBarrier) {
  expectReport(
      run("setp.lt.u32 %p1, %r1, 16; @%p1 bra ELSE; bar.sync 0; bra END;\nELSE: bar.sync 0;\nEND:", 32),
      {"divergent barrier", "lanes 0xffff "});
  expectReport(run("setp.lt.u32 %p1, %r1, 16; @%p1 bar.sync 0;", 32), {"divergent barrier"});
}

TEST(Report, DivergentCollective) {
  expectReport(run("setp.lt.u32 %p1, %r1, 16; @%p1 bra END; vote.sync.ballot.b32 %r4, %p1, -1;\nEND: "
                   "bar.warp.sync -1;",
                   32),
               {"divergent collective"});
  expectReport(run("mov.u32 %r4, 0xff; redux.sync.add.u32 %r5, %r1, %r4;", 32),
               {"not in its member mask 0xff", "lane 8"});
  expectReport(run("shfl.sync.idx.b32 %r5, %r1, 20, 31, 0xffff;", 16), {"shuffle reads lane 20"});
}

TEST(Report, Deadlock) {
  expectReport(
      run("setp.lt.u32 %p1, %r1, 32; @%p1 bra A; bar.sync 1; bra END;\nA: bar.sync 2;\nEND:"),
      {"deadlock", "warp 0 lanes 0xffffffff", "barrier 2 with 32 of 64 threads", "warp 1", "barrier 1"});
  expectReport(run("setp.lt.u32 %p1, %r1, 32; @%p1 ret; bar.sync 1, 64;"), {"deadlock", "32 of 64 threads"});
}

TEST(Report, BarrierMisuse) {
  expectReport(run("bar.sync 16;"), {"barrier misuse", "below 16"});
  expectReport(run("bar.sync 1, 33;"), {"barrier misuse", "multiple of 32"});
  expectReport(
      run("setp.lt.u32 %p1, %r1, 32; @%p1 bra A; bar.sync 1, 32; bra END;\nA: bar.arrive 1, 64;\nEND:"),
      {"barrier misuse", "barrier 1"});
}

TEST(Report, EndlessLoopStopsAtTheLimit) {
  expectReport(run("LOOP: bra LOOP;", 64, SimOptions{0, 1, 100000}),
               {"gave up after", "the limit is 100000"});
}

TEST(Report, LaunchLimits) {
  auto launch = [](uint32_t threads, std::array<uint32_t, 3> grid, uint32_t dynamicShared,
                   const std::string &arch) {
    Sim sim({}, arch);
    EXPECT_TRUE(sim.load(kernelText(".param .u64 p", "", "", arch)).ok());
    return sim.arg(uint64_t(0)).launch("kernel", threads, grid, dynamicShared);
  };
  EXPECT_TRUE(launch(1024, {1, 1, 1}, 163 * 1024, "sm_80").ok());
  expectReport(launch(32, {1, 1, 1}, 163 * 1024 + 1, "sm_80"), {"sm_80", "at most 166912 bytes"},
               Code::InvalidArgument);
  expectReport(launch(32, {1, 1, 1}, 100 * 1024, "sm_120"), {"at most 101376 bytes"}, Code::InvalidArgument);
  expectReport(launch(1025, {1, 1, 1}, 0, "sm_90"), {"1 to 1024 threads, got 1025"}, Code::InvalidArgument);
  expectReport(launch(0, {1, 1, 1}, 0, "sm_90"), {"got 0"}, Code::InvalidArgument);
  expectReport(launch(32, {1, 0, 1}, 0, "sm_90"), {"grid"}, Code::InvalidArgument);
  expectReport(launch(32, {1, 65536, 1}, 0, "sm_90"), {"grid"}, Code::InvalidArgument);
  Sim sim;
  ASSERT_TRUE(sim.load(kernelText(".param .u64 p", "")).ok());
  expectReport(sim.arg(uint32_t(0)).launch("kernel", 32), {"expected 8 bytes of parameters, got 4"},
               Code::InvalidArgument);
  expectReport(sim.arg(uint64_t(0)).launch("other", 32), {"no kernel 'other'"}, Code::NotFound);
}

TEST(Report, WhatIsNotUnderstoodIsRefusedAtLoad) {
  auto refuse = [](const std::string &body, const std::vector<std::string> &parts) {
    Status status = run(body);
    EXPECT_TRUE(status.code() == Code::Unsupported || status.code() == Code::Corrupt)
        << body << ": " << status.str();
    for (const std::string &part : parts)
      EXPECT_NE(status.message().find(part), std::string::npos) << status.str();
  };
  refuse("frobnicate.u32 %r1, %r2;", {"PTX line", "frobnicate.u32", "unsupported instruction"});
  refuse("add.up.f32 %f1, %f2, %f3;", {"add.up.f32"});
  refuse("membar.all;", {"modifier .all"});
  refuse("bra.now END;", {"modifier .now"});
  refuse("ld.global.magic.u32 %r1, [%rd1];", {"modifier .magic"});
  refuse("add.u32 %r1, %r2;", {"2 operands"});
  refuse("add.u32 %r1, %rd2, %r3;", {"32-bit register", "64 bits"});
  refuse("add.f32 %f1, %f2, 3;", {"floating literal"});
  refuse("bra NOWHERE;", {"unknown label 'NOWHERE'"});
  refuse("mov.u32 %r1, nothing;", {"unknown name 'nothing'"});
  refuse("mov.u32 %r1, %nosuch;", {"'%nosuch' is neither declared"});
  refuse("mov.u32 %r64, 1;", {"%r64"});
  refuse("cp.async.cg.shared.global [%r2], [%rd1], 8;", {"size of 16 bytes, got 8"});
  refuse("call foo, ();", {"'foo' has no body"});
  refuse("wgmma.fence.sync.aligned;", {"wgmma", "warp-group matrix instructions"});
  refuse("mbarrier.init.shared.b64 [%rd1], 1;", {"mbarrier"});
  refuse("cp.async.bulk.commit_group;", {"bulk copies (TMA)"});
  refuse("barrier.cluster.arrive;", {"clusters"});
  refuse("ld.shared::cluster.u32 %r1, [%r2];", {"clusters"});
}

TEST(Report, CountersOfALaunch) {
  Sim sim;
  ASSERT_TRUE(
      sim
          .load(kernelText(
              ".param .u64 buffer",
              kStart + "st.shared.u32 [%r3], %r1; bar.sync 0;\n"                   // 1 wavefront a warp
                       "mad.lo.u32 %r4, %r1, 128, %r2;\n"                          // every lane in bank 0
                       "setp.lt.u32 %p1, %r1, 4; @%p1 st.shared.u32 [%r4], %r1;\n" // 4 lanes: 4 wavefronts
                       "ld.global.u32 %r5, [%rd2];\n"     // 128 bytes: 4 sectors a warp
                       "@%p1 ld.global.u32 %r5, [%rd1];", // one sector
              ".shared .align 16 .b8 tile[512];"))
          .ok());
  uint32_t *buffer = sim.buffer(std::vector<uint32_t>(64));
  ASSERT_TRUE(sim.arg(buffer).launch("kernel", 64).ok());
  nlohmann::json launch = nlohmann::json::parse(sim.device->takeCounters())["launches"][0];
  EXPECT_EQ(launch["warp_instructions"], 2 * 13);
  EXPECT_EQ(launch["thread_instructions"], 64 * 11 + 2 * 4);
  EXPECT_EQ(launch["shared"]["wavefronts"], 2 + 4);
  EXPECT_EQ(launch["shared"]["ideal_wavefronts"], 2 + 1);
  EXPECT_EQ(launch["shared"]["conflicts"][0]["wavefronts"], 4);
  EXPECT_EQ(launch["global"]["sectors"], 2 * 4 + 1);
  EXPECT_EQ(launch["global"]["bytes"], 64 * 4 + 4 * 4);
  EXPECT_EQ(launch["classes"]["shared"], 4);
  EXPECT_TRUE(nlohmann::json::parse(sim.device->takeCounters())["launches"].empty());
}

/// The counters of one launch of `body` with 32 threads.
nlohmann::json count(const std::string &body) {
  Sim sim;
  EXPECT_TRUE(
      sim.load(kernelText(".param .u64 buffer", kStart + body, ".shared .align 16 .b8 tile[1024];")).ok());
  uint32_t *buffer = sim.buffer(std::vector<uint32_t>(64));
  Status status = sim.arg(buffer).launch("kernel", 32);
  EXPECT_TRUE(status.ok()) << status.str();
  return nlohmann::json::parse(sim.device->takeCounters())["launches"][0];
}

TEST(Report, WideSharedAccessesTakePhases) {
  auto wavefronts = [](const std::string &body) {
    nlohmann::json shared = count(body)["shared"];
    return std::pair<int, int>(shared["wavefronts"], shared["ideal_wavefronts"]);
  };
  using Pair = std::pair<int, int>;
  EXPECT_EQ(wavefronts("mad.lo.u32 %r4, %r1, 16, %r2; st.shared.v4.u32 [%r4], {%r1,%r1,%r1,%r1};"),
            Pair(4, 4));
  EXPECT_EQ(wavefronts("mad.lo.u32 %r4, %r1, 8, %r2; st.shared.v2.u32 [%r4], {%r1,%r1};"), Pair(2, 2));
  EXPECT_EQ(wavefronts("st.shared.u16 [%r3], %r1;"), Pair(1, 1));
  EXPECT_EQ(wavefronts("st.shared.u32 [%r2], %r2;"), Pair(1, 1)); // one word for all: no conflict
  EXPECT_EQ(wavefronts("mad.lo.u32 %r4, %r1, 8, %r2; st.shared.u32 [%r4], %r1;"), Pair(2, 1));
  EXPECT_EQ(wavefronts("mad.lo.u32 %r4, %r1, 32, %r2; st.shared.v4.u32 [%r4], {%r1,%r1,%r1,%r1};"),
            Pair(8, 4));
}

TEST(Report, DivergedLanesMeetAgain) {
  // A branch to either side: 5 instructions before, 1 + 2 on the sides, then 3 that all lanes run together,
  // and ret.
  nlohmann::json launch = count("setp.lt.u32 %p1, %r1, 9; @%p1 bra LOW; add.u32 %r5, %r1, 1; bra MEET;\n"
                                "LOW: add.u32 %r5, %r1, 2;\n"
                                "MEET: add.u32 %r5, %r5, 1; add.u32 %r5, %r5, 1; add.u32 %r5, %r5, 1;");
  EXPECT_EQ(launch["warp_instructions"], 5 + 2 + 2 + 1 + 3 + 1);
  EXPECT_EQ(launch["thread_instructions"], 32 * (5 + 1) + 9 + 23 * 2 + 9 + 32 * (3 + 1));
}

} // namespace
} // namespace attnc::simtest
