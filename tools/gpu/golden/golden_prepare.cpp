// golden_prepare.cpp - on a build machine: the probes of every architecture, compiled by NVRTC, into a
// folder.
//
// usage: golden_prepare FOLDER     Must not run any kernel.
#include "runtime/nvrtc/NvrtcCompiler.h"
#include "tools/gpu/golden/Probes.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace attnc;

static Status write(const std::filesystem::path &path, const std::string &bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file ? Status::success() : Status(Code::IoError, path.string() + ": cannot write the file");
}

static Status prepare(const std::filesystem::path &folder) {
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Nvrtc> nvrtc, Nvrtc::open());
  for (const Target &target : Target::all()) {
    if (target.archSpecific) // the plain one runs there too
      continue;
    Program program;
    program.name = "probes";
    program.target = target;
    program.text = golden::probesAsCuda(target);
    ATTNC_ASSIGN_OR_RETURN(Image image, nvrtc->compile(program));
    std::error_code error;
    std::filesystem::create_directories(folder / target.name(), error);
    ATTNC_RETURN_IF_ERROR(write(folder / target.name() / "probes.cubin", image.cubin));
    ATTNC_RETURN_IF_ERROR(write(folder / target.name() / "probes.ptx", image.ptx));
    std::printf("%s: %zu bytes of cubin\n", target.name().c_str(), image.cubin.size());
  }
  return Status::success();
}

int main(int argc, char **argv) {
  if (argc != 2)
    return std::fprintf(stderr, "usage: golden_prepare FOLDER\n"), 2;
  if (const Status status = prepare(argv[1]); !status.ok())
    return std::fprintf(stderr, "golden_prepare: %s\n", status.str().c_str()), 1;
  return 0;
}
