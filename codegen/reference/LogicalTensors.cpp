// LogicalTensors.cpp - checks arguments against the kernel's signature and gathers them.
//
// Must not compute anything: a value here is a value of the caller, widened.
#include "codegen/reference/LogicalTensors.h"

#include "attnc/Kernel.h"
#include "codegen/reference/CachedTokens.h"
#include "codegen/reference/Elements.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnc::reference {
namespace {

Status invalid(std::string message) { return {Code::InvalidArgument, std::move(message)}; }

} // namespace

Result<const Tensor *> findTensor(const std::string &name, DType dtype, const Arguments &arguments) {
  auto found = arguments.tensors.find(name);
  if (found == arguments.tensors.end())
    return invalid("expected a tensor '" + name + "', got none");
  const Tensor &tensor = found->second;
  if (tensor.dtype != dtype)
    return invalid("expected tensor '" + name + "' of " + std::string(dtypeName(dtype)) + ", got " +
                   std::string(dtypeName(tensor.dtype)));
  if (!tensor.strides.empty() && tensor.strides.size() != tensor.shape.size())
    return invalid("expected one stride per axis of tensor '" + name + "', got " +
                   std::to_string(tensor.strides.size()) + " for " + shapeText(tensor.shape));
  for (int64_t extent : tensor.shape)
    if (extent < 0)
      return invalid("expected sizes of at least 0 for tensor '" + name + "', got " +
                     shapeText(tensor.shape));
  if (tensor.elements() > 0 && !tensor.data)
    return invalid("expected an address for tensor '" + name + "', got null");
  return &tensor;
}

Result<std::vector<int64_t>> readIntegers(const std::string &name, int64_t count,
                                          const Arguments &arguments) {
  ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findTensor(name, DType::I32, arguments));
  if (tensor->shape.size() != 1 || (count >= 0 && tensor->shape[0] != count))
    return invalid("expected tensor '" + name + "' of shape [" + (count >= 0 ? std::to_string(count) : "n") +
                   "], got " + shapeText(tensor->shape));
  std::vector<int64_t> values(size_t(tensor->shape[0]));
  forEachElement(*tensor, [&](int64_t linear, int64_t offset) {
    values[size_t(linear)] = int64_t(loadElement(*tensor, offset));
  });
  return values;
}

Status checkOffsets(const std::string &name, const std::vector<int64_t> &offsets, int64_t total) {
  if (offsets.empty() || offsets[0] != 0)
    return invalid("expected tensor '" + name + "' to start with 0, got " +
                   (offsets.empty() ? "no element" : std::to_string(offsets[0])));
  for (size_t i = 1; i < offsets.size(); ++i)
    if (offsets[i] < offsets[i - 1])
      return invalid("expected tensor '" + name + "' not to fall, got " + std::to_string(offsets[i - 1]) +
                     " before " + std::to_string(offsets[i]));
  if (offsets.back() > total)
    return invalid("expected tensor '" + name + "' to end at " + std::to_string(total) + " or before, got " +
                   std::to_string(offsets.back()));
  return Status::success();
}

namespace {

Status checkLengths(const std::string &name, const std::vector<int64_t> &lengths, int64_t longest) {
  for (int64_t length : lengths)
    if (length < 0 || length > longest)
      return invalid("expected lengths from 0 to " + std::to_string(longest) + " in tensor '" + name +
                     "', got " + std::to_string(length));
  return Status::success();
}

/// The tensor of a token argument, with the axes that its layout asks for, as [tokens, heads, dim] or
/// [batch, length, heads, dim].
Result<Tensor> findTokens(const KernelShape &kernel, const Parameter &tokens, const Arguments &arguments) {
  ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findTensor(tokens.name, tokens.dtype, arguments));
  const std::vector<int64_t> &shape = tensor->shape;
  bool fits = shape.size() == tokens.order.size();
  std::string expected;
  for (size_t axis = 0; axis < tokens.order.size(); ++axis) {
    char letter = tokens.order[axis];
    int64_t size = letter == 'h' ? tokens.heads : tokens.dim;
    bool fixed = letter == 'h' || letter == 'd';
    fits = fits && (!fixed || shape[axis] == size);
    expected += axis ? ", " : "[";
    expected += fixed ? std::to_string(size) : letter == 'b' ? "batch" : kernel.packed ? "tokens" : "length";
  }
  if (!fits)
    return invalid("expected tensor '" + tokens.name + "' of shape " + expected + "], got " +
                   shapeText(shape));
  return tokensFirst(tokens, *tensor);
}

