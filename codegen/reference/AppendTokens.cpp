// AppendTokens.cpp - the slots of new tokens, whose pages they are, and what is stored there.
//
// Must not round a rotated element of 16 bits: its error says what a kernel makes of it, as that of an output
// does.
#include "codegen/reference/AppendTokens.h"

#include "codegen/reference/CachedTokens.h"
#include "codegen/reference/Elements.h"
#include "codegen/reference/Rotation.h"
#include "passes/reference/RoundingModel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

namespace attnc::reference {
namespace {

/// The index that the first new token of a request gets in its cache.
int64_t firstIndex(const NewTokens &tokens, const Request &request, int64_t index,
                   const TokenInputs &inputs) {
  const SideBuffer *first = inputs.side(tokens.first);
  return first ? first->integers[size_t(index)] : request.kvLen - request.qLen;
}

/// An element of a cache, and how far a correct kernel may be from it.
struct Stored {
  double value = 0, bound = 0;
};

/// What becomes of a token's element, which a kernel may be `error` away from, as from the scale by its
/// bound.
Stored stored(double value, double error, Stored scaledBy, const Parameter &cache) {
  const DType dtype = cache.dtype;
  if (dtype != DType::E4M3 && dtype != DType::E5M2 && dtype != DType::I8)
    return {value, error};
  const double scale = scaledBy.value, least = std::fabs(scale) - scaledBy.bound;
  const double quotient = value / scale;
  const double spread = least > 0 ? (error + std::fabs(quotient) * scaledBy.bound) / least
                                  : std::numeric_limits<double>::infinity();
  const double slack = spread +
                       (std::fabs(quotient) + spread) * rounding::kInverseUnits * rounding::kUnitF32 +
                       rounding::kTinyF32;
  if (!std::isfinite(quotient) || !std::isfinite(slack))
    return {0, std::numeric_limits<double>::infinity()};
  auto round = [&](double x) { return nearestElement(x, dtype, cache.halfBytes); };
  const double nearest = round(quotient);
  return {nearest, std::max(round(quotient + slack) - nearest, nearest - round(quotient - slack))};
}

/// The scale of some elements of a token, which have errors.
Stored scaleOf(const double *values, const double *errors, int64_t count, const Parameter &cache) {
  constexpr double kNothing = 0x1p-100;
  const double most = cache.dtype == DType::E4M3   ? rounding::kMaxE4M3
                      : cache.dtype == DType::E5M2 ? rounding::kMaxE5M2
                      : cache.halfBytes            ? 7
                                                   : 127;
  double largest = 0, error = 0;
  for (int64_t i = 0; i < count; ++i) {
    largest = std::max(largest, std::fabs(values[i]));
    error = std::max(error, errors ? errors[i] : 0);
    if (!std::isfinite(values[i]))
      error = std::numeric_limits<double>::infinity();
  }
  if (largest + error < kNothing)
    return {1, 0};
  if (largest - error < kNothing || !std::isfinite(error))
    return {1, std::numeric_limits<double>::infinity()};
  return {largest / most,
          error / most + (largest + error) / most * rounding::kDivideUnits * rounding::kUnitF32};
}

/// A cache as it is, every element untouched.
ReferenceOutput contentOf(const Parameter &cache, const Tensor &tensor) {
  ReferenceOutput output;
  output.name = cache.name;
  output.dtype = cache.dtype;
  output.shape = tensor.shape;
  output.halfBytes = cache.halfBytes;
  const auto count = size_t(tensor.elements() * output.parts());
  const int64_t size = dtypeSize(cache.dtype);
  output.values.resize(count);
  output.bounds.assign(count, 0);
  output.written.assign(count, false);
  output.before.resize(size_t(tensor.elements() * size));
  forEachElement(tensor, [&](int64_t linear, int64_t offset) {
    for (int64_t part = 0; part < output.parts(); ++part)
      output.values[output.valueAt(linear, part)] =
          cache.halfBytes ? loadHalf(tensor, offset, part) : loadElement(tensor, offset);
    std::memcpy(output.before.data() + linear * size,
                static_cast<const std::byte *>(tensor.data) + offset * size, size_t(size));
  });
  return output;
}

/// The new tokens of one request that are stored, as indices among its tokens, and the entries of its table
/// that name their pages.
struct Writes {
  std::vector<int64_t> tokens;
  std::set<int64_t> entries;
};

/// Every page that is written belongs to one request, once.
class PageOwners {
public:
  PageOwners(const Parameter &cache, int64_t pool) : cache(cache), writer(size_t(pool), -1) {}

