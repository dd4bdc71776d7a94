// HiddenKeys.cpp - the union of what the tiles of every head may look at, and NaN everywhere else.
#include "tools/attnc/HiddenKeys.h"

#include "tools/attnc/CacheContent.h"
#include "tools/attnc/MaskQuestions.h"
#include "tools/attnc/Remarks.h"

#include <algorithm>
#include <limits>

namespace attnc::cli {
namespace {

/// Keys of one request that some tile of some head may look at.
Result<std::vector<bool>> seenKeys(const MaskModel &model, const MaskQuestion &question, int64_t request,
                                   int64_t heads) {
  std::vector<bool> seen(static_cast<size_t>(question.requests[static_cast<size_t>(request)].second));
  for (int64_t head = 0; head < heads; ++head) {
    ATTNC_ASSIGN_OR_RETURN(MaskGrid grid, model.grid(question, request, head));
    for (const MaskGrid::Row &row : grid.rows)
      for (const auto &[first, end] : row.visible)
        for (int64_t key = std::max<int64_t>(first, 0); key < std::min(end, grid.kvLen); ++key)
          seen[static_cast<size_t>(key)] = true;
  }
  return seen;
}

/// Writes NaN to the hidden keys of every request; false, and nothing written, if the tensor has no axis of
/// tokens.
bool poison(const TensorSig &sig, const std::vector<std::vector<bool>> &seen, HostTensor &tensor) {
  const size_t rank = sig.shape.size();
  size_t batch = rank, token = rank;
  for (size_t i = 0; i < rank; ++i) {
    if (sig.shape[i].text == "batch")
      batch = i;
    if (sig.shape[i].text == "kv_len" || sig.shape[i].text == "total_kv")
      token = i;
  }
  if (token == rank)
    return false;
  // By token where requests follow each other, else by request and token.
  const int64_t tokens = tensor.shape[token];
  std::vector<bool> hidden(static_cast<size_t>(batch == rank ? tokens : tokens * tensor.shape[batch]));
  size_t first = 0;
  for (const std::vector<bool> &keys : seen) {
    for (size_t key = 0; key < keys.size(); ++key)
      hidden[first + key] = !keys[key];
    first += batch == rank ? keys.size() : static_cast<size_t>(tokens);
  }
  for (int64_t i = 0, count = tensor.elements(); i < count; ++i) {
    const int64_t request = batch == rank ? 0 : tensor.indexAt(i, batch);
    if (hidden[static_cast<size_t>(request * tokens + tensor.indexAt(i, token))])
      tensor.set(i, std::numeric_limits<double>::quiet_NaN());
  }
  return true;
}

} // namespace

Result<int64_t> poisonHiddenKeys(const Spec &spec, const Program &program, Problem &problem) {
  const int64_t tileQ = remarkInteger(program, "schedule.tile_q");
  const bool cached = cacheOf(program).has_value();
  if (tileQ <= 0 || spec.phase.value == Phase::Append ||
      (!cached && (!problem.tensors.contains("k") || !problem.tensors.contains("v"))))
    return 0;
  ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<MaskModel> model, MaskModel::create(spec, program.target));
  const std::set<std::string> reads = model->maskTensors();
  const MaskQuestion question =
      maskQuestion(program, problem, reads, tileQ, remarkInteger(program, "schedule.tile_kv"));
  if (question.sides.size() != reads.size())
    return 0;
  ATTNC_ASSIGN_OR_RETURN(MaskTiles tiles, model->count(question));
  std::vector<std::vector<bool>> seen;
  int64_t hidden = 0;
  for (size_t request = 0; request < question.requests.size(); ++request) {
    ATTNC_ASSIGN_OR_RETURN(std::vector<bool> keys,
                           seenKeys(*model, question, static_cast<int64_t>(request), tiles.heads));
    hidden += std::count(keys.begin(), keys.end(), false);
    seen.push_back(std::move(keys));
  }
  for (const TensorSig &sig : program.tensors)
    if (isCache(program, sig.name))
      poisonSlots(
          program, sig.name,
          [&](int64_t request, int64_t key) {
            return seen[static_cast<size_t>(request)][static_cast<size_t>(key)];
          },
          problem);
    else if (!cached && (sig.name == "k" || sig.name == "v") &&
             !poison(sig, seen, problem.tensors.find(sig.name)->second))
      return 0;
  return hidden;
}

} // namespace attnc::cli
