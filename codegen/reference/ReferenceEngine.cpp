// ReferenceEngine.cpp - calls the reference function for every head of every request.
//
// Must not do maths of its own: it decides the values of padding rows. Where nothing attends there is no
// function, and only what is appended.
#include "codegen/reference/ReferenceEngine.h"

#include "codegen/reference/AppendTokens.h"
#include "codegen/reference/CachedTokens.h"
#include "codegen/reference/Elements.h"
#include "codegen/reference/HostCode.h"
#include "codegen/reference/LogicalTensors.h"
#include "codegen/reference/Rotation.h"
#include "dialect/attn/Attn.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <new>
#include <system_error>
#include <thread>

namespace attnc {
namespace {

using reference::Batch;
using reference::HostCode;
using reference::KernelShape;
using reference::Parameter;
using reference::Request;
using reference::Role;
using reference::TokenRows;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A contiguous memref descriptor of any rank: two addresses, offset, sizes, strides.
class Descriptor {
public:
  Descriptor(const void *data, const std::vector<int64_t> &shape) : words(3 + 2 * shape.size()) {
    words[0] = words[1] = reinterpret_cast<intptr_t>(data);
    int64_t stride = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
      words[3 + axis] = shape[axis];
      words[3 + shape.size() + axis] = stride;
      stride *= shape[axis];
    }
  }
  void *address() { return words.data(); }

private:
  static_assert(sizeof(intptr_t) == sizeof(int64_t));
  std::vector<int64_t> words;
};

/// The packed argument list of one call: every entry is the address of an argument.
class CallFrame {
public:
  explicit CallFrame(size_t count) {
    slots.reserve(count); // addresses of slots are handed out
    descriptors.reserve(count);
  }
  void integer(int64_t value) { pass({.integer = value}); }
  void narrow(int32_t value) { pass({.narrow = value}); }
  void real(double value) { pass({.real = value}); }
  void memref(const void *data, const std::vector<int64_t> &shape) {
    descriptors.emplace_back(data, shape);
    pass({.pointer = descriptors.back().address()});
  }
  void call(HostCode::Packed function) { function(addresses.data()); }

private:
  union Slot {
    int64_t integer;
    int32_t narrow;
    double real;
    void *pointer;
  };
  void pass(Slot slot) {
    slots.push_back(slot);
    addresses.push_back(&slots.back());
  }
  std::vector<Slot> slots;
  std::vector<Descriptor> descriptors;
  std::vector<void *> addresses;
};

/// Inputs of one run that all requests share.
struct SharedInputs {
  std::vector<reference::SideBuffer> sides; ///< one an argument; empty where it is no side tensor
  std::vector<double> scalars;              ///< one an argument
  /// One an argument: a cache with the new tokens in it; without elements where none are.
  std::vector<ReferenceOutput> updated;
};

/// Whether a result is one of the attention, which the reference function computes.
bool isComputed(const Parameter &result) { return result.role < Role::Cache; }

class Engine : public ReferenceEngine {
public:
  Engine(KernelShape shape, std::unique_ptr<HostCode> code, HostCode::Packed function)
      : kernel(std::move(shape)), code(std::move(code)), function(function) {}

  Result<ReferenceResult> run(const Arguments &arguments, int threads) const override {
    try {
      return runChecked(arguments, threads);
    } catch (const std::bad_alloc &) {
      return Status(Code::InvalidArgument, "expected tensors that fit the host's memory in fp64");
    } catch (const std::system_error &failure) {
      return Status(Code::Internal, std::string("starting a host thread failed: ") + failure.what());
    }
  }

private:
  Result<ReferenceResult> runChecked(const Arguments &arguments, int threads) const;
  ReferenceResult emptyResult(const Batch &batch, const Arguments &arguments) const;
  void runHead(const Request &request, int64_t index, int64_t head, const std::vector<TokenRows> &tokens,
               const SharedInputs &shared, ReferenceResult &result) const;
  Status readShared(const Batch &batch, const Arguments &arguments, SharedInputs &shared) const;
  Status attend(const Batch &batch, const Arguments &arguments, const SharedInputs &shared, int threads,
                ReferenceResult &result) const;
  Result<TokenRows> gather(const Parameter &argument, const Request &request, int64_t index,
                           const Arguments &arguments, const SharedInputs &shared) const;

