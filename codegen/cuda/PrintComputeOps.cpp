// PrintComputeOps.cpp - fills, mma, maps and softmax.
#include "codegen/cuda/Printer.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

void Printer::print(tile::FillOp op) {
  line() << "fill(" << expr(op.getStorage()) << ", " << floatLiteral(op.getValue()) << ");\n";
}

namespace {
/// The header and the two functions of each MmaKind.
struct Verbs {
  StringRef header, abt, ab;
};
constexpr Verbs kVerbs[] = {{"warp/mma", "mma_abt", "mma_ab"},
                            {"warp/mma_f16_sums", "mma_abt_f16_sums", ""},
                            {"warp/mma_tf32", "mma_abt_tf32", "mma_ab_tf32"},
                            {"warp/dot", "dot_abt", "dot_ab"}};
constexpr Verbs kVerbsOfBytes = {"warp/mma_bytes", "mma_abt_bytes", "mma_ab_bytes"};

/// Without tensor cores, every type of operand is read alike.
const Verbs &verbsOf(tile::MmaKind kind, tile::SharedType b) {
  return isQuantised(b.getElementType()) && kind != tile::MmaKind::Plain ? kVerbsOfBytes
                                                                         : kVerbs[unsigned(kind)];
}
} // namespace

void Printer::print(tile::MmaAbtOp op) {
  const Verbs &verbs = verbsOf(op.getKind(), op.getB().getType());
  use(verbs.header);
  line() << "warp::" << verbs.abt << '(' << expr(op.getDst()) << ", " << expr(op.getA()) << ", "
         << expr(op.getB()) << ");\n";
}

void Printer::print(tile::MmaAbOp op) {
  const Verbs &verbs = verbsOf(op.getKind(), op.getB().getType());
  use(verbs.header);
  line() << "warp::" << verbs.ab << '(' << expr(op.getDst()) << ", " << expr(op.getA()) << ", "
         << expr(op.getB()) << ");\n";
}

void Printer::print(tile::RestoreColumnsOp op) {
  use("warp/mma_bytes");
  line() << "warp::restore_columns(" << expr(op.getFragment()) << ");\n";
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
  Type to = op.getResult().getType().getElementType();
  use(to.isF32() ? "warp/mma_tf32" : "warp/convert");
  line() << "const auto " << names.of(op.getResult())
         << " = warp::" << (to.isF32() ? "convert_tf32" : "convert<" + element(to) + ">") << '('
         << expr(op.getSrc()) << ");\n";
}

void Printer::print(tile::FinishOp op) {
  use("attn/finish");
  line() << (op.getLse().use_empty() ? "" : "auto " + names.of(op.getLse()).str() + " = ") << "attn::finish";
  const Value sink = op.getSink() ? Value(op.getSink()) : Value(op.getRowSinks());
  if (sink)
    os << "_with_sink<" << (op.getSinkOutsideLse() ? "false" : "true") << ">";
  os << "(" << expr(op.getAcc()) << ", " << expr(op.getRowMax()) << ", " << expr(op.getRowSum()) << ", "
     << expr(op.getScaleLog2()) << (sink ? ", " + expr(sink) : "") << ");\n";
}
