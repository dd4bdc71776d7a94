// ExplainCommand.cpp - attnc explain: why this schedule, what the mask proof found, what ptxas said.
//
// Must not decide or prove anything: it shows what the compiler recorded.
#include "runtime/jit/MaskReport.h"
#include "tools/attnc/KernelWarnings.h"
#include "tools/attnc/SharedOptions.h"

#include <nlohmann/json.hpp>

namespace attnc::cli {
namespace {

struct ExplainOptions {
  std::string spec, arch;
  ProblemFlags problem;
  JitFlags jit;
  bool json = false;
};

/// Everything as one JSON document; a dotted key is a path in it.
struct Explanation {
  nlohmann::json all = nlohmann::json::object();
  std::vector<std::string> warnings;

  void set(const std::string &key, nlohmann::json value) {
    std::string path = "/" + key;
    std::replace(path.begin(), path.end(), '.', '/');
    all[nlohmann::json::json_pointer(path)] = std::move(value);
  }
};

int remarkInteger(const Program &program, std::string_view key) {
  for (const Remark &remark : program.remarks)
    if (remark.key == key)
      if (nlohmann::json value = nlohmann::json::parse(remark.value, nullptr, false);
          value.is_number_integer())
        return value.get<int>();
  return 0;
}

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
      }
    kernels.push_back(std::move(item));
  }
  out.set("kernels", std::move(kernels));
}

void addMask(const MaskReport &report, bool counted, Explanation &out) {
  out.set("mask.exact", report.exact);
  out.set("mask.visit", report.visit);
  out.set("mask.full", report.full);
  out.set("mask.unknown", report.unknown);
  out.set("mask.reads", report.reads);
  if (!counted)
    return;
  out.set("mask.tiles.visited", report.tiles.visited);
  out.set("mask.tiles.full", report.tiles.full);
  out.set("mask.tiles.partial", report.tiles.partial);
  out.set("mask.tiles.empty", report.tiles.empty);
  out.set("mask.tiles.heads", report.tiles.heads);
}

Result<Explanation> explain(const ExplainOptions &options) {
  ATTNC_ASSIGN_OR_RETURN(ProblemRequest request, options.problem.request());
  const bool counted = !request.dims.empty() || !request.lens.empty();
  ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(options.spec));
  ATTNC_ASSIGN_OR_RETURN(Target target, chooseTarget(options.arch));
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, options.jit.create());
  ATTNC_ASSIGN_OR_RETURN(Kernel kernel, jit->compile(spec, target));
  const Program &program = kernel.program();
  ATTNC_RETURN_IF_ERROR(checkNames(program, request));
  if (!counted && !request.scalars.empty())
    return Status(Code::InvalidArgument,
                  "--param: expected --dim or --lens with it to count tiles, got none");

  Explanation out;
  out.warnings = kernelWarnings(kernel.image(), spec);
  out.set("warnings", out.warnings);
  out.set("ok", true);
  out.set("name", program.name);
  out.set("arch", program.target.name());
  for (const Remark &remark : program.remarks)
    out.set(remark.key, nlohmann::json::parse(remark.value, nullptr, false));
  addResources(kernel, out);

  MaskQuestion question{
      remarkInteger(program, "schedule.tile_q"), remarkInteger(program, "schedule.tile_kv"), {}, {}};
  if (counted) {
    if (question.tileQ <= 0 || question.tileKv <= 0)
      return Status(Code::Internal, "expected the remarks schedule.tile_q and schedule.tile_kv, got none");
    ATTNC_ASSIGN_OR_RETURN(Problem problem, makeShapes(program, std::move(request)));
    question.requests = requestLengths(problem);
    question.scalars.insert(problem.scalars.begin(), problem.scalars.end());
    out.set("dims", problem.dims);
  }
  ATTNC_ASSIGN_OR_RETURN(MaskReport mask, reportMask(spec, target, question));
  addMask(mask, counted, out);
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
    std::printf("  %-14s %s\n", key.c_str(), valueText(value).c_str());
}

void printMask(const nlohmann::json &mask) {
  std::printf("mask\n");
  for (const auto &range : mask["visit"])
    std::printf("  visible only   %s\n", valueText(range).c_str());
  const std::string full = mask["full"];
  std::printf("  all visible    %s\n",
              full.empty() ? "nothing proved: every visited tile runs mask code" : full.c_str());
  std::printf("  proof          %s\n",
              mask["exact"] ? "exact: every term proved" : "partial: some terms are tested per element");
  for (const auto &term : mask["unknown"])
    std::printf("  not proved     %s\n", valueText(term).c_str());
  for (const auto &read : mask["reads"])
    std::printf("  depends on     %s (tiles below are counted for half of the keys)\n", valueText(read).c_str());
  if (!mask.contains("tiles")) {
    std::printf("  tiles          give --dim or --lens to count them\n");
    return;
  }
  const auto &tiles = mask["tiles"];
  const int64_t visited = tiles["visited"], empty = tiles["empty"], total = visited + empty;
  auto percent = [&](const char *key) { return total ? 100.0 * tiles[key].get<int64_t>() / total : 0.0; };
  std::printf("  tiles          %lld per %s: %.1f %% without mask code, %.1f %% with, %.1f %% skipped\n",
              static_cast<long long>(total), tiles["heads"] == 1 ? "query head" : "batch and all heads",
              percent("full"), percent("partial"), percent("empty"));
}

void print(const nlohmann::json &all) {
  std::printf("%s for %s\n", valueText(all["name"]).c_str(), valueText(all["arch"]).c_str());
  printSection(all, "schedule");
  printMask(all["mask"]);
  std::printf("kernels\n");
  for (const auto &kernel : all["kernels"]) {
    std::printf("  %s: grid (%s, %s, %s), %d threads\n", valueText(kernel["symbol"]).c_str(),
                valueText(kernel["grid"][0]).c_str(), valueText(kernel["grid"][1]).c_str(),
                valueText(kernel["grid"][2]).c_str(), kernel["threads"].get<int>());
    std::printf("    shared memory %d of %d bytes\n", kernel["dynamic_shared_bytes"].get<int>(),
                kernel["shared_limit_bytes"].get<int>());
    if (kernel.contains("registers"))
      std::printf("    registers %d, spilled %d + %d bytes, stack %d bytes\n", kernel["registers"].get<int>(),
                  kernel["spill_store_bytes"].get<int>(), kernel["spill_load_bytes"].get<int>(),
                  kernel["stack_bytes"].get<int>());
  }
}

} // namespace

void addExplainCommand(CLI::App &app, Action &action) {
  CLI::App *verb =
      addVerb(app, "explain", "Why this schedule, what the mask proof found, registers and spills",
              {"attnc explain specs/catalog/gemma2-prefill.yaml",
               "attnc explain specs/catalog/gemma2-prefill.yaml --dim q_len=8192 --dim kv_len=8192",
               "attnc explain specs/catalog/llama3-prefill.yaml --lens q=100,7 --lens kv=900,7 --json"});
  auto options = std::make_shared<ExplainOptions>();
  verb->add_option("SPEC", options->spec, "The spec (YAML)")->required();
  addArch(*verb, options->arch);
  options->problem.addShapesTo(*verb);
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
        print(result->all);
      return kOk;
    };
  });
}

} // namespace attnc::cli
