// Probes.cpp - the kernels around the probes' bodies, running one, comparing results.
#include "tools/gpu/golden/Probes.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace attnc::golden {

uint32_t hash(uint32_t x) {
  x = (x ^ x >> 16) * 0x7feb352du;
  x = (x ^ x >> 15) * 0x846ca68bu;
  return x ^ x >> 16;
}

std::string Probe::digest() const {
  uint64_t state = 0xcbf29ce484222325ull; // FNV-1a
  auto mix = [&](const void *data, size_t size) {
    for (size_t i = 0; i < size; ++i)
      state = (state ^ static_cast<const uint8_t *>(data)[i]) * 0x100000001b3ull;
  };
  mix(body.data(), body.size());
  mix(inputs.data(), inputs.size() * sizeof(uint32_t));
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(state));
  return text;
}

void addElementwise(std::vector<Probe> &all, const std::string &op, int since, const std::string &body,
                    const std::vector<uint32_t> &values, int inWords, const Agreement &agreement) {
  Probe probe;
  probe.op = op;
  probe.since = since;
  probe.body = body;
  probe.inWords = inWords;
  probe.threads = 256;
  for (size_t thread = 0; thread < 256; ++thread)
    for (size_t i = 0; i < static_cast<size_t>(inWords); ++i)
      probe.inputs.push_back(values[(thread + i * 37) % values.size()]);
  probe.agreement = agreement;
  all.push_back(std::move(probe));
}

const std::vector<Probe> &probes() {
  static const std::vector<Probe> all = [] {
    std::vector<Probe> result;
    addTensorProbes(result);
    addConvertProbes(result);
    addFunctionProbes(result);
    addMoveProbes(result);
    return result;
  }();
  return all;
}

static std::string kernelName(size_t index) { return "probe_" + std::to_string(index); }

/// Loads the inputs from `in`, runs the body, stores the results to `out`: names of 64-bit registers.
static std::string wholeBody(const Probe &probe, const std::string &in, const std::string &out) {
  std::string text = "{\n.reg .b32 i<" + std::to_string(probe.inWords) + ">, o<" +
                     std::to_string(probe.outWords) +
                     ">;\n.reg .b16 h<4>;\n.reg .b32 t<4>;\n.reg .pred p<2>;\n";
  for (int i = 0; i < probe.inWords; ++i)
    text += "ld.global.u32 i" + std::to_string(i) + ", [" + in + "+" + std::to_string(4 * i) + "];\n";
  text += probe.body;
  for (int i = 0; i < probe.outWords; ++i)
    text += "st.global.u32 [" + out + "+" + std::to_string(4 * i) + "], o" + std::to_string(i) + ";\n";
  return text + "}\n";
}

std::string probesAsPtx(const Target &target) {
  std::string text = ".version 8.8\n.target " + target.name() + "\n.address_size 64\n";
  for (size_t i = 0; i < probes().size(); ++i) {
    const Probe &probe = probes()[i];
    if (probe.since > target.computeCapability)
      continue;
    text += ".visible .entry " + kernelName(i) +
            "(.param .u64 in, .param .u64 out)\n{\n.reg .b64 from, to;\n.reg .b32 thread;\n"
            "ld.param.u64 from, [in];\nld.param.u64 to, [out];\nmov.u32 thread, %tid.x;\nmad.wide.u32 from, "
            "thread, " +
            std::to_string(4 * probe.inWords) + ", from;\nmad.wide.u32 to, thread, " +
            std::to_string(4 * probe.outWords) + ", to;\n" + wholeBody(probe, "from", "to") + "ret;\n}\n";
  }
  return text;
}

std::string probesAsCuda(const Target &target) {
  std::string text;
  for (size_t i = 0; i < probes().size(); ++i) {
    const Probe &probe = probes()[i];
    if (probe.since > target.computeCapability)
      continue;
    std::string body;
    for (char c : wholeBody(probe, "%0", "%1"))
      body += c == '\n' ? std::string("\\n\"\n      \"") : std::string(1, c);
    text += "extern \"C\" __global__ void " + kernelName(i) +
            "(const unsigned* in, unsigned* out) {\n  asm volatile(\n      \"" + body +
            "\" ::\"l\"(in + threadIdx.x * " + std::to_string(probe.inWords) +
            "), \"l\"(out + threadIdx.x * " + std::to_string(probe.outWords) + ") : \"memory\");\n}\n";
  }
  return text;
}

