// Diagnostics.cpp - location look-through and the collector.
//
// Must not judge: the code of the Status only tells a refusal from a bug.
#include "runtime/jit/Diagnostics.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"

namespace attnc {

Location fileLocation(mlir::Location location) {
  Location found;
  location->walk([&](mlir::Location inner) {
    auto file = llvm::dyn_cast<mlir::FileLineColLoc>(inner);
    if (!file || file.getLine() == 0)
      return mlir::WalkResult::advance();
    found = {file.getFilename().str(), static_cast<int>(file.getLine()), static_cast<int>(file.getColumn())};
    return mlir::WalkResult::interrupt();
  });
  return found;
}

/// Without "'attn.attention' op " in front: the caret under the user's key says it better.
static std::string withoutOpName(std::string message) {
  const size_t end = message.find("' op ");
  if (message.starts_with('\'') && end != std::string::npos && message.find(' ') == end + 1)
    message.erase(0, end + 5);
  return message;
}

DiagnosticCollector::DiagnosticCollector(mlir::MLIRContext &context)
    : handler(&context, [this](mlir::Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
          return mlir::success();
        Entry entry{fileLocation(diagnostic.getLocation()), diagnostic.str(), {}};
        if (entry.where.valid())
          entry.message = withoutOpName(std::move(entry.message));
        for (mlir::Diagnostic &note : diagnostic.getNotes())
          // MLIR adds the whole op to verifier errors: noise unless the failure is a bug of ours.
          if (!entry.where.valid() || !llvm::StringRef(note.str()).starts_with("see current operation"))
            entry.notes.push_back({fileLocation(note.getLocation()), note.str()});
        errors.push_back(std::move(entry));
        return mlir::success();
      }) {}

Status DiagnosticCollector::take(const std::string &fallback) {
  if (errors.empty())
    return Status(Code::Internal, fallback + " without a diagnostic");
  const Entry &first = errors.front();
  Status status(first.where.valid() ? Code::Unsupported : Code::Internal, first.message, first.where);
  for (const Note &note : first.notes)
    status.note(note.message, note.where);
  for (size_t i = 1; i < errors.size(); ++i) {
    status.note("also: " + errors[i].message, errors[i].where);
    for (const Note &note : errors[i].notes)
      status.note(note.message, note.where);
  }
  errors.clear();
  return status;
}

} // namespace attnc
