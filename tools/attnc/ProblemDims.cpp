// ProblemDims.cpp - the naming rule of Problem.h, applied.
//
// Must not special-case a layout.
#include "tools/attnc/ProblemDims.h"

#include "runtime/core/Formula.h"
#include "tools/attnc/CacheContent.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace attnc::cli {
namespace {

/// Lengths of requests are made one by one; kernels count everything else in 32 bits.
constexpr int64_t kMaxRequests = 1 << 24;
constexpr int64_t kMaxDim = std::numeric_limits<int32_t>::max();

Status invalid(const std::string &message) { return Status(Code::InvalidArgument, message); }

} // namespace

std::string joined(const std::set<std::string> &names) {
  std::string out;
  for (const std::string &name : names)
    out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "none" : out;
}

Status ProblemDims::readSignature() {
  for (const TensorSig &sig : program.tensors) {
    std::vector<Axis> axes;
    for (const Formula &entry : sig.shape) {
      SymbolTable symbols;
      ATTNC_ASSIGN_OR_RETURN(ParsedFormula formula, ParsedFormula::parse(entry, symbols));
      std::optional<ParsedFormula::Affine> affine = formula.asShapeEntry();
      if (!affine)
        return Status(Code::Internal, "tensor '" + sig.name + "': unexpected shape entry " + entry.text);
      axes.push_back({affine->slot ? symbols.name(*affine->slot) : "", affine->offset});
      if (affine->slot)
        known.insert(symbols.name(*affine->slot));
    }
    shapes[sig.name] = std::move(axes);
    if (sig.name.starts_with("cu_") && sig.isInput())
      sequences.insert(sig.name.substr(3));
    if (sig.name.ends_with("_lens") && sig.isInput() && sig.name != "prompt_lens") // within those of kv
      sequences.insert(sig.name.substr(0, sig.name.size() - 5));
    if (sig.name == "last_page_len")
      sequences.insert("kv");
  }
  if (keysEndWithAppended(program))
    sequences.insert("kv");
  known.insert(program.dims.begin(), program.dims.end());
  return Status::success();
}

Status ProblemDims::define(const std::string &dim, int64_t value, const std::string &by) {
  const int64_t most = dim == "batch" ? kMaxRequests : kMaxDim;
  if (value < 0 || value > most)
    return invalid(by + ": expected " + dim + " of 0 to " + std::to_string(most) + ", got " +
                   std::to_string(value));
  auto [it, isNew] = dims.emplace(dim, value);
  if (isNew)
    definedBy[dim] = by;
  else if (it->second != value)
    return invalid(by + ": expected " + dim + " " + std::to_string(it->second) + " (from " + definedBy[dim] +
                   "), got " + std::to_string(value));
  return Status::success();
}

Status ProblemDims::takeDims() {
  for (const auto &[name, value] : request.dims) {
    if (!known.contains(name))
      return invalid("--dim " + name + ": expected one of " + joined(known) + ", got '" + name + "'");
    ATTNC_RETURN_IF_ERROR(define(name, value, "--dim"));
  }
  return Status::success();
}

std::string ProblemDims::expectedShape(const std::vector<Axis> &axes, bool resolved) const {
  std::string text = "[";
  for (size_t i = 0; i < axes.size(); ++i) {
    text += i ? ", " : "";
    auto it = dims.find(axes[i].name);
    if (axes[i].name.empty() || (resolved && it != dims.end()))
      text += std::to_string(axes[i].offset + (axes[i].name.empty() ? 0 : it->second));
    else
      text += axes[i].name + (axes[i].offset ? " + " + std::to_string(axes[i].offset) : "");
  }
  return text + "]";
}

Status ProblemDims::shapeMismatch(const std::string &name, const std::vector<int64_t> &got,
                                  const std::string &why) const {
  const std::vector<Axis> &axes = shapes.at(name);
  const std::string symbolic = expectedShape(axes, false), resolved = expectedShape(axes, true);
  return invalid("tensor '" + name + "': expected shape " + symbolic +
                 (symbolic == resolved ? "" : " = " + resolved) + ", got " + shapeText(got) + why);
}

