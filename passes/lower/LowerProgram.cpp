// LowerProgram.cpp - the program around a kernel: tensors, scalars, workspaces and launches.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

void KernelLowering::addTensor(StringRef name, Type element, ArrayRef<std::string> shape, bool output,
                               bool strided, int64_t alignment, bool anyStrides, bool inPlace) {
  SmallVector<Attribute> axes;
  for (const std::string &axis : shape)
    axes.push_back(b.getStringAttr(axis));
  tensors.push_back(tile::TensorAttr::get(b.getContext(), name, element, b.getArrayAttr(axes), output,
                                          strided, alignment, anyStrides, inPlace));
}

static StringRef nameOf(Attribute tensor) { return cast<tile::TensorAttr>(tensor).getName(); }

bool KernelLowering::hasTensor(StringRef name) {
  return llvm::any_of(tensors, [&](Attribute each) { return nameOf(each) == name; });
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

/// The tokens of a page, or those that a request has room for.
static std::string slotsOf(attn::CacheType type) {
  return type.isPaged()    ? std::to_string(type.getPage())
         : type.isCyclic() ? std::to_string(type.getWindow())
                           : "capacity";
}

/// A cache, and the pages of it that requests have.
void KernelLowering::addCacheTensors(const attn::CacheAccess &cache) {
  attn::CacheType type = cache.type();
  StringRef name = argument(cache.cache);
  if (!hasTensor(name)) {
    SmallVector<std::string> shape;
    for (char axis : type.axes())
      shape.push_back(axis == 'p'   ? poolDim(cache)
                      : axis == 'b' ? "batch"
                      : axis == '2' ? "2"
                      : axis == 'n' ? slotsOf(type)
                                    : std::to_string(axis == 'h' ? type.getHeads() : type.getStoredDim()));
    const bool updated = !appends().empty();
    addTensor(name, type.getStored(), shape, /*output=*/updated, /*strided=*/true, rowAlignment(cache),
              attn::isStrided(type), /*inPlace=*/updated);
  }
  if (cache.scaledByToken())
    addCacheTensors(cache.scales());
  if (cache.pages && !hasTensor(argument(cache.pages)))
    addTensor(argument(cache.pages), b.getI32Type(),
              cache.csr ? ArrayRef<std::string>{"total_pages"} : ArrayRef<std::string>{"batch", "max_pages"},
              false, false, 4);
  auto addSide = [&](BlockArgument side, ArrayRef<std::string> shape) {
    if (side && !hasTensor(argument(side)))
      addTensor(argument(side), b.getI32Type(), shape, false, false, 4);
  };
  addSide(cache.beams, {"batch", "max_len"});
  addSide(cache.prompts, {"batch"});
}

SmallVector<attn::CacheAccess, 2> KernelLowering::caches() {
  if (attention && attention.cachedKeys())
    return {attn::CacheAccess(attention.cachedKeys()),
            attn::CacheAccess(attn::tokenSource(attention.getV()).cached)};
  SmallVector<attn::CacheAccess, 2> all;
  for (attn::AppendOp append : appends())
    all.push_back(attn::CacheAccess(append));
  return all;
}

bool KernelLowering::hasKeyLengths() {
  Block &body = source.getBody().front();
  return !body.getOps<attn::AttentionOp>().empty() || !appends().front().getFirst();
}

/// What the attention reads that is in no cache, new keys and values beside one, and what is appended.
void KernelLowering::addTokenTensors() {
  llvm::SmallSetVector<BlockArgument, 4> arguments;
  BlockArgument queries;
  if (attention) {
    queries = attn::tokenSource(attention.getQ()).tokens;
    for (Value tokens : {attention.getQ(), attention.getK(), attention.getV()})
      if (attn::TokenSource from = attn::tokenSource(tokens); !from.cached)
        arguments.insert(from.tokens);
  }
  const size_t read = arguments.size();
  for (attn::AppendOp append : appends())
    arguments.insert(attn::tokenSource(append.getTokens()).tokens);
  if (attention)
    for (Value tokens : {attention.getK(), attention.getV()})
      if (attn::TokenSource active = attn::tokenSource(tokens).active(); active.tokens)
        arguments.insert(active.tokens);
  for (auto [index, tokens] : llvm::enumerate(arguments))
    addTokensTensor(argument(tokens), cast<attn::TokensType>(tokens.getType()),
                    /*queries=*/tokens == queries || index >= read, /*output=*/false);
}

/// How many tokens each request has, and where new ones begin.
void KernelLowering::addLengthTensors() {
  Type i32 = b.getI32Type();
  const bool cached = !caches().empty();
  if (packed())
    addTensor("cu_q", i32, {"batch + 1"}, false, false, 4);
  else if (qLengthsVary())
    addTensor("q_lens", i32, {"batch"}, false, false, 4);
  if (cached && caches().front().csr) {
    addTensor("page_indptr", i32, {"batch + 1"}, false, false, 4);
    if (hasKeyLengths())
      addTensor("last_page_len", i32, {"batch"}, false, false, 4);
  } else if (packed() && !cached && !isSelfAttention()) {
    addTensor("cu_kv", i32, {"batch + 1"}, false, false, 4);
  } else if (source.getLengths() != attn::Lengths::None && !isSelfAttention() &&
             (!cached || hasKeyLengths())) {
    addTensor("kv_lens", i32, {"batch"}, false, false, 4);
  }
  for (attn::AppendOp append : appends())
    if (append.getFirst() && !hasTensor(argument(append.getFirst())))
      addTensor(argument(append.getFirst()), i32, {"batch"}, false, false, 4);
}

/// Tokens and what they come from, their lengths, then the side tensors.
void KernelLowering::addInputs() {
  SmallVector<Attribute> sideTensors;
  std::swap(sideTensors, tensors); // collected while the views were built; they follow q, k, v
  addTokenTensors();
  for (const attn::CacheAccess &cache : caches())
    addCacheTensors(cache);
  addLengthTensors();
  for (auto side : llvm::map_range(sideTensors, llvm::CastTo<tile::TensorAttr>)) {
    auto *found = llvm::find_if(tensors, [&](Attribute each) { return nameOf(each) == side.getName(); });
    if (found == tensors.end())
      tensors.push_back(side);
    else if (cast<tile::TensorAttr>(*found).getAlignment() < side.getAlignment())
      *found = side; // two launches view it, and one takes more bytes at a time
  }
}

void KernelLowering::addOutputs() {
  for (auto [index, type] : llvm::enumerate(source.getResultTypes()))
    if (auto tokens = dyn_cast<attn::TokensType>(type)) // out, and keys as they are rotated
      addTokensTensor(source.resultName(index), tokens, true, true);
  if (!attention)
    return;
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

/// Null where each request is by itself.
IntegerAttr KernelLowering::requestGroup() {
  const int64_t width = caches().empty() ? 1 : caches().front().beamWidth;
  return width > 1 ? b.getI64IntegerAttr(width) : IntegerAttr();
}

/// The launches are built first: what they view is what the program takes.
void KernelLowering::buildProgram() {
  std::optional<KernelLowering> append, check, map, fill;
  if (!appends().empty())
    append.emplace(source, appendSchedule(source)).buildAppend();
  if (!checkedCaches().empty())
    check.emplace(source, warpSchedule(source)).buildPageCheck(attention);
  if (attention && usesBlockMap())
    map.emplace(source, schedule).buildBlockMap(attention);
  if (attention && attention.statistic("max_logit"))
    fill.emplace(source, schedule).buildStatisticsFill(attention);
  if (append)
    tensors.append(append->tensors);
  addInputs();
  addOutputs();
  addScalars();
  SmallVector<Attribute> dims;
  if (packed())
    dims = {b.getStringAttr("q_len")};
  if (caches().empty() ? packed() && !isSelfAttention() : hasKeyLengths())
    dims.push_back(b.getStringAttr("kv_len"));
  std::string tiles = rowTilesFormula(), words = wordsFormula();
  std::string maps = map && masksByHead() ? std::to_string(attention.getQ().getType().getHeads()) : "1";
  SmallVector<Attribute> workspaces;
  if (map)
    workspaces.push_back(tile::WorkspaceAttr::get(
        b.getContext(), "block_map", "batch * " + maps + " * " + tiles + " * " + words + " * 8"));
  addPageCheck(workspaces);
  program = tile::ProgramOp::create(b, source.getLoc(), source.getSymName(), b.getArrayAttr(tensors),
                                    b.getArrayAttr(scalars), b.getArrayAttr(dims), remarks(),
                                    b.getArrayAttr(workspaces), requestGroup());
  b.createBlock(&program.getBody());
  if (append)
    addLaunch(*append,
              {append->rowTilesFormula(), std::to_string(caches().front().type().getHeads()), "batch"});
  if (check)
    addLaunch(*check, {"1", "1", "batch"});
  if (map)
    addLaunch(*map, {tiles, maps == "1" ? words : maps + " * " + words, "batch"});
  if (fill)
    addLaunch(*fill, {"1", "1", "1"});
  if (attention)
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
