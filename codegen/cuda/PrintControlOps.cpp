// PrintControlOps.cpp - loops, exits, named scalars and phases.
#include "codegen/cuda/Printer.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

void Printer::print(tile::ExitIfOp op) {
  line() << "if (" << expr(op.getCondition()) << ") return;";
  end(op);
}

void Printer::print(tile::LetOp op) {
  const bool pointer = isa<tile::PointerType>(op.getResult().getType());
  line() << (pointer ? "" : "const ") << type(op.getResult().getType()) << (pointer ? " const " : " ")
         << names.of(op.getResult()) << " = " << expr(op.getValue()) << ';';
  end(op);
}

void Printer::print(tile::SectionOp op) {
  os << '\n';
  line() << "// " << op.getTitle();
  end();
}

LogicalResult Printer::print(tile::LoopOp op) {
  StringRef kv = names.of(op.inductionVariable());
  line() << "for (int " << kv << " = " << expr(op.getBegin()) << "; " << kv << " < " << expr(op.getEnd())
         << "; ";
  if (op.getWalk())
    os << kv << " = " << names.of(op.getWalk()) << ".next(" << kv << " + " << dim(op.getStep()) << ")";
  else
    os << kv << " += " << dim(op.getStep());
  os << ") {  // " << op.getName() << '\n';
  ++indent;
  LogicalResult result = printBlock(op.getBody().front());
  --indent;
  line() << "}\n";
  return result;
}

void Printer::print(tile::YieldOp op) {
  if (op.getNumOperands() == 0)
    return;
  line() << "return ";
  if (op.getNumOperands() == 1)
    os << expr(op.getOperand(0));
  else
    os << '{' << list(op.getOperands()) << '}';
  os << ';';
  end();
}
