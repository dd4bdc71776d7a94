// TestKernel.h - attn modules and host tensors for the tests of the reference.
#pragma once

#include "codegen/reference/ReferenceEngine.h"

#include <memory>
#include <string>
#include <vector>

namespace attnc::test {

/// A kernel in textual IR. Regions are bodies without their block argument line; they may use %s, %b, %h, %i,
/// %j, %n (q_len), %m (kv_len) and the extra arguments.
struct KernelText {
  int heads = 1, kvHeads = 1, dim = 2, valueDim = 0; ///< valueDim 0: dim
  std::string dtype = "f16";
  std::string layout = "padded", lengths = "none", anchor = "bottom_right";
  std::string scale = "1.0"; ///< a float literal, or the name of an f32 argument ("%scale")
  std::string leave;         ///< "products_tf32 " or "sums_f16 "
  std::string score, mask;
  std::string extraArguments; ///< ", %bias: !attn.side<...> {attn.name = \"bias\"}"

  std::string str() const;
};

inline const char *kCausal = "%ok = arith.cmpi sle, %j, %i : index\n attn.yield %ok : i1";

/// Parses the text and builds its engine; a failure of either is a Status.
Result<std::unique_ptr<ReferenceEngine>> createEngine(const std::string &text);

/// Host memory of one tensor, contiguous.
class HostTensor {
public:
  HostTensor() = default;
  HostTensor(DType dtype, std::vector<int64_t> shape);
  HostTensor(DType dtype, std::vector<int64_t> shape, const std::vector<double> &values);

  /// Normal random values, rounded to the dtype.
  void fillNormal(uint32_t seed, double deviation = 1);
  double get(int64_t linear) const;
  void set(int64_t linear, double value);
  Tensor view();
  int64_t size() const { return int64_t(bytes.size()) / dtypeSize(dtype); }

private:
  DType dtype = DType::F32;
  std::vector<int64_t> shape;
  std::vector<char> bytes;
};

} // namespace attnc::test
