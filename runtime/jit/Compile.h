// Compile.h - the compiler half as one call: Spec to Program, through MLIR, with errors as Status.
//
// Must not know the cache, NVRTC or devices.
#pragma once

#include "attnc/Kernel.h"
#include "runtime/jit/PassSnapshot.h"
#include "specs/Spec.h"

#include <filesystem>
#include <string>
#include <vector>

namespace attnc {

struct CompileOptions {
  /// If set, the IR after each pass is written there as NN-<pass>.mlir.
  std::filesystem::path dumpFolder;
  /// If set, gets the module after the import and after each pass, also after one that fails.
  std::vector<PassSnapshot> *trace = nullptr;
};

/// Import, passes, emission. A failure is located in the YAML: Unsupported if the compiler refuses the spec
/// for this target, Internal if it fails without saying where.
Result<Program> compileToProgram(const Spec &spec, const Target &target, const CompileOptions &options = {});

/// Where to stop with IR.
enum class IrStage : uint8_t {
  Attn, ///< after the attn passes: sugar gone, mask ranges proved
  Tile, ///< what the emitter gets
};
/// The IR's text at `stage`.
Result<std::string> compileToIr(const Spec &spec, const Target &target, IrStage stage);

} // namespace attnc
