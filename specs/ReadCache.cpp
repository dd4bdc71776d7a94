// ReadCache.cpp - the section `cache` and the rules about it.
#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"
#include "specs/SpecCheck.h"
#include "specs/SpecReader.h"
#include "specs/SpecText.h"

#include <algorithm>

namespace attnc {
namespace {

constexpr int64_t kMaxPage = 256;

bool isOrder(const std::string &text) {
  return std::is_permutation(text.begin(), text.end(), keys::kCacheAxes.begin(), keys::kCacheAxes.end());
}

/// An order of n, h and d.
Result<std::string> readOrder(const YamlNode &node, std::string_view field) {
  if (!node.isScalar() || !isOrder(node.text)) // K4
    return Status(Code::InvalidSpec,
                  "expected an order of the letters n, h and d for " + inQuotes(field) + ", got " +
                      describe(node),
                  node.where);
  return node.text;
}

/// Of an element; two of i4 are in a byte.
struct Element {
  std::optional<DType> dtype;
  bool fourBits = false;
};

Result<Element> readDtype(const YamlNode &node, std::string_view field) {
  ATTNC_ASSIGN_OR_RETURN(size_t word, readChoice(node, field, keys::kCacheDtypes, keys::kNone));
  if (keys::kCacheDtypes[word] == "i4")
    return Element{DType::I8, true};
  return Element{*parseDType(keys::kCacheDtypes[word]), false};
}

/// A value for keys and values, or {k, v}.
template <class Part, class Read>
Status readParts(const YamlNode &node, std::string_view field, Part &k, Part &v, Read read) {
  if (node.kind != YamlNode::Kind::Map) {
    ATTNC_ASSIGN_OR_RETURN(k, read(node, field));
    v = k;
    return Status::success();
  }
  ATTNC_RETURN_IF_ERROR(checkKeys(node, inQuotes(field), keys::kCacheParts, keys::kNone));
  if (node.entries.empty()) // K4
    return fail("expected k, v or both in " + inQuotes(field) + ", got neither", node.where);
  for (const YamlEntry &entry : node.entries) {
    ATTNC_ASSIGN_OR_RETURN((entry.key == "k" ? k : v), read(entry.value, entry.key));
  }
  return Status::success();
}

/// What the reader has checked already; a spec may have been made without it.
Status checkForm(const CacheSpec &cache) {
  if (cache.page < 0 || cache.page > kMaxPage) // S53
    return fail("expected 'page' between 0 (a contiguous cache) and 256, got " + std::to_string(cache.page),
                cache.pageAt);
  if (!cache.isPaged() && (cache.ownTables || cache.table != PageTable::Dense)) // S53
    return fail("expected page tables only in a paged cache, got one in a contiguous one", cache.where);
  for (const std::string &order : {cache.orderK, cache.orderV})
    if (!isOrder(order)) // K4
      return fail("expected an order of the letters n, h and d of a cache, got " + inQuotes(order),
                  cache.orderAt);
  return Status::success();
}

} // namespace

Result<CacheSpec> readCache(const YamlEntry &entry) {
  const YamlNode &node = entry.value;
  CacheSpec cache;
  cache.where = entry.where;
  ATTNC_RETURN_IF_ERROR(expectMap(node, "cache"));
  ATTNC_RETURN_IF_ERROR(checkKeys(node, "'cache'", keys::kCache, keys::kNone));
  const YamlEntry *layout = node.find("layout");
  if (!layout) // K5
    return fail("expected 'layout' in 'cache', got none", node.where);
  ATTNC_ASSIGN_OR_RETURN(size_t paged, readChoice(layout->value, "layout", keys::kCacheLayouts, keys::kNone));
  if (const YamlEntry *page = node.find("page")) {
    ATTNC_ASSIGN_OR_RETURN(cache.page, readInt(page->value, "page", 1, kMaxPage)); // S53
    cache.pageAt = page->value.where;
  }
  if (const YamlEntry *table = node.find("table")) {
    ATTNC_ASSIGN_OR_RETURN(size_t csr, readChoice(table->value, "table", keys::kPageTables, keys::kNone));
    cache.table = csr ? PageTable::Csr : PageTable::Dense;
    cache.tableAt = table->value.where;
  }
  if (const YamlEntry *tables = node.find("tables")) {
    ATTNC_ASSIGN_OR_RETURN(size_t own, readChoice(tables->value, "tables", keys::kCacheTables, keys::kNone));
    cache.ownTables = own != 0;
    cache.ownTablesAt = tables->value.where;
  }
  if (const YamlEntry *pools = node.find("pools")) {
    ATTNC_ASSIGN_OR_RETURN(size_t combined,
                           readChoice(pools->value, "pools", keys::kCachePools, keys::kNone));
    cache.combined = combined != 0;
    cache.combinedAt = pools->value.where;
  }
  if (const YamlEntry *dtype = node.find("dtype")) {
    Element k, v;
    ATTNC_RETURN_IF_ERROR(readParts(dtype->value, "dtype", k, v, readDtype));
    cache.dtypeK = k.dtype;
    cache.dtypeV = v.dtype;
    cache.fourBitsK = k.fourBits;
    cache.fourBitsV = v.fourBits;
    cache.dtypeAt = dtype->value.where;
  }
  if (const YamlEntry *scale = node.find("scale")) {
    ATTNC_ASSIGN_OR_RETURN(size_t word, readChoice(scale->value, "scale", keys::kCacheScales, keys::kNone));
    cache.scaleByHead = keys::kCacheScales[word] == "head";
    cache.scaleByToken = keys::kCacheScales[word] == "token";
    cache.scaleByChannel = keys::kCacheScales[word] == "channel";
    cache.scaleAt = scale->value.where;
  }
  if (const YamlEntry *group = node.find("group")) {
    ATTNC_ASSIGN_OR_RETURN(cache.scaleGroup, readInt(group->value, "group", 16, 256)); // S86
    cache.groupAt = group->value.where;
  }
  if (const YamlEntry *order = node.find("order")) {
    ATTNC_RETURN_IF_ERROR(readParts(order->value, "order", cache.orderK, cache.orderV, readOrder));
    cache.orderAt = order->value.where;
  }
  ATTNC_RETURN_IF_ERROR(readCacheTokens(node, cache));
  if (paged && !cache.isPaged()) // S53
    return fail("expected 'page', the tokens of a page, in a paged cache, got none", node.where);
  for (auto [given, name] : {std::pair(cache.pageAt, "page"), std::pair(cache.tableAt, "table"),
                             std::pair(cache.ownTablesAt, "tables")})
    if (!paged && given.valid()) // S53
      return fail("expected '" + std::string(name) + "' only in a paged cache, got it in a contiguous one",
                  given)
          .note("the layout is given here", layout->value.where);
  return cache;
}

bool isQuantised(DType dtype) { return dtypeSize(dtype) == 1; }

/// Groups of dims that share a scale, and elements of which two are in a byte.
static Status checkSmallElements(const Spec &spec) {
  const CacheSpec &cache = *spec.cache;
  if (cache.scaleGroup != 0 && !cache.scaleByToken) // S86
    return fail("expected 'group' only with 'scale: token', got it without", cache.groupAt);
  struct Part {
    const std::optional<DType> &dtype;
    bool fourBits;
    int64_t dim;
    const std::string &order;
  };
  for (const Part &part : {Part{cache.dtypeK, cache.fourBitsK, spec.headDim.value, cache.orderK},
                           Part{cache.dtypeV, cache.fourBitsV, spec.headDimV.value, cache.orderV}}) {
    if (!part.dtype || !isQuantised(*part.dtype))
      continue;
    if (cache.scaleGroup != 0 && (cache.scaleGroup % 16 != 0 || part.dim % cache.scaleGroup != 0)) // S86
      return fail("expected a 'group' of a multiple of 16 dims that divides head_dim (" +
                      std::to_string(part.dim) + "), got " + std::to_string(cache.scaleGroup),
                  cache.groupAt);
    if (!part.fourBits)
      continue;
    if (part.dim % 32 != 0) // S87
      return fail("expected a head_dim that is a multiple of 32, one access of 16 bytes, where elements have "
                  "4 bits, got " +
                      std::to_string(part.dim),
                  spec.headDim.where)
          .note("the cache's dtype is given here", cache.dtypeAt);
    if (part.order.back() != 'd') // S87
      return fail("expected an order with d innermost where elements have 4 bits, two a byte, got " +
                      inQuotes(part.order),
                  cache.orderAt)
          .note("the cache's dtype is given here", cache.dtypeAt);
  }
  return Status::success();
}

/// What is stored, and its scale.
static Status checkElements(const Spec &spec) {
  const CacheSpec &cache = *spec.cache;
  bool quantised = false;
  for (const std::optional<DType> &dtype : {cache.dtypeK, cache.dtypeV}) {
    if (!dtype)
      continue;
    if (!isQuantised(*dtype) && *dtype != spec.dtype.value) // S58
      return fail("expected a cache of the dtype (" + std::string(dtypeName(spec.dtype.value)) +
                      ") or a quantised one, got " + std::string(dtypeName(*dtype)),
                  cache.dtypeAt)
          .note("the dtype is given here", spec.dtype.where);
    quantised |= isQuantised(*dtype);
  }
  if (cache.scaleAt.valid() && !quantised) // S58
    return fail("expected 'scale' only for a quantised cache, got it for one of " +
                    std::string(dtypeName(spec.dtype.value)),
                cache.scaleAt);
  ATTNC_RETURN_IF_ERROR(checkSmallElements(spec));
  if (!quantised)
    return Status::success();
  if (spec.dtype.value == DType::F32) // S59
    return fail("expected queries of f16 or bf16 where the cache is quantised, got f32", spec.dtype.where)
        .note("the cache's dtype is given here", cache.dtypeAt);
  if (spec.accumulate.value == DType::F16) // S59
    return fail("expected 'accumulate: f32' where the cache is quantised, got f16", spec.accumulate.where)
        .note("the cache's dtype is given here", cache.dtypeAt);
  for (const Located<int64_t> *dim : {&spec.headDim, &spec.headDimV})
    if (dim->value % 16 != 0) // S59
      return fail("expected a head_dim that is a multiple of 16, one access of 16 bytes, where the cache is "
                  "quantised, got " +
                      std::to_string(dim->value),
                  dim->where.valid() ? dim->where : spec.headDim.where)
          .note("the cache's dtype is given here", cache.dtypeAt);
  if (cache.combined && (cache.dtypeK.value_or(spec.dtype.value) != cache.dtypeV.value_or(spec.dtype.value) ||
                         cache.fourBitsK != cache.fourBitsV)) // S56
    return fail("expected one dtype of keys and values in combined pools, got two", cache.dtypeAt)
        .note("the pools are combined here", cache.combinedAt);
  return Status::success();
}

/// New keys and values beside a cache that lacks them.
static Status checkActive(const Spec &spec) {
  if (!spec.active.value)
    return Status::success();
  if (!spec.cache) // S90
    return fail("expected a 'cache' beside 'active' keys and values, got none", spec.active.where);
  if (spec.append) // S90
    return fail("expected new keys and values to be put into the cache or to be 'active' beside it, got both",
                spec.active.where)
        .note("they are appended here", spec.append->where);
  for (const std::optional<DType> &dtype : {spec.cache->dtypeK, spec.cache->dtypeV})
    if (dtype && isQuantised(*dtype)) // S91
      return fail("expected a cache of the dtype beside 'active' keys and values, which are never quantised, "
                  "got one of " +
                      std::string(dtypeName(*dtype)) + "; 'append' quantises new ones before they are read",
                  spec.cache->dtypeAt)
          .note("active keys and values are asked for here", spec.active.where);
  return Status::success();
}

Status checkCache(const Spec &spec) {
  ATTNC_RETURN_IF_ERROR(checkActive(spec));
  if (!spec.cache)
    return Status::success();
  const CacheSpec &cache = *spec.cache;
  ATTNC_RETURN_IF_ERROR(checkForm(cache));
  auto note = [&](Status status, std::string_view what, const Location &where) {
    return status.note(std::string(what) + " here", where);
  };
  ATTNC_RETURN_IF_ERROR(checkElements(spec));
  ATTNC_RETURN_IF_ERROR(checkCacheTokens(spec));
  if (spec.fusedQkv.value && !spec.hasNewTokens()) // S54
    return note(fail("expected q, k and v in tensors of their own where k and v are cached, got fused qkv",
                     spec.fusedQkv.where),
                "the cache is given", cache.where);
  if (spec.qkvBias.value && !spec.hasNewTokens()) // S54
    return note(
        fail("expected no 'qkv_bias' where k and v are cached, as they are stored with their bias, got one",
             spec.qkvBias.where),
        "the cache is given", cache.where);
  if (cache.isCsr() && spec.readsKeyLengths() && spec.layout.value != TokenLayout::Packed &&
      spec.lengths.value == LengthsKind::None) // S55
    return note(
        fail("expected 'lengths' kv or both where a CSR page table says how long requests are, got none",
             spec.lengths.where),
        "the table is given", cache.tableAt);
  if (!cache.combined)
    return Status::success();
  if (spec.headDimV.value != spec.headDim.value) // S56
    return note(fail("expected 'head_dim_v' to be head_dim (" + std::to_string(spec.headDim.value) +
                         ") where keys and values are in combined pools, got " +
                         std::to_string(spec.headDimV.value),
                     spec.headDimV.where),
                "the pools are combined", cache.combinedAt);
  if (cache.ownTables) // S56
    return note(
        fail("expected shared 'tables' where keys and values are in combined pools, got separate ones",
             cache.ownTablesAt),
        "the pools are combined", cache.combinedAt);
  if (cache.orderK != cache.orderV) // S56
    return note(fail("expected one order of keys and values in combined pools, got " +
                         inQuotes(cache.orderK) + " and " + inQuotes(cache.orderV),
                     cache.orderAt),
                "the pools are combined", cache.combinedAt);
  return Status::success();
}

std::string cacheText(const Spec &spec) {
  const CacheSpec &cache = *spec.cache;
  std::string out = "{layout: " + std::string(cache.isPaged() ? "paged" : "contiguous");
  if (cache.isPaged())
    out += ", page: " + std::to_string(cache.page) + ", table: " + (cache.isCsr() ? "csr" : "dense") +
           ", tables: " + (cache.ownTables ? "separate" : "shared");
  out += ", pools: " + std::string(cache.combined ? "combined" : "separate");
  const DType keys = cache.dtypeK.value_or(spec.dtype.value),
              values = cache.dtypeV.value_or(spec.dtype.value);
  const std::string k(cache.fourBitsK ? "i4" : dtypeName(keys)),
      v(cache.fourBitsV ? "i4" : dtypeName(values));
  if (k == v && isQuantised(keys))
    out += ", dtype: " + k;
  else if (k != v)
    out += ", dtype: {k: " + k + ", v: " + v + "}";
  if (isQuantised(keys) || isQuantised(values))
    out += std::string(", scale: ") + (cache.scaleByHead      ? "head"
                                       : cache.scaleByToken   ? "token"
                                       : cache.scaleByChannel ? "channel"
                                                              : "tensor");
  if (cache.scaleGroup != 0)
    out += ", group: " + std::to_string(cache.scaleGroup);
  out += cacheTokensText(cache);
  if (cache.orderK == cache.orderV)
    return out + ", order: " + cache.orderK + "}";
  return out + ", order: {k: " + cache.orderK + ", v: " + cache.orderV + "}}";
}

} // namespace attnc
