// Printer.h - tile IR to CUDA text, one print per op. Decides white space; everything else is in the IR.
#pragma once

#include "codegen/cuda/Names.h"
#include "dialect/tile/Tile.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

namespace attnc::codegen {

/// C++ precedence, higher binds tighter.
enum Precedence { kTernary = 1, kOr, kAnd, kEquality, kRelation, kSum, kProduct, kUnary, kPrimary };

/// The parts one after the other. Unlike operands of +, they are evaluated in that order, and so are the
/// constants that they use found.
std::string joined(std::initializer_list<std::string> parts);

/// Prints one kernel. After `print`, `takeBody` has the kernel's text, `headers` what it includes and
/// `intConstants` and `floatConstants` what it expects to be declared before it.
class Printer {
public:
  /// A constexpr at the top of the text.
  struct Constant {
    std::string value;
    std::string place; ///< "spec.yaml:9" where a key of the spec says it, else empty
  };

  explicit Printer(tile::KernelOp kernel);

  mlir::LogicalResult print();

  std::string takeBody() { return std::move(text); }
  const std::set<std::string> &headers() const { return usedHeaders; }
  /// By name, in order of first use; int and float constants apart.
  const llvm::MapVector<llvm::StringRef, Constant> &intConstants() const { return ints; }
  const llvm::MapVector<llvm::StringRef, Constant> &floatConstants() const { return floats; }
  /// Tables of floats by name, as definitions.
  const llvm::MapVector<llvm::StringRef, std::string> &floatTables() const { return tables; }
  /// The parameter struct.
  std::string paramsStruct();

private:
  // Printer.cpp
  mlir::LogicalResult printOp(mlir::Operation &op);
  mlir::LogicalResult printBlock(mlir::Block &block);
  llvm::raw_ostream &line();
  void end(mlir::Operation *op = nullptr);
  std::string place(mlir::Operation *op);
  std::string type(mlir::Type type);
  std::string dim(tile::DimAttr dim);
  std::string groupOf(std::optional<tile::DimAttr> group);
  std::string element(mlir::Type type);
  void use(llvm::StringRef header) { usedHeaders.insert(("attnc/" + header + ".cuh").str()); }

  // PrintWalkOps.cpp
  void print(tile::WalkSpansOp op);
  void print(tile::WalkBlocksOp op);
  mlir::LogicalResult print(tile::ClassifyTilesOp op);

  // PrintRopeOps.cpp
  mlir::LogicalResult print(tile::RopeOp op);
  std::string ropeAngles(tile::RopeOp op);

  // PrintControlOps.cpp
  void print(tile::ExitIfOp op);
  mlir::LogicalResult print(tile::LoopOp op);
  void print(tile::LetOp op);
  void print(tile::SectionOp op);
  void print(tile::YieldOp op);

  // PrintMemoryOps.cpp
  void print(tile::AllocOp op);
  void print(tile::ReuseOp op);
  void print(tile::AdvanceOp op);
  void print(tile::ViewRowsOp op);
  void print(tile::ViewSideOp op);
  mlir::LogicalResult print(tile::CopyAsyncOp op);
  void print(tile::AddRowOp op);
  void print(tile::ScaleRowOp op);
  void print(tile::DequantiseOp op);
  void print(tile::QuantiseOp op);
  void print(tile::QuantiseRowsOp op);
  std::string rowRange(mlir::Value begin, mlir::Value end);
  std::string copiedRows(tile::CopyAsyncOp op);
  void print(tile::InterleaveColumnsOp op);
  void print(tile::CommitOp op);
  void print(tile::WaitOp op);
  void print(tile::SyncOp op);
  void print(tile::StoreSharedOp op);
  void print(tile::StoreRowsOp op);
  void print(tile::StoreFragmentOp op);
  void print(tile::StoreRowValuesOp op);
  void print(tile::StoreMaxOp op);
  void print(tile::DumpOp op);
  void print(tile::StoreConstantOp op);

  // PrintCheckOps.cpp
  std::string check(tile::CheckPagesOp op);
  std::string check(tile::CheckAppendOp op);
  std::string check(tile::CheckBeamsOp op);
  void print(tile::StoreReportOp op);
  std::string placesOf(tile::DimAttr page, tile::DimAttr ring, tile::DimAttr keep);
  std::string at(mlir::Value pointer, mlir::Value position);

  // PrintComputeOps.cpp
  void print(tile::FillOp op);
  void print(tile::MmaAbtOp op);
  void print(tile::MmaAbOp op);
  mlir::LogicalResult print(tile::MapOp op);
  mlir::LogicalResult print(tile::MapRowsOp op);
  void print(tile::OnlineSoftmaxOp op);
  void print(tile::ConvertOp op);
  void print(tile::RestoreColumnsOp op);
  void print(tile::FinishOp op);
  /// The rest of a call whose last argument is a lambda, from behind its opening brace.
  mlir::LogicalResult printBody(mlir::Region &body);
  mlir::LogicalResult printMap(mlir::Operation *op, llvm::StringRef verb, mlir::Value storage,
                               mlir::Region &body);

  // Expressions.cpp
  /// The value as an expression, in parentheses if its operator binds less tightly than `context`.
  std::string expr(mlir::Value value, int context = 0);
  std::string exprOf(mlir::Operation *op, int &precedence);
  std::string list(mlir::ValueRange operands);
  std::string call(llvm::StringRef function, mlir::ValueRange operands);
  std::string infix(mlir::Operation *op, llvm::StringRef symbol, int own);
  std::string floatLiteral(const llvm::APFloat &value);
  std::string tableDefinition(tile::TableOp table);
  /// Reports an op that legalisation should have stopped.
  std::string noPrinter(mlir::Operation *op);

  tile::KernelOp kernel;
  Names names;
  std::string text;
  llvm::raw_string_ostream os;
  int indent = 1;
  bool valid = true; ///< no op without a printer so far
  std::set<std::string> usedHeaders;
  std::string shownPlace; ///< of the statement around what is being printed
  llvm::MapVector<llvm::StringRef, Constant> ints, floats;
  llvm::MapVector<llvm::StringRef, std::string> tables;
};

} // namespace attnc::codegen
