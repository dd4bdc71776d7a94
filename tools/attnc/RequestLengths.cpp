// RequestLengths.cpp - what says how many keys a request has, and the lengths that all parts of a problem
// agree on.
//
// Part of Problem.h. Must not look at elements.
#include "tools/attnc/CacheContent.h"
#include "tools/attnc/Problem.h"

#include <algorithm>

namespace attnc::cli {

static bool hasTensor(const Program &program, std::string_view name) {
  return std::any_of(program.tensors.begin(), program.tensors.end(),
                     [&](const TensorSig &sig) { return sig.name == name; });
}

bool keysEndWithAppended(const Program &program) {
  return hasTensor(program, "write_indices") && !hasTensor(program, "kv_lens") &&
         !hasTensor(program, "last_page_len") &&
         std::find(program.dims.begin(), program.dims.end(), "kv_len") == program.dims.end();
}

bool keysAreQueries(const Program &program) {
  if (appendsTokens(program))
    return false;
  if (std::find(program.dims.begin(), program.dims.end(), "kv_len") != program.dims.end())
    return false;
  return std::none_of(program.tensors.begin(), program.tensors.end(), [](const TensorSig &sig) {
    return sig.name == "cu_kv" || sig.name == "kv_lens" ||
           std::any_of(sig.shape.begin(), sig.shape.end(),
                       [](const Formula &axis) { return axis.text == "kv_len"; });
  });
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
  const bool self = !problem.lens.contains("kv") && !problem.dims.contains("kv_len");
  const std::vector<int64_t> q = lengths("q"), kv = self ? q : lengths("kv");
  std::vector<std::pair<int64_t, int64_t>> out;
  for (size_t i = 0; i < std::min(q.size(), kv.size()); ++i)
    out.emplace_back(q[i], kv[i]);
  return out;
}

} // namespace attnc::cli
