// CachedTokens.cpp - the walk through pages and strides, and the checks before it.
#include "codegen/reference/CachedTokens.h"

#include "codegen/reference/Elements.h"
#include "passes/reference/RoundingModel.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnc::reference {
namespace {

Status invalid(std::string message) { return {Code::InvalidArgument, std::move(message)}; }

bool isCache(const Parameter &argument) { return !argument.cacheAxes.empty(); }

/// What one letter of a cache's axes has to be; nothing where the tensor decides.
std::optional<int64_t> fixedSize(const Parameter &cache, char axis) {
  switch (axis) {
  case '2':
    return 2;
  case 'h':
    return cache.heads / (cache.cacheAxes.find('2') == std::string::npos ? 1 : 2);
  case 'd':
    return cache.halfBytes ? cache.dim / 2 : cache.dim;
  case 'n':
    return cache.page ? std::optional(cache.page) : std::nullopt;
  default:
    return std::nullopt;
  }
}

Result<const Tensor *> findCache(const Parameter &cache, int64_t requests, const Arguments &arguments) {
  ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findTensor(cache.name, cache.dtype, arguments));
  bool fits = tensor->shape.size() == cache.cacheAxes.size();
  std::string expected;
  for (size_t axis = 0; axis < cache.cacheAxes.size(); ++axis) {
    const char letter = cache.cacheAxes[axis];
    const std::optional<int64_t> size = fixedSize(cache, letter);
    fits =
        fits && (!size || tensor->shape[axis] == *size) && (letter != 'b' || tensor->shape[axis] == requests);
    expected += (axis ? ", " : "[");
    expected += size            ? std::to_string(*size)
                : letter == 'p' ? "pages"
                : letter == 'b' ? std::to_string(requests)
                                : "capacity";
  }
  if (!fits)
    return invalid("expected tensor '" + cache.name + "' of shape " + expected + "], got " +
                   shapeText(tensor->shape));
  return tensor;
}

/// The table of a cache's pages, a row for each request or one list.
Result<const Tensor *> findTable(const Parameter &cache, int64_t requests, const Arguments &arguments) {
  ATTNC_ASSIGN_OR_RETURN(const Tensor *table, findTensor(cache.table, DType::I32, arguments));
  if (table->shape.size() != (cache.csr ? 1u : 2u) || (!cache.csr && table->shape[0] != requests))
    return invalid("expected tensor '" + cache.table + "' of shape " +
                   (cache.csr ? "[total_pages]" : "[" + std::to_string(requests) + ", max_pages]") +
                   ", got " + shapeText(table->shape));
  return table;
}

/// How many pages a request's entry of the table can name, and where it begins.
struct TableRow {
  int64_t first = 0, count = 0;
};

Result<TableRow> tableRow(const Parameter &cache, const Tensor &table, int64_t request,
                          const Arguments &arguments) {
  if (!cache.csr)
    return TableRow{request * table.shape[1], table.shape[1]};
  ATTNC_ASSIGN_OR_RETURN(std::vector<int64_t> offsets, readIntegers("page_indptr", -1, arguments));
  const int64_t first = offsets[size_t(request)],
                end = std::min(offsets[size_t(request) + 1], table.shape[0]);
  return TableRow{first, end - first}; // values may have a table of their own, which is shorter
}

/// That the pages of the first `count` tokens of a request are there.
Status checkPages(const Parameter &cache, int64_t request, int64_t count, const Arguments &arguments) {
  ATTNC_ASSIGN_OR_RETURN(TokenPlaces places, TokenPlaces::of(cache, {}, request, arguments));
  const int64_t needed = (places.slotsOf(count) + cache.page - 1) / cache.page,
                room = places.room() / cache.page;
  if (needed > room)
    return invalid("expected room for " + std::to_string(needed) + " pages of request " +
                   std::to_string(request) + " in tensor '" + cache.table + "', got " + std::to_string(room));
  for (int64_t i = 0; i < needed; ++i)
    ATTNC_RETURN_IF_ERROR(places.page(i).status());
  return Status::success();
}

