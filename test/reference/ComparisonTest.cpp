// ComparisonTest.cpp - what counts as equal to the reference, and what is said where it is not.
#include "codegen/reference/ReferenceResult.h"
#include "test/reference/TestKernel.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace attnc;
using namespace attnc::test;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

TensorComparison compareValues(const std::vector<double> &expected, const std::vector<double> &bounds,
                               const std::vector<double> &actual) {
  ReferenceResult reference;
  std::vector<int64_t> shape{int64_t(expected.size())};
  reference.outputs.push_back({"out", DType::F32, shape, expected, bounds});
  HostTensor tensor(DType::F32, shape, actual);
  Arguments arguments;
  arguments.tensors["out"] = tensor.view();
  Result<Comparison> comparison = compare(reference, arguments);
  EXPECT_TRUE(comparison.ok());
  return comparison->tensors.at(0);
}

int64_t violations(double expected, double bound, double actual) {
  return compareValues({expected}, {bound}, {actual}).violations;
}

} // namespace

TEST(Comparison, FiniteValues) {
  EXPECT_EQ(violations(1, 0.5, 1.5), 0);
  EXPECT_EQ(violations(1, 0.5, 1.75), 1);
  EXPECT_EQ(violations(1, 0.5, kNan), 1);
  EXPECT_EQ(violations(1, 0.5, kInf), 1);
  EXPECT_EQ(violations(0, 0, 0), 0);
  EXPECT_EQ(violations(0, 0, 1e-30), 1);
}

TEST(Comparison, SpecialValues) {
  EXPECT_EQ(violations(-kInf, 0, -kInf), 0);
  EXPECT_EQ(violations(-kInf, 0, -1e38), 1);
  EXPECT_EQ(violations(-kInf, 0, kNan), 1);
  EXPECT_EQ(violations(-kInf, 0, kInf), 1);
  EXPECT_EQ(violations(kNan, kInf, kNan), 0);
  EXPECT_EQ(violations(kNan, kInf, 0), 1);
  EXPECT_EQ(violations(kInf, kInf, kNan), 0);
  EXPECT_EQ(violations(kInf, kInf, 3), 1);
}

TEST(Comparison, ElementsOfFourBits) {
  ReferenceResult reference;
  reference.outputs.push_back({"k_cache", DType::I8, {1, 2}, {-1, 7, 2, 0}, {0, 0, 1, 0}});
  reference.outputs[0].halfBytes = true;
  auto compareBytes = [&](std::vector<double> bytes) {
    HostTensor tensor(DType::I8, {1, 2}, std::move(bytes));
    Arguments arguments;
    arguments.tensors["k_cache"] = tensor.view();
    return compare(reference, arguments)->tensors.at(0);
  };
  EXPECT_EQ(compareBytes({0x7f, 0x02}).violations, 0);
  EXPECT_EQ(compareBytes({0x7f, 0x03}).violations, 0); // one more, which its bound allows
  EXPECT_EQ(compareBytes({0x7f, 0x12}).violations, 1); // the high half has none
  const TensorComparison wrong = compareBytes({0x6f, 0x02});
  EXPECT_EQ(wrong.elements, 4);
  ASSERT_TRUE(wrong.firstViolation);
  EXPECT_EQ(wrong.firstViolation->index, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(wrong.firstViolation->actual, 6);
}

TEST(Comparison, UncheckedElementsAreCounted) {
  TensorComparison result = compareValues({1, 2}, {kInf, 1}, {kNan, 2});
  EXPECT_EQ(result.violations, 0);
  EXPECT_EQ(result.unchecked, 1);
}

TEST(Comparison, NamesTheWorstAndTheFirst) {
  TensorComparison result = compareValues({0, 0, 0, 0}, {1, 1, 1, 1}, {0.5, 2, -8, 4});
  EXPECT_EQ(result.elements, 4);
  EXPECT_EQ(result.violations, 3);
  EXPECT_EQ(result.maxAbsError, 8);
  EXPECT_EQ(result.maxRatio, 8);
  ASSERT_TRUE(result.worst && result.firstViolation);
  EXPECT_EQ(result.worst->index, std::vector<int64_t>{2});
  EXPECT_EQ(result.worst->actual, -8);
  EXPECT_EQ(result.firstViolation->index, std::vector<int64_t>{1});
  Comparison all{{result}};
  EXPECT_FALSE(all.passed());
  EXPECT_EQ(all.str(), "out: 4 elements, largest error 8, 800 % of its bound\n"
                       "  3 outside their bound\n"
                       "  first: [1] expected 0 +- 1, got 2\n"
                       "  worst: [2] expected 0 +- 1, got -8\n");
}

TEST(Comparison, WrongTensors) {
  ReferenceResult reference;
  reference.outputs.push_back({"out", DType::F32, {2}, {0, 0}, {0, 0}});
  Arguments arguments;
  EXPECT_EQ(compare(reference, arguments).status().message(), "expected a tensor 'out', got none");
  HostTensor wide(DType::F32, {3});
  arguments.tensors["out"] = wide.view();
  EXPECT_EQ(compare(reference, arguments).status().message(), "expected tensor 'out' of shape [2], got [3]");
}

TEST(Comparison, StoreRoundsToTheDtype) {
  ReferenceResult reference;
  reference.outputs.push_back({"out", DType::F16, {2, 2}, {1.0004, -kInf, 2, 3}, {0, 0, 0, 0}});
  HostTensor tensor(DType::F16, {2, 2});
  Arguments arguments;
  arguments.tensors["out"] = tensor.view();
  arguments.tensors["out"].strides = {1, 2}; // transposed
  ASSERT_TRUE(store(reference, arguments).ok());
  EXPECT_EQ(tensor.get(0), 1);
  EXPECT_EQ(tensor.get(1), 2);
  EXPECT_EQ(tensor.get(2), -kInf);
  EXPECT_EQ(tensor.get(3), 3);
}
