// Problem.cpp - finds every dim, then makes every tensor.
//
// Must not special-case a layout: it only follows the naming rule in Problem.h.
#include "tools/attnc/Problem.h"

#include "runtime/core/Formula.h"
#include "tools/attnc/Npy.h"
#include "tools/attnc/Random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

namespace attnc::cli {
namespace {

Status invalid(const std::string &message) { return Status(Code::InvalidArgument, message); }

/// One entry of a signature's shape: `name` + `offset`; no name is a constant.
struct Axis {
  std::string name;
  int64_t offset = 0;
};

std::string joined(const std::set<std::string> &names) {
  std::string out;
  for (const std::string &name : names)
    out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "none" : out;
}

class Maker {
public:
  Maker(const Program &program, const ProblemRequest &request) : program(program), request(request) {}

  Result<Problem> make() {
    for (Status (Maker::*step)() :
         {&Maker::readSignature, &Maker::checkNames, &Maker::takeDims, &Maker::readInputs, &Maker::takeLens,
          &Maker::completeLens, &Maker::requireDims, &Maker::checkLens, &Maker::makeTensors,
          &Maker::takeScalars})
      ATTNC_RETURN_IF_ERROR((this->*step)());
    return std::move(out);
  }

  Result<Problem> makeShapes() {
    for (Status (Maker::*step)() :
         {&Maker::readSignature, &Maker::checkNames, &Maker::takeDims, &Maker::takeLens, &Maker::completeLens,
          &Maker::requireLengths, &Maker::checkLens, &Maker::takeScalars})
      ATTNC_RETURN_IF_ERROR((this->*step)());
    return std::move(out);
  }

private:
  Status readSignature() {
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
      if (sig.name.starts_with("cu_") && !sig.output)
        sequences.insert(sig.name.substr(3));
      if (sig.name.ends_with("_lens") && !sig.output)
        sequences.insert(sig.name.substr(0, sig.name.size() - 5));
    }
    known.insert(program.dims.begin(), program.dims.end());
    return Status::success();
  }

  const TensorSig *signature(std::string_view name) const {
    for (const TensorSig &sig : program.tensors)
      if (sig.name == name)
        return &sig;
    return nullptr;
  }

  Status checkNames() {
    std::set<std::string> inputs, scalars;
    for (const TensorSig &sig : program.tensors)
      if (!sig.output)
        inputs.insert(sig.name);
    for (const ScalarSig &sig : program.scalars)
      scalars.insert(sig.name);
    for (const auto &[name, path] : request.inputs)
      if (!inputs.contains(name))
        return invalid("--input " + name + ": expected one of " + joined(inputs) + ", got '" + name + "'");
    for (const auto &[name, value] : request.scalars)
      if (!scalars.contains(name))
        return invalid("--param " + name + ": expected one of " + joined(scalars) + ", got '" + name + "'");
    for (const auto &[name, value] : request.lens)
      // A padded batch of equal lengths still lets the user spell them out, as long as the dim is there.
      if (!sequences.contains(name) && !known.contains(name + "_len"))
        return invalid("--lens " + name + ": expected one of " + joined(sequences) + ", got '" + name + "'");
    return Status::success();
  }

  Status define(const std::string &dim, int64_t value, const std::string &by) {
    if (value < 0)
      return invalid(by + ": expected " + dim + " of 0 or more, got " + std::to_string(value));
    auto [it, isNew] = out.dims.emplace(dim, value);
    if (isNew)
      definedBy[dim] = by;
    else if (it->second != value)
      return invalid(by + ": expected " + dim + " " + std::to_string(it->second) + " (from " +
                     definedBy[dim] + "), got " + std::to_string(value));
    return Status::success();
  }

  Status takeDims() {
    for (const auto &[name, value] : request.dims) {
      if (!known.contains(name))
        return invalid("--dim " + name + ": expected one of " + joined(known) + ", got '" + name + "'");
      ATTNC_RETURN_IF_ERROR(define(name, value, "--dim"));
    }
    return Status::success();
  }

