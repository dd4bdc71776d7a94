// DumpPasses.h - writing the IR after each pass to files.
//
// Must not change the IR; a file that cannot be written does not stop the compiler.
#pragma once

#include "attnc/Status.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassInstrumentation.h"

#include <filesystem>
#include <memory>
#include <string_view>

namespace attnc {

/// Writes `folder`/NN-<name>.mlir.
Status dumpIr(const std::filesystem::path &folder, int number, std::string_view name, mlir::Operation *op);

/// Dumps after each pass that ran, numbered from 1; a pass that failed is dumped as NN-<pass>-failed.mlir.
std::unique_ptr<mlir::PassInstrumentation> dumpAfterEachPass(std::filesystem::path folder);

} // namespace attnc
