// CacheContent.cpp - tables in no order, and NaN where no token is.
#include "tools/attnc/CacheContent.h"

#include "tools/attnc/Random.h"
#include "tools/attnc/Remarks.h"

#include "attnc/PageTables.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

namespace attnc::cli {
namespace {

Status invalid(const std::string &message) { return Status(Code::InvalidArgument, message); }

int64_t pagesOf(int64_t length, int64_t page) { return (length + page - 1) / page; }

/// The letters of a cache's axes, outermost first; empty if the tensor is none.
std::string axesOf(const Program &program, std::string_view tensor) {
  const std::string key = "tensor." + std::string(tensor) + ".axes";
  for (const Remark &remark : program.remarks)
    if (remark.key == key)
      return remark.value.substr(1, remark.value.size() - 2);
  return "";
}

std::vector<int64_t> keyLengths(const Problem &problem) {
  std::vector<int64_t> lengths;
  for (const auto &[q, kv] : requestLengths(problem))
    lengths.push_back(kv);
  return lengths;
}

/// Of the keys that are in the cache.
std::vector<int64_t> heldLengths(const CacheLayout &layout, const Problem &problem) {
  std::vector<int64_t> lengths;
  for (const auto &[q, kv] : requestLengths(problem))
    lengths.push_back(layout.held(kv, q));
  return lengths;
}

/// The table that lists the pages of a cache: its own, or the one that all share.
const HostTensor *tableOf(const CacheLayout &layout, std::string_view cache, const Problem &problem,
                          std::string &name) {
  const std::string shared = layout.csr ? "page_indices" : "block_table";
  for (const std::string &candidate : {std::string(cache.substr(0, 2)) + shared, shared})
    if (auto found = problem.tensors.find(candidate); found != problem.tensors.end()) {
      name = candidate;
      return &found->second;
    }
  return nullptr;
}

/// The indices of the new tokens of each request, and of them those that are stored, and in which slots; none
/// where nothing is appended.
struct Written {
  int64_t first = 0, end = 0;
  std::set<int64_t> keys, slots;

