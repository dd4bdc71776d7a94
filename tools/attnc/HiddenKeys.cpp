// HiddenKeys.cpp - the union of what the tiles of every head may look at, and NaN everywhere else.
#include "tools/attnc/HiddenKeys.h"

#include "tools/attnc/Remarks.h"

#include <algorithm>
#include <limits>

namespace attnc::cli {
namespace {

/// Where a key of a request lies among the tokens of a tensor.
class TokenAxes {
public:
  /// Absent axes are equal to `rank`.
  TokenAxes(const TensorSig &sig) : rank(sig.shape.size()), batch(rank), token(rank) {
    for (size_t i = 0; i < rank; ++i) {
      if (sig.shape[i].text == "batch")
        batch = i;
      if (sig.shape[i].text == "kv_len" || sig.shape[i].text == "total_kv")
        token = i;
    }
  }
  bool known() const { return token != rank; }
  bool packed() const { return batch == rank; }

  void poison(HostTensor &tensor, int64_t request, int64_t at) const {
    for (int64_t i = 0, count = tensor.elements(); i < count; ++i)
      if (indexAt(tensor, i, token) == at && (packed() || indexAt(tensor, i, batch) == request))
        tensor.set(i, std::numeric_limits<double>::quiet_NaN());
  }

private:
  static int64_t indexAt(const HostTensor &tensor, int64_t element, size_t axis) {
    for (size_t inner = tensor.shape.size(); --inner > axis;)
      element /= tensor.shape[inner];
    return element % tensor.shape[axis];
  }

  size_t rank, batch, token;
};

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

} // namespace

Result<int64_t> poisonHiddenKeys(const Spec &spec, const Program &program, Problem &problem) {
  auto k = problem.tensors.find("k"), v = problem.tensors.find("v");
  MaskQuestion question{remarkInteger(program, "schedule.tile_q"),
                        remarkInteger(program, "schedule.tile_kv"),
                        requestLengths(problem),
                        {},
                        {}};
  if (k == problem.tensors.end() || v == problem.tensors.end() || question.tileQ <= 0)
    return 0;
  std::vector<std::pair<HostTensor *, TokenAxes>> tensors;
  for (const TensorSig &sig : program.tensors)
    if (sig.name == "k" || sig.name == "v") {
      tensors.emplace_back(&problem.tensors.find(sig.name)->second, TokenAxes(sig));
      if (!tensors.back().second.known())
        return 0;
    }
  ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<MaskModel> model, MaskModel::create(spec, program.target));
  question.scalars.insert(problem.scalars.begin(), problem.scalars.end());
  for (const std::string &name : model->maskTensors()) {
    auto side = problem.tensors.find(name);
    if (side == problem.tensors.end())
      return 0;
    const HostTensor &tensor = side->second;
    question.sides[name] = {tensor.shape, [&tensor](int64_t i) { return tensor.get(i); }};
  }
  ATTNC_ASSIGN_OR_RETURN(MaskTiles tiles, model->count(question));
  int64_t poisoned = 0, firstToken = 0;
  for (size_t request = 0; request < question.requests.size(); ++request) {
    ATTNC_ASSIGN_OR_RETURN(std::vector<bool> seen,
                           seenKeys(*model, question, static_cast<int64_t>(request), tiles.heads));
    for (size_t key = 0; key < seen.size(); ++key) {
      if (seen[key])
        continue;
      ++poisoned;
      for (auto &[tensor, axes] : tensors)
        axes.poison(*tensor, static_cast<int64_t>(request),
                    static_cast<int64_t>(key) + (axes.packed() ? firstToken : 0));
    }
    firstToken += static_cast<int64_t>(seen.size());
  }
  return poisoned;
}

} // namespace attnc::cli
