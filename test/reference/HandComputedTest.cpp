// HandComputedTest.cpp - cases small enough to work out with a pen.
#include "test/reference/TestKernel.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace attnc;
using namespace attnc::test;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Runs one request of one head: q is rows x 2, k and v are keys x 2, padded layout of batch 1.
ReferenceResult runOne(const KernelText &kernel, const std::vector<double> &q, const std::vector<double> &k,
                       const std::vector<double> &v, Arguments arguments = {}) {
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(kernel.str());
  EXPECT_TRUE(engine.ok()) << engine.status().str();
  if (!engine.ok())
    return {};
  HostTensor qs(DType::F16, {1, int64_t(q.size()) / 2, 1, 2}, q);
  HostTensor ks(DType::F16, {1, int64_t(k.size()) / 2, 1, 2}, k);
  HostTensor vs(DType::F16, {1, int64_t(v.size()) / 2, 1, 2}, v);
  arguments.tensors["q"] = qs.view();
  arguments.tensors["k"] = ks.view();
  arguments.tensors["v"] = vs.view();
  Result<ReferenceResult> result = (*engine)->run(arguments);
  EXPECT_TRUE(result.ok()) << result.status().str();
  return result.ok() ? *result : ReferenceResult{};
}

/// A bound that no test accepts if there is no such output.
double boundOf(const ReferenceResult &result, const char *name, size_t index) {
  const ReferenceOutput *output = result.find(name);
  return output && index < output->bounds.size() ? output->bounds[index] : kNan;
}

void expectValues(const ReferenceResult &result, const char *name, const std::vector<double> &expected) {
  const ReferenceOutput *output = result.find(name);
  ASSERT_NE(output, nullptr);
  ASSERT_EQ(output->values.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isinf(expected[i]))
      EXPECT_EQ(output->values[i], expected[i]) << name << " " << i;
    else
      EXPECT_NEAR(output->values[i], expected[i], 1e-14 * (1 + std::abs(expected[i]))) << name << " " << i;
  }
}

const std::vector<double> kUnitKeys{1, 0, 0, 1};
const std::vector<double> kValues{1, 2, 3, 4};

} // namespace

// Scores of row 0 are (ln-free) 1 and 0: weights e / (1 + e) and 1 / (1 + e).
TEST(HandComputed, TwoByTwo) {
  ReferenceResult result = runOne({}, {1, 0, 0, 2}, kUnitKeys, kValues);
  double e = std::exp(1), e2 = std::exp(2);
  expectValues(result, "out",
               {(e + 3) / (e + 1), (2 * e + 4) / (e + 1), (1 + 3 * e2) / (1 + e2), (2 + 4 * e2) / (1 + e2)});
  expectValues(result, "lse", {std::log(1 + e), std::log(1 + e2)});
}

TEST(HandComputed, ScaleMultipliesTheProduct) {
  KernelText kernel;
  kernel.scale = "0.5";
  ReferenceResult result = runOne(kernel, {2, 0}, kUnitKeys, kValues);
  double e = std::exp(1);
  expectValues(result, "out", {(e + 3) / (e + 1), (2 * e + 4) / (e + 1)});
}

TEST(HandComputed, RuntimeScaleAndItsDefault) {
  KernelText kernel;
  kernel.scale = "%scale";
  kernel.extraArguments = ", %scale: f32 {attn.name = \"scale\", attn.default = 5.0e-1 : f64}";
  double e = std::exp(1);
  expectValues(runOne(kernel, {2, 0}, kUnitKeys, kValues), "lse", {std::log(1 + e)});
  Arguments arguments;
  arguments.scalars["scale"] = 1;
  expectValues(runOne(kernel, {2, 0}, kUnitKeys, kValues, arguments), "lse", {std::log(1 + e * e)});
}

TEST(HandComputed, CausalSquareRowZeroSeesKeyZero) {
  KernelText kernel;
  kernel.mask = kCausal;
  double e2 = std::exp(2);
  ReferenceResult result = runOne(kernel, {1, 0, 0, 2}, kUnitKeys, kValues);
  expectValues(result, "out", {1, 2, (1 + 3 * e2) / (1 + e2), (2 + 4 * e2) / (1 + e2)});
  expectValues(result, "lse", {1, std::log(1 + e2)});
}

