// LowerOperands.cpp - where the rows of q, k, v and out lie, and what is done to a tile of them before its
// use.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// What the addresses of rows are a multiple of, in bytes.
int64_t KernelLowering::rowAlignment(Type element, bool strided) {
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  return strided ? bytes : std::max(bytes, int64_t(source.getAlignment().value_or(16)));
}

/// Scales of a row fill no 16 bytes, unless they are a multiple of four.
int64_t KernelLowering::rowAlignment(const attn::CacheAccess &cache) {
  const int64_t alignment = rowAlignment(cache.type().getStored(), attn::isStrided(cache.type()));
  if (!cache.ofScales)
    return alignment;
  const int64_t bytes = cache.type().getDim() * cache.type().getStored().getIntOrFloatBitWidth() / 8;
  return std::min(alignment, bytes & -bytes);
}

/// A tensor's dims of strides, by axis.
Value KernelLowering::strideOf(StringRef tensor, StringRef axis, size_t position) {
  return field((tensor + "_" + axis + "_stride").str(), b.getI64Type(),
               "dim:" + tensor + ".stride" + Twine(position));
}

Value KernelLowering::viewRows(StringRef name, StringRef tensor, attn::TokensType type, tile::DimAttr columns,
                               Value head, Value firstToken, bool writable) {
  Type element = type.getElementType();
  Value pointer =
      field(tensor, tile::PointerType::get(b.getContext(), element, writable), "tensor:" + tensor);
  auto stride = [&](StringRef axis, char letter) {
    return strideOf(tensor, axis, attn::axesOf(type.getLayout()).find(letter));
  };
  Value tokenStride = stride("token", 's');
  Value start = packed() ? mul(widen(firstToken), tokenStride) : mul(widen(at.request), stride("batch", 'b'));
  Value offset = add(start, mul(widen(head), stride("head", 'h')));
  bool strided = attn::isStrided(type);
  // Of queries and outputs, with packing, a group of heads for each token.
  tile::DimAttr group = head == at.head ? groupDim() : tile::DimAttr();
  tile::GlobalRowsType rows =
      plainRows(columns, element, writable, rowAlignment(element, strided), strided, group);
  auto view = tile::ViewRowsOp::create(b, loc, rows, (name + "_rows").str(), pointer, offset,
                                       group ? stride("head", 'h') : tokenStride);
  if (strided)
    view.getColumnStrideMutable().assign(stride("column", 'd'));
  if (group)
    view.getBlockStrideMutable().assign(tokenStride);
  return view;
}

/// Rows that are in no pages and not looked up.
tile::GlobalRowsType KernelLowering::plainRows(tile::DimAttr columns, Type element, bool writable,
                                               int64_t alignment, bool strided, tile::DimAttr group) {
  return tile::GlobalRowsType::get(b.getContext(), columns, element, writable, alignment, strided,
                                   /*page=*/{}, group, /*ring=*/{}, /*keep=*/{}, /*beams=*/false);
}

StringRef KernelLowering::argument(Value value) {
  return source.argumentName(cast<BlockArgument>(value).getArgNumber());
}

/// Where the group of the request begins, once.
void KernelLowering::buildGroup(const attn::CacheAccess &cache) {
  if (at.firstBeam)
    return;
  Value beam = arith::RemSIOp::create(b, loc, at.request, constant("kBeams", cache.beamWidth));
  at.firstBeam = let("first_beam", sub(at.request, beam));
  at.prompt = cache.prompts ? let("prompt_len", loadAt(argument(cache.prompts), at.request)) : index(0);
}

tile::DimAttr KernelLowering::pageDim(attn::CacheType type) {
  return type.isPaged() ? tile::DimAttr::get(b.getContext(), "kPage", type.getPage()) : tile::DimAttr();
}

tile::DimAttr KernelLowering::ringDim(attn::CacheType type) {
  return type.isCyclic() ? tile::DimAttr::get(b.getContext(), "kRing", type.getWindow() - type.getKeep())
                         : tile::DimAttr();
}

