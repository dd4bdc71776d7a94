// Random.cpp - normal numbers and tensors of them.
//
// Must not depend on the order in which tensors are made.
#include "tools/attnc/Random.h"

#include <cmath>
#include <numbers>

namespace attnc::cli {

double Random::normal() {
  // Box-Muller; 1 - unit() is never 0.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
  return radius * std::cos(2.0 * std::numbers::pi * unit());
}

uint64_t seedFor(uint64_t seed, std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325ull ^ seed;
  for (char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return Random(hash).next();
}

void fillRandom(HostTensor &tensor, uint64_t seed) {
  Random random(seed);
  for (int64_t i = 0, count = tensor.elements(); i < count; ++i)
    switch (tensor.dtype) {
    case DType::I8:
    case DType::U8:
    case DType::I32:
    case DType::I64:
      tensor.set(i, static_cast<double>(random.between(0, 3)));
      break;
    case DType::Bool:
      tensor.set(i, random.between(0, 3) != 0);
      break;
    default:
      tensor.set(i, random.normal());
    }
}

} // namespace attnc::cli
