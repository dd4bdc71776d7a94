// Decoder.h - a parsed function to a Kernel: registers to slots, names to addresses, opcodes to handlers.
//
// Everything that costs string work happens here, once a module; whatever is not understood is an error that
// names the PTX line.
#pragma once

#include "attnc/Status.h"
#include "attnc/Target.h"
#include "runtime/sim/decode/Kernel.h"

#include <map>
#include <span>
#include <unordered_map>

namespace attnc::sim {

/// Host addresses of a module's .global and .const variables.
using VariableAddresses = std::unordered_map<std::string_view, uint64_t>;

struct OpRow;

class Decoder {
public:
  Decoder(std::shared_ptr<const PtxModule> module, std::shared_ptr<const Function> flat,
          const VariableAddresses &addresses, const Target &target);

  Result<std::shared_ptr<const Kernel>> run();

  // One method a family of opcodes; decode/OpTable.cpp says which opcode uses which.
  Status lane(const Instr &instr, const OpRow &row, Inst &out);
  Status setp(const Instr &instr, const OpRow &row, Inst &out);
  Status logic(const Instr &instr, const OpRow &row, Inst &out);
  Status carry(const Instr &instr, const OpRow &row, Inst &out);
  Status set(const Instr &instr, const OpRow &row, Inst &out);
  Status testp(const Instr &instr, const OpRow &row, Inst &out);
  Status match(const Instr &instr, const OpRow &row, Inst &out);
  Status convert(const Instr &instr, const OpRow &row, Inst &out);
  Status mov(const Instr &instr, const OpRow &row, Inst &out);
  Status cvta(const Instr &instr, const OpRow &row, Inst &out);
  Status isspacep(const Instr &instr, const OpRow &row, Inst &out);
  Status load(const Instr &instr, const OpRow &row, Inst &out);
  Status store(const Instr &instr, const OpRow &row, Inst &out);
  Status atomic(const Instr &instr, const OpRow &row, Inst &out);
  Status matrixMove(const Instr &instr, const OpRow &row, Inst &out);
  Status mma(const Instr &instr, const OpRow &row, Inst &out);
  Status cpAsync(const Instr &instr, const OpRow &row, Inst &out);
  Status branch(const Instr &instr, const OpRow &row, Inst &out);
  Status branchTable(const Instr &instr, const OpRow &row, Inst &out);
  Status exit(const Instr &instr, const OpRow &row, Inst &out);
  Status trap(const Instr &instr, const OpRow &row, Inst &out);
  Status barrier(const Instr &instr, const OpRow &row, Inst &out);
  Status shuffle(const Instr &instr, const OpRow &row, Inst &out);
  Status vote(const Instr &instr, const OpRow &row, Inst &out);
  Status redux(const Instr &instr, const OpRow &row, Inst &out);
  Status elect(const Instr &instr, const OpRow &row, Inst &out);
  Status activemask(const Instr &instr, const OpRow &row, Inst &out);
  Status policy(const Instr &instr, const OpRow &row, Inst &out);
  Status fence(const Instr &instr, const OpRow &row, Inst &out);
  Status nothing(const Instr &instr, const OpRow &row, Inst &out);
  Status call(const Instr &instr, const OpRow &row, Inst &out);

private:
  // Layout.cpp: registers, parameters, shared and local variables.
  Status layOut();
  Status layOutVariables(Space space, const std::vector<Variable> &variables, uint64_t &size);
  void assignRegisters();

  // Operands.cpp.
  Result<RegRef> source(const Operand &op, char code, bool floating = false, bool lenient = false);
  Result<RegRef> dest(const Operand &op, char code, bool lenient = false);
  Result<RegRef> predSource(const Operand &op);
  Result<RegRef> predDest(const Operand &op);
  Result<RegRef> special(const Operand &op);
  Result<uint64_t> immediate(const Operand &op, int bits, bool floating);
  Result<uint64_t> variableAddress(const Operand &op);
  /// The operand is the address of a call's parameter, which lives in local memory.
  bool isCallParam(const Operand &op) const;
  /// Fills r[1], imm and the width flag of `out` from [base + offset].
  Status address(const Operand &op, Inst &out, int slot = 1);
  /// Registers of a scalar or vector operand appended to the kernel's lists.
  Status list(const Operand &op, size_t count, char code, bool isDest, uint32_t &first);
  RegRef constant(uint64_t bits, int width);
  RegRef scratch(int slots);
  int regBits(const Operand &op) const;

  Status atomicVector(const Instr &instr, Inst &out);
  Status setpPair(const Instr &instr, Inst &out);

  Status error(const std::string &message) const;
  Status badOperands(const std::string &expected) const;
  Status onlyIgnored(const Instr &instr, const OpRow &row) const;
  Status unknownModifier(std::string_view modifier) const;

  std::shared_ptr<const PtxModule> module;
  const Function &function;
  const VariableAddresses &addresses;
  const Target &target;
  std::shared_ptr<Kernel> kernel;
  const Instr *current = nullptr;
  OpClass currentClass = OpClass::Integer;
  uint32_t currentFlops = 0;

  std::vector<RegRef> slots;      ///< of each register of the function
  std::vector<RegisterUses> uses; ///< one an instruction; the last is being decoded
  void reads(const Operand &op);
  void writes(const Operand &op);
  struct Place {
    Space space;
    uint64_t address;
    bool isCallParam = false;
  };
  std::unordered_map<std::string_view, Place> places;
  std::map<std::pair<uint64_t, int>, RegRef> constants;
  std::map<SpecialReg, RegRef> specials;
};

/// How a comparison with this modifier goes into another predicate; None: it is no such modifier.
inline BoolOp combinationOf(std::string_view mod) {
  return mod == "and" ? BoolOp::And : mod == "or" ? BoolOp::Or : mod == "xor" ? BoolOp::Xor : BoolOp::None;
}

/// One row of the decode table.
struct OpRow {
  const char *opcode;
  Status (Decoder::*decode)(const Instr &, const OpRow &, Inst &);
  OpClass cls;
  const char *ignored; ///< modifiers without effect here, each between spaces: " rn "
  bool bitwise;        ///< types count by width only: mov.f32 is mov.b32
};

/// The row of an opcode, or nullptr.
const OpRow *findOpcode(std::string_view opcode);
/// Every row, for the test that wants each tested.
std::span<const OpRow> opcodeTable();
/// The lane operation `name` with this number of sources, or nullptr.
struct LaneRow;
const LaneRow *findLaneOp(const std::string &name, size_t sources);

} // namespace attnc::sim
