// jit_example.cpp - a spec file in, a kernel out, run on the simulator (on a GPU: openCudaDevice()).
//
// usage: jit_example specs/catalog/llama3-prefill.yaml     32 query heads, 8 key heads, 128 dims, bf16
#include <attnc/Jit.h>
#include <cstdio>

using namespace attnc;

static Status run(const char *spec) {
  ATTNC_ASSIGN_OR_RETURN(Target target, Target::parse("sm_90"));
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, Jit::create());
  ATTNC_ASSIGN_OR_RETURN(Kernel kernel, jit->compileFile(spec, target));

  const std::shared_ptr<Device> device = openSimDevice(target);
  const std::vector<uint16_t> ones(3 * 8 * 128, 0x3f80); // 1.0 in bf16: one prompt of 3 tokens
  ATTNC_ASSIGN_OR_RETURN(auto q, DeviceArray::zeros(device, DType::BF16, {3, 32, 128}));
  ATTNC_ASSIGN_OR_RETURN(auto k, DeviceArray::zeros(device, DType::BF16, {3, 8, 128}));
  ATTNC_ASSIGN_OR_RETURN(auto v, DeviceArray::copyOf(device, DType::BF16, {3, 8, 128}, ones));
  ATTNC_ASSIGN_OR_RETURN(auto starts, DeviceArray::copyOf(device, DType::I32, {2}, std::vector{0, 3}));
  ATTNC_ASSIGN_OR_RETURN(auto out, DeviceArray::zeros(device, DType::BF16, {3, 32, 128}));
  ATTNC_ASSIGN_OR_RETURN(auto lse, DeviceArray::zeros(device, DType::F32, {3, 32}));
  Arguments arguments;
  arguments.tensors = {{"q", q.view()},     {"k", k.view()},         {"v", v.view()},
                       {"out", out.view()}, {"cu_q", starts.view()}, {"cu_kv", starts.view()},
                       {"lse", lse.view()}};
  arguments.dims = {{"q_len", 3}, {"kv_len", 3}};
  ATTNC_RETURN_IF_ERROR(kernel.run(*device, arguments));
  ATTNC_ASSIGN_OR_RETURN(std::vector<uint16_t> rows, out.download<uint16_t>());
  ATTNC_ASSIGN_OR_RETURN(std::vector<float> logs, lse.download<float>());
  std::printf("out[0] = 0x%04x, lse[last] = %f\n", rows[0], logs.back()); // 0x3f80 (1.0) and log(3)
  return Status::success();
}

int main(int argc, char **argv) {
  const Status status =
      argc == 2 ? run(argv[1]) : Status(Code::InvalidArgument, "usage: jit_example SPEC.yaml");
  return status.ok() ? 0 : (std::fprintf(stderr, "%s\n", status.str().c_str()), 1);
}
