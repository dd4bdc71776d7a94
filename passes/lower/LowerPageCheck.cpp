// LowerPageCheck.cpp - the launch of debug builds that finds out whether requests can be read from their
// caches.
//
// A warp a request writes what is wrong to an output, and for the launches behind it how many tokens are
// readable and the table with page 0 in place of what is no page: they read nothing that is not there.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// A table of pages is checked for each pool that has one of its own; contiguous caches have one length.
SmallVector<attn::CacheAccess, 2> KernelLowering::checkedCaches() {
  if (!attention || !attention.statistic("debug_scores"))
    return {};
  SmallVector<attn::CacheAccess, 2> checked;
  for (const attn::CacheAccess &cache : caches()) {
    if (cache.type().isCyclic() || cache.beams)
      return {}; // their slots are not those of tokens 0 to kv_len
    if (llvm::none_of(checked, [&](const attn::CacheAccess &each) { return each.pages == cache.pages; }))
      checked.push_back(cache);
  }
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

/// Entries of the request's part of the table, and none where that is not in the table.
Value KernelLowering::checkedRoom(const attn::CacheAccess &cache) {
  if (!cache.csr)
    return cacheEnd(cache);
  Value entries = field("total_pages", b.getIndexType(), "dim:total_pages");
  Value left = arith::MinSIOp::create(b, loc, at.pages, sub(entries, at.firstPage));
  Value starts = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, at.firstPage, index(0));
  Value count = arith::SelectOp::create(b, loc, starts, left, index(0));
  return mul(count, constant("kPage", cache.type().getPage()));
}

/// No request has more keys than can be read.
Value KernelLowering::readableKeys(Value length) {
  for (const attn::CacheAccess &cache : checkedCaches()) {
    Value readable = tile::LoadOp::create(b, loc, b.getIndexType(),
                                          checkedField(cache, "readable", /*writable=*/false), at.request);
    if (joinsTokens())
      readable = add(readable, at.qLen);
    length = arith::MinSIOp::create(b, loc, length, readable);
  }
  return length;
}

void KernelLowering::buildPageCheck(attn::AttentionOp checked) {
  attention = checked;
  checksPages = true;
  openKernel("_check_pages");
  section("The request of this block.");
  at.request = let("request", tile::BlockIdOp::create(b, loc, b.getIndexType(), 2, false));
  buildLengths();
  Value length = at.kvLen;
  if (joinsTokens())
    length = let("held", arith::MaxSIOp::create(b, loc, sub(length, at.qLen), index(0)));
  auto i32 = [&](bool writable) { return tile::PointerType::get(b.getContext(), b.getI32Type(), writable); };
  for (const attn::CacheAccess &cache : checkedCaches()) {
    const std::string name = "debug_" + reportName(cache);
    Value report = field(name, i32(true), "tensor:" + name);
    Value readable = checkedField(cache, "readable", /*writable=*/true);
    Value room =
        let((cache.pages ? argument(cache.pages) + "_room" : Twine("room")).str(), checkedRoom(cache));
    if (!cache.pages) {
      tile::CheckPagesOp::create(b, loc, at.request, length, room, report, readable, Value(), Value(),
                                 Value(), Value(), tile::DimAttr());
      continue;
    }
    StringRef pages = argument(cache.pages);
    const std::string pool = poolDim(cache);
    tile::CheckPagesOp::create(b, loc, at.request, length, room, report, readable,
                               field(pages, i32(false), "tensor:" + pages), firstEntry(cache),
                               field(pool, b.getIndexType(), "dim:" + pool),
                               checkedField(cache, "cleaned", /*writable=*/true),
                               tile::DimAttr::get(b.getContext(), "kPage", cache.type().getPage()));
  }
  closeKernel();
}

/// What the program takes and holds for the check.
void KernelLowering::addPageCheck(SmallVectorImpl<Attribute> &workspaces) {
  for (const attn::CacheAccess &cache : checkedCaches()) {
    const std::string name = reportName(cache);
    addTensor("debug_" + name, b.getI32Type(), {"batch"}, /*output=*/true, false, 4);
    workspaces.push_back(tile::WorkspaceAttr::get(b.getContext(), "readable_" + name, "batch * 4"));
    if (cache.pages)
      workspaces.push_back(tile::WorkspaceAttr::get(b.getContext(), "cleaned_" + name,
                                                    cache.csr ? "total_pages * 4" : "batch * max_pages * 4"));
  }
}
