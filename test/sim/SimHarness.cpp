// SimHarness.cpp - see SimHarness.h.
#include "test/sim/SimHarness.h"

#include "runtime/sim/ptx/Parser.h"

#include <cmath>
#include <fstream>
#include <sstream>

namespace attnc::simtest {

static std::set<std::string> &loadedInstructions() {
  static std::set<std::string> instructions;
  return instructions;
}
const std::set<std::string> &instructionsLoaded() { return loadedInstructions(); }

Sim::Sim(const SimOptions &options, const std::string &arch) {
  auto target = Target::parse(arch);
  EXPECT_TRUE(target.ok()) << target.status().str();
  device = openSimDevice(target.ok() ? *target : Target{}, options);
}

Status Sim::load(const std::string &ptx, const std::string &cuda) {
  Image image;
  image.program.name = "test";
  image.program.text = cuda;
  image.ptx = ptx;
  auto loaded = device->load(image);
  if (!loaded.ok())
    return loaded.status();
  module = std::move(*loaded);
  if (auto parsed = sim::parsePtx(ptx); parsed.ok())
    for (const sim::Function &function : (*parsed)->functions)
      for (const sim::Instr &instr : function.body)
        loadedInstructions().insert(instr.text());
  return Status::success();
}

void *Sim::allocate(size_t bytes) {
  auto address = device->allocate(bytes);
  EXPECT_TRUE(address.ok()) << address.status().str();
  return address.ok() ? *address : nullptr;
}

Status Sim::launch(const std::string &kernel, uint32_t threads, std::array<uint32_t, 3> grid,
                   uint32_t dynamicShared) {
  LaunchConfig config;
  config.grid = grid;
  config.threads = threads;
  config.dynamicSharedBytes = dynamicShared;
  config.buffers = names;
  std::vector<std::byte> bytes = std::move(params);
  params.clear();
  if (module == nullptr)
    return Status(Code::Internal, "no module is loaded");
  return device->launch(*module, kernel, config, bytes);
}

std::string kernelText(const std::string &params, const std::string &body, const std::string &globals,
                       const std::string &arch) {
  return ".version 9.0\n.target " + arch + "\n.address_size 64\n" + globals + "\n.visible .entry kernel(\n" +
         params +
         "\n)\n{\n.reg .b64 %rd<64>;\n.reg .b32 %r<64>;\n.reg .f32 %f<64>;\n.reg .b16 %h<64>;\n.reg .pred "
         "%p<64>;\n" +
         body + "\nret;\n}\n";
}

static std::string operandLoads() {
  std::string text = R"(
ld.param.u64 %rd20, [in];
ld.param.u64 %rd21, [out];
ld.param.u32 %r20, [count];
mov.u32 %r21, %tid.x;
mov.u32 %r22, %ctaid.x;
mov.u32 %r23, %ntid.x;
mad.lo.u32 %r24, %r22, %r23, %r21;
setp.ge.u32 %p20, %r24, %r20;
@%p20 bra END;
mul.wide.u32 %rd22, %r24, 32;
add.u64 %rd22, %rd20, %rd22;
mul.wide.u32 %rd23, %r24, 8;
add.u64 %rd23, %rd21, %rd23;
)";
  for (int i = 1; i <= 4; ++i) {
    std::string n = std::to_string(i);
    text += "ld.global.u64 %rd" + n + ", [%rd22+" + std::to_string(8 * (i - 1)) + "];\n";
    text += "cvt.u32.u64 %r" + n + ", %rd" + n + ";\n";
    text += "cvt.u16.u64 %h" + n + ", %rd" + n + ";\n";
    text += "and.b32 %r30, %r" + n + ", 1;\nsetp.ne.u32 %p" + n + ", %r30, 0;\n";
  }
  return text + "mov.u64 %rd0, 0x5555555555555555;\nmov.u32 %r0, 0x55555555;\nmov.u16 %h0, 0x5555;\n"
                "setp.ne.u32 %p0, %r0, %r0;\n";
}

