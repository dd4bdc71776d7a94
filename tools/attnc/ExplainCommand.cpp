// ExplainCommand.cpp - attnc explain: why this schedule, what the mask proof found, what ptxas said.
//
// Must not decide or prove anything: it shows what the compiler recorded.
#include "runtime/jit/Compile.h"
#include "tools/attnc/ExplainMask.h"
#include "tools/attnc/ExplainRoofline.h"
#include "tools/attnc/KernelWarnings.h"
#include "tools/attnc/Occupancy.h"
#include "tools/attnc/OptionChecks.h"
#include "tools/attnc/OutputFile.h"
#include "tools/attnc/Remarks.h"
#include "tools/attnc/SharedOptions.h"
#include "tools/attnc/TracePage.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace attnc::cli {
namespace {

struct ExplainOptions {
  std::string spec, arch;
  ProblemFlags problem;
  MaskFlags mask;
  JitFlags jit;
  std::string trace;
  bool json = false;
};

/// Everything as one JSON document; a dotted key is a path in it.
struct Explanation {
  nlohmann::json all = nlohmann::json::object();
  std::vector<std::string> warnings;
  std::optional<MaskExplanation> mask; ///< nothing where nothing attends

  void set(const std::string &key, nlohmann::json value) {
    std::string path = "/" + key;
    std::replace(path.begin(), path.end(), '.', '/');
    all[nlohmann::json::json_pointer(path)] = std::move(value);
  }
};

void addResources(const Kernel &kernel, Explanation &out) {
  const Program &program = kernel.program();
  nlohmann::json kernels = nlohmann::json::array();
  for (const Launch &launch : program.launches) {
    nlohmann::json item = {{"symbol", launch.kernel},
                           {"threads", launch.threads},
                           {"dynamic_shared_bytes", launch.dynamicSharedBytes},
                           {"shared_limit_bytes", program.target.sharedBytesPerBlock},
                           {"grid", {launch.grid[0].text, launch.grid[1].text, launch.grid[2].text}}};
    for (const KernelResources &found : kernel.image().resources)
      if (found.kernel == launch.kernel) {
        item["registers"] = found.registers;
        item["spill_store_bytes"] = found.spillStoreBytes;
        item["spill_load_bytes"] = found.spillLoadBytes;
        item["stack_bytes"] = found.stackBytes;
        item["static_shared_bytes"] = found.staticSharedBytes;
        const Occupancy occupancy = occupancyOf(
            {launch.threads, found.registers, launch.dynamicSharedBytes + found.staticSharedBytes},
            program.target);
        item["occupancy"] = {{"blocks_per_sm", occupancy.blocks},
                             {"warps_per_sm", occupancy.warps},
                             {"most_warps_per_sm", occupancy.mostWarps},
                             {"limited_by", occupancy.limitedBy}};
      }
    kernels.push_back(std::move(item));
  }
  out.set("kernels", std::move(kernels));
}

/// Of the kernel with the tiles; 1 if ptxas said nothing of it.
int64_t blocksPerSm(const Explanation &explanation) {
  const nlohmann::json &kernel = explanation.all["kernels"].back();
  return kernel.contains("occupancy") ? kernel["occupancy"]["blocks_per_sm"].get<int64_t>() : 1;
}

/// Writes the page also for a spec that the compiler refuses: the caller meets the error again.
Status writeTrace(const std::filesystem::path &folder, const Spec &spec, const Target &target) {
  TracePage page;
  page.title = spec.name.value + " for " + target.name();
  page.spec = specText(spec);
  CompileOptions options;
  options.trace = &page.passes;
  if (Result<Program> program = compileToProgram(spec, target, options); program.ok())
    page.cuda = program->text;
  else
    page.error = renderDiagnostic(program.status());
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return Status(Code::IoError,
                  "--trace: " + folder.string() + ": cannot make the folder: " + error.message());
  return writeOutputFile(folder / "index.html", tracePageHtml(page));
}

/// The mask and what follows from it: a kernel that only appends has none.
Status explainMask(const ExplainOptions &options, const Spec &spec, const Program &program,
                   ProblemRequest request, Explanation &out) {
  if (spec.phase.value == Phase::Append) {
    if (options.mask.picture || !options.mask.svg.empty())
      return Status(Code::InvalidArgument, std::string(options.mask.picture ? "--picture" : "--mask") +
                                               ": expected a kernel that attends, got one that only appends");
    return Status::success();
  }
  const bool scalarsGiven = !request.scalars.empty();
  ATTNC_ASSIGN_OR_RETURN(out.mask,
                         MaskExplanation::create(spec, program, std::move(request),
                                                 remarkInteger(program, "schedule.tile_q"),
                                                 remarkInteger(program, "schedule.tile_kv"), options.mask));
  if (!out.mask->counted() && scalarsGiven)
    return Status(Code::InvalidArgument,
                  "--param: expected --dim or --lens with it to count tiles, got none");
  return Status::success();
}

Result<Explanation> explain(const ExplainOptions &options) {
  if (options.json && options.mask.picture)
    return Status(Code::InvalidArgument,
                  "--picture: expected no --json with it, got both; --mask FILE.svg goes with --json");
  ATTNC_ASSIGN_OR_RETURN(ProblemRequest request, options.problem.request());
  ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(options.spec));
  ATTNC_ASSIGN_OR_RETURN(Target target, chooseTarget(options.arch));
  if (!options.trace.empty())
    ATTNC_RETURN_IF_ERROR(writeTrace(options.trace, spec, target));
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, options.jit.create());
  ATTNC_ASSIGN_OR_RETURN(Kernel kernel, jit->compile(spec, target));
  const Program &program = kernel.program();
  ATTNC_RETURN_IF_ERROR(checkNames(program, request));

  Explanation out;
  ATTNC_RETURN_IF_ERROR(explainMask(options, spec, program, std::move(request), out));
  out.warnings = kernelWarnings(kernel.image(), spec);
  out.set("warnings", out.warnings);
  out.set("ok", true);
  out.set("name", program.name);
  out.set("arch", program.target.name());
  for (const Remark &remark : program.remarks)
    out.set(remark.key, nlohmann::json::parse(remark.value, nullptr, false));
  if (!options.trace.empty())
    out.set("trace", (std::filesystem::path(options.trace) / "index.html").string());
  addResources(kernel, out);
  if (!out.mask)
    return out;
  if (const Problem *shapes = out.mask->shapes())
    out.set("dims", shapes->dims);
  out.set("mask", out.mask->json());
  const bool plain = std::any_of(program.remarks.begin(), program.remarks.end(), [](const Remark &remark) {
    return remark.key == "schedule.mma" && remark.value == "\"plain\"";
  });
  if (out.mask->counted() && plain) {
    out.set("roofline",
            {{"not_predicted", "the rates here are those of tensor cores, and this kernel uses none"}});
  } else if (out.mask->counted()) {
    ATTNC_ASSIGN_OR_RETURN(nlohmann::json roofline,
                           rooflineJson(spec, program, *out.mask, remarkInteger(program, "schedule.tile_q"),
                                        remarkInteger(program, "schedule.tile_kv"), blocksPerSm(out)));
    out.set("roofline", std::move(roofline));
  }
  ATTNC_RETURN_IF_ERROR(out.mask->writeSvg());
  return out;
}

