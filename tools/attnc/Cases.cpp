// Cases.cpp - lists of lengths, fitted to what a layout can express.
#include "tools/attnc/Cases.h"

#include "tools/attnc/CacheContent.h"

#include <algorithm>
#include <set>

namespace attnc::cli {
namespace {

using Pairs = std::vector<std::pair<int64_t, int64_t>>; // (q_len, kv_len) of each request

const std::vector<Pairs> kBatches = {
    {{1, 1}},
    {{7, 7}, {64, 64}, {0, 0}, {65, 65}},
    {{127, 300}, {1, 65}, {300, 127}},
    {{65, 0}, {0, 64}, {64, 1}},
    {{300, 300}},
    {{7, 64}, {65, 127}},
};

/// Few queries over a cache: keys to the end of a page, one more, one less; or about as many. Where queries'
/// keys are new, also at the begin of a page, at its end and into an empty cache.
std::vector<Pairs> cacheBatches(const Program &program) {
  const std::optional<CacheLayout> cache = cacheOf(program);
  if (!cache)
    return {};
  const int64_t page = cache->page ? cache->page : 64;
  std::vector<Pairs> batches = {{{1, page}, {1, page + 1}, {1, 2 * page - 1}},
                                {{4, 2 * page}, {1, 0}, {16, 3 * page + 1}}};
  if (appendsTokens(program) || cache->active) {
    batches.push_back({{4, page + 4}, {page + 1, page + 1}, {0, 2 * page}, {1, 1}});
    batches.push_back({{2, page + 1}, {page + 2, 3 * page}, {3, 2 * page + 3}});
  }
  constexpr int64_t kMostSlots = 1 << 16; // of a request: larger windows are not filled
  if (const int64_t window = cache->window;
      window != 0 && window <= kMostSlots) // full, once around, and more often
    batches.push_back({{1, window}, {1, window + 1}, {2, 2 * window + 3}});
  return batches;
}

std::string listText(const std::vector<int64_t> &values) {
  std::string out;
  for (int64_t value : values)
    out += (out.empty() ? "" : ",") + std::to_string(value);
  return out;
}

bool hasLengths(const Program &program, const std::string &sequence) {
  return std::any_of(program.tensors.begin(), program.tensors.end(), [&](const TensorSig &sig) {
    return sig.name == "cu_" + sequence || sig.name == sequence + "_lens" ||
           (sequence == "kv" && (sig.name == "last_page_len" || keysEndWithAppended(program)));
  });
}

/// The longest length may be the padded one or less than it; both happen.
constexpr int64_t kExtraPadding = 3;

bool isPadded(const Program &program, const std::string &sequence) {
  for (const TensorSig &sig : program.tensors)
    for (const Formula &axis : sig.shape)
      if (axis.text == sequence + "_len")
        return true;
  return false;
}

CheckCase makeCase(const Program &program, Pairs batch, uint64_t seed) {
  const int64_t group = program.requestGroup;
  for (size_t i = 0, given = batch.size(); static_cast<int64_t>(batch.size()) % group != 0; ++i)
    batch.push_back(batch[i % given]);
  CheckCase out;
  out.request.seed = seed;
  out.request.dims["batch"] = static_cast<int64_t>(batch.size());
  for (const std::string sequence : {"q", "kv"}) {
    if (sequence == "kv" && keysAreQueries(program))
      continue;
    std::vector<int64_t> lens;
    for (const auto &[q, kv] : batch)
      lens.push_back(sequence == "q" ? q : kv);
    out.name += (out.name.empty() ? "" : " ") + sequence + " " + listText(lens);
    const bool varies = hasLengths(program, sequence);
    const int64_t longest = *std::max_element(lens.begin(), lens.end());
    if (varies)
      out.request.lens[sequence] = lens;
    if (!varies || (isPadded(program, sequence) && batch.size() > 1))
      out.request.dims[sequence + "_len"] = longest + (varies ? kExtraPadding : 0);
  }
  int64_t next = 5;
  for (const ScalarSig &sig : program.scalars)
    if (sig.required)
      out.request.scalars[sig.name] = static_cast<double>(next++);
  return out;
}

} // namespace

CheckCase oneRequest(const Program &program, int64_t queries, int64_t keys, uint64_t seed) {
  return makeCase(program, {{queries, keysAreQueries(program) ? queries : keys}}, seed);
}

std::vector<CheckCase> checkCases(const Program &program, uint64_t seed, bool large) {
  const bool qVaries = hasLengths(program, "q"), kvVaries = hasLengths(program, "kv");
  std::vector<CheckCase> cases;
  std::set<Pairs> seen;
  const bool self = keysAreQueries(program);
  auto add = [&](Pairs batch) {
    for (auto &[q, kv] : batch)
      if (self)
        kv = q;
      else if (appendsTokens(program))
        kv = std::max(q, kv);
    if (seen.insert(batch).second)
      cases.push_back(makeCase(program, batch, seed + cases.size()));
  };
  std::vector<Pairs> batches = kBatches;
  for (Pairs &batch : cacheBatches(program))
    batches.push_back(std::move(batch));
  for (const Pairs &batch : batches) {
    if (qVaries && (kvVaries || self)) {
      add(batch);
      continue;
    }
    for (const auto &[q, kv] : batch) {
      Pairs uniform = {{q, kv}, {q, kv}};
      // Where only one side varies, the other is the same for every request.
      if (kvVaries)
        uniform = {{q, kv}, {q, kv / 2}};
      if (qVaries)
        uniform = {{q, kv}, {q / 2, kv}};
      add(uniform);
    }
  }
  cases.push_back(oneRequest(program, 20, 300, seed + cases.size()));
  cases.back().name = "NaN in hidden keys: " + cases.back().name;
  cases.back().poisonHidden = true;
  if (large) {
    cases.push_back(oneRequest(program, 65, 130, seed + cases.size()));
    cases.back().name = "large scores: " + cases.back().name;
    cases.back().mayLackBounds = true;
    cases.back().request.deviation = 64; // q . k up to 10^5 at head_dim 64
  }
  return cases;
}

} // namespace attnc::cli
