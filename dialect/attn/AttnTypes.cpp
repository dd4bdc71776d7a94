// AttnTypes.cpp - parsing, printing and checks of logical tensor types.
#include "dialect/attn/Attn.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc::attn;

#define GET_TYPEDEF_CLASSES
#include "dialect/attn/AttnTypes.cpp.inc"

void AttnDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialect/attn/AttnTypes.cpp.inc"
      >();
}

static ParseResult parseLayout(AsmParser &parser, Layout &layout) {
  StringRef keyword;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseComma() || parser.parseKeyword(&keyword))
    return failure();
  std::optional<Layout> parsed = symbolizeLayout(keyword);
  if (!parsed)
    return parser.emitError(where, "expected packed, padded or an order of b, s, h and d, got ") << keyword;
  layout = *parsed;
  return success();
}

/// `heads x dim x element`.
static ParseResult parseHeadVectors(AsmParser &parser, int64_t &heads, int64_t &dim, Type &element) {
  SmallVector<int64_t, 2> dims;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseDimensionList(dims, /*allowDynamic=*/false) || parser.parseType(element))
    return failure();
  if (dims.size() != 2)
    return parser.emitError(where, "expected heads x dim, got ") << dims.size() << " sizes";
  heads = dims[0];
  dim = dims[1];
  return success();
}

Type TokensType::parse(AsmParser &parser) {
  int64_t heads, dim;
  Type element;
  Layout layout;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() || parseHeadVectors(parser, heads, dim, element) || parseLayout(parser, layout) ||
      parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(where); }, parser.getContext(), heads, dim, element,
                    layout);
}

void TokensType::print(AsmPrinter &printer) const {
  printer << '<' << getHeads() << 'x' << getDim() << 'x' << getElementType() << ", "
          << stringifyLayout(getLayout()) << '>';
}

/// C1 and C2 of tokens and caches.
static LogicalResult verifyHeadVectors(function_ref<InFlightDiagnostic()> emitError, int64_t heads,
                                       int64_t dim, Type element) {
  if (heads <= 0 || dim <= 0)
    return emitError() << "expected positive heads and dim, got " << heads << " x " << dim;
  if (!element.isF16() && !element.isBF16() && !element.isF32() && !attnc::isQuantised(element))
    return emitError() << "expected an element type of f16, bf16, f32, f8E4M3FN, f8E5M2, i8 or i4, got "
                       << element;
  return success();
}

LogicalResult TokensType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t heads, int64_t dim,
                                 Type element, Layout) {
  if (element.isInteger(4)) // C2: caches alone have those
    return emitError() << "expected elements of at least 8 bits in tokens, got " << element;
  return verifyHeadVectors(emitError, heads, dim, element);
}

Type CacheType::parse(AsmParser &parser) {
  int64_t heads, dim, page = 0, window = 0, keep = 0;
  Type element;
  StringRef keyword;
  bool pair = false;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() || parseHeadVectors(parser, heads, dim, element) || parser.parseComma())
    return {};
  SMLoc orderAt = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return {};
  std::optional<CacheOrder> order = symbolizeCacheOrder(keyword);
  if (!order) {
    parser.emitError(orderAt, "expected an order of n, h and d, got ") << keyword;
    return {};
  }
  if (succeeded(parser.parseOptionalKeyword("page")) && parser.parseInteger(page))
    return {};
  pair = succeeded(parser.parseOptionalKeyword("pair"));
  if (succeeded(parser.parseOptionalKeyword("window")) &&
      (parser.parseInteger(window) ||
       (succeeded(parser.parseOptionalKeyword("keep")) && parser.parseInteger(keep))))
    return {};
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(where); }, parser.getContext(), heads, dim, element, *order,
                    page, pair, window, keep);
}