  /// The signature's shape, with what is known of it: "[total_q, 32, 128]" or "[5, 32, 128]".
  std::string expectedShape(const std::vector<Axis> &axes, bool resolved) const {
    std::string text = "[";
    for (size_t i = 0; i < axes.size(); ++i) {
      text += i ? ", " : "";
      auto it = out.dims.find(axes[i].name);
      if (axes[i].name.empty() || (resolved && it != out.dims.end()))
        text += std::to_string(axes[i].offset + (axes[i].name.empty() ? 0 : it->second));
      else
        text += axes[i].name + (axes[i].offset ? " + " + std::to_string(axes[i].offset) : "");
    }
    return text + "]";
  }

  Status shapeMismatch(const std::string &name, const std::vector<int64_t> &got, const std::string &why) {
    const std::vector<Axis> &axes = shapes[name];
    const std::string symbolic = expectedShape(axes, false), resolved = expectedShape(axes, true);
    return invalid("tensor '" + name + "': expected shape " + symbolic +
                   (symbolic == resolved ? "" : " = " + resolved) + ", got " + shapeText(got) + why);
  }

  Status readInputs() {
    for (const auto &[name, path] : request.inputs) {
      ATTNC_ASSIGN_OR_RETURN(HostTensor raw, readNpy(path));
      Result<HostTensor> tensor = convert(raw, signature(name)->dtype);
      if (!tensor.ok())
        return tensor.status().prefix(path.string() + ": tensor '" + name + "': ");
      const std::vector<Axis> &axes = shapes[name];
      if (axes.size() != tensor->shape.size())
        return shapeMismatch(name, tensor->shape, " in " + path.string());
      for (size_t i = 0; i < axes.size(); ++i) {
        const int64_t value = tensor->shape[i] - axes[i].offset;
        auto it = out.dims.find(axes[i].name);
        if (axes[i].name.empty() ? value != 0 : value < 0 || (it != out.dims.end() && it->second != value))
          return shapeMismatch(name, tensor->shape,
                               " in " + path.string() +
                                   (it == out.dims.end()
                                        ? ""
                                        : " (" + axes[i].name + " is from " + definedBy[axes[i].name] + ")"));
        if (!axes[i].name.empty())
          ATTNC_RETURN_IF_ERROR(define(axes[i].name, value, "tensor '" + name + "'"));
      }
      out.tensors.emplace(name, std::move(*tensor));
    }
    return Status::success();
  }

  Status setLens(const std::string &sequence, std::vector<int64_t> lens, const std::string &by) {
    for (int64_t length : lens)
      if (length < 0 || length > std::numeric_limits<int32_t>::max())
        return invalid(by + ": expected lengths of 0 to 2147483647, got " + std::to_string(length));
    auto [it, isNew] = out.lens.emplace(sequence, lens);
    if (isNew)
      lensBy[sequence] = by;
    else if (it->second != lens)
      return invalid(by + ": expected the same lengths as " + lensBy[sequence]);
    return Status::success();
  }

  /// Lengths from --lens and from tensors that hold them.
  Status takeLens() {
    for (const auto &[sequence, lens] : request.lens)
      ATTNC_RETURN_IF_ERROR(setLens(sequence, lens, "--lens " + sequence));
    for (const std::string &sequence : sequences) {
      if (auto it = out.tensors.find("cu_" + sequence); it != out.tensors.end()) {
        const HostTensor &cumulative = it->second;
        std::vector<int64_t> lens;
        for (int64_t i = 0; i < cumulative.elements(); ++i) {
          const auto value = static_cast<int64_t>(cumulative.get(i));
          const int64_t before = i ? static_cast<int64_t>(cumulative.get(i - 1)) : 0;
          if (i == 0 ? value != 0 : value < before)
            return invalid("tensor 'cu_" + sequence +
                           "': expected cumulative lengths that start at 0 and never" + " fall, got " +
                           std::to_string(value) + " at index " + std::to_string(i));
          if (i)
            lens.push_back(value - before);
        }
        ATTNC_RETURN_IF_ERROR(setLens(sequence, std::move(lens), "tensor 'cu_" + sequence + "'"));
      }
      if (auto it = out.tensors.find(sequence + "_lens"); it != out.tensors.end()) {
        std::vector<int64_t> lens;
        for (int64_t i = 0; i < it->second.elements(); ++i)
          lens.push_back(static_cast<int64_t>(it->second.get(i)));
        ATTNC_RETURN_IF_ERROR(setLens(sequence, std::move(lens), "tensor '" + sequence + "_lens'"));
      }
    }
    for (const auto &[sequence, lens] : out.lens)
      ATTNC_RETURN_IF_ERROR(define("batch", static_cast<int64_t>(lens.size()), lensBy[sequence]));
    return Status::success();
  }

