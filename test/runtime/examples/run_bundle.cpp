// run_bundle.cpp - attention out of a bundle with the runtime alone: two prompts of 3 and 5 tokens.
//
// usage: run_bundle BUNDLE [cuda|sim]     BUNDLE holds llama3_prefill: 32 query heads, 8 key heads, 128 dims,
// bf16
#include <attnc/Runtime.h>
#include <cstdio>
#include <string_view>

using namespace attnc;

Status run(const char *folder, bool sim) {
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Device> device,
                         sim ? Result(openSimDevice(*Target::parse("sm_90"))) : openCudaDevice());
  ATTNC_ASSIGN_OR_RETURN(Bundle bundle, Bundle::open(folder));
  ATTNC_ASSIGN_OR_RETURN(Kernel kernel, bundle.find("llama3_prefill", device->target()));

  Arguments arguments;
  arguments.dims = {{"q_len", 5}, {"kv_len", 5}}; // the longest of each
  const auto add = [&](const char *name, DType dtype, std::vector<int64_t> shape,
                       const void *from) -> Status {
    Tensor tensor{nullptr, dtype, std::move(shape), {}};
    ATTNC_ASSIGN_OR_RETURN(tensor.data, device->allocate(tensor.spanBytes()));
    if (from)
      ATTNC_RETURN_IF_ERROR(device->upload(tensor.data, from, tensor.spanBytes()));
    arguments.tensors[name] = std::move(tensor);
    return Status::success();
  };
  const std::vector<uint16_t> ones(8 * 32 * 128, 0x3f80); // 1.0 in bf16
  const int32_t starts[] = {0, 3, 8};
  for (const char *name : {"k", "v"})
    ATTNC_RETURN_IF_ERROR(add(name, DType::BF16, {8, 8, 128}, ones.data()));
  for (const char *name : {"cu_q", "cu_kv"})
    ATTNC_RETURN_IF_ERROR(add(name, DType::I32, {3}, starts));
  ATTNC_RETURN_IF_ERROR(add("q", DType::BF16, {8, 32, 128}, ones.data()));
  ATTNC_RETURN_IF_ERROR(add("out", DType::BF16, {8, 32, 128}, nullptr));
  ATTNC_RETURN_IF_ERROR(add("lse", DType::F32, {8, 32}, nullptr));
  ATTNC_RETURN_IF_ERROR(kernel.run(*device, arguments));
  ATTNC_RETURN_IF_ERROR(device->synchronize());

  std::vector<uint16_t> out(ones.size());
  ATTNC_RETURN_IF_ERROR(device->download(out.data(), arguments.tensors["out"].data, out.size() * 2));
  if (out != ones) // every row is an average of ones
    return Status(Code::Mismatch, "expected 1.0 everywhere, got something else");
  std::printf("%s on %s: ok\n", kernel.program().name.c_str(), device->name().c_str());
  return Status::success();
}

int main(int argc, char **argv) {
  const Status status = run(argc > 1 ? argv[1] : ".", argc > 2 && std::string_view(argv[2]) == "sim");
  if (!status.ok())
    std::fprintf(stderr, "%s\n", status.str().c_str());
  return status.ok() ? 0 : 1;
}