void CacheType::print(AsmPrinter &printer) const {
  printer << '<' << getHeads() << 'x' << getDim() << 'x' << getElementType() << ", "
          << stringifyCacheOrder(getOrder());
  if (isPaged())
    printer << " page " << getPage();
  printer << (getPair() ? " pair" : "");
  if (isCyclic())
    printer << " window " << getWindow();
  if (getKeep())
    printer << " keep " << getKeep();
  printer << '>';
}

LogicalResult CacheType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t heads, int64_t dim,
                                Type element, CacheOrder, int64_t page, bool, int64_t window, int64_t keep) {
  if (failed(verifyHeadVectors(emitError, heads, dim, element))) // C1, C2
    return failure();
  if (page < 0 || page > 256) // C3
    return emitError() << "expected pages of 1 to 256 tokens, got " << page;
  if (keep < 0 || (window ? window <= keep : keep != 0)) // C4
    return emitError() << "expected a window larger than the tokens that are kept, got " << window << " and "
                       << keep;
  if (element.isInteger(4) && dim % 2 != 0) // C5
    return emitError() << "expected an even dim of elements of 4 bits, got " << dim;
  return success();
}

/// What rows and pairs share: `<heads x element, layout>`.
template <class Shaped> static Type parsePerHead(AsmParser &parser) {
  SmallVector<int64_t, 1> dims;
  Type element;
  Layout layout;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseDimensionList(dims, /*allowDynamic=*/false) ||
      parser.parseType(element) || parseLayout(parser, layout) || parser.parseGreater())
    return {};
  if (dims.size() != 1) {
    parser.emitError(where, "expected the number of heads, got ") << dims.size() << " sizes";
    return {};
  }
  return Shaped::getChecked([&] { return parser.emitError(where); }, parser.getContext(), dims[0], element,
                            layout);
}

static LogicalResult verifyPerHead(function_ref<InFlightDiagnostic()> emitError, int64_t heads,
                                   Type element) {
  if (heads <= 0) // C1
    return emitError() << "expected positive heads, got " << heads;
  if (!element.isF32()) // C2
    return emitError() << "expected an element type of f32, got " << element;
  return success();
}

Type RowsType::parse(AsmParser &parser) { return parsePerHead<RowsType>(parser); }

void RowsType::print(AsmPrinter &printer) const {
  printer << '<' << getHeads() << 'x' << getElementType() << ", " << stringifyLayout(getLayout()) << '>';
}

LogicalResult RowsType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t heads, Type element,
                               Layout) {
  return verifyPerHead(emitError, heads, element);
}

Type PairsType::parse(AsmParser &parser) { return parsePerHead<PairsType>(parser); }

void PairsType::print(AsmPrinter &printer) const {
  printer << '<' << getHeads() << 'x' << getElementType() << ", " << stringifyLayout(getLayout()) << '>';
}

LogicalResult PairsType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t heads, Type element,
                                Layout) {
  return verifyPerHead(emitError, heads, element);
}

LogicalResult SideType::verify(function_ref<InFlightDiagnostic()> emitError, ArrayAttr shape, Type element) {
  static const llvm::StringSet<> names = {"batch",   "heads",    "kv_heads",  "q_len",       "kv_len",
                                          "total_q", "total_kv", "max_pages", "total_pages", "max_len"};
  for (Attribute axis : shape) { // C1
    if (auto name = dyn_cast<StringAttr>(axis); name && names.contains(name.getValue()))
      continue;
    if (auto size = dyn_cast<IntegerAttr>(axis); size && size.getInt() > 0)
      continue;
    return emitError() << "expected the name of a dim or a positive size, got " << axis;
  }
  if (!element.isF32() && !element.isF16() && !element.isBF16() && !element.isInteger(32) &&
      !element.isInteger(1)) // C2
    return emitError() << "expected an element type of f32, f16, bf16, i32 or i1, got " << element;
  if (shape.empty() || shape.size() > 4) // C3
    return emitError() << "expected 1 to 4 axes, got " << shape.size();
  return success();
}
