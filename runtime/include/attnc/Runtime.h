// Runtime.h - run compiled kernels without the compiler: everything an ahead-of-time user includes.
//
// Link with attnc::runtime, or with attnc::jit where the program also compiles (Jit.h): that one contains
// this one, so never with both. Needs neither MLIR, nor yaml-cpp, nor NVRTC.
#pragma once

#include "attnc/CacheView.h"
#include "attnc/Device.h"
#include "attnc/DeviceArray.h"
#include "attnc/Kernel.h"
#include "attnc/PageTables.h"
#include "attnc/Status.h"
#include "attnc/Tensor.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace attnc {

/// A compiled program, ready to run on any device of its architecture. Cheap to copy; thread-safe.
///
/// Modules are loaded once per device, at the first `prepare` or `run` there.
class Kernel {
public:
  explicit Kernel(std::shared_ptr<const Image> image);
  ~Kernel();
  Kernel(const Kernel &);
  Kernel(Kernel &&) noexcept;
  Kernel &operator=(const Kernel &);
  Kernel &operator=(Kernel &&) noexcept;

  const Program &program() const;
  const Image &image() const;

  /// Loads the module on `device`.
  Status prepare(Device &device) const;

  /// Bytes of workspace a run with these arguments needs. Looks at shapes, dtypes and dims only: `data` of
  /// the tensors may still be null.
  Result<size_t> workspaceBytes(const Arguments &arguments) const;

  /// Checks every argument (name, dtype, shape, strides, alignment), evaluates the launch formulas and
  /// launches. Asynchronous on `cuda`: errors of the kernel itself surface at `synchronize`.
  ///
  /// `workspace` is device memory of at least `workspaceBytes`, 256-byte aligned and zero before its first
  /// use; one workspace must not serve two runs at the same time. With null the runtime allocates what is
  /// needed and waits for the stream; then the call is not capturable in a graph.
  /// A launch whose grid is empty is skipped.
  ///
  /// Caches that the program appends to (TensorSig::inPlace) are updated in place: they are given once, and
  /// hold the new tokens after the run. Outputs may not share elements with each other or with an input; keys
  /// and values that are halves of one allocation share none.
  Status run(Device &device, const Arguments &arguments, void *stream = nullptr,
             void *workspace = nullptr) const;

private:
  struct State;
  std::shared_ptr<State> state;
};

/// A folder written by `attnc bundle`: manifest, cubins, PTX, sources, checksums. Cheap to copy.
class Bundle {
public:
  /// Reads and checks the manifest; Corrupt if a file is missing or its SHA-256 differs.
  static Result<Bundle> open(const std::filesystem::path &folder);

  /// (name, architecture) of every kernel inside.
  std::vector<std::pair<std::string, std::string>> list() const;
  /// The kernel `name` for `target`, or else the newest one that runs on `target`; NotFound says what is
  /// there.
  Result<Kernel> find(std::string_view name, const Target &target) const;

  /// Writes a new bundle. `folder` must not exist or be empty.
  static Status write(const std::filesystem::path &folder, const std::vector<Image> &images);

private:
  struct State;
  explicit Bundle(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state;
};

/// "attnc 0.1.0", and the number of the C ABI.
std::string_view versionString();

} // namespace attnc
