// MakeBundle.cpp - writes the bundle that the tests of the runtime library run: two hand-written kernels.
//
// A program of its own, because the tests link the shared runtime and nothing that has NVRTC in it.
#include "Samples.h"
#include "attnc/Runtime.h"
#include "runtime/nvrtc/NvrtcCompiler.h"

#include <cstdio>

namespace attnc {
namespace {

/// The interface of llama3_prefill as the compiler makes it, with one thread a row and head.
Program naivePrefill() {
  Program program;
  program.name = "llama3_prefill";
  program.target = test::target("sm_90");
  program.text = R"(
struct Params {
  const unsigned short *q, *k, *v;
  const int *cu_q, *cu_kv;
  unsigned short *out;
  float *lse;
};

__device__ float widen(unsigned short bits) { return __uint_as_float((unsigned)bits << 16); }

extern "C" __global__ void llama3_prefill_00c0de(const Params p) {
  const int row = blockIdx.x * 32 + threadIdx.x, head = blockIdx.y, request = blockIdx.z;
  const int q_begin = p.cu_q[request], kv_begin = p.cu_kv[request];
  const int q_len = p.cu_q[request + 1] - q_begin, kv_len = p.cu_kv[request + 1] - kv_begin;
  if (row >= q_len)
    return;
  const long long token = q_begin + row;
  const int keys = max(0, kv_len - q_len + row + 1);
  float sum = 0.0f;
  float acc[4];
  for (int part = 0; part < 32; ++part) {
    sum = 0.0f;
    for (int i = 0; i < 4; ++i)
      acc[i] = 0.0f;
    for (int key = 0; key < keys; ++key) {
      const long long kv = ((kv_begin + key) * 8LL + head / 4) * 128;
      float score = 0.0f;
      for (int i = 0; i < 128; ++i)
        score += widen(p.q[(token * 32 + head) * 128 + i]) * widen(p.k[kv + i]);
      const float weight = exp2f((score - 128.0f) * 0.12751743f);
      sum += weight;
      for (int i = 0; i < 4; ++i)
        acc[i] += weight * widen(p.v[kv + part * 4 + i]);
    }
    for (int i = 0; i < 4; ++i)
      p.out[(token * 32 + head) * 128 + part * 4 + i] =
          sum > 0.0f ? (unsigned short)(__float_as_uint(acc[i] / sum) >> 16) : 0;
  }
  p.lse[token * 32 + head] = __log2f(sum) * 0.6931472f + 128.0f * 0.088388347f;
}
)";
  program.dims = {"q_len", "kv_len"};
  program.tensors = {{"q", DType::BF16, {{"total_q"}, {"32"}, {"128"}}, false, false, 16},
                     {"k", DType::BF16, {{"total_kv"}, {"8"}, {"128"}}, false, false, 16},
                     {"v", DType::BF16, {{"total_kv"}, {"8"}, {"128"}}, false, false, 16},
                     {"cu_q", DType::I32, {{"batch + 1"}}, false, false, 4},
                     {"cu_kv", DType::I32, {{"batch + 1"}}, false, false, 4},
                     {"out", DType::BF16, {{"total_q"}, {"32"}, {"128"}}, true, false, 16},
                     {"lse", DType::F32, {{"total_q"}, {"32"}}, true, false, 4}};
  Launch launch;
  launch.kernel = "llama3_prefill_00c0de";
  launch.grid = {Formula{"ceildiv(q_len, 32)"}, Formula{"32"}, Formula{"batch"}};
  launch.threads = 32;
  for (const TensorSig &sig : program.tensors)
    launch.params.push_back({sig.name, Field::Kind::Tensor, sig.dtype, sig.name});
  program.launches = {launch};
  return program;
}

Status make(const std::filesystem::path &folder) {
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Nvrtc> nvrtc, Nvrtc::open());
  std::vector<Image> images;
  for (const Program &program : {test::saxpyProgram(), naivePrefill()}) {
    ATTNC_ASSIGN_OR_RETURN(Image image, nvrtc->compile(program));
    images.push_back(std::move(image));
  }
  std::filesystem::remove_all(folder);
  return Bundle::write(folder, images);
}

} // namespace
} // namespace attnc

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  const attnc::Status status = attnc::make(argv[1]);
  if (!status.ok())
    std::fprintf(stderr, "%s\n", status.str().c_str());
  return status.ok() ? 0 : 1;
}
