// LowerRemarks.cpp - what a program says about itself, for people and for those who make its inputs.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// The mask, and what is proved of it.
void KernelLowering::describeMask(SmallVectorImpl<NamedAttribute> &remarks) {
  auto proof = attention.getProofAttr();
  auto quoted = [&](attn::RangeAttr range) {
    std::string text;
    llvm::raw_string_ostream os(text);
    os << '"' << range.getLower() << " to " << range.getUpper() << '"';
    return text;
  };
  std::string visit;
  for (attn::RangeAttr range : proof.getVisit())
    visit += (visit.empty() ? "" : ", ") + quoted(range);
  remarks.append({remark("mask.block_map", usesBlockMap() ? "true" : "false"),
                  remark("mask.exact", proof.getExact() ? "true" : "false"),
                  remark("mask.full", proof.getFull() ? quoted(proof.getFull()) : "null"),
                  remark("mask.visit", "[" + visit + "]")});
}

NamedAttribute KernelLowering::remark(StringRef key, const Twine &json) {
  return b.getNamedAttr(key, b.getStringAttr(json));
}

DictionaryAttr KernelLowering::remarks() {
  auto reason = source->getAttrOfType<StringAttr>("tile.schedule_reason");
  std::string why = reason ? ("\"" + reason.getValue() + "\"").str() : "null";
  std::string alternatives;
  if (auto weighed = source->getAttrOfType<ArrayAttr>("tile.schedule_alternatives"))
    for (auto text : weighed.getAsValueRange<StringAttr>())
      alternatives += ((alternatives.empty() ? "\"" : ", \"") + text + "\"").str();
  SmallVector<NamedAttribute> remarks = {remark("schedule.alternatives", "[" + alternatives + "]"),
                                         remark("schedule.reason", why),
                                         remark("schedule.packing", Twine(packing()))};
  if (attention)
    describeMask(remarks);
  auto describeCache = [&](const attn::CacheAccess &cache) {
    std::string key = ("tensor." + argument(cache.cache) + ".axes").str();
    if (llvm::any_of(remarks, [&](NamedAttribute each) { return each.getName() == key; }))
      return;
    remarks.push_back(remark(key, "\"" + cache.type().axes() + "\""));
    if (cache.type().hasHalfBytes())
      remarks.push_back(remark(("tensor." + argument(cache.cache) + ".bits").str(), "4"));
  };
  for (const attn::CacheAccess &cache : caches()) {
    describeCache(cache);
    if (cache.scaledByToken())
      describeCache(cache.scales());
  }
  if (!caches().empty()) {
    const attn::CacheAccess cache = caches().front();
    if (joinsTokens())
      remarks.push_back(remark("cache.active", "true"));
    remarks.push_back(remark("cache.page", Twine(cache.type().getPage())));
    if (cache.type().isCyclic())
      remarks.append({remark("cache.window", Twine(cache.type().getWindow())),
                      remark("cache.keep", Twine(cache.type().getKeep()))});
    if (cache.beams)
      remarks.push_back(remark("cache.beams", Twine(cache.beamWidth)));
    remarks.push_back(remark("cache.table", !cache.pages ? "\"none\"" : cache.csr ? "\"csr\"" : "\"dense\""));
  }
  describeSideTensors(remarks);
  return b.getDictionaryAttr(remarks);
}

/// What a kernel relies on in the elements of a side tensor, for those who make or check them: `ascending`
/// rows, rows that ascend between `offsets`, the `parents` of a tree, or what a rotation reads: `positions`,
/// `cosines`, `sines` and `frequencies`.
void KernelLowering::describeSideTensors(SmallVectorImpl<NamedAttribute> &remarks) {
  llvm::StringMap<StringRef> contents;
  auto describe = [&](Value side, StringRef content) {
    if (auto argument = dyn_cast<BlockArgument>(side))
      contents.try_emplace(source.argumentName(argument.getArgNumber()), content);
  };
  for (auto rope : source.getBody().front().getOps<attn::RopeOp>())
    for (auto [side, content] :
         {std::pair(rope.getPositions(), "positions"), std::pair(rope.getCos(), "cosines"),
          std::pair(rope.getSin(), "sines"), std::pair(rope.getInverseFrequencies(), "frequencies")})
      if (side)
        describe(side, content);
  source.walk([&](Operation *op) {
    if (auto reaches = dyn_cast<attn::ReachesOp>(op))
      describe(reaches.getSide(), "parents");
    auto search = dyn_cast<attn::SearchOp>(op);
    if (!search)
      return;
    bool whole = true;
    for (Value end : {search.getFrom(), search.getTo()})
      if (auto cast = end.getDefiningOp<arith::IndexCastOp>())
        if (auto read = cast.getIn().getDefiningOp<attn::ReadOp>()) {
          describe(read.getSide(), "offsets");
          whole = false;
        }
    describe(search.getSide(), whole ? "ascending" : "ascending_parts");
  });
  for (auto &entry : contents)
    remarks.push_back(b.getNamedAttr(("tensor." + entry.getKey() + ".content").str(),
                                     b.getStringAttr("\"" + entry.getValue() + "\"")));
}
