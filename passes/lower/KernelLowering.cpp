// KernelLowering.cpp - storage, the key loop and the epilogue of a kernel.
#include "passes/lower/KernelLowering.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

constexpr double kLog2E = 1.4426950408889634;

KernelLowering::KernelLowering(attn::KernelOp source, tile::ScheduleAttr schedule)
    : source(source), schedule(schedule), b(source), loc(source.getLoc()) {
  MLIRContext *context = b.getContext();
  tileQ = tile::DimAttr::get(context, "kTileQ", schedule.getTileQ());
  tileKv = tile::DimAttr::get(context, "kTileKv", schedule.getTileKv());
  stages = tile::DimAttr::get(context, "kStages", schedule.getStages());
}

//===- Small builders ---------------------------------------------------------------------------------===//

Value KernelLowering::field(StringRef name, Type type, const Twine &from) {
  // A user's tensor or scalar may have the name of one of our fields: what they come from tells them apart.
  std::string source = from.str(), unique = name.str();
  auto taken = [&] { return fields.contains(unique) && fields.find(unique)->second.source != source; };
  for (int suffix = 2; taken(); ++suffix)
    unique = (name + "_" + Twine(suffix)).str();
  // Interned: the map's keys must outlive the string.
  StringRef key = StringAttr::get(b.getContext(), unique).getValue();
  auto [found, inserted] = fields.insert({key, FieldInfo{Value(), source}});
  if (inserted)
    found->second.value = kernel.getBody().front().addArgument(type, loc);
  return found->second.value;
}

Value KernelLowering::index(int64_t value) {
  Value &cached = indexConstants[value];
  if (!cached) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&kernel.getBody().front());
    cached = arith::ConstantIndexOp::create(b, loc, value);
  }
  return cached;
}

Value KernelLowering::constant(StringRef name, int64_t value) {
  return tile::ConstantOp::create(b, loc, name, b.getIndexAttr(value));
}

Value KernelLowering::constant(StringRef name, float value) {
  return tile::ConstantOp::create(b, loc, name, b.getF32FloatAttr(value));
}

Value KernelLowering::let(StringRef name, Value value) {
  return tile::LetOp::create(b, loc, value.getType(), name, value);
}

Value KernelLowering::add(Value a, Value c) { return arith::AddIOp::create(b, loc, a, c); }
Value KernelLowering::sub(Value a, Value c) { return arith::SubIOp::create(b, loc, a, c); }
Value KernelLowering::mul(Value a, Value c) { return arith::MulIOp::create(b, loc, a, c); }

Value KernelLowering::widen(Value value) { return arith::IndexCastOp::create(b, loc, b.getI64Type(), value); }

void KernelLowering::section(StringRef title) { tile::SectionOp::create(b, loc, title); }

//===- Kernel -----------------------------------------------------------------------------------------===//

LogicalResult KernelLowering::checkBody() {
  for (Operation &op : source.getBody().front()) {
    if (auto found = dyn_cast<attn::AttentionOp>(op)) {
      if (attention)
        return op.emitOpError("expected one attention per kernel, got a second one");
      attention = found;
    } else if (!isa<attn::ReturnOp, attn::SliceHeadsOp, attn::AddBiasOp, attn::CachedOp, attn::AppendOp,
                    attn::JoinOp, attn::RopeOp, arith::ConstantOp>(op)) {
      return op.emitOpError("has no lowering to tile");
    }
  }
  if (failed(checkAppends()))
    return failure();
  if (!attention && appends().empty())
    return source.emitOpError("expected an attention or an append, got neither");
  if (!attention)
    return success();
  if (!attention.getProofAttr())
    return attention.emitOpError("expected a mask proof, got none: run attn-analyze-mask first");
  for (Value tokens : {attention.getQ(), attention.getK(), attention.getV()})
    if (!attn::tokenSource(tokens).tokens)
      return attention.emitOpError("expected q, k and v to be arguments of the kernel or heads of one, got ")
             << tokens;
  return success();
}

