// ProfileCommand.cpp - attnc profile: exact counts of one run on the simulator, by line of the generated
// kernel.
//
// Must not time anything: the simulator has no clock.
#include "runtime/jit/Compile.h"
#include "tools/attnc/Execute.h"
#include "tools/attnc/OptionChecks.h"
#include "tools/attnc/OutputFile.h"
#include "tools/attnc/ProfileReport.h"
#include "tools/attnc/ProfileText.h"
#include "tools/attnc/Remarks.h"
#include "tools/attnc/SharedOptions.h"

#include <cstdio>
#include <optional>

namespace attnc::cli {
namespace {

struct ProfileOptions {
  std::string spec, arch, device = "sim", output, annotation;
  ProblemFlags problem;
  JitFlags jit;
  SimFlags sim;
  bool json = false;
};

struct Profile {
  nlohmann::json all;
  std::string text; ///< CUDA
};

/// What the shapes ask for; `mask` gets that of a kernel that attends.
Result<ProfileWork> workOf(const Spec &spec, const Program &program, const Problem &problem,
                           ProblemRequest request, std::optional<MaskExplanation> &mask) {
  if (spec.phase.value == Phase::Append)
    return appendWork(spec, program, problem);
  const int64_t tileQ = remarkInteger(program, "schedule.tile_q"),
                tileKv = remarkInteger(program, "schedule.tile_kv");
  ATTNC_ASSIGN_OR_RETURN(mask, MaskExplanation::create(spec, program, std::move(request), tileQ, tileKv, {}));
  if (!mask->counted())
    return Status(Code::InvalidArgument,
                  "expected --dim, --lens or --input to say how long the sequences are, got none");
  return profileWork(spec, program, problem, *mask, tileQ, tileKv);
}

Result<Profile> profile(const ProfileOptions &options) {
  if (options.device != "sim")
    return Status(Code::Unsupported,
                  "--device: expected sim, got " + options.device +
                      ": only the simulator counts; on a GPU use ncu: ncu --set full attnc run " +
                      options.spec + " --device " + options.device);
  ATTNC_ASSIGN_OR_RETURN(ProblemRequest request, options.problem.request());
  ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(options.spec));
  ATTNC_ASSIGN_OR_RETURN(Target target, chooseTarget(options.arch));
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, options.jit.create(true));
  ATTNC_ASSIGN_OR_RETURN(Kernel kernel, jit->compile(spec, target));
  const Program &program = kernel.program();
  ATTNC_ASSIGN_OR_RETURN(Problem problem, makeProblem(program, request));
  problem.awkwardPlaces = false; // what a framework's tensors would cost

  std::optional<MaskExplanation> mask;
  ATTNC_ASSIGN_OR_RETURN(ProfileWork work, workOf(spec, program, problem, std::move(request), mask));

  const std::shared_ptr<Device> device = openSimDevice(target, options.sim.run(0));
  ATTNC_RETURN_IF_ERROR(execute(kernel, *device, problem).status());
  const nlohmann::json counters = nlohmann::json::parse(device->takeCounters());
  Profile out{profileJson({program.name, target.name(), &problem, mask ? &*mask : nullptr, &work}, counters),
              program.text};
  if (!hasLines(out.all)) {
    if (!options.annotation.empty())
      return Status(Code::Unsupported,
                    "--annotate: expected a kernel with line info, got one without, as those of "
                    "bundles and of --no-compile are");
    std::fputs(
        "attnc: warning: the kernel has no line info, as those of bundles and of --no-compile: no lines\n",
        stderr);
  }
  return out;
}

Status write(const ProfileOptions &options, const Profile &found) {
  if (!options.annotation.empty())
    ATTNC_RETURN_IF_ERROR(writeOutputFile(options.annotation, profileAnnotation(found.all, found.text)));
  const std::string text =
      options.json ? found.all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"
                   : profileSummary(found.all);
  if (!options.output.empty())
    return writeOutputFile(options.output, text);
  std::fputs(text.c_str(), stdout);
  return Status::success();
}

int run(const ProfileOptions &options) {
  Result<Profile> found = profile(options);
  if (!found.ok())
    return report(found.status(), options.json);
  if (Status status = write(options, *found); !status.ok())
    return report(status, options.json);
  return kOk;
}

} // namespace

void addProfileCommand(CLI::App &app, Action &action) {
  CLI::App *verb =
      addVerb(app, "profile",
              "Count what a kernel does, line by line: instructions, bank conflicts, sectors, FLOPs, against "
              "what the mask needs.\n"
              "Counts are exact and those of the PTX: no time, no caches, nothing of what ptxas changes.",
              {"attnc profile specs/catalog/gemma2-prefill.yaml --lens q=512 --lens kv=512",
               "attnc profile specs/catalog/bert-encoder.yaml --dim batch=1 --dim q_len=300 --dim kv_len=300 "
               "--annotate kernel.txt",
               "attnc profile specs/catalog/llama3-prefill.yaml --arch sm_80 --lens q=256 --lens kv=256 "
               "--json -o profile.json"});
  auto options = std::make_shared<ProfileOptions>();
  verb->add_option("SPEC", options->spec, "The spec (YAML)")->required();
  addArch(*verb, options->arch);
  verb->add_option("--device", options->device, "Where to run: sim; a GPU's counters are ncu's")
      ->check(oneOf({"sim", "cuda"}))
      ->capture_default_str();
  options->problem.addShapesTo(*verb);
  options->problem.addTensorsTo(*verb);
  options->sim.addTo(*verb);
  verb->add_option("-o,--output", options->output, "Write the report there and not to standard output")
      ->type_name("FILE");
  verb->add_option("--annotate", options->annotation,
                   "Write the CUDA text with the counts of each line beside it")
      ->type_name("FILE");
  options->jit.addTo(*verb);
  addJson(*verb, options->json);
  verb->callback([options, &action] { action = [options] { return run(*options); }; });
}

} // namespace attnc::cli
