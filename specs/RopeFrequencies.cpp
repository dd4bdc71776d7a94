// RopeFrequencies.cpp - inverse frequencies by every scaling rule (semantics 3.9).
//
// Must not read YAML. One function a rule; what changes with the request's length is the kernel's business.
#include "specs/Rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace attnc {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

/// Wavelengths well within the original length stay, those beyond it are stretched, between them both are
/// mixed.
double llama3(double theta, const RopeScaling &scaling) {
  const double turns = double(scaling.originalLength) * theta / kTwoPi;
  const double mix = std::clamp(
      (turns - scaling.lowFreqFactor) / (scaling.highFreqFactor - scaling.lowFreqFactor), 0.0, 1.0);
  return (1 - mix) * theta / scaling.factor + mix * theta;
}

/// The dim whose pair makes `turns` turns over the original length.
double dimOfTurns(const Rope &rope, double turns) {
  return double(rope.dim.value) * std::log(double(rope.scaling.originalLength) / (turns * kTwoPi)) /
         (2 * std::log(rope.base.value));
}

double yarn(double theta, int64_t pair, const Rope &rope) {
  double low = dimOfTurns(rope, rope.scaling.betaFast), high = dimOfTurns(rope, rope.scaling.betaSlow);
  if (rope.scaling.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, double(rope.dim.value - 1));
  const double width = high == low ? 0.001 : high - low; // no division by zero, as in every implementation
  const double ramp = std::clamp((double(pair) - low) / width, 0.0, 1.0);
  return theta / rope.scaling.factor * ramp + theta * (1 - ramp);
}

double scaled(double theta, int64_t pair, const Rope &rope, bool beyond) {
  const RopeScaling &scaling = rope.scaling;
  switch (scaling.kind) {
  case RopeScaling::Kind::None:
  case RopeScaling::Kind::Ntk:
    return theta;
  case RopeScaling::Kind::Linear:
    return theta / scaling.factor;
  case RopeScaling::Kind::Llama3:
    return llama3(theta, scaling);
  case RopeScaling::Kind::Yarn:
    return yarn(theta, pair, rope);
  case RopeScaling::Kind::LongRope:
    return theta / (beyond ? scaling.longFactor : scaling.shortFactor)[static_cast<size_t>(pair)];
  }
  return theta;
}

} // namespace

std::vector<float> ropeFrequencies(const Rope &rope, bool beyond) {
  std::vector<float> out;
  for (int64_t pair = 0; pair < rope.pairs(); ++pair) {
    const double theta = std::pow(rope.base.value, -2.0 * double(pair) / double(rope.dim.value));
    out.push_back(static_cast<float>(scaled(theta, pair, rope, beyond)));
  }
  return out;
}

double defaultAttentionFactor(const RopeScaling &scaling) {
  if (scaling.factor <= 1)
    return 1;
  if (scaling.kind == RopeScaling::Kind::Yarn)
    return 0.1 * std::log(scaling.factor) + 1;
  if (scaling.kind == RopeScaling::Kind::LongRope)
    return std::sqrt(1 + std::log(scaling.factor) / std::log(double(scaling.originalLength)));
  return 1;
}

} // namespace attnc
