// RunProcess.h - a child process with a time limit, its standard output kept.
//
// Must not leave a process behind.
#pragma once

#include "attnc/Status.h"

#include <string>
#include <vector>

namespace attnc::cli {

struct ProcessResult {
  int exitCode = 0; ///< as a shell has it: 128 + N after signal N
  bool timedOut = false;
  std::string output; ///< standard output; standard error is dropped
};

/// Runs `command` (a program and its arguments) and everything that it starts for at most `seconds`.
Result<ProcessResult> runProcess(const std::vector<std::string> &command, double seconds);

} // namespace attnc::cli
