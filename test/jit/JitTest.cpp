// JitTest.cpp - where a kernel comes from, errors, threads, dumps.
#include "runtime/jit/Jit.h"
#include "runtime/jit/BuildId.h"
#include "runtime/jit/Compile.h"
#include "runtime/jit/MaskModel.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>
#include <unistd.h>

using namespace attnc;
namespace fs = std::filesystem;

namespace {

std::string yaml(const std::string &extra = "mask: causal\n", const std::string &name = "jit_test") {
  return "attnc: 1\nname: " + name +
         "\nphase: prefill\nheads: {query: 2, kv: 1}\nhead_dim: 64\ndtype: f16\n"
         "layout: packed\n" +
         extra;
}

Spec spec(const std::string &extra = "mask: causal\n", const std::string &name = "jit_test") {
  Result<Spec> result = readSpecText(yaml(extra, name), name + ".yaml");
  EXPECT_TRUE(result.ok()) << result.status().str();
  return *result;
}

Target sm(const char *name) { return *Target::parse(name); }

class JitTest : public testing::Test {
protected:
  void SetUp() override {
    folder = fs::temp_directory_path() / ("attnc-jit-" + std::to_string(getpid()));
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }

  std::shared_ptr<Jit> jit(JitOptions options = {}) {
    options.cacheFolder = folder / "cache";
    options.log = [this](const std::string &message) {
      std::lock_guard guard(mutex);
      log += message + "\n";
    };
    Result<std::shared_ptr<Jit>> result = Jit::create(std::move(options));
    EXPECT_TRUE(result.ok()) << result.status().str();
    return *result;
  }

  /// Compiles and says where it came from.
  std::string source(Jit &jit, const Spec &spec, const char *arch = "sm_90") {
    JitReport report;
    Result<Kernel> kernel = jit.compile(spec, sm(arch), &report);
    return kernel.ok() ? std::string(sourceName(report.source)) : kernel.status().message();
  }

