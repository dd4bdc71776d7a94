// VerdictTest.cpp - when a comparison shows something: the rule of tools/attnc/Verdict.h.
#include "tools/attnc/Verdict.h"

#include <gtest/gtest.h>

using namespace attnc;
using namespace attnc::cli;

namespace {

Comparison one(int64_t elements, int64_t unchecked, int64_t violations = 0) {
  TensorComparison tensor;
  tensor.name = "out";
  tensor.elements = elements;
  tensor.unchecked = unchecked;
  tensor.violations = violations;
  if (violations)
    tensor.firstViolation = tensor.worst = ComparedElement{{0}, 1, 2, 0};
  Comparison out;
  out.tensors = {tensor};
  return out;
}

TEST(Verdict, HalfUncheckedStillShowsSomething) {
  const Problem problem;
  EXPECT_EQ(judge(one(10, 0), problem), Verdict::Passed);
  EXPECT_EQ(judge(one(10, 5), problem), Verdict::Passed);
  EXPECT_EQ(judge(one(10, 6), problem), Verdict::Unchecked);
  EXPECT_EQ(judge(one(1, 1), problem), Verdict::Unchecked);
  EXPECT_EQ(judge(one(0, 0), problem), Verdict::Passed);
  EXPECT_EQ(judge(one(10, 9, 1), problem), Verdict::Failed);
}

TEST(Verdict, EveryTensorCounts) {
  Comparison comparison = one(1000, 0);
  comparison.tensors.push_back(one(10, 10).tensors[0]);
  EXPECT_EQ(judge(comparison, {}), Verdict::Unchecked);
}

TEST(Verdict, RowsOfNoRequestDoNotCount) {
  Problem problem;
  problem.dims = {{"total_q", 10}};
  problem.lens = {{"q", {1, 2}}}; // 3 of 10 rows; 4 elements each
  EXPECT_EQ(judge(one(40, 28), problem), Verdict::Passed);
  EXPECT_EQ(judge(one(40, 34), problem), Verdict::Passed);
  EXPECT_EQ(judge(one(40, 35), problem), Verdict::Unchecked);
  problem.lens = {{"q", {0}}};
  EXPECT_EQ(judge(one(40, 40), problem), Verdict::Passed);
}

TEST(Verdict, TheStatusSaysWhatIsWrong) {
  EXPECT_TRUE(verdictStatus(one(10, 1), {}).ok());
  const Status unchecked = verdictStatus(one(10, 8), {}), failed = verdictStatus(one(10, 0, 1), {});
  EXPECT_EQ(unchecked.code(), Code::Mismatch);
  EXPECT_NE(unchecked.message().find("expected at least half of each tensor to be checked"),
            std::string::npos);
  EXPECT_NE(unchecked.message().find("8 unchecked"), std::string::npos);
  EXPECT_NE(failed.message().find("results differ from the reference"), std::string::npos);
}

} // namespace
