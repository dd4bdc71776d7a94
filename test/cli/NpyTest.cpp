// NpyTest.cpp - .npy files: what is read, what is refused and how it is worded, rounding.
#include "tools/attnc/Npy.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <limits>

using namespace attnc;
using namespace attnc::cli;

namespace {

/// A version 1.0 file with this header text and data.
std::string file(std::string header, const std::string &data) {
  header += '\n';
  std::string out = "\x93NUMPY";
  out += '\x01';
  out += '\0';
  out += static_cast<char>(header.size() & 0xff);
  out += static_cast<char>(header.size() >> 8);
  return out + header + data;
}

std::string header(const std::string &descr, const std::string &order, const std::string &shape) {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

std::string bytes(std::initializer_list<float> values) {
  std::string out(values.size() * 4, '\0');
  std::memcpy(out.data(), values.begin(), out.size());
  return out;
}

/// The message for a file that must be refused.
std::string refusal(const std::string &content, Code code) {
  Result<HostTensor> result = parseNpy(content, "x.npy");
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), code);
  EXPECT_TRUE(result.status().message().starts_with("x.npy: ")) << result.status().message();
  return result.status().message();
}

TEST(Npy, ReadsFloats) {
  Result<HostTensor> tensor =
      parseNpy(file(header("<f4", "False", "(2, 3)"), bytes({1, 2, 3, 4, 5, 6.5f})), "x.npy");
  ASSERT_TRUE(tensor.ok()) << tensor.status().message();
  EXPECT_EQ(tensor->dtype, DType::F32);
  EXPECT_EQ(tensor->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(tensor->get(5), 6.5);
}

TEST(Npy, ReadsScalarsAndEmptyTensors) {
  EXPECT_TRUE(parseNpy(file(header("<f4", "False", "()"), bytes({1})), "x.npy").ok());
  EXPECT_TRUE(parseNpy(file(header("<f4", "False", "(0, 3)"), ""), "x.npy").ok());
  EXPECT_TRUE(parseNpy(file(header("<f4", "False", "(1,)"), bytes({1})), "x.npy").ok());
}

TEST(Npy, RefusesTruncatedFiles) {
  const std::string whole = file(header("<f4", "False", "(2,)"), bytes({1, 2}));
  ASSERT_TRUE(parseNpy(whole, "x.npy").ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    Result<HostTensor> tensor = parseNpy(whole.substr(0, size), "x.npy");
    ASSERT_FALSE(tensor.ok()) << size;
    EXPECT_EQ(tensor.status().code(), Code::Corrupt) << size;
  }
  EXPECT_NE(refusal(whole.substr(0, whole.size() - 1), Code::Corrupt).find("truncated"), std::string::npos);
  EXPECT_NE(refusal(whole + "x", Code::Corrupt).find("expected 8 bytes"), std::string::npos);
}

TEST(Npy, RefusesOtherOrdersAndDtypes) {
  EXPECT_NE(refusal(file(header("<f4", "True", "(2,)"), bytes({1, 2})), Code::InvalidArgument)
                .find("Fortran order"),
            std::string::npos);
  EXPECT_NE(
      refusal(file(header(">f4", "False", "(2,)"), bytes({1, 2})), Code::InvalidArgument).find("big-endian"),
      std::string::npos);
  EXPECT_NE(refusal(file(header("<c8", "False", "(1,)"), bytes({1, 2})), Code::InvalidArgument).find("'<c8'"),
            std::string::npos);
}

TEST(Npy, RefusesMalformedHeaders) {
  for (const char *text :
       {"", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1), 'x': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (", "{'descr': '<f4",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()} x"})
    refusal(file(text, bytes({1})), Code::Corrupt);
  refusal(file(header("<f4", "False", "(4294967296, 4294967296)"), ""), Code::Corrupt);
  EXPECT_NE(refusal(file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", ""), Code::Corrupt)
                .find("expected one dtype in quotes for 'descr'"),
            std::string::npos);
  EXPECT_NE(refusal(file(header("<f4", "False", "[2]"), ""), Code::Corrupt)
                .find("expected a tuple of at most 16 sizes for 'shape'"),
            std::string::npos);
  refusal("not a tensor", Code::Corrupt);
  refusal("", Code::Corrupt);
}

TEST(Npy, WritesWhatItReads) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "attnc-npy-test.npy";
  for (DType dtype :
       {DType::F16, DType::F32, DType::F64, DType::I8, DType::U8, DType::I32, DType::I64, DType::Bool}) {
    Result<HostTensor> tensor = HostTensor::zeros(dtype, {3, 2});
    ASSERT_TRUE(tensor.ok());
    for (int64_t i = 0; i < 6; ++i)
      tensor->set(i, dtype == DType::Bool ? i % 2 : i);
    ASSERT_TRUE(writeNpy(path, *tensor).ok());
    Result<HostTensor> back = readNpy(path);
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(back->dtype, dtype);
    EXPECT_EQ(back->shape, tensor->shape);
    EXPECT_EQ(back->bytes, tensor->bytes);
  }
  std::filesystem::remove(path);
  EXPECT_EQ(readNpy(path).status().code(), Code::NotFound);
  EXPECT_EQ(readNpy(std::filesystem::temp_directory_path()).status().code(), Code::InvalidArgument);
}

TEST(Npy, WritesBfloatAsFloat) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "attnc-npy-bf16.npy";
  Result<HostTensor> tensor = HostTensor::zeros(DType::BF16, {1});
  tensor->set(0, 1.0 / 3);
  ASSERT_TRUE(writeNpy(path, *tensor).ok());
  Result<HostTensor> back = readNpy(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->dtype, DType::F32);
  EXPECT_EQ(back->get(0), tensor->get(0));
  EXPECT_EQ(writeNpy("/nowhere/x.npy", *tensor).code(), Code::IoError);
}

TEST(Rounding, EveryHalfSurvivesAndTiesGoToEven) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = halfToFloat(static_cast<uint16_t>(bits));
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(halfToFloat(floatToHalf(value))));
    else
      ASSERT_EQ(floatToHalf(value), bits);
  }
  EXPECT_EQ(floatToHalf(2049.0f), floatToHalf(2048.0f)); // half way, even below
  EXPECT_EQ(floatToHalf(2051.0f), floatToHalf(2052.0f)); // half way, even above
  EXPECT_EQ(halfToFloat(floatToHalf(65519.0f)), 65504.0f);
  EXPECT_TRUE(std::isinf(halfToFloat(floatToHalf(65520.0f))));
  EXPECT_EQ(floatToHalf(0x1p-25f), 0);   // half of the smallest subnormal
  EXPECT_EQ(floatToHalf(0x1.8p-25f), 1); // above half of it
  EXPECT_EQ(floatToHalf(-0.0f), 0x8000);
}

