// AttnOps.cpp - parsing, printing and verifiers of a kernel and its attention.
#include "dialect/FloatList.h"
#include "dialect/attn/Attn.h"

#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/StringSet.h"

#include <cmath>

using namespace mlir;
using namespace attnc::attn;

#define GET_OP_CLASSES
#include "dialect/attn/AttnOps.cpp.inc"

//===- attn.kernel ------------------------------------------------------------------------------------===//

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments, ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag,
                      std::string &) { return builder.getFunctionType(arguments, results); };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false, getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void KernelOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
                                           getArgAttrsAttrName(), getResAttrsAttrName());
}

StringRef KernelOp::argumentName(unsigned index) {
  auto name = getArgAttrOfType<StringAttr>(index, kNameAttr);
  return name ? name.getValue() : StringRef();
}

StringRef KernelOp::resultName(unsigned index) {
  auto name = getResultAttrOfType<StringAttr>(index, kNameAttr);
  return name ? name.getValue() : StringRef();
}

bool KernelOp::isPacked() {
  for (Type type : getArgumentTypes())
    if (auto tokens = dyn_cast<TokensType>(type))
      return tokens.getLayout() == Layout::Packed;
  return true;
}

SmallVector<Value> KernelOp::integerScalars() {
  SmallVector<Value> scalars;
  for (BlockArgument argument : getBody().getArguments())
    if (argument.getType().isInteger(32))
      scalars.push_back(argument);
  return scalars;
}

LogicalResult KernelOp::verify() {
  llvm::StringSet<> names;
  auto checkName = [&](StringRef name, StringRef kind, unsigned index) -> LogicalResult { // C1
    if (name.empty())
      return emitOpError("expected a name for ") << kind << " " << index << ", got none";
    if (!names.insert(name).second)
      return emitOpError("expected different names, got '") << name << "' twice";
    return success();
  };
  for (auto [index, type] : llvm::enumerate(getArgumentTypes())) {
    if (failed(checkName(argumentName(index), "argument", index)))
      return failure();
    if (!isa<TokensType, CacheType, SideType>(type) && !type.isInteger(32) && !type.isF32()) // C2
      return emitOpError("expected arguments to be tokens, caches, side tensors, i32 or f32, got ") << type;
    if (auto tokens = dyn_cast<TokensType>(type);
        tokens && isPacked() != (tokens.getLayout() == Layout::Packed)) // C4
      return emitOpError("expected all tokens to be packed or none, got ")
             << stringifyLayout(isPacked() ? Layout::Packed : Layout::Padded) << " and "
             << stringifyLayout(tokens.getLayout());
  }
  for (auto [index, type] : llvm::enumerate(getResultTypes())) {
    if (isa<CacheType>(type)) // attn.return knows which argument it is
      continue;
    if (failed(checkName(resultName(index), "result", index)))
      return failure();
    if (!isa<TokensType, RowsType, PairsType, SideType>(type)) // C3
      return emitOpError("expected results to be tokens, rows, pairs, side tensors or caches, got ") << type;
  }
  if (isPacked() && getLengths() != Lengths::Both) // C5
    return emitOpError("expected lengths both for a packed kernel, got ") << stringifyLengths(getLengths());
  if (uint64_t bytes = getAlignment().value_or(16);
      bytes < 2 || bytes > 16 || !llvm::isPowerOf2_64(bytes)) // C6
    return emitOpError("expected an alignment of 2, 4, 8 or 16, got ") << bytes;
  return success();
}

LogicalResult ReturnOp::verify() {
  auto kernel = cast<KernelOp>((*this)->getParentOp());
  if (TypeRange(getOperandTypes()) != TypeRange(kernel.getResultTypes())) // C1
    return emitOpError("expected the kernel's result types (")
           << kernel.getResultTypes() << "), got (" << getOperandTypes() << ")";
  for (auto [index, value] : llvm::enumerate(getOperands())) { // C2
    if (!isa<CacheType>(value.getType()))
      continue;
    BlockArgument updated = cacheArgument(value);
    StringRef name = updated ? kernel.argumentName(updated.getArgNumber()) : "no argument";
    if (!value.getDefiningOp<AppendOp>() || name != kernel.resultName(index))
      return emitOpError("expected an append to the argument '")
             << kernel.resultName(index) << "', got a cache of '" << name << "'";
  }
  return success();
}

//===- attn.attention ---------------------------------------------------------------------------------===//

/// C5: the region is empty, or its arguments and its yield are those of a score or a mask.
static LogicalResult verifyRegion(AttentionOp op, Region &region, StringRef kind, bool takesScore,
                                  Type result) {
  if (region.empty())
    return success();
  Builder builder(op.getContext());
  SmallVector<Type> expected(takesScore ? 1 : 0, builder.getF32Type());
  expected.append(6, builder.getIndexType());
  if (TypeRange(region.getArgumentTypes()) != TypeRange(expected))
    return op.emitOpError("expected the ")
           << kind << " region to take (" << expected << "), got (" << region.getArgumentTypes() << ")";
  Operation *yield = region.front().getTerminator();
  if (TypeRange(yield->getOperandTypes()) != TypeRange(result))
    return op.emitOpError("expected the ")
           << kind << " region to yield " << result << ", got (" << yield->getOperandTypes() << ")";
  return success();
}

