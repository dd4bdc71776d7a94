// LowerAppend.cpp - the launch that puts new keys and values into their caches.
//
// A block takes some new tokens of one request and one KV head, of keys and of values: it copies them to
// shared memory, does there what the spec asks (bias, rotation, rounding to 8 or 4 bits), and stores them
// where the cache has their place.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// Rows of a block: decode has few tokens a request, and a warp is enough for them; else what takes a part of
/// the shared memory that every architecture has.
tile::ScheduleAttr attnc::lower::appendSchedule(attn::KernelOp kernel) {
  constexpr int64_t kMostBytes = 48 << 10;
  int64_t bytesOfRow = 0; // of keys and of values, as they come and as they are stored
  for (auto append : kernel.getBody().getOps<attn::AppendOp>()) {
    attn::TokensType tokens = append.getTokens().getType();
    bytesOfRow +=
        tile::SharedType::rowBytes(tokens.getDim(), tokens.getElementType().getIntOrFloatBitWidth() / 8);
    attn::CacheType cache = append.getCache().getType();
    if (cache.isQuantised())
      bytesOfRow += tile::SharedType::rowBytes(cache.getStoredDim(), 1);
  }
  int64_t warps = kernel->hasAttr(attn::kNewTokensAttr) ? 1 : 4;
  while (warps > 1 && 16 * warps * bytesOfRow > kMostBytes)
    warps /= 2;
  return tile::ScheduleAttr::get(kernel.getContext(), 16 * warps, 16, 1, warps, tile::MmaKind::Sync, false);
}

tile::ScheduleAttr attnc::lower::warpSchedule(attn::KernelOp kernel) {
  return tile::ScheduleAttr::get(kernel.getContext(), 16, 16, 1, 1, tile::MmaKind::Sync, false);
}

SmallVector<attn::AppendOp> KernelLowering::appends() {
  return SmallVector<attn::AppendOp>(source.getBody().front().getOps<attn::AppendOp>());
}

/// One append of keys and one of values, of tokens that are arguments, to one place.
LogicalResult KernelLowering::checkAppends() {
  if (appends().size() > 2)
    return appends()[2].emitOpError("expected at most two appends per kernel, got a third one");
  for (attn::AppendOp append : appends())
    if (!attn::tokenSource(append.getTokens()).tokens || attn::tokenSource(append.getTokens()).cached)
      return append.emitOpError("expected tokens that are an argument of the kernel or heads of one, got ")
             << append.getTokens();
  for (attn::AppendOp append : appends())
    if (append.getFirst() != appends().front().getFirst() || append.isCsr() != appends().front().isCsr())
      return append.emitOpError("expected keys and values to be appended at the same places, got others");
  return success();
}

/// The index among the request's tokens that its first new one gets.
Value KernelLowering::firstIndex(attn::AppendOp append) {
  if (append.getFirst())
    return let("first_index", loadAt(argument(append.getFirst()), at.request));
  return let("first_index", sub(at.kvLen, at.qLen));
}

/// Slots from it on are not there in the request's cache.
Value KernelLowering::cacheEnd(const attn::CacheAccess &cache) {
  if (!cache.type().isPaged())
    return cache.type().isCyclic() ? constant("kWindow", cache.type().getWindow())
                                   : field("capacity", b.getIndexType(), "dim:capacity");
  Value pages = !cache.csr       ? field("max_pages", b.getIndexType(), "dim:max_pages")
                : isDebugBuild() ? listedPages()
                                 : at.pages;
  return mul(pages, constant("kPage", cache.type().getPage()));
}

/// Of a cyclic cache: the first token that it holds after the launch, but for those that are kept.
Value KernelLowering::oldestToken(const attn::CacheAccess &cache) {
  if (!at.oldest) {
    Value length = at.kvLen;
    if (appends().front().getFirst() && hasKeyLengths())
      length = arith::MaxSIOp::create(b, loc, length, add(at.basePosition, at.qLen));
    attn::CacheType type = cache.type();
    at.oldest = let("oldest", sub(length, constant("kRing", type.getWindow() - type.getKeep())));
  }
  return at.oldest;
}

