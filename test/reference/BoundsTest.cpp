// BoundsTest.cpp - the bounds hold for correct f32 kernels, and planted bugs leave them far behind.
#include "test/reference/EmulatedKernel.h"
#include "test/reference/TestKernel.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace attnc;
using namespace attnc::test;

namespace {

struct Setting {
  const char *name;
  DType dtype;
  int64_t heads, kvHeads, dim, qLen, kvLen;
  bool causal;
  float softcap;
  const char *leave = "";
};

std::ostream &operator<<(std::ostream &out, const Setting &setting) { return out << setting.name; }

/// The data of a setting, its reference, and the kernel that is right for it.
class Bounds : public testing::TestWithParam<Setting> {
protected:
  void SetUp() override {
    const Setting &setting = GetParam();
    KernelText text;
    text.heads = int(setting.heads);
    text.kvHeads = int(setting.kvHeads);
    text.dim = int(setting.dim);
    text.dtype = std::string(dtypeName(setting.dtype));
    text.leave = setting.leave;
    text.layout = "packed";
    text.lengths = "both";
    float scale = 1 / std::sqrt(float(setting.dim));
    text.scale = std::to_string(scale);
    if (setting.causal)
      text.mask = kCausal;
    if (setting.softcap > 0)
      text.score =
          "%c = attn.softcap %s, " + std::to_string(setting.softcap) + " : f32\n attn.yield %c : f32";
    q = HostTensor(setting.dtype, {setting.qLen, setting.heads, setting.dim});
    k = HostTensor(setting.dtype, {setting.kvLen, setting.kvHeads, setting.dim});
    v = HostTensor(setting.dtype, {setting.kvLen, setting.kvHeads, setting.dim});
    q.fillNormal(1);
    k.fillNormal(2);
    v.fillNormal(3);
    out = HostTensor(setting.dtype, {setting.qLen, setting.heads, setting.dim});
    lse = HostTensor(DType::F32, {setting.qLen, setting.heads});
    HostTensor cuQ(DType::I32, {2}, {0, double(setting.qLen)}),
        cuKv(DType::I32, {2}, {0, double(setting.kvLen)});
    Arguments arguments;
    arguments.tensors = {
        {"q", q.view()}, {"k", k.view()}, {"v", v.view()}, {"cu_q", cuQ.view()}, {"cu_kv", cuKv.view()}};
    auto reference = [&](ReferenceResult &into) {
      Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(text.str());
      ASSERT_TRUE(engine.ok()) << engine.status().str();
      Result<ReferenceResult> result = (*engine)->run(arguments);
      ASSERT_TRUE(result.ok()) << result.status().str();
      into = std::move(*result);
    };
    reference(expected);
    text.leave = "";
    reference(withoutLeave);
    kernel.heads = setting.heads;
    kernel.kvHeads = setting.kvHeads;
    kernel.dim = setting.dim;
    kernel.scale = scale;
    if (setting.causal)
      kernel.visible = [](int64_t i, int64_t j) { return j <= i; };
    if (setting.softcap > 0)
      kernel.score = [cap = setting.softcap](float s, int64_t, int64_t, int64_t) {
        // The usual form: tanh(x) = 1 - 2 / (1 + exp2(2 x log2 e)).
        return cap * (1 - 2 / (1 + std::exp2(s / cap * 2.88539008f)));
      };
  }

  Comparison measure(const EmulatedKernel &emulated) { return measure(emulated, expected); }
  Comparison measure(const EmulatedKernel &emulated, const ReferenceResult &expected) {
    emulated.run(q.view(), k.view(), v.view(), out.view(), lse.view());
    Arguments actual;
    actual.tensors = {{"out", out.view()}, {"lse", lse.view()}};
    Result<Comparison> comparison = compare(expected, actual);
    EXPECT_TRUE(comparison.ok()) << comparison.status().str();
    return comparison.ok() ? *comparison : Comparison{};
  }

  static double ratio(const Comparison &comparison, const char *name) {
    for (const TensorComparison &tensor : comparison.tensors)
      if (tensor.name == name)
        return tensor.maxRatio;
    return std::nan("");
  }
  static void record(const char *what, const Comparison &comparison) {
    for (const char *name : {"out", "lse"})
      RecordProperty(std::string(what) + "_" + name, std::to_string(ratio(comparison, name)));
    if (std::getenv("ATTNC_TEST_VERBOSE"))
      std::printf("%s\n%s", what, comparison.str().c_str());
  }

