// CompileCommand.cpp - attnc compile: a kernel into the cache, or one of its forms to a file.
//
// Must not run anything.
#include "runtime/core/ProgramJson.h"
#include "runtime/jit/Compile.h"
#include "runtime/jit/Stopwatch.h"
#include "tools/attnc/KernelWarnings.h"
#include "tools/attnc/OptionChecks.h"
#include "tools/attnc/OutputFile.h"
#include "tools/attnc/SharedOptions.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace attnc::cli {
namespace {

struct CompileCommandOptions {
  std::string spec, arch, emit, output;
  JitFlags jit;
  bool json = false;
};

Status writeText(const std::string &path, const std::string &bytes) {
  if (path.empty() || path == "-") {
    std::fwrite(bytes.data(), 1, bytes.size(), stdout); // main looks at the stream's state
    return Status::success();
  }
  return writeOutputFile(path, bytes);
}

nlohmann::json kernelJson(const Kernel &kernel, const JitReport &report,
                          const std::vector<std::string> &warnings) {
  nlohmann::json kernels = nlohmann::json::array();
  for (const KernelResources &item : kernel.image().resources)
    kernels.push_back({{"symbol", item.kernel},
                       {"registers", item.registers},
                       {"spill_store_bytes", item.spillStoreBytes},
                       {"spill_load_bytes", item.spillLoadBytes},
                       {"stack_bytes", item.stackBytes},
                       {"static_shared_bytes", item.staticSharedBytes}});
  for (size_t i = 0; i < kernels.size() && i < kernel.program().launches.size(); ++i)
    kernels[i]["dynamic_shared_bytes"] = kernel.program().launches[i].dynamicSharedBytes;
  return {{"ok", true},
          {"name", kernel.program().name},
          {"arch", kernel.program().target.name()},
          {"source", sourceName(report.source)},
          {"compiler", kernel.image().compilerVersion},
          {"cubin_bytes", kernel.image().cubin.size()},
          {"kernels", std::move(kernels)},
          {"warnings", warnings},
          {"program", nlohmann::json::parse(programToJson(kernel.program()), nullptr, false)},
          {"times_ms",
           {{"read", report.readMs},
            {"spec_to_cuda", report.compileMs},
            {"nvrtc", report.nvrtcMs},
            {"cache", report.cacheMs}}}};
}

void printKernel(const Kernel &kernel, const JitReport &report) {
  std::printf("%s for %s: %s, %zu bytes of cubin (%s)\n", kernel.program().name.c_str(),
              kernel.program().target.name().c_str(), std::string(sourceName(report.source)).c_str(),
              kernel.image().cubin.size(), kernel.image().compilerVersion.c_str());
  for (const KernelResources &item : kernel.image().resources)
    std::printf("  %s: %d registers, %d + %d bytes spilled\n", item.kernel.c_str(), item.registers,
                item.spillStoreBytes, item.spillLoadBytes);
  std::printf("  read %.1f ms, spec to CUDA %.1f ms, NVRTC %.1f ms, cache %.1f ms\n", report.readMs,
              report.compileMs, report.nvrtcMs, report.cacheMs);
}

Status compileSpec(const CompileCommandOptions &options) {
  if (options.emit.empty() && !options.output.empty())
    return Status(Code::InvalidArgument, "-o: expected --emit with it, got none");
  if (options.json && !options.emit.empty() && (options.output.empty() || options.output == "-"))
    return Status(Code::InvalidArgument,
                  "--json: expected -o FILE beside --emit, as both go to standard output");
  const bool plain = options.jit.dump.empty() && options.jit.bundles.empty() && !options.jit.noCompile;
  if (!plain && (options.emit == "attn" || options.emit == "tile"))
    return Status(Code::InvalidArgument,
                  "--emit " + options.emit +
                      ": expected no --dump, --bundle or --no-compile with it, as IR is always made anew");
  ATTNC_ASSIGN_OR_RETURN(Target target, chooseTarget(options.arch));
  if (options.emit == "attn" || options.emit == "tile") {
    ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(options.spec));
    ATTNC_ASSIGN_OR_RETURN(std::string text,
                           compileToIr(spec, target, options.emit == "attn" ? IrStage::Attn : IrStage::Tile));
    ATTNC_RETURN_IF_ERROR(writeText(options.output, text));
    if (options.json)
      printJson(
          {{"ok", true}, {"name", spec.name.value}, {"arch", target.name()}, {"output", options.output}});
    return Status::success();
  }
  if (options.emit == "cuda" && plain) {
    // The text needs no NVRTC, so it can be had on a machine without one.
    ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(options.spec));
    ATTNC_ASSIGN_OR_RETURN(Program program, compileToProgram(spec, target));
    ATTNC_RETURN_IF_ERROR(writeText(options.output, program.text));
    if (options.json)
      printJson({{"ok", true}, {"name", program.name}, {"arch", target.name()}, {"output", options.output}});
    return Status::success();
  }
  if (options.emit == "cubin" && (options.output.empty() || options.output == "-") && isatty(STDOUT_FILENO))
    return Status(Code::InvalidArgument, "--emit cubin: expected -o FILE or a pipe, got a terminal");
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, options.jit.create());
  JitReport report;
  Stopwatch watch;
  ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(options.spec));
  const double readMs = watch.milliseconds();
  ATTNC_ASSIGN_OR_RETURN(Kernel kernel, jit->compile(spec, target, &report));
  report.readMs = readMs;
  const std::vector<std::string> warnings = kernelWarnings(kernel.image(), spec);
  printWarnings(warnings);
  if (!options.emit.empty())
    ATTNC_RETURN_IF_ERROR(writeText(options.output, options.emit == "ptx"    ? kernel.image().ptx
                                                    : options.emit == "cuda" ? kernel.program().text
                                                                             : kernel.image().cubin));
  if (options.json)
    printJson(kernelJson(kernel, report, warnings));
  else if (options.emit.empty())
    printKernel(kernel, report);
  return Status::success();
}

} // namespace

void addCompileCommand(CLI::App &app, Action &action) {
  CLI::App *verb =
      addVerb(app, "compile", "Compile a spec, or show what it becomes",
              {"attnc compile specs/catalog/llama3-prefill.yaml",
               "attnc compile specs/catalog/llama3-prefill.yaml --emit cuda",
               "attnc compile specs/catalog/gemma2-prefill.yaml --arch sm_80 --emit cubin -o gemma2.cubin",
               "attnc compile spec.yaml --dump out    IR after each pass, CUDA text, PTX, log"});
  auto options = std::make_shared<CompileCommandOptions>();
  verb->add_option("SPEC", options->spec, "The spec (YAML)")->required();
  addArch(*verb, options->arch);
  verb->add_option("--emit", options->emit, "What to write instead of a summary: IR, text or machine code")
      ->check(oneOf({"attn", "tile", "cuda", "ptx", "cubin"}));
  verb->add_option("-o,--output", options->output, "Where to write it (default: standard output)")
      ->type_name("FILE");
  options->jit.addTo(*verb);
  addJson(*verb, options->json);
  verb->callback([options, &action] {
    action = [options]() -> int {
      Status status = compileSpec(*options);
      return status.ok() ? kOk : report(status, options->json);
    };
  });
}

} // namespace attnc::cli
