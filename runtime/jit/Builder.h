// Builder.h - one build: spec to CUDA text, text to image, and the dump folder.
//
// Must not know the cache.
#pragma once

#include "attnc/Kernel.h"
#include "runtime/jit/Jit.h"
#include "runtime/nvrtc/NvrtcCompiler.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace attnc {

/// What is asked for, and its names.
struct Request {
  const Spec &spec;
  const Target &target;
  std::string text;       ///< canonical
  std::string key;        ///< level 1: spec, target and build of the compiler
  std::string specDigest; ///< of the text alone
};

/// A program in hand, not yet compiled by NVRTC.
struct Build {
  Program program;
  std::string contentKey;     ///< level 2
  std::filesystem::path dump; ///< empty: no dump
};

/// SHA-256 of a canonical spec; a program carries it as the remark "spec.digest", so that a bundle's kernel
/// can be matched with a spec.
std::string specDigest(std::string_view canonicalText);
/// Empty if the program has none.
std::string specDigestOf(const Program &program);
void setSpecDigest(Program &program, const std::string &digest);

/// Thread-safe. NVRTC is loaded at the first build.
class Builder {
public:
  Builder(std::filesystem::path dumpFolder, NvrtcOptions nvrtcOptions)
      : dumpFolder(std::move(dumpFolder)), nvrtcOptions(nvrtcOptions) {}

  /// Spec to CUDA text; sets report.compileMs.
  Result<Build> emit(const Request &request, JitReport &report);
  /// CUDA text to image; sets report.nvrtcMs.
  Result<Image> assemble(const Request &request, Build build, JitReport &report);

private:
  Result<std::shared_ptr<Nvrtc>> compiler();

  std::filesystem::path dumpFolder;
  NvrtcOptions nvrtcOptions;
  std::mutex mutex;
  std::shared_ptr<Nvrtc> nvrtc;
};

} // namespace attnc
