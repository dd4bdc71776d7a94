// ProfileWork.cpp - rows and keys times their bytes.
#include "tools/attnc/ProfileWork.h"

#include "attnc/DType.h"

#include <algorithm>

namespace attnc::cli {
namespace {

/// How often rows of q and out and keys of k and v move, over heads.
struct Moves {
  int64_t rows = 0, keys = 0;
};

int64_t shapeBytes(const TensorSig &sig, const Problem &problem) {
  return static_cast<int64_t>(problem.tensors.find(sig.name)->second.bytes.size());
}

/// Bytes of one tensor; nothing if they cannot be known. `outRows`: rows of all requests and query heads.
std::optional<int64_t> bytesOf(const Spec &spec, const TensorSig &sig, const Problem &problem,
                               const Moves &moves, int64_t outRows) {
  const int64_t size = dtypeSize(sig.dtype);
  const int64_t q = moves.rows * spec.headDim.value * size, k = moves.keys * spec.headDim.value * size,
                v = moves.keys * spec.headDimV.value * size;
  const std::string &name = sig.name;
  if (sig.output) {
    if (name == "out")
      return outRows * spec.headDimV.value * size;
    if (name == "lse" || name == "row_max")
      return outRows * size;
    return name == "max_logit" ? std::optional(spec.queryHeads.value * size) : std::nullopt;
  }
  if (name == "q" || name == "k" || name == "v" || name == "qkv")
    return name == "q" ? q : name == "k" ? k : name == "v" ? v : q + k + v;
  const bool side = std::any_of(spec.inputs.begin(), spec.inputs.end(),
                                [&](const SideInput &input) { return input.name == name; });
  return side ? std::nullopt : std::optional(shapeBytes(sig, problem)); // lengths and biases, whole
}

int64_t padded(int64_t dim) { return (dim + 15) / 16 * 16; }

} // namespace

Result<ProfileWork> profileWork(const Spec &spec, const Program &program, const Problem &problem,
                                const MaskExplanation &mask, int64_t tileQ, int64_t tileKv) {
  const MaskTiles &tiles = *mask.counts();
  const int64_t heads = spec.queryHeads.value, repeats = tiles.heads == 1 ? heads : 1;
  ProfileWork work;
  if (tiles.pairs)
    work.usefulFlops = 2 * *tiles.pairs * repeats * (spec.headDim.value + spec.headDimV.value);
  work.tileFlops = 2 * tiles.visited * repeats * tileQ * tileKv *
                   (padded(spec.headDim.value) + padded(spec.headDimV.value));
  ATTNC_ASSIGN_OR_RETURN(std::optional<MaskFootprint> footprint, mask.footprint(spec.kvHeads.value));
  int64_t rows = 0;
  for (const auto &[qLen, kvLen] : requestLengths(problem))
    rows += qLen * heads;
  if (footprint) {
    work.minimum.emplace();
    work.tiling.emplace();
  }
  for (const TensorSig &sig : program.tensors) {
    const Moves least = footprint ? Moves{footprint->rows, footprint->keys} : Moves{};
    const std::optional<int64_t> bytes = bytesOf(spec, sig, problem, least, rows);
    if (!bytes)
      work.notCounted.push_back(sig.name);
    else if (footprint) {
      work.minimum->emplace_back(sig.name, *bytes);
      work.tiling->emplace_back(sig.name, *bytesOf(spec, sig, problem, {rows, footprint->keyLoads}, rows));
    }
  }
  return work;
}

int64_t sumOf(const TensorBytes &tensors) {
  int64_t sum = 0;
  for (const auto &[name, bytes] : tensors)
    sum += bytes;
  return sum;
}

int64_t sectorsOf(const TensorBytes &tensors) {
  int64_t sum = 0;
  for (const auto &[name, bytes] : tensors)
    sum += (bytes + 31) / 32;
  return sum;
}

} // namespace attnc::cli
