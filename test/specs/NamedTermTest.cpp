// NamedTermTest.cpp - what each named term stands for, and the errors of its arguments.
#include "TestSpecs.h"

#include <cmath>

using namespace attnc;
using namespace attnc::test;

namespace {

const std::string kInputs =
    "inputs: {n: {shape: [batch], dtype: i32}, ids: {shape: [batch, kv_len], dtype: i32}, "
    "m: {shape: [1, heads, q_len, kv_len], dtype: bool}, w: {shape: [batch, q_len, 8], dtype: i32}, "
    "ptr: {shape: [batch, 5], dtype: i32}, col: {shape: [heads, 9], dtype: i32}, par: {shape: [q_len], dtype: i32}, "
    "t: {shape: [32, heads], dtype: f32}, odd: {shape: [5, kv_len], dtype: f16}}";

/// The spec reads every input, so that the term under test may read any of them.
std::string specWith(const std::string &mask, const std::string &score) {
  return edited({kInputs, "params: {p: {type: i32, default: 3}, g: {type: f32, default: 1.5}}",
                 "mask: {all: [" + mask +
                     ", \"n[b] + ids[b, kv] + w[b, q_row, 0] + ptr[b, 0] + col[h, 0] + par[0] < p or m[0, h, q_row, kv]\"]}",
                 "score: {" + (score.empty() ? "" : score + ", ") +
                     "scale: 0.5, expr: \"s + t[0, h] * g + odd[0, kv]\"}"});
}

struct Meaning {
  std::string term, expression;
};

TEST(NamedTerm, MasksMeanWhatTheReadmeSays) {
  const Meaning meanings[] = {
      {"{prefix_lm: 7}", "kv <= q or kv < 7"},
      {"{prefix_lm: p}", "kv <= q or kv < p"},
      {"{prefix_lm: {length: n}}", "kv <= q or kv < n[b]"},
      {"{streaming: {window: 64, keep: 4}}", "kv <= q and (q - kv < 64 or kv < 4)"},
      {"{documents: ids}", "q >= 0 and ids[b, q] == ids[b, kv]"},
      {"{documents: {starts: ptr}}",
       "q >= 0 and ptr[b, search(ptr[b], q) - 1] <= kv and kv < ptr[b, search(ptr[b], q)]"},
      {"{tree: {parents: par}}", "kv < kv_len - q_len or reaches(par, q_row, kv - (kv_len - q_len))"},
      {"{bsr: {indptr: ptr, indices: col, kv_block: 64}}",
       "search(col[h], kv // 64, ptr[b, q_row // 128], ptr[b, q_row // 128 + 1]) > ptr[b, q_row // 128] and "
       "col[h, search(col[h], kv // 64, ptr[b, q_row // 128], ptr[b, q_row // 128 + 1]) - 1] == kv // 64"},
      {"{left_padding: n}", "kv >= n[b]"},
      {"{strided: {local: 5, stride: 3}}", "kv <= q and (q - kv < 5 or (kv + 1) % 3 == 0)"},
      {"{strided: {local: 5, stride: 3, block: 64, head_step: 2}}",
       "kv <= q and (q // 64 - kv // 64 < 5 or (kv // 64 + h * 2 + 1) % 3 == 0)"},
      {"{tensor: m}", "m[0, h, q_row, kv]"},
      {"{tree: m}", "kv < kv_len - q_len or m[0, h, q_row, kv - (kv_len - q_len)]"},
      {"{tree: w}",
       "kv < kv_len - q_len or bit(w[b, q_row, (kv - (kv_len - q_len)) // 32], kv - (kv_len - q_len))"},
      {"{bits: w}", "bit(w[b, q_row, kv // 32], kv)"},
      {"{block_sparse: {map: m, kv_block: 64}}", "m[0, h, q_row // 128, kv // 64]"},
      {"{block_sparse: w}", "bit(w[b, q_row // 128, kv // 128 // 32], kv // 128)"},
  };
  for (const auto &[term, expression] : meanings) {
    Result<Spec> spec = readSpecText(specWith(term, ""), "spec.yaml");
    ASSERT_TRUE(spec.ok()) << term << "\n" << spec.status().str();
    const MaskNode &mask = spec->mask.operands[0];
    EXPECT_EQ(mask.kind, MaskNode::Kind::Named);
    EXPECT_EQ(exprText(*mask.expr), expression);
    EXPECT_EQ(mask.expr->where.line, 8);
    std::string canonical = specText(*spec);
    Result<Spec> again = readSpecText(canonical, "canonical.yaml");
    ASSERT_TRUE(again.ok()) << canonical << again.status().str();
    EXPECT_EQ(specText(*again), canonical);
  }
}

TEST(NamedTerm, ScoresMeanWhatTheReadmeSays) {
  const Meaning meanings[] = {
      {"bias: odd", ""}, // an axis of 5 cannot be broadcast
      {"logn: 2048", "s * (log(q + 1) / 7.6246189861593985 if q >= 2048 else 1.0)"},
      {"alibi: computed", "s + exp2(-1.0 * (h + 1)) * (kv - q)"},
      {"alibi: {form: distance, scaled: true}", "s - 0.5 * exp2(-1.0 * (h + 1)) * abs(q - kv)"},
      {"alibi: {total_heads: 12, first_head: p}",
       "s + (exp2(-1.0 * (h + p + 1)) if h + p < 8 else exp2(-0.5 * (2 * (h + p - 8) + 1))) * (kv - q)"},
  };
  for (const auto &[term, expression] : meanings) {
    Result<Spec> spec = readSpecText(specWith("causal", term), "spec.yaml");
    ASSERT_EQ(spec.ok(), !expression.empty()) << term << "\n" << spec.status().str();
    if (!spec.ok())
      continue;
    ASSERT_EQ(spec->score.terms.size(), 1u);
    EXPECT_EQ(exprText(*spec->score.terms[0].expr), expression);
    std::string canonical = specText(*spec);
    Result<Spec> again = readSpecText(canonical, "canonical.yaml");
    ASSERT_TRUE(again.ok()) << canonical << again.status().str();
    EXPECT_EQ(specText(*again), canonical);
  }
}

/// The bucket of T5's own code (f32 logarithms), for distances on both sides.
int64_t t5Bucket(int64_t key, int64_t query, bool bidirectional, int64_t buckets, int64_t farthest) {
  int64_t base = 0, distance = query - key;
  if (bidirectional) {
    buckets /= 2;
    base = key > query ? buckets : 0;
    distance = std::abs(distance);
  } else {
    distance = std::max<int64_t>(distance, 0);
  }
  const int64_t exact = buckets / 2;
  if (distance < exact)
    return base + distance;
  float ratio = std::log(float(distance) / float(exact)) / float(std::log(double(farthest) / double(exact)));
  return base + std::min(buckets - 1, exact + int64_t(ratio * float(buckets - exact)));
}

/// Evaluates the index of the read in `s + t[index, h]`.
int64_t evaluate(const Expr &expr, int64_t q, int64_t kv) {
  auto operand = [&](size_t i) { return evaluate(*expr.operands[i], q, kv); };
  switch (expr.kind) {
  case ExprKind::IntLiteral:
    return expr.intValue;
  case ExprKind::Variable:
    return expr.name == "q" ? q : kv;
  case ExprKind::Add:
    return operand(0) + operand(1);
  case ExprKind::Sub:
    return operand(0) - operand(1);
  case ExprKind::Abs:
    return std::abs(operand(0));
  case ExprKind::Max:
    return std::max(operand(0), operand(1));
  case ExprKind::Lt:
    return operand(0) < operand(1);
  case ExprKind::Gt:
    return operand(0) > operand(1);
  case ExprKind::Ge:
    return operand(0) >= operand(1);
  case ExprKind::Select:
    return operand(0) ? operand(1) : operand(2);
  default:
    ADD_FAILURE() << "unexpected node in " << exprText(expr);
    return 0;
  }
}

TEST(NamedTerm, RelativeBiasHasTheBucketsOfT5) {
  for (bool bidirectional : {false, true})
    for (int64_t farthest : {40, 128, 1000}) {
      Result<Spec> spec = readSpecText(
          specWith("causal", "relative_bias: {table: t, max_distance: " + std::to_string(farthest) +
                                 ", bidirectional: " + (bidirectional ? "true" : "false") + "}"),
          "spec.yaml");
      ASSERT_TRUE(spec.ok()) << spec.status().str();
      const Expr &sum = *spec->score.terms[0].expr;
      ASSERT_EQ(sum.operands[1]->kind, ExprKind::Read);
      const Expr &index = *sum.operands[1]->operands[0];
      for (int64_t distance = -1200; distance <= 1200; ++distance)
        ASSERT_EQ(evaluate(index, 2000, 2000 - distance),
                  t5Bucket(2000 - distance, 2000, bidirectional, 32, farthest))
            << distance << " of " << farthest;
    }
}

struct Bad {
  std::string rule, mask, score, message;
};

TEST(NamedTerm, ArgumentsAreChecked) {
  const Bad bad[] = {
      {"S26", "{documents: idz}", "",
       "expected an input of 'inputs' for 'documents', got 'idz'; did you mean 'ids'"},
      {"S26", "{documents: m}", "", "expected an input of dtype i32 for 'documents', got 'm' of bool"},
      {"S26", "{prefix_lm: g}", "", "expected a parameter of type i32 for 'prefix_lm', got 'g' of f32"},
      {"S26", "{prefix_lm: nobody}", "",
       "expected an integer, an i32 parameter or an i32 input for 'prefix_lm', got 'nobody'"},
      {"S26", "{prefix_lm: t}", "", "expected an input of dtype i32 for 'prefix_lm', got 't' of f32"},
      {"S27", "{prefix_lm: ids}", "",
       "expected axes batch, heads, kv_heads, q_len or 1 for 'prefix_lm', got 'ids' of shape [batch, "
       "kv_len]"},
      {"S27", "causal", "bias: odd",
       "expected axes batch, heads, kv_heads, q_len, kv_len or 1 for 'bias', got 'odd' of shape [5, kv_len]"},
      {"S27", "causal", "relative_bias: odd",
       "expected a table of [buckets, heads] or [heads, buckets] with 2 to 256 buckets for 'relative_bias', "
       "got "
       "'odd'"},
      {"S27", "causal", "relative_bias: {table: t, max_distance: 16}",
       "expected a max_distance above 16, half of the buckets of a side, got 16"},
      {"K1", "{streaming: {window: 4, keeps: 1}}", "",
       "unknown key 'keeps' in 'streaming'; did you mean 'keep'"},
      {"K3", "{streaming: 4}", "", "expected a mapping for 'streaming', got '4'"},
      {"K3", "{strided: {local: x, stride: 2}}", "", "expected an integer for 'local', got 'x'"},
      {"K4", "causal", "alibi: {form: sined}",
       "expected signed or distance for 'form', got 'sined'; did you mean 'signed'"},
      {"K4", "tree", "", "expected an argument for the mask 'tree', got the word alone; write {tree: ...}"},
      {"K5", "{streaming: {window: 4}}", "", "expected 'keep' in 'streaming', got none"},
      {"S26", "{prefix_lm: {length: nobody}}", "",
       "expected an integer, an i32 parameter or an i32 input for 'length', got 'nobody'"},
      {"S26", "causal", "alibi: yes", "expected computed or an input of 'inputs' for 'alibi', got 'yes'"},
      {"S28", "causal", "alibi: {total_heads: 9, first_head: 2}",
       "expected 'total_heads' to be at least 10, the 8 query heads after 'first_head', got 9"},
      {"S28", "causal", "alibi: {slopes: t, total_heads: 16}",
       "expected 'total_heads' and 'first_head' with computed slopes only, got them with the input 't'"},
      {"S24", "causal", "logn: 1", "expected 'logn' between 2 and 1073741824, got 1"},
      {"S24", "{streaming: {window: 0, keep: 1}}", "", "expected 'window' between 1 and 1073741824, got 0"},
  };
  for (const Bad &each : bad) {
    Result<Spec> spec = readSpecText(specWith(each.mask, each.score), "spec.yaml");
    ASSERT_FALSE(spec.ok()) << each.rule << " " << each.mask << each.score;
    EXPECT_EQ(spec.status().message(), each.message) << each.rule;
    EXPECT_TRUE(spec.status().where().valid());
  }
}

} // namespace
