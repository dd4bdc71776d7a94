// AttnTokenOps.cpp - verifiers of the ops between arguments and attention, and the way back through them.
#include "dialect/attn/Attn.h"

using namespace mlir;
using namespace attnc::attn;

StringRef attnc::attn::axesOf(Layout layout) {
  return layout == Layout::Packed ? "shd" : layout == Layout::Padded ? "bshd" : stringifyLayout(layout);
}

bool attnc::attn::isStrided(TokensType type) { return axesOf(type.getLayout()).back() != 'd'; }

bool attnc::attn::isStrided(CacheType type) { return type.axes().back() != 'd'; }

TokenSource attnc::attn::tokenSource(Value tokens) {
  TokenSource source;
  if (auto rope = tokens.getDefiningOp<RopeOp>()) {
    source.rope = rope;
    tokens = rope.getTokens();
  }
  if (auto slice = tokens.getDefiningOp<SliceHeadsOp>()) {
    source.firstHead = slice.getFirst();
    tokens = slice.getTokens();
  }
  if (auto biased = tokens.getDefiningOp<AddBiasOp>()) {
    source.bias = dyn_cast<BlockArgument>(biased.getBias());
    tokens = source.bias ? biased.getTokens() : Value();
  }
  if (auto join = tokens ? tokens.getDefiningOp<JoinOp>() : JoinOp()) {
    source.join = join;
    tokens = join.getPrior();
  }
  if (auto cached = tokens ? tokens.getDefiningOp<CachedOp>() : CachedOp()) {
    source.cached = cached;
    tokens = cached.getCache();
  }
  source.tokens = source.cached ? cacheArgument(tokens) : dyn_cast_if_present<BlockArgument>(tokens);
  return source;
}

Type attnc::attn::storedElement(Value tokens) {
  CachedOp cached = tokenSource(tokens).cached;
  return cached ? cached.getCache().getType().getStored()
                : cast<TokensType>(tokens.getType()).getElementType();
}

bool attnc::attn::scaledInTiles(Value tokens) {
  TokenSource source = tokenSource(tokens);
  return source.cached && source.cached.getCache().getType().isQuantised() &&
         (source.rope || CacheAccess(source.cached).scaledByToken());
}

bool attnc::attn::scaledInQueries(Value keys) {
  CachedOp cached = tokenSource(keys).cached;
  return cached && CacheAccess(cached).scaledByChannel() && !scaledInTiles(keys);
}

bool attnc::attn::decodedInTiles(Value tokens) {
  CachedOp cached = tokenSource(tokens).cached;
  return cached && (cached.getCache().getType().hasHalfBytes() || scaledInTiles(tokens));
}

bool attnc::attn::columnsAreStrided(Value tokens) {
  TokenSource source = tokenSource(tokens);
  if (!source.cached)
    return isStrided(cast<TokensType>(tokens.getType()));
  return isStrided(source.cached.getCache().getType()) ||
         (source.join && isStrided(source.join.getActive().getType()));
}

TokenSource TokenSource::active() const {
  return join ? tokenSource(JoinOp(join).getActive()) : TokenSource();
}

LogicalResult SliceHeadsOp::verify() {
  TokensType tokens = getTokens().getType(), result = getResult().getType();
  int64_t first = getFirst(), end = first + result.getHeads();
  if (first < 0 || end > tokens.getHeads()) // C1
    return emitOpError("expected heads within ")
           << tokens.getHeads() << ", got " << first << " to " << end - 1;
  if (TokensType::get(getContext(), tokens.getHeads(), result.getDim(), result.getElementType(),
                      result.getLayout()) != tokens) // C2
    return emitOpError("expected tokens that differ in heads only, got ") << tokens << " and " << result;
  return success();
}

BlockArgument attnc::attn::cacheArgument(Value cache) {
  while (auto append = cache.getDefiningOp<AppendOp>())
    cache = cache == append.getResult() ? append.getCache() : append.getScale();
  return dyn_cast<BlockArgument>(cache);
}

bool CacheAccess::scaledByChannel() const {
  auto side = scale ? dyn_cast<SideType>(scale.getType()) : SideType();
  return side && side.getRank() == 2;
}

