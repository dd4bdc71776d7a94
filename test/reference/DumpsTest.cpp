// DumpsTest.cpp - dumps of tiles: right ones pass, and each kind of wrong one is found in the tensor that is wrong.
#include "codegen/reference/Dumps.h"

#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <limits>

namespace attnc {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// One row of 7 keys in tiles of 2: the first is hidden and not visited, the last is half a tile.
struct Dumped {
  std::vector<float> scores = {kNan, kNan, 1, 3, 5, -kInf, 2};
  std::vector<float> rowMax = {kNan, kNan, 3, 3, 5, 5, 5};
  std::vector<float> weights, rowSum;
  std::vector<double> expected = {-kInf, -kInf, 1, 3, 5, -kInf, 2};
  std::vector<double> bounds = std::vector<double>(7, 1e-6);

  Dumped() {
    for (size_t key = 0; key < 7; ++key)
      weights.push_back(key < 2 ? kNan : std::exp(scores[key] - rowMax[key]));
    const double first = std::exp(-2.0) + 1, second = first * std::exp(-2.0) + 1, third = second + std::exp(-3.0);
    for (double sum : {double(kNan), double(kNan), first, first, second, second, third})
      rowSum.push_back(float(sum));
    bounds[0] = bounds[1] = bounds[5] = 0;
  }

  /// Names of the tensors that are judged wrong.
  std::vector<std::string> wrong() {
    ReferenceResult reference;
    reference.outputs.push_back({"debug_scores", DType::F32, {1, 1, 7}, expected, bounds});
    Arguments arguments;
    for (auto [name, data] : {std::pair("debug_scores", &scores), {"debug_row_max", &rowMax},
                              {"debug_weights", &weights}, {"debug_row_sum", &rowSum}}) {
      Tensor tensor;
      tensor.data = data->data();
      tensor.dtype = DType::F32;
      tensor.shape = {1, 1, 7};
      arguments.tensors[name] = tensor;
    }
    Result<ReferenceResult> dumps = expectDumps(reference, arguments, 2);
    EXPECT_TRUE(dumps.ok()) << dumps.status().str();
    Result<Comparison> comparison = compare(*dumps, arguments);
    EXPECT_TRUE(comparison.ok()) << comparison.status().str();
    std::vector<std::string> names;
    for (const TensorComparison &tensor : comparison->tensors)
      if (tensor.violations > 0)
        names.push_back(tensor.name);
    return names;
  }
};

using Names = std::vector<std::string>;

TEST(Dumps, RightOnesPass) { EXPECT_EQ(Dumped().wrong(), Names{}); }

TEST(Dumps, EachIsJudgedForItself) {
  for (float off : {1.0f + 1e-4f, 0.9999f, 0.0f, kNan, -1.0f}) {
    Dumped scores, weights, sums;
    scores.scores[3] *= off;
    EXPECT_EQ(scores.wrong(), Names{"debug_scores"}) << off;
    weights.weights[6] *= off;
    EXPECT_EQ(weights.wrong(), Names{"debug_weights"}) << off;
    sums.rowSum[6] *= off;
    EXPECT_EQ(sums.wrong(), Names{"debug_row_sum"}) << off;
  }
}

TEST(Dumps, AMaximumOfTheWrongTile) {
  Dumped late;
  late.rowMax[4] = late.rowMax[5] = 3; // and what is relative to it agrees
  late.weights[4] = std::exp(5.0f - 3);
  late.weights[5] = 0;
  late.rowSum[4] = late.rowSum[5] = float(std::exp(-2.0) + 1 + std::exp(2.0));
  late.rowSum[6] = float((std::exp(-2.0) + 1 + std::exp(2.0)) * std::exp(-2.0) + std::exp(-3.0));
  EXPECT_EQ(late.wrong(), Names{"debug_row_max"});
}

TEST(Dumps, AHiddenKeyThatWasTaken) {
  Dumped shown;
  shown.scores[5] = 2;
  EXPECT_EQ(shown.wrong(), Names{"debug_scores"});
}

TEST(Dumps, AVisibleKeyInATileThatWasNotVisited) {
  Dumped skipped;
  skipped.expected[1] = 0.5;
  EXPECT_EQ(skipped.wrong(), Names{"debug_scores"});
}

TEST(Dumps, AHiddenTileThatIsVisitedIsRight) {
  Dumped visited;
  visited.scores[0] = visited.scores[1] = visited.rowMax[0] = visited.rowMax[1] = -kInf;
  visited.weights[0] = visited.weights[1] = visited.rowSum[0] = visited.rowSum[1] = 0;
  EXPECT_EQ(visited.wrong(), Names{});
}

TEST(Dumps, WhatRoundingMayShowIsNotJudged) {
  Dumped doubtful;
  doubtful.bounds[4] = double(kInf);
  doubtful.weights[4] = 17;
  EXPECT_EQ(doubtful.wrong(), Names{});
  doubtful.weights[3] = 17; // a tile before it
  EXPECT_EQ(doubtful.wrong(), Names{"debug_weights"});
}

TEST(Dumps, WithoutThemNothingChanges) {
  ReferenceResult reference;
  reference.outputs.push_back({"out", DType::F32, {1}, {1}, {0}});
  EXPECT_EQ(expectDumps(reference, {}, 0)->outputs.size(), 1u);
}

TEST(Dumps, BadInput) {
  ReferenceResult reference;
  reference.outputs.push_back({"debug_scores", DType::F32, {1, 1, 1}, {1}, {0}});
  EXPECT_EQ(expectDumps(reference, {}, 0).status().message(), "expected tiles of at least one key, got 0");
  EXPECT_EQ(expectDumps(reference, {}, 64).status().message(),
            "expected a tensor 'debug_row_max' of shape [1, 1, 1], got none");
}

} // namespace
} // namespace attnc
