// Probes.h - one small kernel an opcode whose result PTX does not spell out bit by bit, or that a figure
// defines.
//
// A table in code: recorder and test take it from here, so a record means the same inputs everywhere.
#pragma once

#include "attnc/Device.h"

#include <string>
#include <vector>

namespace attnc::golden {

/// How two results agree.
struct Agreement {
  enum class Kind {
    Bits, ///< every word the same
    F32,  ///< a word is an f32
    F16,  ///< each half of a word is an f16 (a single one leaves the upper half 0)
    BF16,
  };
  Kind kind = Kind::Bits;
  double ulps = 0;     ///< in units of the last place of the recorded value, or
  double absolute = 0; ///< in value; the larger of the two counts. Any NaN is any other.
};

struct Probe {
  std::string op;                ///< "mma.sync...", with a word behind it where one opcode has several probes
  int since = 75;                ///< the first compute capability that has it
  std::string body;              ///< PTX over words i0, i1, ... to words o0, o1, ...
  int inWords = 1, outWords = 1; ///< a thread
  int threads = 32;
  std::vector<uint32_t> inputs; ///< threads x inWords
  Agreement agreement;

  /// Of the text and the inputs: a record made from others is of no use.
  std::string digest() const;
};

/// Every probe, in a fixed order.
const std::vector<Probe> &probes();

/// Kernel probe_<index> of each probe that `target` has: as PTX, and as CUDA text for NVRTC.
std::string probesAsPtx(const Target &target);
std::string probesAsCuda(const Target &target);

/// Runs probe `index` of a module made from either text.
Result<std::vector<uint32_t>> runProbe(Device &device, Module &module, size_t index);

/// "" or what differs between a recorded result and another one.
std::string difference(const Probe &probe, const std::vector<uint32_t> &recorded,
                       const std::vector<uint32_t> &other);

// One family a file; each appends.
void addTensorProbes(std::vector<Probe> &all);
void addConvertProbes(std::vector<Probe> &all);
void addFunctionProbes(std::vector<Probe> &all);
void addMoveProbes(std::vector<Probe> &all);

/// Appends a probe of 256 threads, `inWords` words each: neighbours in `values`, which begin again at the
/// end. `body` is as in Probe.
void addElementwise(std::vector<Probe> &all, const std::string &op, int since, const std::string &body,
                    const std::vector<uint32_t> &values, int inWords, const Agreement &agreement);

/// Deterministic numbers: the same on every machine.
uint32_t hash(uint32_t x);

} // namespace attnc::golden
