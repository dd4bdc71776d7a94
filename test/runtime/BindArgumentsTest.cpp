// BindArgumentsTest.cpp - every wrong argument has a message that names it and says what was expected.
#include "runtime/core/BindArguments.h"
#include "Samples.h"

#include <cmath>
#include <gtest/gtest.h>

namespace attnc {
namespace {

/// Correct arguments of packedProgram over 40 query and 56 key tokens of 3 requests.
class BindArgumentsTest : public ::testing::Test {
protected:
  BindArgumentsTest() : program(test::packedProgram()), plan(*LaunchPlan::build(program)) {
    arguments.tensors["q"] = {at(0), DType::F16, {40, 16, 128}, {}};
    arguments.tensors["k"] = {at(1 << 20), DType::F16, {56, 8, 128}, {}};
    arguments.tensors["v"] = {at(2 << 20), DType::F16, {56, 8, 128}, {}};
    arguments.tensors["cu_q"] = {at(3 << 20), DType::I32, {4}, {}};
    arguments.tensors["out"] = {at(4 << 20), DType::F16, {40, 16, 128}, {}};
    arguments.scalars["window"] = 128;
    arguments.dims["q_len"] = 20;
  }

  /// Addresses are never followed.
  static void *at(size_t offset) { return reinterpret_cast<void *>((size_t(1) << 40) + offset); }

  Result<BoundArguments> bind(BindMode mode = BindMode::All) {
    return bindArguments(program, plan, arguments, mode);
  }
  std::string error() {
    Result<BoundArguments> bound = bind();
    EXPECT_FALSE(bound.ok());
    if (bound.ok())
      return "";
    EXPECT_EQ(bound.status().code(), Code::InvalidArgument);
    return bound.status().message();
  }

