// ImportSpec.cpp - the kernel, its arguments and its attention op.
#include "passes/import/ImportSpec.h"

#include "passes/attn/SimplifyMask.h"
#include "passes/import/ImportExpr.h"
#include "passes/import/ImportMask.h"
#include "passes/import/ImportRope.h"
#include "passes/import/SpecImporter.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace attnc;

FailureOr<Type> SpecImporter::elementType(DType dtype, const attnc::Location &where) {
  switch (dtype) {
  case DType::F16:
    return Type(builder.getF16Type());
  case DType::BF16:
    return Type(builder.getBF16Type());
  case DType::F32:
    return Type(builder.getF32Type());
  case DType::I32:
    return Type(builder.getI32Type());
  case DType::Bool:
    return Type(builder.getI1Type());
  case DType::E4M3:
    return Type(Float8E4M3FNType::get(builder.getContext()));
  case DType::E5M2:
    return Type(Float8E5M2Type::get(builder.getContext()));
  case DType::I8:
    return Type(builder.getI8Type());
  default:
    return emitError(loc(where), "expected a dtype of f16, bf16, f32, i32 or bool, got ") << dtypeName(dtype);
  }
}

void SpecImporter::addArgument(StringRef name, Type type, mlir::Location where, Attribute defaultValue) {
  NamedAttrList list;
  list.set(attn::kNameAttr, builder.getStringAttr(name));
  if (defaultValue)
    list.set(attn::kDefaultAttr, defaultValue);
  types.push_back(type);
  attributes.push_back(list.getDictionary(builder.getContext()));
  places.push_back(where);
}

LogicalResult SpecImporter::collectArguments() {
  FailureOr<Type> element = elementType(spec.dtype.value, spec.dtype.where);
  if (failed(element))
    return failure();
  MLIRContext *context = builder.getContext();
  FailureOr<Type> outElement = elementType(spec.outDtype.value, spec.outDtype.where);
  if (failed(outElement))
    return failure();
  const int64_t heads = spec.queryHeads.value, kvHeads = spec.kvHeads.value;
  const int64_t dim = spec.headDim.value, dimV = spec.headDimV.value;
  const TokenAxes &axes = spec.axes;
  const bool fused = spec.fusedQkv.value;
  if (fused && failed(addTokens("qkv", heads + 2 * kvHeads, dim, *element, axes.q, loc(spec.fusedQkv))))
    return failure();
  if (!fused && spec.attends() && failed(addTokens("q", heads, dim, *element, axes.q, loc(spec.queryHeads))))
    return failure();
  if (!fused && (!spec.cache || spec.hasNewTokens()) &&
      (failed(addTokens("k", kvHeads, dim, *element, axes.k, loc(spec.kvHeads))) ||
       failed(addTokens("v", kvHeads, dimV, *element, axes.v, loc(spec.kvHeads)))))
    return failure();
  if (spec.cache)
    addCaches();
  outType = attn::TokensType::get(context, heads, dimV, *outElement, layout(axes.out));
  if (isQuantised(spec.outDtype.value))
    addArgument("out_scale", attn::SideType::get(context, builder.getI64ArrayAttr(1), builder.getF32Type()),
                loc(spec.outDtype));
  for (const SideInput &input : spec.inputs) {
    FailureOr<Type> sideElement = elementType(input.dtype, input.where);
    if (failed(sideElement))
      return failure();
    SmallVector<Attribute> shape;
    for (const SideDim &dim : input.shape)
      shape.push_back(dim.name.empty() ? Attribute(builder.getI64IntegerAttr(dim.size))
                                       : Attribute(builder.getStringAttr(dim.name)));
    Type side = attn::SideType::getChecked([&] { return emitError(loc(input.where)); }, context,
                                           builder.getArrayAttr(shape), *sideElement);
    if (!side)
      return failure();
    addArgument(input.name, side, loc(input.where));
  }
  for (const ScalarParam &param : spec.params) {
    if (param.dtype != DType::F32 && param.dtype != DType::I32)
      return emitError(loc(param.where), "expected a param of f32 or i32, got ") << dtypeName(param.dtype);
    bool isFloat = param.dtype == DType::F32;
    Attribute value;
    if (param.defaultValue)
      value = isFloat ? Attribute(builder.getF32FloatAttr(float(*param.defaultValue)))
                      : Attribute(builder.getI32IntegerAttr(int32_t(*param.defaultValue)));
    addArgument(param.name, isFloat ? Type(builder.getF32Type()) : Type(builder.getI32Type()),
                loc(param.where), value);
  }
  return success();
}