  Status write(int64_t request, const TokenPlaces &places, const Writes &writes) {
    for (int64_t i : writes.entries) {
      ATTNC_ASSIGN_OR_RETURN(int64_t page, places.page(i));
      int64_t &owner = writer[size_t(page)];
      if (owner >= 0)
        return owner == request ? twice(request, page) : shared(owner, page, request);
      owner = request;
    }
    return Status::success();
  }

  /// After all writes: the other pages of a request. Where nothing is read, entries may be anything.
  Status keep(int64_t request, const TokenPlaces &places, const Writes &writes, int64_t length,
              bool read) const {
    const int64_t count = (std::min(places.slotsOf(length), places.room()) + cache.page - 1) / cache.page;
    for (int64_t i = 0; i < count; ++i) {
      if (writes.entries.contains(i))
        continue;
      Result<int64_t> page = places.page(i);
      if (!page.ok() && !read)
        continue;
      ATTNC_RETURN_IF_ERROR(page.status());
      const int64_t owner = writer[size_t(*page)];
      if (owner >= 0)
        return owner == request ? twice(request, *page) : shared(owner, *page, request);
    }
    return Status::success();
  }

private:
  Status wrong(int64_t owner, int64_t page, const std::string &why) const {
    return {Code::InvalidArgument, "expected pages that are written by request " + std::to_string(owner) +
                                       " to be its own, got page " + std::to_string(page) + ", which " + why};
  }
  Status shared(int64_t owner, int64_t page, int64_t other) const {
    return wrong(owner, page, "request " + std::to_string(other) + " has too");
  }
  Status twice(int64_t owner, int64_t page) const { return wrong(owner, page, "it has twice"); }

  const Parameter &cache;
  std::vector<int64_t> writer; ///< of each page; -1 if there is none
};

/// One attn.append.
class Appender {
public:
  Appender(const Parameter &cache, const Append &append, const Batch &batch, const TokenInputs &inputs,
           ReferenceOutput &output, const Parameter *scaleCache, ReferenceOutput &scaleOutput)
      : cache(cache), append(append), batch(batch), inputs(inputs), output(output), scaleCache(scaleCache),
        scaleOutput(scaleOutput), strides(contiguousStrides(output)) {
    const bool pair = cache.cacheAxes.find('2') != std::string::npos;
    firstHead = append.values ? cache.heads / 2 : 0;
    endHead = pair && !append.values ? cache.heads / 2 : cache.heads;
  }

  Status run() {
    ATTNC_ASSIGN_OR_RETURN(scales, readCacheScales(cache, inputs.arguments));
    for (size_t index = 0; index < batch.requests.size(); ++index) {
      ATTNC_ASSIGN_OR_RETURN(TokenPlaces where,
                             TokenPlaces::of(cache, strides, int64_t(index), inputs.arguments));
      const Request &request = batch.requests[index];
      all.push_back(writesOf(request, int64_t(index), where));
      places.push_back(std::move(where));
    }
    ATTNC_RETURN_IF_ERROR(checkOwners());
    for (size_t index = 0; index < places.size(); ++index)
      ATTNC_RETURN_IF_ERROR(put(index));
    return Status::success();
  }

private:
  /// In a cyclic cache, of tokens with one slot the last.
  Writes writesOf(const Request &request, int64_t index, const TokenPlaces &where) const {
    const int64_t first = firstIndex(append.tokens, request, index, inputs), end = first + request.qLen;
    const int64_t oldest = std::max(end, request.kvLen) - (cache.window - cache.keep);
    Writes writes;
    for (int64_t token = std::max<int64_t>(first, 0); token < end; ++token) {
      const bool held = !cache.window || token < cache.keep || token >= oldest;
      if (!held || where.slot(token) >= where.room())
        continue;
      writes.tokens.push_back(token);
      if (cache.page)
        writes.entries.insert(where.slot(token) / cache.page);
    }
    return writes;
  }

