// Problem.cpp - reads the tensors that the user gave and makes the others.
//
// Must not special-case a layout: it only follows the naming rule in Problem.h.
#include "tools/attnc/Problem.h"

#include "tools/attnc/CacheContent.h"
#include "tools/attnc/Npy.h"
#include "tools/attnc/ProblemDims.h"
#include "tools/attnc/Random.h"
#include "tools/attnc/SideContent.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <unistd.h>

namespace attnc::cli {
namespace {

Status invalid(const std::string &message) { return Status(Code::InvalidArgument, message); }

std::string numberText(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.12g", value);
  return text;
}

/// Half of the machine's memory: the other half is for a device's copies.
int64_t memoryForTensors() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) / 2 * sysconf(_SC_PAGESIZE);
}

class Maker {
public:
  Maker(const Program &program, const ProblemRequest &request)
      : program(program), request(request), dims(program, request) {}

  Result<Problem> make() {
    ATTNC_RETURN_IF_ERROR(start());
    ATTNC_RETURN_IF_ERROR(readInputs());
    ATTNC_RETURN_IF_ERROR(finishDims(true));
    ATTNC_RETURN_IF_ERROR(makeTensors([](const TensorSig &) { return true; }));
    ATTNC_ASSIGN_OR_RETURN(Problem problem, finish());
    if (request.checkTables)
      ATTNC_RETURN_IF_ERROR(checkCaches(program, problem));
    for (const auto &[name, tensor] : problem.tensors)
      if (request.poisonPadding && isCache(program, name) && !request.inputs.contains(name))
        poisonSlots(program, name, isOldKey(program, problem, name), problem);
    return problem;
  }

  Result<Problem> makeShapes(const WantInput &wanted) {
    ATTNC_RETURN_IF_ERROR(start());
    ATTNC_RETURN_IF_ERROR(readInputs());
    if (request.lens.empty())
      dims.dims.emplace("batch", 1);
    ATTNC_RETURN_IF_ERROR(finishDims(false));
    ATTNC_RETURN_IF_ERROR(
        makeTensors([&](const TensorSig &sig) { return sig.isInput() && wanted(sig.name, elements(sig)); }));
    return finish();
  }

  Status checkNames() {
    ATTNC_RETURN_IF_ERROR(dims.readSignature());
    return compareNames();
  }

private:
  Status start() {
    ATTNC_RETURN_IF_ERROR(checkNames());
    return dims.takeDims();
  }

  Status finishDims(bool all) {
    ATTNC_RETURN_IF_ERROR(dims.takeLens(out.tensors));
    ATTNC_RETURN_IF_ERROR(dims.completeLens(out.tensors));
    // Side tensors may have dims of their own; those are not needed to count tiles.
    std::set<std::string> wanted = dims.known;
    if (!all)
      std::erase_if(
          wanted, [](const std::string &dim) { return dim != "batch" && dim != "q_len" && dim != "kv_len"; });
    ATTNC_RETURN_IF_ERROR(dims.require(wanted));
    return dims.checkLens();
  }

  Result<Problem> finish() {
    ATTNC_RETURN_IF_ERROR(takeScalars());
    out.dims = std::move(dims.dims);
    out.lens = std::move(dims.lens);
    return std::move(out);
  }

  const TensorSig *signature(std::string_view name) const {
    for (const TensorSig &sig : program.tensors)
      if (sig.name == name)
        return &sig;
    return nullptr;
  }

  Status compareNames() {
    std::set<std::string> inputs, scalars;
    for (const TensorSig &sig : program.tensors)
      if (sig.isInput())
        inputs.insert(sig.name);
    for (const ScalarSig &sig : program.scalars)
      scalars.insert(sig.name);
    for (const auto &[name, path] : request.inputs)
      if (!inputs.contains(name))
        return invalid("--input " + name + ": expected one of " + joined(inputs) + ", got '" + name + "'");
    for (const auto &[name, value] : request.scalars)
      if (scalars.empty())
        return invalid("--param " + name + ": expected no --param, as this spec has no params, got one");
      else if (!scalars.contains(name))
        return invalid("--param " + name + ": expected one of " + joined(scalars) + ", got '" + name + "'");
    for (const auto &[name, value] : request.lens)
      // A padded batch of equal lengths still lets the user spell them out, as long as the dim is there.
      if (!dims.sequences.contains(name) && !dims.known.contains(name + "_len"))
        return invalid("--lens " + name + ": expected one of " + joined(dims.sequences) + ", got '" + name +
                       "'");
    return Status::success();
  }

