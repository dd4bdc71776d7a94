// PagedSequences.cpp - sequences as lists of pages, and the rules of sharing.
//
// Must check everything, and have its pages, before it changes anything.
#include "attnc/PagedSequences.h"

#include "runtime/core/PrefixIndex.h"

#include <string>
#include <unordered_map>

namespace attnc {
namespace {

struct Sequence {
  std::vector<int32_t> pages;
  int64_t tokens = 0;
  uint64_t space = 0;
  int64_t published = 0; ///< pages, from the first on, that publish() has seen
  PrefixIndex::Key key;  ///< of the last of them
};

int64_t ceildiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

Status failure(SequenceId id, const std::string &message) {
  return Status(Code::InvalidArgument, "sequence " + std::to_string(id) + ": expected " + message);
}

} // namespace

struct PagedSequences::State {
  explicit State(PagePool pool) : pool(std::move(pool)) {}

  Result<Sequence *> find(SequenceId id) {
    const auto it = sequences.find(id);
    if (it == sequences.end())
      return Status(Code::InvalidArgument, "expected a sequence of this pool, got id " + std::to_string(id));
    return &it->second;
  }

  /// Pages of its own; those that were found by a prefix are not any more.
  Result<std::vector<int32_t>> take(int64_t count) {
    ATTNC_ASSIGN_OR_RETURN(PagePool::Allocation taken, pool.allocate(count));
    for (auto page = taken.pages.end() - taken.evicted; page != taken.pages.end(); ++page)
      index.remove(*page);
    return std::move(taken.pages);
  }

  SequenceId insert(Sequence sequence) {
    for (int32_t page : sequence.pages)
      (void)pool.retain(page); // in use or kept: it cannot fail
    sequences.emplace(nextId, std::move(sequence));
    return nextId++;
  }

  /// Gives back all pages but the first `keep`.
  void shrink(Sequence &sequence, int64_t keep) {
    for (; static_cast<int64_t>(sequence.pages.size()) > keep; sequence.pages.pop_back())
      (void)pool.release(sequence.pages.back()); // in use by this sequence: it cannot fail
  }