std::string valueText(const nlohmann::json &value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void printSection(const nlohmann::json &all, const char *section) {
  if (!all.contains(section) || !all[section].is_object())
    return;
  std::printf("%s\n", section);
  for (const auto &[key, value] : all[section].items())
    if (key == "alternatives")
      for (const auto &alternative : value)
        std::printf("  %-14s %s\n", "not taken", valueText(alternative).c_str());
    else if (!value.is_object()) // else of a kernel that prepares for this one; --json has it
      std::printf("  %-14s %s\n", key.c_str(), valueText(value).c_str());
}

void print(const Explanation &explanation) {
  const nlohmann::json &all = explanation.all;
  std::printf("%s for %s\n", valueText(all["name"]).c_str(), valueText(all["arch"]).c_str());
  printSection(all, "schedule");
  if (explanation.mask)
    explanation.mask->print();
  std::printf("kernels\n");
  for (const auto &kernel : all["kernels"]) {
    std::printf("  %s: grid (%s, %s, %s), %d threads\n", valueText(kernel["symbol"]).c_str(),
                valueText(kernel["grid"][0]).c_str(), valueText(kernel["grid"][1]).c_str(),
                valueText(kernel["grid"][2]).c_str(), kernel["threads"].get<int>());
    std::printf("    shared memory %d of %d bytes\n", kernel["dynamic_shared_bytes"].get<int>(),
                kernel["shared_limit_bytes"].get<int>());
    if (!kernel.contains("registers"))
      continue;
    std::printf("    registers %d, spilled %d + %d bytes, stack %d bytes\n", kernel["registers"].get<int>(),
                kernel["spill_store_bytes"].get<int>(), kernel["spill_load_bytes"].get<int>(),
                kernel["stack_bytes"].get<int>());
    const nlohmann::json &occupancy = kernel["occupancy"];
    std::printf("    occupancy %d blocks an SM, limited by %s: %d of %d warps\n",
                occupancy["blocks_per_sm"].get<int>(), valueText(occupancy["limited_by"]).c_str(),
                occupancy["warps_per_sm"].get<int>(), occupancy["most_warps_per_sm"].get<int>());
  }
  if (all.contains("roofline"))
    printRoofline(all["roofline"]);
  if (all.contains("trace"))
    std::printf("trace %s\n", valueText(all["trace"]).c_str());
  if (explanation.mask)
    explanation.mask->printPicture();
}

} // namespace