  /// Sequences without lengths get full ones; lengths define the dims that no one gave.
  Status completeLens() {
    for (const std::string &sequence : sequences) {
      auto length = out.dims.find(sequence + "_len"), batch = out.dims.find("batch");
      if (out.lens.contains(sequence) || length == out.dims.end() || batch == out.dims.end())
        continue;
      if (batch->second > std::numeric_limits<int32_t>::max() / 2)
        return invalid("--dim batch: expected at most 1073741823, got " + std::to_string(batch->second));
      ATTNC_RETURN_IF_ERROR(setLens(
          sequence, std::vector<int64_t>(static_cast<size_t>(batch->second), length->second), "--dim"));
    }
    for (const auto &[sequence, lens] : out.lens) {
      const int64_t longest = lens.empty() ? 0 : *std::max_element(lens.begin(), lens.end());
      if (known.contains(sequence + "_len") && !out.dims.contains(sequence + "_len"))
        ATTNC_RETURN_IF_ERROR(define(sequence + "_len", longest, lensBy[sequence]));
      if (known.contains("total_" + sequence))
        ATTNC_RETURN_IF_ERROR(define(
            "total_" + sequence, std::accumulate(lens.begin(), lens.end(), int64_t(0)), lensBy[sequence]));
    }
    return Status::success();
  }

  Status requireDims() { return require(known); }

  /// Side tensors may have dims of their own; those are not needed to count tiles.
  Status requireLengths() {
    std::set<std::string> dims;
    for (const char *dim : {"batch", "q_len", "kv_len"})
      if (known.contains(dim))
        dims.insert(dim);
    return require(dims);
  }

  Status require(const std::set<std::string> &dims) {
    std::set<std::string> missing;
    for (const std::string &dim : dims)
      if (!out.dims.contains(dim))
        missing.insert(dim);
    for (const std::string &sequence : sequences)
      if (!out.lens.contains(sequence))
        missing.insert("the lengths of " + sequence);
    if (missing.empty())
      return Status::success();
    std::string hint;
    for (const std::string &sequence : sequences)
      hint += " --lens " + sequence + "=128,300";
    if (sequences.empty())
      for (const std::string &dim : known)
        hint += " --dim " + dim + "=2";
    return invalid("expected values for " + joined(missing) + ", got none; for example" + hint);
  }

  Status checkLens() {
    for (const auto &[sequence, lens] : out.lens) {
      auto limit = out.dims.find(sequence + "_len");
      if (limit == out.dims.end())
        continue;
      for (int64_t length : lens) {
        if (length > limit->second)
          return invalid(lensBy[sequence] + ": expected lengths of at most " + sequence + "_len " +
                         std::to_string(limit->second) + " (from " + definedBy[limit->first] + "), got " +
                         std::to_string(length));
        if (!sequences.contains(sequence) && length != limit->second)
          return invalid(lensBy[sequence] + ": expected every length to be " + sequence + "_len " +
                         std::to_string(limit->second) + ", as this spec has no " + sequence + "_lens, got " +
                         std::to_string(length));
      }
    }
    return Status::success();
  }

  Status makeTensors() {
    for (const TensorSig &sig : program.tensors) {
      if (out.tensors.contains(sig.name))
        continue;
      std::vector<int64_t> shape;
      for (const Axis &axis : shapes[sig.name])
        shape.push_back(axis.offset + (axis.name.empty() ? 0 : out.dims[axis.name]));
      Result<HostTensor> made = HostTensor::zeros(sig.dtype, std::move(shape));
      if (!made.ok())
        return made.status().prefix("tensor '" + sig.name + "': ");
      if (!sig.output)
        fill(sig.name, *made);
      out.tensors.emplace(sig.name, std::move(*made));
    }
    return Status::success();
  }

