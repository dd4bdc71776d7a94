// PageReport.cpp - codes to sentences.
#include "tools/attnc/PageReport.h"

#include "tools/attnc/CacheContent.h"

namespace attnc::cli {
namespace {

Status invalid(const std::string &message) { return Status(Code::InvalidArgument, message); }

/// Codes as codegen/device/block/check_pages.cuh writes them.
constexpr int64_t kBadLength = -1;

const HostTensor *find(const Problem &problem, const std::string &name) {
  const auto found = problem.tensors.find(name);
  return found == problem.tensors.end() ? nullptr : &found->second;
}

Status describe(const CacheLayout &layout, const std::string &owner, int64_t request, int64_t code,
                const Problem &problem) {
  const std::string who = "request " + std::to_string(request);
  const auto lengths = requestLengths(problem);
  const auto [queries, keys] = lengths[static_cast<size_t>(request)];
  const std::string table = owner + (layout.csr ? "page_indices" : "block_table");
  if (code == kBadLength)
    return invalid(who + ": its " + std::to_string(layout.held(keys, queries)) + " tokens are more than " +
                   (layout.page ? "its part of " + table + " has pages for" : "the capacity of the cache"));
  const HostTensor *pages = find(problem, table), *indptr = find(problem, "page_indptr");
  const auto pool = problem.dims.find(owner + "pages");
  if (code <= 0 || !pages || (layout.csr && !indptr) || pool == problem.dims.end())
    return Status(Code::Internal, "unexpected report " + std::to_string(code) + " of " + who);
  const int64_t entry = code - 1;
  const int64_t first = layout.csr ? static_cast<int64_t>(indptr->get(request)) : request * pages->shape[1];
  if (entry < 0 || first < 0 || first + entry >= pages->elements())
    return Status(Code::Internal, "unexpected report " + std::to_string(code) + " of " + who);
  return invalid(who + ": page " + std::to_string(static_cast<int64_t>(pages->get(first + entry))) +
                 " at entry " + std::to_string(entry) + " of " + table + " is outside the pool of " +
                 std::to_string(pool->second) + " pages");
}

} // namespace

Status checkPageReport(const Program &program, const Problem &problem) {
  const std::optional<CacheLayout> layout = cacheOf(program);
  for (const std::string owner : {"", "k_", "v_"})
    if (const HostTensor *report = find(problem, "debug_" + owner + "pages"); report && layout)
      for (int64_t request = 0; request < report->elements(); ++request)
        if (const auto code = static_cast<int64_t>(report->get(request)); code != 0)
          return describe(*layout, owner, request, code, problem);
  return Status::success();
}

} // namespace attnc::cli
