// ConvertAttnToLinalg.cpp - attn.kernel to a func.func over memrefs.
//
// Decides the signature and refuses what the reference does not compute. Must not do any maths.
#include "passes/reference/ConvertAttnToLinalg.h"

#include "dialect/attn/Attn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/reference/HeadLowering.h"

namespace attnc {
#define GEN_PASS_DEF_CONVERTATTNTOLINALGPASS
#include "passes/reference/ReferencePasses.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc;

namespace {

/// What an argument or a result of the kernel is in the reference function.
Type loweredType(Type type) {
  Builder builder(type.getContext());
  Type f64 = builder.getF64Type();
  if (auto tokens = dyn_cast<attn::TokensType>(type))
    return MemRefType::get({ShapedType::kDynamic, tokens.getHeads(), tokens.getDim()}, f64);
  if (auto cache = dyn_cast<attn::CacheType>(type)) // of a pair, the keys' heads and then the values'
    return MemRefType::get(
        {ShapedType::kDynamic, cache.getHeads() * (cache.getPair() ? 2 : 1), cache.getDim()}, f64);
  if (auto rows = dyn_cast<attn::RowsType>(type))
    return MemRefType::get({ShapedType::kDynamic, rows.getHeads()}, f64);
  if (auto pairs = dyn_cast<attn::PairsType>(type))
    return MemRefType::get({ShapedType::kDynamic, pairs.getHeads(), ShapedType::kDynamic}, f64);
  if (auto side = dyn_cast<attn::SideType>(type)) {
    Type element = side.getElementType();
    element = isa<FloatType>(element) ? f64 : element.isInteger(1) ? builder.getI8Type() : element;
    return MemRefType::get(SmallVector<int64_t>(side.getRank(), ShapedType::kDynamic), element);
  }
  return type.isF32() ? f64 : type;
}

/// Whether a result is an updated cache or new tokens, which host code has: no function computes them.
bool isAppended(Value result) {
  return result.getDefiningOp<attn::AppendOp>() || result.getDefiningOp<attn::RopeOp>();
}

/// Whether an argument is a cache that tokens are appended to.
bool isUpdated(Value argument) {
  return isa<attn::CacheType>(argument.getType()) &&
         llvm::any_of(argument.getUsers(), [](Operation *user) { return isa<attn::AppendOp>(user); });
}

/// Attention reads a cache as it is in the end, or not at all.
LogicalResult checkCachedOperand(attn::AttentionOp attention, Value operand) {
  attn::TokenSource source = attn::tokenSource(operand);
  if (!source.cached || !isUpdated(source.tokens))
    return success();
  for (auto append : attention->getParentOfType<attn::KernelOp>().getBody().getOps<attn::AppendOp>()) {
    if (attn::cacheArgument(append.getCache()) != source.tokens ||
        append.getValues() != source.cached.getValues())
      continue;
    Value cache = source.cached.getCache();
    while (cache && cache != append.getResult())
      cache =
          cache.getDefiningOp<attn::AppendOp>() ? cache.getDefiningOp<attn::AppendOp>().getCache() : Value();
    if (!cache) {
      InFlightDiagnostic error =
          source.cached.emitOpError("expected a cache with all its new tokens, got it without some");
      error.attachNote(append.getLoc()) << "these";
      return error;
    }
  }
  return success();
}

/// The kernel's one attention, if that, appends and scalar constants are all it holds.
FailureOr<attn::AttentionOp> onlyAttention(attn::KernelOp kernel) {
  attn::AttentionOp found;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (auto attention = dyn_cast<attn::AttentionOp>(op)) {
      if (found) {
        InFlightDiagnostic error = attention.emitOpError("expected one attention in a kernel, got another");
        error.attachNote(found.getLoc()) << "the first one";
        return error;
      }
      found = attention;
    } else if (!isa<arith::ArithDialect, math::MathDialect>(op.getDialect()) &&
               !isa<attn::SliceHeadsOp, attn::AddBiasOp, attn::CachedOp, attn::RopeOp, attn::AppendOp,
                    attn::JoinOp>(op)) {
      return op.emitError("expected an op that the reference lowers, got ") << op.getName();
    }
  }
  if (!found)
    return kernel.emitOpError("expected an attention in the kernel");
  for (Value operand : found->getOperands())
    if (!isa<BlockArgument>(operand) && !attn::tokenSource(operand).tokens)
      return found.emitOpError("expected operands that are arguments of the kernel, got ") << operand;
  for (Value operand : {found.getQ(), found.getK(), found.getV()})
    if (failed(checkCachedOperand(found, operand)))
      return failure();
  for (Value result : kernel.getBody().front().getTerminator()->getOperands())
    if (result.getDefiningOp() != found && !isAppended(result))
      return kernel.emitOpError("expected the results of the attention to be returned, got ") << result;
  return found;
}

/// Whether an operand of the attention has elements that are rounded on the way to it.
bool isInexact(attn::AttentionOp attention, Value operand) {
  attn::TokenSource source = attn::tokenSource(operand);
  if (source.rope || source.active().rope)
    return true;
  if (source.cached)
    return isUpdated(source.tokens) || attn::CacheAccess(source.cached).scaledByToken();
  return operand == attention.getQ() && attn::scaledInQueries(attention.getK());
}

/// Whether an argument has such an operand.
bool hasInexact(attn::AttentionOp attention, Value argument) {
  return llvm::any_of(ValueRange{attention.getQ(), attention.getK(), attention.getV()}, [&](Value operand) {
    return attn::tokenSource(operand).tokens == argument && isInexact(attention, operand);
  });
}

LogicalResult convert(attn::KernelOp kernel) {
  FailureOr<attn::AttentionOp> attention = onlyAttention(kernel);
  if (failed(attention))
    return failure();
  ImplicitLocOpBuilder b(kernel.getLoc(), kernel);
  SmallVector<Type> types(2, b.getIndexType());
  for (Value argument : kernel.getBody().getArguments())
    types.append(hasInexact(*attention, argument) ? 2 : 1, loweredType(argument.getType()));
  ValueRange results = kernel.getBody().front().getTerminator()->getOperands();
  for (Value result : results)
    if (!isAppended(result))
      types.append(2, loweredType(result.getType()));
  auto function = func::FuncOp::create(b, kernel.getSymName(), b.getFunctionType(types, {}));
  function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(), b.getUnitAttr());
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  b.setLoc(attention->getLoc());

