// Parser.cpp - modules, functions and the directives between instructions.
//
// Directives that only tune ptxas (.maxnreg, .pragma, ...) are accepted because they cannot change a result.
#include "runtime/sim/ptx/ParserImpl.h"

#include <algorithm>
#include <cstring>

namespace attnc::sim {
namespace {

// Far above what a compiler writes: they bound what a hostile file can cost.
constexpr size_t kMaxTextBytes = size_t(16) << 20;
constexpr size_t kMaxFunctions = 4096;

} // namespace

Status Parser::error(const std::string &message) const {
  return Status(Code::Corrupt, "PTX line " + std::to_string(peek().line) + ": " + message);
}

Status Parser::unexpected(const std::string &expected) const {
  const Token &token = peek();
  std::string got =
      token.kind == TokenKind::End ? "the end of the text" : "'" + std::string(token.text) + "'";
  if (token.kind == TokenKind::Int || token.kind == TokenKind::Float32 || token.kind == TokenKind::Float64)
    got = "a number";
  if (token.kind == TokenKind::Dot)
    got.insert(1, ".");
  return error("expected " + expected + ", got " + got);
}

Status Parser::expect(char c) {
  if (!accept(c))
    return unexpected(std::string("'") + c + "'");
  return Status::success();
}

Result<std::string_view> Parser::expectWord() {
  if (peek().kind != TokenKind::Word)
    return unexpected("a name");
  return take().text;
}

Result<int64_t> Parser::expectInt() {
  bool negative = accept('-');
  if (peek().kind != TokenKind::Int)
    return unexpected("an integer");
  uint64_t bits = take().bits;
  return static_cast<int64_t>(negative ? 0 - bits : bits);
}

Status Parser::run() {
  while (peek().kind != TokenKind::End)
    ATTNC_RETURN_IF_ERROR(topLevel());
  if (module.isaMajor == 0)
    return error("expected a .version directive");
  return Status::success();
}

Status Parser::topLevel() {
  bool isExtern = false;
  while (isDot("visible") || isDot("extern") || isDot("weak") || isDot("common")) {
    isExtern |= isDot("extern");
    take();
  }
  if (peek().kind != TokenKind::Dot)
    return unexpected("a directive");
  std::string_view name = take().text;
  if (name == "version") {
    if (peek().kind != TokenKind::Float64)
      return unexpected("a version");
    double version;
    uint64_t bits = take().bits;
    std::memcpy(&version, &bits, sizeof(version));
    if (!(version >= 1 && version < 100))
      return error("expected a PTX version");
    module.isaMajor = static_cast<int>(version);
    return Status::success();
  }
  if (name == "target") {
    ATTNC_ASSIGN_OR_RETURN(module.target, expectWord());
    while (accept(','))
      ATTNC_RETURN_IF_ERROR(expectWord().status());
    return Status::success();
  }
  if (name == "address_size") {
    ATTNC_ASSIGN_OR_RETURN(int64_t bits, expectInt());
    return bits == 64 ? Status::success() : error("expected .address_size 64, got " + std::to_string(bits));
  }
  if (name == "entry" || name == "func")
    return function(name == "entry");
  if (name == "global" || name == "const" || name == "shared") {
    Space space = name == "global" ? Space::Global : name == "const" ? Space::Const : Space::Shared;
    return variables(space, isExtern, 0, module.variables);
  }
  if (name == "file")
    return fileDirective();
  if (name == "loc")
    return locDirective();
  if (name == "section")
    return section();
  if (name == "pragma" || name == "alias")
    return skipStatement();
  return error("unsupported directive ." + std::string(name));
}

Status Parser::function(bool isEntry) {
  Function fn;
  fn.isEntry = isEntry;
  fn.line = peek().line;
  declared.clear();
  variableNames.clear();
  scopes.assign(1, {});
  scopeIds.assign(1, 0);
  fn.scopeParent.assign(1, -1);
  currentPlace = -1;
  lastPlaceAt.clear();
  declaredRegisters = 0;
  if (module.functions.size() >= kMaxFunctions)
    return error("expected at most " + std::to_string(kMaxFunctions) + " functions");
  if (!isEntry && accept('('))
    ATTNC_RETURN_IF_ERROR(parameters(fn, isEntry, fn.returns));
  ATTNC_ASSIGN_OR_RETURN(fn.name, expectWord());
  if (accept('('))
    ATTNC_RETURN_IF_ERROR(parameters(fn, isEntry, fn.params));
  while (peek().kind == TokenKind::Dot)
    ATTNC_RETURN_IF_ERROR(performanceDirective(&fn));
  if (accept(';')) { // a declaration only
    module.functions.push_back(std::move(fn));
    return Status::success();
  }
  ATTNC_RETURN_IF_ERROR(expect('{'));
  fn.hasBody = true;
  if (!defined.insert(fn.name).second)
    return error("function '" + std::string(fn.name) + "' is defined twice");
  ATTNC_RETURN_IF_ERROR(body(fn));
  module.functions.push_back(std::move(fn));
  return Status::success();
}

/// Up to the closing bracket of a parameter list.
Status Parser::parameters(Function &fn, bool isEntry, std::vector<Variable> &into) {
  while (!isPunct(')')) {
    bool isReg = !isEntry && isDot("reg");
    if (!isReg && !isDot("param"))
      return unexpected("a parameter");
    take();
    ATTNC_ASSIGN_OR_RETURN(Variable param, parameter());
    if (isReg) {
      ATTNC_ASSIGN_OR_RETURN(RegClass cls, registerClass(param.bytes));
      param.reg = static_cast<int>(fn.registers.size());
      ATTNC_RETURN_IF_ERROR(declareRegister(fn, param.name, cls));
    } else if (!declared.insert(param.name).second) {
      return error("parameter '" + std::string(param.name) + "' is declared twice");
    }
    into.push_back(std::move(param));
    if (!accept(','))
      break;
  }
  return expect(')');
}

Status Parser::performanceDirective(Function *fn) {
  std::string_view name = take().text;
  if (name == "maxntid" || name == "reqntid") {
    uint64_t threads = 1;
    do {
      ATTNC_ASSIGN_OR_RETURN(int64_t count, expectInt());
      if (count < 1 || count > 1024)
        return error("expected ." + std::string(name) + " between 1 and 1024, got " + std::to_string(count));
      threads *= static_cast<uint64_t>(count);
    } while (accept(','));
    fn->maxThreads = static_cast<uint32_t>(std::min<uint64_t>(threads, 1024));
    fn->exactThreads = name == "reqntid";
    return Status::success();
  }
  if (name == "minnctapersm" || name == "maxnreg" || name == "maxclusterrank" || name == "local_maxnreg")
    return expectInt().status();
  if (name == "noreturn")
    return Status::success();
  if (name == "pragma")
    return skipStatement();
  return error("unsupported directive ." + std::string(name));
}

Status Parser::body(Function &fn) {
  size_t depth = 1;
  while (depth > 0) {
    if (accept('{')) {
      if (++depth > 64)
        return error("expected at most 64 nested scopes");
      fn.scopeParent.push_back(scopeIds.back());
      scopeIds.push_back(static_cast<int>(fn.scopeParent.size()) - 1);
      scopes.emplace_back();
    } else if (accept('}')) {
      --depth;
      scopeIds.pop_back();
      scopes.pop_back();
    } else if (peek().kind == TokenKind::End) {
      return unexpected("'}'");
    } else {
      ATTNC_RETURN_IF_ERROR(statement(fn));
    }
  }
  return Status::success();
}

Status Parser::statement(Function &fn) {
  if (accept(';'))
    return Status::success();
  if (peek().kind == TokenKind::Dot)
    return directiveInBody(fn);
  if (peek().kind == TokenKind::Word && isPunct(':', 1)) {
    std::string_view label = take().text;
    take();
    if (isDot("branchtargets")) {
      take();
      Function::TargetTable table{scopeIds.back(), {}};
      do {
        ATTNC_ASSIGN_OR_RETURN(std::string_view target, expectWord());
        table.targets.push_back(target);
      } while (accept(','));
      if (!fn.targetTables[label].emplace(scopeIds.back(), std::move(table)).second)
        return error("branch table '" + std::string(label) + "' is defined twice");
      return expect(';');
    }
    if (isDot("callprototype") || isDot("calltargets"))
      return skipStatement();
    if (!fn.labels[label].emplace(scopeIds.back(), fn.body.size()).second)
      return error("label '" + std::string(label) + "' is defined twice");
    return Status::success();
  }
  return instruction(fn);
}

Status Parser::directiveInBody(Function &fn) {
  std::string_view name = take().text;
  if (name == "reg")
    return registers(fn);
  if (name == "shared" || name == "local" || name == "param") {
    Space space = name == "shared" ? Space::Shared : name == "local" ? Space::Local : Space::Param;
    return variables(space, false, scopeIds.back(), fn.variables);
  }
  if (name == "loc")
    return locDirective();
  if (name == "file")
    return fileDirective();
  if (name == "pragma")
    return skipStatement();
  return error("unsupported directive ." + std::string(name) + " in a function");
}

Status Parser::section() {
  while (!isPunct('{')) {
    if (peek().kind == TokenKind::End)
      return unexpected("'{'");
    if (isDot("debug_str")) {
      take();
      return debugStrings();
    }
    take();
  }
  while (!isPunct('}')) {
    if (peek().kind == TokenKind::End)
      return unexpected("'}'");
    take();
  }
  return expect('}');
}

Status Parser::skipStatement() {
  while (!isPunct(';')) {
    if (peek().kind == TokenKind::End)
      return unexpected("';'");
    take();
  }
  return expect(';');
}

Result<std::shared_ptr<const PtxModule>> parsePtx(std::string_view text,
                                                  std::shared_ptr<const KernelText> kernelText) {
  if (text.size() > kMaxTextBytes)
    return Status(Code::Corrupt, "expected at most " + std::to_string(kMaxTextBytes >> 20) + " MiB of PTX");
  auto module = std::make_shared<PtxModule>();
  module->kernelText = std::move(kernelText);
  module->text = std::make_shared<const std::string>(text);
  ATTNC_ASSIGN_OR_RETURN(std::vector<Token> tokens, lexPtx(*module->text));
  ATTNC_RETURN_IF_ERROR(Parser(std::move(tokens), *module).run());
  return std::shared_ptr<const PtxModule>(std::move(module));
}

} // namespace attnc::sim
