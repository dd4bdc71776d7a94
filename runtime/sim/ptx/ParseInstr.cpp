// ParseInstr.cpp - instructions and their operands.
//
// Shapes only: whether an opcode takes these operands is decided by the decoder.
#include "runtime/sim/ptx/ParserImpl.h"

#include <cstring>

namespace attnc::sim {

Status Parser::instruction(Function &fn) {
  Instr instr;
  instr.line = peek().line;
  instr.scope = scopeIds.back();
  instr.place = currentPlace;
  if (accept('@')) {
    instr.guardNegated = accept('!');
    ATTNC_ASSIGN_OR_RETURN(Operand guard, primary(fn, 0));
    if (guard.kind != Operand::Kind::Reg ||
        fn.registers[static_cast<size_t>(guard.reg)].cls != RegClass::Pred)
      return error("expected a predicate register as guard");
    instr.guard = guard.reg;
  }
  if (accept('{') || accept('}'))
    return error("expected an instruction after a guard");
  ATTNC_ASSIGN_OR_RETURN(instr.opcode, expectWord());
  while (peek().kind == TokenKind::Dot)
    instr.mods.push_back(take().text);
  if (!isPunct(';')) {
    do {
      ATTNC_ASSIGN_OR_RETURN(Operand op, operand(fn, 0));
      instr.ops.push_back(std::move(op));
    } while (accept(','));
  }
  ATTNC_RETURN_IF_ERROR(expect(';'));
  fn.body.push_back(std::move(instr));
  return Status::success();
}

Result<Operand> Parser::operand(const Function &fn, int depth) {
  ATTNC_ASSIGN_OR_RETURN(Operand first, primary(fn, depth));
  if (!accept('|'))
    return first;
  ATTNC_ASSIGN_OR_RETURN(Operand second, primary(fn, depth));
  Operand pair;
  pair.kind = Operand::Kind::Pair;
  pair.elems = {std::move(first), std::move(second)};
  return pair;
}

Result<Operand> Parser::primary(const Function &fn, int depth) {
  if (depth > 4)
    return error("expected at most 4 nested operands");
  if (accept('{'))
    return list(fn, depth, '}');
  if (accept('('))
    return list(fn, depth, ')');
  if (accept('['))
    return address(fn, depth);
  if (accept('!') || isPunct('-')) {
    if (accept('-') && peek().kind != TokenKind::Word)
      return number(true);
    ATTNC_ASSIGN_OR_RETURN(Operand op, primary(fn, depth + 1));
    if (op.kind != Operand::Kind::Reg || op.negated)
      return error("expected a register after '!' or '-'");
    op.negated = true;
    return op;
  }
  if (peek().kind != TokenKind::Word)
    return number(false);

  Operand op;
  op.name = take().text;
  if (op.name == "_")
    return op; // a sink
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope)
    if (auto found = scope->find(op.name); found != scope->end()) {
      op.kind = Operand::Kind::Reg;
      op.reg = found->second;
      return op;
    }
  if (op.name[0] == '%') {
    op.kind = Operand::Kind::Special;
    op.name.remove_prefix(1);
    if (peek().kind == TokenKind::Dot) { // %tid.x: one view over both tokens
      Token axis = take();
      op.name = std::string_view(op.name.data(), static_cast<size_t>(axis.text.end() - op.name.data()));
    }
    return op;
  }
  op.kind = Operand::Kind::Name;
  if (isPunct('+') || isPunct('-')) {
    bool negative = isPunct('-');
    take();
    ATTNC_ASSIGN_OR_RETURN(int64_t offset, expectInt());
    op.offset =
        static_cast<int64_t>(negative ? 0 - static_cast<uint64_t>(offset) : static_cast<uint64_t>(offset));
  }
  return op;
}

Result<Operand> Parser::number(bool negative) {
  Operand op;
  const Token &token = peek();
  op.bits = token.bits;
  if (token.kind == TokenKind::Int)
    op.kind = Operand::Kind::Int;
  else if (token.kind == TokenKind::Float32)
    op.kind = Operand::Kind::Float32;
  else if (token.kind == TokenKind::Float64)
    op.kind = Operand::Kind::Float64;
  else
    return unexpected("an operand");
  if (negative && op.kind == Operand::Kind::Int)
    op.bits = 0 - op.bits;
  else if (negative)
    op.bits ^= op.kind == Operand::Kind::Float32 ? uint64_t(1) << 31 : uint64_t(1) << 63;
  take();
  return op;
}

Result<Operand> Parser::list(const Function &fn, int depth, char close) {
  Operand op;
  op.kind = Operand::Kind::Vector;
  while (!isPunct(close)) {
    ATTNC_ASSIGN_OR_RETURN(Operand elem, operand(fn, depth + 1));
    if (op.elems.size() >= 1024)
      return error("expected at most 1024 operands in a list");
    op.elems.push_back(std::move(elem));
    if (!accept(','))
      break;
  }
  ATTNC_RETURN_IF_ERROR(expect(close));
  return op;
}

Result<Operand> Parser::address(const Function &fn, int depth) {
  Operand op;
  op.kind = Operand::Kind::Address;
  ATTNC_ASSIGN_OR_RETURN(Operand base, primary(fn, depth + 1));
  if (base.kind != Operand::Kind::Reg && base.kind != Operand::Kind::Name && base.kind != Operand::Kind::Int)
    return error("expected a register, a variable or an integer as address");
  op.offset = base.offset;
  base.offset = 0;
  op.elems.push_back(std::move(base));
  if (isPunct('+') || isPunct('-')) { // [r+4], [r+-4], [r-4]
    bool negative = isPunct('-');
    take();
    ATTNC_ASSIGN_OR_RETURN(int64_t offset, expectInt());
    uint64_t bits = static_cast<uint64_t>(offset);
    op.offset = static_cast<int64_t>(static_cast<uint64_t>(op.offset) + (negative ? 0 - bits : bits));
  }
  while (accept(',')) {
    ATTNC_ASSIGN_OR_RETURN(Operand extra, operand(fn, depth + 1));
    op.elems.push_back(std::move(extra));
  }
  ATTNC_RETURN_IF_ERROR(expect(']'));
  return op;
}

} // namespace attnc::sim
