// ValueText.cpp - values of a mask region in the words of a spec's expressions, for explain.
#include "passes/analysis/MaskFormula.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc;

static std::string argumentText(BlockArgument argument) {
  if (auto kernel = dyn_cast<attn::KernelOp>(argument.getOwner()->getParentOp()))
    return kernel.argumentName(argument.getArgNumber()).str();
  static constexpr const char *names[] = {"kv_len", "q_len", "kv", "q", "h", "b"};
  unsigned fromEnd = argument.getOwner()->getNumArguments() - 1 - argument.getArgNumber();
  return fromEnd < std::size(names) ? names[fromEnd] : "s";
}

static const char *infix(Operation *op) {
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    static constexpr const char *names[] = {"==", "!=", "<", "<=", ">", ">=", "<", "<=", ">", ">="};
    return names[unsigned(compare.getPredicate())];
  }
  if (auto compare = dyn_cast<arith::CmpFOp>(op)) {
    using P = arith::CmpFPredicate;
    switch (compare.getPredicate()) {
    case P::OEQ:
    case P::UEQ:
      return "==";
    case P::ONE:
    case P::UNE:
      return "!=";
    case P::OLT:
    case P::ULT:
      return "<";
    case P::OLE:
    case P::ULE:
      return "<=";
    case P::OGT:
    case P::UGT:
      return ">";
    case P::OGE:
    case P::UGE:
      return ">=";
    default:
      return nullptr;
    }
  }
  return llvm::TypeSwitch<Operation *, const char *>(op)
      .Case<arith::AddIOp, arith::AddFOp>([](auto) { return "+"; })
      .Case<arith::SubIOp, arith::SubFOp>([](auto) { return "-"; })
      .Case<arith::MulIOp, arith::MulFOp>([](auto) { return "*"; })
      .Case([](arith::DivFOp) { return "/"; })
      .Case([](arith::FloorDivSIOp) { return "//"; })
      .Case([](arith::AndIOp) { return "and"; })
      .Case([](arith::OrIOp) { return "or"; })
      .Case([](arith::XOrIOp) { return "!="; })
      .Default([](Operation *) { return nullptr; });
}

static std::string text(Value value, bool nested, unsigned depth) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argumentText(argument);
  if (depth == 0)
    return "...";
  Operation *op = value.getDefiningOp();
  auto operand = [&](unsigned index, bool inner = true) {
    return text(op->getOperand(index), inner, depth - 1);
  };
  IntegerAttr integer;
  FloatAttr real;
  if (matchPattern(value, m_Constant(&integer))) {
    if (value.getType().isInteger(1))
      return integer.getValue().isZero() ? "false" : "true";
    return std::to_string(integer.getInt());
  }
  if (matchPattern(value, m_Constant(&real))) {
    SmallString<16> digits;
    real.getValue().toString(digits);
    return digits.str().str();
  }
  if (isa<arith::IndexCastOp, arith::SIToFPOp, arith::UIToFPOp>(op))
    return text(op->getOperand(0), nested, depth);
  if (auto read = dyn_cast<attn::ReadOp>(op)) {
    std::string result = operand(0) + "[";
    for (unsigned i = 1; i < op->getNumOperands(); ++i)
      result += (i > 1 ? ", " : "") + operand(i, false);
    return result + "]";
  }
  if (isa<arith::XOrIOp>(op) && matchPattern(op->getOperand(1), m_One()))
    return "not " + operand(0);
  if (isa<arith::SelectOp>(op)) {
    std::string result = operand(1) + " if " + operand(0) + " else " + operand(2);
    return nested ? "(" + result + ")" : result;
  }
  if (const char *symbol = infix(op); symbol && op->getNumOperands() == 2) {
    std::string result = operand(0) + " " + symbol + " " + operand(1);
    return nested ? "(" + result + ")" : result;
  }
  // min, max, exp and friends: the operation's name without its dialect.
  std::string result = op->getName().stripDialect().str() + "(";
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    result += (i > 0 ? ", " : "") + operand(i, false);
  return result + ")";
}

std::string attnc::valueText(Value value) { return text(value, /*nested=*/false, /*depth=*/6); }
