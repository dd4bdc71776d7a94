// ReferenceEngine.h - the `reference` device: an attn module as a callable oracle.
#pragma once

#include "codegen/reference/ReferenceResult.h"
#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace attnc {

/// Computes one kernel in fp64, element by element, with a bound on what a correct kernel may differ by.
/// Thread-safe once created. Needs no GPU and shares no code with generated kernels.
class ReferenceEngine {
public:
  /// The one attn.kernel of `attnModule`, which is cloned and not changed. Unsupported, with a location, for
  /// a kernel that the reference lowering refuses.
  static Result<std::unique_ptr<ReferenceEngine>> create(mlir::ModuleOp attnModule);
  virtual ~ReferenceEngine();

  /// Inputs are host tensors by the kernel's names, with any strides, and the lengths that its layout asks
  /// for: i32 `cu_q` and `cu_kv` of batch + 1 elements (packed), `q_lens` and `kv_lens` of batch elements
  /// (padded, as the kernel's `lengths` says). Outputs in `arguments` are ignored, but for caches that are updated in place: they
  /// are inputs, with the content from before the run, and are not changed. Padding rows get 0, and -inf for LSE.
  ///
  /// Heads are shared among `threads` host threads; the result does not depend on their number.
  virtual Result<ReferenceResult> run(const Arguments &arguments, int threads = 2) const = 0;
};

} // namespace attnc
