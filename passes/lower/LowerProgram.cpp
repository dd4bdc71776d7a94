// LowerProgram.cpp - the program around a kernel: tensors, scalars, workspaces, launches, and remarks for
// people.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

void KernelLowering::addTensor(StringRef name, Type element, ArrayRef<std::string> shape, bool output,
                               bool strided, int64_t alignment, bool anyStrides) {
  SmallVector<Attribute> axes;
  for (const std::string &axis : shape)
    axes.push_back(b.getStringAttr(axis));
  tensors.push_back(tile::TensorAttr::get(b.getContext(), name, element, b.getArrayAttr(axes), output,
                                          strided, alignment, anyStrides));
}

void KernelLowering::addTokensTensor(StringRef name, attn::TokensType type, bool queries, bool output) {
  SmallVector<std::string> shape;
  for (char axis : attn::axesOf(type.getLayout())) {
    std::string tokens = packed() ? (queries ? "total_q" : "total_kv") : queries ? "q_len" : "kv_len";
    shape.push_back(axis == 'b'   ? "batch"
                    : axis == 's' ? tokens
                                  : std::to_string(axis == 'h' ? type.getHeads() : type.getDim()));
  }
  const bool strided = attn::isStrided(type);
  addTensor(name, type.getElementType(), shape, output, /*strided=*/true,
            rowAlignment(type.getElementType(), strided), strided);
}

/// A cache, and the pages of it that requests have.
void KernelLowering::addCacheTensors(attn::CachedOp cached) {
  attn::CacheType type = cached.getCache().getType();
  auto name = [&](Value value) { return source.argumentName(cast<BlockArgument>(value).getArgNumber()); };
  auto isNew = [&](StringRef tensor) {
    return llvm::none_of(tensors,
                         [&](Attribute each) { return cast<tile::TensorAttr>(each).getName() == tensor; });
  };
  StringRef cache = name(cached.getCache());
  if (isNew(cache)) {
    SmallVector<std::string> shape;
    // Pools with tables of their own may have different numbers of pages.
    const bool own = cached.getPages() && name(cached.getPages()) != "block_table" &&
                     name(cached.getPages()) != "page_indices";
    for (char axis : type.axes())
      shape.push_back(axis == 'p'   ? (own ? cache.substr(0, 2).str() : "") + "pages"
                      : axis == 'b' ? "batch"
                      : axis == '2' ? "2"
                      : axis == 'n' ? type.isPaged() ? std::to_string(type.getPage()) : "capacity"
                                    : std::to_string(axis == 'h' ? type.getHeads() : type.getDim()));
    const bool strided = attn::isStrided(type);
    addTensor(cache, type.getElementType(), shape, /*output=*/false, /*strided=*/true,
              rowAlignment(type.getElementType(), strided), strided);
  }
  if (cached.getPages() && isNew(name(cached.getPages())))
    addTensor(name(cached.getPages()), b.getI32Type(),
              cached.isCsr() ? ArrayRef<std::string>{"total_pages"}
                             : ArrayRef<std::string>{"batch", "max_pages"},
              false, false, 4);
}