/// Of tokens that lie in one tensor; `totalKv` is ignored where keys are cached.
Status readPacked(Batch &batch, const KernelShape &kernel, int64_t totalQ, int64_t totalKv,
                  const Arguments &arguments) {
  const bool cached = kernel.isCached();
  ATTNC_ASSIGN_OR_RETURN(std::vector<int64_t> q, readIntegers("cu_q", -1, arguments));
  ATTNC_RETURN_IF_ERROR(checkOffsets("cu_q", q, totalQ));
  std::vector<int64_t> kv = q;
  if (cached) {
    std::vector<int64_t> lengths;
    for (size_t i = 0; i + 1 < q.size(); ++i)
      lengths.push_back(q[i + 1] - q[i]);
    ATTNC_ASSIGN_OR_RETURN(kv, readCachedLengths(kernel, lengths, arguments));
  } else if (!kernel.selfAttention) {
    ATTNC_ASSIGN_OR_RETURN(kv, readIntegers("cu_kv", int64_t(q.size()), arguments));
    ATTNC_RETURN_IF_ERROR(checkOffsets("cu_kv", kv, totalKv));
  }
  for (size_t i = 0; i + 1 < q.size(); ++i)
    batch.requests.push_back({q[i], q[i + 1] - q[i], cached ? 0 : kv[i], cached ? kv[i] : kv[i + 1] - kv[i]});
  int64_t longestQ = 0, longestKv = 0;
  for (const Request &request : batch.requests) {
    longestQ = std::max(longestQ, request.qLen);
    longestKv = std::max(longestKv, request.kvLen);
  }
  batch.dims["total_q"] = totalQ;
  if (!cached)
    batch.dims["total_kv"] = totalKv;
  batch.rows = totalQ;
  // The caller may reserve more than the longest request; side tensors are then that large.
  for (auto [name, longest] : {std::pair("q_len", longestQ), std::pair("kv_len", longestKv)}) {
    auto given = arguments.dims.find(std::string_view(kernel.selfAttention ? "q_len" : name));
    batch.dims[name] = given == arguments.dims.end() ? longest : given->second;
    if (batch.dims[name] < longest)
      return invalid(std::string("expected dim '") + name + "' to be at least the longest request (" +
                     std::to_string(longest) + "), got " + std::to_string(batch.dims[name]));
  }
  return Status::success();
}

