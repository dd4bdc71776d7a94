// PrintMemoryOps.cpp - storage, views, copies, waits and stores.
#include "codegen/cuda/Printer.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

void Printer::print(tile::AllocOp op) {
  Value storage = op.getStorage();
  bool ring = isa<tile::RingType>(storage.getType());
  if (op.getOffset()) {
    line() << (ring ? "" : "const ") << type(storage.getType()) << ' ' << names.of(storage)
           << "(shared_memory + " << *op.getOffset() << ");";
  } else {
    line() << type(storage.getType()) << ' ' << names.of(storage) << ';';
  }
  end();
}

void Printer::print(tile::ReuseOp op) {
  line() << "const " << type(op.getResult().getType()) << ' ' << names.of(op.getResult()) << '('
         << expr(op.getTile()) << ".base);";
  end();
}

void Printer::print(tile::AdvanceOp op) {
  line() << expr(op.getRing()) << ".advance();";
  end();
}

void Printer::print(tile::ViewRowsOp op) {
  tile::GlobalRowsType rows = op.getRows().getType();
  line() << "const " << type(rows) << ' ' << names.of(op.getRows()) << "{" << (rows.getBeams() ? "{" : "")
         << (rows.getRing() ? "{" : "") << (rows.block() ? "{" : "") << expr(op.getPointer()) << " + "
         << expr(op.getOffset(), kSum) << ", " << expr(op.getStride());
  if (op.getColumnStride())
    os << ", " << expr(op.getColumnStride());
  if (op.getBlockStride())
    os << "}, " << expr(op.getBlockStride());
  if (op.getTable())
    os << ", " << expr(op.getTable()) << " + " << expr(op.getFirstPage(), kSum);
  if (op.getPageCount())
    os << ", " << expr(op.getPageCount());
  if (rows.getRing())
    os << '}';
  if (op.getOldest())
    os << ", " << expr(op.getOldest()) << ", " << expr(op.getSlots());
  if (rows.getBeams())
    os << "}, " << expr(op.getBeams()) << " + " << expr(op.getFirstBeam(), kSum) << ", "
       << expr(op.getRequestStride()) << ", " << expr(op.getPrompt());
  os << "};";
  end(op);
}

void Printer::print(tile::ViewSideOp op) {
  line() << "const " << type(op.getSide().getType()) << ' ' << names.of(op.getSide()) << "{"
         << expr(op.getPointer()) << ", {";
  llvm::interleaveComma(op.getShape(), os, [&](Value axis) { os << expr(axis); });
  os << "}};";
  end(op);
}

/// "<kGroup>", or nothing for rows that are in no groups.
std::string Printer::groupOf(std::optional<tile::DimAttr> group) {
  return group ? "<" + dim(*group) + ">" : "";
}

void Printer::print(tile::StoreMaxOp op) {
  use("attn/max_logit");
  line() << "warp::store_" << (op.getGroup() ? "group_max" : "max") << groupOf(op.getGroup()) << '('
         << expr(op.getPointer()) << " + " << expr(op.getPosition(), kSum) << ", " << expr(op.getSrc())
         << ", " << expr(op.getFirstRow()) << ", " << expr(op.getValidEnd()) << ");";
  end();
}

void Printer::print(tile::DumpOp op) {
  use("attn/dump");
  use(op.getGroup() ? "tile/grouped_rows" : "tile/global_rows");
  std::string source = expr(op.getSrc());
  line() << "warp::dump" << (op.getPartial() ? "_sum" : "");
  if (isa<tile::RowVectorType>(op.getSrc().getType()))
    os << '<' << op.getStep().getName() << '>';
  std::string start = joined({"{", expr(op.getPointer()), " + ", expr(op.getOffset(), kSum), ", "});
  if (op.getGroup())
    os << joined({"(GroupedRows<GlobalRows<float, 1, 4>, ", dim(*op.getGroup()), ">{", start,
                  expr(op.getGroupStride()), "}, ", expr(op.getStride()), "}"});
  else
    os << "(GlobalRows<float, 1, 4>" << start << expr(op.getStride()) << '}';
  os << ", " << source << ", " << (op.getFactor() ? expr(op.getFactor()) : "1.0f") << ", {"
     << expr(op.getFirstRow()) << ", " << expr(op.getRowsEnd()) << "}, {" << expr(op.getFirstKey()) << ", "
     << expr(op.getKeysEnd()) << "});";
  end();
}

void Printer::print(tile::StoreConstantOp op) {
  use("attn/max_logit");
  line() << "block::store_constant<kThreads>(" << expr(op.getPointer()) << ", " << expr(op.getCount()) << ", "
         << floatLiteral(op.getValue()) << ");";
  end();
}

/// A view, or two of which the second begins at a row.
std::string Printer::copiedRows(tile::CopyAsyncOp op) {
  if (!op.getJoined())
    return expr(op.getSrc());
  use("block/copy_joined");
  return call("join_rows", {op.getSrc(), op.getJoined(), op.getJoinedFrom()});
}

