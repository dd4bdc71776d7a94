// Random.h - the CLI's reproducible random tensors.
//
// Must give the same numbers on every machine: no library distributions.
#pragma once

#include "attnc/Kernel.h"
#include "tools/attnc/HostTensor.h"

#include <cstdint>
#include <string_view>

namespace attnc::cli {

/// splitmix64: 64 good bits a call from any seed.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Uniform in [low, high].
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(next() % static_cast<uint64_t>(high - low + 1));
  }
  /// Normal to a good approximation: mean 0, variance 1, within -6 and 6.
  double normal();

private:
  uint64_t state;
};

/// A seed for tensor `name`, so that adding a tensor does not change the others.
uint64_t seedFor(uint64_t seed, std::string_view name);

/// Floats are normal; i32 is 0 to 3 (identifiers that repeat); bool is true three times of four.
void fillRandom(HostTensor &tensor, uint64_t seed, double deviation = 1);

} // namespace attnc::cli
