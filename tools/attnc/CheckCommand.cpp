// CheckCommand.cpp - attnc check: valid? compiles? agrees with the reference on awkward shapes?
//
// Must not stop at the first spec that fails.
#include "runtime/jit/Stopwatch.h"
#include "tools/attnc/Cases.h"
#include "tools/attnc/Execute.h"
#include "tools/attnc/HiddenKeys.h"
#include "tools/attnc/InPlaceContent.h"
#include "tools/attnc/OptionChecks.h"
#include "tools/attnc/SharedOptions.h"
#include "tools/attnc/Table.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace attnc::cli {
namespace {

struct CheckOptions {
  std::vector<std::string> specs;
  std::string arch, device = "sim";
  int seeds = 3;
  SimFlags sim;
  JitFlags jit;
  bool debug = false, json = false;
};

/// What is known of one spec, one line of the table.
struct Outcome {
  std::string spec, name;
  Status status;      ///< of the first failure
  std::string failed; ///< "read", "compile", or the case
  /// "passed", "unchecked", or the kind of failure.
  std::string result() const {
    if (status.ok() || verdict == Verdict::Unchecked)
      return std::string(verdictName(verdict));
    return std::string(codeName(status.code()));
  }
  Verdict verdict = Verdict::Passed; ///< of the comparison that `status` is about
  int runs = 0, mismatches = 0;
  double worst = 0;      ///< error over bound
  int64_t unchecked = 0; ///< elements that no bound could be given for, over all runs
  double seconds = 0;

  bool passed() const { return status.ok(); }
};

class Checker {
public:
  Checker(const CheckOptions &options, const Target &target, Jit &jit)
      : options(options), target(target), jit(jit) {}

  Outcome check(const std::string &path) {
    Outcome out;
    out.spec = path;
    Stopwatch watch;
    out.status = checkSpec(path, out);
    out.seconds = watch.milliseconds() / 1000;
    return out;
  }

private:
  Status checkSpec(const std::string &path, Outcome &out) {
    out.failed = "read";
    ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(path));
    out.name = spec.name.value;
    spec.outputs.debug |= options.debug;
    out.failed = "compile";
    ATTNC_ASSIGN_OR_RETURN(Kernel kernel, jit.compile(spec, target));
    ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<Oracle> oracle, Oracle::create(spec));
    Status first;
    // Sums in f16 overflow on such scores, and products rounded to tf32 say nothing of them.
    const bool large = spec.accumulate.value != DType::F16 && !spec.tf32.value;
    const std::vector<CheckCase> cases = checkCases(kernel.program(), 1, large);
    for (size_t i = 0; i < cases.size(); ++i) {
      progress(out.name, i, cases.size(), cases[i].name);
      verdict = Verdict::Passed;
      Status status = checkCase(spec, kernel, *oracle, cases[i], static_cast<int>(i), out);
      // A case that is wrong says more than one that shows nothing.
      const bool tellsMore = out.verdict == Verdict::Unchecked && verdict != Verdict::Unchecked;
      if (!status.ok() && (first.ok() || tellsMore)) {
        out.failed = cases[i].name;
        out.verdict = verdict;
        first = std::move(status);
      }
    }
    progress(out.name, cases.size(), cases.size(), first.ok() ? "done" : "FAILED");
    return first;
  }

  /// The data is the same for every seed; the simulator's order of warps is not. Cases begin at different
  /// seeds, so that one run a case is not one order.
  Status checkCase(const Spec &spec, const Kernel &kernel, const Oracle &oracle, const CheckCase &item,
                   int firstSeed, Outcome &out) {
    ATTNC_ASSIGN_OR_RETURN(Problem problem, makeProblem(kernel.program(), item.request));
    const Arguments arguments = problem.arguments(kernel.program());
    ATTNC_ASSIGN_OR_RETURN(ReferenceResult expected, oracle.run(arguments));
    if (item.poisonHidden) {
      ATTNC_ASSIGN_OR_RETURN(int64_t poisoned, poisonHiddenKeys(spec, kernel.program(), problem));
      if (poisoned == 0)
        return Status::success(); // every tile may look everywhere
      ATTNC_RETURN_IF_ERROR(replaceUntouched(expected, arguments));
    }
    const InPlaceContent before(kernel.program(), problem);
    for (int seed = firstSeed; seed < firstSeed + options.seeds; ++seed) {
      ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Device> device,
                             openDevice(options.device == "sim" ? DeviceKind::Sim : DeviceKind::Cuda, target,
                                        options.sim.run(seed)));
      before.restore(problem);
      ATTNC_RETURN_IF_ERROR(execute(kernel, *device, problem).status());
      ATTNC_ASSIGN_OR_RETURN(Comparison comparison, compareRun(kernel.program(), expected, arguments));
      ++out.runs;
      for (const TensorComparison &tensor : comparison.tensors) {
        out.worst = std::max(out.worst, tensor.maxRatio);
        out.unchecked += item.mayLackBounds ? 0 : tensor.unchecked;
      }
      if (item.mayLackBounds && judge(comparison, problem) == Verdict::Unchecked)
        continue;
      if (Status status = verdictStatus(comparison, problem); !status.ok()) {
        ++out.mismatches;
        verdict = judge(comparison, problem);
        return status.prefix(out.spec + ": " + item.name + ", seed " + std::to_string(seed) + ": ");
      }
    }
    return Status::success();
  }

  void progress(const std::string &name, size_t done, size_t total, const std::string &what) const {
    std::fprintf(stderr, "[%zu/%zu] %s: %s\n", done, total, name.c_str(), what.c_str());
  }

  const CheckOptions &options;
  Target target;
  Jit &jit;
  Verdict verdict = Verdict::Passed; ///< of the case at hand
};

