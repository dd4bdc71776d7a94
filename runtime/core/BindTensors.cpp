// BindTensors.cpp - the rules of BindTensors.h.
//
// Must not read the data of a tensor: it may live on a GPU.
#include "runtime/core/BindTensors.h"

#include <algorithm>
#include <limits>

namespace attnc {
namespace {

Status bad(const TensorSig &sig, const std::string &message) {
  return Status(Code::InvalidArgument, "tensor '" + sig.name + "': expected " + message);
}

std::string shapeText(std::span<const int64_t> shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i)
    out += (i ? ", " : "") + std::to_string(shape[i]);
  return out + "]";
}

std::string expectedShape(const TensorSig &sig) {
  std::string out = "[";
  for (size_t i = 0; i < sig.shape.size(); ++i)
    out += (i ? ", " : "") + sig.shape[i].text;
  return out + "]";
}

std::string strideText(const Tensor &tensor) {
  std::vector<int64_t> strides;
  for (size_t i = 0; i < tensor.shape.size(); ++i)
    strides.push_back(tensor.stride(i));
  return shapeText(strides);
}

Status shapeMismatch(const TensorSig &sig, const Tensor &tensor, const std::string &why = "") {
  return bad(sig, "shape " + expectedShape(sig) + ", got " + shapeText(tensor.shape) + why);
}

/// Whether two indices of the tensor can have the same address; may say yes too often for strides that
/// interleave axes, which no layout of attnc does.
bool overlapsItself(const Tensor &tensor) {
  std::vector<std::pair<int64_t, int64_t>> axes; // stride, extent
  for (size_t i = 0; i < tensor.shape.size(); ++i)
    if (tensor.shape[i] > 1)
      axes.emplace_back(tensor.stride(i), tensor.shape[i]);
  std::sort(axes.begin(), axes.end());
  int64_t span = 1;
  for (auto [stride, extent] : axes) {
    if (stride < span)
      return true;
    span += stride * (extent - 1);
  }
  return false;
}

/// What a tensor's memory is as blocks that lie a multiple of `period` bytes apart: where the first begins,
/// and how long each is.
struct Blocks {
  uintptr_t begin = 0;
  int64_t bytes = 0;

  Blocks(const Tensor &tensor, int64_t period)
      : begin(reinterpret_cast<uintptr_t>(tensor.data)), bytes(dtypeSize(tensor.dtype)) {
    for (size_t i = 0; i < tensor.shape.size(); ++i) {
      const int64_t stride = tensor.stride(i) * dtypeSize(tensor.dtype);
      if (stride % period != 0)
        bytes += stride * (tensor.shape[i] - 1);
    }
  }
};

/// Whether two tensors share no element although their spans overlap, because one lies in the gaps that a
/// stride of both leaves in the other: keys and values that are halves of each page.
bool isInterleaved(const Tensor &a, const Tensor &b) {
  for (size_t i = 0; i < a.shape.size(); ++i) {
    const int64_t period = a.stride(i) * dtypeSize(a.dtype);
    if (a.shape[i] < 2 || period <= 0)
      continue;
    const Blocks ofA(a, period), ofB(b, period);
    const auto places = static_cast<uintptr_t>(period);
    const auto apart = static_cast<int64_t>((ofB.begin % places + places - ofA.begin % places) % places);
    if (ofA.bytes <= apart && ofB.bytes <= period - apart)
      return true;
  }
  return false;
}

} // namespace

Status checkLayout(const TensorSig &sig, const Tensor &tensor) {
  if (tensor.dtype != sig.dtype)
    return bad(sig, "dtype " + std::string(dtypeName(sig.dtype)) + ", got " +
                        std::string(dtypeName(tensor.dtype)));
  if (tensor.shape.size() != sig.shape.size())
    return shapeMismatch(sig, tensor);
  if (!tensor.strides.empty() && tensor.strides.size() != tensor.shape.size())
    return bad(sig, std::to_string(tensor.shape.size()) + " strides, got " +
                        std::to_string(tensor.strides.size()));
  for (int64_t extent : tensor.shape)
    if (extent < 0)
      return bad(sig, "extents of at least 0, got " + shapeText(tensor.shape));
  for (size_t i = 0; i < tensor.shape.size(); ++i)
    if (tensor.shape[i] > 1 && tensor.stride(i) < 0)
      return bad(sig, "strides of at least 0, got " + strideText(tensor));
  // Both saturate, so this also catches an overflow inside them.
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  if (tensor.elements() > kMax / 8 || tensor.spanBytes() == kMax)
    return bad(sig, "a size below 2^63 bytes, got shape " + shapeText(tensor.shape));
  return Status::success();
}

