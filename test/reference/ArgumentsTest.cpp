// ArgumentsTest.cpp - layouts, lengths, and what the engine says about wrong arguments.
#include "test/reference/TestKernel.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace attnc;
using namespace attnc::test;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

KernelText packedKernel() {
  KernelText kernel;
  kernel.heads = 2;
  kernel.layout = "packed";
  kernel.lengths = "both";
  kernel.mask = kCausal;
  return kernel;
}

/// Two requests: 1 query over 2 keys, 2 queries over 1 key. V holds 10 * token, K is 0: outputs are means.
class Packed : public testing::Test {
protected:
  Packed()
      : q(DType::F16, {3, 2, 2}), k(DType::F16, {3, 1, 2}), v(DType::F16, {3, 1, 2}, {0, 0, 10, 10, 20, 20}),
        cuQ(DType::I32, {3}, {0, 1, 3}), cuKv(DType::I32, {3}, {0, 2, 3}) {
    arguments.tensors = {
        {"q", q.view()}, {"k", k.view()}, {"v", v.view()}, {"cu_q", cuQ.view()}, {"cu_kv", cuKv.view()}};
  }

  Result<ReferenceResult> run(const KernelText &kernel = packedKernel()) {
    Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(kernel.str());
    if (!engine.ok())
      return engine.status();
    return (*engine)->run(arguments);
  }

  void expectError(const std::string &message, const KernelText &kernel = packedKernel()) {
    Result<ReferenceResult> result = run(kernel);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().code(), Code::InvalidArgument);
    EXPECT_EQ(result.status().message(), message);
  }

  HostTensor q, k, v, cuQ, cuKv;
  Arguments arguments;
};

