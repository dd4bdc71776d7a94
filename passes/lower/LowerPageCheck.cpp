// LowerPageCheck.cpp - the launch of debug builds that finds out whether requests can be read from their
// caches, and new tokens put into them.
//
// A warp a request writes what is wrong to an output, and for the launches behind it how many tokens are
// readable, the table with page 0 in place of what is no page, and whose tokens are read with beam 0 in place
// of what is no beam: they read nothing that is not there. Launches that write see to that themselves.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// The code of block/check_pages.cuh.
static constexpr int64_t kBadLength = -1;

/// Whether somebody asks for reports: with the dumps of an attention, or where nothing attends alone.
bool KernelLowering::isDebugBuild() {
  return source->hasAttr(attn::kDebugAttr) ||
         llvm::any_of(source.getBody().getOps<attn::AttentionOp>(),
                      [](attn::AttentionOp each) { return bool(each.statistic("debug_scores")); });
}

/// A table of pages is checked for each pool that has one of its own; contiguous caches have one length.
SmallVector<attn::CacheAccess, 2> KernelLowering::checkedCaches() {
  if (!isDebugBuild())
    return {};
  SmallVector<attn::CacheAccess, 2> checked;
  for (const attn::CacheAccess &cache : caches())
    if (llvm::none_of(checked, [&](const attn::CacheAccess &each) { return each.pages == cache.pages; }))
      checked.push_back(cache);
  return checked;
}

/// "pages", or with tables of their own "k_pages" and "v_pages".
std::string KernelLowering::reportName(const attn::CacheAccess &cache) {
  const bool own = cache.pages && StringRef(poolDim(cache)) != "pages";
  return (own ? argument(cache.cache).substr(0, 2).str() : "") + "pages";
}

/// What a launch writes, or another one reads, for each request or entry of a table.
Value KernelLowering::checkedField(const attn::CacheAccess &cache, StringRef what, bool writable) {
  const std::string name = (what + "_" + reportName(cache)).str();
  return field(name, tile::PointerType::get(b.getContext(), b.getI32Type(), writable), "workspace:" + name);
}

/// Pages of the request that are in a CSR table: none where its part begins outside.
Value KernelLowering::listedPages() {
  Value entries = field("total_pages", b.getIndexType(), "dim:total_pages");
  Value left = arith::MinSIOp::create(b, loc, at.pages, sub(entries, at.firstPage));
  Value starts = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, at.firstPage, index(0));
  return arith::SelectOp::create(b, loc, starts, left, index(0));
}

/// No request has more keys than can be read, nor more than there is room for in dumps.
Value KernelLowering::readableKeys(Value length) {
  if (!checkedCaches().empty() && hasLengthTensor())
    length = arith::MinSIOp::create(b, loc, length, field("kv_len", b.getIndexType(), "dim:kv_len"));
  for (const attn::CacheAccess &cache : checkedCaches()) {
    Value readable = tile::LoadOp::create(b, loc, b.getIndexType(),
                                          checkedField(cache, "readable", /*writable=*/false), at.request);
    if (cache.beams)
      readable = arith::MinSIOp::create(b, loc, readable, field("max_len", b.getIndexType(), "dim:max_len"));
    if (joinsTokens())
      readable = add(readable, at.qLen);
    length = arith::MinSIOp::create(b, loc, length, readable);
  }
  return length;
}

/// The slots that tokens lie in, and the pages that hold them from the request's first entry on: what all
/// checks of a cache ask about.
template <class Op> void KernelLowering::setPlaces(Op check, const attn::CacheAccess &cache) {
  check.setRingAttr(ringDim(cache.type()));
  check.setKeepAttr(keepDim(cache.type()));
  if (!cache.pages)
    return;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(check);
  check.setPageAttr(pageDim(cache.type()));
  check.getTableMutable().assign(tablePointer(cache.pages));
  check.getFirstMutable().assign(firstEntry(cache));
  check.getPageCountMutable().assign(poolSize(cache));
}

Value KernelLowering::poolSize(const attn::CacheAccess &cache) {
  const std::string pool = poolDim(cache);
  return field(pool, b.getIndexType(), "dim:" + pool);
}

Value KernelLowering::checkReads(const attn::CacheAccess &cache, Value length, Value room) {
  auto check = tile::CheckPagesOp::create(b, loc, at.request, length, room,
                                          checkedField(cache, "readable", /*writable=*/true));
  setPlaces(check, cache);
  if (cache.pages)
    check.getCleanedMutable().assign(checkedField(cache, "cleaned", /*writable=*/true));
  return check;
}

