// RunProcess.cpp - fork, exec, poll, kill.
//
// Must not run anything between fork and exec that is not safe there.
#include "tools/attnc/RunProcess.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace attnc::cli {
namespace {

using Clock = std::chrono::steady_clock;

Status failure(const char *what) {
  return Status(Code::IoError, std::string("cannot start a process: ") + what + ": " + std::strerror(errno));
}

[[noreturn]] void becomeProgram(char *const *arguments, int output) {
  setpgid(0, 0); // what it starts is ended with it
  const int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDERR_FILENO);
  dup2(output, STDOUT_FILENO);
  execvp(arguments[0], arguments);
  _exit(127);
}

/// Reads until the other end is closed or the time is over; false if it is over.
bool readAll(int from, std::string &text, Clock::time_point end) {
  char buffer[4096];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0)
      return false;
    pollfd ready{from, POLLIN, 0};
    const int found = poll(&ready, 1, static_cast<int>(std::min<long long>(left, 60000)));
    if (found < 0 && errno != EINTR)
      return true;
    if (found <= 0)
      continue;
    const ssize_t count = read(from, buffer, sizeof buffer);
    if (count == 0 || (count < 0 && errno != EINTR))
      return true;
    if (count > 0)
      text.append(buffer, static_cast<size_t>(count));
  }
}

} // namespace

Result<ProcessResult> runProcess(const std::vector<std::string> &command, double seconds) {
  std::vector<char *> arguments;
  for (const std::string &word : command)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return failure("pipe");
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return failure("fork");
  }
  if (child == 0)
    becomeProgram(arguments.data(), ends[1]);
  setpgid(child, child); // whichever of the two comes first
  close(ends[1]);
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  ProcessResult out;
  out.timedOut = !readAll(ends[0], out.output, end);
  close(ends[0]);
  int status = 0;
  // A program may close its output and go on: it has the rest of the time.
  while (!out.timedOut && waitpid(child, &status, WNOHANG) == 0) {
    out.timedOut = Clock::now() >= end;
    usleep(1000);
  }
  if (out.timedOut) {
    kill(-child, SIGKILL);
    waitpid(child, &status, 0);
  }
  out.exitCode = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return out;
}

} // namespace attnc::cli