LogicalResult Printer::print(tile::CopyAsyncOp op) {
  use(op.getThroughRegisters() ? "block/copy" : "block/copy_async");
  if (tile::GlobalRowsType rows = op.getSrc().getType(); rows.block() || rows.getRing() || rows.getBeams())
    use("block/copy_blocks");
  line();
  if (op.getUnlessPast())
    os << "if (" << expr(op.getFirstRow()) << " < " << expr(op.getUnlessPast()) << ") ";
  os << (op.getThroughRegisters() ? "block::copy<kThreads>(" : "block::copy_async<kThreads>(")
     << expr(op.getDst()) << ", " << copiedRows(op) << ", " << expr(op.getFirstRow()) << ", "
     << expr(op.getValidBegin()) << ", " << expr(op.getValidEnd());
  LogicalResult result = success();
  if (!op.getWhere().empty()) {
    os << ", [&](int " << names.of(op.getWhere().getArgument(0)) << ") {\n";
    ++indent;
    result = printBlock(op.getWhere().front());
    --indent;
    line() << '}';
  }
  os << ");";
  end();
  return result;
}

/// The last arguments of what is done to some rows of a tile; nothing where all are meant.
std::string Printer::rowRange(Value begin, Value end) {
  if (!begin && !end)
    return "";
  return ", {" + (begin ? expr(begin) : "0") + (end ? ", " + expr(end) : "") + "}";
}

void Printer::print(tile::AddRowOp op) {
  use(op.getSingly() ? "block/add_row_singly" : "block/add_row");
  line() << (op.getSingly() ? "block::add_row_singly<kThreads>(" : "block::add_row<kThreads>(")
         << expr(op.getDst()) << ", " << expr(op.getSrc()) << rowRange(op.getRowsBegin(), op.getRowsEnd())
         << ");";
  end();
}

void Printer::print(tile::ScaleRowOp op) {
  use(op.getSingly() ? "block/scale_row_singly" : "block/scale_row");
  line() << "block::scale_row" << (op.getSingly() ? "_singly" : "") << "<kThreads>(" << expr(op.getDst())
         << ", " << expr(op.getSrc()) << ");";
  end();
}

void Printer::print(tile::DequantiseOp op) {
  use(op.getSingly() ? "block/dequantise_singly" : "block/dequantise");
  line() << (op.getScales() ? "block::dequantise_rows" : "block::decode") << (op.getSingly() ? "_singly" : "")
         << "<kThreads>(" << expr(op.getDst()) << ", " << expr(op.getSrc());
  if (op.getScales())
    os << ", " << expr(op.getScales()) << ", " << expr(op.getFirstRow());
  os << ");";
  end();
}

void Printer::print(tile::QuantiseOp op) {
  use(op.getDivisors() ? "block/quantise_columns" : "block/quantise");
  line() << (op.getDivisors() ? "block::quantise_columns" : "block::quantise") << "<kThreads>("
         << expr(op.getDst()) << ", " << expr(op.getSrc()) << ", "
         << expr(op.getDivisors() ? Value(op.getDivisors()) : op.getFactor()) << ");";
  end();
}

void Printer::print(tile::QuantiseRowsOp op) {
  use("block/quantise_rows");
  line() << "block::quantise_rows<kThreads>(" << expr(op.getDst()) << ", " << expr(op.getSrc()) << ", "
         << expr(op.getScales()) << ", " << expr(op.getFirstRow()) << ", " << expr(op.getValidBegin()) << ", "
         << expr(op.getValidEnd()) << ");";
  end();
}

void Printer::print(tile::InterleaveColumnsOp op) {
  use("block/interleave_columns");
  line() << "block::interleave_columns<kThreads>(" << expr(op.getTile()) << ");\n";
}

void Printer::print(tile::CommitOp) {
  use("block/copy_async");
  line() << "block::copy_commit();\n";
}

void Printer::print(tile::WaitOp op) {
  use("block/copy_async");
  line() << "block::copy_wait<" << op.getPending() << ">();\n";
}

void Printer::print(tile::SyncOp) {
  use("block/sync");
  line() << "block::sync();\n";
}

void Printer::print(tile::StoreSharedOp op) {
  const bool bytes = isQuantised(op.getDst().getType().getElementType());
  use(bytes ? "warp/store_bytes" : op.getSingly() ? "warp/store_singly" : "block/store");
  line() << "warp::store_shared"
         << (bytes            ? "_bytes("
             : op.getSingly() ? "_singly("
                              : "(")
         << expr(op.getDst()) << ", " << expr(op.getSrc()) << ");";
  end();
}

void Printer::print(tile::StoreRowsOp op) {
  use("block/store");
  line() << "block::store_rows<kThreads>(" << expr(op.getDst()) << ", " << expr(op.getSrc()) << ", "
         << expr(op.getFirstRow()) << ", " << expr(op.getValidEnd());
  if (op.getValidBegin())
    os << ", " << expr(op.getValidBegin());
  os << ");";
  end();
}

void Printer::print(tile::StoreFragmentOp op) {
  use("block/store");
  line() << "warp::store_fragment(" << expr(op.getDst()) << ", " << expr(op.getSrc()) << ", "
         << expr(op.getFirstRow()) << ", " << expr(op.getValidEnd()) << ");";
  end();
}

void Printer::print(tile::StoreRowValuesOp op) {
  use("block/store");
  line() << "warp::store_row_values" << groupOf(op.getGroup()) << '(' << expr(op.getPointer()) << " + "
         << expr(op.getOffset(), kSum) << ", " << expr(op.getStride()) << ", " << expr(op.getSrc()) << ", "
         << expr(op.getFirstRow()) << ", " << expr(op.getValidEnd()) << ");";
  end();
}