LogicalResult KernelLowering::run() {
  if (failed(checkBody()))
    return failure();
  if (!attention) {
    buildProgram();
    return success();
  }
  nameDims();
  openKernel("_fwd");
  buildScalars();
  buildKeyBounds();
  buildStorageAndLoop();
  closeKernel();
  buildProgram();
  return success();
}

void KernelLowering::openKernel(StringRef suffix) {
  kernel =
      tile::KernelOp::create(b, source.getLoc(), (source.getSymName() + suffix).str(),
                             b.getFunctionType({}, {}), schedule, IntegerAttr(), ArrayAttr(), ArrayAttr());
  b.setInsertionPointToEnd(b.createBlock(&kernel.getBody()));
  loc = attention ? attention.getLoc() : source.getLoc();
}

void KernelLowering::closeKernel() {
  tile::ReturnOp::create(b, loc);
  kernel.setFunctionType(b.getFunctionType(kernel.getBody().getArgumentTypes(), {}));
  SmallVector<Attribute> names;
  for (auto &entry : fields)
    names.push_back(b.getDictionaryAttr(b.getNamedAttr(tile::kNameAttr, b.getStringAttr(entry.first))));
  kernel.setArgAttrsAttr(b.getArrayAttr(names));
  b.setInsertionPoint(source);
}

/// One name where q and v agree; a tile's own where its columns are rounded up.
void KernelLowering::nameDims() {
  const auto dimOf = [](Value tokens) { return cast<attn::TokensType>(tokens.getType()).getDim(); };
  int64_t keys = attention ? dimOf(attention.getK()) : dimOf(appends().front().getTokens());
  int64_t values = attention ? dimOf(attention.getV()) : dimOf(appends().back().getTokens());
  auto dim = [&](StringRef name, int64_t size) { return tile::DimAttr::get(b.getContext(), name, size); };
  auto padded = [&](tile::DimAttr exact) {
    int64_t size = llvm::alignTo(exact.getSize(), 16);
    return size == exact.getSize() ? exact : dim((exact.getName() + "Padded").str(), size);
  };
  keyDim = dim(keys == values ? "kHeadDim" : "kHeadDimQk", keys);
  valueDim = keys == values ? keyDim : dim("kHeadDimV", values);
  keyWidth = padded(keyDim);
  valueWidth = padded(valueDim);
}

void KernelLowering::buildStorageAndLoop() {
  MLIRContext *context = b.getContext();
  Type element = attention.getQ().getType().getElementType();
  int64_t warps = schedule.getWarps();
  auto alloc = [&](StringRef name, Type type) -> Value {
    return tile::AllocOp::create(b, loc, type, name, IntegerAttr());
  };

  section("Tensors.");
  Operand q = buildOperand("q", attention.getQ(), keyDim, at.head, at.qBegin);
  Operand k = buildOperand("k", attention.getK(), keyDim, at.kvHead, at.kvBegin);
  Operand v = buildOperand("v", attention.getV(), valueDim, at.kvHead, at.kvBegin);
  buildSideViews();
  buildCacheScales();
  buildDumpRows();

  section("Storage.");
  Value qTile = alloc("q_tile", tile::SharedType::get(context, tileQ, keyWidth, element));
  Value kTile = allocTile("k", attention.getK(), keyWidth, k);
  Value vTile = allocTile("v", attention.getV(), valueWidth, v);
  auto scoresType = tile::FragmentType::get(context, tileQ, tileKv, warps);
  Value scores = alloc("scores", scoresType);
  Value acc = alloc("acc", tile::FragmentType::get(context, tileQ, valueWidth, warps));
  Value rowMax = alloc("row_max", tile::RowVectorType::get(context, tileQ, warps));
  Value rowSum = alloc("row_sum", tile::RowVectorType::get(context, tileQ, warps));
  tile::FillOp::create(b, loc, acc, b.getF32FloatAttr(0));
  tile::FillOp::create(b, loc, rowMax, b.getF32FloatAttr(-std::numeric_limits<float>::infinity()));
  tile::FillOp::create(b, loc, rowSum, b.getF32FloatAttr(0));

  section("Load Q, then walk the keys.");
  tile::CopyAsyncOp::create(b, loc, q.rows, at.firstRow, index(0), at.rows, qTile, Value());
  prepareTile(q, qTile, at.firstRow);
  scaleQueries(qTile);
  if (decodesBytes(attention.getK()))
    tile::InterleaveColumnsOp::create(b, loc, qTile);
  auto [fullBegin, fullEnd] = keys.full.value_or(std::pair<Value, Value>());
  auto loop = tile::LoopOp::create(b, loc, "keys", keys.visitBegin, keys.keyEnd, tileKv, fullBegin, fullEnd,
                                   keyTiles);
  {
    OpBuilder::InsertionGuard guard(b);
    Block *body = b.createBlock(&loop.getBody());
    Value kv = body->addArgument(b.getIndexType(), loc);
    copyTile(k, kv, kTile);
    prepareTile(k, kTile, kv);
    tile::MmaAbtOp::create(b, loc, scores, qTile, kTile, schedule.getMma());
    if (mapsScores())
      buildScoreMap(scores, kv);
    buildBoundaryMap(scores, kv);
    dumpScores(scores, kv);
    tile::OnlineSoftmaxOp::create(b, loc, scores, rowMax, rowSum, acc, scaleLog2(), /*may_be_empty=*/true,
                                  scoresMayBeInfinite());
    dumpSoftmax(scores, rowMax, rowSum, kv);
    buildValueCopy(v, kv, vTile);
    buildWeightedSum(acc, scores, v, vTile, kv);
    tile::YieldOp::create(b, loc);
  }
  buildEpilogue(acc, rowMax, rowSum, qTile);
}