  bool has(int64_t key) const { return keys.contains(key); }
  /// The entries of the page table that name pages with such slots.
  std::set<int64_t> entries(int64_t page) const {
    std::set<int64_t> out;
    for (int64_t slot : slots)
      out.insert(slot / page);
    return out;
  }
};

std::vector<Written> writtenKeys(const Program &program, const Problem &problem) {
  const CacheLayout layout = cacheOf(program).value_or(CacheLayout());
  std::vector<Written> written;
  const auto indices = problem.tensors.find("write_indices");
  for (const auto &[q, kv] : requestLengths(problem)) {
    const int64_t first =
        indices == problem.tensors.end()
            ? kv - q
            : static_cast<int64_t>(indices->second.get(static_cast<int64_t>(written.size())));
    Written &span = written.emplace_back();
    if (!appendsTokens(program))
      continue;
    span = {std::max<int64_t>(first, 0), std::max<int64_t>(first + q, 0), {}, {}};
    for (int64_t key = span.first; key < span.end; ++key)
      if (layout.holds(key, std::max(span.end, kv))) {
        span.keys.insert(key);
        span.slots.insert(layout.slot(key));
      }
  }
  return written;
}

/// Where each request's pages begin in its table, and how many it has room for.
struct TableRows {
  std::vector<int64_t> first, count;
};

TableRows tableRows(const CacheLayout &layout, const HostTensor &table, const Problem &problem,
                    size_t requests) {
  TableRows rows;
  const HostTensor *indptr = layout.csr ? &problem.tensors.find("page_indptr")->second : nullptr;
  for (size_t i = 0; i < requests; ++i) {
    const auto request = static_cast<int64_t>(i);
    rows.first.push_back(indptr ? static_cast<int64_t>(indptr->get(request)) : request * table.shape[1]);
    rows.count.push_back(indptr ? static_cast<int64_t>(indptr->get(request + 1)) - rows.first.back()
                                : table.shape[1]);
  }
  return rows;
}

} // namespace

std::optional<CacheLayout> cacheOf(const Program &program) {
  std::optional<CacheLayout> layout;
  for (const Remark &remark : program.remarks)
    if (remark.key == "cache.table")
      layout = CacheLayout{remarkInteger(program, "cache.page"),
                           remark.value == "\"csr\"",
                           remarkInteger(program, "cache.window"),
                           remarkInteger(program, "cache.keep"),
                           std::max<int64_t>(remarkInteger(program, "cache.beams"), 1),
                           std::any_of(program.remarks.begin(), program.remarks.end(),
                                       [](const Remark &each) { return each.key == "cache.active"; })};
  return layout;
}

int64_t CacheLayout::slot(int64_t key) const {
  return PoolShape{0, static_cast<int>(page), window, keep}.slot(key);
}

int64_t CacheLayout::slotsOf(int64_t length) const {
  return PoolShape{0, static_cast<int>(page), window, keep}.slots(length);
}

bool appendsTokens(const Program &program) {
  return std::any_of(program.tensors.begin(), program.tensors.end(),
                     [](const TensorSig &sig) { return sig.inPlace; });
}

bool isCache(const Program &program, std::string_view tensor) { return !axesOf(program, tensor).empty(); }

bool hasHalfBytes(const Program &program, std::string_view cache) {
  return remarkInteger(program, "tensor." + std::string(cache) + ".bits") == 4;
}

bool isPageTable(std::string_view tensor) {
  return tensor.ends_with("block_table") || tensor.ends_with("page_indices");
}

ByName<int64_t> cacheDims(const CacheLayout &layout, const std::vector<int64_t> &lengths) {
  const int64_t longest = lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  constexpr int64_t kSpareTokens = 3, kSparePages = 2;
  if (layout.page == 0)
    return {{"capacity", longest + kSpareTokens}, {"max_len", longest + kSpareTokens}};
  int64_t pages = 0;
  for (int64_t length : lengths)
    pages += pagesOf(layout.slotsOf(length), layout.page);
  return {
      {"pages", pages + kSparePages},       {"k_pages", pages + kSparePages},
      {"v_pages", pages + kSparePages + 1}, {"max_pages", pagesOf(layout.slotsOf(longest), layout.page) + 1},
      {"max_len", longest + kSpareTokens},  {"total_pages", pages}};
}

Result<std::vector<int64_t>> lengthsOfPages(const CacheLayout &layout, const HostTensor &indptr,
                                            const HostTensor &lastPageLen) {
  std::vector<int64_t> lengths;
  for (int64_t i = 0; i + 1 < indptr.elements(); ++i) {
    const auto pages = static_cast<int64_t>(indptr.get(i + 1)) - static_cast<int64_t>(indptr.get(i));
    const auto last = i < lastPageLen.elements() ? static_cast<int64_t>(lastPageLen.get(i)) : 0;
    if (pages < 0 || (i == 0 && indptr.get(0) != 0))
      return invalid("tensor 'page_indptr': expected offsets that start at 0 and never fall, got " +
                     std::to_string(static_cast<int64_t>(indptr.get(i + (pages < 0)))) + " at index " +
                     std::to_string(i + (pages < 0)));
    if (pages > 0 && (last < 1 || last > layout.page))
      return invalid("tensor 'last_page_len': expected 1 to " + std::to_string(layout.page) + ", got " +
                     std::to_string(last) + " of request " + std::to_string(i));
    lengths.push_back(pages > 0 ? (pages - 1) * layout.page + last : 0);
  }
  return lengths;
}

bool fillPageLengths(const std::string &name, const CacheLayout &layout, const std::vector<int64_t> &lengths,
                     HostTensor &tensor) {
  const bool offsets = name == "page_indptr";
  if (!offsets && name != "last_page_len")
    return false;
  int64_t sum = 0, at = 0;
  if (offsets)
    tensor.set(at++, 0);
  for (int64_t length : lengths) {
    const int64_t pages = pagesOf(length, layout.page);
    sum += pages;
    tensor.set(at++, static_cast<double>(offsets ? sum : pages ? length - (pages - 1) * layout.page : 0));
  }
  return true;
}

void fillPageTable(const CacheLayout &layout, const std::vector<int64_t> &lengths,
                   const std::vector<int64_t> &shareable, int64_t pool, uint64_t seed, HostTensor &table) {
  Random random(seed);
  std::vector<int64_t> order(static_cast<size_t>(pool));
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[static_cast<size_t>(random.between(0, static_cast<int64_t>(i) - 1))]);
  for (int64_t i = 0; i < table.elements(); ++i)
    table.set(i, std::numeric_limits<int32_t>::max());
  int64_t next = 0, first = 0;
  for (size_t request = 0; pool > 0 && request < lengths.size(); ++request) {
    const int64_t pages = pagesOf(layout.slotsOf(lengths[request]), layout.page);
    const int64_t row = layout.csr ? first : static_cast<int64_t>(request) * table.shape[1];
    first += pages;
    // A common prefix: whole pages that the request before has as well.
    int64_t shared = 0;
    if (request > 0 && random.between(0, 1))
      shared = random.between(0, std::min(shareable[request - 1], shareable[request]) / layout.page);
    const int64_t before = layout.csr ? row - pagesOf(request ? lengths[request - 1] : 0, layout.page)
                                      : row - (table.shape.size() > 1 ? table.shape[1] : 0);
    for (int64_t i = 0; i < pages && row + i < table.elements(); ++i)
      table.set(row + i, i < shared ? table.get(before + i)
                                    : static_cast<double>(order[static_cast<size_t>(next++ % pool)]));
  }
}