// One query against three keys: bottom-right puts it at position 2, top-left at 0.
TEST(HandComputed, AnchorsOfOneQuery) {
  KernelText kernel;
  kernel.mask = kCausal;
  std::vector<double> keys{0, 0, 0, 0, 0, 0}, values{3, 0, 6, 0, 9, 0};
  expectValues(runOne(kernel, {1, 1}, keys, values), "out", {6, 0});
  kernel.anchor = "top_left";
  expectValues(runOne(kernel, {1, 1}, keys, values), "out", {3, 0});
}

// Three queries, one key, bottom-right: rows 0 and 1 are at positions -2 and -1 and see nothing.
TEST(HandComputed, MoreQueriesThanKeysLeavesEmptyRows) {
  KernelText kernel;
  kernel.mask = kCausal;
  ReferenceResult result = runOne(kernel, {1, 0, 1, 0, 1, 0}, {2, 0}, {5, 6});
  expectValues(result, "out", {0, 0, 0, 0, 5, 6});
  expectValues(result, "lse", {-kInf, -kInf, 2});
  EXPECT_EQ(boundOf(result, "out", 0), 0);
  EXPECT_EQ(boundOf(result, "lse", 0), 0);
  EXPECT_GT(boundOf(result, "lse", 2), 0);
}

TEST(HandComputed, NoKeysAtAll) {
  ReferenceResult result = runOne({}, {1, 0, 0, 1}, {}, {});
  expectValues(result, "out", {0, 0, 0, 0});
  expectValues(result, "lse", {-kInf, -kInf});
}

TEST(HandComputed, NoQueries) {
  ReferenceResult result = runOne({}, {}, kUnitKeys, kValues);
  ASSERT_EQ(result.outputs.size(), 2u);
  EXPECT_TRUE(result.find("out")->values.empty());
  EXPECT_TRUE(result.find("lse")->values.empty());
}

TEST(HandComputed, SoftcapThenMask) {
  KernelText kernel;
  kernel.score = "%c = attn.softcap %s, 2.0 : f32\n attn.yield %c : f32";
  double a = std::exp(2 * std::tanh(2.0)), b = 1; // scores 4 and 0
  expectValues(runOne(kernel, {4, 0}, kUnitKeys, kValues), "out",
               {(a + 3 * b) / (a + b), (2 * a + 4 * b) / (a + b)});
  // A cap after the mask would show the hidden key with weight exp(-2).
  kernel.mask = "%z = arith.constant 0 : index\n %ok = arith.cmpi eq, %j, %z : index\n attn.yield %ok : i1";
  expectValues(runOne(kernel, {4, 0}, kUnitKeys, kValues), "out", {1, 2});
}

TEST(HandComputed, ScoreMayYieldMinusInfinity) {
  KernelText kernel;
  kernel.score = "%z = arith.constant 0 : index\n %first = arith.cmpi eq, %j, %z : index\n"
                 "%ninf = arith.constant 0xFF800000 : f32\n"
                 "%r = arith.select %first, %ninf, %s : f32\n attn.yield %r : f32";
  ReferenceResult result = runOne(kernel, {1, 0}, kUnitKeys, kValues);
  expectValues(result, "out", {3, 4});
  expectValues(result, "lse", {0});
  EXPECT_LT(boundOf(result, "out", 0), 0.01);
  // Nothing but -inf: the row is empty.
  result = runOne(kernel, {1, 0}, {1, 0}, {1, 2});
  expectValues(result, "out", {0, 0});
  expectValues(result, "lse", {-kInf});
  EXPECT_EQ(boundOf(result, "out", 0), 0);
}

TEST(HandComputed, NonFiniteValuesOfHiddenKeysDoNotMatter) {
  KernelText kernel;
  kernel.mask = kCausal;
  kernel.anchor = "top_left";
  for (double poison : {kNan, kInf, -kInf}) {
    ReferenceResult result = runOne(kernel, {1, 0}, {1, 0, poison, poison}, {1, 2, poison, poison});
    expectValues(result, "out", {1, 2});
    expectValues(result, "lse", {1});
    EXPECT_LT(boundOf(result, "out", 0), 0.01);
  }
}

TEST(HandComputed, NanOfAVisibleKeyShows) {
  ReferenceResult result = runOne({}, {1, 0}, {1, 0, kNan, 0}, kValues);
  ASSERT_EQ(result.outputs.size(), 2u);
  EXPECT_TRUE(std::isnan(result.find("out")->values[0]));
  EXPECT_TRUE(std::isnan(result.find("lse")->values[0]));
}

