// ReduceCommand.cpp - attnc reduce: the smallest spec that still fails the same way.
//
// Must not judge failures itself (Failure does), nor know steps (tools/reduce does).
#include "specs/Spec.h"
#include "tools/attnc/Failure.h"
#include "tools/attnc/OptionChecks.h"
#include "tools/attnc/OutputFile.h"
#include "tools/attnc/SharedOptions.h"
#include "tools/reduce/Document.h"
#include "tools/reduce/Reducer.h"

#include <nlohmann/json.hpp>

namespace attnc::cli {
namespace {

struct ReduceOptions {
  std::string spec, output;
  FailureOptions failure;
  int seconds = 300;
  bool json = false;
};

Status reduceSpec(ReduceOptions options) {
  if (options.json && (options.output.empty() || options.output == "-"))
    return Status(Code::InvalidArgument, "--json: expected -o FILE with it, as both go to standard output");
  ATTNC_ASSIGN_OR_RETURN(YamlNode root, reduce::readDocument(options.spec));
  std::error_code error;
  options.failure.attnc = std::filesystem::read_symlink("/proc/self/exe", error).string();
  options.failure.seconds = options.seconds;
  ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<Failure> failure, Failure::observe(options.failure, options.spec));
  const size_t before = reduce::countValues(root);
  std::fprintf(stderr, "failure: %s\n%zu values\n", failure->describe().c_str(), before);

  ATTNC_ASSIGN_OR_RETURN(reduce::Reduction reduced,
                         reduce::reduceDocument(
                             std::move(root), [&](const std::string &text) { return failure->isSame(text); },
                             [](const reduce::Progress &progress) {
                               std::fprintf(stderr, "[%zu tried, %zu kept] %zu values; %s\n", progress.tried,
                                            progress.kept, progress.values, progress.what.c_str());
                             }));
  const size_t after = reduce::countValues(reduced.root);
  std::fprintf(stderr, "%zu of %zu values are left after %zu tries\n", after, before, reduced.tried);

  const std::string text = reduce::documentText(reduced.root);
  if (options.output.empty() || options.output == "-")
    std::fwrite(text.data(), 1, text.size(), stdout); // main looks at the stream's state
  else
    ATTNC_RETURN_IF_ERROR(writeOutputFile(options.output, text));
  if (options.json)
    printJson({{"ok", true},
               {"failure", failure->describe()},
               {"values_before", before},
               {"values", after},
               {"tried", reduced.tried},
               {"kept", reduced.kept},
               {"output", options.output},
               {"spec", text}});
  return Status::success();
}

} // namespace

void addReduceCommand(CLI::App &app, Action &action) {
  CLI::App *verb = addVerb(
      app, "reduce", "Make a failing spec smaller while it fails the same way",
      {"attnc reduce wrong.yaml --arch sm_80 -o small.yaml     wrong result, crash, or an error of the "
       "compiler",
       "attnc reduce refused.yaml --error 'shared memory'      any error with such a message",
       "attnc reduce odd.yaml --test 'attnc compile {} --emit cuda | grep -q atomicAdd'   exit code 0: still "
       "odd",
       "",
       "Exit codes: 0 if a spec was written, however small; 2 if the given one does not fail or cannot be "
       "read",
       "as YAML; the others as for every verb. A spec that extends others becomes one that stands alone."});
  auto options = std::make_shared<ReduceOptions>();
  verb->add_option("SPEC", options->spec, "The spec that fails (YAML)")->required();
  addArch(*verb, options->failure.arch);
  verb->add_option(
          "--test", options->failure.command,
          "A shell command, {} stands for the spec: it fails as long as the exit code is 0 (default: "
          "attnc check)")
      ->type_name("COMMAND");
  verb->add_option("--error", options->failure.pattern, "Any error of attnc check whose message matches")
      ->type_name("REGEX");
  verb->add_flag("--unchecked", options->failure.unchecked,
                 "A passed check with elements that no bound could be given for is a failure too");
  verb->add_option("--seeds", options->failure.seeds, "As for attnc check")
      ->check(integerBetween(1, 1000))
      ->capture_default_str();
  verb->add_option("--timeout", options->seconds, "Seconds for each try; a spec that needs more did not end")
      ->check(integerBetween(1, 86400))
      ->capture_default_str();
  verb->add_option("-o,--output", options->output, "Where to write the spec (default: standard output)")
      ->type_name("FILE");
  addJson(*verb, options->json);
  verb->callback([options, &action] {
    action = [options]() -> int {
      Status status = reduceSpec(*options);
      return status.ok() ? kOk : report(status, options->json);
    };
  });
}

} // namespace attnc::cli