  static Status checkScales(const HostTensor &scales, const std::string &where) {
    for (int64_t i = 0; i < scales.elements(); ++i)
      if (scales.get(i) < 0)
        return invalid(where + "expected scales of at least 0, got " + std::to_string(scales.get(i)) +
                       " as element " + std::to_string(i));
    return Status::success();
  }

  Status readInputs() {
    for (const auto &[name, path] : request.inputs) {
      ATTNC_ASSIGN_OR_RETURN(HostTensor raw, readNpy(path));
      Result<HostTensor> tensor = convert(raw, signature(name)->dtype);
      if (!tensor.ok())
        return tensor.status().prefix(path.string() + ": tensor '" + name + "': ");
      ATTNC_RETURN_IF_ERROR(dims.bindShape(name, tensor->shape, path.string()));
      if (Status content = checkContent(*tensor, contentOf(program, name), name); !content.ok())
        return content.prefix(path.string() + ": ");
      if (name == "k_scale" || name == "v_scale")
        ATTNC_RETURN_IF_ERROR(checkScales(*tensor, path.string() + ": tensor '" + name + "': "));
      out.tensors.emplace(name, std::move(*tensor));
    }
    return Status::success();
  }

  double elements(const TensorSig &sig) const {
    double count = 1;
    for (int64_t extent : dims.shapeOf(sig.name))
      count *= static_cast<double>(extent);
    return count;
  }

  /// Before anything is made: a machine that runs out of memory kills without a message.
  Status checkMemory(const std::vector<const TensorSig *> &wanted) const {
    double bytes = 0;
    for (const TensorSig *sig : wanted)
      bytes += dtypeSize(sig->dtype) * elements(*sig);
    const double most = static_cast<double>(memoryForTensors());
    if (bytes <= most)
      return Status::success();
    return invalid("expected tensors of at most " + numberText(std::floor(most / 0x1p20)) +
                   " MiB together, half of this machine's memory, got " +
                   numberText(std::ceil(bytes / 0x1p20)) + " MiB");
  }

  template <class Wanted> Status makeTensors(Wanted isWanted) {
    std::vector<const TensorSig *> wanted;
    for (const TensorSig &sig : program.tensors)
      if (out.tensors.contains(sig.name) || isWanted(sig))
        wanted.push_back(&sig);
    ATTNC_RETURN_IF_ERROR(checkMemory(wanted));
    for (const TensorSig *needed : wanted) {
      const TensorSig &sig = *needed;
      if (out.tensors.contains(sig.name))
        continue;
      Result<HostTensor> made = HostTensor::zeros(sig.dtype, dims.shapeOf(sig.name));
      if (!made.ok())
        return made.status().prefix("tensor '" + sig.name + "': ");
      if (!sig.isInput()) // what a kernel forgets to write is no number
        for (int64_t i = 0; i < made->elements(); ++i)
          made->set(i, std::numeric_limits<double>::quiet_NaN());
      else
        fill(sig.name, *made);
      out.tensors.emplace(sig.name, std::move(*made));
    }
    return Status::success();
  }