  Program program;
  LaunchPlan plan;
  Arguments arguments;
};

TEST_F(BindArgumentsTest, DimsAndStridesGetValues) {
  arguments.tensors["q"].strides = {4096, 256, 1};
  Result<BoundArguments> bound = bind();
  ASSERT_TRUE(bound.ok()) << bound.status().str();
  auto value = [&](const char *name) { return bound->values[*plan.symbols.find(name)]; };
  EXPECT_EQ(value("total_q"), 40);
  EXPECT_EQ(value("total_kv"), 56);
  EXPECT_EQ(value("batch"), 3);
  EXPECT_EQ(value("q_len"), 20);
  EXPECT_EQ(value("q.stride0"), 4096);
  EXPECT_EQ(bound->addresses[1], at(1 << 20));
}

TEST_F(BindArgumentsTest, RequestsComeInWholeGroups) {
  program.requestGroup = 3;
  EXPECT_TRUE(bind().ok()) << bind().status().str();
  program.requestGroup = 2;
  EXPECT_EQ(error(), "dim 'batch': expected a multiple of 2, the beams of a group, got 3");
}

TEST_F(BindArgumentsTest, EmptyTensorsNeedNoMemory) {
  arguments.tensors["k"] = {nullptr, DType::F16, {0, 8, 128}, {}};
  arguments.tensors["v"] = {nullptr, DType::F16, {0, 8, 128}, {}};
  EXPECT_TRUE(bind().ok()) << bind().status().str();
}

TEST_F(BindArgumentsTest, Names) {
  arguments.tensors["qq"] = arguments.tensors["q"];
  EXPECT_EQ(error(), "expected tensors 'q', 'k', 'v', 'cu_q', 'out', got unknown tensor 'qq'");
  arguments.tensors.erase("qq");
  arguments.tensors.erase("v");
  EXPECT_EQ(error(), "expected tensors 'q', 'k', 'v', 'cu_q', 'out', got no tensor 'v'");
}

TEST_F(BindArgumentsTest, DTypeAndRank) {
  arguments.tensors["k"].dtype = DType::BF16;
  EXPECT_EQ(error(), "tensor 'k': expected dtype f16, got bf16");
  arguments.tensors["k"].dtype = DType::F16;
  arguments.tensors["k"].shape = {56, 1024};
  EXPECT_EQ(error(), "tensor 'k': expected shape [total_kv, 8, 128], got [56, 1024]");
  arguments.tensors["k"].shape = {56, 8, -128};
  EXPECT_EQ(error(), "tensor 'k': expected extents of at least 0, got [56, 8, -128]");
  arguments.tensors["k"].shape = {int64_t(1) << 60, 8, 128};
  EXPECT_EQ(error(), "tensor 'k': expected a size below 2^63 bytes, got shape [1152921504606846976, 8, 128]");
}

TEST_F(BindArgumentsTest, Shapes) {
  arguments.tensors["k"].shape = {56, 4, 128};
  EXPECT_EQ(error(), "tensor 'k': expected shape [total_kv, 8, 128], got [56, 4, 128]");
  arguments.tensors["k"].shape = {56, 8, 128};
  arguments.tensors["v"].shape = {57, 8, 128};
  EXPECT_EQ(error(),
            "tensor 'v': expected shape [total_kv, 8, 128], got [57, 8, 128] (total_kv is 56 by tensor 'k')");
  arguments.tensors["v"].shape = {56, 8, 128};
  arguments.dims["batch"] = 4;
  EXPECT_EQ(error(), "tensor 'cu_q': expected shape [batch + 1], got [4] (batch is 4 by the caller)");
  arguments.dims.erase("batch");
  arguments.tensors["cu_q"].shape = {0};
  EXPECT_EQ(error(), "tensor 'cu_q': expected shape [batch + 1], got [0] (batch would be negative)");
}

TEST_F(BindArgumentsTest, Strides) {
  Tensor &q = arguments.tensors["q"];
  q.strides = {2048, 128};
  EXPECT_EQ(error(), "tensor 'q': expected 3 strides, got 2");
  q.strides = {2048, 128, 2};
  EXPECT_EQ(error(), "tensor 'q': expected stride 1 on the last axis, got strides [2048, 128, 2]");
  q.strides = {2052, 128, 1};
  EXPECT_EQ(error(), "tensor 'q': expected outer strides that are a multiple of 16 bytes, got strides [2052, "
                     "128, 1] of f16");
  q.strides = {-2048, 128, 1};
  EXPECT_EQ(error(), "tensor 'q': expected strides of at least 0, got [-2048, 128, 1]");
  q.strides = {0, 128, 1}; // an input may be broadcast
  EXPECT_TRUE(bind().ok()) << bind().status().str();
  arguments.tensors["out"].strides = {0, 128, 1};
  EXPECT_EQ(
      error(),
      "tensor 'out': expected an output without overlapping elements, got strides [0, 128, 1] for shape "
      "[40, 16, 128]");
  arguments.tensors["out"].strides = {};
  arguments.tensors["cu_q"].strides = {2};
  EXPECT_EQ(error(), "tensor 'cu_q': expected a contiguous tensor, got strides [2] for shape [4]");
}

TEST_F(BindArgumentsTest, ATensorMayHaveAnyStridesOfItsAlignment) {
  Tensor &q = arguments.tensors["q"];
  program.tensors[0].anyStrides = true;
  program.tensors[0].alignment = 4;
  q.strides = {4098, 130, 2};
  EXPECT_TRUE(bind().ok()) << bind().status().str();
  q.strides = {2048, 1, 16};
  EXPECT_EQ(error(),
            "tensor 'q': expected strides that are a multiple of 4 bytes, got strides [2048, 1, 16] of f16");
}

TEST_F(BindArgumentsTest, StridesOfSingleElementsDoNotMatter) {
  arguments.tensors["q"] = {at(0), DType::F16, {1, 16, 128}, {7, 128, 1}};
  arguments.tensors["out"] = {at(4 << 20), DType::F16, {1, 16, 128}, {0, 128, 1}};
  Result<BoundArguments> bound = bind();
  ASSERT_TRUE(bound.ok()) << bound.status().str();
  // Kernels address rows behind the last one, which must be as aligned as the first.
  EXPECT_EQ(bound->values[*plan.symbols.find("q.stride0")], 0);
}

TEST_F(BindArgumentsTest, Addresses) {
  arguments.tensors["q"].data = at(8);
  EXPECT_EQ(error(),
            "tensor 'q': expected an address that is a multiple of 16 bytes, got one that is off by 8");
  arguments.tensors["q"].data = nullptr;
  EXPECT_EQ(error(), "tensor 'q': expected memory for shape [40, 16, 128], got a null address");
  EXPECT_TRUE(bind(BindMode::ShapesOnly).ok());
}

TEST_F(BindArgumentsTest, Aliasing) {
  arguments.tensors["k"].data = arguments.tensors["v"].data; // two inputs may share memory
  EXPECT_TRUE(bind().ok());
  arguments.tensors["out"].data = static_cast<char *>(arguments.tensors["q"].data) + 40 * 16 * 128 * 2 - 16;
  EXPECT_EQ(error(), "tensor 'out': expected memory of its own, got memory that overlaps tensor 'q'");
  arguments.tensors["out"].data = static_cast<char *>(arguments.tensors["q"].data) + 40 * 16 * 128 * 2;
  EXPECT_TRUE(bind().ok()); // back to back is no overlap
}

TEST_F(BindArgumentsTest, OutputsMustNotShare) {
  Program two = test::saxpyProgram();
  two.tensors[1].output = true;
  const LaunchPlan twoPlan = *LaunchPlan::build(two);
  Arguments given;
  given.tensors["x"] = {at(0), DType::F32, {8}, {}};
  given.tensors["y"] = {at(4096), DType::F32, {8}, {}};
  given.tensors["out"] = {at(4096 + 28), DType::F32, {8}, {}};
  EXPECT_EQ(bindArguments(two, twoPlan, given, BindMode::All).status().message(),
            "tensor 'out': expected memory of its own, got memory that overlaps tensor 'y'");
}

/// Keys and values of a cache, updated in place: views of one allocation.
class InPlace : public ::testing::Test {
protected:
  InPlace() {
    program = test::saxpyProgram();
    const std::vector<Formula> shape{{"n"}, {"4"}, {"16"}};
    program.tensors.clear();
    for (const char *name : {"k_cache", "v_cache"}) {
      TensorSig sig;
      sig.name = name;
      sig.dtype = DType::F16;
      sig.shape = shape;
      sig.output = sig.inPlace = sig.strided = true;
      program.tensors.push_back(sig);
    }
    program.scalars.clear();
    program.launches[0].params = {{"k_cache", Field::Kind::Tensor, DType::F16, "k_cache"}};
  }

