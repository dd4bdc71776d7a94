// PagedSequences.h - which page holds which token: growing, sharing and shrinking sequences over a PagePool.
//
// Bookkeeping on the host: must not touch the cache's memory, and must not launch anything.
#pragma once

#include "attnc/PagePool.h"
#include "attnc/Status.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace attnc {

/// Names a sequence of one PagedSequences; never used twice there.
using SequenceId = int64_t;

/// The first `tokens` tokens of page `source` are to be copied to page `destination`, in every layer.
struct PageCopy {
  int32_t source = 0;
  int32_t destination = 0;
  int32_t tokens = 0;
  bool operator==(const PageCopy &) const = default;
};

/// What has to happen in the cache's memory: first the copies, in order, then the new tokens are written to
/// their slots. Appends to several sequences can share one plan; carry it out, or put it on the stream that
/// later work uses, before one of its sequences is truncated, forked, published or freed.
struct AppendPlan {
  std::vector<PageCopy> copies;
  /// page * page size + place in the page, one a token in the order of the appends.
  std::vector<int64_t> slots;
};

/// Sequences whose tokens lie in pages of one pool. Pages are shared by forks and by prefixes, and copied
/// before one of the sharers writes: a page that two sequences have, or that a prefix may find, is never
/// written where it has tokens already.
///
/// A call that fails changes nothing, and its message names the sequence. Exhausted means that the pool has
/// too few pages left. Not thread-safe: const calls may overlap each other, a non-const call no other.
class PagedSequences {
public:
  /// Sequences end at this length, since kernels take lengths as i32.
  static constexpr int64_t kMaxTokens = 2147483647;

  /// The limits are those of PagePool::create.
  static Result<PagedSequences> create(int64_t pages, int pageSize);
  ~PagedSequences();
  PagedSequences(PagedSequences &&) noexcept;
  PagedSequences &operator=(PagedSequences &&) noexcept;

  const PagePool &pool() const;
  int64_t count() const;

  /// What a kernel reads of a sequence; `pages` is good until the next call that is not const.
  struct View {
    int64_t tokens = 0;
    std::span<const int32_t> pages; ///< ceil(tokens / page size)
  };
  Result<View> view(SequenceId sequence) const;

  struct Started {
    SequenceId sequence = 0;
    int64_t tokens = 0; ///< already in its pages; the rest is to be appended
  };
  /// A sequence without tokens, or with the longest run of full pages that is known to hold the beginning of
  /// `prefix`. Leave the last token out of `prefix` if it has to be computed, for its logits say.
  ///
  /// A token's key is its id, or anything else that decides its keys and values (a picture's digest). Only
  /// prefixes of the same `space` match: one a LoRA, say, or a tenant.
  Started start(std::span<const int64_t> prefix = {}, uint64_t space = 0);
  /// `tokens` more at the end; their slots, and copies of shared pages, are added to `plan`.
  Status append(SequenceId sequence, int64_t tokens, AppendPlan &plan);
  /// Back to its first `tokens` tokens, as when a draft is rejected.
  Status truncate(SequenceId sequence, int64_t tokens);
  /// A second sequence with the same tokens, in the same pages.
  Result<SequenceId> fork(SequenceId sequence);
  /// Its pages lose a reference, the last page first; the id is unknown from now on.
  Status free(SequenceId sequence);

  /// Lets start() find the full pages of the sequence's first tokens, whose keys are `tokens`: those of all
  /// tokens from the beginning, also where they were published before. Pages that are found already by these
  /// tokens are left out. Published pages stay after their sequence is freed, until the pool needs them: the
  /// end of a prefix goes before its beginning.
  Status publish(SequenceId sequence, std::span<const int64_t> tokens);

private:
  struct State;
  explicit PagedSequences(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace attnc