  Status checkOwners() const {
    if (!cache.page)
      return Status::success();
    PageOwners owners(cache, output.shape[0]);
    for (size_t index = 0; index < places.size(); ++index)
      ATTNC_RETURN_IF_ERROR(owners.write(int64_t(index), places[index], all[index]));
    for (size_t index = 0; index < places.size(); ++index)
      ATTNC_RETURN_IF_ERROR(owners.keep(int64_t(index), places[index], all[index],
                                        batch.requests[index].kvLen, inputs.kernel.attends));
    return Status::success();
  }

  Status put(size_t index) {
    const Request &request = batch.requests[index];
    const TokenRows rows = readNewTokens(append.tokens, request, int64_t(index), inputs);
    const int64_t first = firstIndex(append.tokens, request, int64_t(index), inputs);
    const int64_t perToken = append.tokens.heads * cache.dim;
    std::vector<Stored> byToken; // of the token's heads and groups
    const int64_t group = scaleCache ? cache.dim / scaleCache->dim : cache.dim;
    for (int64_t token : all[index].tokens) {
      const int64_t start = (token - first) * perToken;
      if (scaleCache) {
        byToken.clear();
        for (int64_t at = start; at < start + perToken; at += group)
          byToken.push_back(scaleOf(rows.values.data() + at,
                                    rows.errors.empty() ? nullptr : rows.errors.data() + at, group, cache));
        ATTNC_RETURN_IF_ERROR(putScales(int64_t(index), token, byToken));
      }
      ATTNC_RETURN_IF_ERROR(
          places[index].forEach(token, firstHead, endHead, [&](int64_t element, int64_t offset) {
            const int64_t own = element - firstHead * cache.dim;
            const auto from = size_t(start + own);
            const Stored scale =
                scaleCache ? byToken[size_t(own / group)] : Stored{scales[size_t(element)], 0};
            write(output, output.valueAt(offset, element),
                  stored(rows.values[from], rows.errors.empty() ? 0 : rows.errors[from], scale, cache));
          }));
    }
    return Status::success();
  }

  Status putScales(int64_t index, int64_t token, const std::vector<Stored> &found) {
    const std::vector<int64_t> scaleStrides = contiguousStrides(scaleOutput);
    ATTNC_ASSIGN_OR_RETURN(TokenPlaces where,
                           TokenPlaces::of(*scaleCache, scaleStrides, index, inputs.arguments));
    return where.forEach(token, firstHead, endHead, [&](int64_t element, int64_t offset) {
      write(scaleOutput, size_t(offset), found[size_t(element - firstHead * scaleCache->dim)]);
    });
  }

  static void write(ReferenceOutput &to, size_t at, Stored what) {
    to.values[at] = what.value;
    to.bounds[at] = what.bound;
    to.written[at] = true;
  }

  static std::vector<int64_t> contiguousStrides(const ReferenceOutput &of) {
    Tensor contiguous{nullptr, of.dtype, of.shape, {}};
    std::vector<int64_t> strides;
    for (size_t axis = 0; axis < of.shape.size(); ++axis)
      strides.push_back(contiguous.stride(axis));
    return strides;
  }