/// A tile of keys or values, or of the bytes that become it, from where each of its rows is.
tile::CopyAsyncOp KernelLowering::copyTile(const Operand &operand, Value kv, Value tile) {
  auto copy = tile::CopyAsyncOp::create(b, loc, operand.rows, kv, keys.keyBegin, keys.keyEnd,
                                        operand.bytes ? operand.bytes : tile, Value());
  if (operand.active) {
    copy.getJoinedMutable().assign(operand.active->rows);
    copy.getJoinedFromMutable().assign(at.firstActive);
  }
  return copy;
}

/// Keys in a gap between the visible ranges get zeros for values: their weight is 0, but 0 * NaN is NaN.
void KernelLowering::buildValueCopy(const Operand &v, Value kv, Value vTile) {
  tile::CopyAsyncOp copy = copyTile(v, kv, vTile);
  if (!hasGaps(attention.getProofAttr()))
    return;
  OpBuilder::InsertionGuard guard(b);
  Block *body = b.createBlock(&copy.getWhere());
  Value key = body->addArgument(b.getIndexType(), loc), inside;
  for (auto [begin, end] : keys.spans) {
    Value after = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sle, begin, key);
    Value before = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, key, end);
    Value within = arith::AndIOp::create(b, loc, after, before);
    inside = inside ? Value(arith::OrIOp::create(b, loc, inside, within)) : within;
  }
  tile::YieldOp::create(b, loc, inside);
}

/// Tensor cores take the weights rounded, in registers of their own; the plain family reads them where they
/// are. Sums of weights and values are f32 in every family: they run over all keys.
void KernelLowering::buildWeightedSum(Value acc, Value scores, const Operand &v, Value vTile, Value kv) {
  tile::MmaKind kind = schedule.getMma();
  if (kind == tile::MmaKind::Plain) {
    prepareTile(v, vTile, kv);
    tile::MmaAbOp::create(b, loc, acc, scores, vTile, kind);
    return;
  }
  Type element = attention.getV().getType().getElementType();
  Value weights = tile::ConvertOp::create(
      b, loc, tile::WeightsType::get(b.getContext(), tileQ, tileKv, element, schedule.getWarps()), "weights",
      scores);
  prepareTile(v, vTile, kv);
  tile::MmaAbOp::create(b, loc, acc, weights, vTile,
                        kind == tile::MmaKind::SyncF16Sums ? tile::MmaKind::Sync : kind);
}

/// A scale alone folds into exp2; anything else needs the scores themselves.
bool KernelLowering::mapsScores() { return !attention.getScore().empty() || attention.getRuntimeScale(); }