std::string ratioText(const Outcome &outcome) {
  if (outcome.runs == 0)
    return "-";
  char text[32];
  std::snprintf(text, sizeof(text), "%.3g", outcome.worst);
  return text;
}

void printTable(const std::vector<Outcome> &outcomes, const Target &target) {
  Table table({"spec", "name", "arch", "runs", "error/bound", "unchecked", "seconds", "result"});
  for (const Outcome &outcome : outcomes) {
    char seconds[32];
    std::snprintf(seconds, sizeof(seconds), "%.1f", outcome.seconds);
    table.row({outcome.spec, outcome.name.empty() ? "-" : outcome.name, target.name(),
               std::to_string(outcome.runs), ratioText(outcome), std::to_string(outcome.unchecked), seconds,
               outcome.result() + (outcome.passed() ? "" : " (" + outcome.failed + ")")});
  }
  std::fputs(table.str().c_str(), stdout);
}

nlohmann::json outcomeJson(const Outcome &outcome) {
  nlohmann::json out = {{"spec", outcome.spec},
                        {"name", outcome.name},
                        {"passed", outcome.passed()},
                        {"result", outcome.result()},
                        {"runs", outcome.runs},
                        {"mismatches", outcome.mismatches},
                        {"max_error_over_bound", outcome.worst},
                        {"unchecked", outcome.unchecked},
                        {"seconds", outcome.seconds}};
  if (!outcome.passed()) {
    out["failed_at"] = outcome.failed;
    out["error"] = statusJson(outcome.status);
  }
  return out;
}

int check(const CheckOptions &options) {
  Result<Target> target = chooseTarget(options.arch);
  if (!target.ok())
    return report(target.status(), options.json);
  Result<std::shared_ptr<Jit>> jit = options.jit.create(options.device == "sim");
  if (!jit.ok())
    return report(jit.status(), options.json);
  if (options.device == "cuda" && options.jit.ptxOnly)
    return report(
        Status(Code::InvalidArgument, "--ptx-only: expected --device sim, got cuda, which needs a cubin"),
        options.json);
  if (options.device == "cuda") // say once, not once a spec, that there is none
    if (Status status = openDevice(DeviceKind::Cuda, *target, {}).status(); !status.ok())
      return report(status, options.json);

  Checker checker(options, *target, **jit);
  std::vector<Outcome> outcomes;
  for (const std::string &spec : options.specs) {
    outcomes.push_back(checker.check(spec));
    if (!outcomes.back().passed())
      report(outcomes.back().status);
  }
  // A wrong result is the worst news; otherwise the first failure tells what is wrong.
  int code = kOk;
  for (const Outcome &outcome : outcomes)
    if (!outcome.passed() && (code == kOk || outcome.status.code() == Code::Mismatch))
      code = exitCode(outcome.status.code());
  if (options.json) {
    nlohmann::json items = nlohmann::json::array();
    for (const Outcome &outcome : outcomes)
      items.push_back(outcomeJson(outcome));
    printJson({{"ok", code == kOk},
               {"arch", target->name()},
               {"device", options.device},
               {"specs", std::move(items)}});
  } else {
    printTable(outcomes, *target);
  }
  return code;
}

} // namespace

void addCheckCommand(CLI::App &app, Action &action) {
  CLI::App *verb = addVerb(app, "check", "Valid? Compiles? Agrees with the reference on awkward shapes?",
                           {"attnc check specs/catalog/*.yaml", "attnc check spec.yaml --arch sm_80 --json"});
  auto options = std::make_shared<CheckOptions>();
  verb->add_option("SPEC", options->specs, "The specs (YAML)")->required();
  addArch(*verb, options->arch);
  verb->add_option("--device", options->device, "Where to run")
      ->check(oneOf({"sim", "cuda"}))
      ->capture_default_str();
  verb->add_option("--seeds", options->seeds, "Runs of each case; on sim each with another order of warps")
      ->check(integerBetween(1, 1000))
      ->capture_default_str();
  options->sim.addTo(*verb);
  addDebug(*verb, options->debug);
  options->jit.addTo(*verb);
  options->jit.addPtxOnlyTo(*verb);
  addJson(*verb, options->json);
  verb->callback([options, &action] { action = [options] { return check(*options); }; });
}

} // namespace attnc::cli
