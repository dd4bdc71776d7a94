// Failure.h - how a spec fails, and whether another one fails in the same way.
//
// Must not end with the spec that crashes or never ends: each is tried in a process of its own.
#pragma once

#include "attnc/Status.h"

#include <filesystem>
#include <memory>
#include <string>

namespace attnc::cli {

struct FailureOptions {
  std::string attnc;      ///< the program itself
  std::string arch;       ///< empty: the default of `attnc check`
  std::string command;    ///< with {} for the file; fails as long as it exits with 0
  std::string pattern;    ///< the error's message must match
  bool unchecked = false; ///< an element without a bound is a failure too
  int seeds = 1;
  double seconds = 300;
};

/// The failure of one spec. The same failure is: the command still exits with 0; or `attnc check` still gives
/// the same result at the same step (reading, compiling, running), with the same message up to its numbers
/// and names; or any error whose message matches the pattern.
class Failure {
public:
  /// Tries the spec; InvalidArgument if it does not fail, or if the options do not fit together.
  static Result<std::unique_ptr<Failure>> observe(const FailureOptions &options,
                                                  const std::filesystem::path &spec);
  virtual ~Failure() = default;

  /// One line.
  virtual std::string describe() const = 0;
  /// Whether the spec with this text fails so too.
  virtual Result<bool> isSame(const std::string &text) = 0;
};

/// `message` with every number as # and everything in single quotes as '...': what two errors of one kind
/// share.
std::string messageKind(const std::string &message);

} // namespace attnc::cli
