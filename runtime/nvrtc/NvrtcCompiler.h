// NvrtcCompiler.h - CUDA text to Image, in this process, through NVRTC loaded at run time.
#pragma once

#include "attnc/Kernel.h"

#include <memory>
#include <string>
#include <vector>

namespace attnc {

struct NvrtcOptions {
  /// PTX and cubin say which line of which file an instruction comes from. The instructions are the same; the
  /// cubin is about five times as large, and names the working folder.
  bool lineInfo = false;
  /// No cubin, and so nothing of what ptxas says or refuses: half the time, for the simulator.
  bool ptxOnly = false;
};

/// The NVRTC library of this machine. Found once: $ATTNC_NVRTC, then $CUDA_HOME / $CUDA_PATH, the usual
/// toolkit places, the loader's own path, and the PyPI wheel's folder named in $ATTNC_NVRTC_WHEEL.
class Nvrtc {
public:
  /// NotFound lists every place that was tried.
  static Result<std::shared_ptr<Nvrtc>> open();

  virtual ~Nvrtc() = default;
  /// "NVRTC 13.0".
  virtual std::string version() const = 0;
  /// The flags `compile` passes for this target; part of the cache key.
  virtual std::vector<std::string> flags(const Target &target, const NvrtcOptions &options = {}) const = 0;
  /// Compiles the text with the embedded device headers. CompileFailed carries the whole log.
  virtual Result<Image> compile(const Program &program, const NvrtcOptions &options = {}) = 0;
};

/// The content key (level 2 of the cache) of what `nvrtc` would make of the program. With line info it covers
/// the places of the spec in the text too: reports show them.
std::string contentKey(const Program &program, const Nvrtc &nvrtc, const NvrtcOptions &options = {});

} // namespace attnc