Value KernelLowering::checkBeams(const attn::CacheAccess &cache, Value length, Value room) {
  buildGroup(cache);
  Value most = field("max_len", b.getIndexType(), "dim:max_len");
  auto check = tile::CheckBeamsOp::create(b, loc, length, room, tablePointer(cache.beams), firstBeamEntry(),
                                          constant("kBeams", cache.beamWidth), most, at.prompt,
                                          checkedField(cache, "beams", /*writable=*/true));
  setPlaces(check, cache);
  if (cache.pages)
    check.getStrideMutable().assign(field("max_pages", b.getIndexType(), "dim:max_pages"));
  return check;
}

Value KernelLowering::checkNewTokens(const attn::CacheAccess &cache, Value room) {
  Value oldest = cache.type().isCyclic() ? oldestToken(cache) : Value();
  auto check = tile::CheckAppendOp::create(b, loc, at.basePosition, at.qLen, room);
  setPlaces(check, cache);
  if (oldest)
    check.getOldestMutable().assign(oldest);
  return check;
}

/// Nothing but what one cache, or all that share a table, need.
void KernelLowering::checkCache(const attn::CacheAccess &cache, Value length) {
  const std::string name = reportName(cache);
  const std::string table = cache.pages ? argument(cache.pages).str() : "cache";
  auto named = [&](StringRef what, Value report) { return let((table + "_" + what).str(), report); };
  Value room = let(table + "_room", cacheEnd(cache));
  attn::CacheAccess own = cache; // the request's part of the table, and not its group's
  own.beams = {};
  SmallVector<Value> reports;
  if (at.lengthReport)
    reports.push_back(at.lengthReport);
  if (attention) {
    reports.push_back(named("report", checkReads(own, length, room)));
    if (cache.beams)
      reports.push_back(named("beams_report", checkBeams(cache, length, room)));
  }
  if (!appends().empty())
    reports.push_back(named("append_report", checkNewTokens(own, room)));
  Value to = field("debug_" + name, tile::PointerType::get(b.getContext(), b.getI32Type(), true),
                   "tensor:debug_" + name);
  tile::StoreReportOp::create(b, loc, reports, to, at.request);
}

/// More keys than dumps have room for, or of a CSR table no pages' length; null where neither can be.
Value KernelLowering::wrongLength() {
  auto compare = [&](Value a, arith::CmpIPredicate how, Value with) -> Value {
    return arith::CmpIOp::create(b, loc, how, a, with);
  };
  Value wrong;
  if (attention && hasLengthTensor())
    wrong = compare(at.kvLen, arith::CmpIPredicate::sgt, field("kv_len", b.getIndexType(), "dim:kv_len"));
  if (!caches().front().csr || !hasKeyLengths())
    return wrong;
  Value last = loadAt("last_page_len", at.request);
  Value any = compare(at.pages, arith::CmpIPredicate::sgt, index(0));
  Value none = arith::AndIOp::create(b, loc, any, compare(last, arith::CmpIPredicate::slt, index(1)));
  Value falls = compare(at.pages, arith::CmpIPredicate::slt, index(0));
  Value unlisted = arith::OrIOp::create(b, loc, falls, none);
  return wrong ? arith::OrIOp::create(b, loc, wrong, unlisted) : unlisted;
}

void KernelLowering::buildPageCheck(attn::AttentionOp checked) {
  attention = checked;
  checksPages = true;
  openKernel("_check_pages");
  section("The request of this block.");
  at.request = let("request", tile::BlockIdOp::create(b, loc, b.getIndexType(), 2, false));
  buildLengths();
  if (!appends().empty()) {
    at.basePosition = firstIndex(appends().front());
    if (!at.kvLen)
      at.kvLen = let("kv_len", add(at.basePosition, at.qLen));
  }
  // Of joined tokens the first ones; a length below 0 stays one.
  Value length = at.kvLen;
  if (joinsTokens()) {
    Value prior = arith::MaxSIOp::create(b, loc, sub(length, at.qLen), index(0));
    length = let("held", arith::MinSIOp::create(b, loc, prior, length));
  }
  if (Value wrong = wrongLength())
    at.lengthReport =
        let("length_report", arith::SelectOp::create(b, loc, wrong, index(kBadLength), index(0)));
  for (const attn::CacheAccess &cache : checkedCaches())
    checkCache(cache, length);
  closeKernel();
}

/// What the program takes and holds for the check.
void KernelLowering::addPageCheck(SmallVectorImpl<Attribute> &workspaces) {
  for (const attn::CacheAccess &cache : checkedCaches()) {
    const std::string name = reportName(cache);
    addTensor("debug_" + name, b.getI32Type(), {"batch"}, /*output=*/true, false, 4);
    auto hold = [&](StringRef what, StringRef elements) {
      workspaces.push_back(
          tile::WorkspaceAttr::get(b.getContext(), (what + "_" + name).str(), (elements + " * 4").str()));
    };
    if (!attention)
      continue;
    hold("readable", "batch");
    if (cache.pages)
      hold("cleaned", cache.csr ? "total_pages" : "batch * max_pages");
    if (cache.beams)
      hold("beams", "batch * max_len");
  }
}
