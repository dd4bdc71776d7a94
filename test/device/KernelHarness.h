// KernelHarness.h - compiles a test kernel with NVRTC and runs it on the simulator.
//
// Kernels take one struct. Must not know what a kernel computes.
#pragma once

#include "attnc/Device.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace attnc::test {

/// The struct that the kernels of primitives.cu take.
struct PrimitiveParams {
  const void *in[3] = {};
  void *out[3] = {};
  long long stride = 0;
  int ints[6] = {};
  float floats[4] = {};
};

/// The text of a file of this folder with `defines` in front.
std::string kernelText(const std::string &file, const std::string &defines = "");

/// Compiled once per text and architecture; the kernels must be in it.
Result<Image> compileText(const std::string &text, const std::vector<std::string> &kernels,
                          const std::string &arch = "sm_80");

/// A simulator with one loaded image and the buffers of one test.
class Simulation {
public:
  Simulation(const Image &image, uint64_t seed = 0);
  ~Simulation();

  /// Device copy of `data`; exactly its size, so that the simulator reports any access beside it.
  template <class T> T *upload(const std::vector<T> &data) {
    return static_cast<T *>(copy(data.data(), data.size() * sizeof(T)));
  }
  template <class T> std::vector<T> download(const void *address, size_t count) {
    std::vector<T> out(count);
    Status status = device->download(out.data(), address, count * sizeof(T));
    EXPECT_TRUE(status.ok()) << status.str();
    return out;
  }
  template <class P>
  Status launch(const std::string &kernel, const P &params, std::array<uint32_t, 3> grid, uint32_t threads,
                uint32_t sharedBytes) {
    return launchBytes(kernel, std::as_bytes(std::span(&params, 1)), grid, threads, sharedBytes);
  }

private:
  void *copy(const void *data, size_t bytes);
  Status launchBytes(const std::string &kernel, std::span<const std::byte> params,
                     std::array<uint32_t, 3> grid, uint32_t threads, uint32_t sharedBytes);

  std::shared_ptr<Device> device;
  std::unique_ptr<Module> module;
  std::vector<void *> buffers;
};

/// 16-bit storage on the host: 'h' is f16, 'b' is bf16. Rounds to nearest even.
uint16_t narrow(char type, float value);
float widen(char type, uint16_t bits);

/// Repeatable pseudo-random numbers in [-1, 1).
class Noise {
public:
  explicit Noise(uint64_t seed) : state(seed * 2654435761u + 88172645463325252ull) {}
  uint64_t bits() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
  float uniform() { return static_cast<float>(bits() >> 40) / static_cast<float>(1 << 23) - 1.0f; }

private:
  uint64_t state;
};

} // namespace attnc::test
