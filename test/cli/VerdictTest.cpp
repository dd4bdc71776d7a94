// VerdictTest.cpp - when a comparison shows something: the rule of tools/attnc/Verdict.h.
#include "tools/attnc/Verdict.h"
#include "tools/gpu/StoredCases.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

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

TEST(Verdict, OfACacheWhatIsWrittenCounts) {
  Comparison comparison = one(1000, 6);
  comparison.tensors[0].untouched = 990;
  EXPECT_EQ(judge(comparison, {}), Verdict::Unchecked);
  comparison.tensors[0].unchecked = 5;
  EXPECT_EQ(judge(comparison, {}), Verdict::Passed);
}

TEST(StoredCases, ElementsOfFourBits) {
  const auto path = std::filesystem::temp_directory_path() / ("attnc-halves-" + std::to_string(getpid()));
  ReferenceResult result;
  result.outputs.push_back({"k_cache", DType::I8, {2}, {1, -2, 3, 4}, {0, 1, 0, 0}});
  result.outputs[0].written = {true, true, false, false};
  result.outputs[0].halfBytes = true;
  ASSERT_TRUE(gpu::writeExpected(path, result).ok());
  Result<ReferenceResult> back = gpu::readExpected(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(back.ok()) << back.status().str();
  EXPECT_TRUE(back->outputs[0].halfBytes);
  EXPECT_EQ(back->outputs[0].values, result.outputs[0].values);
  EXPECT_EQ(back->outputs[0].written, result.outputs[0].written);
}

TEST(StoredCases, TensorsThatAreUpdatedInPlace) {
  const auto path = std::filesystem::temp_directory_path() / ("attnc-expected-" + std::to_string(getpid()));
  ReferenceResult result;
  result.outputs.resize(2);
  result.outputs[0] = {"k_cache", DType::F16, {3}, {1, 2, 3}, {0, 0.5, 0}};
  result.outputs[0].written = {false, true, false};
  result.outputs[1] = {"out", DType::F16, {2}, {4, 5}, {1, 1}};
  ASSERT_TRUE(gpu::writeExpected(path, result).ok());
  Result<ReferenceResult> back = gpu::readExpected(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(back.ok()) << back.status().str();
  EXPECT_EQ(back->outputs[0].written, result.outputs[0].written);
  EXPECT_EQ(back->outputs[1].values, result.outputs[1].values);
  EXPECT_FALSE(back->outputs[1].inPlace());
  EXPECT_FALSE(back->outputs[1].halfBytes);
  // What was there before comes from the tensors.
  uint16_t words[] = {0x7e01, 0x4000, 0x3c00};
  Arguments arguments;
  arguments.tensors["k_cache"] = {words, DType::F16, {3}, {}};
  uint16_t out[] = {0x4400, 0x4500};
  arguments.tensors["out"] = {out, DType::F16, {2}, {}};
  ASSERT_TRUE(replaceUntouched(*back, arguments).ok());
  EXPECT_TRUE(compare(*back, arguments)->passed());
  words[0] = 0x7e02;
  EXPECT_FALSE(compare(*back, arguments)->passed());
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
