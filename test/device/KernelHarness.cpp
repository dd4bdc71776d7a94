// KernelHarness.cpp - see KernelHarness.h.
#include "test/device/KernelHarness.h"

#include "runtime/nvrtc/NvrtcCompiler.h"

#include <bit>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>

namespace attnc::test {

std::string kernelText(const std::string &file, const std::string &defines) {
  std::ifstream in(std::string(ATTNC_DEVICE_KERNELS "/") + file);
  EXPECT_TRUE(in.good()) << file;
  return defines + std::string((std::istreambuf_iterator<char>(in)), {});
}

Result<Image> compileText(const std::string &text, const std::vector<std::string> &kernels,
                          const std::string &arch) {
  static std::map<std::pair<std::string, std::string>, Image> cache;
  if (auto it = cache.find({text, arch}); it != cache.end())
    return it->second;
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Nvrtc> nvrtc, Nvrtc::open());
  Program program;
  program.name = "device_test";
  ATTNC_ASSIGN_OR_RETURN(program.target, Target::parse(arch));
  program.text = text;
  for (const std::string &kernel : kernels) {
    Launch launch;
    launch.kernel = kernel;
    program.launches.push_back(launch);
  }
  ATTNC_ASSIGN_OR_RETURN(Image image, nvrtc->compile(program, {.lineInfo = true}));
  return cache[{text, arch}] = std::move(image);
}

Simulation::Simulation(const Image &image, uint64_t seed)
    : device(openSimDevice(image.program.target, SimOptions{.seed = seed})) {
  Result<std::unique_ptr<Module>> loaded = device->load(image);
  EXPECT_TRUE(loaded.ok()) << loaded.status().str();
  if (loaded.ok())
    module = std::move(*loaded);
}

Simulation::~Simulation() {
  module.reset();
  for (void *buffer : buffers)
    EXPECT_TRUE(device->release(buffer).ok());
}

void *Simulation::copy(const void *data, size_t bytes) {
  Result<void *> buffer = device->allocate(bytes);
  EXPECT_TRUE(buffer.ok()) << buffer.status().str();
  if (!buffer.ok())
    return nullptr;
  buffers.push_back(*buffer);
  if (bytes != 0) {
    Status status = device->upload(*buffer, data, bytes);
    EXPECT_TRUE(status.ok()) << status.str();
  }
  return *buffer;
}

Status Simulation::launchBytes(const std::string &kernel, std::span<const std::byte> params,
                               std::array<uint32_t, 3> grid, uint32_t threads, uint32_t sharedBytes) {
  if (module == nullptr)
    return Status(Code::Internal, "no module");
  LaunchConfig config;
  config.grid = grid;
  config.threads = threads;
  config.dynamicSharedBytes = sharedBytes;
  ATTNC_RETURN_IF_ERROR(device->launch(*module, kernel, config, params));
  return device->synchronize();
}

uint16_t narrow(char type, float value) {
  if (type == 'h')
    return std::bit_cast<uint16_t>(static_cast<_Float16>(value));
  if (std::isnan(value))
    return 0x7fff;
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float widen(char type, uint16_t bits) {
  if (type == 'h')
    return static_cast<float>(std::bit_cast<_Float16>(bits));
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

} // namespace attnc::test