TEST(Rounding, BfloatTiesGoToEven) {
  EXPECT_EQ(floatToBfloat(1.0f), 0x3f80);
  EXPECT_EQ(floatToBfloat(1.0f + 0x1p-8f), 0x3f80);     // half way, even below
  EXPECT_EQ(floatToBfloat(1.0f + 3 * 0x1p-8f), 0x3f82); // half way, even above
  EXPECT_TRUE(std::isinf(bfloatToFloat(floatToBfloat(std::numeric_limits<float>::max()))));
  EXPECT_TRUE(std::isnan(bfloatToFloat(floatToBfloat(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(Rounding, DoublesAreRoundedOnce) {
  auto rounded = [](double value, DType dtype) {
    Result<HostTensor> from = HostTensor::zeros(DType::F64, {1});
    from->set(0, value);
    return convert(*from, dtype)->get(0);
  };
  // A little above a tie; rounded to f32 first it would be the tie, and go down to even.
  EXPECT_EQ(rounded(1 + 0x1p-11 + 0x1p-40, DType::F16), 1 + 0x1p-10);
  EXPECT_EQ(rounded(1 + 0x1p-8 + 0x1p-40, DType::BF16), 1 + 0x1p-7);
  EXPECT_EQ(rounded(-(1 + 3 * 0x1p-11 - 0x1p-40), DType::F16), -(1 + 0x1p-10));
  EXPECT_EQ(rounded(1 + 0x1p-11, DType::F16), 1); // the tie itself
  EXPECT_EQ(rounded(0x1p-25 + 0x1p-70, DType::F16), 0x1p-24);
  EXPECT_EQ(rounded(1e-300, DType::F16), 0);
  EXPECT_TRUE(std::isinf(rounded(1e300, DType::F16)));
  EXPECT_TRUE(std::isinf(rounded(-1e300, DType::BF16)));
  EXPECT_TRUE(std::isnan(rounded(std::numeric_limits<double>::quiet_NaN(), DType::F16)));
  EXPECT_EQ(rounded(0.1, DType::F32), static_cast<double>(0.1f));
}

TEST(Convert, AllowsWhatTheDocsSay) {
  Result<HostTensor> floats = HostTensor::zeros(DType::F32, {1});
  EXPECT_TRUE(convert(*floats, DType::F16).ok());
  EXPECT_TRUE(convert(*floats, DType::BF16).ok());
  EXPECT_FALSE(convert(*floats, DType::I32).ok());
  EXPECT_TRUE(convert(*HostTensor::zeros(DType::F64, {1}), DType::BF16).ok());
  EXPECT_EQ(convert(*HostTensor::zeros(DType::I32, {1}), DType::F16).status().message(),
            "expected f16, f32 or f64 elements, got i32");
  EXPECT_FALSE(convert(*HostTensor::zeros(DType::F64, {1}), DType::I32).ok());
  Result<HostTensor> longs = HostTensor::zeros(DType::I64, {2});
  longs->set(1, 3e9);
  EXPECT_EQ(convert(*longs, DType::I32).status().message(), "element 1 does not fit in i32: 3000000000");
  longs->set(1, -7);
  ASSERT_TRUE(convert(*longs, DType::I32).ok());
  EXPECT_EQ(convert(*longs, DType::I32)->get(1), -7);
}

} // namespace
