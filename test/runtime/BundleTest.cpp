// BundleTest.cpp - writing, reading and refusing bundles.
#include "Samples.h"
#include "TemporaryFolder.h"
#include "attnc/Runtime.h"

#include <gtest/gtest.h>

namespace attnc {
namespace {

namespace fs = std::filesystem;
using test::readFile;
using test::sampleImage;
using test::writeFile;

class BundleTest : public ::testing::Test {
protected:
  void SetUp() override {
    images = {sampleImage(test::saxpyProgram("sm_90")), sampleImage(test::saxpyProgram("sm_90a"), 500),
              sampleImage(test::packedProgram())};
    Status written = Bundle::write(folder(), images);
    ASSERT_TRUE(written.ok()) << written.str();
  }
  fs::path folder() const { return temporary.path() / "out" / "bundle"; }
  std::string openError() {
    Result<Bundle> bundle = Bundle::open(folder());
    EXPECT_FALSE(bundle.ok());
    EXPECT_EQ(bundle.status().code(), Code::Corrupt) << bundle.status().str();
    return bundle.status().message();
  }

  test::TemporaryFolder temporary;
  std::vector<Image> images;
};

TEST_F(BundleTest, RoundTrip) {
  Result<Bundle> bundle = Bundle::open(folder());
  ASSERT_TRUE(bundle.ok()) << bundle.status().str();
  using Entry = std::pair<std::string, std::string>;
  EXPECT_EQ(bundle->list(),
            (std::vector<Entry>{{"saxpy", "sm_90"}, {"saxpy", "sm_90a"}, {"packed", "sm_80"}}));
  Result<Kernel> kernel = bundle->find("packed", test::target("sm_80"));
  ASSERT_TRUE(kernel.ok()) << kernel.status().str();
  EXPECT_TRUE(test::sameImage(kernel->image(), images[2]));
  EXPECT_EQ(readFile(folder() / "saxpy.sm_90.cu"), images[0].program.text);
  EXPECT_EQ(readFile(folder() / "saxpy.sm_90.cubin"), images[0].cubin);
}

TEST_F(BundleTest, Sha256sumAgrees) {
  const std::string command = "cd '" + folder().string() + "' && sha256sum --quiet -c SHA256SUMS";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST_F(BundleTest, FindPrefersTheBestThatRuns) {
  Bundle bundle = *Bundle::open(folder());
  EXPECT_EQ(bundle.find("saxpy", test::target("sm_90a"))->program().target.name(), "sm_90a");
  EXPECT_EQ(bundle.find("saxpy", test::target("sm_90"))->program().target.name(), "sm_90");
  EXPECT_EQ(bundle.find("packed", test::target("sm_89"))->program().target.name(), "sm_80");
  Status status = bundle.find("packed", test::target("sm_90")).status();
  EXPECT_EQ(status.code(), Code::NotFound);
  EXPECT_NE(status.message().find(
                "expected kernel 'packed' for sm_90, got saxpy (sm_90), saxpy (sm_90a), packed (sm_80)"),
            std::string::npos);
}

TEST_F(BundleTest, EveryFileIsChecked) {
  for (const auto &file : fs::directory_iterator(folder())) {
    const std::string good = readFile(file.path());
    std::string bad = good;
    bad[bad.size() / 2] ^= 2;
    writeFile(file.path(), bad);
    EXPECT_FALSE(openError().empty()) << file.path();
    writeFile(file.path(), good.substr(0, good.size() - 1));
    EXPECT_FALSE(openError().empty()) << file.path();
    fs::remove(file.path());
    EXPECT_FALSE(openError().empty()) << file.path();
    writeFile(file.path(), good);
    EXPECT_TRUE(Bundle::open(folder()).ok()) << file.path();
  }
}

TEST_F(BundleTest, ChangesAfterOpeningAreNoticed) {
  Bundle bundle = *Bundle::open(folder());
  writeFile(folder() / "packed.sm_80.cubin", "other");
  Status status = bundle.find("packed", test::target("sm_80")).status();
  EXPECT_EQ(status.code(), Code::Corrupt);
  EXPECT_NE(status.message().find("'packed.sm_80.cubin': expected SHA-256"), std::string::npos);
}

TEST_F(BundleTest, NamesMustStayInside) {
  std::string sums = readFile(folder() / "SHA256SUMS");
  writeFile(folder() / "SHA256SUMS", sums + std::string(64, 'a') + "  ../outside\n");
  EXPECT_NE(openError().find("SHA256SUMS: expected a digest and a file name in line 14"), std::string::npos);
}

TEST_F(BundleTest, NotABundle) {
  EXPECT_EQ(Bundle::open(temporary.path() / "nothing").status().code(), Code::NotFound);
  EXPECT_EQ(Bundle::open(temporary.path()).status().code(), Code::NotFound);
  EXPECT_EQ(Bundle::open(folder() / "manifest.json").status().code(), Code::NotFound);
}

TEST_F(BundleTest, WriteRefuses) {
  EXPECT_EQ(Bundle::write(folder(), images).code(), Code::InvalidArgument); // not empty
  EXPECT_EQ(Bundle::write(temporary.path() / "b", {}).code(), Code::InvalidArgument);
  EXPECT_EQ(Bundle::write(temporary.path() / "b", {images[0], images[0]}).message(),
            "bundle: expected each kernel once, got 'saxpy' for sm_90 twice");
  Image odd = images[0];
  odd.program.name = "../x";
  EXPECT_EQ(Bundle::write(temporary.path() / "b", {odd}).message(),
            "bundle: expected a name of letters, digits, '_', '-' and '.', got '../x'");
  size_t left = 0;
  for (const auto &entry : fs::directory_iterator(temporary.path()))
    left += entry.path() != temporary.path() / "out";
  EXPECT_EQ(left, 0u); // no half bundle, no temporary folder
  fs::create_directory(temporary.path() / "empty");
  EXPECT_TRUE(Bundle::write(temporary.path() / "empty", images).ok());
  EXPECT_TRUE(Bundle::write(temporary.path() / "slash" / "", images).ok());
  EXPECT_TRUE(Bundle::open(temporary.path() / "slash").ok());
  writeFile(temporary.path() / "file", "");
  EXPECT_FALSE(Bundle::write(temporary.path() / "file" / "b", images).ok());
}

} // namespace
} // namespace attnc
