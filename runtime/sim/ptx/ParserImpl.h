// ParserImpl.h - the parser's state, shared by its source files.
//
// Private to runtime/sim/ptx.
#pragma once

#include "runtime/sim/ptx/Lexer.h"
#include "runtime/sim/ptx/Parser.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_set>

namespace attnc::sim {

class Parser {
public:
  Parser(std::vector<Token> tokens, PtxModule &module) : tokens(std::move(tokens)), module(module) {}

  Status run();

private:
  // Parser.cpp: modules and functions.
  Status topLevel();
  Status function(bool isEntry);
  Status parameters(Function &fn, bool isEntry, std::vector<Variable> &into);
  Status body(Function &fn);
  Status statement(Function &fn);
  Status directiveInBody(Function &fn);
  Status performanceDirective(Function *fn);
  Status section();
  Status skipStatement();

  // ParseLoc.cpp: where instructions come from.
  Status fileDirective();
  Status locDirective();
  int addPlace(const SourcePlace &place);
  Status debugStrings();

  // ParseDecl.cpp: registers and variables.
  Status registers(Function &fn);
  Status declareRegister(Function &fn, std::string_view name, RegClass cls);
  Result<RegClass> registerClass(uint64_t bytes);
  Status variables(Space space, bool isExtern, int scope, std::vector<Variable> &into);
  Result<Variable> parameter();
  Result<Variable> variableType(Space space, bool isExtern, int &bits);
  Status variableName(Variable &var, int bits);
  Status initializer(Variable &var, int elementBits, int depth);

  // ParseInstr.cpp: instructions and operands.
  Status instruction(Function &fn);
  Result<Operand> operand(const Function &fn, int depth);
  Result<Operand> primary(const Function &fn, int depth);
  Result<Operand> number(bool negative);
  Result<Operand> list(const Function &fn, int depth, char close);
  Result<Operand> address(const Function &fn, int depth);

  const Token &peek(size_t ahead = 0) const { return tokens[std::min(at + ahead, tokens.size() - 1)]; }
  Token take() { return at + 1 < tokens.size() ? tokens[at++] : tokens.back(); }
  bool isPunct(char c, size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::Punct && peek(ahead).text[0] == c;
  }
  bool isDot(std::string_view name) const { return peek().kind == TokenKind::Dot && peek().text == name; }
  bool accept(char c) {
    bool yes = isPunct(c);
    if (yes)
      ++at;
    return yes;
  }
  Status expect(char c);
  Result<std::string_view> expectWord();
  Result<int64_t> expectInt();
  Status error(const std::string &message) const;
  Status unexpected(const std::string &expected) const;

  std::vector<Token> tokens;
  size_t at = 0;
  PtxModule &module;
  /// Register index by name, one map a brace scope; the innermost is last.
  std::vector<std::unordered_map<std::string_view, int>> scopes;
  std::vector<int> scopeIds;
  int currentPlace = -1;
  /// The last .loc of a file, line and column: what an inlined_at of these means.
  std::map<std::tuple<int, int, int>, int> lastPlaceAt;
  std::map<std::tuple<int, int, int, std::string_view, int>, int> knownPlaces;
  uint64_t declaredRegisters = 0;                           ///< of the function
  uint64_t variableBytes = 0, initBytes = 0;                ///< of the module
  std::set<std::pair<int, std::string_view>> variableNames; ///< of the body, by scope
  std::unordered_set<std::string_view> declared;            ///< parameters
  std::unordered_set<std::string_view> defined;             ///< functions and variables of the module
};

} // namespace attnc::sim
