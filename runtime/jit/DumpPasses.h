// DumpPasses.h - the IR after each pass, for a folder of files or a trace.
//
// Must not change the IR; a file that cannot be written does not stop the compiler.
#pragma once

#include "attnc/Status.h"
#include "runtime/jit/PassSnapshot.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassInstrumentation.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace attnc {

/// `op` without locations: the text is for reading.
std::string irText(mlir::Operation *op);

/// Writes `folder`/NN-<name>.mlir, NN-<name>-failed.mlir for a pass that failed.
Status dumpIr(const std::filesystem::path &folder, int number, const PassSnapshot &snapshot);

/// Calls `sink` after each pass that ran, also for one that failed.
std::unique_ptr<mlir::PassInstrumentation> afterEachPass(std::function<void(const PassSnapshot &)> sink);

} // namespace attnc
