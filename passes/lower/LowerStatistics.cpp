// LowerStatistics.cpp - outputs beside out: log-sum-exp, row maximum, and the largest logit of every head.
#include "passes/lower/KernelLowering.h"

#include <limits>

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

constexpr float kNegativeInfinity = -std::numeric_limits<float>::infinity();

/// One float a row and head. Rows of padding, where lengths vary, get -inf.
void KernelLowering::storeRows(StringRef tensor, Value rows) {
  if (!packed() && qLengthsVary()) {
    OpBuilder::InsertionGuard guard(b);
    auto map = tile::MapRowsOp::create(b, loc, rows);
    Block *body = b.createBlock(&map.getBody());
    body->addArgument(b.getF32Type(), loc);
    body->addArgument(b.getIndexType(), loc);
    Value empty = constant("kNegInf", kNegativeInfinity);
    Value kept = arith::SelectOp::create(b, loc, isRow(body->getArgument(1)), body->getArgument(0), empty);
    tile::YieldOp::create(b, loc, kept);
  }
  Value pointer =
      field(tensor, tile::PointerType::get(b.getContext(), b.getF32Type(), true), "tensor:" + tensor);
  Value heads = widen(constant("kHeads", attention.getQ().getType().getHeads()));
  Value firstToken = packed() ? widen(at.qBegin)
                              : mul(widen(at.request), widen(field("q_len", b.getIndexType(), "dim:q_len")));
  tile::StoreRowValuesOp::create(b, loc, rows, pointer, add(mul(firstToken, heads), widen(at.head)), heads,
                                 at.firstRow, at.rowsEnd, groupDim());
}

void KernelLowering::storeStatistics(Value rowMax, Value lse) {
  if (attention.statistic("lse"))
    storeRows("lse", lse);
  if (!attention.statistic("row_max") && !attention.statistic("max_logit"))
    return;
  if (Value scale = unitOfScores()) { // the scale was left to exp2
    OpBuilder::InsertionGuard guard(b);
    auto map = tile::MapRowsOp::create(b, loc, rowMax);
    Block *body = b.createBlock(&map.getBody());
    body->addArgument(b.getF32Type(), loc);
    body->addArgument(b.getIndexType(), loc);
    tile::YieldOp::create(b, loc, arith::MulFOp::create(b, loc, body->getArgument(0), scale).getResult());
  }
  if (attention.statistic("row_max"))
    storeRows("row_max", rowMax);
  if (!attention.statistic("max_logit"))
    return;
  Value pointer =
      field("max_logit", tile::PointerType::get(b.getContext(), b.getF32Type(), true), "tensor:max_logit");
  tile::StoreMaxOp::create(b, loc, rowMax, pointer, at.head, at.firstRow, at.rows, groupDim());
}

/// The launch before: blocks of the kernel only raise what is there.
void KernelLowering::buildStatisticsFill(attn::AttentionOp filled) {
  attention = filled;
  openKernel("_fill");
  section("The least value, for every head.");
  Value pointer =
      field("max_logit", tile::PointerType::get(b.getContext(), b.getF32Type(), true), "tensor:max_logit");
  tile::StoreConstantOp::create(b, loc, b.getF32FloatAttr(kNegativeInfinity), pointer,
                                constant("kHeads", attention.getQ().getType().getHeads()));
  closeKernel();
}
