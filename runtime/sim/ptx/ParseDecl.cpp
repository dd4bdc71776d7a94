// ParseDecl.cpp - register and variable declarations with their initialisers.
//
// Sizes are limited here, so that a damaged file cannot ask for absurd memory.
#include "runtime/sim/ptx/ParserImpl.h"

#include <cstring>

namespace attnc::sim {
namespace {

constexpr uint64_t kMaxRegisters = 1 << 18;       // a function
constexpr uint64_t kMaxModuleNames = 1 << 20;     // of register ranges
constexpr size_t kMaxVariables = 1 << 14;         // a module, or a function
constexpr uint64_t kMaxVariableBytes = 256 << 20; // a module
constexpr uint64_t kMaxInitBytes = 64 << 20;      // a module

Result<RegClass> regClass(int bits) {
  switch (bits) {
  case 1:
    return RegClass::Pred;
  case 16:
    return RegClass::W16;
  case 32:
    return RegClass::W32;
  case 64:
    return RegClass::W64;
  case 128:
    return RegClass::W128;
  default:
    return Status(Code::Corrupt, "no register has this type");
  }
}

} // namespace

Status Parser::declareRegister(Function &fn, std::string_view name, RegClass cls) {
  if (++declaredRegisters > kMaxRegisters)
    return error("expected at most " + std::to_string(kMaxRegisters) + " registers");
  if (!scopes.back().emplace(name, static_cast<int>(fn.registers.size())).second)
    return error("register '" + std::string(name) + "' is declared twice");
  fn.registers.push_back({name, cls});
  return Status::success();
}

Status Parser::registers(Function &fn) {
  if (peek().kind != TokenKind::Dot || typeBits(peek().text) == 0 || typeBits(peek().text) == 8)
    return unexpected("a register type");
  ATTNC_ASSIGN_OR_RETURN(RegClass cls, regClass(typeBits(take().text)));
  do {
    ATTNC_ASSIGN_OR_RETURN(std::string_view name, expectWord());
    if (!accept('<')) {
      ATTNC_RETURN_IF_ERROR(declareRegister(fn, name, cls));
      continue;
    }
    ATTNC_ASSIGN_OR_RETURN(int64_t count, expectInt());
    ATTNC_RETURN_IF_ERROR(expect('>'));
    if (count < 1 || static_cast<uint64_t>(count) > kMaxRegisters)
      return error("expected a register count between 1 and " + std::to_string(kMaxRegisters));
    if (module.names.size() + static_cast<uint64_t>(count) > kMaxModuleNames)
      return error("expected at most " + std::to_string(kMaxModuleNames) + " registers in a module");
    for (int64_t i = 0; i < count; ++i) {
      module.names.push_back(std::string(name) + std::to_string(i));
      ATTNC_RETURN_IF_ERROR(declareRegister(fn, module.names.back(), cls));
    }
  } while (accept(','));
  return expect(';');
}

Result<Variable> Parser::variableType(Space space, bool isExtern, int &bits) {
  Variable var;
  var.space = space;
  var.isExtern = isExtern;
  bits = 0;
  bool pointee = false;
  while (peek().kind == TokenKind::Dot) {
    std::string_view name = take().text;
    if (name == "align") {
      ATTNC_ASSIGN_OR_RETURN(int64_t align, expectInt());
      if (align < 1 || align > 4096 || (align & (align - 1)) != 0)
        return error("expected a power of two at most 4096 as alignment, got " + std::to_string(align));
      if (!pointee)
        var.align = std::max(var.align, static_cast<uint32_t>(align));
    } else if (name == "ptr") {
      pointee = true; // what follows describes what the parameter points to: of use to ptxas only
    } else if (name == "global" || name == "shared" || name == "const" || name == "local") {
      continue; // the space a pointer parameter points to
    } else if (typeBits(name) >= 8) {
      bits = typeBits(name);
      var.align = std::max(var.align, static_cast<uint32_t>(bits / 8));
    } else {
      return error("unsupported directive or type ." + std::string(name) + " of a variable");
    }
  }
  if (bits == 0)
    return unexpected("a type");
  return var;
}

Status Parser::variableName(Variable &var, int bits) {
  var.line = peek().line;
  ATTNC_ASSIGN_OR_RETURN(var.name, expectWord());
  uint64_t count = 1;
  bool open = false;
  while (accept('[')) {
    if (accept(']')) {
      open = true;
      continue;
    }
    ATTNC_ASSIGN_OR_RETURN(int64_t extent, expectInt());
    ATTNC_RETURN_IF_ERROR(expect(']'));
    if (extent < 0 || __builtin_mul_overflow(count, static_cast<uint64_t>(extent), &count) ||
        count > kMaxVariableBytes)
      return error("expected an array of at most 256 MiB");
  }
  var.bytes = open ? 0 : count * static_cast<uint64_t>(bits / 8);
  if (accept('=')) {
    if (var.space != Space::Global && var.space != Space::Const)
      return error("expected no initialiser: only .global and .const variables have one");
    ATTNC_RETURN_IF_ERROR(initializer(var, bits, 0));
    if (open)
      var.bytes = var.init.size();
    if (var.init.size() > var.bytes)
      return error("expected at most " + std::to_string(var.bytes) + " bytes of initialiser, got " +
                   std::to_string(var.init.size()));
  } else if (open && !var.isExtern) {
    return error("expected a size or an initialiser for '" + std::string(var.name) + "'");
  }
  if (var.bytes > kMaxVariableBytes)
    return error("expected a variable of at most 256 MiB");
  return Status::success();
}

/// The class of a .reg parameter.
Result<RegClass> Parser::registerClass(uint64_t bytes) {
  if (bytes != 2 && bytes != 4 && bytes != 8)
    return error("expected a register parameter of 16, 32 or 64 bits");
  return regClass(static_cast<int>(bytes * 8));
}

Status Parser::variables(Space space, bool isExtern, int scope, std::vector<Variable> &into) {
  int bits = 0;
  ATTNC_ASSIGN_OR_RETURN(Variable type, variableType(space, isExtern, bits));
  do {
    Variable var = type;
    ATTNC_RETURN_IF_ERROR(variableName(var, bits));
    var.scope = scope;
    bool inModule = &into == &module.variables;
    // Several declarations of an external variable are one; the definition may follow.
    bool isNew = inModule ? isExtern || defined.insert(var.name).second
                          : variableNames.emplace(scope, var.name).second;
    if (!isNew)
      return error("variable '" + std::string(var.name) + "' is declared twice");
    if (inModule)
      variableBytes += var.bytes;
    if (into.size() >= kMaxVariables || variableBytes > kMaxVariableBytes)
      return error("expected at most " + std::to_string(kMaxVariables) +
                   " variables and 256 MiB in a module");
    into.push_back(std::move(var));
  } while (accept(','));
  return expect(';');
}

Result<Variable> Parser::parameter() {
  int bits = 0;
  ATTNC_ASSIGN_OR_RETURN(Variable var, variableType(Space::Param, false, bits));
  ATTNC_RETURN_IF_ERROR(variableName(var, bits));
  return var;
}

Status Parser::initializer(Variable &var, int elementBits, int depth) {
  if (accept('{')) {
    if (depth > 8)
      return error("expected at most 8 nested braces in an initialiser");
    while (!isPunct('}')) {
      ATTNC_RETURN_IF_ERROR(initializer(var, elementBits, depth + 1));
      if (!accept(','))
        break;
    }
    return expect('}');
  }
  uint64_t bits = 0;
  size_t bytes = static_cast<size_t>(elementBits) / 8;
  if (peek().kind == TokenKind::Word) { // name, name+4, generic(name)+4: an address
    std::string_view name = take().text;
    bool wrapped = name == "generic" && accept('(');
    if (wrapped) {
      ATTNC_ASSIGN_OR_RETURN(name, expectWord());
      ATTNC_RETURN_IF_ERROR(expect(')'));
    }
    int64_t offset = 0;
    if (accept('+')) {
      ATTNC_ASSIGN_OR_RETURN(offset, expectInt());
    }
    if (bytes != 8)
      return error("expected a 64-bit element for the address of '" + std::string(name) + "'");
    var.relocs.push_back({var.init.size(), name, offset});
  } else if (peek().kind == TokenKind::Float32 || peek().kind == TokenKind::Float64) {
    Token token = take();
    bits = token.bits;
    if (token.kind == TokenKind::Float64 && bytes == 4) {
      double wide;
      std::memcpy(&wide, &bits, 8);
      float narrow = static_cast<float>(wide);
      bits = 0;
      std::memcpy(&bits, &narrow, 4);
    } else if (token.kind == TokenKind::Float32 && bytes != 4) {
      return error("expected a double literal");
    }
  } else {
    ATTNC_ASSIGN_OR_RETURN(int64_t value, expectInt());
    bits = static_cast<uint64_t>(value);
  }
  initBytes += bytes;
  if (initBytes > kMaxInitBytes)
    return error("expected initialisers of at most 64 MiB in a module");
  for (size_t i = 0; i < bytes; ++i)
    var.init.push_back(i < 8 ? static_cast<uint8_t>(bits >> (8 * i)) : 0);
  return Status::success();
}

} // namespace attnc::sim