  void fill(const std::string &name, HostTensor &tensor) {
    for (const std::string &sequence : dims.sequences) {
      const bool cumulative = name == "cu_" + sequence;
      if (!cumulative && name != sequence + "_lens")
        continue;
      int64_t sum = 0, at = 0;
      if (cumulative)
        tensor.set(at++, 0);
      for (int64_t length : dims.lens.at(sequence)) {
        sum += length;
        tensor.set(at++, static_cast<double>(cumulative ? sum : length));
      }
      return;
    }
    if (std::optional<CacheLayout> cache = cacheOf(program)) {
      const auto keys = dims.lens.find("kv");
      const std::vector<int64_t> lengths =
          keys != dims.lens.end()
              ? keys->second
              : std::vector<int64_t>(static_cast<size_t>(dims.dims.at("batch")), keyCount());
      if (name == "write_indices")
        return fillIndices(lengths, tensor);
      if (fillPageLengths(name, *cache, lengths, tensor) ||
          fillBeams(name, *cache, listed(*cache, lengths), seedFor(request.seed, name), tensor))
        return;
      if (isPageTable(name))
        return fillPageTable(*cache, listed(*cache, lengths), mayBeShared(listed(*cache, lengths)),
                             poolOf(name), seedFor(request.seed, name), tensor);
    }
    const SideContent content = contentOf(program, name);
    if (content != SideContent::Any) {
      const bool angles = content == SideContent::Cosines || content == SideContent::Sines;
      return fillContent(tensor, content, keyCount(), seedFor(request.seed, angles ? "angles" : name));
    }
    if (name == "k_scale" || name == "v_scale" || name == "out_scale" || isScaleCache(name))
      return fillScale(name, tensor);
    const bool isScored =
        name == "q" || name == "k" || name == "qkv" || name == "k_cache" || name == "kv_cache";
    if (hasHalfBytes(program, name))
      return fillBytes(tensor, seedFor(request.seed, name));
    fillRandom(tensor, seedFor(request.seed, name), isScored ? request.deviation : 1);
    if (request.poisonPadding)
      poison(name, tensor);
  }

  /// The tokens whose pages a table lists: a CSR table says how many keys there are, a dense one where they
  /// are.
  std::vector<int64_t> listed(const CacheLayout &cache, std::vector<int64_t> lengths) const {
    for (size_t i = 0; i < lengths.size() && !cache.csr; ++i)
      lengths[i] = cache.held(lengths[i], queries(static_cast<int64_t>(i)));
    return lengths;
  }

  /// Any two elements of 4 bits.
  static void fillBytes(HostTensor &tensor, uint64_t seed) {
    Random random(seed);
    for (int64_t i = 0; i < tensor.elements(); ++i)
      tensor.set(i, static_cast<double>(random.between(-128, 127)));
  }

  /// New tokens are the last of each request.
  void fillIndices(const std::vector<int64_t> &lengths, HostTensor &tensor) const {
    for (int64_t i = 0; i < tensor.elements(); ++i)
      tensor.set(i, static_cast<double>(lengths[static_cast<size_t>(i)] - queries(i)));
  }

  /// Slots of each request that it may have in common with another: those before what it writes.
  std::vector<int64_t> mayBeShared(std::vector<int64_t> lengths) const {
    const CacheLayout layout = *cacheOf(program);
    if (!appendsTokens(program)) {
      for (int64_t &length : lengths)
        length = layout.slotsOf(length);
      return lengths;
    }
    const auto given = out.tensors.find("write_indices");
    for (size_t i = 0; i < lengths.size(); ++i) {
      const auto request = static_cast<int64_t>(i);
      const int64_t first = given == out.tensors.end() ? lengths[i] - queries(request)
                                                       : static_cast<int64_t>(given->second.get(request));
      lengths[i] = std::clamp<int64_t>(first, 0, lengths[i]);
      // A ring that has gone round is written anywhere.
      if (layout.window && first + queries(request) > layout.window)
        lengths[i] = std::min(lengths[i], layout.keep);
    }
    return lengths;
  }

  /// Of one request.
  int64_t queries(int64_t index) const {
    const auto lengths = dims.lens.find("q");
    return lengths == dims.lens.end() ? dims.dims.at("q_len") : lengths->second[static_cast<size_t>(index)];
  }

  /// Whether a tensor is a cache of scales by token.
  bool isScaleCache(const std::string &name) const {
    return name.ends_with("_scales") && isCache(program, name);
  }

