// BeamContent.cpp - whose tokens the requests of a group of beams read.
//
// Part of CacheContent.h. Must not know pages.
#include "tools/attnc/CacheContent.h"
#include "tools/attnc/Random.h"

#include "attnc/PageTables.h"

#include <algorithm>

namespace attnc::cli {
namespace {

std::vector<int32_t> integersOf(const HostTensor &tensor) {
  std::vector<int32_t> out;
  for (int64_t i = 0; i < tensor.elements(); ++i)
    out.push_back(static_cast<int32_t>(tensor.get(i)));
  return out;
}

} // namespace

bool fillBeams(const std::string &name, const CacheLayout &layout, const std::vector<int64_t> &lengths,
               uint64_t seed, HostTensor &tensor) {
  Random random(seed);
  const auto requests = static_cast<int64_t>(lengths.size());
  auto lengthOf = [&](int64_t request) { return lengths[static_cast<size_t>(request)]; };
  if (name == "prompt_lens") { // that the first request of each group has
    for (int64_t i = 0; i < tensor.elements(); ++i)
      tensor.set(
          i, static_cast<double>(random.between(0, std::min(lengthOf(i), lengthOf(i - i % layout.beams)))));
    return true;
  }
  if (name != "cache_indirection")
    return false;
  const int64_t columns = tensor.shape[1];
  for (int64_t request = 0; request < requests; ++request)
    for (int64_t key = 0; key < columns; ++key) {
      const int64_t first = request - request % layout.beams, beam = random.between(0, layout.beams - 1);
      const bool has = first + beam < requests && lengthOf(first + beam) > key;
      // Entries that nobody reads are no beam.
      const int64_t entry = key >= lengthOf(request) ? -1 : has ? beam : request - first;
      tensor.set(request * columns + key, static_cast<double>(entry));
    }
  return true;
}

int64_t ownerOf(const CacheLayout &layout, const Problem &problem, int64_t request, int64_t key) {
  const HostTensor *beams = problem.find("cache_indirection"), *prompts = problem.find("prompt_lens");
  if (!beams || key >= beams->shape[1]) // of lengths that nobody checked
    return request;
  const int64_t first = request - request % layout.beams;
  if (prompts && key < static_cast<int64_t>(prompts->get(request)))
    return first;
  return first + static_cast<int64_t>(beams->get(request * beams->shape[1] + key));
}

Status checkBeams(const CacheLayout &layout, const Problem &problem, const std::vector<int64_t> &lengths) {
  const HostTensor *beams = problem.find("cache_indirection"), *prompts = problem.find("prompt_lens");
  if (!beams)
    return Status::success();
  const std::vector<int32_t> keys(lengths.begin(), lengths.end()),
      entries = integersOf(*beams), shared = prompts ? integersOf(*prompts) : std::vector<int32_t>();
  return attnc::checkBeams(keys, {entries, beams->shape[1], static_cast<int>(layout.beams), shared});
}

} // namespace attnc::cli