/// `k` is null where keys are cached.
Status readPadded(Batch &batch, const KernelShape &kernel, const Tensor &q, const Tensor *k,
                  const Arguments &arguments) {
  int64_t count = q.shape[0], longestQ = q.shape[1], longestKv = k ? k->shape[1] : 0;
  if (k && k->shape[0] != count)
    return invalid("expected as many requests in tensors 'q' and 'k', got " + std::to_string(count) +
                   " and " + std::to_string(k->shape[0]));
  std::vector<int64_t> qLens(size_t(count), longestQ), kvLens(size_t(count), longestKv);
  if (kernel.queryLengths) {
    ATTNC_ASSIGN_OR_RETURN(qLens, readIntegers("q_lens", count, arguments));
    ATTNC_RETURN_IF_ERROR(checkLengths("q_lens", qLens, longestQ));
  }
  if (!k) {
    ATTNC_ASSIGN_OR_RETURN(kvLens, readCachedLengths(kernel, qLens, arguments));
    for (int64_t length : kvLens)
      longestKv = std::max(longestKv, length);
    if (auto given = arguments.dims.find(std::string_view("kv_len")); given != arguments.dims.end()) {
      if (given->second < longestKv)
        return invalid("expected dim 'kv_len' to be at least the longest request (" +
                       std::to_string(longestKv) + "), got " + std::to_string(given->second));
      longestKv = given->second;
    }
  } else if (kernel.selfAttention) {
    kvLens = qLens;
  } else if (kernel.keyLengths) {
    ATTNC_ASSIGN_OR_RETURN(kvLens, readIntegers("kv_lens", count, arguments));
    ATTNC_RETURN_IF_ERROR(checkLengths("kv_lens", kvLens, longestKv));
  }
  for (int64_t i = 0; i < count; ++i)
    batch.requests.push_back({i * longestQ, qLens[size_t(i)], k ? i * longestKv : 0, kvLens[size_t(i)]});
  batch.dims["q_len"] = longestQ;
  batch.dims["kv_len"] = longestKv;
  batch.dims["total_q"] = batch.rows = count * longestQ;
  batch.dims["total_kv"] = count * longestKv;
  return Status::success();
}

/// Where no number of keys is read, side tensors by key have as many as the first of them says, as any dim.
void takeKeyCount(Batch &batch, const KernelShape &kernel, const Arguments &arguments) {
  for (const Parameter &argument : kernel.arguments) {
    auto axis = std::find(argument.axes.begin(), argument.axes.end(), "kv_len");
    Result<const Tensor *> tensor = findTensor(argument.name, argument.dtype, arguments);
    if (axis == argument.axes.end() || !tensor.ok() || (*tensor)->shape.size() != argument.axes.size())
      continue; // what is wrong with it is said where it is read
    batch.dims["kv_len"] = (*tensor)->shape[size_t(axis - argument.axes.begin())];
    return;
  }
}

} // namespace

Result<Batch> readBatch(const KernelShape &kernel, const Arguments &arguments) {
  const Parameter &rows = kernel.rows();
  ATTNC_ASSIGN_OR_RETURN(Tensor q, findTokens(kernel, rows, arguments));
  Tensor k = q, v = q;
  const bool cached = kernel.isCached();
  if (!kernel.selfAttention && !cached) {
    ATTNC_ASSIGN_OR_RETURN(k, findTokens(kernel, kernel.tokens(Role::Key), arguments));
    ATTNC_ASSIGN_OR_RETURN(v, findTokens(kernel, kernel.tokens(Role::Value), arguments));
  }
  if (!std::equal(k.shape.begin(), k.shape.end() - 2, v.shape.begin()))
    return invalid("expected tensors 'k' and 'v' of equal length, got " + shapeText(k.shape) + " and " +
                   shapeText(v.shape));
  for (const Parameter &argument : kernel.arguments) {
    if (argument.role != Role::New)
      continue;
    ATTNC_ASSIGN_OR_RETURN(Tensor added, findTokens(kernel, argument, arguments));
    if (!std::equal(q.shape.begin(), q.shape.end() - 2, added.shape.begin()))
      return invalid("expected as many tokens in tensors '" + rows.name + "' and '" + argument.name +
                     "', got " + shapeText(q.shape) + " and " + shapeText(added.shape));
  }
  Batch batch;
  if (kernel.packed)
    ATTNC_RETURN_IF_ERROR(readPacked(batch, kernel, q.shape[0], k.shape[0], arguments));
  else
    ATTNC_RETURN_IF_ERROR(readPadded(batch, kernel, q, cached ? nullptr : &k, arguments));
  for (const Parameter &argument : kernel.arguments) {
    if (!argument.table.empty()) {
      const Tensor &table = arguments.tensors.find(argument.table)->second; // read above
      batch.dims[argument.csr ? "total_pages" : "max_pages"] = table.shape.back();
    }
    if (!argument.beams.empty()) {
      ATTNC_ASSIGN_OR_RETURN(const Tensor *owners, findTensor(argument.beams, DType::I32, arguments));
      batch.dims["max_len"] = owners->shape.empty() ? 0 : owners->shape.back();
    }
  }
  if (!kernel.lengthsByFirst().empty())
    takeKeyCount(batch, kernel, arguments);
  batch.dims["batch"] = int64_t(batch.requests.size());
  batch.dims["heads"] = kernel.heads;
  batch.dims["kv_heads"] = kernel.kvHeads;
  return batch;
}

