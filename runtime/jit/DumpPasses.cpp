// DumpPasses.cpp - a pass instrumentation that prints modules.
//
// Must not print locations: the text is for reading.
#include "runtime/jit/DumpPasses.h"

#include "mlir/Pass/Pass.h"

#include <cstdio>
#include <fstream>

namespace attnc {
namespace {

class Dumper : public mlir::PassInstrumentation {
public:
  explicit Dumper(std::filesystem::path folder) : folder(std::move(folder)) {}

  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override { write(pass, op, ""); }
  void runAfterPassFailed(mlir::Pass *pass, mlir::Operation *op) override { write(pass, op, "-failed"); }

private:
  void write(mlir::Pass *pass, mlir::Operation *op, std::string_view suffix) {
    const llvm::StringRef name = pass->getArgument();
    // Adaptors that run nested pipelines have no name; their passes were dumped one by one.
    if (name.empty())
      return;
    // A pass on a nested op is still easiest to read in its module.
    mlir::Operation *root = op;
    while (mlir::Operation *parent = root->getParentOp())
      root = parent;
    (void)dumpIr(folder, ++count, name.str() + std::string(suffix), root);
  }

  std::filesystem::path folder;
  int count = 0;
};

} // namespace

Status dumpIr(const std::filesystem::path &folder, int number, std::string_view name, mlir::Operation *op) {
  char prefix[16];
  std::snprintf(prefix, sizeof(prefix), "%02d-", number);
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, mlir::OpPrintingFlags().useLocalScope());
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path path = folder / (prefix + std::string(name) + ".mlir");
  std::ofstream file(path, std::ios::trunc);
  file << text << '\n';
  file.close();
  if (!file)
    return Status(Code::IoError, path.string() + ": cannot write the file");
  return Status::success();
}

std::unique_ptr<mlir::PassInstrumentation> dumpAfterEachPass(std::filesystem::path folder) {
  return std::make_unique<Dumper>(std::move(folder));
}

} // namespace attnc
