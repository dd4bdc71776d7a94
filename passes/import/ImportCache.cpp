// ImportCache.cpp - the section `cache`: its arguments, what is read from it, and what is put there before.
#include "passes/import/SpecImporter.h"

using namespace mlir;
using namespace attnc;

static attn::CacheOrder cacheOrder(StringRef letters) { return *attn::symbolizeCacheOrder(letters); }

/// The caches, their scales, and the tables of their pages.
void SpecImporter::addCaches() {
  const CacheSpec &cache = *spec.cache;
  MLIRContext *context = builder.getContext();
  auto add = [&](StringRef name, StringRef order, int64_t dim, Type element) {
    addArgument(name,
                attn::CacheType::get(context, spec.kvHeads.value, dim, element, cacheOrder(order), cache.page,
                                     cache.combined, cache.window, cache.keep),
                loc(cache.where));
  };
  struct Part {
    StringRef name, order;
    int64_t dim;
    std::optional<DType> dtype;
    bool fourBits;
  };
  SmallVector<Part, 2> parts = {{"k", cache.orderK, spec.headDim.value, cache.dtypeK, cache.fourBitsK},
                                {"v", cache.orderV, spec.headDimV.value, cache.dtypeV, cache.fourBitsV}};
  for (const Part &part : ArrayRef(parts).take_front(cache.combined ? 1 : 2))
    add(cacheName(part.name), part.order, part.dim,
        part.fourBits ? builder.getIntegerType(4)
                      : *elementType(part.dtype.value_or(spec.dtype.value), cache.dtypeAt));
  for (const Part &part : parts) {
    if (!part.dtype || !isQuantised(*part.dtype))
      continue;
    const std::string name = scaleName(part.name);
    if (cache.scaleByToken) {
      if (part.name == "k" || !cache.combined) // a pair has those of both
        add(name, part.order, cache.scaleGroup ? part.dim / cache.scaleGroup : 1, builder.getF32Type());
      continue;
    }
    ArrayAttr shape = cache.scaleByHead ? builder.getStrArrayAttr({"kv_heads"}) : builder.getI64ArrayAttr(1);
    if (cache.scaleByChannel)
      shape = builder.getArrayAttr({builder.getStringAttr("kv_heads"), builder.getI64IntegerAttr(part.dim)});
    addArgument(name, attn::SideType::get(context, shape, builder.getF32Type()), loc(cache.dtypeAt));
  }
  if (spec.append && spec.append->atIndices)
    addArgument("write_indices",
                attn::SideType::get(context, builder.getStrArrayAttr({"batch"}), builder.getI32Type()),
                loc(spec.append->where));
  if (cache.beams && spec.attends()) {
    addArgument(
        "cache_indirection",
        attn::SideType::get(context, builder.getStrArrayAttr({"batch", "max_len"}), builder.getI32Type()),
        loc(cache.beams->where));
    if (cache.beams->sharedPrompt)
      addArgument("prompt_lens",
                  attn::SideType::get(context, builder.getStrArrayAttr({"batch"}), builder.getI32Type()),
                  loc(cache.beams->where));
  }
  if (!cache.isPaged())
    return;
  Type table = attn::SideType::get(context,
                                   cache.isCsr() ? builder.getStrArrayAttr({"total_pages"})
                                                 : builder.getStrArrayAttr({"batch", "max_pages"}),
                                   builder.getI32Type());
  SmallVector<StringRef> owners = {""};
  if (cache.ownTables)
    owners = {"k_", "v_"};
  for (StringRef owner : owners)
    addArgument((owner + tableName()).str(), table, loc(cache.where));
}

StringRef SpecImporter::tableName() const { return spec.cache->isCsr() ? "page_indices" : "block_table"; }

/// The argument that holds the keys or the values.
std::string SpecImporter::cacheName(StringRef part) const {
  return spec.cache->combined ? "kv_cache" : (part + "_cache").str();
}