  reference::HeadArguments arguments;
  arguments.request = entry->getArgument(0);
  arguments.head = entry->getArgument(1);
  unsigned next = 2;
  llvm::DenseMap<Value, Value> errors;
  for (Value argument : kernel.getBody().getArguments()) {
    arguments.captured[argument] = entry->getArgument(next++);
    if (hasInexact(*attention, argument))
      errors[argument] = entry->getArgument(next++);
  }
  attn::TokenSource q = attn::tokenSource(attention->getQ()), k = attn::tokenSource(attention->getK()),
                    v = attn::tokenSource(attention->getV());
  arguments.q = arguments.captured.lookup(q.tokens);
  arguments.k = arguments.captured.lookup(k.tokens);
  arguments.v = arguments.captured.lookup(v.tokens);
  arguments.qError = isInexact(*attention, attention->getQ()) ? errors.lookup(q.tokens) : Value();
  arguments.kError = isInexact(*attention, attention->getK()) ? errors.lookup(k.tokens) : Value();
  arguments.vError = isInexact(*attention, attention->getV()) ? errors.lookup(v.tokens) : Value();
  arguments.firstQueryHead = q.firstHead;
  arguments.firstKeyHead = k.firstHead;
  arguments.firstValueHead =
      v.cached && v.cached.getValues() ? v.cached.getCache().getType().getHeads() : v.firstHead;
  for (Value result : results) {
    if (isAppended(result))
      continue;
    std::pair<Value *, Value *> into = {&arguments.out, &arguments.outBound};
    if (result == attention->statistic("lse"))
      into = {&arguments.lse, &arguments.lseBound};
    else if (result == attention->statistic("row_max"))
      into = {&arguments.rowMax, &arguments.rowMaxBound};
    else if (result == attention->statistic("max_logit"))
      into = {&arguments.maxLogit, &arguments.maxLogitBound};
    else if (result == attention->statistic("debug_scores"))
      into = {&arguments.scores, &arguments.scoresBound};
    *into.first = entry->getArgument(next++);
    *into.second = entry->getArgument(next++);
  }
  if (failed(reference::lowerHead(b, *attention, arguments)))
    return failure();
  func::ReturnOp::create(b);
  kernel.erase();
  return success();
}

struct ConvertAttnToLinalg : attnc::impl::ConvertAttnToLinalgPassBase<ConvertAttnToLinalg> {
  void runOnOperation() override {
    for (auto kernel : llvm::make_early_inc_range(getOperation().getOps<attn::KernelOp>()))
      if (failed(convert(kernel)))
        return signalPassFailure();
  }
};

} // namespace