/// Of a CSR table: page counts that come to the lengths, and entries for all of them.
static Status checkCsr(const CacheLayout &layout, const std::vector<int64_t> &lengths,
                       const Problem &problem) {
  const HostTensor &indptr = problem.tensors.find("page_indptr")->second;
  ATTNC_ASSIGN_OR_RETURN(std::vector<int64_t> listed,
                         lengthsOfPages(layout, indptr, problem.tensors.find("last_page_len")->second));
  for (size_t request = 0; request < lengths.size(); ++request)
    if (listed[request] != lengths[request])
      return invalid("tensors 'page_indptr' and 'last_page_len': expected pages of " +
                     std::to_string(lengths[request]) + " tokens for request " + std::to_string(request) +
                     ", got pages of " + std::to_string(listed[request]));
  const auto entries = static_cast<int64_t>(indptr.get(indptr.elements() - 1));
  for (const auto &[name, tensor] : problem.tensors)
    if (isPageTable(name) && tensor.elements() < entries)
      return invalid("tensor '" + name + "': expected " + std::to_string(entries) +
                     " pages, as 'page_indptr' ends there, got " + std::to_string(tensor.elements()));
  return Status::success();
}

/// Of one cache: a page that is written is there, and one request's, once.
static Status checkWritten(const CacheLayout &layout, const HostTensor &table, const TableRows &rows,
                           int64_t pool, const std::vector<int64_t> &lengths,
                           const std::vector<Written> &written) {
  std::vector<int64_t> owner(static_cast<size_t>(pool), -1);
  auto wrong = [](int64_t request, int64_t page, int64_t other) {
    return invalid("expected pages that are written by request " + std::to_string(request) +
                   " to be its own, got page " + std::to_string(page) + ", which " +
                   (request == other ? "it has twice" : "request " + std::to_string(other) + " has too"));
  };
  for (const bool writes : {true, false})
    for (size_t request = 0; request < lengths.size(); ++request) {
      const auto self = static_cast<int64_t>(request);
      const std::set<int64_t> entries = written[request].entries(layout.page);
      const int64_t length = layout.slotsOf(writes ? written[request].end : lengths[request]);
      const int64_t pages = std::min(pagesOf(length, layout.page), rows.count[request]);
      for (int64_t i = 0; i < pages; ++i) {
        if (entries.contains(i) != writes)
          continue;
        const auto page = static_cast<int64_t>(table.get(rows.first[request] + i));
        if (page < 0 || page >= pool)
          return invalid("expected pages from 0 to " + std::to_string(pool - 1) + ", got " +
                         std::to_string(page) + " as page " + std::to_string(i) + " of request " +
                         std::to_string(request));
        int64_t &known = owner[static_cast<size_t>(page)];
        if (known >= 0)
          return wrong(known, page, self);
        if (writes)
          known = self;
      }
    }
  return Status::success();
}

/// Whose pages a request of `length` tokens reads, as requests and entries of their tables.
static std::set<std::pair<int64_t, int64_t>> entriesRead(const CacheLayout &layout, const Problem &problem,
                                                         int64_t request, int64_t length) {
  std::set<std::pair<int64_t, int64_t>> entries;
  for (int64_t key = 0; key < length; ++key)
    entries.emplace(ownerOf(layout, problem, request, key), layout.slot(key) / layout.page);
  return entries;
}

