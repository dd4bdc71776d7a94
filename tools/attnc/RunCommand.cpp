// RunCommand.cpp - attnc run: one kernel, real tensors, any device.
//
// Must not know layouts: the program's signature says what is needed.
#include "runtime/jit/Compile.h"
#include "runtime/jit/Stopwatch.h"
#include "tools/attnc/Execute.h"
#include "tools/attnc/InPlaceContent.h"
#include "tools/attnc/Npy.h"
#include "tools/attnc/OptionChecks.h"
#include "tools/attnc/PageReport.h"
#include "tools/attnc/SharedOptions.h"
#include "tools/attnc/Verdict.h"

#include <nlohmann/json.hpp>

#include <set>

namespace attnc::cli {
namespace {

struct RunOptions {
  std::string spec, arch, device = "auto";
  ProblemFlags problem;
  JitFlags jit;
  SimFlags sim;
  std::vector<std::string> outputs;
  bool check = false, debug = false, counters = false, json = false;
  bool uncheckedTables = false;
};

/// One run, step by step; what it learns is what is printed.
class Runner {
public:
  explicit Runner(const RunOptions &options) : options(options) {}

  Status run() {
    Stopwatch watch;
    ATTNC_ASSIGN_OR_RETURN(spec, readSpec(options.spec));
    spec.outputs.debug |= options.debug;
    times["read"] = watch.milliseconds();
    ATTNC_RETURN_IF_ERROR(openTarget());
    ATTNC_RETURN_IF_ERROR(kind == DeviceKind::Reference ? compileForReference() : compileForDevice());
    ATTNC_RETURN_IF_ERROR(checkOutputNames());
    watch.restart();
    ATTNC_ASSIGN_OR_RETURN(ProblemRequest request, options.problem.request());
    ATTNC_RETURN_IF_ERROR(checkUnchecked());
    request.checkTables = !options.uncheckedTables;
    ATTNC_ASSIGN_OR_RETURN(problem, makeProblem(program(), request));
    times["inputs"] = watch.milliseconds();
    ATTNC_RETURN_IF_ERROR(kind == DeviceKind::Reference ? runReference() : runDevice());
    return writeOutputs();
  }

  bool passed() const { return !comparison || judge(*comparison, problem) == Verdict::Passed; }

  void print() const {
    std::printf("%s on %s (%s)\n", program().name.c_str(), deviceName.c_str(), target.name().c_str());
    if (kernel)
      std::printf("  kernel   %s, %.1f ms\n", std::string(sourceName(report.source)).c_str(),
                  times.at("compile"));
    std::printf("  inputs   %.1f ms\n  run      %.3f ms\n", times.at("inputs"), times.at("run"));
    for (const auto &[name, path] : written)
      std::printf("  wrote    %s %s to %s\n", name.c_str(),
                  shapeText(problem.tensors.find(name)->second.shape).c_str(), path.c_str());
    if (options.counters)
      std::printf("  counters %s\n", counters.c_str());
    if (!comparison)
      return;
    const Verdict verdict = judge(*comparison, problem);
    const std::string orders = deviceName != "sim" ? ""
                               : seedsRun == 1     ? ", 1 order of warps"
                                                   : ", " + std::to_string(seedsRun) + " orders of warps";
    std::printf("  check    %.1f ms%s, %s\n", times.at("check"), orders.c_str(),
                verdict == Verdict::Failed ? "FAILED" : std::string(verdictName(verdict)).c_str());
    for (const TensorComparison &tensor : comparison->tensors)
      std::printf("           %s\n", comparisonText(tensor).c_str());
    if (!passed())
      std::printf("%s", verdictStatus(*comparison, problem).message().c_str());
  }

  nlohmann::json json() const {
    nlohmann::json out = {{"ok", passed()},
                          {"name", program().name},
                          {"device", deviceName},
                          {"arch", target.name()},
                          {"dims", problem.dims},
                          {"lens", problem.lens},
                          {"scalars", problem.scalars},
                          {"times_ms", times},
                          {"outputs", written}};
    if (kernel)
      out["source"] = sourceName(report.source);
    if (deviceName == "sim")
      out["sim_runs"] = seedsRun;
    if (comparison)
      out["check"] = comparisonJson(*comparison, judge(*comparison, problem));
    if (options.counters)
      out["counters"] = nlohmann::json::parse(counters, nullptr, false);
    return out;
  }

private:
  const Program &program() const { return kernel ? kernel->program() : plain; }