attn::Layout SpecImporter::layout(StringRef axes) {
  if (spec.layout.value == TokenLayout::Packed)
    return attn::Layout::Packed;
  return axes == "bshd" ? attn::Layout::Padded : *attn::symbolizeLayout(axes);
}

/// A tensor of tokens, and its bias beside it.
LogicalResult SpecImporter::addTokens(StringRef name, int64_t heads, int64_t dim, Type element,
                                      StringRef axes, mlir::Location where) {
  MLIRContext *context = builder.getContext();
  Type tokens = attn::TokensType::getChecked([&] { return emitError(loc(spec.headDim)); }, context, heads,
                                             dim, element, layout(axes));
  if (!tokens)
    return failure();
  addArgument(name, tokens, where);
  if (spec.qkvBias.value)
    addArgument((name + "_bias").str(),
                attn::SideType::get(context, builder.getI64ArrayAttr({heads, dim}), element),
                loc(spec.qkvBias));
  return success();
}

/// q, k or v: its tensor, or its heads of the fused one.
Value SpecImporter::operand(StringRef name, int64_t firstHead, int64_t heads, int64_t dim) {
  StringRef tensor = spec.fusedQkv.value ? "qkv" : name;
  Value &tokens = arguments[tensor];
  if (Value bias = arguments.lookup((tensor + "_bias").str()); bias && isa<BlockArgument>(tokens))
    tokens = attn::AddBiasOp::create(builder, loc(spec.qkvBias), tokens.getType(), tokens, bias);
  if (!spec.fusedQkv.value)
    return tokens;
  auto all = cast<attn::TokensType>(tokens.getType());
  auto part = attn::TokensType::get(builder.getContext(), heads, dim, all.getElementType(), all.getLayout());
  return attn::SliceHeadsOp::create(builder, loc(spec.fusedQkv), part, tokens, firstHead);
}

DictionaryAttr SpecImporter::pins() {
  NamedAttrList fields, places;
  auto pin = [&](StringRef name, const std::optional<Located<int64_t>> &value) {
    if (!value)
      return;
    fields.set(name, builder.getI64IntegerAttr(value->value));
    places.set(name, LocationAttr(loc(*value)));
  };
  pin("tile_q", spec.schedule.tileQ);
  pin("tile_kv", spec.schedule.tileKv);
  pin("stages", spec.schedule.stages);
  pin("warps", spec.schedule.warps);
  if (spec.schedule.blockMap) {
    fields.set("block_map", builder.getBoolAttr(spec.schedule.blockMap->value));
    places.set("block_map", LocationAttr(loc(*spec.schedule.blockMap)));
  }
  if (spec.schedule.packing) {
    fields.set("packing", builder.getBoolAttr(spec.schedule.packing->value));
    places.set("packing", LocationAttr(loc(*spec.schedule.packing)));
  }
  if (spec.schedule.family) {
    fields.set("family",
               builder.getStringAttr(spec.schedule.family->value == Family::Plain ? "plain" : "mma"));
    places.set("family", LocationAttr(loc(*spec.schedule.family)));
  }
  if (!fields.empty())
    fields.set("locations", places.getDictionary(builder.getContext()));
  return fields.getDictionary(builder.getContext());
}