  void fill(const std::string &name, HostTensor &tensor) {
    for (const std::string &sequence : sequences) {
      const bool cumulative = name == "cu_" + sequence;
      if (!cumulative && name != sequence + "_lens")
        continue;
      int64_t sum = 0, at = 0;
      if (cumulative)
        tensor.set(at++, 0);
      for (int64_t length : out.lens[sequence]) {
        sum += length;
        tensor.set(at++, static_cast<double>(cumulative ? sum : length));
      }
      return;
    }
    fillRandom(tensor, seedFor(request.seed, name));
    if (request.poisonPadding)
      poison(name, tensor);
  }

  /// NaN past each request's length in a [batch, S_len, ...] float tensor.
  void poison(const std::string &name, HostTensor &tensor) {
    const std::vector<Axis> &axes = shapes[name];
    const bool isFloat =
        tensor.dtype == DType::F16 || tensor.dtype == DType::BF16 || tensor.dtype == DType::F32;
    if (!isFloat || axes.size() < 2 || axes[0].name != "batch" || tensor.elements() == 0)
      return;
    for (const std::string &sequence : sequences) {
      if (axes[1].name != sequence + "_len")
        continue;
      const int64_t row = tensor.elements() / (tensor.shape[0] * tensor.shape[1]);
      for (int64_t b = 0; b < tensor.shape[0]; ++b)
        for (int64_t i = out.lens[sequence][b] * row; i < tensor.shape[1] * row; ++i)
          tensor.set(b * tensor.shape[1] * row + i, std::numeric_limits<double>::quiet_NaN());
    }
  }

  Status takeScalars() {
    for (const ScalarSig &sig : program.scalars) {
      auto it = request.scalars.find(sig.name);
      if (it != request.scalars.end()) {
        if (sig.dtype == DType::I32 &&
            (it->second != std::floor(it->second) || std::abs(it->second) > 2147483647))
          return invalid("--param " + sig.name + ": expected a 32-bit integer, got " +
                         std::to_string(it->second));
        out.scalars[sig.name] = it->second;
      } else if (sig.required) {
        return invalid("expected --param " + sig.name + "=VALUE (" + std::string(dtypeName(sig.dtype)) +
                       ", no default), got none");
      } else {
        out.scalars[sig.name] = sig.defaultValue;
      }
    }
    return Status::success();
  }

  const Program &program;
  const ProblemRequest &request;
  Problem out;
  ByName<std::vector<Axis>> shapes;
  std::set<std::string> known;     ///< every dim of the program
  std::set<std::string> sequences; ///< those with lengths per request
  ByName<std::string> definedBy, lensBy;
};

} // namespace

Arguments Problem::arguments(const Program &program) {
  Arguments out;
  for (auto &[name, tensor] : tensors)
    out.tensors.emplace(name, tensor.view());
  for (const auto &[name, value] : scalars)
    out.scalars.emplace(name, value);
  for (const std::string &dim : program.dims)
    if (auto it = dims.find(dim); it != dims.end())
      out.dims.emplace(dim, it->second);
  return out;
}

Result<Problem> makeProblem(const Program &program, const ProblemRequest &request) {
  return Maker(program, request).make();
}

Result<Problem> makeShapes(const Program &program, ProblemRequest request) {
  if (request.lens.empty() && !request.dims.contains("batch"))
    request.dims["batch"] = 1;
  return Maker(program, request).makeShapes();
}

std::vector<std::pair<int64_t, int64_t>> requestLengths(const Problem &problem) {
  auto lengths = [&](std::string_view sequence) {
    if (auto it = problem.lens.find(sequence); it != problem.lens.end())
      return it->second;
    auto dim = [&](const std::string &name) {
      auto it = problem.dims.find(name);
      return it == problem.dims.end() ? 0 : it->second;
    };
    return std::vector<int64_t>(static_cast<size_t>(dim("batch")), dim(std::string(sequence) + "_len"));
  };
  const std::vector<int64_t> q = lengths("q"), kv = lengths("kv");
  std::vector<std::pair<int64_t, int64_t>> out;
  for (size_t i = 0; i < std::min(q.size(), kv.size()); ++i)
    out.emplace_back(q[i], kv[i]);
  return out;
}

} // namespace attnc::cli
