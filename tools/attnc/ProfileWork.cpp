// ProfileWork.cpp - rows and keys times their bytes.
#include "tools/attnc/ProfileWork.h"

#include "attnc/DType.h"
#include "tools/attnc/CacheContent.h"
#include "tools/attnc/MaskQuestions.h"

#include <algorithm>
#include <numeric>

namespace attnc::cli {
namespace {

/// How often rows of q and out and keys of k and v move, over heads.
struct Moves {
  int64_t rows = 0, keys = 0;
};

/// Pieces of a row that one request takes: a panel of the shared tile.
constexpr int64_t kPanelBytes = 128;

/// Rows of `bytes` each that lie one after the other, among rows that are not read.
Traffic rowsOf(const std::string &tensor, int64_t rows, int64_t bytes, bool inPanels) {
  // Where rows begin within a sector repeats after so many rows.
  const int64_t cycle = 32 / std::gcd<int64_t>(bytes, 32);
  int64_t sectors = 0;
  for (int64_t row = 0; row < cycle; ++row)
    for (int64_t at = 0; at < bytes; at += inPanels ? kPanelBytes : bytes) {
      const int64_t first = row * bytes + at,
                    end = row * bytes + (inPanels ? std::min(at + kPanelBytes, bytes) : bytes);
      sectors += (end + 31) / 32 - first / 32;
    }
  return {tensor, rows * bytes, (rows * sectors + cycle - 1) / cycle};
}

/// Of a spec with a cache: the type of the keys or values in it.
DType storedType(const Spec &spec, bool values) {
  return (values ? spec.cache->dtypeV : spec.cache->dtypeK).value_or(spec.dtype.value);
}

/// One value a row and head, or a whole tensor.
Traffic denseOf(const std::string &tensor, int64_t bytes) { return {tensor, bytes, (bytes + 31) / 32}; }

/// What moves of one tensor; nothing if it cannot be known. `outRows`: rows of all requests and query heads.
/// Bytes of a token and head in a cache, or in a cache of scales; 0 for other tensors.
int64_t cachedWidth(const Spec &spec, const TensorSig &sig) {
  const bool values = sig.name.starts_with("v_");
  if (sig.name == "k_cache" || sig.name == "v_cache" || sig.name == "kv_cache")
    return storedBytes(spec, values);
  return sig.name == "k_scales" || sig.name == "v_scales" || sig.name == "kv_scales"
             ? scaleBytes(spec, values)
             : 0;
}

std::optional<Traffic> trafficOf(const Spec &spec, const TensorSig &sig, const Problem &problem,
                                 const Moves &moves, int64_t outRows, bool inPanels) {
  const int64_t size = dtypeSize(sig.dtype), d = spec.headDim.value * size, dv = spec.headDimV.value * size;
  const std::string &name = sig.name;
  const int64_t newTokens = outRows / spec.queryHeads.value * spec.kvHeads.value; // and heads
  if (!sig.isInput()) {
    if (name == "k_rotated")
      return rowsOf(name, newTokens, d, inPanels);
    if (name == "out")
      return rowsOf(name, outRows, dv, inPanels);
    if (name == "lse" || name == "row_max")
      return denseOf(name, outRows * size);
    return name == "max_logit" ? std::optional(denseOf(name, spec.queryHeads.value * size)) : std::nullopt;
  }
  // Which of the keys that tiles look at are new ones is not counted.
  if (spec.active.value &&
      (name == "k" || name == "v" || name == "qkv" || name.ends_with("_cache") || isPageTable(name)))
    return std::nullopt;
  if (spec.append && (name == "k" || name == "v"))
    return rowsOf(name, newTokens, name == "v" ? dv : d, inPanels);
  if (name == "q" || name == "k" || name == "v")
    return rowsOf(name, name == "q" ? moves.rows : moves.keys, name == "v" ? dv : d, inPanels);
  if (name == "qkv") {
    const int64_t keys = spec.append ? newTokens : moves.keys;
    const Traffic qk = rowsOf(name, moves.rows + keys, d, inPanels), v = rowsOf(name, keys, dv, inPanels);
    return Traffic{name, qk.bytes + v.bytes, qk.sectors + v.sectors};
  }
  if (const int64_t width = cachedWidth(spec, sig); width > 0) { // what is read, and what is appended
    const int64_t parts = name.starts_with("kv_") ? 2 : 1;
    if (name.ends_with("_scales")) // a few bytes each, one after the other
      return denseOf(name, parts * (moves.keys + (sig.inPlace ? newTokens : 0)) * width);
    const Traffic read = rowsOf(name, moves.keys, width, inPanels),
                  put = rowsOf(name, sig.inPlace ? newTokens : 0, width, inPanels);
    return Traffic{name, parts * (read.bytes + put.bytes), parts * (read.sectors + put.sectors)};
  }
  if (isPageTable(name)) { // an entry a page of keys, and one of values
    const int64_t readers = spec.cache->ownTables ? 1 : 2;
    const int64_t keys = moves.keys + (spec.append ? newTokens : 0);
    return denseOf(name, readers * (keys + spec.cache->page - 1) / spec.cache->page * size);
  }
  const bool side = std::any_of(spec.inputs.begin(), spec.inputs.end(),
                                [&](const SideInput &input) { return input.name == name; });
  if (side)
    return std::nullopt;
  const auto &bytes = problem.tensors.find(sig.name)->second.bytes; // lengths and biases, whole
  return denseOf(name, static_cast<int64_t>(bytes.size()));
}

/// Of all requests.
int64_t queryRows(const Spec &spec, const Problem &problem) {
  int64_t rows = 0;
  for (const auto &[qLen, kvLen] : requestLengths(problem))
    rows += qLen * spec.queryHeads.value;
  return rows;
}

int64_t padded(int64_t dim) { return (dim + 15) / 16 * 16; }

} // namespace

int64_t storedBytes(const Spec &spec, bool values) {
  const int64_t dim = values ? spec.headDimV.value : spec.headDim.value;
  const bool halves = values ? spec.cache->fourBitsV : spec.cache->fourBitsK;
  return dim * dtypeSize(storedType(spec, values)) / (halves ? 2 : 1);
}

int64_t scaleBytes(const Spec &spec, bool values) {
  if (!spec.cache->scaleByToken || !isQuantised(storedType(spec, values)))
    return 0;
  const int64_t dim = values ? spec.headDimV.value : spec.headDim.value, group = spec.cache->scaleGroup;
  return dtypeSize(DType::F32) * (group ? dim / group : 1);
}

Result<ProfileWork> profileWork(const Spec &spec, const Program &program, const Problem &problem,
                                const MaskExplanation &mask, int64_t tileQ, int64_t tileKv) {
  const MaskTiles &tiles = *mask.counts();
  const int64_t heads = spec.queryHeads.value, repeats = tiles.heads == 1 ? heads : 1;
  const int64_t packing = packingOf(program); // heads of a group share the tiles
  ProfileWork work;
  if (tiles.pairs)
    work.usefulFlops = 2 * *tiles.pairs * repeats * (spec.headDim.value + spec.headDimV.value);
  work.tileFlops = 2 * tiles.visited * repeats / packing * tileQ * tileKv *
                   (padded(spec.headDim.value) + padded(spec.headDimV.value));
  ATTNC_ASSIGN_OR_RETURN(std::optional<MaskFootprint> footprint, mask.footprint(spec.kvHeads.value));
  const int64_t rows = queryRows(spec, problem);
  if (footprint) {
    work.minimum.emplace();
    work.tiling.emplace();
  }
  for (const TensorSig &sig : program.tensors) {
    const Moves least = footprint ? Moves{footprint->rows, footprint->keys} : Moves{};
    const std::optional<Traffic> traffic = trafficOf(spec, sig, problem, least, rows, false);
    if (!traffic)
      work.notCounted.push_back(sig.name);
    else if (footprint) {
      work.minimum->push_back(*traffic);
      work.tiling->push_back(*trafficOf(spec, sig, problem, {rows, footprint->keyLoads}, rows, true));
    }
  }
  return work;
}

ProfileWork appendWork(const Spec &spec, const Program &program, const Problem &problem) {
  const int64_t rows = queryRows(spec, problem);
  ProfileWork work;
  work.usefulFlops = 0;
  work.minimum.emplace();
  work.tiling.emplace();
  for (const TensorSig &sig : program.tensors) {
    if (const std::optional<Traffic> traffic = trafficOf(spec, sig, problem, {}, rows, false)) {
      work.minimum->push_back(*traffic);
      work.tiling->push_back(*trafficOf(spec, sig, problem, {}, rows, true));
    } else {
      work.notCounted.push_back(sig.name);
    }
  }
  return work;
}

int64_t bytesOf(const TensorTraffic &tensors) {
  int64_t sum = 0;
  for (const Traffic &one : tensors)
    sum += one.bytes;
  return sum;
}

int64_t sectorsOf(const TensorTraffic &tensors) {
  int64_t sum = 0;
  for (const Traffic &one : tensors)
    sum += one.sectors;
  return sum;
}

} // namespace attnc::cli