/// C9: bounds and reads of a proof are over symbols that the kernel has, and reads are of its i32 side
/// tensors.
static LogicalResult verifyProof(AttentionOp op) {
  MaskProofAttr proof = op.getProofAttr();
  auto kernel = op->getParentOfType<KernelOp>();
  if (!proof || !kernel)
    return success();
  const size_t scalars = kProofSymbols + kernel.integerScalars().size();
  SmallVector<TensorReadAttr> reads = proof.tensorReads();
  SmallVector<RangeAttr> ranges(proof.getVisit());
  if (proof.getFull())
    ranges.push_back(proof.getFull());
  for (RangeAttr range : ranges)
    if (range.getLower().getNumSymbols() > scalars + reads.size())
      return op.emitOpError("expected a proof over at most ")
             << scalars + reads.size() << " symbols, got " << range.getLower().getNumSymbols();
  for (TensorReadAttr read : reads) {
    if (read.getIndices().getNumSymbols() > scalars)
      return op.emitOpError("expected a read over at most ")
             << scalars << " symbols, got " << read.getIndices().getNumSymbols();
    auto side = llvm::find_if(kernel.getBody().getArguments(), [&](BlockArgument argument) {
      return kernel.argumentName(argument.getArgNumber()) == read.getTensor();
    });
    auto type = side == kernel.getBody().args_end() ? SideType() : dyn_cast<SideType>(side->getType());
    if (!type || !type.getElementType().isInteger(32) ||
        type.getRank() != int64_t(read.getIndices().getNumResults()))
      return op.emitOpError("expected '")
             << read.getTensor() << "' to be an i32 side tensor of " << read.getIndices().getNumResults()
             << " axes, as the proof reads it";
  }
  return success();
}

/// C11: queries have an argument of their own, or all three have one, which has one length.
static LogicalResult verifySources(AttentionOp op) {
  BlockArgument q = tokenSource(op.getQ()).tokens, k = tokenSource(op.getK()).tokens,
                v = tokenSource(op.getV()).tokens;
  if (!q || !k || !v || (q != k && q != v))
    return success();
  if (q != k || q != v)
    return op.emitOpError(
        "expected q to have an argument of its own or to share it with k and v, got one of them");
  auto kernel = op->getParentOfType<KernelOp>();
  if (kernel && kernel.getLengths() == Lengths::Kv)
    return op.emitOpError("expected lengths none or both where q and k are the same tokens, got kv");
  return success();
}

/// C12: keys and values are cached alike.
static LogicalResult verifyCaches(AttentionOp op) {
  CachedOp keys = tokenSource(op.getK()).cached, values = tokenSource(op.getV()).cached;
  if (tokenSource(op.getQ()).cached)
    return op.emitOpError("expected q to be tokens, got a cache");
  if (bool(keys) != bool(values))
    return op.emitOpError("expected k and v to be both cached or neither, got a cache for ")
           << (keys ? "k" : "v");
  if (!keys)
    return success();
  if (bool(tokenSource(op.getK()).join) != bool(tokenSource(op.getV()).join))
    return op.emitOpError(
               "expected new tokens behind the cached ones of both k and v or of neither, got some of ")
           << (tokenSource(op.getK()).join ? "k" : "v");
  if (keys.isCsr() != values.isCsr() ||
      keys.getCache().getType().getPage() != values.getCache().getType().getPage())
    return op.emitOpError("expected k and v to be cached in pages alike, got ")
           << keys.getCache().getType() << " and " << values.getCache().getType();
  const bool pair = keys.getCache().getType().getPair();
  if (pair != values.getCache().getType().getPair() || (keys.getCache() == values.getCache()) != pair ||
      keys.getValues() || values.getValues() != pair)
    return op.emitOpError("expected k and v to be caches of their own, or the keys and the values of a pair");
  return success();
}

CachedOp AttentionOp::cachedKeys() { return tokenSource(getK()).cached; }

bool AttentionOp::isSelfAttention() {
  BlockArgument q = tokenSource(getQ()).tokens;
  return q && q == tokenSource(getK()).tokens;
}

/// Whether a side tensor is floats of one axis, the query heads.
static bool isPerHead(SideType type, int64_t queryHeads) {
  auto heads = type.getRank() == 1 ? type.getShape()[0] : Attribute();
  auto count = dyn_cast_if_present<IntegerAttr>(heads);
  auto name = dyn_cast_if_present<StringAttr>(heads);
  return isa<FloatType>(type.getElementType()) &&
         ((name && name.getValue() == "heads") || (count && count.getInt() == queryHeads));
}

