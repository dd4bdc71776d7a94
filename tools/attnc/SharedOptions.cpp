// SharedOptions.cpp - option texts to structs.
//
// Must not know any verb.
#include "tools/attnc/SharedOptions.h"

#include "tools/attnc/OptionChecks.h"

namespace attnc::cli {
namespace {

/// Splits every "NAME=VALUE" and stores `parse(what, VALUE)`; a name given twice is an error.
template <class T, class Parse>
Status readAssignments(const std::string &option, const std::vector<std::string> &texts, ByName<T> &out,
                       Parse parse) {
  for (const std::string &text : texts) {
    ATTNC_ASSIGN_OR_RETURN(auto assignment, splitAssignment(option, text));
    ATTNC_ASSIGN_OR_RETURN(T value, parse(option + " " + assignment.first, assignment.second));
    if (!out.emplace(assignment.first, std::move(value)).second)
      return Status(Code::InvalidArgument,
                    option + ": expected each name once, got '" + assignment.first + "' twice");
  }
  return Status::success();
}

Result<std::vector<int64_t>> parseList(const std::string &what, const std::string &text) {
  std::vector<int64_t> out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    ATTNC_ASSIGN_OR_RETURN(int64_t value, parseInteger(what, text.substr(at, end - at)));
    out.push_back(value);
    at = end + 1;
  }
  return out;
}

} // namespace

CLI::Option *addRepeated(CLI::App &verb, const std::string &name, std::vector<std::string> &values,
                         const std::string &description) {
  return verb.add_option(name, values, description)->allow_extra_args(false);
}

void addArch(CLI::App &verb, std::string &arch) {
  verb.add_option(
          "--arch", arch,
          "Architecture: sm_75, sm_80, sm_86, sm_89, sm_90, sm_90a, sm_100, sm_120 (default: the GPU's, else "
          "sm_90); sm_90a runs on sm_90 GPUs only")
      ->type_name("ARCH");
}

void addDebug(CLI::App &verb, bool &debug) {
  verb.add_flag("--debug", debug,
                "Build with dumps of every tile's scores, weights, running maxima and sums, and reports "
                "about caches (outputs: [debug])");
}

void addJson(CLI::App &verb, bool &json) { verb.add_flag("--json", json, "Print one JSON document"); }

void JitFlags::addTo(CLI::App &verb) {
  verb.add_flag("--no-cache", noCache, "Neither read nor write the disk cache");
  verb.add_flag("--no-compile", noCompile, "Fail if the kernel is neither in a bundle nor in the disk cache");
  addRepeated(verb, "--bundle", bundles, "Look for the kernel in this bundle first")->type_name("DIR");
  verb.add_flag(
      "--line-info", lineInfo,
      "PTX and cubin say which line an instruction comes from, as for sim always: for ncu; the cubin is "
      "4 to 5 times as large and names this folder");
  verb.add_option("--dump", dump, "Write the IR after each pass, the CUDA text, PTX, cubin and log there")
      ->type_name("DIR");
}

void JitFlags::addPtxOnlyTo(CLI::App &verb) {
  verb.add_flag(
      "--ptx-only", ptxOnly,
      "Leave ptxas out: half the time of a build, and nothing is seen of what it would refuse; for sim");
}

Result<std::shared_ptr<Jit>> JitFlags::create(bool showsLines) const {
  JitOptions options;
  options.ptxOnly = ptxOnly;
  options.lineInfo = lineInfo || showsLines;
  // A dump shows a build; a cached kernel would leave the folder empty.
  options.useDiskCache = !noCache && dump.empty();
  options.allowCompile = !noCompile;
  options.bundles.assign(bundles.begin(), bundles.end());
  options.dumpFolder = dump;
  return Jit::create(std::move(options));
}

void SimFlags::addSeedsTo(CLI::App &verb, const std::string &orders) {
  verb.add_option("--sim-seed", first.seed, "Order in which the simulator runs warps; 0 is program order")
      ->check(integerBetween(0, UINT64_MAX / 2))
      ->capture_default_str();
  verb.add_option("--sim-seeds", seeds, "Runs, each with the next seed (default: " + orders + ")")
      ->check(integerBetween(1, 1000));
}

void SimFlags::addTo(CLI::App &verb) {
  verb.add_option("--sim-threads", first.threads, "Host threads of the simulator; 1 replays exactly")
      ->check(integerBetween(1, 1024))
      ->capture_default_str();
  verb.add_option(
          "--sim-checks", checks,
          "Races, uninitialised reads and copies in flight; off is faster (bounds are always checked)")
      ->check(oneOf({"on", "off"}))
      ->capture_default_str();
  verb.add_option("--sim-limit", first.maxInstructions,
                  "Give a launch up after so many warp instructions; 0 is no limit")
      ->check(integerBetween(0, UINT64_MAX / 2))
      ->capture_default_str();
}

SimOptions SimFlags::run(int index) const {
  SimOptions options = first;
  options.seed += static_cast<uint64_t>(index);
  options.checks = checks == "on";
  return options;
}

void ProblemFlags::addShapesTo(CLI::App &verb) {
  addRepeated(verb, "--dim", dims, "A size: batch=2, q_len=300, kv_len=300")->type_name("NAME=N");
  addRepeated(verb, "--lens", lens, "Lengths of each request: q=3,17,128 or kv=3,40,128")
      ->type_name("NAME=N,N,...");
  addRepeated(verb, "--param", params, "A run-time scalar of the spec's params")->type_name("NAME=VALUE");
}

void ProblemFlags::addTensorsTo(CLI::App &verb) {
  addRepeated(
      verb, "--input", inputs,
      "A tensor from a .npy file: f16, f32 or f64 for a tensor of floats, rounded to its dtype; i8, u8, "
      "i32, i64 or bool for one of integers or bool, if every value fits. Tensors without a file are "
      "random")
      ->type_name("NAME=FILE");
  verb.add_option("--seed", seed, "Seed of the random tensors")
      ->check(integerBetween(0, UINT64_MAX))
      ->capture_default_str();
}

Result<ProblemRequest> ProblemFlags::request() const {
  ProblemRequest out;
  out.seed = seed;
  ATTNC_RETURN_IF_ERROR(readAssignments("--dim", dims, out.dims, parseInteger));
  ATTNC_RETURN_IF_ERROR(readAssignments("--lens", lens, out.lens, parseList));
  ATTNC_RETURN_IF_ERROR(readAssignments("--param", params, out.scalars, parseNumber));
  ATTNC_RETURN_IF_ERROR(
      readAssignments("--input", inputs, out.inputs, [](const std::string &, const std::string &file) {
        return Result<std::filesystem::path>(std::filesystem::path(file));
      }));
  return out;
}

} // namespace attnc::cli