  Status openTarget() {
    constexpr std::pair<std::string_view, DeviceKind> kinds[] = {{"auto", DeviceKind::Auto},
                                                                 {"cuda", DeviceKind::Cuda},
                                                                 {"sim", DeviceKind::Sim},
                                                                 {"reference", DeviceKind::Reference}};
    for (const auto &[name, value] : kinds)
      if (name == options.device)
        kind = value;
    ATTNC_ASSIGN_OR_RETURN(target, chooseTarget(options.arch));
    if (kind == DeviceKind::Reference) {
      deviceName = "reference";
      return checkReferenceOptions();
    }
    // Before compiling: a device that is not there should say so at once.
    ATTNC_ASSIGN_OR_RETURN(device, openDevice(kind, target, options.sim.run(0)));
    deviceName = device->name();
    if (options.counters && deviceName != "sim")
      return Status(Code::InvalidArgument, "--counters: expected --device sim, got " + deviceName);
    return Status::success();
  }

  /// Only a debug build stays within a pool whatever a table says.
  Status checkUnchecked() const {
    if (options.uncheckedTables && (!spec.outputs.debug || kind == DeviceKind::Reference))
      return Status(Code::InvalidArgument,
                    "--unchecked-tables: expected --debug and a device that runs a kernel, whose "
                    "debug builds check tables themselves, got it without");
    return Status::success();
  }

  /// What would have no effect is refused.
  Status checkReferenceOptions() const {
    if (options.check)
      return Status(Code::InvalidArgument,
                    "--check: expected a device to compare with the reference, got the reference");
    const std::pair<const char *, bool> kernelOptions[] = {{"--counters", options.counters},
                                                           {"--dump", !options.jit.dump.empty()},
                                                           {"--bundle", !options.jit.bundles.empty()},
                                                           {"--no-compile", options.jit.noCompile},
                                                           {"--line-info", options.jit.lineInfo}};
    for (const auto &[name, given] : kernelOptions)
      if (given)
        return Status(Code::InvalidArgument,
                      std::string(name) + ": expected a device that runs a kernel, got the reference");
    return Status::success();
  }

  Status compileForDevice() {
    Stopwatch watch;
    ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, options.jit.create(deviceName == "sim"));
    ATTNC_ASSIGN_OR_RETURN(Kernel found, jit->compile(spec, target, &report));
    kernel.emplace(std::move(found));
    times["compile"] = watch.milliseconds();
    return Status::success();
  }

  /// The reference needs the signature, not the code.
  Status compileForReference() {
    ATTNC_ASSIGN_OR_RETURN(plain, compileToProgram(spec, target));
    return Status::success();
  }

  Status checkOutputNames() {
    std::string names;
    std::set<std::string> files;
    for (const TensorSig &sig : program().tensors)
      if (sig.output)
        names += (names.empty() ? "" : ", ") + sig.name;
    for (const std::string &text : options.outputs) {
      ATTNC_ASSIGN_OR_RETURN(auto assignment, splitAssignment("--output", text));
      bool known = false;
      for (const TensorSig &sig : program().tensors)
        known |= sig.output && sig.name == assignment.first;
      if (!known)
        return Status(Code::InvalidArgument, "--output " + assignment.first + ": expected one of " + names +
                                                 ", got '" + assignment.first + "'");
      if (written.contains(assignment.first))
        return Status(Code::InvalidArgument,
                      "--output: expected each name once, got '" + assignment.first + "' twice");
      std::error_code ignored;
      const std::filesystem::path file = std::filesystem::weakly_canonical(assignment.second, ignored);
      if (!std::filesystem::is_other(file, ignored) && !files.insert(file.string()).second)
        return Status(Code::InvalidArgument,
                      "--output: expected a file for each output, got '" + assignment.second + "' twice");
      written.insert(std::move(assignment));
    }
    return Status::success();
  }

  Status runReference() {
    ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<Oracle> oracle, Oracle::create(spec));
    const Arguments arguments = problem.arguments(program());
    Stopwatch watch;
    ATTNC_ASSIGN_OR_RETURN(ReferenceResult result, oracle->run(arguments));
    times["run"] = watch.milliseconds();
    return store(result, arguments);
  }

  Status runDevice() {
    const InPlaceContent before(program(), problem);
    ATTNC_ASSIGN_OR_RETURN(times["run"], execute(*kernel, *device, problem));
    if (options.counters)
      counters = device->takeCounters();
    if (Status report = checkPageReport(program(), problem); !report.ok()) {
      ATTNC_RETURN_IF_ERROR(writeOutputs()); // other requests are right
      return report;
    }
    if (options.check)
      return compareWithReference(before);
    return rerun(before, [] { return Status::success(); });
  }