/// Of a quantised cache: a scale for each head and channel, of which all may be one, or those of a head.
Result<std::vector<double>> readScale(const std::string &name, int64_t heads, int64_t dim,
                                      const Arguments &arguments) {
  ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findTensor(name, DType::F32, arguments));
  const bool one = tensor->shape == std::vector<int64_t>{1};
  const bool byChannel = tensor->shape == std::vector<int64_t>{heads, dim};
  if (!one && !byChannel && tensor->shape != std::vector<int64_t>{heads})
    return invalid("expected tensor '" + name + "' of shape [1], [" + std::to_string(heads) + "] or [" +
                   std::to_string(heads) + ", " + std::to_string(dim) + "], got " + shapeText(tensor->shape));
  std::vector<double> scales;
  for (int64_t head = 0; head < heads; ++head)
    for (int64_t e = 0; e < dim; ++e)
      scales.push_back(loadElement(*tensor, one         ? 0
                                            : byChannel ? head * tensor->stride(0) + e * tensor->stride(1)
                                                        : head * tensor->stride(0)));
  return scales;
}

/// A stored element; of 4 bits, the low or the high half of a byte.
double loadStored(const Parameter &cache, const Tensor &tensor, int64_t element, int64_t offset) {
  return cache.halfBytes ? loadHalf(tensor, offset, element % 2) : loadElement(tensor, offset);
}

/// What rounding to a dtype of 16 bits may do to a number up to `reach`.
double roundingError(double reach, DType dtype) {
  const bool half = dtype == DType::F16;
  if (half ? reach > rounding::kMaxF16 : reach > rounding::kMaxF32)
    return std::numeric_limits<double>::infinity();
  const double unit = half ? rounding::kUnitF16 : rounding::kUnitBF16;
  return std::max((unit + 2 * rounding::kUnitF32) * reach, half ? rounding::kTinyF16 : rounding::kTinyF32);
}

/// By CSR: whole pages, and a last one of 1 to `page` tokens; without a page no token.
Result<std::vector<int64_t>> lengthsOfPages(const Parameter &cache, int64_t requests,
                                            const Arguments &arguments) {
  ATTNC_ASSIGN_OR_RETURN(std::vector<int64_t> offsets, readIntegers("page_indptr", requests + 1, arguments));
  ATTNC_ASSIGN_OR_RETURN(std::vector<int64_t> last, readIntegers("last_page_len", requests, arguments));
  ATTNC_ASSIGN_OR_RETURN(const Tensor *indices, findTable(cache, requests, arguments));
  ATTNC_RETURN_IF_ERROR(checkOffsets("page_indptr", offsets, indices->shape[0]));
  std::vector<int64_t> lengths;
  for (int64_t i = 0; i < requests; ++i) {
    const int64_t pages = offsets[size_t(i) + 1] - offsets[size_t(i)];
    if (pages > 0 && (last[size_t(i)] < 1 || last[size_t(i)] > cache.page))
      return invalid("expected 1 to " + std::to_string(cache.page) + " in tensor 'last_page_len', got " +
                     std::to_string(last[size_t(i)]) + " of request " + std::to_string(i));
    lengths.push_back(pages > 0 ? (pages - 1) * cache.page + last[size_t(i)] : 0);
  }
  return lengths;
}

} // namespace

