// CheckBeams.cpp - whether beams read tokens that are there.
//
// Must not read an entry of a page table before it knows whose it is.
#include "attnc/PageTables.h"

#include <algorithm>
#include <string>

namespace attnc {
namespace {

Status invalid(const std::string &message) { return Status(Code::InvalidArgument, message); }

std::string tokenText(size_t request, int64_t token) {
  return "request " + std::to_string(request) + ", token " + std::to_string(token) + ": ";
}

/// The request that token `token` of `request` is read from; checkBeams has seen the entry.
size_t ownerOf(const BeamData &data, size_t request, int64_t token) {
  const size_t first = request - request % static_cast<size_t>(data.width);
  if (!data.prompts.empty() && token < data.prompts[request])
    return first;
  const size_t row = request * static_cast<size_t>(data.maxLen);
  return first + static_cast<size_t>(data.beams[row + static_cast<size_t>(token)]);
}

} // namespace

Status checkBeams(std::span<const int32_t> kvLens, const BeamData &data) {
  const size_t batch = kvLens.size();
  int64_t elements;
  if (data.width < 1 || batch % static_cast<size_t>(data.width) != 0)
    return invalid(data.width < 1 ? "expected groups of at least 1 beam, got " + std::to_string(data.width)
                                  : "expected a multiple of " + std::to_string(data.width) +
                                        " requests, the beams of a group, got " + std::to_string(batch));
  if (data.maxLen < 0 || __builtin_mul_overflow(data.maxLen, static_cast<int64_t>(batch), &elements) ||
      static_cast<size_t>(elements) != data.beams.size())
    return invalid("cache_indirection: expected batch x max_len elements, got " + std::to_string(batch) +
                   " x " + std::to_string(data.maxLen) + " and " + std::to_string(data.beams.size()) +
                   " elements");
  if (!data.prompts.empty() && data.prompts.size() != batch)
    return invalid("prompt_lens: expected " + std::to_string(batch) + " elements, got " +
                   std::to_string(data.prompts.size()));
  for (size_t request = 0; request < batch; ++request) {
    if (!data.prompts.empty() && (data.prompts[request] < 0 || data.prompts[request] > data.maxLen))
      return invalid("request " + std::to_string(request) + ": expected a prompt of 0 to max_len (" +
                     std::to_string(data.maxLen) + ") tokens in prompt_lens, got " +
                     std::to_string(data.prompts[request]));
    if (kvLens[request] > data.maxLen)
      return invalid("request " + std::to_string(request) + ": expected max_len to be at least its " +
                     std::to_string(kvLens[request]) + " tokens, got " + std::to_string(data.maxLen));
    for (int64_t token = data.prompts.empty() ? 0 : data.prompts[request]; token < kvLens[request]; ++token) {
      const int32_t beam =
          data.beams[request * static_cast<size_t>(data.maxLen) + static_cast<size_t>(token)];
      if (beam < 0 || beam >= data.width)
        return invalid(tokenText(request, token) + "expected one of the beams 0.." +
                       std::to_string(data.width - 1) + " in cache_indirection, got " + std::to_string(beam));
    }
  }
  return Status::success();
}

Status checkPageTable(const PoolShape &pool, const BlockTableData &data, const BeamData &beams) {
  ATTNC_RETURN_IF_ERROR(checkPageTable(pool, data));
  ATTNC_RETURN_IF_ERROR(checkBeams(data.kvLens, beams));
  for (size_t request = 0; request < data.kvLens.size(); ++request)
    for (int64_t token = 0; token < data.kvLens[request]; ++token) {
      const size_t owner = ownerOf(beams, request, token);
      const int64_t entry = pool.slot(token) / pool.pageSize; // within a row: the request's own has as many
      const int32_t page =
          data.table[owner * static_cast<size_t>(data.maxPages) + static_cast<size_t>(entry)];
      if (page < 0 || page >= pool.pages)
        return invalid(tokenText(request, token) + "expected a page of the pool of " +
                       std::to_string(pool.pages) + " at block_table[" + std::to_string(owner) + ", " +
                       std::to_string(entry) + "], as it is read from request " + std::to_string(owner) +
                       ", got " + std::to_string(page));
    }
  return Status::success();
}

} // namespace attnc