  fs::path folder;
  std::mutex mutex;
  std::string log;
};

TEST_F(JitTest, MemoryThenDiskThenBuild) {
  auto first = jit();
  EXPECT_EQ(source(*first, spec()), "built");
  EXPECT_EQ(source(*first, spec()), "memory");
  EXPECT_EQ(source(*first, spec(), "sm_80"), "built");
  auto second = jit();
  EXPECT_EQ(source(*second, spec()), "disk");
  EXPECT_EQ(source(*second, spec("mask: none\n")), "built");
  EXPECT_EQ(log, "");
}

TEST_F(JitTest, FindOnlyLooksInMemory) {
  auto one = jit();
  const std::string key = one->key(spec(), sm("sm_90"));
  EXPECT_FALSE(one->find(key));
  ASSERT_TRUE(one->compile(spec(), sm("sm_90")).ok());
  ASSERT_TRUE(one->find(key));
  EXPECT_EQ(one->find(key)->program().name, "jit_test");
  EXPECT_FALSE(jit()->find(key));
  EXPECT_NE(key, one->key(spec(), sm("sm_80")));
  EXPECT_NE(key, one->key(spec("mask: none\n"), sm("sm_90")));
}

TEST_F(JitTest, AnotherSpecWithTheSameTextSharesTheEntry) {
  auto one = jit();
  ASSERT_EQ(source(*one, spec("mask: {window: {right: 0}}\n")), "built");
  // The same set of visible keys, written otherwise: another request, the same CUDA text.
  EXPECT_EQ(source(*one, spec("mask: causal\n")), "disk");
}

TEST_F(JitTest, LineInfoHasEntriesOfItsOwnThatKnowTheSpecsLines) {
  JitOptions options;
  options.lineInfo = true;
  ASSERT_EQ(source(*jit(), spec()), "built");
  options.allowCompile = false;
  EXPECT_EQ(source(*jit(options), spec()), "disk"); // better without lines than not at all
  options.allowCompile = true;
  auto one = jit(options);
  EXPECT_EQ(source(*one, spec()), "built");
  EXPECT_EQ(source(*one, spec()), "memory");
  EXPECT_EQ(source(*jit(options), spec()), "disk");
  EXPECT_NE(one->compile(spec(), sm("sm_90"))->image().ptx.find(".loc"), std::string::npos);
  Spec moved = spec();
  moved.mask.where.line += 1;
  EXPECT_EQ(source(*one, moved), "built");
}

TEST_F(JitTest, PtxAloneIsThatOfTheWholeKernel) {
  Result<Kernel> whole = jit()->compile(spec(), sm("sm_90"));
  ASSERT_TRUE(whole.ok()) << whole.status().str();
  JitOptions options;
  options.ptxOnly = true;
  auto one = jit(options);
  EXPECT_EQ(source(*one, spec()), "built"); // an entry of its own
  EXPECT_EQ(source(*jit(options), spec()), "disk");
  const Image image = one->compile(spec(), sm("sm_90"))->image();
  EXPECT_EQ(image.ptx, whole->image().ptx);
  EXPECT_EQ(image.cubin, "");
  EXPECT_EQ(Bundle::write(folder / "bundle", {image}).message(),
            "bundle: expected a cubin of '" + image.program.name +
                "', got PTX alone: it was compiled for the simulator");
  options.allowCompile = false;
  ASSERT_EQ(source(*jit(), spec("mask: none\n")), "built");
  EXPECT_EQ(source(*jit(options), spec("mask: none\n")), "disk"); // better whole than not at all
}

TEST_F(JitTest, NeverCompilesIfToldSo) {
  JitOptions never;
  never.allowCompile = false;
  auto strict = jit(never);
  Result<Kernel> missing = strict->compile(spec(), sm("sm_90"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.status().code(), Code::NotFound);
  ASSERT_EQ(source(*jit(), spec()), "built");
  EXPECT_EQ(source(*strict, spec()), "disk");
}

TEST_F(JitTest, TakesABundlesKernelOnlyForTheSameSpec) {
  Result<Kernel> kernel = jit()->compile(spec(), sm("sm_90"));
  ASSERT_TRUE(kernel.ok()) << kernel.status().str();
  ASSERT_TRUE(Bundle::write(folder / "bundle", {kernel->image()}).ok());
  JitOptions options;
  options.bundles = {folder / "bundle"};
  options.useDiskCache = false;
  options.allowCompile = false;
  auto one = jit(options);
  EXPECT_EQ(source(*one, spec()), "bundle");
  EXPECT_EQ(source(*one, spec()), "memory");
  EXPECT_EQ(one->compile(spec("mask: none\n"), sm("sm_90")).status().code(), Code::NotFound);
  EXPECT_EQ(one->compile(spec(), sm("sm_80")).status().code(), Code::NotFound);
}

TEST_F(JitTest, AMissingBundleIsAnError) {
  JitOptions options;
  options.bundles = {folder / "nowhere"};
  EXPECT_FALSE(Jit::create(options).ok());
}

TEST_F(JitTest, ThreadsBuildASpecOnce) {
  auto one = jit();
  std::vector<std::string> sources(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < sources.size(); ++i)
    threads.emplace_back([&, i] { sources[i] = source(*one, spec()); });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(std::count(sources.begin(), sources.end(), "built"), 1);
  EXPECT_EQ(std::count(sources.begin(), sources.end(), "memory"), 7);
}

TEST_F(JitTest, ThreadsBuildDifferentSpecsAtOnce) {
  auto one = jit();
  std::vector<std::string> sources(4);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < sources.size(); ++i)
    threads.emplace_back([&, i] {
      sources[i] = source(*one, spec("mask: {sliding_window: " + std::to_string(i + 1) + "}\n"));
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(sources, std::vector<std::string>(4, "built"));
}

TEST_F(JitTest, DamageIsAWarningAndARebuild) {
  ASSERT_EQ(source(*jit(), spec()), "built");
  for (const auto &entry : fs::recursive_directory_iterator(folder / "cache"))
    if (entry.is_regular_file() && entry.path().string().find("/entries/") != std::string::npos)
      fs::resize_file(entry.path(), entry.file_size() / 2);
  EXPECT_EQ(source(*jit(), spec()), "built");
  EXPECT_NE(log.find("damaged"), std::string::npos) << log;
}

TEST_F(JitTest, AnUnusableCacheFolderIsOnlyAWarning) {
  std::ofstream(folder / "cache") << "a file";
  EXPECT_EQ(source(*jit(), spec()), "built");
  EXPECT_NE(log.find("without a disk cache"), std::string::npos) << log;
}

TEST_F(JitTest, DumpsEveryStep) {
  JitOptions options;
  options.dumpFolder = folder / "dump";
  ASSERT_EQ(source(*jit(options), spec()), "built");
  const fs::path made = fs::directory_iterator(folder / "dump")->path();
  for (const char *name :
       {"spec.yaml", "00-import.mlir", "kernel.cu", "kernel.ptx", "kernel.cubin", "nvrtc.log"})
    EXPECT_TRUE(fs::exists(made / name)) << name;
  EXPECT_GE(std::distance(fs::directory_iterator(made), fs::directory_iterator()), 12);
}

TEST_F(JitTest, CompileFileReadsAndReportsBadSpecs) {
  std::ofstream(folder / "good.yaml") << yaml();
  std::ofstream(folder / "bad.yaml") << yaml("mask: casual\n");
  JitReport report;
  ASSERT_TRUE(jit()->compileFile(folder / "good.yaml", sm("sm_90"), &report).ok());
  EXPECT_GT(report.readMs, 0);
  EXPECT_GT(report.compileMs, 0);
  EXPECT_GT(report.nvrtcMs, 0);
  const Status bad = jit()->compileFile(folder / "bad.yaml", sm("sm_90")).status();
  EXPECT_EQ(bad.code(), Code::InvalidSpec);
  EXPECT_EQ(bad.where().line, 8);
}

TEST(Compile, RefusalsPointAtTheUsersKey) {
  const Spec tooLarge = spec("mask: causal\nschedule: {tile_q: 128, tile_kv: 256, stages: 4}\n");
  const Status status = compileToProgram(tooLarge, sm("sm_86")).status();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.code(), Code::Unsupported) << status.str();
  EXPECT_EQ(status.where().file, "jit_test.yaml");
  EXPECT_EQ(status.where().line, 9) << status.str();
}

TEST(Compile, TextIsTheSameEveryTime) {
  Result<Program> first = compileToProgram(spec(), sm("sm_80")),
                  second = compileToProgram(spec(), sm("sm_80"));
  ASSERT_TRUE(first.ok()) << first.status().str();
  EXPECT_EQ(first->text, second->text);
}

TEST(Compile, BuildIdIsAHash) {
  const std::string &id = compilerBuildId();
  EXPECT_TRUE(id.starts_with("gnu-")) << id;
  EXPECT_EQ(id.size(), 4u + 40u) << id;
}

/// Tiles by testing every element of `visible(q, kv)`.
MaskTiles bruteForce(const MaskQuestion &question, bool (*visible)(int64_t q, int64_t kv)) {
  MaskTiles out;
  int64_t pairs = 0;
  for (const auto &[qLen, kvLen] : question.requests)
    for (int64_t row = 0; row < qLen; row += question.tileQ)
      for (int64_t column = 0; column < kvLen; column += question.tileKv) {
        bool any = false, all = column + question.tileKv <= kvLen;
        for (int64_t i = row; i < std::min(row + question.tileQ, qLen); ++i)
          for (int64_t j = column; j < std::min(column + question.tileKv, kvLen); ++j) {
            const bool seen = visible(i + kvLen - qLen, j);
            any |= seen;
            all &= seen;
            pairs += seen;
          }
        ++(any ? out.visited : out.empty);
        out.full += any && all;
        out.partial += any && !all;
      }
  out.ideal = out.visited;
  out.pairs = pairs;
  return out;
}

TEST(MaskTiles, AgreeWithBruteForce) {
  struct Case {
    const char *mask;
    bool (*visible)(int64_t q, int64_t kv);
  };
  const Case cases[] = {
      {"mask: causal\n", [](int64_t q, int64_t kv) { return kv <= q; }},
      {"mask: none\n", [](int64_t, int64_t) { return true; }},
      {"mask: {all: [causal, {sliding_window: 100}]}\n",
       [](int64_t q, int64_t kv) { return kv <= q && q - kv < 100; }},
      {"mask: {window: {left: 10, right: 20}}\n",
       [](int64_t q, int64_t kv) { return kv >= q - 10 && kv <= q + 20; }},
  };
  MaskQuestion question{64, 32, {{256, 256}, {1, 130}, {300, 200}, {65, 65}, {7, 0}, {0, 7}}, {}, {}};
  for (const Case &item : cases) {
    Result<std::unique_ptr<MaskModel>> model = MaskModel::create(spec(item.mask), sm("sm_90"));
    ASSERT_TRUE(model.ok()) << model.status().str();
    EXPECT_TRUE((*model)->text().exact) << item.mask;
    Result<MaskTiles> tiles = (*model)->count(question);
    ASSERT_TRUE(tiles.ok()) << tiles.status().str();
    const MaskTiles expected = bruteForce(question, item.visible);
    EXPECT_EQ(tiles->visited, expected.visited) << item.mask;
    EXPECT_EQ(tiles->full, expected.full) << item.mask;
    EXPECT_EQ(tiles->partial, expected.partial) << item.mask;
    EXPECT_EQ(tiles->empty, expected.empty) << item.mask;
    EXPECT_EQ(tiles->ideal, expected.ideal) << item.mask;
    EXPECT_EQ(tiles->pairs, expected.pairs) << item.mask;
    EXPECT_EQ(tiles->heads, 1);
  }
}

} // namespace