Tensor tokensFirst(const Parameter &tokens, const Tensor &tensor) {
  Tensor view = tensor;
  view.shape.clear();
  view.strides.clear();
  for (char letter : std::string_view("bshd"))
    if (size_t axis = tokens.order.find(letter); axis != std::string::npos) {
      view.shape.push_back(tensor.shape[axis]);
      view.strides.push_back(tensor.stride(axis));
    }
  return view;
}

std::vector<double> readRows(const Tensor &tensor, bool packed, int64_t first, int64_t count) {
  if (count == 0)
    return {};
  Tensor view = tensor;
  int64_t start;
  if (packed) {
    start = first * tensor.stride(0);
    view.strides = {tensor.stride(0), tensor.stride(1), tensor.stride(2)};
    view.shape = {count, tensor.shape[1], tensor.shape[2]};
  } else { // rows of one request: `first` is a multiple of the padded length
    start = first / tensor.shape[1] * tensor.stride(0);
    view.strides = {tensor.stride(1), tensor.stride(2), tensor.stride(3)};
    view.shape = {count, tensor.shape[2], tensor.shape[3]};
  }
  std::vector<double> rows(size_t(view.elements()));
  forEachElement(view, [&](int64_t linear, int64_t offset) {
    rows[size_t(linear)] = loadElement(tensor, start + offset);
  });
  return rows;
}

Result<SideBuffer> readSide(const Parameter &side, const Arguments &arguments, const Batch &batch) {
  ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findTensor(side.name, side.dtype, arguments));
  SideBuffer buffer;
  for (const std::string &axis : side.axes) {
    auto dim = batch.dims.find(axis);
    buffer.shape.push_back(dim == batch.dims.end() ? std::stoll(axis) : dim->second);
  }
  if (tensor->shape != buffer.shape) {
    std::string axes;
    for (const std::string &axis : side.axes)
      axes += (axes.empty() ? "" : ", ") + axis;
    return invalid("expected tensor '" + side.name + "' of shape [" + axes +
                   "] = " + shapeText(buffer.shape) + ", got " + shapeText(tensor->shape));
  }
  size_t count = size_t(tensor->elements());
  (side.dtype == DType::I32    ? buffer.integers.resize(count)
   : side.dtype == DType::Bool ? buffer.bools.resize(count)
                               : buffer.reals.resize(count));
  forEachElement(*tensor, [&](int64_t linear, int64_t offset) {
    double value = loadElement(*tensor, offset);
    if (side.dtype == DType::I32)
      buffer.integers[size_t(linear)] = int32_t(value);
    else if (side.dtype == DType::Bool)
      buffer.bools[size_t(linear)] = int8_t(value);
    else
      buffer.reals[size_t(linear)] = value;
  });
  return buffer;
}

Result<double> readScalar(const Parameter &scalar, const Arguments &arguments) {
  auto found = arguments.scalars.find(scalar.name);
  if (found == arguments.scalars.end() && !scalar.hasDefault)
    return invalid("expected a value for scalar '" + scalar.name + "', got none");
  double value = found == arguments.scalars.end() ? scalar.defaultValue : found->second;
  if (scalar.dtype == DType::F32)
    return double(float(value)); // what a kernel receives
  if (value != std::floor(value) || std::fabs(value) > ScalarSig::kLargestInteger)
    return invalid("expected an integer from -2^30 to 2^30 for scalar '" + scalar.name + "', got " +
                   std::to_string(value));
  return value;
}

} // namespace attnc::reference