  PagePool pool;
  PrefixIndex index;
  std::unordered_map<SequenceId, Sequence> sequences;
  SequenceId nextId = 1;
};

PagedSequences::PagedSequences(std::unique_ptr<State> state) : state(std::move(state)) {}
PagedSequences::~PagedSequences() = default;
PagedSequences::PagedSequences(PagedSequences &&) noexcept = default;
PagedSequences &PagedSequences::operator=(PagedSequences &&) noexcept = default;

Result<PagedSequences> PagedSequences::create(int64_t pages, int pageSize) {
  ATTNC_ASSIGN_OR_RETURN(PagePool pool, PagePool::create(pages, pageSize));
  return PagedSequences(std::make_unique<State>(std::move(pool)));
}

const PagePool &PagedSequences::pool() const { return state->pool; }
int64_t PagedSequences::count() const { return static_cast<int64_t>(state->sequences.size()); }

Result<PagedSequences::View> PagedSequences::view(SequenceId id) const {
  ATTNC_ASSIGN_OR_RETURN(const Sequence *sequence, state->find(id));
  return View{sequence->tokens, sequence->pages};
}

PagedSequences::Started PagedSequences::start(std::span<const int64_t> prefix, uint64_t space) {
  const auto size = static_cast<size_t>(pool().pageSize());
  Sequence sequence;
  sequence.space = space;
  sequence.key = PrefixIndex::start(space);
  for (; prefix.size() >= size; prefix = prefix.subspan(size)) {
    const PrefixIndex::Key key = PrefixIndex::after(sequence.key, prefix.first(size));
    const int32_t page = state->index.find(key);
    if (page < 0 || sequence.tokens + static_cast<int64_t>(size) > kMaxTokens)
      break;
    sequence.pages.push_back(page);
    sequence.tokens += static_cast<int64_t>(size);
    sequence.key = key;
    ++sequence.published;
  }
  const int64_t tokens = sequence.tokens;
  return {state->insert(std::move(sequence)), tokens};
}

Status PagedSequences::append(SequenceId id, int64_t count, AppendPlan &plan) {
  ATTNC_ASSIGN_OR_RETURN(Sequence *const sequence, state->find(id));
  if (count < 0 || count > kMaxTokens - sequence->tokens)
    return failure(id, "0 to " + std::to_string(kMaxTokens - sequence->tokens) +
                           " more tokens, as a length is an i32, got " + std::to_string(count));
  if (count == 0)
    return Status::success();
  PagePool &pool = state->pool;
  const int64_t size = pool.pageSize();
  const int64_t end = sequence->tokens + count;
  const int64_t fill = sequence->tokens % size; // of a last page that has room
  const bool shared = fill > 0 && pool.references(sequence->pages.back()) > 1;
  const int64_t wanted = ceildiv(end, size) - static_cast<int64_t>(sequence->pages.size());
  Result<std::vector<int32_t>> taken = state->take(wanted + (shared ? 1 : 0));
  if (!taken.ok())
    return taken.status().prefix("sequence " + std::to_string(id) + ", " + std::to_string(count) +
                                 " more tokens: ");

  auto fresh = taken->begin();
  if (shared) {
    int32_t &last = sequence->pages.back();
    plan.copies.push_back({last, *fresh, static_cast<int32_t>(fill)});
    (void)pool.release(last);
    last = *fresh++;
  } else if (fill > 0) {
    // Nobody else has it, but a prefix that was truncated may still find it.
    state->index.remove(sequence->pages.back());
    (void)pool.forget(sequence->pages.back());
  }
  sequence->pages.insert(sequence->pages.end(), fresh, taken->end());
  for (int64_t token = sequence->tokens; token < end; ++token)
    plan.slots.push_back(sequence->pages[token / size] * size + token % size);
  sequence->tokens = end;
  return Status::success();
}

Status PagedSequences::truncate(SequenceId id, int64_t tokens) {
  ATTNC_ASSIGN_OR_RETURN(Sequence *const sequence, state->find(id));
  if (tokens < 0 || tokens > sequence->tokens)
    return failure(id, "a length in 0.." + std::to_string(sequence->tokens) + " to truncate to, got " +
                           std::to_string(tokens));
  state->shrink(*sequence, ceildiv(tokens, pool().pageSize()));
  sequence->tokens = tokens;
  if (sequence->published * pool().pageSize() > tokens) {
    sequence->published = 0; // the next publish() starts over
    sequence->key = PrefixIndex::start(sequence->space);
  }
  return Status::success();
}

Result<SequenceId> PagedSequences::fork(SequenceId id) {
  ATTNC_ASSIGN_OR_RETURN(const Sequence *sequence, state->find(id));
  return state->insert(*sequence);
}

Status PagedSequences::free(SequenceId id) {
  ATTNC_ASSIGN_OR_RETURN(Sequence *const sequence, state->find(id));
  state->shrink(*sequence, 0);
  state->sequences.erase(id);
  return Status::success();
}

Status PagedSequences::publish(SequenceId id, std::span<const int64_t> tokens) {
  ATTNC_ASSIGN_OR_RETURN(Sequence *const sequence, state->find(id));
  if (static_cast<int64_t>(tokens.size()) > sequence->tokens)
    return failure(id, "at most its " + std::to_string(sequence->tokens) + " tokens to publish, got " +
                           std::to_string(tokens.size()));
  const auto size = static_cast<size_t>(pool().pageSize());
  const auto end = static_cast<int64_t>(tokens.size() / size);
  std::vector<PrefixIndex::Key> keys;
  PrefixIndex::Key key = sequence->key;
  for (int64_t i = sequence->published; i < end; ++i) {
    key = PrefixIndex::after(key, tokens.subspan(static_cast<size_t>(i) * size, size));
    if (const PrefixIndex::Key *known = state->index.keyOf(sequence->pages[i]); known && *known != key)
      return failure(id, "page " + std::to_string(i) + " with the tokens that it was published with, got " +
                             "others");
    keys.push_back(key);
  }
  for (const PrefixIndex::Key &added : keys) {
    const int32_t page = sequence->pages[sequence->published++];
    if (state->index.add(added, page))
      (void)state->pool.keep(page);
    sequence->key = added;
  }
  return Status::success();
}

} // namespace attnc