// The side tensor has one row and two keys; position 1 of three keys is inside, position 2 reads 0.
TEST(HandComputed, ReadOutsideTheShapeIsZero) {
  KernelText kernel;
  kernel.extraArguments = ", %bias: !attn.side<[2], f32> {attn.name = \"bias\"}";
  kernel.score = "%t = attn.read %bias[%j] : !attn.side<[2], f32> -> f32\n"
                 "%r = arith.addf %s, %t : f32\n attn.yield %r : f32";
  HostTensor bias(DType::F32, {2}, {1, 2});
  Arguments arguments;
  arguments.tensors["bias"] = bias.view();
  ReferenceResult result = runOne(kernel, {0, 0}, {0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}, arguments);
  expectValues(result, "lse", {std::log(std::exp(1) + std::exp(2) + 1)});
  // A negative index, here kv - 2, is outside as well.
  kernel.score = "%two = arith.constant 2 : index\n %p = arith.subi %j, %two : index\n"
                 "%t = attn.read %bias[%p] : !attn.side<[2], f32> -> f32\n"
                 "%r = arith.addf %s, %t : f32\n attn.yield %r : f32";
  result = runOne(kernel, {0, 0}, {0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}, arguments);
  expectValues(result, "lse", {std::log(1 + 1 + std::exp(1))});
}

TEST(HandComputed, BoolAndIntegerSideTensors) {
  KernelText kernel;
  kernel.extraArguments = ", %keep: !attn.side<[\"kv_len\"], i1> {attn.name = \"keep\"}"
                          ", %doc: !attn.side<[\"kv_len\"], i32> {attn.name = \"doc\"}";
  kernel.mask = "%k1 = attn.read %keep[%j] : !attn.side<[\"kv_len\"], i1> -> i1\n"
                "%d = attn.read %doc[%j] : !attn.side<[\"kv_len\"], i32> -> i32\n"
                "%seven = arith.constant 7 : i32\n %same = arith.cmpi eq, %d, %seven : i32\n"
                "%ok = arith.andi %k1, %same : i1\n attn.yield %ok : i1";
  HostTensor keep(DType::Bool, {3}, {1, 0, 1}), doc(DType::I32, {3}, {7, 7, -7});
  Arguments arguments;
  arguments.tensors["keep"] = keep.view();
  arguments.tensors["doc"] = doc.view();
  expectValues(runOne(kernel, {1, 1}, {0, 0, 0, 0, 0, 0}, {1, 2, 3, 4, 5, 6}, arguments), "out", {1, 2});
}

// floor(-1 / 2) is -1, not 0: with bottom-right and one key, the row at position -1 is not in the key's
// chunk.
TEST(HandComputed, ChunksFloor) {
  KernelText kernel;
  kernel.mask = "%two = arith.constant 2 : index\n %a = arith.floordivsi %i, %two : index\n"
                "%c = arith.floordivsi %j, %two : index\n %ok = arith.cmpi eq, %a, %c : index\n"
                "attn.yield %ok : i1";
  expectValues(runOne(kernel, {1, 0, 1, 0}, {1, 0}, {5, 6}), "out", {0, 0, 5, 6});
}

TEST(HandComputed, IntegerScalarAsWindow) {
  KernelText kernel;
  kernel.extraArguments = ", %w: i32 {attn.name = \"window\"}";
  kernel.mask = "%x = arith.index_cast %w : i32 to index\n %age = arith.subi %i, %j : index\n"
                "%ok = arith.cmpi slt, %age, %x : index\n attn.yield %ok : i1";
  Arguments arguments;
  arguments.scalars["window"] = 2;
  expectValues(runOne(kernel, {0, 0}, {0, 0, 0, 0, 0, 0}, {8, 0, 4, 0, 2, 0}, arguments), "out", {3, 0});
  arguments.scalars["window"] = 1;
  expectValues(runOne(kernel, {0, 0}, {0, 0, 0, 0, 0, 0}, {8, 0, 4, 0, 2, 0}, arguments), "out", {2, 0});
}

// Weights of +-800 over- and underflow without the maximum.
TEST(HandComputed, LargeScores) {
  ReferenceResult result = runOne({}, {40, 0}, {20, 0, -20, 0}, kValues);
  expectValues(result, "out", {1, 2});
  expectValues(result, "lse", {800});
}

