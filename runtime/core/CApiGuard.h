// CApiGuard.h - what every function of the C ABI does: no exception leaves, and the last error has a text.
#pragma once

#include "attnc/Status.h"
#include "attnc/attnc.h"

#include <exception>
#include <string>

namespace attnc {

/// What attncLastError of this thread shows.
std::string &lastErrorText();

inline attncCode finish(const Status &status) {
  if (!status.ok())
    lastErrorText() = status.str();
  return static_cast<attncCode>(status.code());
}

/// Runs `body`; what the standard library throws (memory, threads) becomes a code.
template <class Body> attncCode guarded(Body body) noexcept {
  try {
    return finish(body());
  } catch (const std::exception &e) {
    try {
      lastErrorText() = std::string("error: unexpected exception: ") + e.what();
    } catch (...) {
      lastErrorText().clear();
    }
  } catch (...) {
    lastErrorText().clear();
  }
  return ATTNC_INTERNAL;
}

inline Status needed(const void *pointer, const char *what) {
  if (pointer)
    return Status::success();
  return Status(Code::InvalidArgument, std::string("expected ") + what + ", got NULL");
}

} // namespace attnc