/// C6
static LogicalResult verifyStatistics(AttentionOp op) {
  if (op.getStatistics().size() != op.getRest().size())
    return op.emitOpError("expected one result for each of ")
           << op.getStatistics() << ", got " << op.getRest().size();
  TokensType q = op.getQ().getType();
  llvm::StringSet<> seen;
  for (auto [name, value] : llvm::zip_equal(op.getStatistics().getAsValueRange<StringAttr>(), op.getRest())) {
    if (!llvm::is_contained({"lse", "row_max", "max_logit", "debug_scores"}, name) ||
        !seen.insert(name).second)
      return op.emitOpError(
                 "expected different statistics of lse, row_max, max_logit and debug_scores, got \"")
             << name << '"';
    if (name == "max_logit") {
      auto side = dyn_cast<SideType>(value.getType());
      if (!side || !isPerHead(side, q.getHeads()) || !side.getElementType().isF32())
        return op.emitOpError("expected max_logit as f32 of one axis, the ")
               << q.getHeads() << " query heads, got " << value.getType();
      continue;
    }
    const bool isPairs = name == "debug_scores";
    Type f32 = Float32Type::get(op.getContext()),
         expected = RowsType::get(f32.getContext(), q.getHeads(), f32, q.getLayout());
    if (isPairs)
      expected = PairsType::get(f32.getContext(), q.getHeads(), f32, q.getLayout());
    if (value.getType() != expected)
      return op.emitOpError("expected ")
             << name << " as " << (isPairs ? "pairs" : "rows") << " with the heads and layout of q, got "
             << value.getType() << " for " << q;
  }
  return success();
}

LogicalResult AttentionOp::verify() {
  TokensType q = getQ().getType(), k = getK().getType(), v = getV().getType(), out = getOut().getType();
  for (TokensType other : {k, v, out}) // C1
    if ((other.getLayout() == Layout::Packed) != (q.getLayout() == Layout::Packed))
      return emitOpError("expected all tokens to be packed or none, got ") << q << " and " << other;
  if (q.getDim() != k.getDim()) // C2
    return emitOpError("expected q and k of one dim, got ") << q.getDim() << " and " << k.getDim();
  if (v.getDim() != out.getDim())
    return emitOpError("expected v and out of one dim, got ") << v.getDim() << " and " << out.getDim();
  if (k.getHeads() != v.getHeads())
    return emitOpError("expected k and v of as many heads, got ") << k.getHeads() << " and " << v.getHeads();
  if (q.getHeads() != out.getHeads())
    return emitOpError("expected q and out of as many heads, got ")
           << q.getHeads() << " and " << out.getHeads();
  if (q.getHeads() % k.getHeads() != 0) // C3
    return emitOpError("expected the query heads to be a multiple of the KV heads, got ")
           << q.getHeads() << " and " << k.getHeads();
  if (bool(getScaleAttr()) == bool(getRuntimeScale())) // C4
    return emitOpError("expected either a scale attribute or a scale operand, got ")
           << (getScaleAttr() ? "both" : "neither");
  if (getScaleAttr()) {
    double scale = getScaleAttr().getValueAsDouble();
    if (!(scale > 0) || !std::isfinite(scale))
      return emitOpError("expected a positive finite scale, got ") << scale;
  }
  if (getSinks()) { // C7
    SideType sinks = cast<SideType>(getSinks().getType());
    if (!isPerHead(sinks, q.getHeads()))
      return emitOpError("expected sinks to be floats of one axis, the ")
             << q.getHeads() << " query heads, got " << sinks;
  }
  if (getSinksOutsideLse() && !getSinks())
    return emitOpError("expected sinks where they are to stay outside the lse, got none");
  if (k.getElementType() != q.getElementType() || v.getElementType() != q.getElementType()) // C8
    return emitOpError("expected q, k and v of one element type, got ") << q << ", " << k << " and " << v;
  if (getProductsTf32() && !q.getElementType().isF32()) // C10
    return emitOpError("expected f32 elements for products in tf32, got ") << q;
  if (getSumsF16() && !q.getElementType().isF16())
    return emitOpError("expected f16 elements for sums in f16, got ") << q;
  Builder builder(getContext());
  if (failed(verifyRegion(*this, getScore(), "score", true, builder.getF32Type())) ||
      failed(verifyRegion(*this, getMask(), "mask", false, builder.getI1Type())))
    return failure();
  if (failed(verifyProof(*this)) || failed(verifySources(*this)) || failed(verifyCaches(*this)))
    return failure();
  if (bool(getOutScale()) != out.isQuantised() || q.isQuantised()) // C13
    return emitOpError("expected a scale for a quantised out and only for one, and tokens that are not, got ")
           << (getOutScale() ? "one" : "none") << " for " << q << " to " << out;
  if (getOutScale()) {
    auto scale = cast<SideType>(getOutScale().getType());
    if (!scale.getElementType().isF32() || scale.getShape() != builder.getI64ArrayAttr(1) ||
        !isa<BlockArgument>(getOutScale()))
      return emitOpError("expected an out_scale of [1], f32, that is an argument, got ") << scale;
  }
  return verifyStatistics(*this);
}

Value AttentionOp::statistic(StringRef name) {
  for (auto [known, value] : llvm::zip_equal(getStatistics().getAsValueRange<StringAttr>(), getRest()))
    if (known == name)
      return value;
  return {};
}