static bool isArgument(Value value) { return !value || isa<BlockArgument>(value); }

/// C5 for a cache of scales.
template <class Op> static LogicalResult verifyScales(Op op, CacheType scales) {
  CacheType cache = op.getCache().getType();
  const int64_t groups = scales.getDim();
  if (scales.getHeads() != cache.getHeads() || scales.getPage() != cache.getPage() ||
      scales.getPair() != cache.getPair() || cache.getDim() % groups != 0 ||
      scales.getWindow() != cache.getWindow() || scales.getKeep() != cache.getKeep() ||
      (!scales.getElementType().isF32() && !scales.getElementType().isF16()))
    return op.emitOpError("expected scales of f32 or f16 with the heads, pages and window of the cache, for "
                          "groups of its dim, got ")
           << scales << " for " << cache;
  if (!cacheArgument(op.getScale())) // C3
    return op.emitOpError("expected scales that are an argument of the kernel");
  return success();
}

/// C2 to C5 of attn.cached, for all that reaches into a cache.
template <class Op> static LogicalResult verifyAccess(Op op) {
  CacheType cache = op.getCache().getType();
  Builder builder(op.getContext());
  if (bool(op.getPages()) != cache.isPaged()) // C2
    return op.emitOpError("expected a page table for a paged cache and only for one, got ")
           << (op.getPages() ? "one" : "none") << " for " << cache;
  if (op.getPages()) {
    Attribute dense = builder.getStrArrayAttr({"batch", "max_pages"}),
              csr = builder.getStrArrayAttr({"total_pages"});
    SideType pages = op.getPages().getType();
    if (!pages.getElementType().isInteger(32) || (pages.getShape() != dense && pages.getShape() != csr))
      return op.emitOpError(
                 "expected a page table of i32, [\"batch\", \"max_pages\"] or [\"total_pages\"], got ")
             << pages;
  }
  if (!cacheArgument(op.getCache()) || !isArgument(op.getPages())) // C3
    return op.emitOpError("expected a cache and a page table that are arguments of the kernel");
  if (bool(op.getScale()) != cache.isQuantised()) // C5
    return op.emitOpError("expected a scale for a quantised cache and only for one, got ")
           << (op.getScale() ? "one" : "none") << " for " << cache;
  if (op.getScale()) {
    auto scale = dyn_cast<SideType>(op.getScale().getType());
    if (!scale)
      return verifyScales(op, cast<CacheType>(op.getScale().getType()));
    Attribute one = builder.getI64ArrayAttr(1), perHead = builder.getStrArrayAttr({"kv_heads"});
    Attribute perChannel =
        builder.getArrayAttr({builder.getStringAttr("kv_heads"), builder.getI64IntegerAttr(cache.getDim())});
    if (!scale.getElementType().isF32() || !isArgument(op.getScale()) ||
        (scale.getShape() != one && scale.getShape() != perHead && scale.getShape() != perChannel))
      return op.emitOpError(
                 "expected a scale that is an argument of f32, [1], [\"kv_heads\"] or [\"kv_heads\", ")
             << cache.getDim() << "], got " << scale;
  }
  if (op.getValues() && !cache.getPair()) // C4
    return op.emitOpError("expected 'values' of a pair only, got it of ") << cache;
  return success();
}

/// C1 of attn.cached but for the layout.
static bool holds(CacheType cache, TokensType tokens) {
  return cache.getHeads() == tokens.getHeads() && cache.getDim() == tokens.getDim() &&
         (cache.isQuantised() || cache.getElementType() == tokens.getElementType());
}

LogicalResult CachedOp::verify() {
  TokensType tokens = getResult().getType();
  Layout layout = tokens.getLayout();
  if (!holds(getCache().getType(), tokens) || (layout != Layout::Packed && layout != Layout::Padded)) // C1
    return emitOpError(
               "expected packed or padded tokens with the heads, dim and element type of the cache, got ")
           << getCache().getType() << " and " << tokens;
  Builder builder(getContext());
  for (auto [side, shape] : {std::pair(getBeams(), builder.getStrArrayAttr({"batch", "max_len"})),
                             std::pair(getPrompts(), builder.getStrArrayAttr({"batch"}))}) {
    if (side && (!side.getType().getElementType().isInteger(32) || side.getType().getShape() != shape ||
                 !isArgument(side))) // C6
      return emitOpError("expected an argument of i32, ") << shape << ", for beams, got " << side.getType();
  }
  if ((getPrompts() && !getBeams()) || bool(getBeams()) != bool(getBeamWidth())) // C6
    return emitOpError("expected beams with their width, and prompts beside them only");
  return verifyAccess(*this);
}