attn::KernelOp SpecImporter::createKernel() {
  MLIRContext *context = builder.getContext();
  SmallVector<Type> results;
  SmallVector<StringRef> names;
  Type rows = attn::RowsType::get(context, spec.queryHeads.value, builder.getF32Type(), layout(spec.axes.q));
  Type pairs =
      attn::PairsType::get(context, spec.queryHeads.value, builder.getF32Type(), layout(spec.axes.q));
  Type perHead = attn::SideType::get(context, builder.getArrayAttr(builder.getStringAttr("heads")),
                                     builder.getF32Type());
  for (auto [wanted, name, type] :
       {std::tuple(spec.attends(), "out", outType), std::tuple(spec.outputs.lse, "lse", rows),
        std::tuple(spec.outputs.rowMax, "row_max", rows),
        std::tuple(spec.outputs.maxLogit, "max_logit", perHead),
        std::tuple(spec.attends() && spec.outputs.debug, "debug_scores", pairs)})
    if (wanted) {
      results.push_back(type);
      names.push_back(name);
    }
  statistics.append(names.begin() + (spec.attends() ? 1 : 0), names.end());
  if (spec.outputs.keysRotated) {
    results.push_back(attn::TokensType::get(context, spec.kvHeads.value, spec.headDim.value,
                                            *elementType(spec.dtype.value, spec.dtype.where),
                                            layout(spec.fusedQkv.value ? spec.axes.q : spec.axes.k)));
    names.push_back("k_rotated");
  }
  if (spec.append)
    results.append(updatedCaches(names));
  SmallVector<Attribute> argAttrs(attributes.begin(), attributes.end()), resultAttrs;
  for (StringRef name : names)
    resultAttrs.push_back(
        builder.getDictionaryAttr(builder.getNamedAttr(attn::kNameAttr, builder.getStringAttr(name))));
  attn::Lengths lengths = spec.lengths.value == LengthsKind::None ? attn::Lengths::None
                          : spec.lengths.value == LengthsKind::Kv ? attn::Lengths::Kv
                                                                  : attn::Lengths::Both;
  IntegerAttr alignment;
  if (spec.alignment.value != 16)
    alignment = builder.getI64IntegerAttr(spec.alignment.value);
  auto kernel = attn::KernelOp::create(builder, nameLoc, spec.name.value,
                                       builder.getFunctionType(types, results), lengths, alignment,
                                       builder.getArrayAttr(argAttrs), builder.getArrayAttr(resultAttrs));
  if (DictionaryAttr fields = pins(); !fields.empty())
    kernel->setAttr(attn::kPinsAttr, fields);
  if (spec.phase.value == Phase::Decode)
    kernel->setAttr(attn::kNewTokensAttr, builder.getI64IntegerAttr(spec.newTokens.value));
  if (spec.plainFallback.value)
    kernel->setAttr(attn::kFallbackAttr, builder.getUnitAttr());
  if (spec.outputs.debug && !spec.attends())
    kernel->setAttr(attn::kDebugAttr, builder.getUnitAttr());
  // Whether a target takes 16-bit elements does not depend on another key; f32 needs one, so an error points
  // at it.
  if (spec.dtype.value == DType::F32)
    kernel->setAttr(attn::kPlacesAttr,
                    builder.getDictionaryAttr(builder.getNamedAttr("dtype", LocationAttr(loc(spec.dtype)))));
  Block &body = kernel.getBody().emplaceBlock();
  for (auto [type, attrs, place] : llvm::zip_equal(types, attributes, places))
    arguments[attrs.getAs<StringAttr>(attn::kNameAttr)] = body.addArgument(type, place);
  builder.setInsertionPointToEnd(&body);
  return kernel;
}

Value SpecImporter::rotate(attn::TokenRole role, Value tokens) {
  return importRope(builder, *spec.rope, role, tokens, arguments, nameLoc);
}

FailureOr<attn::AttentionOp> SpecImporter::createAttention(attn::KernelOp kernel) {
  Value runtimeScale;
  FloatAttr scale;
  if (spec.score.scaleParam.empty()) {
    scale = builder.getF64FloatAttr(spec.score.scale.value);
  } else {
    runtimeScale = arguments.lookup(spec.score.scaleParam);
    if (!runtimeScale || !runtimeScale.getType().isF32())
      return emitError(loc(spec.score.scale), "expected the scale to be an f32 param, got '")
             << spec.score.scaleParam << "'";
  }
  Value sinks;
  if (spec.score.sinks) {
    sinks = arguments.lookup(spec.score.sinks->value);
    if (!sinks || !isa<attn::SideType>(sinks.getType()))
      return emitError(loc(*spec.score.sinks), "expected the sinks to be an input, got '")
             << spec.score.sinks->value << "'";
  }
  UnitAttr outsideLse = sinks && !spec.score.sinkInLse ? builder.getUnitAttr() : UnitAttr();
  attn::Anchor anchor =
      spec.anchor.value == attnc::Anchor::TopLeft ? attn::Anchor::TopLeft : attn::Anchor::BottomRight;
  const int64_t heads = spec.queryHeads.value, kvHeads = spec.kvHeads.value;
  Value q = operand("q", 0, heads, spec.headDim.value);
  Value k, v, newKeys, newValues;
  if (!spec.cache || spec.active.value) {
    newKeys = k = operand("k", heads, kvHeads, spec.headDim.value);
    newValues = v = operand("v", heads + kvHeads, kvHeads, spec.headDimV.value);
  }
  const bool rotatesKeys = spec.rope && spec.rope->ofK;
  if (spec.cache) {
    k = cached("k", spec.headDim.value);
    v = cached("v", spec.headDimV.value);
  }
  if (spec.active.value) {
    if (rotatesKeys && !spec.rope->keysOnRead)
      newKeys = rotate(attn::TokenRole::Keys, newKeys);
    k = join(k, newKeys);
    v = join(v, newValues);
  }
  if (spec.rope && spec.rope->ofQ)
    q = rotate(attn::TokenRole::Queries, q);
  if (rotatesKeys && (!spec.hasNewTokens() || spec.rope->keysOnRead))
    k = rotate(attn::TokenRole::Keys, k);
  return attn::AttentionOp::create(
      builder, nameLoc, kernel.getResultTypes().take_front(1 + statistics.size()), q, k, v, runtimeScale,
      sinks, arguments.lookup("out_scale"), outsideLse, spec.tf32.value ? builder.getUnitAttr() : UnitAttr(),
      spec.accumulate.value == DType::F16 ? builder.getUnitAttr() : UnitAttr(), scale,
      attn::AnchorAttr::get(builder.getContext(), anchor), attn::MaskProofAttr(),
      builder.getStrArrayAttr(statistics));
}