  /// With these strides, in elements, and the second `apart` elements behind the first.
  std::string bind(std::vector<int64_t> keys, std::vector<int64_t> values, size_t apart) {
    char *first = reinterpret_cast<char *>(size_t(1) << 40);
    Arguments given;
    given.tensors["k_cache"] = {first, DType::F16, {8, 4, 16}, std::move(keys)};
    given.tensors["v_cache"] = {first + 2 * apart, DType::F16, {8, 4, 16}, std::move(values)};
    const LaunchPlan plan = *LaunchPlan::build(program);
    return bindArguments(program, plan, given, BindMode::All).status().message();
  }

  Program program;
  const std::string overlap =
      "tensor 'v_cache': expected memory of its own, got memory that overlaps tensor 'k_cache'";
};

TEST_F(InPlace, HalvesOfEachPageShareNothing) {
  EXPECT_EQ(bind({128, 16, 1}, {128, 16, 1}, 64), "");
  EXPECT_EQ(bind({128, 16, 1}, {128, 16, 1}, 63),
            "tensor 'v_cache': expected an address that is a multiple of 4 "
            "bytes, got one that is off by 2");
  EXPECT_EQ(bind({128, 16, 1}, {128, 16, 1}, 62), overlap);
  EXPECT_EQ(bind({128, 16, 1}, {128, 16, 1}, 66),
            overlap); // the end of a page's values is the next one's keys
  EXPECT_EQ(bind({132, 16, 1}, {132, 16, 1}, 68), "");
  EXPECT_EQ(bind({132, 16, 1}, {132, 16, 1}, 132 * 3 + 64), ""); // of other pages
  EXPECT_EQ(bind({128, 16, 1}, {128, 16, 1}, 128), overlap);
}

TEST_F(InPlace, HalvesOfEachRowShareNothing) {
  EXPECT_EQ(bind({128, 32, 1}, {128, 32, 1}, 16), "");
  EXPECT_EQ(bind({128, 32, 1}, {128, 32, 1}, 14), overlap);
  // Rows lie in gaps of each other, whatever pages do.
  EXPECT_EQ(bind({256, 32, 1}, {128, 32, 1}, 16), "");
}

TEST_F(InPlace, OtherStridesOverlap) {
  EXPECT_EQ(bind({128, 16, 1}, {130, 16, 1}, 64), overlap);
  EXPECT_EQ(bind({128, 16, 1}, {128, 32, 1}, 64), overlap);
}

TEST_F(BindArgumentsTest, Scalars) {
  arguments.scalars["windw"] = 1;
  EXPECT_EQ(error(), "expected scalars 'window', got unknown scalar 'windw'");
  arguments.scalars = {{"window", 1.5}};
  EXPECT_EQ(error(), "scalar 'window': expected an integer from -2^30 to 2^30, got 1.500000");
  arguments.scalars = {{"window", 4e9}};
  EXPECT_EQ(error(), "scalar 'window': expected an integer from -2^30 to 2^30, got 4000000000.000000");
  arguments.scalars = {{"window", std::nan("")}};
  EXPECT_EQ(error(), "scalar 'window': expected a number, got nan");
  arguments.scalars = {};
  EXPECT_EQ(error(), "expected a value for scalar 'window', got none");
  program.scalars[0].required = false;
  program.scalars[0].defaultValue = 77;
  EXPECT_EQ(bind()->scalars[0], 77);
}

TEST_F(BindArgumentsTest, Dims) {
  arguments.dims["kv_len"] = 3;
  EXPECT_EQ(error(), "expected dims 'total_q', 'total_kv', 'batch', 'q_len', got unknown dim 'kv_len'");
  arguments.dims = {{"q.stride0", 3}};
  EXPECT_EQ(error(), "expected dims 'total_q', 'total_kv', 'batch', 'q_len', got unknown dim 'q.stride0'");
  arguments.dims = {{"q_len", -1}};
  EXPECT_EQ(error(), "dim 'q_len': expected at least 0, got -1");
  arguments.dims = {{"q_len", (int64_t(1) << 30) + 1}};
  EXPECT_EQ(error(), "dim 'q_len': expected at most 2^30, got 1073741825");
  arguments.dims = {};
  EXPECT_EQ(error(), "expected a value for dim 'q_len', got none");
}

} // namespace
} // namespace attnc
