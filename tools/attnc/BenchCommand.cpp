// BenchCommand.cpp - attnc bench: how long the compiler itself takes, step by step.
//
// Must not use the user's cache: cold has to be cold, and a benchmark leaves nothing behind.
#include "runtime/jit/Compile.h"
#include "runtime/jit/Stopwatch.h"
#include "runtime/nvrtc/NvrtcCompiler.h"
#include "tools/attnc/Cases.h"
#include "tools/attnc/Execute.h"
#include "tools/attnc/OptionChecks.h"
#include "tools/attnc/SharedOptions.h"
#include "tools/attnc/Table.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

namespace attnc::cli {
namespace {

struct BenchOptions {
  std::vector<std::string> specs;
  std::string arch;
  int repeats = 5;
  bool json = false;
};

/// The README's goal for a cold compile is one for this head size; others take longer or less.
constexpr int64_t kGoalHeadDim = 128;
constexpr double kColdGoalMs = 700;

/// One measured step; the goal is the one in the README.
struct Measurement {
  std::string spec, step;
  double medianMs = 0, goalMs = 0; ///< goal 0: none
  double rate = 0, goalRate = 0;   ///< a second, instead of a time; the goal is at least this
};

/// Keys and queries of the one request that the simulator is timed with.
constexpr int64_t kSimLength = 512;
constexpr double kSimGoal = 8e6; ///< warp instructions a second on one core, all checks on

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// The median of `repeats` timed calls; the first failure ends it.
template <class Work> Result<double> timed(int repeats, Work work) {
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    Stopwatch watch;
    Status status = work();
    times.push_back(watch.milliseconds());
    if (!status.ok())
      return status;
  }
  return median(std::move(times));
}

/// A folder that goes when the object does.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::error_code error;
    std::string name = (std::filesystem::temp_directory_path(error) / "attnc-bench-XXXXXX").string();
    if (!error && mkdtemp(name.data()))
      path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path.empty())
      std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path; ///< empty if it could not be made
};

Result<std::shared_ptr<Jit>> openJit(const std::filesystem::path &folder, bool allowCompile) {
  if (folder.empty()) // Jit would take the user's cache
    return Status(Code::IoError, "expected a folder that can be written in $TMPDIR or /tmp, got none");
  JitOptions options;
  options.cacheFolder = folder;
  options.allowCompile = allowCompile;
  return Jit::create(std::move(options));
}

