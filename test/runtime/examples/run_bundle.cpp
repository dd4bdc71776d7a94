// run_bundle.cpp - attention out of a bundle with the runtime alone: two prompts of 3 and 5 tokens.
//
// usage: run_bundle FOLDER [cuda|sim]     FOLDER is made, on a machine with the compiler, by
//   attnc bundle specs/catalog/llama3-prefill.yaml --arch sm_90 -o FOLDER
// with the GPU's architecture (the simulator here is an sm_90). 32 query heads, 8 key heads, 128 dims, bf16.
#include <attnc/Runtime.h>
#include <cstdio>
#include <string_view>

using namespace attnc;

static Status run(const char *folder, bool sim) {
  ATTNC_ASSIGN_OR_RETURN(Target simulated, Target::parse("sm_90"));
  ATTNC_ASSIGN_OR_RETURN(auto device, sim ? Result(openSimDevice(simulated)) : openCudaDevice());
  ATTNC_ASSIGN_OR_RETURN(Bundle bundle, Bundle::open(folder));
  ATTNC_ASSIGN_OR_RETURN(Kernel kernel, bundle.find("llama3_prefill", device->target()));

  const std::vector<uint16_t> ones(8 * 32 * 128, 0x3f80), keys(8 * 8 * 128, 0x3f80); // 1.0 in bf16
  ATTNC_ASSIGN_OR_RETURN(auto q, DeviceArray::copyOf(device, DType::BF16, {8, 32, 128}, ones));
  ATTNC_ASSIGN_OR_RETURN(auto kv, DeviceArray::copyOf(device, DType::BF16, {8, 8, 128}, keys));
  ATTNC_ASSIGN_OR_RETURN(auto starts, DeviceArray::copyOf(device, DType::I32, {3}, std::vector{0, 3, 8}));
  ATTNC_ASSIGN_OR_RETURN(auto out, DeviceArray::zeros(device, DType::BF16, {8, 32, 128}));
  ATTNC_ASSIGN_OR_RETURN(auto lse, DeviceArray::zeros(device, DType::F32, {8, 32}));
  Arguments arguments;
  arguments.tensors = {{"q", q.view()},     {"k", kv.view()},        {"v", kv.view()},
                       {"out", out.view()}, {"cu_q", starts.view()}, {"cu_kv", starts.view()},
                       {"lse", lse.view()}};
  arguments.dims = {{"q_len", 5}, {"kv_len", 5}}; // the longest of each
  ATTNC_RETURN_IF_ERROR(kernel.run(*device, arguments));
  ATTNC_ASSIGN_OR_RETURN(std::vector<uint16_t> rows, out.download<uint16_t>());
  if (rows != ones) // every row is an average of ones
    return Status(Code::Mismatch, "expected 1.0 everywhere, got something else");
  std::printf("%s on %s: ok\n", kernel.program().name.c_str(), device->name().c_str());
  return Status::success();
}

int main(int argc, char **argv) {
  const bool sim = argc == 3 && std::string_view(argv[2]) == "sim";
  const Status status = argc == 2 || argc == 3
                            ? run(argv[1], sim)
                            : Status(Code::InvalidArgument, "usage: run_bundle FOLDER [cuda|sim]");
  return status.ok() ? 0 : (std::fprintf(stderr, "%s\n", status.str().c_str()), 1);
}
