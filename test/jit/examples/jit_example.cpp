// jit_example.cpp - a spec file in, a kernel out, run on the simulator (on a GPU: openCudaDevice()).
#include "attnc/Jit.h"

#include <cstdio>

using namespace attnc;

static int fail(const Status &status) { return std::fprintf(stderr, "%s\n", status.str().c_str()), 1; }

int main(int argc, char **argv) {
  Result<std::shared_ptr<Jit>> jit = Jit::create();
  Result<Target> target = Target::parse("sm_90");
  if (!jit.ok() || argc != 2)
    return fail(jit.status());
  Result<Kernel> kernel = (*jit)->compileFile(argv[1], *target); // llama3-prefill.yaml
  if (!kernel.ok())
    return fail(kernel.status());

  constexpr int64_t kTokens = 3, kHeads = 32, kKvHeads = 8, kDim = 128;
  std::vector<uint16_t> q(kTokens * kHeads * kDim), k(kTokens * kKvHeads * kDim), v(k.size(), 0x3f80),
      out(q.size());
  std::vector<float> lse(kTokens * kHeads);
  std::vector<int32_t> cumulative = {0, kTokens}; // one request
  std::shared_ptr<Device> device = openSimDevice(*target);
  Arguments arguments;
  auto put = [&](const char *name, auto &host, DType dtype, std::vector<int64_t> shape) {
    size_t bytes = host.size() * sizeof host[0];
    void *memory = *device->allocate(bytes);
    (void)device->upload(memory, host.data(), bytes);
    arguments.tensors[name] = {memory, dtype, std::move(shape), {}};
  };
  put("q", q, DType::BF16, {kTokens, kHeads, kDim});
  put("k", k, DType::BF16, {kTokens, kKvHeads, kDim});
  put("v", v, DType::BF16, {kTokens, kKvHeads, kDim});
  put("cu_q", cumulative, DType::I32, {2});
  put("cu_kv", cumulative, DType::I32, {2});
  put("out", out, DType::BF16, {kTokens, kHeads, kDim});
  put("lse", lse, DType::F32, {kTokens, kHeads});
  arguments.dims = {{"q_len", kTokens}, {"kv_len", kTokens}};
  if (Status status = kernel->run(*device, arguments); !status.ok())
    return fail(status);
  if (Status status = device->download(out.data(), arguments.tensors["out"].data, out.size() * 2);
      !status.ok())
    return fail(status);
  if (Status status = device->download(lse.data(), arguments.tensors["lse"].data, lse.size() * 4);
      !status.ok())
    return fail(status);
  std::printf("out[0] = 0x%04x, lse[last] = %f\n", out[0], lse.back()); // 0x3f80 (1.0) and log(3)
  return 0;
}