Status ProblemDims::setLens(const std::string &sequence, std::vector<int64_t> values, const std::string &by) {
  for (int64_t length : values)
    if (length < 0 || length > kMaxDim)
      return invalid(by + ": expected lengths of 0 to 2147483647, got " + std::to_string(length));
  auto [it, isNew] = lens.emplace(sequence, values);
  if (isNew)
    lensBy[sequence] = by;
  else if (it->second != values) {
    const std::vector<int64_t> &known = it->second;
    const std::string same = by + ": expected the same lengths as " + lensBy[sequence];
    if (known.size() != values.size())
      return invalid(same + ", which has " + std::to_string(known.size()) + ", got " +
                     std::to_string(values.size()));
    const auto at = std::mismatch(known.begin(), known.end(), values.begin());
    return invalid(same + ", where request " + std::to_string(at.first - known.begin()) + " has " +
                   std::to_string(*at.first) + ", got " + std::to_string(*at.second));
  }
  return Status::success();
}

Status ProblemDims::takeLens(const ByName<HostTensor> &tensors) {
  for (const auto &[sequence, given] : request.lens)
    ATTNC_RETURN_IF_ERROR(setLens(sequence, given, "--lens " + sequence));
  for (const std::string &sequence : sequences) {
    if (auto it = tensors.find("cu_" + sequence); it != tensors.end()) {
      const HostTensor &cumulative = it->second;
      std::vector<int64_t> values;
      for (int64_t i = 0; i < cumulative.elements(); ++i) {
        const auto value = static_cast<int64_t>(cumulative.get(i));
        const int64_t before = i ? static_cast<int64_t>(cumulative.get(i - 1)) : 0;
        if (i == 0 ? value != 0 : value < before)
          return invalid("tensor 'cu_" + sequence +
                         "': expected cumulative lengths that start at 0 and never fall, got " +
                         std::to_string(value) + " at index " + std::to_string(i));
        if (i)
          values.push_back(value - before);
      }
      ATTNC_RETURN_IF_ERROR(setLens(sequence, std::move(values), "tensor 'cu_" + sequence + "'"));
    }
    if (auto it = tensors.find(sequence + "_lens"); it != tensors.end()) {
      std::vector<int64_t> values;
      for (int64_t i = 0; i < it->second.elements(); ++i)
        values.push_back(static_cast<int64_t>(it->second.get(i)));
      ATTNC_RETURN_IF_ERROR(setLens(sequence, std::move(values), "tensor '" + sequence + "_lens'"));
    }
  }
  if (auto indptr = tensors.find("page_indptr"), last = tensors.find("last_page_len");
      indptr != tensors.end() && last != tensors.end()) {
    ATTNC_ASSIGN_OR_RETURN(std::vector<int64_t> values,
                           lengthsOfPages(*cacheOf(program), indptr->second, last->second));
    ATTNC_RETURN_IF_ERROR(setLens("kv", std::move(values), "tensor 'page_indptr'"));
  }
  for (const auto &[sequence, values] : lens)
    ATTNC_RETURN_IF_ERROR(define("batch", static_cast<int64_t>(values.size()), lensBy[sequence]));
  return Status::success();
}

/// The lengths that a given `write_indices` comes to, where nothing else says them.
Status ProblemDims::takeIndices(const ByName<HostTensor> &tensors) {
  const auto given = tensors.find("write_indices");
  if (given == tensors.end() || !keysEndWithAppended(program))
    return Status::success();
  std::vector<int64_t> values;
  const auto queries = lens.find("q");
  const auto length = dims.find("q_len");
  for (int64_t i = 0; i < given->second.elements(); ++i) {
    const auto request = static_cast<size_t>(i);
    if (queries == lens.end() ? length == dims.end() : request >= queries->second.size())
      return Status::success(); // the lengths of q are missing or wrong, and something else says so
    const int64_t count = queries == lens.end() ? length->second : queries->second[request];
    values.push_back(std::max<int64_t>(static_cast<int64_t>(given->second.get(i)) + count, 0));
  }
  return setLens("kv", std::move(values), "tensor 'write_indices'");
}

