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

const Parameter *KernelShape::argument(std::string_view name) const {
  for (const Parameter &each : arguments)
    if (each.name == name)
      return &each;
  return nullptr;
}

std::string KernelShape::lengthsByFirst() const {
  if (!attends)
    for (const Parameter &each : arguments)
      for (const Append &append : each.appends)
        if (!append.tokens.first.empty())
          return append.tokens.first;
  return "";
}

namespace {

/// The name of an argument of the kernel; empty for null.
std::string nameOf(attn::KernelOp kernel, Value argument) {
  return argument ? kernel.argumentName(cast<BlockArgument>(argument).getArgNumber()).str() : std::string();
}

Rotation readRotation(attn::KernelOp kernel, const attn::TokenSource &source) {
  attn::RopeOp rope = source.rope;
  Rotation out;
  out.queries = rope.getRole() == attn::TokenRole::Queries;
  out.dtype = dtypeOf(rope.getTokens().getType().getElementType());
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
  out.inverseFrequencies = nameOf(kernel, rope.getInverseFrequencies());
  out.cos = nameOf(kernel, rope.getCos());
  out.sin = nameOf(kernel, rope.getSin());
  out.positions = nameOf(kernel, rope.getPositions());
  out.tablesByToken = rope.tablesByToken();
  return out;
}

NewTokens readNewTokens(attn::KernelOp kernel, Value tokens) {
  const attn::TokenSource source = attn::tokenSource(tokens);
  NewTokens out;
  out.argument = nameOf(kernel, source.tokens);
  out.firstHead = source.firstHead;
  out.heads = cast<attn::TokensType>(tokens.getType()).getHeads();
  if (source.rope)
    out.rotation = readRotation(kernel, source);
  for (Operation *user : tokens.getUsers())
    if (auto append = dyn_cast<attn::AppendOp>(user))
      out.first = nameOf(kernel, append.getFirst());
  return out;
}

/// Reads one argument after the other. `attention` is null in a kernel that only appends.
class ArgumentReader {
public:
  ArgumentReader(attn::KernelOp kernel, attn::AttentionOp attention) : kernel(kernel), attention(attention) {
    if (attention)
      operands = {attention.getQ(), attention.getK(), attention.getV()};
  }

  Parameter read(unsigned index) {
    Parameter out;
    out.name = kernel.argumentName(index).str();
    BlockArgument value = kernel.getBody().getArgument(index);
    for (Value operand : operands)
      if (attn::TokenSource source = attn::tokenSource(operand); source.tokens == value && source.rope)
        out.rotations.push_back(readRotation(kernel, source));
    if (auto tokens = dyn_cast<attn::TokensType>(value.getType()))
      readTokens(out, value, tokens);
    else if (auto cache = dyn_cast<attn::CacheType>(value.getType()))
      readCache(out, value, cache);
    else if (auto side = dyn_cast<attn::SideType>(value.getType()))
      readSide(out, side);
    else
      readScalar(out, index, value.getType());
    return out;
  }

private:
  attn::KernelOp kernel;
  attn::AttentionOp attention;
  SmallVector<Value, 3> operands; ///< q, k, v
  bool hasCache = false;

  void readTokens(Parameter &out, BlockArgument value, attn::TokensType tokens) {
    out.role = Role::Unused;
    for (auto append : kernel.getBody().getOps<attn::AppendOp>())
      if (attn::tokenSource(append.getTokens()).tokens == value)
        out.role = Role::New;
    for (Value operand : operands)
      if (attn::tokenSource(operand).active().tokens == value)
        out.role = Role::New;
    for (size_t i = operands.size(); i-- > 0;)
      if (attn::tokenSource(operands[i]).tokens == value)
        out.role = roles[i];
    out.order = attn::axesOf(tokens.getLayout());
    for (Operation *user : value.getUsers())
      if (auto biased = dyn_cast<attn::AddBiasOp>(user))
        out.bias = nameOf(kernel, biased.getBias());
    if (attention && out.role == Role::Query && attn::scaledInQueries(attention.getK()))
      out.keyScale = nameOf(kernel, attn::CacheAccess(attention.cachedKeys()).scale);
    out.dtype = dtypeOf(tokens.getElementType());
    out.heads = tokens.getHeads();
    out.dim = tokens.getDim();
  }

  /// What attention and appends say of the cache agrees.
  void readCache(Parameter &out, BlockArgument value, attn::CacheType cache) {
    out.dtype = dtypeOf(cache.getElementType());
    out.heads = cache.getHeads() * (cache.getPair() ? 2 : 1);
    out.dim = cache.getDim();
    out.cacheAxes = cache.axes();
    out.page = cache.getPage();
    out.halfBytes = cache.hasHalfBytes();
    out.window = cache.getWindow();
    out.keep = cache.getKeep();
    auto take = [&](const attn::CacheAccess &access) {
      if (access.scaledByToken())
        out.scales = nameOf(kernel, access.scale);
      else
        (access.values ? out.valueScale : out.scale) = nameOf(kernel, access.scale);
      out.csr = access.csr;
      out.table = nameOf(kernel, access.pages);
      out.beams = nameOf(kernel, access.beams); // reads come last
      out.prompts = nameOf(kernel, access.prompts);
      out.beamWidth = access.beamWidth;
    };
    if (takeScales(value, take))
      return;
    for (auto append : kernel.getBody().getOps<attn::AppendOp>())
      if (attn::cacheArgument(append.getCache()) == value) {
        take(attn::CacheAccess(append));
        out.floats = dtypeOf(append.getTokens().getType().getElementType());
        Append &read =
            out.appends.emplace_back(Append{readNewTokens(kernel, append.getTokens()), append.getValues()});
        read.tokens.first = nameOf(kernel, append.getFirst());
      }
    out.role = attention ? Role::Unused : hasCache ? Role::Value : Role::Key;
    hasCache = true;
    for (size_t i = operands.size(); i-- > 0;)
      if (attn::TokenSource source = attn::tokenSource(operands[i]); source.tokens == value) {
        take(attn::CacheAccess(source.cached));
        out.floats = dtypeOf(source.cached.getResult().getType().getElementType());
        out.role = roles[i];
        if (source.join) // those of keys come last, and go first
          out.active.insert(out.active.begin(), readNewTokens(kernel, source.join.getActive()));
      }
  }

