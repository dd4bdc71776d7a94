// CallTest.cpp - calls of device functions, and names in inner scopes.
#include "test/sim/NvrtcText.h"
#include "test/sim/SimHarness.h"

namespace attnc::simtest {
namespace {

using Words = std::vector<uint32_t>;

/// Loads `body` with `functions` before the kernel; thread i's %r0 ends up in element i.
Words run(const std::string &functions, const std::string &body, uint32_t threads = 32) {
  Sim sim;
  Status loaded = sim.load(
      kernelText(".param .u64 out",
                 "ld.param.u64 %rd9, [out]; mov.u32 %r1, %tid.x; mad.wide.u32 %rd9, %r1, 4, %rd9;\n" + body +
                     "\nst.global.u32 [%rd9], %r0;",
                 functions));
  EXPECT_TRUE(loaded.ok()) << loaded.str();
  uint32_t *out = sim.buffer(Words(threads));
  Status status = sim.arg(out).launch("kernel", threads);
  EXPECT_TRUE(status.ok()) << status.str();
  return Words(out, out + threads);
}

void refuse(const std::string &functions, const std::string &body, const std::string &part) {
  Sim sim;
  Status status = sim.load(kernelText(".param .u64 out", body, functions));
  EXPECT_EQ(status.code(), Code::Unsupported) << status.str();
  EXPECT_NE(status.message().find(part), std::string::npos) << status.str();
  EXPECT_NE(status.message().find("PTX line"), std::string::npos) << status.str();
}

/// As NVRTC writes it: parameters and the result through .param variables of an inner scope.
const std::string kTriple = R"(
.func (.param .b32 func_retval0) triple(.param .b32 triple_param_0)
{
.reg .b32 %r<4>;
ld.param.u32 %r1, [triple_param_0];
mul.lo.s32 %r2, %r1, 3;
st.param.b32 [func_retval0], %r2;
ret;
}
)";
std::string callTriple(const std::string &to, const std::string &from, const std::string &guard = "") {
  return "{ // callseq\n.param .b32 param0;\n.param .b32 retval0;\nst.param.b32 [param0], " + from + ";\n" +
         guard + "call.uni (retval0), triple, (param0);\nld.param.b32 " + to + ", [retval0];\n}\n";
}

TEST(Call, ParametersAndResult) {
  Words out = run(kTriple, callTriple("%r2", "%r1") + callTriple("%r0", "%r2"));
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], 9 * i);
}

TEST(Call, RegistersAsParameters) {
  Words out =
      run(".func (.reg .b32 sum, .reg .b32 product) both(.reg .b32 a, .reg .b32 b)\n{ add.u32 sum, a, b; "
          "mul.lo.u32 product, a, b; ret; }\n",
          "call (%r2, %r3), both, (%r1, 5);\nmad.lo.u32 %r0, %r2, 1000, %r3;");
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], (i + 5) * 1000 + i * 5);
}

TEST(Call, StructuresByValueAndVectors) {
  Words out = run(R"(.func (.param .align 8 .b8 r[8]) swap(.param .align 8 .b8 p[8])
{ .reg .b32 %a<3>; ld.param.v2.u32 {%a1, %a2}, [p]; st.param.b32 [r+4], %a1; st.param.b32 [r], %a2; ret; })",
                  "{ .param .align 8 .b8 p0[8]; .param .align 8 .b8 q[8]; st.param.v2.b32 [p0], {%r1, 77}; "
                  "call (q), swap, (p0); ld.param.u32 %r2, [q]; ld.param.u32 %r3, [q+4]; }"
                  "mad.lo.u32 %r0, %r2, 100, %r3;");
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], 7700 + i);
}

/// Lanes return early, loop different numbers of times, and are together again after the call.
TEST(Call, Divergence) {
  Words out = run(R"(.func (.reg .b32 r) sumTo(.reg .b32 n)
{ .reg .b32 i; .reg .pred p; mov.u32 r, 0; setp.eq.u32 p, n, 7; @p ret; mov.u32 i, 0;
LOOP: setp.gt.u32 p, i, n; @p ret; add.u32 r, r, i; add.u32 i, i, 1; bra LOOP; })",
                  "call (%r2), sumTo, (%r1); add.u32 %r3, %r2, 0; call (%r4), sumTo, (%r1);\n"
                  "bar.warp.sync 0xffffffff; shfl.sync.bfly.b32 %r5, %r3, 1, 31, -1; add.u32 %r0, %r4, 0;");
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], i == 7 ? 0 : i * (i + 1) / 2);
}

TEST(Call, GuardedAndNested) {
  std::string twice = ".func (.reg .b32 r) nine(.reg .b32 a)\n{\n.reg .b32 %r<4>;\n" +
                      callTriple("%r1", "a") + callTriple("r", "%r1") + "ret;\n}\n";
  Words out = run(kTriple + twice, "setp.lt.u32 %p1, %r1, 10; mov.u32 %r0, 5; @%p1 call (%r0), nine, (%r1);");
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], i < 10 ? 9 * i : 5);
  out = run(kTriple,
            "setp.lt.u32 %p1, %r1, 10;\n" +
                std::string("{ .param .b32 a; .param .b32 b; st.param.b32 [a], %r1; st.param.b32 [b], 4; "
                            "@!%p1 call (b), triple, (a); ld.param.b32 %r0, [b]; }"));
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], i < 10 ? 4 : 3 * i);
}