Result<std::vector<int64_t>> readCachedLengths(const KernelShape &kernel,
                                               const std::vector<int64_t> &queryLengths,
                                               const Arguments &arguments) {
  const Parameter &keys = kernel.tokens(Role::Key);
  const auto requests = int64_t(queryLengths.size());
  std::vector<int64_t> lengths;
  if (const std::string first = kernel.lengthsByFirst(); !first.empty()) {
    ATTNC_ASSIGN_OR_RETURN(lengths, readIntegers(first, requests, arguments));
    for (size_t i = 0; i < lengths.size(); ++i)
      lengths[i] = std::max<int64_t>(lengths[i] + queryLengths[i], 0);
  } else if (keys.csr) {
    ATTNC_ASSIGN_OR_RETURN(lengths, lengthsOfPages(keys, requests, arguments));
  } else if (kernel.keyLengths) {
    ATTNC_ASSIGN_OR_RETURN(lengths, readIntegers("kv_lens", requests, arguments));
  } else {
    auto given = arguments.dims.find(std::string_view("kv_len"));
    if (given == arguments.dims.end())
      return invalid("expected a value for dim 'kv_len', got none");
    lengths.assign(size_t(requests), given->second);
  }
  for (int64_t length : lengths)
    if (length < 0)
      return invalid("expected lengths of at least 0 in tensor 'kv_lens', got " + std::to_string(length));
  for (const Parameter &argument : kernel.arguments) {
    if (!isCache(argument))
      continue;
    ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findCache(argument, requests, arguments));
    if (argument.page)
      ATTNC_RETURN_IF_ERROR(findTable(argument, requests, arguments).status());
    if (argument.window && !argument.page && tensor->shape[argument.cacheAxes.find('n')] != argument.window)
      return invalid("expected tensor '" + argument.name + "' of " + std::to_string(argument.window) +
                     " slots a request, its window, got shape " + shapeText(tensor->shape));
    // What beams read is looked up token by token.
    for (int64_t request = 0; request < requests && kernel.attends && argument.beams.empty(); ++request) {
      const int64_t length = argument.held(lengths[size_t(request)], queryLengths[size_t(request)]);
      if (argument.page) {
        ATTNC_RETURN_IF_ERROR(checkPages(argument, request, length, arguments));
        continue;
      }
      const int64_t capacity = tensor->shape[argument.cacheAxes.find('n')];
      if (length > capacity && !argument.window)
        return invalid("expected lengths of at most the capacity of tensor '" + argument.name + "' (" +
                       std::to_string(capacity) + "), got " + std::to_string(length) + " of request " +
                       std::to_string(request));
    }
  }
  return lengths;
}

Result<TokenPlaces> TokenPlaces::of(const Parameter &cache, const std::vector<int64_t> &strides,
                                    int64_t request, const Arguments &arguments) {
  ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findTensor(cache.name, cache.dtype, arguments));
  TokenPlaces out(cache);
  auto stride = [&](char axis) {
    const size_t position = cache.cacheAxes.find(axis);
    return position == std::string::npos ? 0 : strides.empty() ? tensor->stride(position) : strides[position];
  };
  out.request = request;
  out.capacity = tensor->shape[cache.cacheAxes.find('n')];
  out.partHeads = cache.heads / (cache.cacheAxes.find('2') == std::string::npos ? 1 : 2);
  out.blockStride = stride(cache.page ? 'p' : 'b');
  out.partStride = stride('2');
  out.tokenStride = stride('n');
  out.headStride = stride('h');
  out.dimStride = stride('d');
  if (!cache.page)
    return out;
  out.pool = tensor->shape[0];
  ATTNC_ASSIGN_OR_RETURN(const Tensor *table, findTensor(cache.table, DType::I32, arguments));
  ATTNC_ASSIGN_OR_RETURN(TableRow row, tableRow(cache, *table, request, arguments));
  out.table = *table;
  out.entry = row.first;
  out.entries = row.count;
  return out;
}

int64_t TokenPlaces::slot(int64_t token) const {
  if (!cache.window || token < cache.keep)
    return token;
  const int64_t page = cache.page ? cache.page : 1, gap = (page - cache.keep % page) % page;
  return cache.keep + gap + (token - cache.keep) % (cache.window - cache.keep);
}

int64_t TokenPlaces::slotsOf(int64_t count) const {
  const int64_t last = cache.window ? std::min(count, cache.window) : count;
  return last ? slot(last - 1) + 1 : 0;
}

Status TokenPlaces::checkPlace(int64_t token, int64_t slot) const {
  if (slot < room())
    return Status::success();
  return invalid("expected room for slot " + std::to_string(slot) + " of request " + std::to_string(request) +
                 " in tensor '" + (cache.page ? cache.table : cache.name) + "', where token " +
                 std::to_string(token) + " lies, got " + std::to_string(room()) + " slots");
}

