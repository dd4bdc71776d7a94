// PrintRopeOps.cpp - the rotation of a tile, and tables of floats.
#include "codegen/cuda/Printer.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

/// "__device__ const float kName[4] = {1.0f, ...};", eight a line.
std::string Printer::tableDefinition(tile::TableOp table) {
  constexpr size_t kPerLine = 8;
  std::string text = "__device__ const float " + table.getName().str() + "[" +
                     std::to_string(table.getValues().size()) + "] = {";
  for (auto [index, value] : llvm::enumerate(table.getValues()))
    text += (index == 0              ? "\n    "
             : index % kPerLine == 0 ? ",\n    "
                                     : ", ") +
            floatLiteral(llvm::APFloat(value));
  return text + "};\n";
}

/// Where the angles come from.
std::string Printer::ropeAngles(tile::RopeOp op) {
  if (op.getCos()) {
    use("attn/side_tensor");
    return call("attn::cos_sin", {op.getCos(), op.getSin()});
  }
  std::string text = "attn::frequencies(" + expr(op.getFrequencies());
  if (op.getFactor() || op.getStretch())
    text += ", " + (op.getFactor() ? expr(op.getFactor()) : "1.0f");
  if (op.getStretch())
    text += ", " + expr(op.getStretch());
  return text + ")";
}

LogicalResult Printer::print(tile::RopeOp op) {
  use(op.getSingly() ? "attn/rope_singly" : "attn/rope");
  line() << (op.getSingly() ? "attn::rope_singly<kThreads, attn::" : "attn::rope<kThreads, attn::")
         << (op.getStyle() == tile::RopeStyle::Neox ? "Neox<" : "Gptj<") << dim(op.getDim());
  for (int64_t pairs : op.getSections().value_or(ArrayRef<int64_t>()))
    os << ", " << pairs;
  os << ">>(" << expr(op.getDst()) << ", " << ropeAngles(op) << ", [&](int "
     << names.of(op.getAt().getArgument(0)) << ")";
  unsigned count = op.getAt().front().getTerminator()->getNumOperands();
  if (count > 1)
    os << " -> attn::Position<" << count << ">";
  os << " {";
  end(op);
  ++indent;
  LogicalResult result = printBlock(op.getAt().front());
  --indent;
  line() << '}';
  os << rowRange(op.getRowsBegin(), op.getRowsEnd()) << ");\n";
  return result;
}