tile::DimAttr KernelLowering::keepDim(attn::CacheType type) {
  return type.getKeep() ? tile::DimAttr::get(b.getContext(), "kKeep", type.getKeep()) : tile::DimAttr();
}

/// The tokens of the block's request, in a cache.
Value KernelLowering::viewCache(StringRef name, const attn::CacheAccess &cache, tile::DimAttr columns,
                                Value head, bool writable) {
  attn::CacheType type = cache.type();
  std::string axes = type.axes();
  StringRef tensor = argument(cache.cache);
  auto stride = [&](StringRef axis, char letter) { return strideOf(tensor, axis, axes.find(letter)); };
  Type element = type.getStored();
  Value pointer =
      field(tensor, tile::PointerType::get(b.getContext(), element, writable), "tensor:" + tensor);
  Value offset = mul(widen(head), stride("head", 'h'));
  if (cache.values)
    offset = add(stride("pair", '2'), offset);
  if (cache.beams)
    buildGroup(cache);
  Value first = cache.beams ? at.firstBeam : at.request;
  if (!type.isPaged())
    offset = add(mul(widen(first), stride("batch", 'b')), offset);
  bool strided = attn::isStrided(type);
  auto rows = tile::GlobalRowsType::get(b.getContext(), storedColumns(cache, columns), element, writable,
                                        rowAlignment(cache), strided, pageDim(type), /*group=*/{},
                                        ringDim(type), keepDim(type), bool(cache.beams));
  auto view =
      tile::ViewRowsOp::create(b, loc, rows, (name + "_rows").str(), pointer, offset, stride("token", 'n'));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(view);
  if (strided)
    view.getColumnStrideMutable().assign(stride("column", 'd'));
  if (type.isPaged())
    findPages(view, cache, stride("page", 'p'));
  if (type.isCyclic() && writable) {
    view.getOldestMutable().assign(oldestToken(cache));
    view.getSlotsMutable().assign(cacheEnd(cache));
  }
  if (cache.beams)
    findBeams(view, cache, type.isPaged() ? Value() : stride("batch", 'b'));
  return view;
}

/// Rows lie in the pages that the request has in a table. Stores pass over what is no page, so that no
/// cleaned table may name another one in its place.
void KernelLowering::findPages(tile::ViewRowsOp view, const attn::CacheAccess &cache, Value pageStride) {
  const bool writable = view.getRows().getType().getWritable();
  view.getBlockStrideMutable().assign(pageStride);
  view.getTableMutable().assign(isDebugBuild() && !writable ? checkedField(cache, "cleaned", false)
                                                            : tablePointer(cache.pages));
  view.getFirstPageMutable().assign(firstEntry(cache));
  if (writable)
    view.getPageCountMutable().assign(poolSize(cache));
}

/// Rows are those of one of the group's requests: of pages by its part of their table, else `batchStride`
/// apart.
void KernelLowering::findBeams(tile::ViewRowsOp view, const attn::CacheAccess &cache, Value batchStride) {
  view.getBeamsMutable().assign(isDebugBuild() ? checkedField(cache, "beams", /*writable=*/false)
                                               : tablePointer(cache.beams));
  view.getFirstBeamMutable().assign(firstBeamEntry());
  view.getRequestStrideMutable().assign(
      batchStride ? batchStride : widen(field("max_pages", b.getIndexType(), "dim:max_pages")));
  view.getPromptMutable().assign(at.prompt);
}

/// The request's first one in the table of beams.
Value KernelLowering::firstBeamEntry() {
  return mul(widen(at.request), widen(field("max_len", b.getIndexType(), "dim:max_len")));
}

Value KernelLowering::tablePointer(Value table) {
  StringRef name = argument(table);
  return field(name, tile::PointerType::get(b.getContext(), b.getI32Type(), false), "tensor:" + name);
}

/// The request's first one in its table, or that of the first of its beams.
Value KernelLowering::firstEntry(const attn::CacheAccess &cache) {
  return cache.csr ? widen(at.firstPage)
                   : mul(widen(cache.beams ? at.firstBeam : at.request),
                         widen(field("max_pages", b.getIndexType(), "dim:max_pages")));
}