Result<std::vector<uint32_t>> runProbe(Device &device, Module &module, size_t index) {
  const Probe &probe = probes()[index];
  std::vector<uint32_t> results(static_cast<size_t>(probe.threads * probe.outWords));
  size_t inBytes = probe.inputs.size() * 4, outBytes = results.size() * 4;
  ATTNC_ASSIGN_OR_RETURN(void *in, device.allocate(inBytes));
  ATTNC_ASSIGN_OR_RETURN(void *out, device.allocate(outBytes));
  std::byte params[2 * sizeof(void *)];
  std::memcpy(params, &in, sizeof(in));
  std::memcpy(params + sizeof(in), &out, sizeof(out));
  LaunchConfig config;
  config.threads = static_cast<uint32_t>(probe.threads);
  Status status = device.upload(in, probe.inputs.data(), inBytes);
  if (status.ok())
    status = device.launch(module, kernelName(index), config, params);
  if (status.ok())
    status = device.synchronize();
  if (status.ok())
    status = device.download(results.data(), out, outBytes);
  if (status.ok())
    status = device.synchronize();
  (void)device.release(in);
  (void)device.release(out);
  status.prefix(probe.op + ": ");
  ATTNC_RETURN_IF_ERROR(status);
  return results;
}

namespace {

/// The value of a code, and of one unit in its last place.
double valueOf(Agreement::Kind kind, uint32_t code, double &ulp) {
  int exponentBits = kind == Agreement::Kind::F16 ? 5 : 8, mantissa = kind == Agreement::Kind::F32   ? 23
                                                                      : kind == Agreement::Kind::F16 ? 10
                                                                                                     : 7;
  uint32_t sign = 1u << (exponentBits + mantissa), magnitude = code & (sign - 1);
  int exponent = static_cast<int>(magnitude >> mantissa), bias = (1 << (exponentBits - 1)) - 1;
  uint32_t fraction = magnitude & ((1u << mantissa) - 1);
  if (exponent == 2 * bias + 1)
    return fraction != 0 ? NAN : (code & sign) != 0 ? -INFINITY : INFINITY;
  ulp = std::ldexp(1.0, std::max(exponent, 1) - bias - mantissa);
  double value = (exponent > 0 ? fraction + (1u << mantissa) : fraction) * ulp;
  return (code & sign) != 0 ? -value : value;
}

bool agree(const Agreement &agreement, uint32_t recorded, uint32_t other) {
  if (recorded == other)
    return true;
  double ulp = 0, ignored = 0;
  double want = valueOf(agreement.kind, recorded, ulp), got = valueOf(agreement.kind, other, ignored);
  if (std::isnan(want) || std::isnan(got))
    return std::isnan(want) && std::isnan(got);
  return std::fabs(want - got) <=
         std::max(agreement.ulps * ulp, agreement.absolute); // false with one infinity
}

} // namespace

std::string difference(const Probe &probe, const std::vector<uint32_t> &recorded,
                       const std::vector<uint32_t> &other) {
  if (recorded.size() != other.size())
    return "expected " + std::to_string(other.size()) + " words, got " + std::to_string(recorded.size());
  for (size_t i = 0; i < recorded.size(); ++i) {
    uint32_t a = recorded[i], b = other[i];
    bool same = a == b;
    if (!same && probe.agreement.kind == Agreement::Kind::F32)
      same = agree(probe.agreement, a, b);
    else if (!same && probe.agreement.kind != Agreement::Kind::Bits)
      same = agree(probe.agreement, a & 0xffff, b & 0xffff) && agree(probe.agreement, a >> 16, b >> 16);
    if (same)
      continue;
    char text[96];
    std::snprintf(text, sizeof(text), "thread %zu, word %zu: recorded 0x%08x, got 0x%08x",
                  i / static_cast<size_t>(probe.outWords), i % static_cast<size_t>(probe.outWords), a, b);
    return text;
  }
  return {};
}

} // namespace attnc::golden
