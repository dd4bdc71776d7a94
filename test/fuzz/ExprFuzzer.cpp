// ExprFuzzer.cpp - any bytes as an expression: parsing ends with a located Status, or with a typed tree
// within the limits, whose text parses to the same text and whose range analysis ends.
//
// The first byte says whether it stands in a score.
#include "FuzzTarget.h"

#include "specs/ExprParser.h"
#include "specs/ExprRange.h"
#include "specs/Spec.h"

#include <algorithm>

using namespace attnc;

namespace {

const Spec &surroundings() {
  static const Spec spec = [] {
    Result<Spec> read =
        readSpecText("attnc: 1\nname: fuzz\nphase: prefill\nheads: {query: 8, kv: 2}\nhead_dim: 64\n"
                     "dtype: f16\nlayout: packed\nmask: bits[b, kv] > w and seen[kv]\n"
                     "score: {scale: t, expr: \"s + bias[h, q, kv]\"}\n"
                     "params: {w: {type: i32}, t: {type: f32}}\n"
                     "inputs: {bias: {shape: [heads, q_len, kv_len], dtype: f16}, "
                     "bits: {shape: [batch, 64], dtype: i32}, seen: {shape: [kv_len], dtype: bool}}\n",
                     "surroundings.yaml");
    fuzz::expect(read.ok(), read.status().str());
    return *read;
  }();
  return spec;
}

std::vector<Location> placesOf(size_t size) {
  std::vector<Location> places;
  for (size_t i = 0; i <= size; ++i)
    places.push_back({"fuzz", 1, static_cast<int>(i) + 1});
  return places;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  const Spec &spec = surroundings();
  const ExprScope scope{(data[0] & 1) != 0, spec.inputs, spec.params};
  const std::string text(reinterpret_cast<const char *>(data) + 1, size - 1);
  Result<ExprPtr> expr = parseExpr(text, placesOf(text.size()), scope);
  if (!expr.ok()) {
    const Status status = expr.status();
    fuzz::expect(!status.message().empty() && status.code() == Code::InvalidSpec, status.str());
    fuzz::expect(status.where().valid() && status.where().column <= static_cast<int>(text.size()) + 1,
                 status.str());
    return 0;
  }
  size_t nodes = 0;
  visitExpr(**expr, [&](const Expr &) { ++nodes; });
  fuzz::expect(nodes <= 2 * ExprLimits::kMaxNodes, "a bounded tree"); // conversions are nodes of their own
  if ((*expr)->type == ExprType::Bool && !scope.inScore)
    (void)truthOf(**expr, spec);

  const std::string canonical = exprText(**expr);
  if (canonical.size() > ExprLimits::kMaxBytes)
    return 0; // blanks and brackets may lengthen a text beyond what is read
  Result<ExprPtr> again = parseExpr(canonical, placesOf(canonical.size()), scope);
  fuzz::expect(again.ok(), again.status().str() + "\nin canonical\n" + canonical);
  fuzz::expect(exprText(**again) == canonical,
               "the same text again:\n" + canonical + "\n" + exprText(**again));
  fuzz::expect((*again)->type == (*expr)->type, "the same type again:\n" + canonical);
  return 0;
}