/// The dim that says how many pages a pool has. Pools with tables of their own may differ in it.
std::string KernelLowering::poolDim(const attn::CacheAccess &cache) {
  StringRef table = argument(cache.pages);
  const bool own = table != "block_table" && table != "page_indices";
  return (own ? argument(cache.cache).substr(0, 2).str() : "") + "pages";
}

Operand KernelLowering::buildOperand(StringRef name, Value tokens, tile::DimAttr columns, Value head,
                                     Value firstToken) {
  attn::TokenSource from = attn::tokenSource(tokens);
  Operand operand;
  if (!from.cached) {
    static_cast<TokenViews &>(operand) = viewTokens(name, from, columns, head, firstToken);
    return operand;
  }
  operand.rope = from.rope;
  if (from.rope)
    operand.angles = buildRopeAngles(from.rope);
  const attn::CacheAccess cache(from.cached);
  operand.rows = viewCache(name, cache, columns, head, /*writable=*/false);
  if (attn::scaledInTiles(tokens))
    viewTileScales(name, cache, columns, head, operand);
  if (!from.join)
    return operand;
  if (!at.firstActive)
    at.firstActive = let("first_active", sub(at.kvLen, at.qLen));
  operand.active = viewTokens(("new_" + name).str(), from.active(), columns, head, at.qBegin);
  return operand;
}

/// Tokens that are in no cache.
TokenViews KernelLowering::viewTokens(StringRef name, const attn::TokenSource &from, tile::DimAttr columns,
                                      Value head, Value firstToken) {
  TokenViews tokens;
  tokens.rope = from.rope;
  if (from.rope)
    tokens.angles = buildRopeAngles(from.rope);
  auto type = cast<attn::TokensType>(from.tokens.getType());
  if (from.firstHead != 0)
    head = add(constant(name.ends_with("k") ? "kFirstKeyHead" : "kFirstValueHead", from.firstHead), head);
  tokens.rows =
      viewRows(name, source.argumentName(from.tokens.getArgNumber()), type, columns, head, firstToken,
               /*writable=*/false);
  if (from.bias)
    tokens.bias = viewBias(name, from.bias, type, columns, head);
  return tokens;
}

/// The head's row of a bias.
Value KernelLowering::viewBias(StringRef name, BlockArgument argument, attn::TokensType type,
                               tile::DimAttr columns, Value head) {
  StringRef bias = source.argumentName(argument.getArgNumber());
  Type element = type.getElementType();
  Value pointer = field(bias, tile::PointerType::get(b.getContext(), element, false), "tensor:" + bias);
  Value width = widen(constant(columns.getName(), columns.getSize()));
  int64_t alignment = rowAlignment(element, /*strided=*/false);
  tile::GlobalRowsType row = plainRows(columns, element, /*writable=*/false, alignment);
  Value view = tile::ViewRowsOp::create(b, loc, row, (name + "_bias_row").str(), pointer,
                                        mul(widen(head), width), width);
  if (!hasTensor(bias))
    addTensor(bias, element, {std::to_string(type.getHeads()), std::to_string(type.getDim())},
              /*output=*/false,
              /*strided=*/false, alignment);
  return view;
}

void KernelLowering::prepareRows(const TokenViews &tokens, Value tile, Value firstToken, TileRows rows) {
  if (tokens.bias)
    tile::AddRowOp::create(b, loc, tokens.bias, tile, rows.begin, rows.end, /*singly=*/false);
  if (tokens.rope)
    buildRope(tokens, tile, firstToken, rows);
}

void KernelLowering::prepareTile(const Operand &operand, Value tile, Value firstToken) {
  if (operand.bytes)
    tile::DequantiseOp::create(b, loc, operand.bytes, operand.scales, operand.scales ? firstToken : Value(),
                               tile,
                               /*singly=*/false);
  if (operand.channelScales)
    tile::ScaleRowOp::create(b, loc, operand.channelScales, tile, /*singly=*/false);
  if (operand.active && (operand.active->bias || operand.active->rope))
    prepareRows(*operand.active, tile, firstToken, {sub(at.firstActive, firstToken), {}});
  prepareRows(operand, tile, firstToken, {{}, newRows()});
}