  const Parameter &cache;
  const Append &append;
  const Batch &batch;
  const TokenInputs &inputs;
  ReferenceOutput &output;
  const Parameter *scaleCache; ///< null without scales by token
  ReferenceOutput &scaleOutput;
  int64_t firstHead = 0, endHead = 0; ///< of the cache, that get the tokens
  std::vector<int64_t> strides;
  std::vector<double> scales;
  std::vector<TokenPlaces> places; ///< one a request
  std::vector<Writes> all;
};

} // namespace

TokenRows readNewTokens(const NewTokens &tokens, const Request &request, int64_t index,
                        const TokenInputs &inputs) {
  const Parameter &argument = *inputs.kernel.argument(tokens.argument);
  TokenRows all;
  all.values = readBiasedRows(argument, request.qFirst, request.qLen, inputs);
  if (tokens.rotation)
    rotate(all, argument, *tokens.rotation,
           {inputs.kernel, inputs.sides, request, index, firstIndex(tokens, request, index, inputs)});
  // Of a tensor that has other heads too, those that are meant.
  auto slice = [&](std::vector<double> &from) {
    std::vector<double> out;
    const int64_t row = argument.heads * argument.dim;
    for (int64_t start = tokens.firstHead * argument.dim; start < int64_t(from.size()); start += row)
      out.insert(out.end(), from.begin() + start, from.begin() + start + tokens.heads * argument.dim);
    from = std::move(out);
  };
  slice(all.values);
  slice(all.errors);
  return all;
}

void addActiveTokens(TokenRows &rows, const Parameter &cache, const Request &request, int64_t index,
                     const TokenInputs &inputs) {
  std::vector<TokenRows> parts; // of a pair, keys and values
  for (const NewTokens &tokens : cache.active)
    parts.push_back(readNewTokens(tokens, request, index, inputs));
  if (parts.empty())
    return;
  if (cache.isInexact())
    rows.errors.resize(rows.values.size(), 0);
  const int64_t held = cache.held(request.kvLen, request.qLen);
  const auto width = size_t(cache.heads * cache.dim) / parts.size(); // of a token in each part
  // More queries than keys: the last ones.
  for (int64_t token = request.qLen - (request.kvLen - held); token < request.qLen; ++token)
    for (const TokenRows &part : parts) {
      const auto from = ptrdiff_t(size_t(token) * width);
      rows.values.insert(rows.values.end(), part.values.begin() + from,
                         part.values.begin() + from + ptrdiff_t(width));
      if (!cache.isInexact())
        continue;
      if (part.errors.empty())
        rows.errors.resize(rows.values.size(), 0);
      else
        rows.errors.insert(rows.errors.end(), part.errors.begin() + from,
                           part.errors.begin() + from + ptrdiff_t(width));
    }
}

Result<ReferenceOutput> appendTokens(const Parameter &cache, const Batch &batch, const TokenInputs &inputs,
                                     ReferenceOutput &scales) {
  ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findTensor(cache.name, cache.dtype, inputs.arguments));
  ReferenceOutput output = contentOf(cache, *tensor);
  const Parameter *scaleCache = cache.scales.empty() ? nullptr : inputs.kernel.argument(cache.scales);
  if (scaleCache) {
    ATTNC_ASSIGN_OR_RETURN(const Tensor *given,
                           findTensor(cache.scales, scaleCache->dtype, inputs.arguments));
    scales = contentOf(*scaleCache, *given);
  }
  for (const Append &append : cache.appends)
    ATTNC_RETURN_IF_ERROR(Appender(cache, append, batch, inputs, output, scaleCache, scales).run());
  return output;
}

void fillNewTokens(ReferenceOutput &output, const NewTokens &tokens, const Batch &batch,
                   const TokenInputs &inputs) {
  for (size_t index = 0; index < batch.requests.size(); ++index) {
    const Request &request = batch.requests[index];
    const TokenRows rows = readNewTokens(tokens, request, int64_t(index), inputs);
    const int64_t start = request.qLen ? request.qFirst * int64_t(rows.values.size()) / request.qLen : 0;
    std::copy(rows.values.begin(), rows.values.end(), output.values.begin() + start);
    std::copy(rows.errors.begin(), rows.errors.end(), output.bounds.begin() + start);
  }
}

} // namespace attnc::reference