  HostTensor q, k, v, out, lse;
  ReferenceResult expected, withoutLeave;
  EmulatedKernel kernel;
};

TEST_P(Bounds, CorrectKernelsStayInside) {
  for (bool truncate : {false, true})
    for (int64_t tile : {16, 64, 128}) {
      kernel.truncate = truncate;
      kernel.tile = tile;
      Comparison comparison = measure(kernel);
      record("correct", comparison);
      EXPECT_TRUE(comparison.passed()) << comparison.str();
      EXPECT_LT(ratio(comparison, "out"), 0.9) << comparison.str();
      EXPECT_LT(ratio(comparison, "lse"), 0.6) << comparison.str();
      // A bound that is far too wide would hide bugs. In f32 there is no rounding of P to come near to it.
      EXPECT_GT(ratio(comparison, "out"), GetParam().dtype == DType::F32 ? 0.01 : 0.05) << comparison.str();
      EXPECT_GT(ratio(comparison, "lse"), 0.005) << comparison.str();
      for (const TensorComparison &tensor : comparison.tensors)
        EXPECT_EQ(tensor.unchecked, 0);
    }
}

TEST_P(Bounds, WrongScaleByOnePercent) {
  kernel.scale *= 1.01f;
  Comparison comparison = measure(kernel);
  record("scale", comparison);
  EXPECT_GT(ratio(comparison, "lse"), 50) << comparison.str();
  if (GetParam().dtype == DType::F16) {
    EXPECT_GT(ratio(comparison, "out"), 2) << comparison.str();
  }
}

TEST_P(Bounds, MissedKey) {
  kernel.lastKeyMissing = true;
  Comparison comparison = measure(kernel);
  record("missed", comparison);
  EXPECT_GT(ratio(comparison, "out"), 3) << comparison.str();
  // One of 2,000 keys weighs a tenth of one of 200.
  EXPECT_GT(ratio(comparison, "lse"), GetParam().kvLen > 1000 ? 10 : 50) << comparison.str();
}

TEST_P(Bounds, MaskOffByOne) {
  if (!GetParam().causal)
    GTEST_SKIP() << "no mask";
  for (int shift : {-1, 1}) {
    kernel.visible = [shift](int64_t i, int64_t j) { return j <= i + shift; };
    Comparison comparison = measure(kernel);
    record("mask", comparison);
    bool manyKeys = GetParam().kvLen > 1000; // each weighs less
    EXPECT_GT(ratio(comparison, "out"), manyKeys ? 3 : 10) << comparison.str();
    EXPECT_GT(ratio(comparison, "lse"), manyKeys ? 15 : 100) << comparison.str();
  }
}

TEST_P(Bounds, ForgottenRescale) {
  if (GetParam().kvLen <= kernel.tile)
    GTEST_SKIP() << "one tile";
  kernel.tile = 16; // many tiles: the maximum grows in some of them
  kernel.forgetRescale = true;
  Comparison comparison = measure(kernel);
  record("rescale", comparison);
  EXPECT_GT(ratio(comparison, "out"), 10) << comparison.str();
}

TEST_P(Bounds, UncappedScores) {
  if (GetParam().softcap == 0)
    GTEST_SKIP() << "no cap";
  kernel.score = [](float s, int64_t, int64_t, int64_t) { return s; };
  Comparison comparison = measure(kernel);
  record("uncapped", comparison);
  EXPECT_GT(ratio(comparison, "lse"), 50) << comparison.str();
}

TEST_P(Bounds, WrongKvHead) {
  if (GetParam().kvHeads == 1)
    GTEST_SKIP() << "one KV head";
  // Heads interleaved over KV heads instead of contiguous groups: the data of KV heads 0 and 1 swap.
  HostTensor swapped = k;
  int64_t row = GetParam().kvHeads * GetParam().dim;
  for (int64_t i = 0; i < swapped.size(); ++i) {
    int64_t head = i % row / GetParam().dim;
    if (head < 2)
      swapped.set(i, k.get(i + (head == 0 ? GetParam().dim : -GetParam().dim)));
  }
  std::swap(k, swapped);
  Comparison comparison = measure(kernel);
  EXPECT_GT(ratio(comparison, "out"), 10) << comparison.str();
}

/// Kernels that round where the spec gives leave.
class Leave : public Bounds {
protected:
  void SetUp() override {
    Bounds::SetUp();
    kernel.tf32 = std::string(GetParam().leave) == "products_tf32 ";
    kernel.f16Sums = std::string(GetParam().leave) == "sums_f16 ";
  }
};

TEST_P(Leave, KernelsThatRoundStayInside) {
  for (bool truncate : {false, true}) {
    kernel.truncate = truncate;
    Comparison comparison = measure(kernel);
    record("rounded", comparison);
    EXPECT_TRUE(comparison.passed()) << comparison.str();
    EXPECT_LT(ratio(comparison, "out"), 0.9) << comparison.str();
    EXPECT_GT(ratio(comparison, "lse"), 0.005) << comparison.str(); // or the bound would hide bugs
    for (const TensorComparison &tensor : comparison.tensors)
      EXPECT_EQ(tensor.unchecked, 0);
  }
}

TEST_P(Leave, WithoutItTheyAreWrong) { EXPECT_GT(ratio(measure(kernel, withoutLeave), "lse"), 2); }

TEST_P(Leave, AnExactKernelIsRightToo) {
  kernel.tf32 = kernel.f16Sums = false;
  EXPECT_TRUE(measure(kernel).passed());
}

TEST_P(Leave, AMissedKeyShows) {
  kernel.lastKeyMissing = true;
  EXPECT_GT(ratio(measure(kernel), "out"), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, Leave,
    testing::Values(Setting{"f32_tf32_d64", DType::F32, 2, 1, 64, 37, 130, false, 0, "products_tf32 "},
                    Setting{"f32_tf32_d128_causal", DType::F32, 2, 2, 128, 40, 40, true, 5, "products_tf32 "},
                    Setting{"f16_sums_d64", DType::F16, 2, 1, 64, 37, 40, false, 0, "sums_f16 "},
                    Setting{"f16_sums_d256_causal", DType::F16, 1, 1, 256, 20, 20, true, 5, "sums_f16 "}),
    [](const testing::TestParamInfo<Setting> &info) { return std::string(info.param.name); });

/// A sum that may pass the largest f16 may be infinite, and nothing of its row is certain.
TEST(SumsInF16, MayOverflow) {
  KernelText text;
  text.dim = 64;
  text.leave = "sums_f16 ";
  HostTensor q(DType::F16, {1, 2, 1, 64}, std::vector<double>(128, 1.0));
  HostTensor k(DType::F16, {1, 1, 1, 64}, std::vector<double>(64, 1.0));
  for (int64_t i = 64; i < 128; ++i)
    q.set(i, 1100); // 64 * 1100 is more than 65504
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(text.str());
  ASSERT_TRUE(engine.ok()) << engine.status().str();
  Arguments arguments;
  arguments.tensors = {{"q", q.view()}, {"k", k.view()}, {"v", k.view()}};
  Result<ReferenceResult> result = (*engine)->run(arguments);
  ASSERT_TRUE(result.ok()) << result.status().str();
  const ReferenceOutput *lse = result->find("lse");
  ASSERT_TRUE(lse);
  EXPECT_LT(lse->bounds[0], 1);
  EXPECT_TRUE(std::isinf(lse->bounds[1]));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, Bounds,
    testing::Values(Setting{"f16_d64_full", DType::F16, 4, 2, 64, 37, 130, false, 0},
                    Setting{"f16_d128_causal", DType::F16, 2, 2, 128, 65, 65, true, 0},
                    Setting{"f16_d64_causal_cap", DType::F16, 2, 1, 64, 40, 100, true, 5},
                    Setting{"bf16_d64_full", DType::BF16, 4, 2, 64, 37, 130, false, 0},
                    Setting{"bf16_d128_causal", DType::BF16, 2, 1, 128, 65, 65, true, 0},
                    Setting{"bf16_d256_cap", DType::BF16, 2, 2, 256, 33, 70, false, 5},
                    Setting{"f32_d64_causal", DType::F32, 2, 1, 64, 40, 100, true, 0},
                    Setting{"f16_one_row_long", DType::F16, 1, 1, 64, 4, 1500, true, 0}),
    [](const testing::TestParamInfo<Setting> &info) { return std::string(info.param.name); });

} // namespace
