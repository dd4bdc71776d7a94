// ProgramJsonTest.cpp - manifests there and back, and damaged ones.
#include "runtime/core/ProgramJson.h"
#include "Samples.h"

#include <gtest/gtest.h>
#include <random>

namespace attnc {
namespace {

TEST(ProgramJson, RoundTrip) {
  for (Program program : {test::saxpyProgram(), test::packedProgram()}) {
    const std::string json = programToJson(program);
    Result<Program> back = programFromJson(json);
    ASSERT_TRUE(back.ok()) << back.status().str();
    EXPECT_EQ(programToJson(*back), json);
    EXPECT_EQ(back->target, program.target);
    EXPECT_EQ(back->tensors[0].shape, program.tensors[0].shape);
    EXPECT_EQ(back->launches[0].grid, program.launches[0].grid);
    EXPECT_TRUE(back->text.empty());
  }
}

TEST(ProgramJson, TensorsThatAreUpdatedInPlace) {
  Program program = test::saxpyProgram();
  program.tensors[2].inPlace = true;
  Result<Program> back = programFromJson(programToJson(program));
  ASSERT_TRUE(back.ok()) << back.status().str();
  EXPECT_TRUE(back->tensors[2].inPlace && back->tensors[2].isInput());
  EXPECT_FALSE(back->tensors[1].inPlace);
}

TEST(ProgramJson, ImageRoundTrip) {
  const Image image = test::sampleImage(test::packedProgram());
  Result<Image> back = imageFromJson(imageToJson(image));
  ASSERT_TRUE(back.ok()) << back.status().str();
  EXPECT_EQ(imageToJson(*back), imageToJson(image));
  EXPECT_EQ(back->resources[1].kernel, "merge_00aa11");
  EXPECT_EQ(back->resources[1].registers, 40);
  EXPECT_EQ(back->compilerVersion, "NVRTC 13.0");
}

std::string errorAfter(const std::string &from, const std::string &to) {
  std::string json = programToJson(test::saxpyProgram());
  const size_t at = json.find(from);
  EXPECT_NE(at, std::string::npos) << from << " in " << json;
  json.replace(at, from.size(), to);
  Result<Program> back = programFromJson(json);
  EXPECT_FALSE(back.ok()) << to;
  EXPECT_EQ(back.status().code(), Code::Corrupt);
  return back.status().message();
}

TEST(ProgramJson, DamageIsNamed) {
  EXPECT_EQ(errorAfter("\"format\":3", "\"format\":1"), "manifest: format: expected 3, got 1");
  EXPECT_EQ(errorAfter("\"format\":3,", ""), "manifest: expected key 'format', got none");
  EXPECT_EQ(errorAfter("\"threads\":128", "\"threads\":\"128\""),
            "manifest: launches[0].threads: expected a 32-bit integer, got string");
  EXPECT_EQ(errorAfter("\"threads\":128", "\"threads\":128.5"),
            "manifest: launches[0].threads: expected a 32-bit integer, got number");
  EXPECT_EQ(errorAfter("\"threads\":128", "\"threads\":18446744073709551615"),
            "manifest: launches[0].threads: expected a 32-bit integer, got number");
  EXPECT_EQ(errorAfter("\"target\":\"sm_90\"", "\"target\":\"sm_91\""),
            "manifest: target: expected a known architecture, got 'sm_91'");
  EXPECT_EQ(errorAfter("\"default\":2.0,\"dtype\":\"f32\"", "\"default\":2.0,\"dtype\":\"f33\""),
            "manifest: scalars[0].dtype: expected a dtype, got 'f33'");
  EXPECT_EQ(errorAfter("\"name\":\"saxpy\"", "\"nome\":\"saxpy\""),
            "manifest: expected key 'name', got none");
  EXPECT_EQ(errorAfter("\"strided\":false", "\"strided\":false,\"extra\":1"),
            "manifest: tensors[0]: expected no other keys, got 'extra'");
  EXPECT_EQ(errorAfter("[\"ceildiv(n, 128)\",\"1\",\"1\"]", "[\"1\"]"),
            "manifest: launches[0].grid: expected 3 formulas, got 1");
  EXPECT_EQ(errorAfter("\"kind\":\"tensor\"", "\"kind\":\"tonsor\""),
            "manifest: launches[0].params[0].kind: expected a known kind, got 'tonsor'");
  EXPECT_NE(errorAfter("ceildiv(n, 128)", "ceildiv(m, 128)").find("got 'm', which no tensor"),
            std::string::npos);
  EXPECT_EQ(errorAfter("{", "["), "manifest: expected JSON, got something else");
}

TEST(ProgramJson, HostileTextNeverCrashes) {
  EXPECT_FALSE(programFromJson("").ok());
  EXPECT_FALSE(programFromJson("null").ok());
  EXPECT_FALSE(programFromJson(std::string(1000000, '[')).ok());
  const std::string json = imageToJson(test::sampleImage(test::packedProgram()));
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = json;
    for (int n = 1 + random() % 3; n-- > 0;)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    (void)imageFromJson(damaged); // any answer but a crash
    EXPECT_FALSE(imageFromJson(json.substr(0, random() % json.size())).ok());
  }
}

} // namespace
} // namespace attnc