  /// Whether the cache has the scales of another one; its tokens are found as there.
  bool takeScales(BlockArgument value, function_ref<void(const attn::CacheAccess &)> take) {
    bool found = false;
    auto takeOf = [&](auto op) {
      if (attn::CacheAccess access(op); access.scale == value) {
        take(access.scales());
        found = true;
      }
    };
    for (auto append : kernel.getBody().getOps<attn::AppendOp>())
      takeOf(append);
    for (auto cached : kernel.getBody().getOps<attn::CachedOp>())
      takeOf(cached);
    return found;
  }

  static void readSide(Parameter &out, attn::SideType side) {
    out.role = Role::Side;
    out.dtype = dtypeOf(side.getElementType());
    for (Attribute axis : side.getShape()) {
      auto name = dyn_cast<StringAttr>(axis);
      out.axes.push_back(name ? name.str() : std::to_string(cast<IntegerAttr>(axis).getInt()));
    }
  }

  void readScalar(Parameter &out, unsigned index, Type type) {
    out.role = Role::Scalar;
    out.dtype = dtypeOf(type);
    Attribute preset = kernel.getArgAttr(index, attn::kDefaultAttr);
    if (auto real = dyn_cast_if_present<FloatAttr>(preset))
      out.defaultValue = real.getValueAsDouble();
    else if (auto integer = dyn_cast_if_present<IntegerAttr>(preset))
      out.defaultValue = double(integer.getInt());
    out.hasDefault = bool(preset);
  }

  static constexpr Role roles[] = {Role::Query, Role::Key, Role::Value};
};

Parameter readResult(attn::KernelOp kernel, const KernelShape &shape, unsigned index) {
  Parameter out;
  out.name = kernel.resultName(index).str();
  Type type = kernel.getResultTypes()[index];
  Value value = kernel.getBody().front().getTerminator()->getOperand(index);
  auto tokens = dyn_cast<attn::TokensType>(type);
  if (isa<attn::CacheType>(type)) {
    out = *shape.argument(out.name); // attn.return is verified
    out.role = Role::Cache;
    return out;
  }
  out.role = tokens && !value.getDefiningOp<attn::AttentionOp>() ? Role::KeysRotated
             : tokens                                            ? Role::Out
             : isa<attn::RowsType>(type)                         ? Role::Rows
             : isa<attn::PairsType>(type)                        ? Role::Pairs
                                                                 : Role::PerHead;
  out.dtype = tokens ? dtypeOf(tokens.getElementType()) : DType::F32;
  out.heads = shape.heads;
  out.dim = tokens ? tokens.getDim() : 1;
  out.order = tokens ? attn::axesOf(tokens.getLayout()).str() : "";
  if (out.role == Role::KeysRotated) {
    out.heads = tokens.getHeads();
    out.source = readNewTokens(kernel, value);
  }
  return out;
}

/// Unsupported says what the kernel holds that the reference does not compute.
Status checkBody(attn::KernelOp kernel, attn::AttentionOp attention) {
  auto appends = kernel.getBody().getOps<attn::AppendOp>();
  if (!attention && appends.empty())
    return Status(Code::Unsupported, "expected an attention in the kernel, got none");
  for (attn::AppendOp append : appends)
    if (!attn::tokenSource(append.getTokens()).tokens || attn::tokenSource(append.getTokens()).cached)
      return Status(Code::Unsupported, "expected appended tokens that are an argument of the kernel");
  if (!attention)
    return Status::success();
  if (attn::tokenSource(attention.getK()).tokens == attn::tokenSource(attention.getV()).tokens &&
      !attention.isSelfAttention() && !attention.cachedKeys())
    return Status(Code::Unsupported, "expected k and v to be different arguments, or heads of q's");
  return Status::success();
}

} // namespace

Result<KernelShape> readKernelShape(attn::KernelOp kernel) {
  attn::AttentionOp attention;
  for (auto op : kernel.getBody().getOps<attn::AttentionOp>())
    attention = op;
  ATTNC_RETURN_IF_ERROR(checkBody(kernel, attention));
  KernelShape shape;
  shape.name = kernel.getSymName().str();
  shape.packed = kernel.isPacked();
  shape.attends = bool(attention);
  shape.queryLengths = kernel.getLengths() == attn::Lengths::Both;
  shape.keyLengths = kernel.getLengths() != attn::Lengths::None;
  if (attention) {
    shape.topLeft = attention.getAnchor() == attn::Anchor::TopLeft;
    shape.selfAttention = attention.isSelfAttention();
    shape.heads = attention.getQ().getType().getHeads();
    shape.kvHeads = attention.getK().getType().getHeads();
  } else {
    shape.kvHeads = (*kernel.getBody().getOps<attn::AppendOp>().begin()).getCache().getType().getHeads();
  }
  ArgumentReader reader(kernel, attention);
  for (unsigned index = 0; index < kernel.getArgumentTypes().size(); ++index)
    shape.arguments.push_back(reader.read(index));
  for (unsigned index = 0; index < kernel.getResultTypes().size(); ++index)
    shape.results.push_back(readResult(kernel, shape, index));
  return shape;
}

} // namespace attnc::reference
