// OpTable.cpp - the decode table: one row an opcode.
//
// An opcode that is not here is refused when the module is loaded.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/lanes/Lanes.h"

#include <cstring>

namespace attnc::sim {
namespace {

using D = Decoder;
using C = OpClass;

constexpr OpRow table[] = {
    // integer and floating point: the type modifier tells which
    {"add", &D::lane, C::Integer, " rn ", false},
    {"sub", &D::lane, C::Integer, " rn ", false},
    {"mul", &D::lane, C::Integer, " rn ", false},
    {"mad", &D::lane, C::Integer, " rn ", false},
    {"fma", &D::lane, C::Float, " rn ", false},
    {"div", &D::lane, C::Integer, " rn ", false},
    {"rem", &D::lane, C::Integer, "", false},
    {"abs", &D::lane, C::Integer, "", false},
    {"neg", &D::lane, C::Integer, "", false},
    {"min", &D::lane, C::Integer, "", false},
    {"max", &D::lane, C::Integer, "", false},
    {"copysign", &D::lane, C::Float, "", false},
    {"dp4a", &D::lane, C::Integer, "", false},
    {"dp2a", &D::lane, C::Integer, "", false},
    {"mul24", &D::lane, C::Integer, "", false},
    {"mad24", &D::lane, C::Integer, "", false},
    {"sad", &D::lane, C::Integer, "", false},
    {"addc", &D::carry, C::Integer, "", false},
    {"subc", &D::carry, C::Integer, "", false},
    {"madc", &D::carry, C::Integer, "", false},
    // special functions
    {"rcp", &D::lane, C::Special, " rn ", false},
    {"sqrt", &D::lane, C::Special, " rn ", false},
    {"rsqrt", &D::lane, C::Special, "", false},
    {"ex2", &D::lane, C::Special, "", false},
    {"lg2", &D::lane, C::Special, "", false},
    {"sin", &D::lane, C::Special, "", false},
    {"cos", &D::lane, C::Special, "", false},
    {"tanh", &D::lane, C::Special, "", false},
    // bits
    {"and", &D::logic, C::Integer, "", true},
    {"or", &D::logic, C::Integer, "", true},
    {"xor", &D::logic, C::Integer, "", true},
    {"not", &D::logic, C::Integer, "", true},
    {"cnot", &D::lane, C::Integer, "", true},
    {"shl", &D::lane, C::Integer, "", true},
    {"shr", &D::lane, C::Integer, "", false},
    {"shf", &D::lane, C::Integer, "", false},
    {"lop3", &D::lane, C::Integer, "", false},
    {"prmt", &D::lane, C::Integer, "", false},
    {"bfe", &D::lane, C::Integer, "", false},
    {"bfi", &D::lane, C::Integer, "", false},
    {"bfind", &D::lane, C::Integer, "", false},
    {"brev", &D::lane, C::Integer, "", false},
    {"clz", &D::lane, C::Integer, "", false},
    {"popc", &D::lane, C::Integer, "", false},
    {"bmsk", &D::lane, C::Integer, "", false},
    {"szext", &D::lane, C::Integer, "", false},
    {"fns", &D::lane, C::Integer, "", false},
    // comparison, selection, movement, conversion
    {"setp", &D::setp, C::Integer, "", false},
    {"set", &D::set, C::Integer, "", false},
    {"testp", &D::testp, C::Float, "", false},
    {"selp", &D::lane, C::Move, "", true},
    {"slct", &D::lane, C::Move, "", false},
    {"mov", &D::mov, C::Move, "", true},
    {"cvt", &D::convert, C::Convert, "", false},
    {"cvta", &D::cvta, C::Move, "", false},
    {"isspacep", &D::isspacep, C::Move, "", false},
    // memory
    {"ld", &D::load, C::Global, "", false},
    {"ldu", &D::load, C::Global, "", false},
    {"st", &D::store, C::Global, "", false},
    {"atom", &D::atomic, C::Atomic, "", false},
    {"red", &D::atomic, C::Atomic, "", false},
    {"prefetch", &D::nothing, C::Move, " global local const L1 L2 L2::evict_last L2::evict_normal ", false},
    {"prefetchu", &D::nothing, C::Move, " L1 ", false},
    {"createpolicy", &D::policy, C::Move, "", false},
    // tensor cores and what feeds them
    {"ldmatrix", &D::matrixMove, C::Matrix, "", false},
    {"stmatrix", &D::matrixMove, C::Matrix, "", false},
    {"mma", &D::mma, C::Matrix, "", false},
    {"cp", &D::cpAsync, C::AsyncCopy, "", false},
    // control
    {"bra", &D::branch, C::Control, " uni ", false},
    {"brx", &D::branchTable, C::Control, " idx uni ", false},
    {"ret", &D::exit, C::Control, " uni ", false},
    {"exit", &D::exit, C::Control, "", false},
    {"trap", &D::trap, C::Control, "", false},
    {"call", &D::call, C::Control, "", false},
    // synchronisation: memory is sequentially consistent here; fences matter to the race checks
    {"bar", &D::barrier, C::Sync, "", false},
    {"barrier", &D::barrier, C::Sync, "", false},
    {"membar", &D::fence, C::Sync, " cta gl sys ", false},
    {"fence", &D::fence, C::Sync,
     " sc acq_rel acquire release cta cluster gpu sys proxy alias async global shared::cta ", false},
    {"nanosleep", &D::nothing, C::Sync, " u32 ", false},
    {"griddepcontrol", &D::nothing, C::Sync, " launch_dependents wait ", false},
    // lanes of a warp together
    {"shfl", &D::shuffle, C::Collective, "", false},
    {"vote", &D::vote, C::Collective, "", false},
    {"match", &D::match, C::Collective, "", false},
    {"redux", &D::redux, C::Collective, "", false},
    {"elect", &D::elect, C::Collective, "", false},
    {"activemask", &D::activemask, C::Collective, " b32 ", false},
};

bool runsV3() {
#if defined(ATTNC_SIM_HAS_V3)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("f16c") && __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("bmi");
#else
  return false;
#endif
}

std::unordered_map<std::string, const LaneRow *> laneTable() {
  const LaneFamily *families = baseline::families;
#ifdef ATTNC_SIM_HAS_V3
  if (runsV3())
    families = v3::families;
#endif
  std::unordered_map<std::string, const LaneRow *> result;
  for (size_t f = 0; f < kLaneFamilies; ++f) {
    LaneRows rows = families[f]();
    for (size_t i = 0; i < rows.count; ++i) {
      const LaneRow &row = rows.rows[i];
      bool isMatrix = row.operands[0] >= '0' && row.operands[0] <= '9';
      size_t sources = isMatrix ? 0 : std::strlen(row.operands) - 2;
      result.emplace(std::string(row.name) + "/" + std::to_string(sources), &row);
    }
  }
  return result;
}

} // namespace

std::span<const OpRow> opcodeTable() { return table; }

const OpRow *findOpcode(std::string_view opcode) {
  static const auto rows = [] {
    std::unordered_map<std::string_view, const OpRow *> result;
    for (const OpRow &row : table)
      result.emplace(row.opcode, &row);
    return result;
  }();
  auto found = rows.find(opcode);
  return found == rows.end() ? nullptr : found->second;
}

const LaneRow *findLaneOp(const std::string &name, size_t sources) {
  static const auto rows = laneTable();
  auto found = rows.find(name + "/" + std::to_string(sources));
  return found == rows.end() ? nullptr : found->second;
}

} // namespace attnc::sim
