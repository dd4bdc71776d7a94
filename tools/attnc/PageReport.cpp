// PageReport.cpp - codes to sentences.
#include "tools/attnc/PageReport.h"

#include "tools/attnc/CacheContent.h"

namespace attnc::cli {
namespace {

Status invalid(const std::string &message) { return Status(Code::InvalidArgument, message); }

/// Codes as codegen/device/block/check_pages.cuh writes them.
constexpr int64_t kBadLength = -1, kBadAppend = -2, kBadPrompt = -3, kBadToken = -4;

/// One report, of the cache or of one that has a table of its own: `owner` is "k_" or "v_" then.
class Reported {
public:
  Reported(const CacheLayout &layout, const Problem &problem, const std::string &owner, int64_t request)
      : layout(layout), problem(problem), request(request), pool(owner + "pages"),
        table(owner + (layout.csr ? "page_indices" : "block_table")),
        who("request " + std::to_string(request)) {}

  Status describe(int64_t code) const {
    if (code == kBadLength)
      return badLength();
    if (code == kBadAppend)
      return invalid(who + ": some of its new tokens are before its first or behind " +
                     (layout.page ? "what " + rooms() : rooms()));
    const HostTensor *beams = problem.find("cache_indirection"), *prompts = problem.find("prompt_lens");
    if (code == kBadPrompt && beams && prompts)
      return invalid(who + ": a prompt of " + std::to_string(integer(*prompts, request)) +
                     " tokens is outside 0 to " + std::to_string(beams->shape[1]) +
                     ", what cache_indirection has room for");
    if (code <= kBadToken && beams && kBadToken - code < beams->shape[1])
      return badToken(*beams, kBadToken - code);
    return code > 0 ? badEntry(request, code - 1, who + ": ") : unexpected();
  }

private:
  static int64_t integer(const HostTensor &tensor, int64_t element) {
    return static_cast<int64_t>(tensor.get(element));
  }

  Status unexpected() const { return Status(Code::Internal, "unexpected report of " + who); }

  /// What a request has room in.
  std::string rooms() const {
    return layout.page ? "its part of " + table + " has pages for" : "the capacity of the cache";
  }

  Status badLength() const {
    const auto [queries, keys] = requestLengths(problem)[static_cast<size_t>(request)];
    const int64_t held = layout.held(keys, queries);
    const HostTensor *beams = problem.find("cache_indirection");
    const auto longest = problem.dims.find("kv_len");
    const std::string tokens = "its " + std::to_string(held) + " tokens are more than ";
    if (longest != problem.dims.end() && keys > longest->second)
      return invalid(who + ": its " + std::to_string(keys) + " tokens are more than kv_len, " +
                     std::to_string(longest->second));
    if (beams && held > beams->shape[1])
      return invalid(who + ": " + tokens + "cache_indirection has entries for");
    return invalid(who + ": " + (keys < 0 ? "its length is negative" : tokens + rooms()));
  }

  /// That no beam has, or one in whose part of the table it has no page.
  Status badToken(const HostTensor &beams, int64_t token) const {
    const int64_t owner = ownerOf(layout, problem, request, token), first = request - request % layout.beams;
    const std::string what = who + ", token " + std::to_string(token) + ": ";
    if (owner < first || owner >= first + layout.beams)
      return invalid(what + "beam " + std::to_string(integer(beams, request * beams.shape[1] + token)) +
                     " of cache_indirection is outside the group of " + std::to_string(layout.beams));
    if (!layout.page)
      return unexpected();
    return badEntry(owner, layout.slot(token) / layout.page,
                    what + "it is read from request " + std::to_string(owner) + ", where ");
  }

  Status badEntry(int64_t owner, int64_t entry, const std::string &what) const {
    const HostTensor *pages = problem.find(table), *indptr = problem.find("page_indptr");
    const auto size = problem.dims.find(pool);
    if (!pages || (layout.csr && !indptr) || size == problem.dims.end())
      return unexpected();
    const int64_t first = layout.csr ? integer(*indptr, owner) : owner * pages->shape[1];
    if (first < 0 || first + entry >= pages->elements())
      return unexpected();
    return invalid(what + "page " + std::to_string(integer(*pages, first + entry)) + " at entry " +
                   std::to_string(entry) + " of " + table + " is outside the pool of " +
                   std::to_string(size->second) + " pages");
  }

  const CacheLayout &layout;
  const Problem &problem;
  const int64_t request;
  const std::string pool, table, who;
};

} // namespace

Status checkPageReport(const Program &program, const Problem &problem) {
  constexpr int kNamed = 8; // requests; of more how many there are
  const std::optional<CacheLayout> layout = cacheOf(program);
  Status first;
  int reported = 0;
  for (const std::string owner : {"", "k_", "v_"})
    if (const HostTensor *report = problem.find("debug_" + owner + "pages"); report && layout)
      for (int64_t request = 0; request < report->elements(); ++request)
        if (const auto code = static_cast<int64_t>(report->get(request)); code != 0) {
          Status found = Reported(*layout, problem, owner, request).describe(code);
          if (++reported == 1)
            first = std::move(found);
          else if (reported <= kNamed)
            first.note(found.message());
        }
  if (reported > kNamed)
    first.note("and " + std::to_string(reported - kNamed) + " more");
  return first;
}

} // namespace attnc::cli
