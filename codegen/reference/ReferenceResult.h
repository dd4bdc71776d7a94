// ReferenceResult.h - what the oracle says, and how a device's tensors compare with it.
//
// Plain structs without MLIR, so that tests and tools can hold results after the engine is gone.
#pragma once

#include "attnc/Status.h"
#include "attnc/Tensor.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnc {

/// One output in fp64: contiguous, in the shape that the kernel's tensor has.
struct ReferenceOutput {
  std::string name;
  DType dtype = DType::F32; ///< of the kernel's tensor
  std::vector<int64_t> shape;
  std::vector<double> values; ///< twice as many as the tensor's elements where `halfBytes`
  /// How far a correct kernel may be from each value. 0 asks for the exact value; infinity says that rounding
  /// leaves nothing certain (or, in rows of a packed tensor that belong to no request, that nothing is
  /// defined).
  std::vector<double> bounds;
  /// Of a tensor that is updated in place: which elements the run writes, and what all were before it, their
  /// bytes one after the other. Those that are not written keep their bytes, those of a NaN too. Empty of
  /// other outputs.
  std::vector<bool> written = {};
  std::vector<std::byte> before = {};
  /// Each element of the tensor holds two integers of 4 bits, neighbours on its last axis.
  bool halfBytes = false;

  /// How many values an element of the tensor holds, and which of them is `element` of a row.
  int64_t parts() const { return halfBytes ? 2 : 1; }
  size_t valueAt(int64_t offset, int64_t element) const {
    return size_t(offset * parts() + element % parts());
  }
  bool inPlace() const { return !written.empty(); }
};

struct ReferenceResult {
  std::vector<ReferenceOutput> outputs;

  /// Null if there is none of this name.
  const ReferenceOutput *find(std::string_view name) const;
};

/// One element that was compared.
struct ComparedElement {
  std::vector<int64_t> index;
  double expected = 0, actual = 0, bound = 0;
  bool untouched = false; ///< what was there before the run is expected, byte by byte
};

struct TensorComparison {
  std::string name;
  int64_t elements = 0;
  int64_t untouched = 0;  ///< elements of a tensor that is updated in place that the run does not write
  int64_t unchecked = 0;  ///< elements whose bound is infinite
  int64_t violations = 0; ///< elements outside their bound
  double maxAbsError = 0; ///< over elements where both values are finite
  double maxRatio = 0;    ///< largest error / bound; infinity where a bound of 0 or a special value is missed
  std::optional<ComparedElement> worst; ///< where maxRatio is
  std::optional<ComparedElement> firstViolation;
};

struct Comparison {
  std::vector<TensorComparison> tensors;

  bool passed() const;
  /// One line a tensor; a tensor that fails names the worst and the first violating element.
  std::string str() const;
};

/// Compares every output of `expected` with the tensor of that name in `actual`. A missing tensor or another
/// shape is InvalidArgument. NaN matches only NaN; -inf with bound 0 only -inf; other infinities match
/// themselves and NaN.
Result<Comparison> compare(const ReferenceResult &expected, const Arguments &actual);

/// Of tensors that are updated in place, makes what `arguments` hold now the content before the run, in
/// elements that are not written: for content that changes where no one reads it.
Status replaceUntouched(ReferenceResult &result, const Arguments &arguments);

/// Writes the values into the tensors of these names, rounded to nearest in each tensor's dtype; of those
/// that are updated in place, the elements that are written.
Status store(const ReferenceResult &result, const Arguments &destination);

} // namespace attnc
