// PrintWalkOps.cpp - which tiles a loop visits, and the map that another launch makes of them.
#include "codegen/cuda/Printer.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

void Printer::print(tile::WalkSpansOp op) {
  use("attn/tile_walk");
  line() << "const SpanWalk<" << dim(op.getWalk().getType().getStep()) << ", " << op.getBegins().size() << "> "
         << names.of(op.getWalk()) << "{{";
  llvm::interleaveComma(op.getBegins(), os, [&](Value begin) { os << expr(begin); });
  os << "}, {";
  llvm::interleaveComma(op.getEnds(), os, [&](Value end) { os << expr(end); });
  os << "}};";
  end(op);
}

void Printer::print(tile::WalkBlocksOp op) {
  use("attn/tile_walk");
  line() << "const BlockWalk<" << dim(op.getWalk().getType().getStep()) << "> " << names.of(op.getWalk()) << '{'
         << expr(op.getPointer()) << " + " << expr(op.getOffset(), kSum) << ", " << expr(op.getWords()) << "};";
  end(op);
}

LogicalResult Printer::print(tile::ClassifyTilesOp op) {
  use("attn/classify_tiles");
  line() << "attn::classify_tiles<kWarps, " << dim(op.getStep()) << ">(" << expr(op.getPointer()) << " + "
         << expr(op.getOffset(), kSum);
  for (Value value : {op.getWords(), op.getWord(), op.getRows(), op.getKeyBegin(), op.getKeyEnd()})
    os << ", " << expr(value);
  os << ", [&](int " << names.of(op.getBody().getArgument(0)) << ", int " << names.of(op.getBody().getArgument(1))
     << ") {";
  return printBody(op.getBody());
}
