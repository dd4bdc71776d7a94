// ArchTest.cpp - what an architecture lacks is refused at load, as ptxas would; what it has is taken.
#include "test/sim/SimHarness.h"

namespace attnc::simtest {
namespace {

struct Case {
  int since;
  const char *body;
};
const Case cases[] = {
    {80, "cp.async.ca.shared.global [%r1], [%rd1], 4;"},
    {80, "cp.async.cg.shared.global.L2::128B [%r1], [%rd1], 16, %r2;"},
    {80, "cp.async.wait_all;"},
    {80, "redux.sync.add.s32 %r1, %r2, -1;"},
    {90, "elect.sync %r1|%p1, -1;"},
    {90, "stmatrix.sync.aligned.m8n8.x1.shared.b16 [%r1], {%r2};"},
    {75, "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%r1, %r2, %r3, %r4}, [%r5];"},
    {90, "griddepcontrol.wait;"},
    {90, "add.bf16 %h1, %h2, %h3;"},
    {80, "fma.rn.bf16x2 %r1, %r2, %r3, %r4;"},
    {75, "fma.rn.f16x2 %r1, %r2, %r3, %r4;"},
    {80, "fma.rn.relu.f16 %h1, %h2, %h3, %h4;"},
    {80, "max.f16x2 %r1, %r2, %r3;"},
    {80, "max.NaN.f32 %f1, %f2, %f3;"},
    {86, "min.xorsign.abs.f32 %f1, %f2, %f3;"},
    {100, "max.f32 %f1, %f2, %f3, %f4;"},
    {100, "add.rn.f32x2 %rd1, %rd2, %rd3;"},
    {90, "max.s16x2 %r1, %r2, %r3;"},
    {75, "tanh.approx.f16x2 %r1, %r2;"},
    {90, "tanh.approx.bf16 %h1, %h2;"},
    {75, "ex2.approx.f16 %h1, %h2;"},
    {75, "cvt.rn.f16.f32 %h1, %f1;"},
    {80, "cvt.rn.f16x2.f32 %r1, %f1, %f2;"},
    {80, "cvt.rn.bf16.f32 %h1, %f1;"},
    {90, "cvt.rn.bf16.s32 %h1, %r1;"},
    {80, "cvt.rna.tf32.f32 %r1, %f1;"},
    {90, "cvt.rn.tf32.f32 %r1, %f1;"},
    {89, "cvt.rn.satfinite.e4m3x2.f32 %h1, %f1, %f2;"},
    {89, "cvt.rn.f16x2.e5m2x2 %r1, %h1;"},
    {75, "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%f1,%f2,%f3,%f4}, {%r1,%r2}, {%r3}, "
         "{%f1,%f2,%f3,%f4};"},
    {80, "mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 {%f1,%f2,%f3,%f4}, {%r1,%r2}, {%r3}, "
         "{%f1,%f2,%f3,%f4};"},
    {80,
     "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 {%r5,%r6}, {%r1,%r2,%r3,%r4}, {%r1,%r2}, {%r5,%r6};"},
    {75, "mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%r5,%r6}, {%r1}, {%r2}, {%r5,%r6};"},
    {80, "mma.sync.aligned.m16n8k16.row.col.s32.s8.s8.s32 {%r5,%r6,%r7,%r8}, {%r1,%r2}, {%r2}, "
         "{%r5,%r6,%r7,%r8};"},
    {89,
     "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 {%f1,%f2,%f3,%f4}, {%r1,%r2,%r3,%r4}, {%r1,%r2}, "
     "{%f1,%f2,%f3,%f4};"},
    {80, "ld.global.L2::cache_hint.u32 %r1, [%rd1], %rd2;"},
    {100, "ld.global.v8.b32 {%r1,%r2,%r3,%r4,%r5,%r6,%r7,%r8}, [%rd1];"},
    {90, "red.global.add.v4.f32 [%rd1], {%f1,%f2,%f3,%f4};"},
    {75, "red.global.add.noftz.f16x2 [%rd1], %r1;"},
    {90, "red.global.add.noftz.bf16x2 [%rd1], %r1;"},
};

TEST(Arch, InstructionsNeedTheirTarget) {
  for (const Case &test : cases)
    for (const char *name : {"sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"}) {
      Sim sim({}, name);
      Status status = sim.load(kernelText(".param .u64 p", test.body, "", name));
      int arch = std::stoi(std::string(name).substr(3));
      if (arch >= test.since) {
        EXPECT_TRUE(status.ok()) << name << ": " << status.str();
        continue;
      }
      EXPECT_EQ(status.code(), Code::Unsupported) << name << ": " << test.body;
      EXPECT_NE(status.message().find("needs sm_" + std::to_string(test.since) + ", the module's target is " +
                                      name),
                std::string::npos)
          << status.str();
    }
}

TEST(Arch, TheModuleDecidesAndTheDeviceMustHaveIt) {
  Sim newer({}, "sm_90");
  EXPECT_FALSE(newer.load(kernelText(".param .u64 p", "cp.async.wait_all;", "", "sm_75")).ok());
  EXPECT_TRUE(newer.load(kernelText(".param .u64 p", "cp.async.wait_all;", "", "sm_80")).ok());
  Sim older({}, "sm_80");
  Status status = older.load(kernelText(".param .u64 p", "", "", "sm_90"));
  EXPECT_NE(status.message().find("target sm_90 is newer than the device, sm_80"), std::string::npos)
      << status.str();
  for (const char *bad : {"sm_", "sm_9x", "compute_90", "sm_90b"}) {
    Status named = newer.load(kernelText(".param .u64 p", "", "", bad));
    EXPECT_NE(named.message().find("expected a .target like sm_90"), std::string::npos) << named.str();
  }
}

} // namespace
} // namespace attnc::simtest