LogicalResult JoinOp::verify() {
  TokensType prior = getPrior().getType(), active = getActive().getType();
  auto cached = getPrior().getDefiningOp<CachedOp>();
  const TokenSource added = tokenSource(getActive());
  if (!cached || cached.getCache().getType().isQuantised() || !added.tokens || added.cached ||
      prior.getHeads() != active.getHeads() || prior.getDim() != active.getDim() ||
      prior.getElementType() != active.getElementType()) // C1
    return emitOpError(
               "expected tokens of a cache that is not quantised, and tokens of the kernel with their heads, "
               "dim and element type, got ")
           << prior << " and " << active;
  return success();
}

LogicalResult AppendOp::verify() {
  TokensType tokens = getTokens().getType();
  if (!holds(getCache().getType(), tokens)) // C1
    return emitOpError("expected tokens with the heads, dim and element type of the cache, got ")
           << tokens << " and " << getCache().getType();
  if (getFirst()) { // C3
    auto first = cast<SideType>(getFirst().getType());
    if (!first.getElementType().isInteger(32) || !isArgument(getFirst()) ||
        first.getShape() != Builder(getContext()).getStrArrayAttr({"batch"}))
      return emitOpError("expected first to be an argument of i32, [\"batch\"], got ") << first;
  }
  Type updated = getScales() ? getScales().getType() : Type();
  Type given = getScale() ? getScale().getType() : Type();
  if (updated != (isa_and_present<CacheType>(given) ? given : Type())) // C4
    return emitOpError("expected updated scales of the type of those given, got ")
           << updated << " and " << given;
  return verifyAccess(*this);
}

LogicalResult AddBiasOp::verify() {
  TokensType tokens = getTokens().getType();
  SideType bias = getBias().getType();
  Builder builder(getContext());
  ArrayAttr shape = builder.getArrayAttr(
      {builder.getI64IntegerAttr(tokens.getHeads()), builder.getI64IntegerAttr(tokens.getDim())});
  if (bias.getShape() != shape || bias.getElementType() != tokens.getElementType()) // C1
    return emitOpError("expected a bias of ")
           << SideType::get(getContext(), shape, tokens.getElementType()) << ", got " << bias;
  if (!isa<BlockArgument>(getTokens()) || !getTokens().hasOneUse()) // C2
    return emitOpError("expected tokens that are an argument without another use, got ") << getTokens();
  return success();
}

int64_t RopeOp::sideAxes(Value side) {
  auto type = cast<SideType>(side.getType());
  // [positions, dim/2] has a size where others name their tokens.
  return type.getRank() == 2 && isa<IntegerAttr>(type.getShape()[0]) ? 2 : 0;
}

bool RopeOp::sameAngles(RopeOp other) {
  auto sides = [](RopeOp op) { return std::tuple(op.getInverseFrequencies(), op.getCos(), op.getSin()); };
  return getFrequenciesAttr() == other.getFrequenciesAttr() && getDim() == other.getDim() &&
         getLongFrequenciesAttr() == other.getLongFrequenciesAttr() &&
         getNtkFactorAttr() == other.getNtkFactorAttr() &&
         getOriginalLengthAttr() == other.getOriginalLengthAttr() &&
         getAttentionFactorAttr() == other.getAttentionFactorAttr() && sides(*this) == sides(other);
}

/// Whether the axes but one are batch or 1, and that one is of tokens.
static bool isByToken(ArrayRef<Attribute> axes) {
  int tokens = 0;
  for (Attribute axis : axes) {
    if (auto size = dyn_cast<IntegerAttr>(axis)) {
      if (size.getInt() != 1)
        return false;
      continue;
    }
    StringRef name = cast<StringAttr>(axis).getValue();
    tokens += name == "q_len" || name == "kv_len" || name == "total_q" || name == "total_kv";
    if (name == "heads" || name == "kv_heads")
      return false;
  }
  return tokens == 1;
}