/// The argument that holds their scales, if they are quantised.
std::string SpecImporter::scaleName(StringRef part) const {
  if (!spec.cache->scaleByToken)
    return (part + "_scale").str();
  return spec.cache->combined ? "kv_scales" : (part + "_scales").str();
}

/// The table of their pages; null where there are none.
Value SpecImporter::pagesOf(StringRef part) {
  if (!spec.cache->isPaged())
    return {};
  return arguments.lookup((spec.cache->ownTables ? part + "_" : "").str() + tableName().str());
}

/// k or v as its cache holds it.
Value SpecImporter::cached(StringRef name, int64_t dim) {
  const CacheSpec &cache = *spec.cache;
  Value tensor = arguments.lookup(cacheName(name));
  attn::Layout layout =
      spec.layout.value == TokenLayout::Packed ? attn::Layout::Packed : attn::Layout::Padded;
  Type tokens = attn::TokensType::get(builder.getContext(), spec.kvHeads.value, dim,
                                      *elementType(spec.dtype.value, spec.dtype.where), layout);
  return attn::CachedOp::create(builder, loc(cache.where), tokens, tensor, pagesOf(name),
                                arguments.lookup(scaleName(name)), arguments.lookup("cache_indirection"),
                                arguments.lookup("prompt_lens"), cache.combined && name == "v",
                                cache.beams ? builder.getI64IntegerAttr(cache.beams->width) : IntegerAttr());
}

/// Of a cyclic cache: whether it still holds a key, or it is one of those that are kept.
Value SpecImporter::isHeld(const ExprScope &scope) {
  const CacheSpec &cache = *spec.cache;
  mlir::Location where = loc(cache.windowAt);
  auto index = [&](int64_t value) { return arith::ConstantIndexOp::create(builder, where, value); };
  Value oldest = arith::SubIOp::create(builder, where, scope.kvLen, index(cache.window - cache.keep));
  Value held = arith::CmpIOp::create(builder, where, arith::CmpIPredicate::sge, scope.kv, oldest);
  if (cache.keep == 0)
    return held;
  Value kept = arith::CmpIOp::create(builder, where, arith::CmpIPredicate::slt, scope.kv, index(cache.keep));
  return arith::OrIOp::create(builder, where, kept, held);
}

/// New tokens behind those of a cache.
Value SpecImporter::join(Value prior, Value active) {
  return attn::JoinOp::create(builder, loc(spec.active), prior.getType(), prior, active);
}

/// The new keys and values, with their bias and rotated, go into the caches; what is read later is what they
/// are then.
void SpecImporter::appendTokens() {
  const int64_t heads = spec.queryHeads.value, kvHeads = spec.kvHeads.value;
  Value k = operand("k", heads, kvHeads, spec.headDim.value);
  if (spec.rope && spec.rope->ofK && !spec.rope->keysOnRead)
    k = rotate(attn::TokenRole::Keys, k);
  arguments["k_rotated"] = k;
  Value v = operand("v", heads + kvHeads, kvHeads, spec.headDimV.value);
  Value first = arguments.lookup("write_indices");
  for (auto [part, tokens] : {std::pair("k", k), std::pair("v", v)}) {
    Value &cache = arguments[cacheName(part)];
    const bool values = spec.cache->combined && StringRef(part) == "v";
    Value scale = arguments.lookup(scaleName(part));
    Type scales = spec.cache->scaleByToken && scale ? scale.getType() : Type();
    auto append = attn::AppendOp::create(builder, loc(spec.append->where), cache.getType(), scales, tokens,
                                         cache, pagesOf(part), scale, first, values);
    cache = append.getResult();
    if (scales)
      arguments[scaleName(part)] = append.getScales();
  }
}

/// The types of the caches that appends update, and their names.
SmallVector<Type> SpecImporter::updatedCaches(SmallVectorImpl<StringRef> &names) {
  SmallVector<Type> caches;
  for (auto [type, attrs] : llvm::zip_equal(types, attributes))
    if (isa<attn::CacheType>(type)) {
      caches.push_back(type);
      names.push_back(attrs.getAs<StringAttr>(attn::kNameAttr));
    }
  return caches;
}
