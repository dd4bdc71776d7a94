// Jit.h - spec in, kernel out: the only library that links the compiler and the runtime.
//
// Installed as <attnc/Jit.h>; link with attnc::jit. That library contains the runtime: a program links
// attnc::jit or attnc::runtime, never both. Programs of this tree that link MLIR themselves take the static
// attnc_jit.
#pragma once

#include "attnc/Runtime.h"
#include "specs/Spec.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnc {

struct JitOptions {
  /// Empty: $ATTNC_CACHE_DIR, else $XDG_CACHE_HOME/attnc, else ~/.cache/attnc.
  std::filesystem::path cacheFolder;
  bool useDiskCache = true;
  /// false: NotFound if the kernel is neither in memory, nor in a bundle, nor on disk ("jit=never").
  bool allowCompile = true;
  /// Searched between memory and disk. A kernel in a bundle is taken if it was made from the same spec, for
  /// the same target, by any build of attnc.
  std::vector<std::filesystem::path> bundles;
  /// If set, the spec, the IR after each pass, the CUDA text, PTX, cubin and log of every build are written
  /// to a folder of their own below it.
  std::filesystem::path dumpFolder;
  /// PTX and cubin name source lines: for `sim`, whose reports and counters show them, and for ncu. Such
  /// kernels have cache entries of their own; kernels of bundles are taken as they are.
  bool lineInfo = false;
  /// No cubin: `sim` needs none, and ptxas takes half of a build. What ptxas would refuse is not seen, and
  /// the kernel has no KernelResources; `cuda` and bundles refuse it. Such kernels have cache entries of their own.
  bool ptxOnly = false;
  /// Receives warnings (a damaged cache entry, a read-only cache folder). Default: standard error. May be
  /// called from any thread that compiles.
  std::function<void(const std::string &)> log;
};

/// How a kernel was found and how long each step took.
struct JitReport {
  enum class Source : uint8_t { Memory, Bundle, Disk, Built } source = Source::Built;
  double readMs = 0;    ///< YAML to Spec, where the call did it
  double compileMs = 0; ///< Spec to CUDA text
  double nvrtcMs = 0;   ///< CUDA text to cubin and PTX
  double cacheMs = 0;   ///< looking up and publishing
};

/// "memory", "bundle", "disk", "built".
std::string_view sourceName(JitReport::Source source);

/// Compiles specs to kernels with a two-level content-addressed cache. Thread-safe; builds of the same
/// spec are done once, across threads and processes.
class Jit {
public:
  static Result<std::shared_ptr<Jit>> create(JitOptions options = {});
  virtual ~Jit() = default;

  virtual Result<Kernel> compile(const Spec &spec, const Target &target, JitReport *report = nullptr) = 0;
  /// Reads the YAML file, then compiles.
  virtual Result<Kernel> compileFile(const std::filesystem::path &path, const Target &target,
                                     JitReport *report = nullptr) = 0;

  /// The digest under which `compile` keeps this spec's kernel in memory. Costs some microseconds; a caller
  /// with many requests computes it once and then asks `find`.
  virtual std::string key(const Spec &spec, const Target &target) const = 0;
  /// The kernel under `key` if this Jit has it in memory; never compiles, never reads a file.
  virtual std::optional<Kernel> find(std::string_view key) const = 0;
};

} // namespace attnc