/// The size of an axis; 0 if it is a named dim.
static int64_t sizeOf(Attribute axis) {
  auto size = dyn_cast<IntegerAttr>(axis);
  return size ? size.getInt() : 0;
}

/// C2 to C5: where the angles come from.
static LogicalResult verifyAngles(RopeOp op) {
  int64_t pairs = op.pairs(),
          sources = bool(op.getFrequencies()) + bool(op.getInverseFrequencies()) + bool(op.getCos());
  if (sources != 1 || bool(op.getCos()) != bool(op.getSin())) // C2
    return op.emitOpError("expected one of frequencies, inverse_frequencies, and cos with sin, got ")
           << (sources == 1   ? "a half of the tables"
               : sources == 0 ? "none"
                              : "several");
  for (auto list : {op.getFrequencies(), op.getLongFrequencies()})
    if (list && int64_t(list->size()) != pairs) // C3
      return op.emitOpError("expected ") << pairs << " frequencies, got " << list->size();
  for (Value side : {op.getInverseFrequencies(), op.getCos(), op.getSin()}) {
    auto type = side ? cast<SideType>(side.getType()) : SideType();
    bool isFloat = type && (side == op.getInverseFrequencies()
                                ? type.getElementType().isF32() && type.getRank() == 1
                                : isa<FloatType>(type.getElementType()) && type.getRank() > 1);
    if (type && (!isFloat || sizeOf(type.getShape().getValue().back()) != pairs)) // C3
      return op.emitOpError("expected ") << pairs << " floats for the pairs of a token, got " << type;
  }
  if (op.getCos() && op.getCos().getType() != op.getSin().getType()) // C3
    return op.emitOpError("expected cos and sin of one type, got ")
           << op.getCos().getType() << " and " << op.getSin().getType();
  bool byLength = op.getLongFrequencies() || op.getNtkFactor();
  if (byLength != bool(op.getOriginalLength()) || (op.getLongFrequencies() && op.getNtkFactor()) ||
      (byLength && !op.getFrequencies()) || (op.getNtkFactor() && op.getDim() == 2)) // C4
    return op.emitOpError(
        "expected original_length with either long_frequencies or ntk_factor, beside frequencies");
  if (op.getCos() && op.getAttentionFactor()) // C5
    return op.emitOpError("expected an attention_factor in the tables, got one of its own");
  return success();
}

LogicalResult RopeOp::verify() {
  int64_t dim = getDim();
  if (dim < 2 || dim % 2 != 0 || dim > getTokens().getType().getDim()) // C1
    return emitOpError("expected an even dim up to ") << getTokens().getType().getDim() << ", got " << dim;
  if (failed(verifyAngles(*this)))
    return failure();
  if (tablesByToken()) {
    if (getPositions() || !isByToken(getCos().getType().getShape().getValue().drop_back())) // C8
      return emitOpError("expected tables by token, without positions, got ") << getCos().getType();
  }
  ArrayRef<int64_t> sections = getSections().value_or(ArrayRef<int64_t>());
  int64_t sum = 0;
  for (int64_t count : sections)
    sum += count > 0 ? count : pairs() + 1;
  if (getSections() &&
      (sections.size() < 2 || sections.size() > 4 || sum != pairs() || !getPositions())) // C7
    return emitOpError("expected 2 to 4 sections of ")
           << pairs() << " pairs together, with positions, got " << sum;
  if (!getPositions())
    return success();
  auto positions = cast<SideType>(getPositions().getType());
  ArrayRef<Attribute> axes = positions.getShape().getValue();
  if (getSections() && sizeOf(axes[0]) != int64_t(sections.size())) // C7
    return emitOpError("expected ") << sections.size() << " positions a token, got " << positions;
  if (!positions.getElementType().isInteger(32) || !isByToken(axes.drop_front(getSections() ? 1 : 0))) // C6
    return emitOpError("expected i32 positions by token, got ") << positions;
  return success();
}
