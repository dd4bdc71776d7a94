// BeamContent.cpp - whose tokens the requests of a group of beams read.
//
// Part of CacheContent.h. Must not know pages.
#include "tools/attnc/CacheContent.h"
#include "tools/attnc/Random.h"

#include <algorithm>

namespace attnc::cli {
namespace {

Status invalid(const std::string &message) { return Status(Code::InvalidArgument, message); }

const HostTensor *find(const Problem &problem, std::string_view name) {
  const auto found = problem.tensors.find(name);
  return found == problem.tensors.end() ? nullptr : &found->second;
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
  const HostTensor *beams = find(problem, "cache_indirection"), *prompts = find(problem, "prompt_lens");
  if (!beams)
    return request;
  const int64_t first = request - request % layout.beams;
  if (prompts && key < static_cast<int64_t>(prompts->get(request)))
    return first;
  return first + static_cast<int64_t>(beams->get(request * beams->shape[1] + key));
}

Status checkBeams(const CacheLayout &layout, const Problem &problem, const std::vector<int64_t> &lengths) {
  const HostTensor *beams = find(problem, "cache_indirection");
  if (!beams)
    return Status::success();
  const auto requests = static_cast<int64_t>(lengths.size());
  if (requests % layout.beams != 0)
    return invalid("expected requests in groups of " + std::to_string(layout.beams) + " beams, got " +
                   std::to_string(requests) + " requests");
  for (int64_t request = 0; request < requests; ++request) {
    const int64_t length = lengths[static_cast<size_t>(request)], first = request - request % layout.beams;
    if (beams->shape[1] < length)
      return invalid("tensor 'cache_indirection': expected entries for the " + std::to_string(length) +
                     " tokens of request " + std::to_string(request) + ", got " +
                     std::to_string(beams->shape[1]));
    for (int64_t key = 0; key < length; ++key) {
      const int64_t beam = ownerOf(layout, problem, request, key) - first;
      if (beam < 0 || beam >= layout.beams)
        return invalid("tensor 'cache_indirection': expected beams from 0 to " +
                       std::to_string(layout.beams - 1) + ", got " + std::to_string(beam) + " for token " +
                       std::to_string(key) + " of request " + std::to_string(request));
    }
  }
  return Status::success();
}

} // namespace attnc::cli
