// KernelShape.cpp - the signature of an attn.kernel as plain data.
//
// Must not check what verifiers have checked.
#include "codegen/reference/KernelShape.h"

#include "dialect/attn/Attn.h"

using namespace mlir;

namespace attnc::reference {

const Parameter &KernelShape::tokens(Role role) const {
  for (const Parameter &argument : arguments)
    if (argument.role == role)
      return argument;
  return arguments.front();
}

static Rotation readRotation(attn::KernelOp kernel, const attn::TokenSource &source) {
  attn::RopeOp rope = source.rope;
  auto name = [&](Value side) {
    return side ? kernel.argumentName(cast<BlockArgument>(side).getArgNumber()).str() : std::string();
  };
  Rotation out;
  out.queries = rope.getRole() == attn::TokenRole::Queries;
  out.neighbours = rope.getStyle() == attn::RopeStyle::Gptj;
  out.firstHead = source.firstHead;
  out.heads = rope.getTokens().getType().getHeads();
  out.dim = int64_t(rope.getDim());
  if (auto frequencies = rope.getFrequencies())
    out.frequencies.assign(frequencies->begin(), frequencies->end());
  if (auto frequencies = rope.getLongFrequencies())
    out.longFrequencies.assign(frequencies->begin(), frequencies->end());
  out.originalLength = int64_t(rope.getOriginalLength().value_or(0));
  if (auto factor = rope.getNtkFactorAttr())
    out.ntkFactor = factor.getValueAsDouble();
  if (auto factor = rope.getAttentionFactorAttr())
    out.factor = factor.getValueAsDouble();
  if (auto sections = rope.getSections())
    out.sections.assign(sections->begin(), sections->end());
  out.inverseFrequencies = name(rope.getInverseFrequencies());
  out.cos = name(rope.getCos());
  out.sin = name(rope.getSin());
  out.positions = name(rope.getPositions());
  out.tablesByToken = rope.tablesByToken();
  return out;
}

static Parameter readArgument(attn::KernelOp kernel, attn::AttentionOp attention, unsigned index) {
  Parameter out;
  out.name = kernel.argumentName(index).str();
  BlockArgument value = kernel.getBody().getArgument(index);
  for (Value operand : {attention.getQ(), attention.getK(), attention.getV()})
    if (attn::TokenSource source = attn::tokenSource(operand); source.tokens == value && source.rope)
      out.rotations.push_back(readRotation(kernel, source));
  if (auto tokens = dyn_cast<attn::TokensType>(value.getType())) {
    auto reads = [&](Value operand) { return attn::tokenSource(operand).tokens == value; };
    out.role = reads(attention.getQ())   ? Role::Query
               : reads(attention.getK()) ? Role::Key
               : reads(attention.getV()) ? Role::Value
                                         : Role::Unused;
    out.order = attn::axesOf(tokens.getLayout());
    for (Operation *user : value.getUsers())
      if (auto biased = dyn_cast<attn::AddBiasOp>(user))
        out.bias = kernel.argumentName(cast<BlockArgument>(biased.getBias()).getArgNumber());
    out.dtype = dtypeOf(tokens.getElementType());
    out.heads = tokens.getHeads();
    out.dim = tokens.getDim();
  } else if (auto cache = dyn_cast<attn::CacheType>(value.getType())) {
    attn::CachedOp cached = attn::tokenSource(attention.getK()).tokens == value
                                ? attn::tokenSource(attention.getK()).cached
                                : attn::tokenSource(attention.getV()).cached;
    auto nameOf = [&](Value scale) {
      return scale ? kernel.argumentName(cast<BlockArgument>(scale).getArgNumber()).str() : "";
    };
    out.scale = nameOf(cached.getScale());
    if (cache.getPair())
      out.valueScale = nameOf(attn::tokenSource(attention.getV()).cached.getScale());
    out.role = attn::tokenSource(attention.getK()).tokens == value ? Role::Key : Role::Value;
    out.dtype = dtypeOf(cache.getElementType());
    out.heads = cache.getHeads() * (cache.getPair() ? 2 : 1);
    out.dim = cache.getDim();
    out.cacheAxes = cache.axes();
    out.page = cache.getPage();
    out.csr = cached.isCsr();
    if (cached.getPages())
      out.table = kernel.argumentName(cast<BlockArgument>(cached.getPages()).getArgNumber());
  } else if (auto side = dyn_cast<attn::SideType>(value.getType())) {
    out.role = Role::Side;
    out.dtype = dtypeOf(side.getElementType());
    for (Attribute axis : side.getShape()) {
      auto name = dyn_cast<StringAttr>(axis);
      out.axes.push_back(name ? name.str() : std::to_string(cast<IntegerAttr>(axis).getInt()));
    }
  } else {
    out.role = Role::Scalar;
    out.dtype = dtypeOf(value.getType());
    Attribute preset = kernel.getArgAttr(index, attn::kDefaultAttr);
    if (auto real = dyn_cast_if_present<FloatAttr>(preset))
      out.defaultValue = real.getValueAsDouble();
    else if (auto integer = dyn_cast_if_present<IntegerAttr>(preset))
      out.defaultValue = double(integer.getInt());
    out.hasDefault = bool(preset);
  }
  return out;
}

Result<KernelShape> readKernelShape(attn::KernelOp kernel) {
  attn::AttentionOp attention;
  for (auto op : kernel.getBody().getOps<attn::AttentionOp>())
    attention = op;
  if (!attention)
    return Status(Code::Unsupported, "expected an attention in the kernel, got none");
  if (attn::tokenSource(attention.getK()).tokens == attn::tokenSource(attention.getV()).tokens &&
      !attention.isSelfAttention() && !attention.cachedKeys())
    return Status(Code::Unsupported, "expected k and v to be different arguments, or heads of q's");
  KernelShape shape;
  shape.name = kernel.getSymName().str();
  shape.packed = kernel.isPacked();
  shape.topLeft = attention.getAnchor() == attn::Anchor::TopLeft;
  shape.selfAttention = attention.isSelfAttention();
  shape.queryLengths = kernel.getLengths() == attn::Lengths::Both;
  shape.keyLengths = kernel.getLengths() != attn::Lengths::None;
  shape.heads = attention.getQ().getType().getHeads();
  shape.kvHeads = attention.getK().getType().getHeads();
  for (unsigned index = 0; index < kernel.getArgumentTypes().size(); ++index)
    shape.arguments.push_back(readArgument(kernel, attention, index));
  for (auto [index, type] : llvm::enumerate(kernel.getResultTypes())) {
    Parameter result;
    result.name = kernel.resultName(index).str();
    auto tokens = dyn_cast<attn::TokensType>(type);
    result.role = tokens                       ? Role::Out
                  : isa<attn::RowsType>(type)  ? Role::Rows
                  : isa<attn::PairsType>(type) ? Role::Pairs
                                               : Role::PerHead;
    result.dtype = tokens ? dtypeOf(tokens.getElementType()) : DType::F32;
    result.heads = shape.heads;
    result.dim = tokens ? tokens.getDim() : 1;
    result.order = tokens ? attn::axesOf(tokens.getLayout()).str() : "";
    shape.results.push_back(result);
  }
  return shape;
}

} // namespace attnc::reference
