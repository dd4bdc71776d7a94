// NvrtcTest.cpp - real compilations by the NVRTC of this machine.
#include "Samples.h"
#include "TemporaryFolder.h"
#include "codegen/device/DeviceHeaders.h"
#include "runtime/nvrtc/NvrtcCompiler.h"
#include "runtime/nvrtc/NvrtcLibrary.h"
#include "runtime/nvrtc/SourceNames.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sstream>
#include <thread>

namespace attnc {
namespace {

class NvrtcTest : public ::testing::Test {
protected:
  void SetUp() override {
    Result<std::shared_ptr<Nvrtc>> opened = Nvrtc::open();
    ASSERT_TRUE(opened.ok()) << opened.status().str();
    nvrtc = *opened;
  }
  std::shared_ptr<Nvrtc> nvrtc;
};

TEST_F(NvrtcTest, CubinAndPtxForEveryTarget) {
  for (const Target &target : Target::all()) {
    Result<Image> image = nvrtc->compile(test::saxpyProgram(target.name().c_str()));
    ASSERT_TRUE(image.ok()) << image.status().str();
    EXPECT_EQ(image->cubin.substr(0, 4), "\x7f"
                                         "ELF");
    EXPECT_NE(image->ptx.find(".target " + target.name()), std::string::npos);
    EXPECT_NE(image->ptx.find(".entry saxpy_0a1b2c"), std::string::npos);
    EXPECT_NE(image->ptx.back(), '\0');
    ASSERT_EQ(image->resources.size(), 1u);
    EXPECT_EQ(image->resources[0].kernel, "saxpy_0a1b2c");
    EXPECT_GT(image->resources[0].registers, 0);
    EXPECT_EQ(image->resources[0].spillStoreBytes, 0);
    EXPECT_EQ(image->compilerVersion, nvrtc->version());
  }
}

TEST_F(NvrtcTest, ResourcesAreThoseOfTheKernel) {
  Program program = test::saxpyProgram();
  program.text += R"(
extern "C" __global__ void other_00ff00(float *p, int n) {
  __shared__ float tile[512];
  float local[64];
  for (int i = 0; i < 64; ++i)
    local[i] = p[i] * i;
  asm volatile("" ::"l"(local) : "memory"); // its address escapes: it lives on the stack
  tile[threadIdx.x] = local[n];
  __syncthreads();
  p[threadIdx.x] = tile[511 - threadIdx.x];
}
)";
  program.launches.push_back(program.launches[0]);
  program.launches[1].kernel = "other_00ff00";
  program.launches.push_back(program.launches[0]); // launched twice, listed once
  Result<Image> image = nvrtc->compile(program);
  ASSERT_TRUE(image.ok()) << image.status().str();
  ASSERT_EQ(image->resources.size(), 2u) << image->log;
  EXPECT_EQ(image->resources[1].kernel, "other_00ff00");
  EXPECT_EQ(image->resources[1].staticSharedBytes, 2048);
  EXPECT_GE(image->resources[1].stackBytes, 256) << image->log;
  EXPECT_EQ(image->resources[0].staticSharedBytes, 0);
}

TEST_F(NvrtcTest, ErrorsCarryTheWholeLog) {
  Program program = test::saxpyProgram();
  program.text += "int broken = undeclared;\nint again = alsoUndeclared;\n";
  Status status = nvrtc->compile(program).status();
  EXPECT_EQ(status.code(), Code::CompileFailed);
  EXPECT_NE(status.message().find("refused 'saxpy.cu' for sm_90: NVRTC_ERROR_COMPILATION"),
            std::string::npos);
  EXPECT_NE(status.message().find("identifier \"undeclared\" is undefined"), std::string::npos);
  EXPECT_NE(status.message().find("identifier \"alsoUndeclared\" is undefined"), std::string::npos);
}

TEST_F(NvrtcTest, PtxasErrorsAreCompileErrors) {
  Program program = test::saxpyProgram();
  program.text += "extern \"C\" __global__ void bad() { asm volatile(\"no.instruction;\"); }\n";
  Status status = nvrtc->compile(program).status();
  EXPECT_EQ(status.code(), Code::CompileFailed);
  EXPECT_NE(status.message().find("Not a name of any known instruction: 'no'"), std::string::npos)
      << status.message();
}

TEST_F(NvrtcTest, AMissingKernelIsAnError) {
  Program program = test::saxpyProgram();
  program.launches[0].kernel = "saxpy_ffffff";
  Status status = nvrtc->compile(program).status();
  EXPECT_EQ(status.code(), Code::CompileFailed);
  EXPECT_NE(status.message().find("expected kernel 'saxpy_ffffff'"), std::string::npos);
}

TEST_F(NvrtcTest, HeadersComeFromTheTableOnly) {
  // A file of the working folder must not be picked up.
  test::TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  test::writeFile("stray.cuh", "int stray;\n");
  Program program = test::saxpyProgram();
  program.text = "#include \"stray.cuh\"\n" + program.text;
  Status status = nvrtc->compile(program).status();
  std::filesystem::current_path(before);
  EXPECT_EQ(status.code(), Code::CompileFailed);
  EXPECT_NE(status.message().find("stray.cuh"), std::string::npos);
}

TEST_F(NvrtcTest, EveryDeviceHeaderCanBeIncluded) {
  ASSERT_FALSE(deviceHeaders().empty());
  const std::string first(deviceHeaders().front().name);
  Program program = test::saxpyProgram();
  program.text = "#include \"" + first + "\"\n" + program.text;
  Result<Image> image = nvrtc->compile(program);
  EXPECT_TRUE(image.ok()) << image.status().str();
}

TEST_F(NvrtcTest, ThreadsCompileAtTheSameTime) {
  std::vector<std::thread> threads;
  std::vector<std::string> cubins(4);
  for (size_t i = 0; i < cubins.size(); ++i)
    threads.emplace_back([&, i] {
      Result<Image> image = nvrtc->compile(test::saxpyProgram());
      if (image.ok())
        cubins[i] = image->cubin;
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_FALSE(cubins[0].empty());
  for (const std::string &cubin : cubins)
    EXPECT_EQ(cubin, cubins[0]); // the same text gives the same bytes
}

/// The lines that are instructions, labels or declarations.
std::string withoutLineInfo(const std::string &ptx) {
  std::istringstream lines(ptx);
  std::string out;
  for (std::string line; std::getline(lines, line) && line.find(".section") == std::string::npos;)
    if (line.find(".loc") == std::string::npos && line.find(".file") == std::string::npos &&
        line.find_first_not_of(" \t") != std::string::npos)
      out += line + "\n";
  return out;
}

TEST_F(NvrtcTest, LineInfoChangesNoInstruction) {
  Program program = test::saxpyProgram();
  program.text.insert(0, "#include \"attnc/core.cuh\"\n");
  Result<Image> plain = nvrtc->compile(program), lines = nvrtc->compile(program, {true});
  ASSERT_TRUE(plain.ok() && lines.ok());
  EXPECT_EQ(plain->ptx.find(".loc"), std::string::npos);
  EXPECT_NE(lines->ptx.find(".loc"), std::string::npos);
  EXPECT_EQ(withoutLineInfo(plain->ptx), withoutLineInfo(lines->ptx));
  EXPECT_EQ(plain->resources[0].registers, lines->resources[0].registers);
  EXPECT_NE(contentKey(program, *nvrtc), contentKey(program, *nvrtc, {true}));
}

TEST_F(NvrtcTest, LineInfoNamesNoFolderOfThisMachine) {
  const Program program = test::saxpyProgram();
  const test::TemporaryFolder other;
  const std::filesystem::path here = std::filesystem::current_path();
  Result<Image> one = nvrtc->compile(program, {true});
  std::filesystem::current_path(other.path());
  Result<Image> two = nvrtc->compile(program, {true});
  std::filesystem::current_path(here);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(one->ptx, two->ptx);
  EXPECT_NE(one->ptx.find(".file\t1 \"saxpy.cu\""), std::string::npos) << one->ptx;
}

TEST(SourceNames, OnlyFileDirectivesChange) {
  const std::vector<std::string> names{"attnc/core.cuh", "attnc/warp/core.cuh", "k.cu"};
  EXPECT_EQ(withPlainSourceNames("\t.file\t1 \"/home/me/k.cu\"\n.file 2 \"/x/attnc/warp/core.cuh\"\n"
                                 ".file 3 \"attnc/core.cuh\"\n.file 4 \"/usr/include/cuda_fp16.h\"\n"
                                 ".loc 1 2 3 \"/home/me/k.cu\"\n",
                                 names),
            "\t.file\t1 \"k.cu\"\n.file 2 \"attnc/warp/core.cuh\"\n.file 3 \"attnc/core.cuh\"\n"
            ".file 4 \"cuda_fp16.h\"\n.loc 1 2 3 \"/home/me/k.cu\"\n");
  EXPECT_EQ(withPlainSourceNames("no newline at the end", names), "no newline at the end");
}

TEST_F(NvrtcTest, WithLineInfoThePlacesOfTheSpecAreInTheKey) {
  Program program = test::saxpyProgram();
  program.text += "int x;  // a.yaml:9\n";
  Program moved = program;
  moved.text.replace(moved.text.find("yaml:9"), 6, "yaml:8");
  EXPECT_EQ(contentKey(program, *nvrtc), contentKey(moved, *nvrtc));
  EXPECT_NE(contentKey(program, *nvrtc, {true}), contentKey(moved, *nvrtc, {true}));
}

TEST_F(NvrtcTest, ContentKeyFollowsTheText) {
  Program program = test::saxpyProgram();
  const std::string key = contentKey(program, *nvrtc);
  EXPECT_EQ(contentKey(program, *nvrtc), key);
  program.text += "int more;\n";
  EXPECT_NE(contentKey(program, *nvrtc), key);
}

TEST(NvrtcLibrary, ANamedLibraryIsTheOnlyCandidate) {
  setenv("ATTNC_NVRTC", "/nowhere/libnvrtc.so", 1);
  EXPECT_EQ(nvrtcCandidates(), std::vector<std::string>{"/nowhere/libnvrtc.so"});
  Status status = NvrtcLibrary::load().status();
  EXPECT_EQ(status.code(), Code::NotFound);
  ASSERT_EQ(status.notes().size(), 1u);
  EXPECT_EQ(status.notes()[0].message, "/nowhere/libnvrtc.so: no such file");
  setenv("ATTNC_NVRTC", "libm.so.6", 1);
  status = NvrtcLibrary::load().status();
  EXPECT_EQ(status.code(), Code::NotFound);
  EXPECT_NE(status.notes()[0].message.find("expected an NVRTC library, got one without nvrtcVersion"),
            std::string::npos);
  unsetenv("ATTNC_NVRTC");
}

/// A wheel's folder is unknown to the loader: NVRTC would find its builtins only if they are loaded already.
TEST(NvrtcLibrary, BuiltinsComeFromBesideTheLibrary) {
  namespace fs = std::filesystem;
  Result<std::shared_ptr<NvrtcLibrary>> usual = NvrtcLibrary::load();
  ASSERT_TRUE(usual.ok()) << usual.status().str();
  Dl_info info{};
  ASSERT_TRUE(dladdr(reinterpret_cast<const void *>((*usual)->nvrtcVersion), &info));
  const fs::path folder = fs::path(info.dli_fname).parent_path();
  const std::string builtins = "libnvrtc-builtins.so." + std::to_string((*usual)->major) + "." +
                               std::to_string((*usual)->minor);
  if (!fs::exists(folder / builtins))
    GTEST_SKIP() << "the loader alone knows where " << builtins << " is";
  test::TemporaryFolder elsewhere;
  for (const std::string &name : {fs::path(info.dli_fname).filename().string(), builtins})
    fs::copy_file(folder / name, elsewhere.path() / name);
  setenv("ATTNC_NVRTC", (elsewhere.path() / fs::path(info.dli_fname).filename()).c_str(), 1);
  Result<std::shared_ptr<NvrtcLibrary>> copied = NvrtcLibrary::load();
  unsetenv("ATTNC_NVRTC");
  ASSERT_TRUE(copied.ok()) << copied.status().str();
  EXPECT_NE(test::readFile("/proc/self/maps").find((elsewhere.path() / builtins).string()), std::string::npos);
}

TEST(NvrtcLibrary, CandidatesFollowTheEnvironment) {
  setenv("CUDA_HOME", "/a", 1);
  setenv("ATTNC_NVRTC_WHEEL", "/w", 1);
  const std::vector<std::string> candidates = nvrtcCandidates();
  unsetenv("CUDA_HOME");
  unsetenv("ATTNC_NVRTC_WHEEL");
  EXPECT_EQ(candidates.front(), "/a/lib64/libnvrtc.so.13");
  auto has = [&](const char *path) { return std::count(candidates.begin(), candidates.end(), path) == 1; };
  EXPECT_TRUE(has("/usr/local/cuda/lib64/libnvrtc.so.13"));
  EXPECT_TRUE(has("libnvrtc.so.13"));
  EXPECT_TRUE(has("/w/lib/libnvrtc.so.13"));
}

TEST(NvrtcLibrary, ErrorNames) {
  EXPECT_EQ(nvrtcErrorName(6), "NVRTC_ERROR_COMPILATION");
  EXPECT_EQ(nvrtcErrorName(999), "NVRTC error 999");
}

} // namespace
} // namespace attnc