void addExplainCommand(CLI::App &app, Action &action) {
  CLI::App *verb = addVerb(
      app, "explain",
      "Why this schedule, what the mask proof found, registers, occupancy and a predicted roofline",
      {"attnc explain specs/catalog/gemma2-prefill.yaml",
       "attnc explain specs/catalog/gemma2-prefill.yaml --dim q_len=8192 --dim kv_len=8192",
       "attnc explain specs/catalog/llama3-prefill.yaml --lens q=100,7 --lens kv=900,7 --json",
       "attnc explain specs/catalog/streaming-llm.yaml --dim q_len=2048 --dim kv_len=2048 --mask mask.svg",
       "attnc explain spec.yaml --input ids=ids.npy --lens q=300 --lens kv=300 --picture",
       "attnc explain specs/catalog/llama3-prefill.yaml --trace out    then open out/index.html"});
  auto options = std::make_shared<ExplainOptions>();
  verb->add_option("SPEC", options->spec, "The spec (YAML)")->required();
  addArch(*verb, options->arch);
  options->problem.addShapesTo(*verb);
  options->problem.addTensorsTo(*verb);
  verb->add_option("--mask", options->mask.svg,
                   "Draw the mask and its tiles: skipped, full, partial, visible pairs, proved bounds")
      ->type_name("FILE.svg");
  verb->add_flag("--picture", options->mask.picture, "The same with characters, after everything else");
  verb->add_option("--request", options->mask.request, "Request of the picture (default: 0)")
      ->check(integerBetween(0, INT32_MAX));
  verb->add_option("--head", options->mask.head, "Query head of the picture (default: 0)")
      ->check(integerBetween(0, INT32_MAX));
  verb->add_option("--trace", options->trace,
                   "Write index.html there: the IR after each pass and what the pass changed, the CUDA text, "
                   "times; also for a spec that a pass refuses")
      ->type_name("DIR");
  options->jit.addTo(*verb);
  addJson(*verb, options->json);
  verb->callback([options, &action] {
    action = [options]() -> int {
      Result<Explanation> result = explain(*options);
      if (!result.ok())
        return report(result.status(), options->json);
      printWarnings(result->warnings);
      if (options->json)
        printJson(result->all);
      else
        print(*result);
      return kOk;
    };
  });
}

} // namespace attnc::cli
