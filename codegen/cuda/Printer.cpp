// Printer.cpp - dispatch, indentation, types and the constants that the text declares.
#include "codegen/cuda/Printer.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

std::string codegen::joined(std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string &part : parts)
    text += part;
  return text;
}

Printer::Printer(tile::KernelOp kernel) : kernel(kernel), names(kernel), os(text) { use("core"); }

LogicalResult Printer::print() {
  ints["kWarps"].value = std::to_string(kernel.getSchedule().getWarps());
  ints["kThreads"].value = std::to_string(kernel.getSchedule().threads());
  bool printed = succeeded(printBlock(kernel.getBody().front())) && valid;
  if (usedHeaders.count("attnc/block/copy.cuh") || usedHeaders.count("attnc/block/copy_async.cuh"))
    usedHeaders.erase("attnc/block/sync.cuh"); // they bring it along
  return success(printed);
}

LogicalResult Printer::printBlock(Block &block) {
  for (Operation &op : block)
    if (failed(printOp(op)))
      return failure();
  return success();
}

LogicalResult Printer::printOp(Operation &op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case<tile::LoopOp, tile::CopyAsyncOp, tile::MapOp, tile::MapRowsOp, tile::ClassifyTilesOp,
            tile::RopeOp>([&](auto nested) { return print(nested); })
      .Case<tile::ExitIfOp, tile::LetOp, tile::SectionOp, tile::YieldOp, tile::AllocOp, tile::AdvanceOp,
            tile::ViewRowsOp, tile::ViewSideOp, tile::AddRowOp, tile::QuantiseOp, tile::QuantiseRowsOp,
            tile::ScaleRowOp, tile::DequantiseOp, tile::StoreReportOp, tile::InterleaveColumnsOp,
            tile::RestoreColumnsOp, tile::CommitOp, tile::WaitOp, tile::SyncOp, tile::StoreSharedOp,
            tile::ReuseOp, tile::StoreRowsOp, tile::StoreFragmentOp, tile::StoreRowValuesOp, tile::StoreMaxOp,
            tile::DumpOp, tile::StoreConstantOp, tile::WalkSpansOp, tile::WalkBlocksOp, tile::FillOp,
            tile::MmaAbtOp, tile::MmaAbOp, tile::OnlineSoftmaxOp, tile::ConvertOp, tile::FinishOp>(
          [&](auto statement) {
            print(statement);
            return success();
          })
      .Case<tile::ReturnOp>([](auto) { return success(); })
      .Default([&](Operation *other) {
        // Scalars and slots are printed where they are used.
        if (isMemoryEffectFree(other) ||
            isa<tile::LoadOp, tile::CurrentOp, tile::CheckPagesOp, tile::CheckAppendOp, tile::CheckBeamsOp>(
                other))
          return success();
        noPrinter(other);
        return LogicalResult(failure());
      });
}

raw_ostream &Printer::line() { return os.indent(2 * indent); }

/// "spec.yaml:9" if the op stands on a key of its own, not on the line that its kernel stands on.
std::string Printer::place(Operation *op) {
  auto lineOf = [](Operation *op) {
    auto where = dyn_cast<FileLineColLoc>(op->getLoc());
    return where ? (llvm::sys::path::filename(where.getFilename()) + ":" + Twine(where.getLine())).str() : "";
  };
  std::string own = lineOf(op);
  return own == lineOf(kernel) ? "" : own;
}

/// Ends a line with the place of `op`, unless the statement around it has named it already.
void Printer::end(Operation *op) {
  std::string where = op ? place(op) : "";
  if (!where.empty() && where != shownPlace)
    os << "  // " << where;
  os << '\n';
}

std::string Printer::dim(tile::DimAttr dim) {
  ints[dim.getName()].value = std::to_string(dim.getSize());
  return dim.getName().str();
}

std::string Printer::element(Type type) {
  if (isa<Float8E4M3FNType>(type))
    return "e4m3";
  if (isa<Float8E5M2Type>(type))
    return "e5m2";
  if (type.isInteger(8))
    return "i8";
  if (type.isBF16())
    return "bf16";
  if (type.isF16())
    return "f16";
  if (type.isInteger(32) || type.isIndex())
    return "int";
  if (type.isInteger(64))
    return "i64";
  if (type.isInteger(1))
    return "bool";
  return "float";
}

std::string Printer::type(Type type) {
  return llvm::TypeSwitch<Type, std::string>(type)
      .Case([&](tile::SharedType t) {
        use("tile/shared_tile");
        return joined({"SharedTile<", element(t.getElementType()), ", ", dim(t.getRows()), ", ",
                       dim(t.getColumns()), ">"});
      })
      .Case([&](tile::RingType t) {
        use("tile/shared_ring");
        return joined({"SharedRing<", element(t.getElementType()), ", ", dim(t.getRows()), ", ",
                       dim(t.getColumns()), ", ", dim(t.getStages()), ">"});
      })
      .Case([&](tile::FragmentType t) {
        use("tile/fragment");
        return joined({"Fragment<", dim(t.getRows()), ", ", dim(t.getColumns()), ", kWarps>"});
      })
      .Case([&](tile::RowVectorType t) {
        use("tile/fragment");
        return joined({"RowVector<", dim(t.getRows()), ", kWarps>"});
      })
      .Case([&](tile::GlobalRowsType t) {
        use("tile/global_rows");
        std::string align =
            t.getStrided() || t.getAlignment() == 16 ? "" : ", " + std::to_string(t.getAlignment());
        std::string rows =
            joined({t.getStrided() ? "StridedRows<" : "GlobalRows<", t.getWritable() ? "" : "const ",
                    element(t.getElementType()), ", ", dim(t.getColumns()), align, ">"});
        const std::string writable = t.getWritable() ? "Writable" : "";
        if (t.getGroup()) {
          use("tile/grouped_rows");
          rows = joined({"GroupedRows<", rows, ", ", dim(t.getGroup()), ">"});
        }
        if (t.getPage()) {
          use("tile/paged_rows");
          rows = joined({writable, "PagedRows<", rows, ", ", dim(t.getPage()), ">"});
        }
        if (t.getRing() || t.getBeams())
          use("tile/gathered_rows");
        if (t.getRing())
          rows = joined({writable, "CyclicRows<", rows, ", ", dim(t.getRing()), t.getKeep() ? ", " : "",
                         t.getKeep() ? dim(t.getKeep()) : "", ">"});
        return t.getBeams() ? joined({"BeamRows<", rows, ">"}) : rows;
      })
      .Case([&](tile::PointerType t) {
        // A bool tensor has one byte an element.
        std::string pointee = t.getElementType().isInteger(1) ? "unsigned char" : element(t.getElementType());
        return (t.getWritable() ? "" : "const ") + pointee + "*";
      })
      .Case([&](tile::SideType t) {
        use("attn/side_tensor");
        return "SideTensor<" + element(t.getElementType()) + ", " + std::to_string(t.getRank()) + ">";
      })
      .Default([&](Type scalar) { return element(scalar); });
}

std::string Printer::paramsStruct() {
  std::string result;
  llvm::raw_string_ostream out(result);
  out << "struct Params {\n";
  for (auto [index, argument] : llvm::enumerate(kernel.getBody().getArguments())) {
    StringRef name = kernel.argumentName(index);
    out << "  " << type(argument.getType()) << ' ' << name << (Names::reserved(name) ? "_" : "") << ";\n";
  }
  out << "};\n";
  return result;
}