std::vector<uint64_t> evaluate(const std::string &body, char result, const std::vector<Row> &rows,
                               const std::string &arch) {
  std::string store;
  uint64_t untouched = 0x5555555555555555ull;
  if (result == 'w') {
    store = "cvt.u64.u32 %rd0, %r0;\n";
    untouched = 0x55555555;
  } else if (result == 'h') {
    store = "cvt.u64.u16 %rd0, %h0;\n";
    untouched = 0x5555;
  } else if (result == 'p') {
    store = "selp.u64 %rd0, 1, 0, %p0;\n";
    untouched = 0;
  }
  store += "st.global.u64 [%rd23], %rd0;\nEND:\n";
  std::string params = ".param .u64 in,\n.param .u64 out,\n.param .u32 count";
  std::string around =
      "rem.u32 %r40, %r24, 3;\nsetp.eq.u32 %p40, %r40, 0;\n@%p40 bra SKIP;\n" + body + "\nSKIP:\n";

  std::vector<uint64_t> results[2];
  for (int pass = 0; pass < 2; ++pass) {
    Sim sim({}, arch);
    Status loaded =
        sim.load(kernelText(params, operandLoads() + (pass ? around : body + "\n") + store, "", arch));
    EXPECT_TRUE(loaded.ok()) << loaded.str() << "\n" << body;
    if (!loaded.ok())
      return std::vector<uint64_t>(rows.size());
    Row *in = sim.buffer(rows);
    std::vector<uint64_t> empty(rows.size());
    uint64_t *out = sim.buffer(empty);
    uint32_t count = static_cast<uint32_t>(rows.size());
    Status status = sim.arg(in).arg(out).arg(count).launch("kernel", 128, {(count + 127) / 128, 1, 1});
    EXPECT_TRUE(status.ok()) << status.str() << "\n" << body;
    results[pass].assign(out, out + rows.size());
  }
  for (size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(results[1][i], i % 3 == 0 ? untouched : results[0][i])
        << body << " with every third lane off, row " << i;
  return results[0];
}

uint64_t bits(float value) {
  uint32_t word;
  std::memcpy(&word, &value, sizeof(word));
  return word;
}
uint64_t bits(double value) {
  uint64_t word;
  std::memcpy(&word, &value, sizeof(word));
  return word;
}
float asFloat(uint64_t value) {
  uint32_t word = static_cast<uint32_t>(value);
  float result;
  std::memcpy(&result, &word, sizeof(result));
  return result;
}
double asDouble(uint64_t value) {
  double result;
  std::memcpy(&result, &value, sizeof(result));
  return result;
}

std::vector<uint64_t> edgeIntegers() {
  return {0,
          1,
          2,
          3,
          31,
          32,
          33,
          63,
          64,
          65,
          0x7f,
          0x80,
          0xff,
          0x100,
          0x7fff,
          0x8000,
          0xffff,
          0x10000,
          0x12345678,
          0x7fffffff,
          0x80000000,
          0x80000001,
          0xfffffffe,
          0xffffffff,
          0x100000000ull,
          0x123456789abcdef0ull,
          0x7fffffffffffffffull,
          0x8000000000000000ull,
          0xfffffffffffffffeull,
          0xffffffffffffffffull};
}

std::vector<float> edgeFloats() {
  return {0.0f,          -0.0f,          1.0f,     -1.0f,          0.5f,      1.5f,    2.5f,
          -2.5f,         3.3333333f,     65504.0f, 65520.0f,       1e-7f,     6e-8f,   -3e-8f,
          1e-40f,        -1e-45f,        1e38f,    -3.4028235e38f, 1e30f,     -1e-30f, 1.1754944e-38f,
          126.7f,        -149.5f,        -127.25f, INFINITY,       -INFINITY, NAN,     16777217.0f,
          2147483648.0f, -2147483904.0f, 255.5f,   0.99999994f};
}

std::vector<Row> pairs(const std::vector<uint64_t> &a, const std::vector<uint64_t> &b) {
  std::vector<Row> rows;
  for (uint64_t x : a)
    for (uint64_t y : b)
      rows.push_back({x, y, x ^ (y << 7), y * 3});
  return rows;
}

std::string readKernel(const std::string &name) {
  std::ifstream file(std::string(ATTNC_SIM_KERNELS) + "/" + name);
  EXPECT_TRUE(file.good()) << "cannot read " << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

} // namespace attnc::simtest
