// golden_record.cpp - on a machine with a GPU: runs every probe and writes what it answered.
//
// usage: golden_record FOLDER cuda|sim RESULT.json [ARCH]     Needs neither MLIR nor NVRTC nor a network.
// ARCH is for the simulator (default sm_90).
#include "tools/gpu/GpuTimer.h"
#include "tools/gpu/golden/Record.h"

#include <cstdio>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace attnc;

namespace {

/// The newest prepared architecture that runs on `target`.
Result<Target> preparedFor(const std::filesystem::path &folder, const Target &target) {
  const Target *best = nullptr;
  for (const Target &candidate : Target::all())
    if (candidate.runsOn(target) && std::filesystem::exists(folder / candidate.name() / "probes.cubin"))
      best = &candidate;
  if (best == nullptr)
    return Status(Code::NotFound, folder.string() + ": expected probes for " + target.name() +
                                      " from tools/gpu/golden/prepare, got none");
  return *best;
}

Result<std::string> read(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Status(Code::IoError, path.string() + ": cannot read the file");
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

/// "13.0": the CUDA version that the driver supports.
std::string driverVersion() {
  void *driver = dlopen("libcuda.so.1", RTLD_NOW);
  auto get = driver ? reinterpret_cast<int (*)(int *)>(dlsym(driver, "cuDriverGetVersion")) : nullptr;
  int version = 0;
  if (get == nullptr || get(&version) != 0)
    return "unknown";
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

Status run(const std::filesystem::path &folder, bool onGpu, const std::string &result,
           const std::string &arch) {
  std::shared_ptr<Device> device;
  std::string gpu = "sim", driver;
  if (onGpu) {
    ATTNC_ASSIGN_OR_RETURN(device, openCudaDevice());
    ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<gpu::GpuTimer> timer, gpu::GpuTimer::open());
    gpu = timer->gpuName();
    driver = driverVersion();
  } else {
    ATTNC_ASSIGN_OR_RETURN(Target target, Target::parse(arch));
    device = openSimDevice(target);
  }
  ATTNC_ASSIGN_OR_RETURN(Target target, preparedFor(folder, device->target()));
  Image image;
  image.program.name = "probes";
  image.program.target = target;
  ATTNC_ASSIGN_OR_RETURN(image.cubin, read(folder / target.name() / "probes.cubin"));
  ATTNC_ASSIGN_OR_RETURN(image.ptx, read(folder / target.name() / "probes.ptx"));
  ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<Module> module, device->load(image));
  ATTNC_ASSIGN_OR_RETURN(golden::Record record, golden::record(*device, *module, target));
  // The architecture is the GPU's: what it was compiled for may be older.
  record.arch = "sm_" + std::to_string(device->target().computeCapability);
  record.gpu = gpu;
  record.driver = driver;
  ATTNC_RETURN_IF_ERROR(golden::writeRecord(result, record));
  std::printf("%s: %zu of %zu probes on %s\n", result.c_str(), record.entries.size(), golden::probes().size(),
              gpu.c_str());
  return Status::success();
}

} // namespace

int main(int argc, char **argv) {
  const std::string_view kind = argc == 4 || argc == 5 ? argv[2] : "";
  if (kind != "cuda" && kind != "sim")
    return std::fprintf(stderr, "usage: golden_record FOLDER cuda|sim RESULT.json [ARCH]\n"), 2;
  if (const Status status = run(argv[1], kind == "cuda", argv[3], argc == 5 ? argv[4] : "sm_90");
      !status.ok())
    return std::fprintf(stderr, "golden_record: %s\n", status.str().c_str()), 1;
  return 0;
}
