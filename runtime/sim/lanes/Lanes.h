// Lanes.h - the tables of lane code: arithmetic that touches registers and nothing else.
//
// The files of this folder are compiled twice, for any x86-64 and for x86-64-v3, each in its own namespace;
// they may not use standard library templates, whose code the linker would merge across the two.
#pragma once

#include "runtime/sim/decode/Inst.h"

namespace attnc::sim {

/// One operation: its canonical name ("add.ftz.f32"), its handler, and its operands, destinations before '=':
/// b 8 bits, h 16, w 32, d 64, p predicate. `c` marks a comparison (setp). Of a
/// matrix operation: registers of d, a, b and c as digits.
struct LaneRow {
  const char *name;
  Handler fn;
  char operands[8];
};

struct LaneRows {
  const LaneRow *rows;
  size_t count;
};

/// The families: int, bit, float, directed, half, convert, fp8, compare, matrix, matrix of bytes.
constexpr size_t kLaneFamilies = 10;
using LaneFamily = LaneRows (*)();

namespace baseline {
extern const LaneFamily families[kLaneFamilies];
}
#ifdef ATTNC_SIM_HAS_V3
namespace v3 {
extern const LaneFamily families[kLaneFamilies];
}
#endif

} // namespace attnc::sim