void KernelLowering::buildAppend() {
  nameDims();
  tileQ = tile::DimAttr::get(b.getContext(), "kTileNew", schedule.getTileQ());
  openKernel("_append");
  section("The request, the KV head and the new tokens of this block.");
  attn::AppendOp first = appends().front();
  at.request = let("request", tile::BlockIdOp::create(b, loc, b.getIndexType(), 2, false));
  at.kvHead = at.head = let("kv_head", tile::BlockIdOp::create(b, loc, b.getIndexType(), 1, false));
  Value tileIndex = tile::BlockIdOp::create(b, loc, b.getIndexType(), 0, /*from_end=*/false);
  at.firstRow = let("first_row", mul(tileIndex, constant(tileQ.getName(), tileQ.getSize())));
  buildLengths();
  at.rows = at.qLen;
  // Rows of padding are there for the keys that the kernel returns: zeros.
  Value end = returnedKeys() ? at.rowsEnd : at.rows;
  tile::ExitIfOp::create(b, loc, arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, at.firstRow, end));
  at.basePosition = firstIndex(first);
  if (!at.kvLen)
    at.kvLen = let("kv_len", add(at.basePosition, at.qLen));
  at.firstPosition = let("first_position", add(at.basePosition, at.firstRow));

  section("Load the new keys and values.");
  SmallVector<NewTokens, 2> all;
  for (auto [append, part, columns, width] :
       llvm::zip(appends(), ArrayRef<StringRef>{"k", "v"}, ArrayRef{keyDim, valueDim},
                 ArrayRef{keyWidth, valueWidth}))
    all.push_back(loadNewTokens(append, part, columns, width));
  tile::CommitOp::create(b, loc);
  for (NewTokens &tokens : all)
    storeNewTokens(tokens);
  closeKernel();
}

NewTokens KernelLowering::loadNewTokens(attn::AppendOp append, StringRef part, tile::DimAttr columns,
                                        tile::DimAttr width) {
  NewTokens tokens{
      append, part, buildOperand(part, append.getTokens(), columns, at.kvHead, at.qBegin), columns, {}};
  auto type =
      tile::SharedType::get(b.getContext(), tileQ, width, append.getTokens().getType().getElementType());
  tokens.tile = tile::AllocOp::create(b, loc, type, (part + "_tile").str(), IntegerAttr());
  tile::CopyAsyncOp::create(b, loc, tokens.operand.rows, at.firstRow, index(0), at.rows, tokens.tile,
                            Value());
  return tokens;
}

void KernelLowering::storeNewTokens(NewTokens &tokens) {
  attn::CacheAccess cache(tokens.append);
  section(tokens.part == "k" ? "Keys: what is done to them, and into the cache." : "Values likewise.");
  prepareTile(tokens.operand, tokens.tile, at.firstPosition);
  if (std::optional<unsigned> result = returnedKeys(); result && tokens.operand.rope) {
    StringRef name = source.resultName(*result);
    Value rows = viewRows(name, name, cast<attn::TokensType>(source.getResultTypes()[*result]),
                          tokens.columns, at.kvHead, at.qBegin, /*writable=*/true);
    tile::StoreRowsOp::create(b, loc, tokens.tile, rows, at.firstRow, at.rowsEnd, Value());
  }
  Value rows = viewCache((tokens.part + "_cache").str(), cache, tokens.columns, at.kvHead, /*writable=*/true);
  Value end = add(at.basePosition, at.rows);
  Value last = cache.type().isCyclic() ? end : Value(arith::MinSIOp::create(b, loc, end, cacheEnd(cache)));
  last = let((tokens.part + "_end").str(), last);
  Value stored = cache.type().isQuantised() ? quantise(tokens, cache, last) : tokens.tile;
  tile::StoreRowsOp::create(b, tokens.append.getLoc(), stored, rows, at.firstPosition, last, index(0));
}

/// The result that is keys as they are rotated before they are stored; nothing if they are not asked for.
std::optional<unsigned> KernelLowering::returnedKeys() {
  for (auto [index, value] : llvm::enumerate(source.getBody().front().getTerminator()->getOperands()))
    if (value.getDefiningOp<attn::RopeOp>())
      return index;
  return std::nullopt;
}