  Status compareWithReference(const InPlaceContent &before) {
    Stopwatch watch;
    ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<Oracle> oracle, Oracle::create(spec));
    const Arguments arguments = problem.arguments(program());
    const InPlaceContent after(program(), problem);
    before.restore(problem); // the reference appends as well
    ATTNC_ASSIGN_OR_RETURN(ReferenceResult expected, oracle->run(arguments));
    auto compare = [&]() -> Status {
      ATTNC_ASSIGN_OR_RETURN(Comparison compared, compareRun(program(), expected, arguments));
      comparison.emplace(std::move(compared));
      return Status::success();
    };
    after.restore(problem);
    ATTNC_RETURN_IF_ERROR(compare());
    ATTNC_RETURN_IF_ERROR(rerun(before, compare));
    times["check"] = watch.milliseconds();
    return Status::success();
  }

  /// On the simulator again, in other orders of warps, until a comparison fails: that one is what is shown.
  template <class Then> Status rerun(const InPlaceContent &before, Then then) {
    const int orders = options.sim.seeds != 0 ? options.sim.seeds : options.check ? 3 : 1;
    for (; seedsRun < orders && deviceName == "sim" && passed(); ++seedsRun) {
      ATTNC_ASSIGN_OR_RETURN(device, openDevice(DeviceKind::Sim, target, options.sim.run(seedsRun)));
      before.restore(problem);
      ATTNC_RETURN_IF_ERROR(execute(*kernel, *device, problem).status());
      ATTNC_RETURN_IF_ERROR(then());
    }
    return Status::success();
  }

  Status writeOutputs() {
    for (const auto &[name, path] : written)
      ATTNC_RETURN_IF_ERROR(writeNpy(path, problem.tensors.find(name)->second));
    return Status::success();
  }

  const RunOptions &options;
  Spec spec;
  Target target;
  DeviceKind kind = DeviceKind::Auto;
  std::shared_ptr<Device> device;
  std::string deviceName, counters;
  std::optional<Kernel> kernel;
  Program plain; ///< without a kernel
  JitReport report;
  Problem problem;
  std::optional<Comparison> comparison;
  int seedsRun = 1; ///< orders of warps, on the simulator
  std::map<std::string, double> times;
  std::map<std::string, std::string> written;
};

int run(const RunOptions &options) {
  Runner runner(options);
  if (Status status = runner.run(); !status.ok())
    return report(status, options.json);
  if (options.json)
    printJson(runner.json());
  else
    runner.print();
  return runner.passed() ? kOk : kMismatch;
}

} // namespace

void addRunCommand(CLI::App &app, Action &action) {
  CLI::App *verb = addVerb(
      app, "run", "Run a kernel on real tensors",
      {"attnc run specs/catalog/bert-encoder.yaml --dim batch=2 --dim q_len=300 --dim kv_len=300 --check",
       "attnc run specs/catalog/llama3-prefill.yaml --lens q=3,17,128 --lens kv=3,40,128 --device sim "
       "--check",
       "attnc run spec.yaml --input q=q.npy --input k=k.npy --input v=v.npy --lens q=64 --lens kv=64 "
       "--output out=o.npy"});
  auto options = std::make_shared<RunOptions>();
  verb->add_option("SPEC", options->spec, "The spec (YAML)")->required();
  addArch(*verb, options->arch);
  verb->add_option("--device", options->device, "Where to run; auto is the GPU if there is one, else sim")
      ->check(oneOf({"auto", "cuda", "sim", "reference"}))
      ->capture_default_str();
  options->problem.addShapesTo(*verb);
  options->problem.addTensorsTo(*verb);
  addRepeated(*verb, "--output", options->outputs,
              "Write an output to a .npy file (bf16, e4m3 and e5m2 as f32)")
      ->type_name("NAME=FILE");
  verb->add_flag("--check", options->check, "Compare every element with the reference");
  addDebug(*verb, options->debug);
  verb->add_flag(
      "--unchecked-tables", options->uncheckedTables,
      "With --debug: leave it to the kernel to find tokens and page tables that point outside a cache");
  options->sim.addSeedsTo(*verb, "3 with --check, else 1");
  options->sim.addTo(*verb);
  verb->add_flag("--counters", options->counters, "Also the simulator's counters (JSON)");
  options->jit.addTo(*verb);
  addJson(*verb, options->json);
  verb->callback([options, &action] { action = [options] { return run(*options); }; });
}

} // namespace attnc::cli