TEST(Call, ExitAndLocalMemoryOfAFunction) {
  Words out =
      run(R"(.func (.reg .b32 r) pick(.reg .b32 i)
{ .local .align 4 .b8 depot[16]; .reg .b32 %a<4>; .reg .pred p;
st.local.u32 [depot], 10; st.local.u32 [depot+4], 20; st.local.u32 [depot+8], 30; st.local.u32 [depot+12], i;
and.b32 %a1, i, 3; shl.b32 %a1, %a1, 2; mov.u32 %a2, depot; add.u32 %a2, %a2, %a1; ld.local.u32 r, [%a2];
setp.eq.u32 p, i, 31; @p exit; ret; })",
          ".local .align 4 .b8 depot[4]; st.local.u32 [depot], 1; call (%r2), pick, (%r1); ld.local.u32 %r3, "
          "[depot]; add.u32 %r0, %r2, %r3;");
  for (uint32_t i = 0; i < 31; ++i)
    EXPECT_EQ(out[i], (i % 4 == 3 ? i : 10 * (i % 4 + 1)) + 1);
  EXPECT_EQ(out[31], 0u); // gone before it stored
}

/// A variable of an inner scope hides one outside.
TEST(Call, VariablesOfScopes) {
  Words out = run("", R"(.local .b32 x; st.local.u32 [x], %r1;
{ .local .b32 x; st.local.u32 [x], 5; { .local .b32 x; st.local.u32 [x], 6; } ld.local.u32 %r2, [x]; }
ld.local.u32 %r3, [x]; mad.lo.u32 %r0, %r3, 10, %r2;)");
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], 10 * i + 5);
}

TEST(Call, AssertIsATrap) {
  Sim sim;
  ASSERT_TRUE(sim.load(kernelText(".param .u64 out",
                                  "{ .param .b64 a; st.param.b64 [a], 1; call.uni __assertfail, (a); }",
                                  ".extern .func __assertfail(.param .b64 m) .noreturn;"))
                  .ok());
  Status status = sim.arg(uint64_t(0)).launch("kernel", 32);
  EXPECT_NE(status.message().find("trap"), std::string::npos) << status.str();
}

/// What NVRTC makes of functions that are not inlined: structures by value, lines, a loop around a call.
TEST(Call, TextOfNvrtc) {
  std::optional<std::string> ptx = compileCuda(R"(
struct Pair { float a, b; };
__device__ __noinline__ Pair swap(Pair p, int by) { return by & 1 ? Pair{p.b, p.a} : p; }
__device__ __noinline__ float mix(const float* table, int i) {
  float sum = 0;
  for (int k = 0; k <= i % 3; ++k) { Pair p = swap(Pair{table[k], 10.0f}, i + k); sum += p.a - 0.5f * p.b; }
  return sum;
}
extern "C" __global__ void kernel(float* out) {
  float table[3] = {1.0f * threadIdx.x, 2.0f, 3.0f};
  out[threadIdx.x] = mix(table, threadIdx.x) + mix(table, threadIdx.x + 1);
})",
                                               {"--gpu-architecture=compute_90", "-lineinfo"});
  if (!ptx)
    GTEST_SKIP() << "no NVRTC here";
  ASSERT_NE(ptx->find("call"), std::string::npos);
  Sim sim;
  Status loaded = sim.load(*ptx);
  ASSERT_TRUE(loaded.ok()) << loaded.str();
  float *out = sim.buffer(std::vector<float>(64));
  Status status = sim.arg(out).launch("kernel", 64);
  ASSERT_TRUE(status.ok()) << status.str();
  for (int i = 0; i < 64; ++i) {
    auto mix = [&](int n) {
      float sum = 0, table[3] = {float(i), 2, 3};
      for (int k = 0; k <= n % 3; ++k)
        sum += (n + k) & 1 ? 10.0f - 0.5f * table[k] : table[k] - 0.5f * 10.0f;
      return sum;
    };
    EXPECT_FLOAT_EQ(out[i], mix(i) + mix(i + 1)) << i;
  }
}

TEST(Call, WhatIsRefused) {
  refuse(".func f() { call g; ret; }\n.func g() { ret; }\n.func f2();", "call f2;", "'f2' has no body");
  refuse(".func f();\n.func g() { call f; ret; }\n.func f() { call g; ret; }\n", "call f;", "calls itself");
  refuse(".func f() { call f; ret; }", "call f;", "recursion is not supported");
  refuse("", "call %rd1, ();", "indirect calls are not supported");
  refuse("", "call nothing;", "'nothing' has no body");
  refuse(kTriple, "call triple;", "expected 1 arguments");
  refuse(kTriple, "call (%r1), triple, (%r2);", "expected a .param variable of 4 bytes");
  refuse(kTriple, "{ .param .b64 a; .param .b32 r; call (r), triple, (a); }", ".param variable of 4 bytes");
  refuse(kTriple, "{ .param .b32 a; mov.b64 %rd1, a; }", "address of a call's parameter");
  std::string doubling = ".func f0() { ret; }\n";
  for (int i = 1; i < 30; ++i)
    doubling += ".func f" + std::to_string(i) + "() { call f" + std::to_string(i - 1) + "; call f" +
                std::to_string(i - 1) + "; ret; }\n";
  refuse(doubling, "call f29;", "at most 16384 calls");
}

} // namespace
} // namespace attnc::simtest
