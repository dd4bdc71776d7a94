// Status.h - errors as values, for every API that users see.
//
// No exception crosses an attnc API. A failure is a Status: a code, a sentence, the place in the user's
// input that caused it, and notes that point at other places involved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace attnc {

/// What kind of failure a Status reports. The CLI maps each to a documented exit code.
enum class Code : uint8_t {
  Ok,
  InvalidArgument, ///< the caller passed something wrong: a tensor, a dim, an option
  InvalidSpec,     ///< the YAML spec is malformed or contradicts itself
  Unsupported,     ///< understood, but this target or this version cannot do it; the message says why
  NotFound,        ///< a file, a bundle entry or a cache entry that is not there
  IoError,         ///< reading or writing a file failed
  Corrupt,         ///< a file is there but damaged
  CompileFailed,   ///< NVRTC or ptxas refused generated code; the message holds the whole log
  DeviceError,     ///< the driver, the GPU or the simulator reported a fault
  Mismatch,        ///< results differ from the reference
  Internal,        ///< a bug in attnc
  Exhausted,       ///< a pool has too little left; the same call can succeed once something was freed
};

std::string_view codeName(Code code);

/// A place in a text file. `line` and `column` count from 1; 0 means unknown.
struct Location {
  std::string file;
  int line = 0;
  int column = 0;

  bool valid() const { return line > 0; }
  /// "file:line:column", or what is known of it.
  std::string str() const;
  bool operator==(const Location &) const = default;
};

struct Note {
  Location where;
  std::string message;
};

/// Success, or one failure with its notes.
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Code code, std::string message, Location where = {})
      : errorCode(code), text(std::move(message)), place(std::move(where)) {}

  static Status success() { return {}; }

  bool ok() const { return errorCode == Code::Ok; }
  Code code() const { return errorCode; }
  const std::string &message() const { return text; }
  const Location &where() const { return place; }
  const std::vector<Note> &notes() const { return extra; }

  /// Points at another place involved; returns *this so that it can be chained.
  Status &note(std::string message, Location where = {}) {
    extra.push_back({std::move(where), std::move(message)});
    return *this;
  }
  /// Puts context in front of the message ("while loading x: ...").
  Status &prefix(std::string_view context) {
    text.insert(0, context);
    return *this;
  }
  /// "file:line:col: error: message" and one line a note; without source lines and carets.
  std::string str() const;

private:
  Code errorCode = Code::Ok;
  std::string text;
  Location place;
  std::vector<Note> extra;
};

/// A value or the Status that explains why there is none.
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : state(std::move(value)) {}
  Result(Status failure) : state(std::move(failure)) {}

  bool ok() const { return std::holds_alternative<T>(state); }
  explicit operator bool() const { return ok(); }
  /// The failure; Status::success() if there is a value.
  Status status() const { return ok() ? Status::success() : std::get<Status>(state); }

  T &operator*() & { return std::get<T>(state); }
  const T &operator*() const & { return std::get<T>(state); }
  T &&operator*() && { return std::get<T>(std::move(state)); }
  T *operator->() { return &std::get<T>(state); }
  const T *operator->() const { return &std::get<T>(state); }

private:
  std::variant<T, Status> state;
};

/// Returns from the enclosing function if `expr` (a Status) failed.
#define ATTNC_RETURN_IF_ERROR(expr)                                                                         \
  do {                                                                                                      \
    if (::attnc::Status attncStatus = (expr); !attncStatus.ok())                                            \
      return attncStatus;                                                                                   \
  } while (false)

/// Declares `decl` from a Result expression, or returns its failure.
#define ATTNC_ASSIGN_OR_RETURN(decl, expr) ATTNC_ASSIGN_IMPL(decl, expr, ATTNC_JOIN(attncResult, __LINE__))
#define ATTNC_JOIN_IMPL(a, b) a##b
#define ATTNC_JOIN(a, b) ATTNC_JOIN_IMPL(a, b)
#define ATTNC_ASSIGN_IMPL(decl, expr, tmp)                                                                  \
  auto tmp = (expr);                                                                                        \
  if (!tmp.ok())                                                                                            \
    return tmp.status();                                                                                    \
  decl = std::move(*tmp)

} // namespace attnc
