// BindArguments.cpp - names, scalars and dims of a call.
//
// Must not check what one tensor looks like: that is BindTensors.cpp.
#include "runtime/core/BindArguments.h"

#include "runtime/core/BindTensors.h"

#include <cmath>
#include <limits>

namespace attnc {
namespace {

Status bad(std::string message) { return Status(Code::InvalidArgument, std::move(message)); }

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

/// "'q', 'k', 'v'", or "none".
template <class List, class Name> std::string listNames(const List &list, Name nameOf) {
  std::string out;
  for (const auto &item : list)
    out += (out.empty() ? "" : ", ") + quoted(nameOf(item));
  return out.empty() ? "none" : out;
}

std::string listTensors(const Program &program) {
  return listNames(program.tensors, [](const TensorSig &sig) { return sig.name; });
}

Status checkTensorNames(const Program &program, const Arguments &arguments) {
  for (const auto &[name, tensor] : arguments.tensors) {
    bool known = false;
    for (const TensorSig &sig : program.tensors)
      known = known || sig.name == name;
    if (!known)
      return bad("expected tensors " + listTensors(program) + ", got unknown tensor " + quoted(name));
  }
  for (const TensorSig &sig : program.tensors)
    if (!arguments.tensors.count(sig.name))
      return bad("expected tensors " + listTensors(program) + ", got no tensor " + quoted(sig.name));
  return Status::success();
}

Status checkScalar(const ScalarSig &sig, double value) {
  const std::string where = "scalar " + quoted(sig.name) + ": expected ";
  if (std::isnan(value))
    return bad(where + "a number, got nan");
  if (sig.dtype == DType::I32) {
    if (value != std::floor(value) || std::fabs(value) > ScalarSig::kLargestInteger)
      return bad(where + "an integer from -2^30 to 2^30, got " + std::to_string(value));
  } else if (std::isfinite(value) && std::fabs(value) > std::numeric_limits<float>::max()) {
    return bad(where + "a value that f32 can hold, got " + std::to_string(value));
  }
  return Status::success();
}

Status bindScalars(const Program &program, const Arguments &arguments, BoundArguments &bound) {
  auto names = [&] { return listNames(program.scalars, [](const ScalarSig &sig) { return sig.name; }); };
  for (const auto &[name, value] : arguments.scalars) {
    bool known = false;
    for (const ScalarSig &sig : program.scalars)
      known = known || sig.name == name;
    if (!known)
      return bad("expected scalars " + names() + ", got unknown scalar " + quoted(name));
  }
  for (const ScalarSig &sig : program.scalars) {
    auto it = arguments.scalars.find(sig.name);
    if (it == arguments.scalars.end() && sig.required)
      return bad("expected a value for scalar " + quoted(sig.name) + ", got none");
    double value = it == arguments.scalars.end() ? sig.defaultValue : it->second;
    ATTNC_RETURN_IF_ERROR(checkScalar(sig, value));
    bound.scalars.push_back(value);
  }
  return Status::success();
}

/// Dims come first, so that a tensor that disagrees is the one that is named.
Status bindDims(const LaunchPlan &plan, const Arguments &arguments, BoundArguments &bound,
                std::vector<std::string> &definedBy) {
  for (const auto &[name, value] : arguments.dims) {
    std::optional<int> slot = plan.symbols.find(name);
    if (!slot || name.find('.') != std::string::npos) {
      std::vector<std::string> known;
      for (size_t i = 0; i < plan.symbols.size(); ++i)
        if (const std::string &symbol = plan.symbols.name(static_cast<int>(i));
            symbol.find('.') == std::string::npos)
          known.push_back(symbol);
      return bad("expected dims " + listNames(known, [](const std::string &s) { return s; }) +
                 ", got unknown dim " + quoted(name));
    }
    if (value < 0)
      return bad("dim " + quoted(name) + ": expected at least 0, got " + std::to_string(value));
    bound.values[*slot] = value;
    definedBy[*slot] = "the caller";
  }
  return Status::success();
}

/// Kernels count in 32 bits, and add a few tiles to a position.
Status checkSizes(const LaunchPlan &plan, const BoundArguments &bound) {
  constexpr int64_t kLargest = int64_t(1) << 30;
  for (size_t i = 0; i < plan.symbols.size(); ++i) {
    const std::string &name = plan.symbols.name(static_cast<int>(i));
    if (name.find('.') == std::string::npos && bound.values[i] && *bound.values[i] > kLargest)
      return bad("dim " + quoted(name) + ": expected at most 2^30, got " + std::to_string(*bound.values[i]));
  }
  return Status::success();
}

/// Requests that share tokens come together.
Status checkGroups(const Program &program, const LaunchPlan &plan, const BoundArguments &bound) {
  const std::optional<int> batch = plan.symbols.find("batch");
  const int64_t requests = batch && bound.values[*batch] ? *bound.values[*batch] : 0;
  if (requests % program.requestGroup == 0)
    return Status::success();
  return bad("dim 'batch': expected a multiple of " + std::to_string(program.requestGroup) +
             ", the beams of a group, got " + std::to_string(requests));
}

} // namespace

Result<BoundArguments> bindArguments(const Program &program, const LaunchPlan &plan,
                                     const Arguments &arguments, BindMode mode) {
  BoundArguments bound;
  bound.values.resize(plan.symbols.size());
  std::vector<std::string> definedBy(plan.symbols.size());

  ATTNC_RETURN_IF_ERROR(checkTensorNames(program, arguments));
  ATTNC_RETURN_IF_ERROR(bindDims(plan, arguments, bound, definedBy));
  std::vector<const Tensor *> tensors;
  for (size_t i = 0; i < program.tensors.size(); ++i) {
    const TensorSig &sig = program.tensors[i];
    const Tensor &tensor = arguments.tensors.find(sig.name)->second;
    ATTNC_RETURN_IF_ERROR(checkLayout(sig, tensor));
    ATTNC_RETURN_IF_ERROR(bindShape(sig, plan.tensors[i], plan.symbols, tensor, bound.values, definedBy));
    ATTNC_RETURN_IF_ERROR(checkStrides(sig, tensor));
    if (mode == BindMode::All)
      ATTNC_RETURN_IF_ERROR(checkAddress(sig, tensor));
    tensors.push_back(&tensor);
    bound.addresses.push_back(tensor.data);
  }
  if (mode == BindMode::All)
    ATTNC_RETURN_IF_ERROR(checkAliasing(program, tensors));
  for (size_t i = 0; i < program.dims.size(); ++i)
    if (!bound.values[plan.dimSlots[i]])
      return bad("expected a value for dim " + quoted(program.dims[i]) + ", got none");
  ATTNC_RETURN_IF_ERROR(checkSizes(plan, bound));
  ATTNC_RETURN_IF_ERROR(checkGroups(program, plan, bound));
  ATTNC_RETURN_IF_ERROR(bindScalars(program, arguments, bound));
  return bound;
}

} // namespace attnc
