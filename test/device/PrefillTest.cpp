// PrefillTest.cpp - the whole model kernel on the simulator: ragged packed requests against fp64 loops.
//
// Requests of NaN lie between the others, so that a read past a request's keys shows as NaN.
#include "test/device/KernelHarness.h"
#include "test/device/ModelPrefill.h"

#include <cmath>
#include <limits>

namespace attnc::test {
namespace {

constexpr int kHeads = 2, kGroup = 2;

struct Lengths {
  int q, kv;
};

/// S_q != S_kv, empty rows (more queries than keys), no keys, no queries, one token, partial tiles.
const std::vector<Lengths> kRequests = {{1, 1},   {7, 64},   {65, 65},   {0, 5},  {3, 0},
                                        {127, 7}, {64, 127}, {130, 300}, {1, 300}};

struct ModelParams {
  const void *q, *k, *v;
  const int *qOffsets, *kvOffsets;
  void *out;
  float *lse;
  long long qTokenStride, kvTokenStride;
  int heads, group;
  float scaleLog2;
};

class Prefill : public testing::TestWithParam<std::tuple<Model, uint64_t>> {};

TEST_P(Prefill, MatchesHostLoops) {
  const auto [model, seed] = GetParam();
  auto image = compileText(modelText(model), {"model_prefill"});
  ASSERT_TRUE(image.ok()) << image.status().str();

  std::vector<int> qOffsets = {0}, kvOffsets = {0};
  std::vector<Lengths> requests;
  for (const Lengths &r : kRequests) {
    requests.push_back(r);
    requests.push_back({0, 64}); // poison
  }
  int longest = 0;
  for (const Lengths &r : requests) {
    qOffsets.push_back(qOffsets.back() + r.q);
    kvOffsets.push_back(kvOffsets.back() + r.kv);
    longest = std::max(longest, r.q);
  }
  const int d = model.headDim, kvHeads = kHeads / kGroup;
  const size_t qTokens = static_cast<size_t>(qOffsets.back()),
               kvTokens = static_cast<size_t>(kvOffsets.back());
  const size_t qStride = static_cast<size_t>(kHeads * d + 8), kvStride = static_cast<size_t>(kvHeads * d);
  Noise noise(seed + 9);
  auto random = [&](size_t count, float spread) {
    std::vector<uint16_t> bits(count);
    for (uint16_t &b : bits)
      b = narrow(model.type, noise.uniform() * spread);
    return bits;
  };
  std::vector<uint16_t> q = random(qTokens * qStride, 2.0f), k = random(kvTokens * kvStride, 2.0f),
                        v = random(kvTokens * kvStride, 1.0f);
  const uint16_t nan = narrow(model.type, std::numeric_limits<float>::quiet_NaN());
  for (size_t r = 1; r < requests.size(); r += 2)
    for (size_t t = static_cast<size_t>(kvOffsets[r]); t < static_cast<size_t>(kvOffsets[r + 1]); ++t)
      for (size_t c = 0; c < kvStride; ++c)
        k[t * kvStride + c] = v[t * kvStride + c] = nan;

  Simulation sim(*image, seed);
  ModelParams p{};
  p.q = sim.upload(q);
  p.k = sim.upload(k);
  p.v = sim.upload(v);
  p.qOffsets = sim.upload(qOffsets);
  p.kvOffsets = sim.upload(kvOffsets);
  p.out = sim.upload(std::vector<uint16_t>(qTokens * static_cast<size_t>(kHeads * d), nan));
  p.lse = sim.upload(std::vector<float>(qTokens * kHeads, 123.0f));
  p.qTokenStride = static_cast<long long>(qStride);
  p.kvTokenStride = static_cast<long long>(kvStride);
  p.heads = kHeads;
  p.group = kGroup;
  const double scale = 1 / std::sqrt(double(d));
  p.scaleLog2 = static_cast<float>(scale * 1.4426950408889634);
  Status status =
      sim.launch("model_prefill", p,
                 {static_cast<uint32_t>((longest + model.tileQ - 1) / model.tileQ), kHeads,
                  static_cast<uint32_t>(requests.size())},
                 static_cast<uint32_t>(32 * model.warps), static_cast<uint32_t>(model.sharedBytes()));
  ASSERT_TRUE(status.ok()) << status.str();
  auto out = sim.download<uint16_t>(p.out, qTokens * static_cast<size_t>(kHeads * d));
  auto lse = sim.download<float>(p.lse, qTokens * kHeads);

  const double unit = model.type == 'h' ? 0x1p-11 : 0x1p-8; // round-off of the weights and of the output
  for (size_t r = 0; r < requests.size(); ++r)
    for (int row = 0; row < requests[r].q; ++row)
      for (int head = 0; head < kHeads; ++head) {
        const size_t token = static_cast<size_t>(qOffsets[r] + row);
        const int visible = std::max(0, requests[r].kv - requests[r].q + row + 1);
        std::vector<double> scores(static_cast<size_t>(visible));
        auto keyAt = [&](const std::vector<uint16_t> &m, int key, int c) {
          return double(widen(model.type, m[(static_cast<size_t>(kvOffsets[r] + key)) * kvStride +
                                            static_cast<size_t>(head / kGroup * d + c)]));
        };
        double top = -std::numeric_limits<double>::infinity(), sum = 0;
        for (int key = 0; key < visible; ++key) {
          double s = 0;
          for (int c = 0; c < d; ++c)
            s += widen(model.type, q[token * qStride + static_cast<size_t>(head * d + c)]) * keyAt(k, key, c);
          scores[static_cast<size_t>(key)] = s * scale;
          top = std::max(top, s * scale);
        }
        for (double &s : scores)
          sum += s = std::exp(s - top);
        const double wantLse = top + std::log(sum);
        const float gotLse = lse[token * kHeads + static_cast<size_t>(head)];
        if (visible == 0)
          ASSERT_EQ(gotLse, -std::numeric_limits<float>::infinity()) << "request " << r << " row " << row;
        else
          ASSERT_NEAR(gotLse, wantLse, 3e-6 * (1 + std::abs(wantLse))) << "request " << r << " row " << row;
        for (int c = 0; c < d; ++c) {
          double want = 0, size = 0;
          for (int key = 0; key < visible; ++key) {
            want += scores[static_cast<size_t>(key)] / sum * keyAt(v, key, c);
            size += scores[static_cast<size_t>(key)] / sum * std::abs(keyAt(v, key, c));
          }
          // An f16 weight below 2^-14 loses up to 2^-25 absolutely.
          const double bound = unit * size + unit * std::abs(want) + 1e-5 * size +
                               0x1p-25 * visible / std::max(sum, 1.0) + 1e-7;
          const float got =
              widen(model.type, out[(token * kHeads + static_cast<size_t>(head)) * static_cast<size_t>(d) +
                                    static_cast<size_t>(c)]);
          ASSERT_TRUE(std::abs(got - want) <= (visible == 0 ? 0.0 : bound))
              << "request " << r << " row " << row << " head " << head << " column " << c << ": expected "
              << want << " within " << bound << ", got " << got;
        }
      }
}

std::string prefillName(const testing::TestParamInfo<Prefill::ParamType> &info) {
  return std::get<0>(info.param).name() + "_seed" + std::to_string(std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Models, Prefill,
                         testing::Combine(testing::ValuesIn(runnableModels()), testing::Values(0u, 7u)),
                         prefillName);

} // namespace
} // namespace attnc::test