Status bindShape(const TensorSig &sig, const PlannedTensor &planned, const SymbolTable &symbols,
                 const Tensor &tensor, std::span<std::optional<int64_t>> values,
                 std::span<std::string> definedBy) {
  for (size_t axis = 0; axis < planned.shape.size(); ++axis) {
    const auto &[slot, offset] = planned.shape[axis];
    const int64_t extent = tensor.shape[axis];
    if (!slot) {
      if (extent != offset)
        return shapeMismatch(sig, tensor);
      continue;
    }
    const std::string &dim = symbols.name(*slot);
    if (extent < offset)
      return shapeMismatch(sig, tensor, " (" + dim + " would be negative)");
    if (!values[*slot]) {
      values[*slot] = extent - offset;
      definedBy[*slot] = "tensor '" + sig.name + "'";
    } else if (*values[*slot] != extent - offset) {
      return shapeMismatch(sig, tensor,
                           " (" + dim + " is " + std::to_string(*values[*slot]) + " by " + definedBy[*slot] +
                               ")");
    }
  }
  for (size_t axis = 0; axis < planned.strideSlots.size(); ++axis)
    if (int slot = planned.strideSlots[axis]; slot >= 0)
      // Kernels form addresses of rows that are not there, to copy zeros: where there is one row, with its
      // own.
      values[slot] = tensor.shape[axis] > 1 ? tensor.stride(axis) : 0;
  return Status::success();
}

Status checkStrides(const TensorSig &sig, const Tensor &tensor) {
  if (tensor.strides.empty() || tensor.elements() == 0)
    return Status::success();
  const size_t rank = tensor.shape.size();
  int64_t dense = 1;
  for (size_t axis = rank; axis-- > 0;) {
    // The stride of an axis with one element is never used: bindShape gives kernels 0.
    if (tensor.shape[axis] > 1) {
      const int64_t stride = tensor.strides[axis];
      if (!sig.strided && stride != dense)
        return bad(sig, "a contiguous tensor, got strides " + strideText(tensor) + " for shape " +
                            shapeText(tensor.shape));
      const bool last = axis + 1 == rank && !sig.anyStrides;
      if (last && stride != 1)
        return bad(sig, "stride 1 on the last axis, got strides " + strideText(tensor));
      if (!last && stride % std::max(1, sig.alignment / dtypeSize(sig.dtype)) != 0)
        return bad(sig, std::string(sig.anyStrides ? "" : "outer ") + "strides that are a multiple of " +
                            std::to_string(sig.alignment) + " bytes, got strides " + strideText(tensor) +
                            " of " + std::string(dtypeName(sig.dtype)));
    }
    dense *= tensor.shape[axis];
  }
  if (sig.output && overlapsItself(tensor))
    return bad(sig, "an output without overlapping elements, got strides " + strideText(tensor) +
                        " for shape " + shapeText(tensor.shape));
  return Status::success();
}

Status checkAddress(const TensorSig &sig, const Tensor &tensor) {
  if (tensor.elements() == 0)
    return Status::success();
  if (!tensor.data)
    return bad(sig, "memory for shape " + shapeText(tensor.shape) + ", got a null address");
  if (reinterpret_cast<uintptr_t>(tensor.data) % sig.alignment != 0)
    return bad(sig, "an address that is a multiple of " + std::to_string(sig.alignment) +
                        " bytes, got one that is off by " +
                        std::to_string(reinterpret_cast<uintptr_t>(tensor.data) % sig.alignment));
  return Status::success();
}

Status checkAliasing(const Program &program, const std::vector<const Tensor *> &tensors) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!program.tensors[i].output)
      continue;
    const auto begin = reinterpret_cast<uintptr_t>(tensors[i]->data);
    const uintptr_t end = begin + tensors[i]->spanBytes();
    for (size_t j = 0; j < tensors.size(); ++j) {
      const auto otherBegin = reinterpret_cast<uintptr_t>(tensors[j]->data);
      const uintptr_t otherEnd = otherBegin + tensors[j]->spanBytes();
      // Of two overlapping outputs, the later one is named first.
      if ((program.tensors[j].output && j >= i) || begin == end || otherBegin == otherEnd)
        continue;
      if (begin < otherEnd && otherBegin < end && !isInterleaved(*tensors[i], *tensors[j]))
        return bad(program.tensors[i],
                   "memory of its own, got memory that overlaps tensor '" + program.tensors[j].name + "'");
    }
  }
  return Status::success();
}

} // namespace attnc