Status ProblemDims::completeLens(const ByName<HostTensor> &tensors) {
  for (const std::string &sequence : sequences) {
    auto length = dims.find(sequence + "_len"), batch = dims.find("batch");
    if (lens.contains(sequence) || length == dims.end() || batch == dims.end())
      continue;
    ATTNC_RETURN_IF_ERROR(
        setLens(sequence, std::vector<int64_t>(static_cast<size_t>(batch->second), length->second), "--dim"));
  }
  ATTNC_RETURN_IF_ERROR(takeIndices(tensors));
  for (const auto &[sequence, values] : lens) {
    const int64_t longest = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
    if (known.contains(sequence + "_len") && !dims.contains(sequence + "_len"))
      ATTNC_RETURN_IF_ERROR(define(sequence + "_len", longest, lensBy[sequence]));
    if (known.contains("total_" + sequence))
      ATTNC_RETURN_IF_ERROR(define(
          "total_" + sequence, std::accumulate(values.begin(), values.end(), int64_t(0)), lensBy[sequence]));
  }
  if (std::optional<CacheLayout> cache = cacheOf(program)) {
    std::vector<int64_t> keys;
    if (auto given = lens.find("kv"); given != lens.end())
      keys = given->second;
    else if (auto batch = dims.find("batch"), length = dims.find("kv_len");
             batch != dims.end() && length != dims.end())
      keys.assign(static_cast<size_t>(batch->second), length->second);
    if (const auto queries = lens.find("q"); cache->active && !cache->csr)
      for (size_t i = 0; i < keys.size(); ++i)
        keys[i] =
            cache->held(keys[i], queries != lens.end() && i < queries->second.size() ? queries->second[i]
                                 : dims.contains("q_len")                            ? dims.at("q_len")
                                                                                     : 0);
    for (const auto &[dim, value] : cacheDims(*cache, keys))
      if (known.contains(dim) && !dims.contains(dim))
        ATTNC_RETURN_IF_ERROR(define(dim, value, "the lengths"));
  }
  return Status::success();
}

Status ProblemDims::require(const std::set<std::string> &wanted) const {
  std::set<std::string> missing;
  for (const std::string &dim : wanted)
    if (!dims.contains(dim))
      missing.insert(dim);
  for (const std::string &sequence : sequences)
    if (!lens.contains(sequence))
      missing.insert("the lengths of " + sequence);
  if (missing.empty())
    return Status::success();
  if (keysEndWithAppended(program) && missing == std::set<std::string>{"the lengths of kv"})
    return invalid("expected --lens kv=128,300, where the new tokens of each request end, or --input "
                   "write_indices=FILE, where they begin, got neither");
  std::string hint;
  for (const std::string &sequence : sequences)
    hint += " --lens " + sequence + "=128,300";
  if (sequences.empty())
    for (const std::string &dim : known)
      hint += " --dim " + dim + "=2";
  return invalid("expected values for " + joined(missing) + ", got none; for example" + hint);
}

Status ProblemDims::checkLens() const {
  for (const auto &[sequence, values] : lens) {
    auto limit = dims.find(sequence + "_len");
    if (limit == dims.end())
      continue;
    for (int64_t length : values) {
      if (length > limit->second)
        return invalid(lensBy.at(sequence) + ": expected lengths of at most " + sequence + "_len " +
                       std::to_string(limit->second) + " (from " + definedBy.at(limit->first) + "), got " +
                       std::to_string(length));
      if (!sequences.contains(sequence) && length != limit->second)
        return invalid(lensBy.at(sequence) + ": expected every length to be " + sequence + "_len " +
                       std::to_string(limit->second) + ", as this spec has no " + sequence + "_lens, got " +
                       std::to_string(length));
    }
  }
  return Status::success();
}

Status ProblemDims::bindShape(const std::string &name, const std::vector<int64_t> &shape,
                              const std::string &where) {
  const std::vector<Axis> &axes = shapes.at(name);
  if (axes.size() != shape.size())
    return shapeMismatch(name, shape, " in " + where);
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto &[dim, offset] = axes[i];
    const int64_t value = shape[i] - offset;
    auto it = dims.find(dim);
    if (dim.empty() ? value != 0 : value < 0 || (it != dims.end() && it->second != value))
      return shapeMismatch(name, shape,
                           " in " + where +
                               (it == dims.end() ? "" : " (" + dim + " is from " + definedBy.at(dim) + ")"));
    if (!dim.empty())
      ATTNC_RETURN_IF_ERROR(define(dim, value, "tensor '" + name + "'"));
  }
  return Status::success();
}

std::vector<int64_t> ProblemDims::shapeOf(const std::string &tensor) const {
  std::vector<int64_t> shape;
  for (const Axis &axis : shapes.at(tensor))
    shape.push_back(axis.offset + (axis.name.empty() ? 0 : dims.at(axis.name)));
  return shape;
}

} // namespace attnc::cli
