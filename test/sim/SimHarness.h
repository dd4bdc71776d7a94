// SimHarness.h - what the simulator's tests share: buffers on a sim device, one-instruction kernels,
// launches.
#pragma once

#include "attnc/Device.h"

#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

namespace attnc::simtest {

/// A sim device with one module loaded.
class Sim {
public:
  /// Fails the test if `arch` is unknown.
  explicit Sim(const SimOptions &options = {}, const std::string &arch = "sm_90");

  /// `cuda`: the text that the PTX was made from.
  Status load(const std::string &ptx, const std::string &cuda = "");
  /// Names for reports of the launches to come.
  void nameBuffer(const void *address, std::string_view name) { names.push_back({address, name}); }

  /// Device memory that lives as long as the Sim.
  template <class T> T *buffer(const std::vector<T> &values) {
    void *address = allocate(values.size() * sizeof(T));
    if (!values.empty())
      std::memcpy(address, values.data(), values.size() * sizeof(T));
    return static_cast<T *>(address);
  }
  void *allocate(size_t bytes);

  /// Appends a kernel argument with its natural alignment.
  template <class T> Sim &arg(T value) {
    size_t at = (params.size() + sizeof(T) - 1) / sizeof(T) * sizeof(T);
    params.resize(at + sizeof(T));
    std::memcpy(params.data() + at, &value, sizeof(T));
    return *this;
  }
  /// Launches with the collected arguments and forgets them.
  Status launch(const std::string &kernel, uint32_t threads, std::array<uint32_t, 3> grid = {1, 1, 1},
                uint32_t dynamicShared = 0);

  std::shared_ptr<Device> device;
  std::vector<BufferName> names;

private:
  std::unique_ptr<Module> module;
  std::vector<std::byte> params;
};

/// A module around `body`; `%rd`, `%r`, `%h`, `%p`, `%f` registers 0 to 63 are declared, and the entry
/// `kernel` has the parameters given ("  .param .u64 out").
std::string kernelText(const std::string &params, const std::string &body, const std::string &globals = "",
                       const std::string &arch = "sm_90");

/// One row of operands: loaded as 64-bit cells into %rd1 to %rd4, their low halves into %r1 to %r4, the low
/// quarters into %h1 to %h4, and the lowest bit into %p1 to %p4.
using Row = std::array<uint64_t, 4>;

/// Runs `body` for every row, one thread a row, and answers what it left in %rd0 ('d'), %r0 ('w'), %h0 ('h')
/// or %p0 ('p'). Runs it a second time with every third lane branched around it, and expects the same results
/// in the others and untouched ones there.
std::vector<uint64_t> evaluate(const std::string &body, char result, const std::vector<Row> &rows,
                               const std::string &arch = "sm_90");

uint64_t bits(float value);
uint64_t bits(double value);
float asFloat(uint64_t value);
double asDouble(uint64_t value);

/// Integers and floats that break things, as 64-bit cells.
std::vector<uint64_t> edgeIntegers();
std::vector<float> edgeFloats();
/// Every pair, and every triple, of `values` in the first operands of a row.
std::vector<Row> pairs(const std::vector<uint64_t> &a, const std::vector<uint64_t> &b);

/// Every instruction, as "add.rn.f32", of every module that a Sim has loaded.
const std::set<std::string> &instructionsLoaded();

/// Text of a file beside the tests.
std::string readKernel(const std::string &name);

} // namespace attnc::simtest
