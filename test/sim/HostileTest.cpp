// HostileTest.cpp - text that asks for too much: a clear error, soon, without the memory it asks for.
#include "test/sim/SimHarness.h"

#include <chrono>
#include <sys/resource.h>

namespace attnc::simtest {
namespace {

const std::string kHead = ".version 9.0\n.target sm_90\n.address_size 64\n";
const std::string kEntry = kHead + ".visible .entry k()\n{\n.reg .b32 %r<9>;\n.reg .b64 %rd<9>;\n";

long peakKiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/// Loading answers within seconds and a bounded amount of memory; the error names `part` ("" : it may work).
void refused(const std::string &name, const std::string &text, const std::string &part) {
  auto begin = std::chrono::steady_clock::now();
  long before = peakKiB();
  Sim sim;
  Image image;
  image.ptx = text;
  auto loaded = sim.device->load(image);
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  EXPECT_LT(seconds, 20) << name; // far above what it takes, for slow machines
  EXPECT_LT(peakKiB() - before, 3l << 20) << name;
  if (part.empty())
    return;
  EXPECT_FALSE(loaded.ok()) << name;
  EXPECT_NE(loaded.status().message().find(part), std::string::npos) << name << ": " << loaded.status().str();
}

std::string repeat(const std::string &text, size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i)
    result += text;
  return result;
}
std::string numbered(size_t count, const std::string &before, const std::string &after) {
  std::string result;
  for (size_t i = 0; i < count; ++i)
    result += before + std::to_string(i) + after;
  return result;
}

TEST(Hostile, HugeCounts) {
  refused("registers", kHead + ".entry k() { .reg .b32 %r<2147483648>; ret; }", "register count");
  refused("registers of many functions",
          kHead + numbered(100, ".func f", "() { .reg .b64 %r<60000>; ret; }\n"), "registers in a module");
  refused("negative registers", kHead + ".entry k() { .reg .b32 %r<-5>; ret; }", "register count");
  refused("array", kHead + ".global .b64 x[2147483648];", "256 MiB");
  refused("extents that wrap", kHead + ".global .b8 x[4294967296][4294967296];", "256 MiB");
  refused("many arrays", kHead + numbered(400, ".global .b8 x", "[200000000];\n"), "256 MiB in a module");
  refused("local memory", kEntry + ".local .b8 x[200000000];\nst.local.u32 [x], 1; ret; }",
          "512 KiB of local");
  refused("parameters",
          kHead + ".entry k(" + numbered(20000, ".param .b64 p", ",\n") + ".param .b64 q) { ret; }", "32764");
  refused("one parameter", kHead + ".entry k(.param .b8 p[2147483648]) { ret; }", "256 MiB");
  refused("vector", kEntry + "ld.global.v4.u32 {" + repeat("%r1, ", 500000) + "%r1}, [%rd1]; ret; }", "list");
  refused("functions", kHead + numbered(5000, ".func f", "() { ret; }\n"), "4096 functions");
  refused("initialiser", kHead + ".global .b64 x[8] = {" + repeat("1,", 100000) + "1};",
          "bytes of initialiser");
  refused("text", kHead + std::string(17 << 20, ' '), "16 MiB of PTX");
  refused("barrier number", kEntry + "bar.sync 99999999999999999999; ret; }", "64 bits");
}

TEST(Hostile, DeepNesting) {
  refused("scopes", kHead + ".entry k() " + repeat("{", 1000000), "64 nested scopes");
  refused("operands", kEntry + "mov.b32 " + repeat("{", 1000000), "nested operands");
  refused("negations", kEntry + "mov.b32 %r1, " + repeat("-", 1000000) + "%r1;", "expected an operand");
  refused("initialisers", kHead + ".global .u32 x[1] = " + repeat("{", 1000000), "nested braces");
}

TEST(Hostile, WorkThatGrowsFasterThanText) {
  refused("labels of many scopes", kEntry + repeat("{A:}", 200000) + "ret; }", "");
  refused("branch tables",
          kEntry + "A: " + "T: .branchtargets " + repeat("A, ", 20000) + "A;\n" +
              repeat("brx.idx %r1, T;\n", 2000) + "ret; }",
          "branch tables");
  refused("shared variables",
          kHead + numbered(16000, ".shared .b8 s", "[1];\n") + numbered(2000, ".entry k", "() { ret; }\n"),
          "");
}

TEST(Hostile, Duplicates) {
  refused("functions", kHead + ".entry k() { ret; }\n.entry k() { ret; }", "defined twice");
  refused("variables", kHead + ".global .u32 x;\n.global .u32 x;", "declared twice");
  refused("parameters", kHead + ".entry k(.param .u32 a, .param .u32 a) { ret; }", "declared twice");
  refused("local variables", kEntry + ".local .b32 x; .local .b32 x; ret; }", "declared twice");
  refused("branch tables", kEntry + "A: T: .branchtargets A; T: .branchtargets A; ret; }", "defined twice");
}

TEST(Hostile, AnotherGenerator) {
  refused("32-bit addresses", ".version 9.0\n.target sm_90\n.address_size 32\n", "address_size 64");
  refused("SPIR-V", "\x03\x02\x23\x07", "unexpected character");
  refused("LLVM", "target triple = \"nvptx64-nvidia-cuda\"", "expected a directive");
  refused("SASS", "/*0000*/ MOV R1, c[0x0][0x28] ;", "expected a directive");
  refused("old PTX",
          ".version 1.4\n.target sm_13\n.entry k { .reg .u32 r; mov.u32 r, %tid.x; tex.2d.v4.f32.f32 r, r; }",
          "textures");
  refused("no version", ".target sm_90\n", ".version");
  refused("no target", ".version 9.0\n.entry k() { ret; }", "expected a .target");
}

} // namespace
} // namespace attnc::simtest