// The key is visible iff 0.1 * 3 <= 0.3 in f32: the product may round to either side, so both outcomes are
// right.
TEST(HandComputed, MaskThatRoundingDecides) {
  KernelText kernel;
  kernel.mask = "%tenth = arith.constant 1.000000e-01 : f32\n %three = arith.constant 3.000000e+00 : f32\n"
                "%p = arith.mulf %tenth, %three : f32\n %limit = arith.constant 3.000000e-01 : f32\n"
                "%z = arith.constant 0 : index\n %first = arith.cmpi eq, %j, %z : index\n"
                "%near = arith.cmpf ole, %p, %limit : f32\n %ok = arith.ori %first, %near : i1\n"
                "attn.yield %ok : i1";
  // With equal scores key 1 moves the mean from 1 to 2 (and its LSE from 0 to ln 2), or not.
  ReferenceResult result = runOne(kernel, {0, 0}, {0, 0, 0, 0}, {1, 0, 3, 0});
  ASSERT_EQ(result.outputs.size(), 2u);
  double value = result.find("out")->values[0], bound = boundOf(result, "out", 0);
  EXPECT_LE(std::abs(value - 1), bound);
  EXPECT_LE(std::abs(value - 2), bound);
  // A limit well away from the product leaves no doubt.
  kernel.mask.replace(kernel.mask.find("3.000000e-01"), 12, "2.000000e-01");
  result = runOne(kernel, {0, 0}, {0, 0, 0, 0}, {1, 0, 3, 0});
  expectValues(result, "out", {1, 0});
  EXPECT_LT(boundOf(result, "out", 0), 0.01);
}

// A score that jumps where rounding decides: bounds must cover both sides, here weights 1 : e or 1 : 1.
TEST(HandComputed, ScoreThatRoundingDecides) {
  KernelText kernel;
  kernel.score = "%one = arith.constant 1.000000e+00 : f32\n %zero = arith.constant 0.000000e+00 : f32\n"
                 "%high = arith.cmpf oge, %s, %one : f32\n %r = arith.select %high, %one, %zero : f32\n"
                 "attn.yield %r : f32";
  ReferenceResult result = runOne(kernel, {1, 0}, {0, 0, 1, 0}, {0, 0, 1, 0});
  ASSERT_EQ(result.outputs.size(), 2u);
  double value = result.find("out")->values[0], bound = boundOf(result, "out", 0);
  double e = std::exp(1);
  EXPECT_LE(std::abs(value - e / (1 + e)), bound);
  EXPECT_LE(std::abs(value - 0.5), bound);
  result = runOne(kernel, {2, 0}, {0, 0, 1, 0}, {0, 0, 1, 0}); // 2 >= 1 without doubt
  expectValues(result, "out", {e / (1 + e), 0});
  EXPECT_LT(boundOf(result, "out", 0), 0.01);
}

// Canonicalisation may hoist a constant out of a region.
TEST(HandComputed, ConstantsOfTheKernelBody) {
  KernelText kernel;
  kernel.score = "%r = arith.addf %s, %two : f32\n attn.yield %r : f32";
  std::string text = kernel.str();
  text.insert(text.find("  %o, %lse"), "  %two = arith.constant 2.000000e+00 : f32\n");
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(text);
  ASSERT_TRUE(engine.ok()) << engine.status().str();
  HostTensor one(DType::F16, {1, 1, 1, 2}, {1, 0});
  Arguments arguments;
  arguments.tensors = {{"q", one.view()}, {"k", one.view()}, {"v", one.view()}};
  Result<ReferenceResult> result = (*engine)->run(arguments);
  ASSERT_TRUE(result.ok()) << result.status().str();
  expectValues(*result, "lse", {3});
}

TEST(HandComputed, IntegerDivisionByZeroDoesNotTrap) {
  KernelText kernel;
  kernel.mask = "%z = arith.subi %j, %j : index\n %d = arith.floordivsi %j, %z : index\n"
                "%x = arith.remsi %i, %z : index\n %e = arith.addi %d, %x : index\n"
                "%ok = arith.cmpi sge, %e, %z : index\n attn.yield %ok : i1";
  ReferenceResult result = runOne(kernel, {1, 0}, kUnitKeys, kValues);
  EXPECT_EQ(result.outputs.size(), 2u);
}
