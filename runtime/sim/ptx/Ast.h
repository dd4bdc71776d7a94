// Ast.h - a parsed PTX module: variables, functions, statements with resolved registers and labels.
//
// Plain data between parser and decoder; holds no addresses and no decisions about execution.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace attnc::sim {

enum class Space : uint8_t { Generic, Param, Global, Shared, Local, Const };

/// Register class: what `.reg .f32` and friends declare, reduced to a width.
enum class RegClass : uint8_t { Pred, W16, W32, W64, W128 };

/// Bits of a PTX type name ("f32" -> 32, "pred" -> 1); 0 for anything else.
int typeBits(std::string_view type);

struct Register {
  std::string_view name;
  RegClass cls = RegClass::W32;
};

struct Operand {
  enum class Kind : uint8_t {
    Reg,     ///< `reg`; `negated` for !%p and -%r
    Special, ///< %tid.x, in `name` without the percent sign
    Int,     ///< `bits`, sign applied
    Float32, ///< `bits`
    Float64, ///< `bits`
    Name,    ///< a variable or label `name`, plus `offset`
    Address, ///< [elems[0] + offset]; more elements for [a, {b, c}]
    Vector,  ///< {a, b} or (a, b): `elems`
    Pair,    ///< a|b: `elems`
    Sink,    ///< _
  };
  Kind kind = Kind::Sink;
  bool negated = false;
  int reg = -1;
  uint64_t bits = 0;
  int64_t offset = 0;
  std::string_view name;
  std::vector<Operand> elems;
};

struct Instr {
  std::string_view opcode;
  std::vector<std::string_view> mods; ///< without dots
  std::vector<Operand> ops;
  int guard = -1; ///< register of @%p, or -1
  bool guardNegated = false;
  int line = 0;
  int scope = 0;
  int place = -1; ///< index into PtxModule::places, of the last .loc; -1: none

  /// "ld.global.v4.u32"
  std::string text() const;
};

/// What a .loc says: a line of a file, and where the function that it stands in was inlined.
struct SourcePlace {
  int file = 0, line = 0, column = 0;
  std::string_view function; ///< label of its name in .debug_str; empty if the code was not inlined
  int inlinedAt = -1;        ///< index into PtxModule::places; -1: the text of the kernel itself
};

struct Variable {
  Space space = Space::Global;
  std::string_view name;
  uint32_t align = 1;
  uint64_t bytes = 0;
  bool isExtern = false;     ///< `.extern .shared x[]`: the dynamic part
  std::vector<uint8_t> init; ///< may be shorter than `bytes`: the rest is zero
  struct Reloc {
    uint64_t at;
    std::string_view symbol;
    int64_t offset;
  };
  std::vector<Reloc> relocs; ///< 64-bit addresses of other variables
  int scope = 0;             ///< brace scope of one declared in a body
  int reg = -1;              ///< the register of a .reg parameter of a .func
  bool isCallParam = false;  ///< a .param variable of a body: lives in local memory
  int line = 0;
};

struct Function {
  std::string_view name;
  bool isEntry = false;
  bool hasBody = false;
  std::vector<Variable> params;
  std::vector<Variable> returns;   ///< of a .func
  std::vector<Variable> variables; ///< .shared, .local and .param declared in the body
  std::vector<Register> registers;
  std::vector<Instr> body;
  std::vector<int> scopeParent; ///< parent of each brace scope; scope 0 is the body
  /// By name, then by scope: an index into `body`.
  std::unordered_map<std::string_view, std::unordered_map<int, size_t>> labels;
  struct TargetTable {
    int scope;
    std::vector<std::string_view> targets;
  };
  std::unordered_map<std::string_view, std::unordered_map<int, TargetTable>> targetTables;
  uint32_t maxThreads = 0; ///< product of .maxntid or .reqntid, 0 if absent
  bool exactThreads = false;
  int line = 0;

  /// The instruction that label `name` used in `scope` names, or -1.
  int64_t findLabel(std::string_view name, int scope) const;
  const TargetTable *findTable(std::string_view name, int scope) const;
};

class KernelText; // check/KernelText.h

struct PtxModule {
  std::shared_ptr<const std::string> text; ///< every view above points into it
  int isaMajor = 0, isaMinor = 0;
  std::string_view target;
  std::vector<Variable> variables;
  std::vector<Function> functions;
  std::unordered_map<int, std::string_view> files; ///< .file
  std::vector<SourcePlace> places;                 ///< .loc, each once
  std::unordered_map<std::string_view, std::string> debugStrings; ///< of .debug_str, by label
  std::shared_ptr<const KernelText> kernelText;                   ///< null: not known
  std::deque<std::string> names; ///< of register ranges (%r<9>); a deque so that views stay valid
};

} // namespace attnc::sim