TEST_F(Packed, RequestsDoNotSeeEachOther) {
  Result<ReferenceResult> result = run();
  ASSERT_TRUE(result.ok()) << result.status().str();
  const ReferenceOutput &out = *result->find("out");
  EXPECT_EQ(out.shape, (std::vector<int64_t>{3, 2, 2}));
  EXPECT_EQ(out.values, (std::vector<double>{5, 5, 5, 5, 0, 0, 0, 0, 20, 20, 20, 20}));
  const ReferenceOutput &lse = *result->find("lse");
  EXPECT_EQ(lse.shape, (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(lse.values, (std::vector<double>{std::log(2), std::log(2), -kInf, -kInf, 0, 0}));
}

TEST_F(Packed, RowsPastTheLastRequestAreUnchecked) {
  cuQ = HostTensor(DType::I32, {2}, {0, 1});
  cuKv = HostTensor(DType::I32, {2}, {0, 2});
  arguments.tensors["cu_q"] = cuQ.view();
  arguments.tensors["cu_kv"] = cuKv.view();
  Result<ReferenceResult> result = run();
  ASSERT_TRUE(result.ok()) << result.status().str();
  EXPECT_LT(result->find("lse")->bounds[1], 1);
  EXPECT_EQ(result->find("lse")->bounds[2], kInf);
  EXPECT_EQ(result->find("out")->bounds[4], kInf);
}

TEST_F(Packed, NoRequests) {
  cuQ = HostTensor(DType::I32, {1}, {0});
  arguments.tensors["cu_q"] = arguments.tensors["cu_kv"] = cuQ.view();
  Result<ReferenceResult> result = run();
  ASSERT_TRUE(result.ok()) << result.status().str();
  EXPECT_EQ(result->find("out")->values.size(), 12u);
}

TEST_F(Packed, WrongArguments) {
  Arguments good = arguments;
  arguments.tensors.erase("k");
  expectError("expected a tensor 'k', got none");
  arguments = good;
  arguments.tensors["q"].dtype = DType::F32;
  expectError("expected tensor 'q' of f16, got f32");
  arguments = good;
  arguments.tensors["q"].shape = {3, 4, 1};
  expectError("expected tensor 'q' of shape [tokens, 2, 2], got [3, 4, 1]");
  arguments = good;
  arguments.tensors["q"].shape = {3, 4};
  expectError("expected tensor 'q' of shape [tokens, 2, 2], got [3, 4]");
  arguments = good;
  arguments.tensors["q"].shape = {-3, 2, 2};
  expectError("expected sizes of at least 0 for tensor 'q', got [-3, 2, 2]");
  arguments = good;
  arguments.tensors["q"].strides = {4, 1};
  expectError("expected one stride per axis of tensor 'q', got 2 for [3, 2, 2]");
  arguments = good;
  arguments.tensors["q"].data = nullptr;
  expectError("expected an address for tensor 'q', got null");
  arguments = good;
  arguments.tensors["v"].shape = {2, 1, 2};
  expectError("expected tensors 'k' and 'v' of equal length, got [3, 1, 2] and [2, 1, 2]");
}

TEST_F(Packed, WrongLengths) {
  HostTensor bad(DType::I32, {3}, {0, 2, 1});
  arguments.tensors["cu_q"] = bad.view();
  expectError("expected tensor 'cu_q' not to fall, got 2 before 1");
  bad = HostTensor(DType::I32, {3}, {1, 2, 3});
  arguments.tensors["cu_q"] = bad.view();
  expectError("expected tensor 'cu_q' to start with 0, got 1");
  bad = HostTensor(DType::I32, {3}, {0, 2, 4});
  arguments.tensors["cu_q"] = bad.view();
  expectError("expected tensor 'cu_q' to end at 3 or before, got 4");
  bad = HostTensor(DType::I32, {2}, {0, 2});
  arguments.tensors["cu_q"] = bad.view();
  expectError("expected tensor 'cu_kv' of shape [2], got [3]");
  arguments.tensors["cu_q"] = cuQ.view();
  arguments.dims["q_len"] = 1;
  expectError("expected dim 'q_len' to be at least the longest request (2), got 1");
}

TEST_F(Packed, WrongSideTensorsAndScalars) {
  KernelText kernel = packedKernel();
  kernel.extraArguments = ", %bias: !attn.side<[\"heads\", \"kv_len\"], f32> {attn.name = \"bias\"}"
                          ", %w: i32 {attn.name = \"w\"}";
  HostTensor bias(DType::F32, {2, 3});
  arguments.tensors["bias"] = bias.view();
  expectError("expected tensor 'bias' of shape [heads, kv_len] = [2, 2], got [2, 3]", kernel);
  arguments.dims["kv_len"] = 3; // reserved for longer requests
  expectError("expected a value for scalar 'w', got none", kernel);
  arguments.scalars["w"] = 1.5;
  expectError("expected an integer from -2^30 to 2^30 for scalar 'w', got 1.500000", kernel);
  arguments.scalars["w"] = 1;
  EXPECT_TRUE(run(kernel).ok());
}

/// Two padded requests of up to 2 queries and 3 keys; keys past the length hold NaN.
class Padded : public testing::Test {
protected:
  Padded() : q(DType::BF16, {2, 2, 1, 2}), k(DType::BF16, {2, 3, 1, 2}), v(DType::BF16, {2, 3, 1, 2}) {
    double nan = std::nan("");
    v = HostTensor(DType::BF16, {2, 3, 1, 2}, {1, 1, 2, 2, nan, nan, 4, 4, nan, nan, nan, nan});
    k = HostTensor(DType::BF16, {2, 3, 1, 2}, {0, 0, 0, 0, nan, nan, 0, 0, nan, nan, nan, nan});
    arguments.tensors = {{"q", q.view()},
                         {"k", k.view()},
                         {"v", v.view()},
                         {"q_lens", qLens.view()},
                         {"kv_lens", kvLens.view()}};
    kernel.dtype = "bf16";
    kernel.lengths = "both";
  }
  HostTensor q, k, v, qLens{DType::I32, {2}, {2, 1}}, kvLens{DType::I32, {2}, {2, 1}};
  Arguments arguments;
  KernelText kernel;
};

TEST_F(Padded, PaddingRowsAreZeroAndMinusInfinity) {
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(kernel.str());
  ASSERT_TRUE(engine.ok()) << engine.status().str();
  Result<ReferenceResult> result = (*engine)->run(arguments);
  ASSERT_TRUE(result.ok()) << result.status().str();
  EXPECT_EQ(result->find("out")->shape, (std::vector<int64_t>{2, 2, 1, 2}));
  EXPECT_EQ(result->find("out")->values, (std::vector<double>{1.5, 1.5, 1.5, 1.5, 4, 4, 0, 0}));
  EXPECT_EQ(result->find("lse")->values, (std::vector<double>{std::log(2), std::log(2), 0, -kInf}));
  EXPECT_EQ(result->find("lse")->bounds[3], 0);
}

TEST_F(Padded, LengthsMustFit) {
  qLens = HostTensor(DType::I32, {2}, {2, 3});
  arguments.tensors["q_lens"] = qLens.view();
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(kernel.str());
  ASSERT_TRUE(engine.ok()) << engine.status().str();
  Result<ReferenceResult> result = (*engine)->run(arguments);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().message(), "expected lengths from 0 to 2 in tensor 'q_lens', got 3");
}

TEST_F(Padded, KvLengthsAloneFillEveryQuery) {
  kernel.lengths = "kv";
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(kernel.str());
  ASSERT_TRUE(engine.ok()) << engine.status().str();
  Result<ReferenceResult> result = (*engine)->run(arguments);
  ASSERT_TRUE(result.ok()) << result.status().str();
  EXPECT_EQ(result->find("out")->values, (std::vector<double>{1.5, 1.5, 1.5, 1.5, 4, 4, 4, 4}));
}

// Heads outermost in memory, [heads, batch, length, dim], give the same bits as the contiguous tensor.
TEST_F(Padded, StridesDoNotMatter) {
  KernelText two = kernel;
  two.heads = two.kvHeads = 2;
  two.lengths = "none";
  HostTensor plain(DType::BF16, {2, 3, 2, 2}), moved(DType::BF16, {2, 2, 3, 2});
  plain.fillNormal(7);
  for (int64_t b = 0; b < 2; ++b)
    for (int64_t row = 0; row < 3; ++row)
      for (int64_t h = 0; h < 2; ++h)
        for (int64_t e = 0; e < 2; ++e)
          moved.set(((h * 2 + b) * 3 + row) * 2 + e, plain.get(((b * 3 + row) * 2 + h) * 2 + e));
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(two.str());
  ASSERT_TRUE(engine.ok()) << engine.status().str();
  Arguments straight, strided;
  Tensor view = moved.view();
  view.shape = {2, 3, 2, 2};
  view.strides = {6, 2, 12, 1};
  for (const char *name : {"q", "k", "v"}) {
    straight.tensors[name] = plain.view();
    strided.tensors[name] = view;
  }
  Result<ReferenceResult> a = (*engine)->run(straight), b = (*engine)->run(strided);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->find("out")->values, b->find("out")->values);
  EXPECT_EQ(a->find("out")->bounds, b->find("out")->bounds);
}

TEST(ReferenceEngine, RefusesAModuleWithoutAKernel) {
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine("");
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.status().message(), "expected a module with one attn.kernel, got 0");
}

TEST(ReferenceEngine, AnOpItCannotEvaluateIsLocated) {
  KernelText kernel;
  kernel.score = "%c = math.cos %s : f32 loc(\"spec.yaml\":9:3)\n attn.yield %c : f32";
  Result<std::unique_ptr<ReferenceEngine>> engine = createEngine(kernel.str());
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.status().where().str(), "spec.yaml:9:3");
  EXPECT_EQ(engine.status().message(), "expected an op that the reference evaluates, got math.cos");
}

// A name that the C library also has must not clash with it in the JIT.
TEST(ReferenceEngine, KernelNamedLikeALibraryFunction) {
  std::string text = KernelText().str();
  text.replace(text.find("@test"), 5, "@exp");
  EXPECT_TRUE(createEngine(text).ok());
}

} // namespace
