// Diagnostics.h - MLIR's diagnostics as one Status.
//
// Must not print.
#pragma once

#include "attnc/Status.h"

#include "mlir/IR/Diagnostics.h"

#include <string>
#include <vector>

namespace attnc {

/// The first file position in `location`, looking through names, call sites and fusions; invalid if none.
Location fileLocation(mlir::Location location);

/// Collects the errors that a context reports on this thread while it lives. Warnings and remarks are
/// dropped: what `explain` shows travels as Program::remarks.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext &context);

  /// The errors so far as one Status: the first one leads, its notes and the other errors follow as notes.
  /// Unsupported if the first error has a place in the user's file, else Internal. `fallback` is the message
  /// if nothing was reported.
  Status take(const std::string &fallback);

private:
  struct Entry {
    Location where;
    std::string message;
    std::vector<Note> notes;
  };
  std::vector<Entry> errors;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace attnc