DictionaryAttr KernelLowering::remarks() {
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
  auto remark = [&](StringRef key, const Twine &json) { return b.getNamedAttr(key, b.getStringAttr(json)); };
  auto reason = source->getAttrOfType<StringAttr>("tile.schedule_reason");
  std::string why = reason ? ("\"" + reason.getValue() + "\"").str() : "null";
  std::string alternatives;
  if (auto weighed = source->getAttrOfType<ArrayAttr>("tile.schedule_alternatives"))
    for (auto text : weighed.getAsValueRange<StringAttr>())
      alternatives += ((alternatives.empty() ? "\"" : ", \"") + text + "\"").str();
  SmallVector<NamedAttribute> remarks = {
      remark("schedule.alternatives", "[" + alternatives + "]"),
      remark("schedule.reason", why),
      remark("schedule.packing", Twine(packing())),
      remark("mask.block_map", usesBlockMap() ? "true" : "false"),
      remark("mask.exact", proof.getExact() ? "true" : "false"),
      remark("mask.full", proof.getFull() ? quoted(proof.getFull()) : "null"),
      remark("mask.visit", "[" + visit + "]")};
  if (attn::CachedOp cached = attention.cachedKeys()) {
    for (Value tokens : {attention.getK(), attention.getV()}) {
      attn::CachedOp read = attn::tokenSource(tokens).cached;
      StringRef name = source.argumentName(cast<BlockArgument>(read.getCache()).getArgNumber());
      std::string key = ("tensor." + name + ".axes").str();
      if (llvm::none_of(remarks, [&](NamedAttribute each) { return each.getName() == key; }))
        remarks.push_back(remark(key, "\"" + read.getCache().getType().axes() + "\""));
    }
    remarks.push_back(remark("cache.page", Twine(cached.getCache().getType().getPage())));
    remarks.push_back(remark("cache.table", !cached.getPages() ? "\"none\""
                                            : cached.isCsr()   ? "\"csr\""
                                                               : "\"dense\""));
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
  for (Value operand : {attention.getQ(), attention.getK()})
    if (attn::RopeOp rope = attn::tokenSource(operand).rope)
      for (auto [side, content] :
           {std::pair(rope.getPositions(), "positions"), std::pair(rope.getCos(), "cosines"),
            std::pair(rope.getSin(), "sines"), std::pair(rope.getInverseFrequencies(), "frequencies")})
        if (side)
          describe(side, content);
  attention.walk([&](Operation *op) {
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

/// q, k, v and what they come from, their lengths, then the side tensors.
void KernelLowering::addInputs() {
  SmallVector<Attribute> sideTensors;
  std::swap(sideTensors, tensors); // collected while the views were built; they follow q, k, v
  bool self = attention.isSelfAttention();
  attn::CachedOp cached = attention.cachedKeys();
  llvm::SetVector<BlockArgument> arguments;
  for (Value tokens : {attention.getQ(), attention.getK(), attention.getV()})
    if (attn::TokenSource from = attn::tokenSource(tokens); !from.cached)
      arguments.insert(from.tokens);
  for (BlockArgument argument : arguments)
    addTokensTensor(source.argumentName(argument.getArgNumber()), cast<attn::TokensType>(argument.getType()),
                    /*queries=*/argument == arguments.front(), /*output=*/false);
  for (Value tokens : {attention.getK(), attention.getV()})
    if (cached)
      addCacheTensors(attn::tokenSource(tokens).cached);
  Type i32 = b.getI32Type();
  if (packed())
    addTensor("cu_q", i32, {"batch + 1"}, false, false, 4);
  else if (qLengthsVary())
    addTensor("q_lens", i32, {"batch"}, false, false, 4);
  if (cached && cached.isCsr()) {
    addTensor("page_indptr", i32, {"batch + 1"}, false, false, 4);
    addTensor("last_page_len", i32, {"batch"}, false, false, 4);
  } else if (packed() && !cached && !self) {
    addTensor("cu_kv", i32, {"batch + 1"}, false, false, 4);
  } else if (source.getLengths() != attn::Lengths::None && !self) {
    addTensor("kv_lens", i32, {"batch"}, false, false, 4);
  }
  tensors.append(sideTensors);
}

void KernelLowering::addOutputs() {
  addTokensTensor("out", attention.getOut().getType(), true, true);
  std::string heads = std::to_string(attention.getQ().getType().getHeads());
  for (auto [name, value] :
       llvm::zip_equal(attention.getStatistics().getAsValueRange<StringAttr>(), attention.getRest())) {
    SmallVector<std::string> shape = {heads};
    if (!isa<attn::SideType>(value.getType()))
      shape = packed() ? SmallVector<std::string>{"total_q", heads}
                       : SmallVector<std::string>{"batch", "q_len", heads};
    if (isa<attn::PairsType>(value.getType()))
      shape.push_back(keyCount());
    addTensor(name, b.getF32Type(), shape, true, false, 4);
    if (name == "debug_scores")
      for (StringRef dumped : {"debug_weights", "debug_row_max", "debug_row_sum"})
        addTensor(dumped, b.getF32Type(), shape, true, false, 4);
  }
}

void KernelLowering::addScalars() {
  for (BlockArgument argument : source.getBody().getArguments())
    if (argument.getType().isIntOrFloat()) {
      auto value = source.getArgAttrOfType<TypedAttr>(argument.getArgNumber(), attn::kDefaultAttr);
      FloatAttr fallback;
      if (auto integer = dyn_cast_or_null<IntegerAttr>(value))
        fallback = b.getF64FloatAttr(double(integer.getInt()));
      else if (auto real = dyn_cast_or_null<FloatAttr>(value))
        fallback = b.getF64FloatAttr(real.getValueAsDouble());
      scalars.push_back(tile::ScalarAttr::get(b.getContext(), source.argumentName(argument.getArgNumber()),
                                              argument.getType(), fallback));
    }
}

void KernelLowering::buildProgram() {
  addInputs();
  addOutputs();
  addScalars();
  SmallVector<Attribute> dims;
  if (packed())
    dims = {b.getStringAttr("q_len")};
  if (attention.cachedKeys() || (packed() && !attention.isSelfAttention()))
    dims.push_back(b.getStringAttr("kv_len"));

  std::string heads = std::to_string(attention.getQ().getType().getHeads());
  std::string tiles = rowTilesFormula();
  std::string words = wordsFormula();
  std::string maps = usesBlockMap() && masksByHead() ? heads : "1";
  SmallVector<Attribute> workspaces;
  if (usesBlockMap())
    workspaces.push_back(tile::WorkspaceAttr::get(
        b.getContext(), "block_map", "batch * " + maps + " * " + tiles + " * " + words + " * 8"));
  KernelLowering map(source, schedule), fill(source, schedule);
  if (usesBlockMap())
    map.buildBlockMap(attention);
  if (attention.statistic("max_logit"))
    fill.buildStatisticsFill(attention);
  program = tile::ProgramOp::create(b, source.getLoc(), source.getSymName(), b.getArrayAttr(tensors),
                                    b.getArrayAttr(scalars), b.getArrayAttr(dims), remarks(),
                                    b.getArrayAttr(workspaces));
  b.createBlock(&program.getBody());
  if (map.kernel)
    addLaunch(map, {tiles, maps == "1" ? words : maps + " * " + words, "batch"});
  if (fill.kernel)
    addLaunch(fill, {"1", "1", "1"});
  addLaunch(*this, {tiles, std::to_string(attention.getQ().getType().getHeads() / packing()), "batch"});
}

void KernelLowering::addLaunch(KernelLowering &launched, ArrayRef<std::string> grid) {
  SmallVector<Attribute> sources, formulas;
  for (auto &entry : launched.fields)
    sources.push_back(b.getStringAttr(entry.second.source));
  for (const std::string &formula : grid)
    formulas.push_back(b.getStringAttr(formula));
  tile::LaunchOp::create(b, loc, launched.kernel.getSymName(), b.getArrayAttr(formulas),
                         b.getArrayAttr(sources));
}