Result<int64_t> TokenPlaces::page(int64_t i) const {
  const int64_t at = entry + i;
  const int64_t offset = cache.csr
                             ? at * table.stride(0)
                             : at / table.shape[1] * table.stride(0) + at % table.shape[1] * table.stride(1);
  const auto page = int64_t(loadElement(table, offset));
  if (page < 0 || page >= pool)
    return invalid("expected pages from 0 to " + std::to_string(pool - 1) + " in tensor '" + cache.table +
                   "', got " + std::to_string(page) + " as page " + std::to_string(i) + " of request " +
                   std::to_string(request));
  return page;
}

Result<std::vector<double>> readCacheScales(const Parameter &cache, const Arguments &arguments) {
  const int64_t parts = cache.cacheAxes.find('2') == std::string::npos ? 1 : 2, heads = cache.heads / parts;
  std::vector<double> scales(size_t(cache.heads * cache.dim), 1);
  for (int64_t part = 0; part < parts; ++part)
    if (const std::string &name = part ? cache.valueScale : cache.scale; !name.empty()) {
      ATTNC_ASSIGN_OR_RETURN(std::vector<double> given, readScale(name, heads, cache.dim, arguments));
      std::copy(given.begin(), given.end(), scales.begin() + part * heads * cache.dim);
    }
  return scales;
}

/// Rows of quantised elements times their scales by token. A kernel rounds the products.
static void scaleRows(TokenRows &rows, const Parameter &cache, const TokenRows &scales, int64_t groups) {
  rows.errors.resize(rows.values.size(), 0);
  for (size_t i = 0; i < rows.values.size(); ++i) {
    const size_t at = i / size_t(cache.dim / groups);
    const double stored = rows.values[i], scale = scales.values[at];
    const double storedError = rows.errors[i], scaleError = scales.errors.empty() ? 0 : scales.errors[at];
    double error = storedError == 0 ? 0 : storedError * (std::fabs(scale) + scaleError);
    error += scaleError == 0 ? 0 : scaleError * std::fabs(stored);
    rows.values[i] = stored * scale;
    rows.errors[i] = std::isnan(rows.values[i])
                         ? 0
                         : error + roundingError(std::fabs(rows.values[i]) + error, cache.floats);
  }
}

/// Which request of its group each token of a request is read from: without beams the first, as there is one.
static Result<std::vector<int64_t>> readOwners(const Parameter &cache, int64_t request, int64_t count,
                                               const Arguments &arguments) {
  std::vector<int64_t> owners(size_t(count), 0);
  if (cache.beams.empty())
    return owners;
  ATTNC_ASSIGN_OR_RETURN(const Tensor *table, findTensor(cache.beams, DType::I32, arguments));
  if (table->shape.size() != 2 || table->shape[0] <= request || table->shape[1] < count)
    return invalid("expected tensor '" + cache.beams + "' of [batch, max_len] with " + std::to_string(count) +
                   " tokens of request " + std::to_string(request) + ", got " + shapeText(table->shape));
  if (table->shape[0] % cache.beamWidth != 0)
    return invalid("expected requests in groups of " + std::to_string(cache.beamWidth) + " beams, got " +
                   std::to_string(table->shape[0]));
  int64_t prompt = 0;
  if (!cache.prompts.empty()) {
    ATTNC_ASSIGN_OR_RETURN(std::vector<int64_t> prompts,
                           readIntegers(cache.prompts, table->shape[0], arguments));
    prompt = prompts[size_t(request)];
  }
  for (int64_t token = std::max<int64_t>(prompt, 0); token < count; ++token) {
    const auto beam = int64_t(loadElement(*table, request * table->stride(0) + token * table->stride(1)));
    if (beam < 0 || beam >= cache.beamWidth)
      return invalid("expected beams from 0 to " + std::to_string(cache.beamWidth - 1) + " in tensor '" +
                     cache.beams + "', got " + std::to_string(beam) + " for token " + std::to_string(token) +
                     " of request " + std::to_string(request));
    owners[size_t(token)] = beam;
  }
  return owners;
}