  KernelShape kernel;
  std::unique_ptr<HostCode> code;
  HostCode::Packed function;
};

/// [batch, length, heads, dim] to the axes that `order` names.
void putInOrder(ReferenceOutput &output, const std::string &order) {
  const std::vector<int64_t> from = output.shape;
  int64_t strides[4] = {}, stride = 1; // of the axes b, s, h, d in `order`
  for (size_t axis = 4; axis-- > 0;) {
    const size_t source = std::string_view("bshd").find(order[axis]);
    output.shape[axis] = from[source];
    strides[source] = stride;
    stride *= from[source];
  }
  for (std::vector<double> *data : {&output.values, &output.bounds}) {
    std::vector<double> moved(data->size());
    auto next = data->begin();
    for (int64_t b = 0; b < from[0]; ++b)
      for (int64_t row = 0; row < from[1]; ++row)
        for (int64_t head = 0; head < from[2]; ++head)
          for (int64_t e = 0; e < from[3]; ++e)
            moved[size_t(b * strides[0] + row * strides[1] + head * strides[2] + e * strides[3])] = *next++;
    *data = std::move(moved);
  }
}

/// Elements of an output for each row and head.
int64_t columnsOf(const Parameter &parameter, const std::vector<int64_t> &shape) {
  return parameter.role == Role::Pairs ? shape.back() : parameter.dim;
}

/// Outputs of padding rows; rows of a packed tensor outside every request are not defined at all.
ReferenceResult Engine::emptyResult(const Batch &batch, const Arguments &arguments) const {
  const Parameter &query = kernel.rows();
  const Tensor q = reference::tokensFirst(query, arguments.tensors.find(query.name)->second);
  ReferenceResult result;
  for (const Parameter &parameter : kernel.results) {
    ReferenceOutput output;
    output.name = parameter.name;
    output.dtype = parameter.dtype;
    output.shape = q.shape;
    output.shape.pop_back();
    output.shape.back() = parameter.heads; // q's tensor may hold k and v as well
    bool isOut = parameter.role == Role::Out || parameter.role == Role::KeysRotated;
    if (parameter.role == Role::Cache) { // comes whole
      result.outputs.push_back(std::move(output));
      continue;
    }
    if (isOut)
      output.shape.push_back(parameter.dim);
    if (parameter.role == Role::Pairs)
      output.shape.push_back(batch.dims.find("kv_len")->second);
    if (parameter.role == Role::PerHead) {
      output.shape = {parameter.heads};
      output.values.assign(size_t(parameter.heads), -kInfinity);
      output.bounds.assign(size_t(parameter.heads), 0);
      result.outputs.push_back(std::move(output));
      continue;
    }
    size_t perRow = size_t(parameter.heads * columnsOf(parameter, output.shape));
    size_t count = size_t(batch.rows) * perRow;
    output.values.assign(count, isOut ? 0 : -kInfinity);
    output.bounds.assign(count, 0);
    if (kernel.packed) {
      size_t used =
          batch.requests.empty() ? 0 : size_t(batch.requests.back().qFirst + batch.requests.back().qLen);
      std::fill(output.values.begin() + ptrdiff_t(used * perRow), output.values.end(), 0);
      std::fill(output.bounds.begin() + ptrdiff_t(used * perRow), output.bounds.end(), kInfinity);
    }
    result.outputs.push_back(std::move(output));
  }
  return result;
}

void Engine::runHead(const Request &request, int64_t index, int64_t head,
                     const std::vector<TokenRows> &tokens, const SharedInputs &shared,
                     ReferenceResult &result) const {
  CallFrame frame(2 + 2 * kernel.arguments.size() + 2 * kernel.results.size());
  frame.integer(index);
  frame.integer(head);
  for (size_t i = 0; i < kernel.arguments.size(); ++i) {
    const Parameter &argument = kernel.arguments[i];
    if (argument.role == Role::Scalar) {
      if (argument.dtype == DType::F32)
        frame.real(shared.scalars[i]);
      else
        frame.narrow(int32_t(shared.scalars[i]));
    } else if (argument.role == Role::Side) {
      const reference::SideBuffer &side = shared.sides[i];
      const void *data = argument.dtype == DType::I32    ? static_cast<const void *>(side.integers.data())
                         : argument.dtype == DType::Bool ? static_cast<const void *>(side.bools.data())
                                                         : side.reals.data();
      frame.memref(data, side.shape);
    } else {
      int64_t rows = argument.role == Role::Unused  ? 0
                     : argument.role == Role::Query ? request.qLen
                                                    : request.kvLen;
      frame.memref(tokens[i].values.data(), {rows, argument.heads, argument.dim});
      if (argument.isInexact()) // the reference function takes errors of what is rounded on the way
        frame.memref(tokens[i].errors.data(), {rows, argument.heads, argument.dim});
    }
  }
  for (size_t i = 0; i < kernel.results.size(); ++i) {
    const Parameter &parameter = kernel.results[i];
    if (!isComputed(parameter))
      continue;
    const int64_t columns = columnsOf(parameter, result.outputs[i].shape);
    std::vector<int64_t> shape{request.qLen, parameter.heads};
    if (parameter.role != Role::Rows)
      shape.push_back(columns);
    ptrdiff_t first = ptrdiff_t(request.qFirst * parameter.heads * columns);
    if (parameter.role == Role::PerHead) { // each head raises its own element, request by request
      shape = {parameter.heads};
      first = 0;
    }
    frame.memref(result.outputs[i].values.data() + first, shape);
    frame.memref(result.outputs[i].bounds.data() + first, shape);
  }
  frame.call(function);
}

/// The tokens of a request as the attention reads them.
Result<TokenRows> Engine::gather(const Parameter &argument, const Request &request, int64_t index,
                                 const Arguments &arguments, const SharedInputs &shared) const {
  const bool isQuery = argument.role == Role::Query;
  TokenRows rows;
  if (!argument.cacheAxes.empty()) {
    auto contentOf = [&](const Parameter &cache) {
      const ReferenceOutput &updated = shared.updated[size_t(&cache - kernel.arguments.data())];
      return reference::CacheContent{&cache, argument.appends.empty() ? nullptr : &updated};
    };
    const Parameter *scales = argument.scales.empty() ? nullptr : kernel.argument(argument.scales);
    ATTNC_ASSIGN_OR_RETURN(
        rows, reference::readCachedRows(contentOf(argument),
                                        scales ? contentOf(*scales) : reference::CacheContent(), index,
                                        argument.held(request.kvLen, request.qLen), arguments));
    if (argument.dtype != argument.floats && !scales)
      reference::addScaleErrors(rows, argument);
    reference::addActiveTokens(rows, argument, request, index, {kernel, shared.sides, arguments});
  } else {
    rows.values =
        reference::readBiasedRows(argument, isQuery ? request.qFirst : request.kvFirst,
                                  isQuery ? request.qLen : request.kvLen, {kernel, shared.sides, arguments});
  }
  for (const reference::Rotation &rotation : argument.rotations)
    reference::rotate(rows, argument, rotation, {kernel, shared.sides, request, index});
  if (!argument.keyScale.empty())
    ATTNC_RETURN_IF_ERROR(
        reference::addQueryScaleErrors(rows, argument, kernel.heads, kernel.kvHeads, arguments));
  return rows;
}

Status Engine::readShared(const Batch &batch, const Arguments &arguments, SharedInputs &shared) const {
  const size_t count = kernel.arguments.size();
  shared = {std::vector<reference::SideBuffer>(count), std::vector<double>(count),
            std::vector<ReferenceOutput>(count)};
  for (size_t i = 0; i < count; ++i) {
    const Parameter &argument = kernel.arguments[i];
    if (argument.role == Role::Side) {
      ATTNC_ASSIGN_OR_RETURN(shared.sides[i], reference::readSide(argument, arguments, batch));
    } else if (argument.role == Role::Scalar) {
      ATTNC_ASSIGN_OR_RETURN(shared.scalars[i], reference::readScalar(argument, arguments));
    }
  }
  for (size_t i = 0; i < count; ++i)
    if (!kernel.arguments[i].appends.empty()) {
      const Parameter &cache = kernel.arguments[i];
      ReferenceOutput scales;
      ATTNC_ASSIGN_OR_RETURN(shared.updated[i], reference::appendTokens(
                                                    cache, batch, {kernel, shared.sides, arguments}, scales));
      if (!cache.scales.empty())
        shared.updated[size_t(kernel.argument(cache.scales) - kernel.arguments.data())] = std::move(scales);
    }
  return Status::success();
}

Status Engine::attend(const Batch &batch, const Arguments &arguments, const SharedInputs &shared, int threads,
                      ReferenceResult &result) const {
  for (size_t index = 0; index < batch.requests.size(); ++index) {
    const Request &request = batch.requests[index];
    if (request.qLen == 0)
      continue;
    std::vector<TokenRows> tokens(kernel.arguments.size());
    for (size_t i = 0; i < kernel.arguments.size(); ++i)
      if (kernel.arguments[i].role <= Role::Value) {
        ATTNC_ASSIGN_OR_RETURN(tokens[i],
                               gather(kernel.arguments[i], request, int64_t(index), arguments, shared));
      }
    // Heads write different elements, so their order does not matter.
    std::atomic<int64_t> next = 0;
    auto work = [&] {
      for (int64_t head = next++; head < kernel.heads; head = next++)
        runHead(request, int64_t(index), head, tokens, shared, result);
    };
    {
      std::vector<std::jthread> helpers;
      for (int64_t i = 1; i < std::min<int64_t>(threads, kernel.heads); ++i)
        helpers.emplace_back(work);
      work();
    }
  }
  return Status::success();
}

Result<ReferenceResult> Engine::runChecked(const Arguments &arguments, int threads) const {
  ATTNC_ASSIGN_OR_RETURN(Batch batch, reference::readBatch(kernel, arguments));
  SharedInputs shared;
  ATTNC_RETURN_IF_ERROR(readShared(batch, arguments, shared));
  ReferenceResult result = emptyResult(batch, arguments);
  if (kernel.attends)
    ATTNC_RETURN_IF_ERROR(attend(batch, arguments, shared, threads, result));
  for (size_t i = 0; i < result.outputs.size(); ++i) {
    const Parameter &parameter = kernel.results[i];
    if (parameter.role == Role::KeysRotated)
      reference::fillNewTokens(result.outputs[i], parameter.source, batch, {kernel, shared.sides, arguments});
    if (parameter.role == Role::Cache)
      result.outputs[i] =
          std::move(shared.updated[size_t(kernel.argument(parameter.name) - kernel.arguments.data())]);
    else if (!kernel.packed && (parameter.role == Role::Out || parameter.role == Role::KeysRotated))
      putInOrder(result.outputs[i], parameter.order);
  }
  return result;
}

} // namespace

