// AppendFixture.h - caches and new tokens for the tests of appending.
#pragma once

#include "test/reference/TestKernel.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <map>

namespace attnc::test {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline const std::string kTable = "!attn.side<[\"batch\", \"max_pages\"], i32>",
                         kFirst = "!attn.side<[\"batch\"], i32>", kScale = "!attn.side<[1], f32>";

inline std::string argument(const std::string &name, const std::string &type) {
  return "%" + name + ": " + type + " {attn.name = \"" + name + "\"}";
}

/// Tensors by name, and runs of kernels over them.
class Appends : public testing::Test {
protected:
  void use(const std::string &name, HostTensor tensor) {
    held[name] = std::move(tensor);
    arguments.tensors[name] = held[name].view();
  }
  void useCache(DType dtype, std::vector<int64_t> shape) {
    HostTensor cache(dtype, std::move(shape));
    for (int64_t i = 0; i < cache.size(); ++i)
      cache.set(i, kNaN);
    use("k_cache", std::move(cache));
  }
  /// Request 0 has tokens (1, 2) and (3, 4), request 1 has (5, 6).
  void useTokens() {
    use("k", HostTensor(DType::F16, {3, 1, 2}, {1, 2, 3, 4, 5, 6}));
    use("cu_q", HostTensor(DType::I32, {3}, {0, 2, 3}));
    use("kv_lens", HostTensor(DType::I32, {2}, {3, 1}));
  }
  void useOneToken(double a, double b) {
    use("k", HostTensor(DType::F16, {1, 1, 2}, {a, b}));
    use("cu_q", HostTensor(DType::I32, {2}, {0, 1}));
    use("kv_lens", HostTensor(DType::I32, {1}, {1}));
  }

  Result<ReferenceResult> run(const std::string &text) {
    Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(text);
    if (!engine.ok())
      return engine.status();
    return (*engine)->run(arguments);
  }
  ReferenceOutput runCache(const std::string &text, const char *name = "k_cache") {
    Result<ReferenceResult> result = run(text);
    EXPECT_TRUE(result.ok()) << result.status().str();
    return result.ok() ? *result->find(name) : ReferenceOutput();
  }
  void expectError(const std::string &text, const std::string &message) {
    Result<ReferenceResult> result = run(text);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().message(), message);
  }
  /// `expected`, with NaN where nothing is written.
  static void expectContent(const ReferenceOutput &output, const std::vector<double> &expected) {
    ASSERT_EQ(output.values.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(output.written[i], !std::isnan(expected[i])) << i;
      if (!std::isnan(expected[i])) {
        EXPECT_EQ(output.values[i], expected[i]) << i;
      }
      EXPECT_EQ(output.bounds[i], 0) << i;
    }
  }

  std::map<std::string, HostTensor> held;
  Arguments arguments;
};

} // namespace attnc::test