Result<TokenRows> readCachedRows(const CacheContent &content, const CacheContent &scaleContent,
                                 int64_t request, int64_t count, const Arguments &arguments) {
  const Parameter &cache = *content.cache;
  const ReferenceOutput *updated = content.updated;
  ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findTensor(cache.name, cache.dtype, arguments));
  ATTNC_ASSIGN_OR_RETURN(const std::vector<double> scales, readCacheScales(cache, arguments));
  Tensor copy = *tensor; // what is updated is contiguous
  if (updated)
    copy.strides.clear();
  std::vector<int64_t> strides;
  for (size_t axis = 0; axis < copy.shape.size(); ++axis)
    strides.push_back(copy.stride(axis));
  ATTNC_ASSIGN_OR_RETURN(const std::vector<int64_t> owners, readOwners(cache, request, count, arguments));
  std::vector<TokenPlaces> places; // of the requests of the group
  const int64_t first = request - request % cache.beamWidth;
  for (int64_t beam = 0; beam < cache.beamWidth; ++beam) {
    ATTNC_ASSIGN_OR_RETURN(TokenPlaces own, TokenPlaces::of(cache, strides, first + beam, arguments));
    places.push_back(std::move(own));
  }
  TokenRows rows;
  const int64_t perToken = cache.heads * cache.dim;
  rows.values.resize(size_t(count * perToken));
  rows.errors.resize(updated ? rows.values.size() : 0);
  for (int64_t token = 0; token < count; ++token) {
    const TokenPlaces &owner = places[size_t(owners[size_t(token)])];
    ATTNC_RETURN_IF_ERROR(owner.forEach(token, 0, cache.heads, [&](int64_t element, int64_t offset) {
      const double scale = scales[size_t(element)];
      const auto at = size_t(token * perToken + element);
      rows.values[at] = scale * (updated ? updated->values[updated->valueAt(offset, element)]
                                         : loadStored(cache, *tensor, element, offset));
      if (updated)
        rows.errors[at] = scale * updated->bounds[updated->valueAt(offset, element)];
    }));
  }
  if (scaleContent.cache) {
    ATTNC_ASSIGN_OR_RETURN(const TokenRows byToken,
                           readCachedRows(scaleContent, {}, request, count, arguments));
    scaleRows(rows, cache, byToken, scaleContent.cache->dim);
  }
  return rows;
}

void addScaleErrors(TokenRows &rows, const Parameter &cache) {
  rows.errors.resize(rows.values.size(), 0);
  for (const Rotation &rotation : cache.rotations)
    for (size_t i = 0; i < rows.values.size(); ++i)
      if (const auto head = int64_t(i) / cache.dim % cache.heads;
          head >= rotation.firstHead && head < rotation.firstHead + rotation.heads &&
          !std::isnan(rows.values[i]))
        rows.errors[i] += roundingError(std::fabs(rows.values[i]) + rows.errors[i], cache.floats);
}

Status addQueryScaleErrors(TokenRows &rows, const Parameter &queries, int64_t heads, int64_t kvHeads,
                           const Arguments &arguments) {
  ATTNC_ASSIGN_OR_RETURN(const std::vector<double> scales,
                         readScale(queries.keyScale, kvHeads, queries.dim, arguments));
  rows.errors.resize(rows.values.size(), 0);
  const int64_t row = queries.heads * queries.dim;
  for (int64_t start = 0; start < int64_t(rows.values.size()); start += row)
    for (int64_t i = 0; i < heads * queries.dim; ++i) {
      const int64_t kvHead = i / queries.dim / (heads / kvHeads);
      const double scale = std::fabs(scales[size_t(kvHead * queries.dim + i % queries.dim)]);
      if (scale == 0) // the products are 0, whatever the query
        continue;
      double &error = rows.errors[size_t(start + i)];
      error +=
          roundingError((std::fabs(rows.values[size_t(start + i)]) + error) * scale, queries.dtype) / scale;
    }
  return Status::success();
}

} // namespace attnc::reference
