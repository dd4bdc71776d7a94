// Kernel.h - a decoded kernel: what launches share. Read-only once built.
#pragma once

#include "runtime/sim/check/Undefined.h"
#include "runtime/sim/decode/Inst.h"
#include "runtime/sim/ptx/Ast.h"

#include <memory>
#include <new>
#include <string>
#include <vector>

namespace attnc::sim {

/// Shared and local addresses do not start at 0, so that a null pointer is caught; 1024 keeps every
/// alignment.
constexpr uint32_t kSharedBase = 1024;
constexpr uint32_t kLocalBase = 1024;

/// Generic addresses of the other spaces: bits no host pointer has.
constexpr uint64_t kSharedWindow = uint64_t(1) << 56;
constexpr uint64_t kLocalWindow = uint64_t(2) << 56;
constexpr uint64_t kParamWindow = uint64_t(3) << 56;
constexpr uint64_t kWindowMask = uint64_t(0xff) << 56;

/// Instruction classes of the counters.
enum class OpClass : uint8_t {
  Integer,
  Float,
  Half,
  Special,
  Convert,
  Move,
  Control,
  Global,
  Shared,
  Local,
  Param,
  Matrix,
  AsyncCopy,
  Sync,
  Collective,
  Atomic,
  Count
};
std::string_view opClassName(OpClass cls);

enum class SpecialReg : uint8_t {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  NWarpId,
  SmId,
  NSmId,
  GridId,
  LaneMaskEq,
  LaneMaskLt,
  LaneMaskLe,
  LaneMaskGt,
  LaneMaskGe,
  DynamicSmem,
  TotalSmem
};

/// 64-byte aligned lane arrays.
template <class T> struct LaneAllocator {
  using value_type = T;
  LaneAllocator() = default;
  template <class U> LaneAllocator(const LaneAllocator<U> &) {}
  T *allocate(size_t n) { return static_cast<T *>(::operator new(n * sizeof(T), std::align_val_t(64))); }
  void deallocate(T *p, size_t) { ::operator delete(p, std::align_val_t(64)); }
  bool operator==(const LaneAllocator &) const { return true; }
};
using LaneVector = std::vector<uint32_t, LaneAllocator<uint32_t>>;

struct Kernel {
  std::string name;
  std::shared_ptr<const PtxModule> module;
  std::shared_ptr<const Function> function; ///< without calls; one instruction of it is one of `code`

  std::vector<Inst> code;
  std::vector<OpClass> classes; ///< one an instruction
  std::vector<uint32_t> flops;  ///< of one execution by a full warp: mma only
  std::vector<RegRef> lists;
  LaneVector constants;
  uint32_t registerSlots = 0; ///< 32-lane arrays of u32
  uint32_t preds = kFirstPred;
  struct Special {
    RegRef slot;
    SpecialReg reg;
  };
  std::vector<Special> specials;
  std::unordered_map<uint32_t, std::string_view>
      registerNames; ///< by the ids of RegisterUses, of `tracking` only

  uint32_t paramBytes = 0;
  uint32_t staticShared = 0; ///< bytes before the dynamic part
  bool usesDynamicShared = false;
  uint32_t localBytes = 0; ///< a lane

  Tracking tracking; ///< of registers that may be undefined

  int line(size_t pc) const { return pc < code.size() ? function->body[pc].line : 0; }
};

} // namespace attnc::sim