/// Start of the program to its end, as a user's shell sees it.
Result<double> startUp(int repeats) {
  return timed(repeats, [] {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    char name[] = "attnc", flag[] = "--version";
    char *const arguments[] = {name, flag, nullptr};
    pid_t child = 0;
    const int error = posix_spawn(&child, "/proc/self/exe", &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    int result = 0;
    if (error != 0 || waitpid(child, &result, 0) != child || result != 0)
      return Status(Code::Internal, "cannot run attnc --version");
    return Status::success();
  });
}

class Bench {
public:
  Bench(const BenchOptions &options, const Target &target) : options(options), target(target) {}

  Status measure(const std::string &path) {
    auto add = [&](const char *step, double ms, double goal) { results.push_back({path, step, ms, goal}); };
    const int few = std::max(1, options.repeats / 2);

    ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(path));
    ATTNC_ASSIGN_OR_RETURN(double read, timed(options.repeats, [&] { return readSpec(path).status(); }));
    add("read the spec", read, 0);
    ATTNC_ASSIGN_OR_RETURN(double toCuda,
                           timed(options.repeats, [&] { return compileToProgram(spec, target).status(); }));
    add("spec to CUDA text", toCuda, 50);

    ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Nvrtc> nvrtc, Nvrtc::open());
    ATTNC_ASSIGN_OR_RETURN(Program program, compileToProgram(spec, target));
    ATTNC_ASSIGN_OR_RETURN(double toCubin, timed(few, [&] { return nvrtc->compile(program).status(); }));
    add("CUDA text to cubin (NVRTC)", toCubin, 0);

    ATTNC_ASSIGN_OR_RETURN(double cold, timed(few, [&]() -> Status {
                             TemporaryFolder folder;
                             ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, openJit(folder.path, true));
                             return jit->compileFile(path, target).status();
                           }));
    add("cold compile, all steps", cold, spec.headDim.value == kGoalHeadDim ? kColdGoalMs : 0);

    TemporaryFolder folder;
    ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> warm, openJit(folder.path, true));
    ATTNC_RETURN_IF_ERROR(warm->compile(spec, target).status());
    // A fresh Jit has nothing in memory; without permission to compile, a miss is an error and not a slow
    // hit.
    ATTNC_ASSIGN_OR_RETURN(double disk, timed(options.repeats, [&]() -> Status {
                             ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, openJit(folder.path, false));
                             return jit->compile(spec, target).status();
                           }));
    add("disk hit", disk, 5);

    constexpr int kLookups = 100000;
    const std::string key = warm->key(spec, target);
    ATTNC_ASSIGN_OR_RETURN(double lookups, timed(options.repeats, [&]() -> Status {
                             for (int i = 0; i < kLookups; ++i)
                               if (!warm->find(key))
                                 return Status(Code::Internal, "in-process hit missed");
                             return Status::success();
                           }));
    add("in-process hit", lookups / kLookups, 0.001);
    return measureSimulator(path, *warm, spec);
  }

  /// Warp instructions a second of one run, every check on.
  Status measureSimulator(const std::string &path, Jit &jit, const Spec &spec) {
    ATTNC_ASSIGN_OR_RETURN(Kernel kernel, jit.compile(spec, target));
    ATTNC_ASSIGN_OR_RETURN(
        Problem problem,
        makeProblem(kernel.program(), oneRequest(kernel.program(), kSimLength, kSimLength).request));
    double instructions = 0;
    std::vector<double> runs; // without loading the kernel and copying tensors
    ATTNC_RETURN_IF_ERROR(timed(std::max(1, options.repeats / 2), [&]() -> Status {
                            std::shared_ptr<Device> device = openSimDevice(target);
                            ATTNC_ASSIGN_OR_RETURN(double ms, execute(kernel, *device, problem));
                            runs.push_back(ms);
                            instructions = 0;
                            nlohmann::json counters = nlohmann::json::parse(device->takeCounters());
                            for (const nlohmann::json &launch : counters["launches"])
                              instructions += launch["warp_instructions"].get<double>();
                            return Status::success();
                          }).status());
    results.push_back(
        {path, "simulator, warp instructions", 0, 0, instructions / median(runs) * 1000, kSimGoal});
    return Status::success();
  }

  Status measureStartUp() {
    ATTNC_ASSIGN_OR_RETURN(double ms, startUp(std::max(10, options.repeats)));
    results.push_back({"", "attnc --version", ms, 20});
    return Status::success();
  }

  void print() const {
    Table table({"spec", "step", "median", "goal"});
    for (const Measurement &item : results) {
      const bool isRate = item.rate > 0;
      table.row({item.spec.empty() ? "-" : item.spec, item.step,
                 isRate ? rateText(item.rate) : timeText(item.medianMs),
                 isRate            ? rateText(item.goalRate)
                 : item.goalMs > 0 ? timeText(item.goalMs)
                                   : "-"});
    }
    std::printf("%s", table.str().c_str());
  }

  nlohmann::json json() const {
    nlohmann::json items = nlohmann::json::array();
    for (const Measurement &item : results) {
      nlohmann::json one = {{"step", item.step}};
      if (item.rate > 0) {
        one["per_second"] = item.rate;
        one["goal_per_second"] = item.goalRate;
      } else {
        one["median_ms"] = item.medianMs;
      }
      if (!item.spec.empty())
        one["spec"] = item.spec;
      if (item.goalMs > 0)
        one["goal_ms"] = item.goalMs;
      items.push_back(std::move(one));
    }
    return {{"ok", true},
            {"arch", target.name()},
            {"repeats", options.repeats},
            {"measurements", std::move(items)}};
  }

private:
  static std::string rateText(double perSecond) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.1f M/s", perSecond / 1e6);
    return text;
  }

  static std::string timeText(double milliseconds) {
    char text[32];
    if (milliseconds < 0.1)
      std::snprintf(text, sizeof(text), "%.3f us", milliseconds * 1000);
    else
      std::snprintf(text, sizeof(text), "%.2f ms", milliseconds);
    return text;
  }

  const BenchOptions &options;
  Target target;
  std::vector<Measurement> results;
};

int bench(const BenchOptions &options) {
  Result<Target> target = chooseTarget(options.arch);
  if (!target.ok())
    return report(target.status(), options.json);
  Bench bench(options, *target);
  Status status = bench.measureStartUp();
  for (size_t i = 0; i < options.specs.size() && status.ok(); ++i)
    status = bench.measure(options.specs[i]);
  if (!status.ok())
    return report(status, options.json);
  if (options.json)
    printJson(bench.json());
  else
    bench.print();
  return kOk;
}

} // namespace

void addBenchCommand(CLI::App &app, Action &action) {
  CLI::App *verb = addVerb(app, "bench", "How long compiling, cache hits and start-up take (not the kernels)",
                           {"attnc bench specs/catalog/*.yaml", "attnc bench spec.yaml --repeats 20 --json"});
  auto options = std::make_shared<BenchOptions>();
  verb->add_option("SPEC", options->specs, "The specs (YAML)")->required();
  addArch(*verb, options->arch);
  verb->add_option("--repeats", options->repeats, "Timed calls of each step (half as many of the slow ones)")
      ->check(integerBetween(1, 1000))
      ->capture_default_str();
  addJson(*verb, options->json);
  verb->callback([options, &action] { action = [options] { return bench(*options); }; });
}

} // namespace attnc::cli