/// The softmax scale as a factor of products q . k; null if it is 1.
Value KernelLowering::softmaxScale() {
  if (Value scale = attention.getRuntimeScale()) {
    StringRef name = argument(scale);
    return field(name, b.getF32Type(), "scalar:" + name);
  }
  float scale = attention.getScaleAttr().getValueAsDouble();
  return scale == 1.0f ? Value() : constant("kScale", scale);
}

/// The same for exp2, where nothing else happens to a score.
Value KernelLowering::softmaxScaleLog2() {
  return constant("kScaleLog2", float(attention.getScaleAttr().getValueAsDouble() * kLog2E));
}

Value KernelLowering::scaleLog2() {
  if (mapsScores())
    return constant("kLog2E", float(kLog2E));
  return quantisedScale ? quantisedScale : softmaxScaleLog2();
}

bool KernelLowering::scoresMayBeInfinite() {
  if (attention.getRuntimeScale())
    return true;
  if (attention.getScore().empty())
    return false;
  return llvm::any_of(attention.getScore().front().without_terminator(), [](Operation &op) {
    return !isa<attn::SoftcapOp, math::TanhOp, arith::ConstantOp>(op);
  });
}

Value KernelLowering::sinkOfHead() {
  if (!attention.getSinks() || packing() > 1)
    return {};
  Value sinks = sideView(cast<BlockArgument>(attention.getSinks()));
  return tile::ReadSideOp::create(b, loc, b.getF32Type(), sinks, at.head);
}

/// With packing, where rows are of several heads: a sink for each row; null without.
Value KernelLowering::sinksOfRows() {
  if (!attention.getSinks() || packing() == 1)
    return {};
  auto type = tile::RowVectorType::get(b.getContext(), tileQ, schedule.getWarps());
  Value sinks = tile::AllocOp::create(b, loc, type, "sinks", IntegerAttr());
  tile::FillOp::create(b, loc, sinks, b.getF32FloatAttr(0));
  Value view = sideView(cast<BlockArgument>(attention.getSinks()));
  OpBuilder::InsertionGuard guard(b);
  auto map = tile::MapRowsOp::create(b, loc, sinks);
  Block *body = b.createBlock(&map.getBody());
  body->addArgument(b.getF32Type(), loc);
  Value row = body->addArgument(b.getIndexType(), loc);
  tile::YieldOp::create(b, loc,
                        tile::ReadSideOp::create(b, loc, b.getF32Type(), view, headOf(row)).getResult());
  return sinks;
}

void KernelLowering::buildEpilogue(Value acc, Value rowMax, Value rowSum, Value staging) {
  section("Normalise and store.");
  if (decodesBytes(attention.getV()))
    tile::RestoreColumnsOp::create(b, loc, acc);
  Value rowSinks = sinksOfRows();
  Value lse = tile::FinishOp::create(
      b, loc, tile::RowVectorType::get(b.getContext(), tileQ, schedule.getWarps()), "lse_rows", acc, rowMax,
      rowSum, scaleLog2(), sinkOfHead(), rowSinks, attention.getSinksOutsideLse());
  scaleValues(acc);
  if (!packed() && qLengthsVary())
    zeroPaddingRows(acc);
  Type element = attention.getOut().getType().getElementType();
  Value outRows =
      viewRows("out", "out", attention.getOut().getType(), valueDim, at.head, at.qBegin, /*writable=*/true);
  if (element.isF32()) {
    tile::StoreFragmentOp::create(b, loc, acc, outRows, at.firstRow, at.rowsEnd);
  } else {
    auto type = tile::SharedType::get(b.getContext(), tileQ, valueWidth, element);
    if (cast<tile::SharedType>(staging.getType()).bytes() < type.bytes())
      staging = tile::AllocOp::create(b, loc, type, "out_tile", IntegerAttr());
    else if (staging.getType() != type)
      staging = tile::ReuseOp::create(b, loc, type, "out_tile", staging);
    tile::StoreSharedOp::create(b, loc, acc, staging);
    tile::StoreRowsOp::create(b, loc, staging, outRows, at.firstRow, at.rowsEnd, Value());
  }
  storeStatistics(rowMax, lse);
}
