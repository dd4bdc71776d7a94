// SharedOptions.h - groups of options that several verbs take, and what they stand for.
//
// Must not do work while the command line is parsed.
#pragma once

#include "attnc/Device.h"
#include "runtime/jit/Jit.h"
#include "tools/attnc/Command.h"
#include "tools/attnc/Problem.h"

#include <memory>
#include <string>
#include <vector>

namespace attnc::cli {

/// --no-cache, --no-compile, --bundle, --dump, --line-info; --ptx-only for verbs that may run on `sim` alone.
struct JitFlags {
  bool noCache = false, noCompile = false, lineInfo = false, ptxOnly = false;
  std::vector<std::string> bundles;
  std::string dump;

  void addTo(CLI::App &verb);
  void addPtxOnlyTo(CLI::App &verb);
  /// `showsLines`: for a device whose reports and counters do; then --line-info is not needed.
  Result<std::shared_ptr<Jit>> create(bool showsLines = false) const;
};

/// --dim, --lens, --param; and with tensors also --input, --seed.
struct ProblemFlags {
  std::vector<std::string> dims, lens, params, inputs;
  uint64_t seed = 1;

  void addShapesTo(CLI::App &verb);
  void addTensorsTo(CLI::App &verb);
  /// Splits and checks the texts; InvalidArgument names the option.
  Result<ProblemRequest> request() const;
};

/// --sim-seed, --sim-seeds, --sim-threads, --sim-checks, --sim-limit: how the simulator runs.
struct SimFlags {
  SimOptions first; ///< of the first run
  int seeds = 0;    ///< orders to run in; 0: the verb decides

  void addTo(CLI::App &verb);
  /// `orders`: what --sim-seeds is when it is not given, in words.
  void addSeedsTo(CLI::App &verb, const std::string &orders);
  /// Options of run `index`.
  SimOptions run(int index) const;

private:
  std::string checks = "on";
};

/// An option that may be repeated and takes one value each time, so that a SPEC after it stays a SPEC.
CLI::Option *addRepeated(CLI::App &verb, const std::string &name, std::vector<std::string> &values,
                         const std::string &description);

/// --arch.
void addArch(CLI::App &verb, std::string &arch);
/// --debug: dumps beside the outputs that the spec asks for.
void addDebug(CLI::App &verb, bool &debug);
/// --json.
void addJson(CLI::App &verb, bool &json);

} // namespace attnc::cli
