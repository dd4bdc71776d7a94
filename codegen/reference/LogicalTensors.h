// LogicalTensors.h - padded, packed and strided arguments as the tensors that the maths is about.
//
// Plain host code between attnc::Arguments and the reference function; without MLIR and without maths.
#pragma once

#include "attnc/Status.h"
#include "attnc/Tensor.h"
#include "codegen/reference/KernelShape.h"

#include <cstdint>
#include <map>
#include <vector>

namespace attnc::reference {

/// One request of a batch.
struct Request {
  int64_t qFirst = 0, qLen = 0;   ///< rows of q and of the outputs, counted over batch * length when padded
  int64_t kvFirst = 0, kvLen = 0; ///< rows of k and v, likewise
};

struct Batch {
  std::vector<Request> requests;
  /// batch, heads, kv_heads, q_len, kv_len (the longest, or what the caller gave), total_q, total_kv.
  std::map<std::string, int64_t, std::less<>> dims;
  int64_t rows = 0; ///< of q and of the outputs, with padding
};

/// The tokens of one argument in one request, [count, heads, dim], and the errors of their elements.
struct TokenRows {
  std::vector<double> values;
  std::vector<double> errors; ///< 0, or what rounding may do to a value beside it; empty if all are exact
};

/// A side tensor, contiguous, as the reference function reads it.
struct SideBuffer {
  std::vector<int64_t> shape;
  std::vector<double> reals;     ///< f32, f16, bf16
  std::vector<int32_t> integers; ///< i32
  std::vector<int8_t> bools;     ///< bool: 0 or 1
};

/// Checks shapes, dtypes and lengths of all arguments and finds the requests.
Result<Batch> readBatch(const KernelShape &kernel, const Arguments &arguments);

/// q, k or v as [tokens, heads, dim] or [batch, length, heads, dim], whatever the kernel's layout.
Tensor tokensFirst(const Parameter &tokens, const Tensor &tensor);
/// Rows [first, first + count) of q, k or v as contiguous [count, heads, dim].
std::vector<double> readRows(const Tensor &tensor, bool packed, int64_t first, int64_t count);

/// The tensor of that name and dtype, with sizes and an address that make sense.
Result<const Tensor *> findTensor(const std::string &name, DType dtype, const Arguments &arguments);
/// A tensor of i32 lengths or offsets, of `count` elements if that is not negative.
Result<std::vector<int64_t>> readIntegers(const std::string &name, int64_t count, const Arguments &arguments);
/// Cumulative lengths: start at 0, never fall, end within the tensor.
Status checkOffsets(const std::string &name, const std::vector<int64_t> &offsets, int64_t total);

Result<SideBuffer> readSide(const Parameter &side, const Arguments &arguments, const Batch &batch);

/// The value of a run-time scalar, or its default.
Result<double> readScalar(const Parameter &scalar, const Arguments &arguments);

} // namespace attnc::reference
