// Kernel.h - Program and Image: the plain structs between the compiler half and the runtime half.
//
// The compiler emits a Program: one CUDA text and the launches over it, with every size a formula over
// named dims. The runtime compiles the text to an Image, evaluates the formulas and launches.
#pragma once

#include "attnc/DType.h"
#include "attnc/Target.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace attnc {

/// An integer expression over named dims, e.g. "ceildiv(q_len, 128)" or "batch + 1".
///
/// Grammar: integers, names (letters, digits, `_`, `.`), `+ - * / %` (floor), parentheses, and the functions
/// ceildiv(a, b), round_up(a, b), min(a, b), max(a, b). Names are dims of the program ("q_len"), and
/// "<tensor>.stride<i>" for the stride of axis i in elements. 64-bit arithmetic; overflow and division by
/// zero are errors.
struct Formula {
  std::string text;
  bool operator==(const Formula &) const = default;
};

/// What a tensor argument must look like.
struct TensorSig {
  std::string name;
  DType dtype = DType::F32;
  /// Outermost first. Each entry is an integer, a dim name, or "<dim> + <integer>". Binding a tensor
  /// defines its dims; a second tensor must agree.
  std::vector<Formula> shape;
  bool output = false;
  /// If true the outer strides are free: the innermost must be 1, the others a multiple of
  /// `alignment` bytes. If false the tensor must be contiguous.
  bool strided = false;
  /// Of the address and of the outer strides, in bytes.
  int alignment = 4;
  /// Of a strided tensor: the innermost stride is free like the others.
  bool anyStrides = false;
  /// Of an output: what the caller passes, once, is read too, and keeps its bytes where nothing is written.
  /// So it is for caches that tokens are appended to.
  bool inPlace = false;

  /// Whether the caller provides its content.
  bool isInput() const { return !output || inPlace; }
};

/// A run-time scalar (`params:` in the spec). Its default is used when the caller gives none.
struct ScalarSig {
  /// An I32 lies within +-2^30: kernels add it to positions in 32 bits.
  static constexpr double kLargestInteger = 1 << 30;

  std::string name;
  DType dtype = DType::F32; ///< F32 or I32
  double defaultValue = 0;
  bool required = true;
};

/// One field of a kernel's parameter struct, in order; offsets follow the C ABI of the target.
struct Field {
  enum class Kind : uint8_t {
    Tensor,    ///< address of the tensor `source`
    Scalar,    ///< value of the run-time scalar `source` (I32 or F32)
    Dim,       ///< value of the formula `source` (I32 or I64)
    Workspace, ///< address of the workspace `source`
  };
  std::string name;
  Kind kind = Kind::Dim;
  DType dtype = DType::I64; ///< of Scalar and Dim
  std::string source;
};

/// One kernel launch. `params` is the layout of the kernel's single by-value struct argument.
struct Launch {
  std::string kernel; ///< symbol in the text, ends in a digest
  std::array<Formula, 3> grid;
  int threads = 0; ///< blockDim.x
  int dynamicSharedBytes = 0;
  std::vector<Field> params;
};

/// Device memory that a program needs while it runs; the caller or the runtime provides it.
struct Workspace {
  std::string name;
  Formula bytes;
  bool zeroed = false; ///< must be zero before the first launch; kernels leave it zero
};

/// What the compiler says about how it built the program; `explain` and the manifest show it.
struct Remark {
  std::string key;   ///< dotted, e.g. "schedule.tile_q"
  std::string value; ///< JSON text
};

/// One specialised CUDA program.
struct Program {
  std::string name; ///< the spec's name
  Target target;
  std::string text;              ///< CUDA C++
  std::vector<std::string> dims; ///< dims a caller may have to give, e.g. "q_len" of a packed layout
  std::vector<TensorSig> tensors;
  std::vector<ScalarSig> scalars;
  std::vector<Workspace> workspaces;
  std::vector<Launch> launches;
  std::vector<Remark> remarks;
  int minBlocksPerSm = 1;
  int requestGroup = 1; ///< requests come in groups of so many: `batch` is a multiple of it
};

/// What ptxas said about one kernel.
struct KernelResources {
  std::string kernel;
  int registers = 0;
  int spillStoreBytes = 0;
  int spillLoadBytes = 0;
  int stackBytes = 0;
  int staticSharedBytes = 0;
};

/// A compiled program.
struct Image {
  Program program;
  std::string cubin;
  std::string ptx;
  std::string log;                        ///< the whole compile log
  std::string compilerVersion;            ///< "NVRTC 13.0"
  std::vector<KernelResources> resources; ///< one a launch kernel
};

} // namespace attnc