/// Adds the entry block of a region and names its position arguments.
static ExprScope openRegion(OpBuilder &builder, Region &region, bool takesScore, mlir::Location where) {
  Block &block = region.emplaceBlock();
  ExprScope scope;
  if (takesScore)
    scope.s = block.addArgument(builder.getF32Type(), where);
  for (Value *position : {&scope.b, &scope.h, &scope.q, &scope.kv, &scope.qLen, &scope.kvLen})
    *position = block.addArgument(builder.getIndexType(), where);
  builder.setInsertionPointToEnd(&block);
  return scope;
}

LogicalResult SpecImporter::fillScore(attn::AttentionOp attention) {
  const Score &score = spec.score;
  if (!score.softcap && score.terms.empty() && !score.expr)
    return success();
  OpBuilder::InsertionGuard guard(builder);
  mlir::Location where = loc(spec.score.where);
  ExprScope scope = openRegion(builder, attention.getScore(), /*takesScore=*/true, where);
  scope.group = spec.group();
  scope.anchor = attention.getAnchor();
  scope.arguments = &arguments;
  auto apply = [&](const ExprPtr &expr) -> LogicalResult {
    FailureOr<Value> value = ExprImporter(builder, scope, where).import(*expr);
    if (succeeded(value))
      scope.s = *value;
    return value;
  };
  for (const NamedTerm &term : score.terms)
    if (term.scales && failed(apply(term.expr)))
      return failure();
  if (score.softcap)
    scope.s = attn::SoftcapOp::create(builder, loc(*score.softcap), scope.s,
                                      builder.getF64FloatAttr(score.softcap->value));
  for (const NamedTerm &term : score.terms)
    if (!term.scales && failed(apply(term.expr)))
      return failure();
  if (score.expr && failed(apply(score.expr)))
    return failure();
  attn::YieldOp::create(builder, where, ValueRange{scope.s});
  return success();
}

LogicalResult SpecImporter::fillMask(attn::AttentionOp attention) {
  if (spec.mask.kind == MaskNode::Kind::None && !isCyclic())
    return success();
  OpBuilder::InsertionGuard guard(builder);
  mlir::Location where = loc(spec.mask.where);
  ExprScope scope = openRegion(builder, attention.getMask(), /*takesScore=*/false, where);
  scope.group = spec.group();
  scope.anchor = attention.getAnchor();
  scope.arguments = &arguments;
  FailureOr<Value> visible = importMask(builder, spec.mask, scope, where);
  if (failed(visible))
    return failure();
  if (isCyclic())
    visible = arith::AndIOp::create(builder, where, *visible, isHeld(scope)).getResult();
  attn::YieldOp::create(builder, where, ValueRange{*visible});
  return success();
}

OwningOpRef<ModuleOp> SpecImporter::run() {
  if (failed(collectArguments()))
    return {};
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder, nameLoc);
  builder.setInsertionPointToEnd(module->getBody());
  attn::KernelOp kernel = createKernel();
  SmallVector<Value> results;
  if (spec.append)
    appendTokens();
  if (spec.attends()) {
    FailureOr<attn::AttentionOp> attention = createAttention(kernel);
    if (failed(attention) || failed(fillScore(*attention)) || failed(fillMask(*attention)))
      return {};
    simplifyRegions(*attention);
    results = attention->getResults();
  }
  for (unsigned index = results.size(); index < kernel.getResultTypes().size(); ++index)
    results.push_back(arguments.lookup(kernel.resultName(index)));
  attn::ReturnOp::create(builder, loc(spec.outputs.where), results);
  if (failed(verify(*module)))
    return {};
  return module;
}

OwningOpRef<ModuleOp> attnc::importSpec(const Spec &spec, MLIRContext &context) {
  context.loadDialect<attn::AttnDialect, arith::ArithDialect, math::MathDialect>();
  return SpecImporter(spec, context).run();
}
