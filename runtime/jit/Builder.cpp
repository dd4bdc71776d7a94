// Builder.cpp - the compiler and NVRTC, one after the other, each timed.
//
// Must not hide a failure to dump: whoever asks for a dump wants to read it.
#include "runtime/jit/Builder.h"

#include "runtime/core/Digest.h"
#include "runtime/jit/Compile.h"
#include "runtime/jit/Stopwatch.h"

#include <fstream>

namespace attnc {
namespace {

constexpr const char *kSpecDigestRemark = "spec.digest";

Status writeFile(const std::filesystem::path &path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file ? Status::success() : Status(Code::IoError, path.string() + ": cannot write the file");
}

} // namespace

std::string specDigest(std::string_view canonicalText) { return sha256Hex(canonicalText); }

std::string specDigestOf(const Program &program) {
  for (const Remark &remark : program.remarks)
    if (remark.key == kSpecDigestRemark && remark.value.size() > 2)
      return remark.value.substr(1, remark.value.size() - 2); // JSON text: quoted
  return "";
}

void setSpecDigest(Program &program, const std::string &digest) {
  std::erase_if(program.remarks, [](const Remark &remark) { return remark.key == kSpecDigestRemark; });
  program.remarks.push_back({kSpecDigestRemark, "\"" + digest + "\""});
}

Result<std::shared_ptr<Nvrtc>> Builder::compiler() {
  std::lock_guard guard(mutex);
  if (!nvrtc) {
    ATTNC_ASSIGN_OR_RETURN(nvrtc, Nvrtc::open());
  }
  return nvrtc;
}

Result<Build> Builder::emit(const Request &request, JitReport &report) {
  Build build;
  CompileOptions options;
  if (!dumpFolder.empty()) {
    build.dump =
        dumpFolder / (request.spec.name.value + "-" + request.target.name() + "-" + request.key.substr(0, 8));
    std::error_code error;
    std::filesystem::create_directories(build.dump, error);
    ATTNC_RETURN_IF_ERROR(writeFile(build.dump / "spec.yaml", request.text));
    options.dumpFolder = build.dump;
  }
  Stopwatch watch;
  ATTNC_ASSIGN_OR_RETURN(build.program, compileToProgram(request.spec, request.target, options));
  report.compileMs = watch.milliseconds();
  setSpecDigest(build.program, request.specDigest);
  if (!build.dump.empty())
    ATTNC_RETURN_IF_ERROR(writeFile(build.dump / "kernel.cu", build.program.text));
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Nvrtc> compiler, this->compiler());
  build.contentKey = contentKey(build.program, *compiler, nvrtcOptions);
  return build;
}

Result<Image> Builder::assemble(const Request &request, Build build, JitReport &report) {
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Nvrtc> compiler, this->compiler());
  Stopwatch watch;
  Result<Image> image = compiler->compile(build.program, nvrtcOptions);
  report.nvrtcMs = watch.milliseconds();
  if (!build.dump.empty()) {
    ATTNC_RETURN_IF_ERROR(
        writeFile(build.dump / "nvrtc.log", image.ok() ? image->log : image.status().message()));
    if (image.ok()) {
      ATTNC_RETURN_IF_ERROR(writeFile(build.dump / "kernel.ptx", image->ptx));
      if (!image->cubin.empty())
        ATTNC_RETURN_IF_ERROR(writeFile(build.dump / "kernel.cubin", image->cubin));
    }
  }
  return image;
}

} // namespace attnc
