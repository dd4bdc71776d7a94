/* run_bundle_c.c - attention out of a bundle through the C ABI: two prompts of 3 and 5 tokens. */
/* usage: run_bundle_c FOLDER [cuda|sim]     FOLDER is made, on a machine with the compiler, by
 *   attnc bundle specs/catalog/llama3-prefill.yaml --arch sm_90 -o FOLDER
 * with the GPU's architecture (the simulator here is an sm_90). 32 query heads, 8 key heads, 128 dims, bf16.
 */
#include <attnc/attnc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(attncCode code) {
  if (code != ATTNC_OK) {
    fprintf(stderr, "%s\n", attncLastError());
    exit(1);
  }
}

static uint16_t ones[8 * 32 * 128], result[8 * 32 * 128];
static int64_t q_shape[] = {8, 32, 128}, kv_shape[] = {8, 8, 128}, lse_shape[] = {8, 32},
               starts_shape[] = {3};

/* Allocates a tensor on the device, and fills it unless `from` is NULL. */
static DLTensor make(attncDevice device, DLDeviceType place, uint8_t code, uint8_t bits, int rank,
                     int64_t *shape, const void *from) {
  size_t bytes = bits / 8;
  DLTensor tensor = {NULL, {place, 0}, rank, {code, bits, 1}, shape, NULL, 0};
  for (int i = 0; i < rank; ++i)
    bytes *= (size_t)shape[i];
  check(attncMemoryAllocate(device, bytes, &tensor.data));
  if (from)
    check(attncMemoryUpload(device, tensor.data, from, bytes, NULL));
  return tensor;
}

int main(int argc, char **argv) {
  const int sim = argc > 2 && strcmp(argv[2], "sim") == 0;
  const DLDeviceType place = sim ? kDLCPU : kDLCUDA;
  const attncDeviceOptions options = {
      .structSize = sizeof options, .kind = sim ? "sim" : "cuda", .simTarget = "sm_90"};
  const int32_t starts[] = {0, 3, 8};
  attncDevice device;
  attncBundle bundle;
  attncKernel kernel;
  if (argc != 2 && argc != 3) {
    fprintf(stderr, "usage: run_bundle_c FOLDER [cuda|sim]\n");
    return 1;
  }
  for (size_t i = 0; i < sizeof ones / sizeof *ones; ++i)
    ones[i] = 0x3f80; /* 1.0 in bf16 */
  check(attncDeviceOpen(&options, &device));
  check(attncBundleOpen(argv[1], &bundle));
  check(attncBundleFind(bundle, "llama3_prefill", attncDeviceTarget(device), &kernel));

  DLTensor q = make(device, place, kDLBfloat, 16, 3, q_shape, ones);
  DLTensor k = make(device, place, kDLBfloat, 16, 3, kv_shape, ones);
  DLTensor v = make(device, place, kDLBfloat, 16, 3, kv_shape, ones);
  DLTensor cu_q = make(device, place, kDLInt, 32, 1, starts_shape, starts);
  DLTensor cu_kv = make(device, place, kDLInt, 32, 1, starts_shape, starts);
  DLTensor out = make(device, place, kDLBfloat, 16, 3, q_shape, NULL);
  DLTensor lse = make(device, place, kDLFloat, 32, 2, lse_shape, NULL);
  const attncNamedTensor tensors[] = {{"q", &q},         {"k", &k},     {"v", &v},    {"cu_q", &cu_q},
                                      {"cu_kv", &cu_kv}, {"out", &out}, {"lse", &lse}};
  const attncNamedDim dims[] = {{"q_len", 5}, {"kv_len", 5}}; /* the longest of each */
  const attncArguments arguments = {
      .structSize = sizeof arguments, .tensors = tensors, .tensorCount = 7, .dims = dims, .dimCount = 2};
  check(attncKernelRun(kernel, device, &arguments));
  check(attncSynchronize(device, NULL));

  check(attncMemoryDownload(device, result, out.data, sizeof result, NULL));
  if (memcmp(result, ones, sizeof ones) != 0) { /* every row is an average of ones */
    fprintf(stderr, "error: expected 1.0 everywhere, got something else\n");
    return 1;
  }
  printf("llama3_prefill on %s: ok\n", attncDeviceName(device));
  DLTensor *all[] = {&q, &k, &v, &cu_q, &cu_kv, &out, &lse};
  for (size_t i = 0; i < 7; ++i)
    check(attncMemoryRelease(device, all[i]->data));
  attncKernelClose(kernel);
  attncBundleClose(bundle);
  attncDeviceClose(device);
  return 0;
}