Status checkCaches(const Program &program, const Problem &problem) {
  const std::optional<CacheLayout> layout = cacheOf(program);
  if (!layout)
    return Status::success();
  const std::vector<int64_t> lengths = heldLengths(*layout, problem);
  const std::vector<Written> written = writtenKeys(program, problem);
  ATTNC_RETURN_IF_ERROR(checkBeams(*layout, problem, lengths));
  if (layout->csr && problem.tensors.contains("last_page_len"))
    ATTNC_RETURN_IF_ERROR(checkCsr(*layout, keyLengths(problem), problem));
  for (const auto &[name, tensor] : problem.tensors) {
    const std::string axes = axesOf(program, name);
    if (axes.empty())
      continue;
    std::string tableName;
    const HostTensor *table = layout->page ? tableOf(*layout, name, problem, tableName) : nullptr;
    const int64_t capacity = tensor.shape[axes.find('n')];
    const TableRows rows = table ? tableRows(*layout, *table, problem, lengths.size()) : TableRows();
    // Where nothing is read, tokens without a place are dropped.
    for (size_t request = 0; request < lengths.size() && !keysEndWithAppended(program); ++request) {
      const std::string who = "request " + std::to_string(request);
      if (!table) {
        if (layout->slotsOf(lengths[request]) > capacity)
          return invalid("tensor '" + name + "': expected a capacity of at least " +
                         std::to_string(lengths[request]) + ", the tokens of " + who + ", got " +
                         std::to_string(capacity));
        continue;
      }
      const int64_t pages = pagesOf(layout->slotsOf(lengths[request]), layout->page);
      if (pages > 0 && tensor.shape[0] == 0)
        return invalid("tensor '" + name + "': expected pages for the tokens of " + who + ", got none");
      if (pages > rows.count[request])
        return invalid("tensor '" + tableName + "': expected room for " + std::to_string(pages) +
                       " pages of " + who + ", got " + std::to_string(rows.count[request]));
      for (const auto &[owner, i] :
           entriesRead(*layout, problem, static_cast<int64_t>(request), lengths[request])) {
        const auto page = static_cast<int64_t>(table->get(rows.first[static_cast<size_t>(owner)] + i));
        if (page < 0 || page >= tensor.shape[0])
          return invalid("tensor '" + tableName + "': expected pages from 0 to " +
                         std::to_string(tensor.shape[0] - 1) + ", got " + std::to_string(page) + " as page " +
                         std::to_string(i) + " of request " + std::to_string(owner));
      }
    }
    if (table)
      if (Status status = checkWritten(*layout, *table, rows, tensor.shape[0], lengths, written);
          !status.ok())
        return status.prefix("tensor '" + tableName + "': ");
  }
  return Status::success();
}

void poisonSlots(const Program &program, const std::string &cache, const KeepKey &keep, Problem &problem) {
  const CacheLayout layout = *cacheOf(program);
  const std::string axes = axesOf(program, cache);
  HostTensor &tensor = problem.tensors.find(cache)->second;
  if (tensor.elements() == 0)
    return;
  std::string tableName;
  const HostTensor *table = layout.page ? tableOf(layout, cache, problem, tableName) : nullptr;
  const std::vector<int64_t> lengths = heldLengths(layout, problem);
  const TableRows rows = table ? tableRows(layout, *table, problem, lengths.size()) : TableRows();
  const size_t tokenAxis = axes.find('n');
  const int64_t slots = tensor.shape[tokenAxis];
  std::vector<bool> kept(static_cast<size_t>(tensor.shape[0] * slots));
  const int64_t everySlot = table ? table->elements() * layout.page : slots;
  for (size_t request = 0; request < lengths.size(); ++request)
    for (int64_t key = 0; key < lengths[request]; ++key) {
      // What has no place, and what a cyclic cache has no more, may be very much.
      if (!layout.window && key >= everySlot)
        break;
      if (layout.window && key == layout.keep)
        key = std::max(key, lengths[request] - (layout.window - layout.keep));
      if (!layout.holds(key, lengths[request]) || !keep(static_cast<int64_t>(request), key))
        continue;
      const int64_t owner = ownerOf(layout, problem, static_cast<int64_t>(request), key);
      const int64_t slot = layout.slot(key);
      if (owner < 0 || owner >= static_cast<int64_t>(lengths.size()))
        continue; // of beams that nobody checked
      if (table ? slot / layout.page >= rows.count[static_cast<size_t>(owner)] : slot >= slots)
        continue; // of tables that nobody checked
      const int64_t block =
          table
              ? static_cast<int64_t>(table->get(rows.first[static_cast<size_t>(owner)] + slot / layout.page))
              : owner;
      if (block >= 0 && block < tensor.shape[0])
        kept[static_cast<size_t>(block * slots + (table ? slot % layout.page : slot))] = true;
    }
  for (int64_t i = 0, count = tensor.elements(); i < count; ++i)
    if (!kept[static_cast<size_t>(tensor.indexAt(i, 0) * slots + tensor.indexAt(i, tokenAxis))])
      tensor.set(i, std::numeric_limits<double>::quiet_NaN());
}

KeepKey isOldKey(const Program &program, const Problem &problem, const std::string &cache) {
  for (const TensorSig &sig : program.tensors)
    if (sig.name == cache && sig.inPlace)
      return [written = writtenKeys(program, problem), layout = *cacheOf(program), &problem](int64_t request,
                                                                                             int64_t key) {
        const auto owner = static_cast<size_t>(ownerOf(layout, problem, request, key));
        return owner >= written.size() || !written[owner].has(key); // beams may be unchecked
      };
  return [](int64_t, int64_t) { return true; };
}

} // namespace attnc::cli
