// DumpPasses.cpp - a pass instrumentation that prints modules.
#include "runtime/jit/DumpPasses.h"

#include "runtime/jit/Stopwatch.h"

#include "mlir/Pass/Pass.h"

#include <cstdio>
#include <fstream>

namespace attnc {
namespace {

class Recorder : public mlir::PassInstrumentation {
public:
  explicit Recorder(std::function<void(const PassSnapshot &)> sink) : sink(std::move(sink)) {}

  void runBeforePass(mlir::Pass *, mlir::Operation *) override { watch.restart(); }
  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override { record(pass, op, false); }
  void runAfterPassFailed(mlir::Pass *pass, mlir::Operation *op) override { record(pass, op, true); }

private:
  void record(mlir::Pass *pass, mlir::Operation *op, bool failed) {
    const double milliseconds = watch.milliseconds();
    const llvm::StringRef name = pass->getArgument();
    // Adaptors that run nested pipelines have no name; their passes were recorded one by one.
    if (name.empty())
      return;
    // A pass on a nested op is still easiest to read in its module.
    mlir::Operation *root = op;
    while (mlir::Operation *parent = root->getParentOp())
      root = parent;
    sink({name.str(), irText(root), milliseconds, failed});
  }

  std::function<void(const PassSnapshot &)> sink;
  Stopwatch watch; // passes that have a name do not nest
};

} // namespace

std::string irText(mlir::Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, mlir::OpPrintingFlags().useLocalScope());
  return text + "\n";
}

Status dumpIr(const std::filesystem::path &folder, int number, const PassSnapshot &snapshot) {
  char prefix[16];
  std::snprintf(prefix, sizeof(prefix), "%02d-", number);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path path =
      folder / (prefix + snapshot.name + (snapshot.failed ? "-failed" : "") + ".mlir");
  std::ofstream file(path, std::ios::trunc);
  file << snapshot.text;
  file.close();
  if (!file)
    return Status(Code::IoError, path.string() + ": cannot write the file");
  return Status::success();
}

std::unique_ptr<mlir::PassInstrumentation> afterEachPass(std::function<void(const PassSnapshot &)> sink) {
  return std::make_unique<Recorder>(std::move(sink));
}

} // namespace attnc
