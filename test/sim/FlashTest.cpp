// FlashTest.cpp - a whole FlashAttention-2 style kernel, compiled by NVRTC, against host attention.
#include "test/sim/NvrtcText.h"
#include "test/sim/SimHarness.h"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

namespace attnc::simtest {
namespace {

_Float16 half(uint16_t value) {
  _Float16 h;
  std::memcpy(&h, &value, sizeof(h));
  return h;
}

struct Problem {
  int heads, length;
  std::vector<uint16_t> q, k, v;

  Problem(int heads, int length) : heads(heads), length(length) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (auto *tensor : {&q, &k, &v}) {
      tensor->resize(static_cast<size_t>(heads * length * 64));
      for (uint16_t &value : *tensor) {
        _Float16 h = static_cast<_Float16>(normal(random));
        std::memcpy(&value, &h, sizeof(h));
      }
    }
  }
};

struct Outcome {
  Status status;
  std::vector<uint16_t> out;
  std::vector<float> lse;
  std::string counters;
  double seconds = 0;
};

Outcome runFlash(const std::string &ptx, const Problem &problem, const SimOptions &options = {},
                 const std::string &arch = "sm_90") {
  Sim sim(options, arch);
  Outcome outcome;
  outcome.status = sim.load(ptx);
  if (!outcome.status.ok())
    return outcome;
  size_t count = problem.q.size(), rows = static_cast<size_t>(problem.heads * problem.length);
  struct {
    void *q, *k, *v, *o, *lse;
    int length;
    float scale;
  } params{sim.buffer(problem.q),  sim.buffer(problem.k), sim.buffer(problem.v), sim.allocate(2 * count),
           sim.allocate(4 * rows), problem.length,        0.125f * 1.44269504f};
  auto begin = std::chrono::steady_clock::now();
  outcome.status = sim.arg(params).launch(
      "flash", 128,
      {static_cast<uint32_t>((problem.length + 63) / 64), static_cast<uint32_t>(problem.heads), 1},
      5 * 64 * 64 * 2);
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  outcome.out.assign(static_cast<uint16_t *>(params.o), static_cast<uint16_t *>(params.o) + count);
  outcome.lse.assign(static_cast<float *>(params.lse), static_cast<float *>(params.lse) + rows);
  outcome.counters = sim.device->takeCounters();
  return outcome;
}

void expectAttention(const Problem &problem, const Outcome &outcome) {
  double worst = 0, worstLse = 0;
  for (int h = 0; h < problem.heads; ++h)
    for (int i = 0; i < problem.length; ++i) {
      auto at = [&](const std::vector<uint16_t> &tensor, int row, int d) {
        return static_cast<double>(half(tensor[static_cast<size_t>((h * problem.length + row) * 64 + d)]));
      };
      std::vector<double> p(static_cast<size_t>(i) + 1);
      double most = -1e300, sum = 0;
      for (int j = 0; j <= i; ++j) {
        double s = 0;
        for (int d = 0; d < 64; ++d)
          s += at(problem.q, i, d) * at(problem.k, j, d);
        p[static_cast<size_t>(j)] = s * 0.125;
        most = std::max(most, s * 0.125);
      }
      for (double &value : p)
        sum += value = std::exp(value - most);
      for (int d = 0; d < 64; ++d) {
        double want = 0;
        for (int j = 0; j <= i; ++j)
          want += p[static_cast<size_t>(j)] / sum * at(problem.v, j, d);
        double got = at(outcome.out, i, d);
        worst = std::max(worst, std::isfinite(got) ? std::abs(got - want) : 1e9);
      }
      double got = outcome.lse[static_cast<size_t>(h * problem.length + i)];
      worstLse = std::max(worstLse, std::isfinite(got) ? std::abs(got - most - std::log(sum)) : 1e9);
    }
  EXPECT_LT(worst, 4e-3); // P and O in f16
  EXPECT_LT(worstLse, 1e-4);
}

std::optional<std::string> flashPtx(const std::vector<std::string> &extra = {},
                                    const std::string &arch = "90") {
  std::vector<std::string> options = {"--gpu-architecture=compute_" + arch, "-lineinfo", "--std=c++17"};
  options.insert(options.end(), extra.begin(), extra.end());
  return compileCuda(readKernel("flash.cu"), options);
}

#define PTX_OR_SKIP(name, ...)                                                                               \
  auto name = flashPtx(__VA_ARGS__);                                                                         \
  if (!name)                                                                                                 \
  GTEST_SKIP() << "no NVRTC on this machine"

TEST(Flash, MatchesHostAttention) {
  PTX_OR_SKIP(ptx);
  for (int length : {1, 63, 64, 65, 200}) {
    Problem problem(2, length);
    Outcome outcome = runFlash(*ptx, problem);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.str();
    expectAttention(problem, outcome);
  }
}

TEST(Flash, EveryArchitecturesPtxRuns) {
  for (const char *arch : {"80", "86", "89", "90", "100", "120"}) {
    PTX_OR_SKIP(ptx, {}, arch);
    Problem problem(1, 130);
    Outcome outcome = runFlash(*ptx, problem, {}, std::string("sm_") + arch);
    ASSERT_TRUE(outcome.status.ok()) << arch << ": " << outcome.status.str();
    expectAttention(problem, outcome);
  }
}

TEST(Flash, SeedsAndThreadsGiveTheSameNumbers) {
  PTX_OR_SKIP(ptx);
  Problem problem(3, 130);
  Outcome first = runFlash(*ptx, problem);
  for (SimOptions options : {SimOptions{1, 1, 0}, SimOptions{99, 1, 0}, SimOptions{5, 3, 0}}) {
    Outcome other = runFlash(*ptx, problem, options);
    ASSERT_TRUE(other.status.ok()) << other.status.str();
    EXPECT_EQ(first.out, other.out);
    EXPECT_EQ(first.counters, other.counters); // whatever the order, the work is the same
  }
}

TEST(Flash, SwizzleShowsInTheCounters) {
  PTX_OR_SKIP(swizzled);
  PTX_OR_SKIP(plain, {"-DSWIZZLE=0"});
  Problem problem(1, 128);
  auto count = [&](const std::string &ptx) {
    Outcome outcome = runFlash(ptx, problem);
    EXPECT_TRUE(outcome.status.ok()) << outcome.status.str();
    return nlohmann::json::parse(outcome.counters)["launches"][0];
  };
  nlohmann::json good = count(*swizzled), bad = count(*plain);
  EXPECT_EQ(good["shared"]["wavefronts"], good["shared"]["ideal_wavefronts"]);
  EXPECT_TRUE(good["shared"]["conflicts"].empty());
  // Rows of 128 bytes: the eight rows of each 8x8 matrix fall into the same banks.
  // cp.async writes whole rows either way: 2 tiles of q, 3 of k and of v, 64 rows of one wavefront.
  const uint64_t copies = (2 + 3 + 3) * 64;
  EXPECT_EQ(bad["shared"]["wavefronts"].get<uint64_t>() - copies,
            8 * (good["shared"]["wavefronts"].get<uint64_t>() - copies));
  // 3 tiles (1 + 2 for the causal rows), S and P V: 2 * 64 * 64 * 64 each way.
  EXPECT_EQ(good["mma_flops"].get<uint64_t>(), 3ull * 2 * 2 * 64 * 64 * 64);
}

TEST(Flash, MissingWaitIsReported) {
  PTX_OR_SKIP(ptx, {"-DBUG=1"});
  Outcome outcome = runFlash(*ptx, Problem(1, 128));
  ASSERT_EQ(outcome.status.code(), Code::DeviceError);
  EXPECT_NE(outcome.status.message().find("a wait is missing"), std::string::npos) << outcome.status.str();
  ASSERT_FALSE(outcome.status.notes().empty()); // -lineinfo: the CUDA line
  EXPECT_GT(outcome.status.notes()[0].where.line, 0);
}

TEST(Flash, MissingBarrierIsReported) {
  PTX_OR_SKIP(ptx, {"-DBUG=2"});
  Outcome outcome = runFlash(*ptx, Problem(1, 128)); // warp 0 reads rows that warp 1 has not copied yet
  ASSERT_EQ(outcome.status.code(), Code::DeviceError);
  EXPECT_NE(outcome.status.message().find("shared"), std::string::npos) << outcome.status.str();
}

TEST(Flash, ShortBufferIsReported) {
  PTX_OR_SKIP(ptx);
  Problem problem(1, 128);
  Outcome good = runFlash(*ptx, problem);
  ASSERT_TRUE(good.status.ok());
  problem.v.resize(problem.v.size() - 8); // the last 16 bytes are not there
  Outcome outcome = runFlash(*ptx, problem);
  ASSERT_EQ(outcome.status.code(), Code::DeviceError);
  EXPECT_NE(outcome.status.message().find("offset 16368 of buffer 3 (16368 bytes): out of bounds"),
            std::string::npos)
      << outcome.status.str();
}

} // namespace
} // namespace attnc::simtest
