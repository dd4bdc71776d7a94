// MachineModel.cpp - the table.
#include "tools/attnc/MachineModel.h"

namespace attnc::cli {
namespace {

// SMs, memory and tensor rates: datasheets. The clock is the datasheet's tensor rate over SMs and FLOP a
// clock. Exps and lanes: CUDA C++ Programming Guide, "Throughput of Native Arithmetic Instructions", and four
// warp schedulers an SM.
constexpr MachineModel kModels[] = {
    {80, "A100 SXM4 80GB", 108, 1.410, 2039e9, 2048, 16, 128, "mma.sync",
     "NVIDIA A100 datasheet: 312 TFLOP/s"},
    {86, "A10", 72, 1.695, 600e9, 1024, 16, 128, "mma.sync", "NVIDIA A10 datasheet: 125 TFLOP/s"},
    {89, "L40S", 142, 2.490, 864e9, 1024, 16, 128, "mma.sync", "NVIDIA L40S datasheet: 362 TFLOP/s"},
    {90, "H200 SXM", 132, 1.830, 4800e9, 4096, 16, 128, "wgmma", "NVIDIA H200 datasheet: 989 TFLOP/s"},
    {100, "B200", 148, 1.860, 8000e9, 8192, 16, 128, "tcgen05", "NVIDIA B200 datasheet: 2250 TFLOP/s"},
    {120, "RTX 5090", 170, 2.407, 1792e9, 512, 16, 128, "mma.sync",
     "NVIDIA RTX Blackwell whitepaper: 209.5 TFLOP/s"},
};

} // namespace

const MachineModel *machineModel(const Target &target) {
  for (const MachineModel &model : kModels)
    if (model.computeCapability == target.computeCapability)
      return &model;
  return nullptr;
}

} // namespace attnc::cli