ReferenceEngine::~ReferenceEngine() = default;

Result<std::unique_ptr<ReferenceEngine>> ReferenceEngine::create(mlir::ModuleOp attnModule) {
  auto kernels = attnModule.getOps<attn::KernelOp>();
  if (std::distance(kernels.begin(), kernels.end()) != 1)
    return Status(Code::Unsupported, "expected a module with one attn.kernel, got " +
                                         std::to_string(std::distance(kernels.begin(), kernels.end())));
  // The name is the user's; a fixed symbol cannot clash with the C library in the JIT's symbol table.
  constexpr llvm::StringLiteral kSymbol = "attnc_reference_head";
  ATTNC_ASSIGN_OR_RETURN(KernelShape shape, reference::readKernelShape(*kernels.begin()));
  if (!shape.attends)
    return std::unique_ptr<ReferenceEngine>(new Engine(std::move(shape), nullptr, nullptr));
  mlir::OwningOpRef<mlir::ModuleOp> module = attnModule.clone();
  (*module->getOps<attn::KernelOp>().begin()).setSymName(kSymbol);
  ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<HostCode> code, HostCode::compile(*module));
  ATTNC_ASSIGN_OR_RETURN(HostCode::Packed function, code->find("_mlir_ciface_" + kSymbol.str()));
  return std::unique_ptr<ReferenceEngine>(new Engine(std::move(shape), std::move(code), function));
}

} // namespace attnc
