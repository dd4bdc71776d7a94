// PrintComputeOps.cpp - fills, mma, maps and softmax.
#include "codegen/cuda/Printer.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

void Printer::print(tile::FillOp op) {
  line() << "fill(" << expr(op.getStorage()) << ", " << floatLiteral(op.getValue()) << ");\n";
}

void Printer::print(tile::MmaAbtOp op) {
  use("warp/mma");
  line() << "warp::mma_abt(" << expr(op.getDst()) << ", " << expr(op.getA()) << ", " << expr(op.getB())
         << ");\n";
}

void Printer::print(tile::MmaAbOp op) {
  use("warp/mma");
  line() << "warp::mma_ab(" << expr(op.getDst()) << ", " << expr(op.getA()) << ", " << expr(op.getB())
         << ");\n";
}

LogicalResult Printer::printMap(Operation *op, StringRef verb, Value storage, Region &body) {
  use("warp/map");
  line();
  if (auto map = dyn_cast<tile::MapOp>(op); map && map.getUnless())
    os << "if (!" << expr(map.getUnless(), kUnary) << ") ";
  os << "warp::" << verb << '(' << expr(storage) << ", [&](float " << names.of(body.getArgument(0));
  for (BlockArgument position : body.getArguments().drop_front())
    os << ", int " << names.of(position);
  os << ") {";
  return printBody(body);
}

LogicalResult Printer::printBody(Region &body) {
  Operation *yield = body.front().getTerminator();
  end(yield);
  shownPlace = place(yield);
  ++indent;
  LogicalResult result = printBlock(body.front());
  --indent;
  shownPlace.clear();
  line() << "});\n";
  return result;
}

LogicalResult Printer::print(tile::MapOp op) { return printMap(op, "map", op.getStorage(), op.getBody()); }

LogicalResult Printer::print(tile::MapRowsOp op) {
  return printMap(op, "map_rows", op.getStorage(), op.getBody());
}

void Printer::print(tile::OnlineSoftmaxOp op) {
  use("attn/online_softmax");
  line() << "attn::online_softmax<" << (op.getMayBeEmpty() ? "true" : "false") << ">(" << expr(op.getScores())
         << ", " << expr(op.getRowMax()) << ", " << expr(op.getRowSum()) << ", " << expr(op.getAcc()) << ", "
         << expr(op.getScaleLog2()) << ");\n";
}

void Printer::print(tile::ConvertOp op) {
  use("warp/convert");
  line() << "const auto " << names.of(op.getResult()) << " = warp::convert<"
         << element(op.getResult().getType().getElementType()) << ">(" << expr(op.getSrc()) << ");\n";
}

void Printer::print(tile::FinishOp op) {
  use("attn/finish");
  line() << (op.getLse().use_empty() ? "" : "auto " + names.of(op.getLse()).str() + " = ") << "attn::finish";
  if (op.getSink())
    os << "_with_sink<" << (op.getSinkOutsideLse() ? "false" : "true") << ">";
  os << "(" << expr(op.getAcc()) << ", " << expr(op.getRowMax()) << ", " << expr(op.getRowSum()) << ", "
     << expr(op.getScaleLog2()) << (op.getSink() ? ", " + expr(op.getSink()) : "") << ");\n";
}
