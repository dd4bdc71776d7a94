// Random.cpp - normal numbers and tensors of them.
//
// Must not depend on the order in which tensors are made.
#include "tools/attnc/Random.h"

#include <algorithm>
#include <cmath>

namespace attnc::cli {

double Random::normal() {
  // Twelve uniforms: mean 6, variance 1. Only additions, so that no machine's libm has a say.
  double sum = 0;
  for (int i = 0; i < 12; ++i)
    sum += unit();
  return sum - 6;
}

uint64_t seedFor(uint64_t seed, std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325ull ^ seed;
  for (char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return Random(hash).next();
}

void fillRandom(HostTensor &tensor, uint64_t seed, double deviation) {
  Random random(seed);
  for (int64_t i = 0, count = tensor.elements(); i < count; ++i)
    switch (tensor.dtype) {
    case DType::I8: // a quantised vector; its scale makes numbers near 1 of it
      tensor.set(i, std::clamp(std::round(40 * random.normal()), -127.0, 127.0));
      break;
    case DType::U8:
    case DType::I32:
    case DType::I64:
      tensor.set(i, static_cast<double>(random.between(0, 3)));
      break;
    case DType::Bool:
      tensor.set(i, random.between(0, 3) != 0);
      break;
    default:
      tensor.set(i, deviation * random.normal());
    }
}

} // namespace attnc::cli
