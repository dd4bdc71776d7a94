// Names.h - value to name, decided before the first character is printed. Prints nothing.
#pragma once

#include "dialect/tile/Tile.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"

namespace attnc::codegen {

/// Names of everything that a kernel declares. A name hint comes from the op; a clash within the scope, or
/// with a C++ keyword or a word of the device library, appends a number.
class Names {
public:
  explicit Names(tile::KernelOp kernel);

  /// The declared name of a value; empty for values that are printed as expressions.
  llvm::StringRef of(mlir::Value value) const;
  /// Is `word` a C++ keyword, or a name that generated text must not declare?
  static bool reserved(llvm::StringRef word);

private:
  void scope(mlir::Block &block, llvm::StringSet<> used);
  void declare(mlir::Value value, llvm::StringRef hint, llvm::StringSet<> &used);

  llvm::DenseMap<mlir::Value, std::string> names;
};

} // namespace attnc::codegen