  /// Positive, and such that quantised elements stand for numbers near 1.
  void fillScale(const std::string &name, HostTensor &tensor) const {
    const TensorSig *stored =
        name == "out_scale" ? signature("out") : signature(name.substr(0, 1) + "_cache");
    stored = stored ? stored : signature("kv_cache");
    // Outputs are means of values: a fraction of 1.
    const double unit = hasHalfBytes(program, stored->name)                 ? 1.0 / 5
                        : stored->dtype == DType::I8 || name == "out_scale" ? 1.0 / 40
                                                                            : 1;
    Random random(seedFor(request.seed, name));
    // A head or channel without anything in it has a scale of 0, unless something is to be put there.
    const double dead = name == "out_scale" || tensor.elements() == 1 || appendsTokens(program) ? 0 : 1.0 / 8;
    for (int64_t i = 0; i < tensor.elements(); ++i) {
      const double scale = unit * (0.5 + random.unit());
      tensor.set(i, dead > 0 && random.unit() < dead ? 0 : scale);
    }
  }

  /// Pages of the pool that a table is about.
  int64_t poolOf(const std::string &table) const {
    const auto own = dims.dims.find(table.substr(0, 2) + "pages");
    return own != dims.dims.end() ? own->second : dims.dims.at("pages");
  }

  /// Of the longest request.
  int64_t keyCount() const {
    const auto count = dims.dims.find(keysAreQueries(program) ? "q_len" : "kv_len");
    if (count != dims.dims.end())
      return count->second;
    const auto lengths = dims.lens.find("kv");
    return lengths == dims.lens.end() || lengths->second.empty()
               ? 0
               : *std::max_element(lengths->second.begin(), lengths->second.end());
  }

  /// NaN past each request's length in the tokens of a padded batch, and in a [batch, S_len, ...] float
  /// tensor.
  void poison(const std::string &name, HostTensor &tensor) {
    const std::vector<ProblemDims::Axis> &axes = dims.shapes.at(name);
    const bool isFloat =
        tensor.dtype == DType::F16 || tensor.dtype == DType::BF16 || tensor.dtype == DType::F32;
    if (!isFloat || tensor.elements() == 0)
      return;
    auto axisOf = [&](const std::string &dim) -> size_t {
      return std::find_if(axes.begin(), axes.end(), [&](const auto &axis) { return axis.name == dim; }) -
             axes.begin();
    };
    // Tokens have their axes in any order; of a side tensor, only rows of requests can be padding as a whole.
    const bool anyOrder = signature(name)->strided;
    const size_t batch = axisOf("batch");
    for (const std::string &sequence : dims.sequences) {
      const size_t token = axisOf(sequence + "_len");
      if (batch == axes.size() || token == axes.size() || (!anyOrder && (batch != 0 || token != 1)))
        continue;
      for (int64_t i = 0; i < tensor.elements(); ++i)
        if (tensor.indexAt(i, token) >= dims.lens.at(sequence)[static_cast<size_t>(tensor.indexAt(i, batch))])
          tensor.set(i, std::numeric_limits<double>::quiet_NaN());
    }
  }

  Status takeScalars() {
    for (const ScalarSig &sig : program.scalars) {
      auto it = request.scalars.find(sig.name);
      if (it != request.scalars.end()) {
        const double value = it->second;
        if (sig.dtype == DType::I32
                ? value != std::floor(value) || std::abs(value) > ScalarSig::kLargestInteger
                : std::abs(value) > std::numeric_limits<float>::max())
          return invalid(
              "--param " + sig.name + ": expected " +
              (sig.dtype == DType::I32 ? "an integer from -2^30 to 2^30" : "a number that fits f32") +
              ", got " + numberText(value));
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
  ProblemDims dims;
  Problem out;
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

Status checkNames(const Program &program, const ProblemRequest &request) {
  return Maker(program, request).checkNames();
}

Result<Problem> makeProblem(const Program &program, const ProblemRequest &request) {
  return Maker(program, request).make();
}

Result<Problem> makeShapes(const Program &program, const ProblemRequest &request, const WantInput &wanted) {
  return Maker(program, request).makeShapes(wanted);
}

} // namespace attnc::cli
