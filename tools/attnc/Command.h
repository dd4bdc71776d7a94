// Command.h - what every verb of the CLI shares: exit codes, options, reporting.
//
// Must not know any verb.
#pragma once

#include "attnc/Device.h"
#include "attnc/Status.h"
#include "attnc/Target.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace attnc::cli {

/// What `attnc` returns; README and --help list them.
enum ExitCode : int {
  kOk = 0,
  kMismatch = 1,      ///< results differ from the reference, or too few could be checked
  kBadInput = 2,      ///< wrong usage, a bad spec, a bad or missing file, NVRTC or a part of it included
  kUnsupported = 3,   ///< understood, but this target or version cannot do it
  kCompileFailed = 4, ///< NVRTC or ptxas refused generated code
  kDeviceError = 5,   ///< no such device, or it reported a fault
  kInternal = 6,      ///< a bug in attnc
};
ExitCode exitCode(Code code);
/// The table above as text, for --help.
std::string exitCodeHelp();

/// Set by the verb that was named on the command line; `main` calls it after parsing.
using Action = std::function<int()>;

/// Each adds one verb. Everything costly happens in the action.
void addCompileCommand(CLI::App &app, Action &action);
void addRunCommand(CLI::App &app, Action &action);
void addExplainCommand(CLI::App &app, Action &action);
void addCheckCommand(CLI::App &app, Action &action);
void addBundleCommand(CLI::App &app, Action &action);
void addCacheCommand(CLI::App &app, Action &action);
void addBenchCommand(CLI::App &app, Action &action);
void addReduceCommand(CLI::App &app, Action &action);
void addImportCommand(CLI::App &app, Action &action);
void addSupportCommand(CLI::App &app, Action &action);
void addSchemaCommand(CLI::App &app, Action &action);
void addProfileCommand(CLI::App &app, Action &action);

/// A verb with an examples section; `examples` is one command a line.
CLI::App *addVerb(CLI::App &app, const std::string &name, const std::string &description,
                  const std::vector<std::string> &examples);

/// Prints the diagnostic to standard error (with the source line and a caret) and returns its exit code. With
/// `json` also an object {"ok": false, "error": {...}} to standard output.
int report(const Status &status, bool json = false);
nlohmann::json statusJson(const Status &status);
/// {"ok": false, "error": {...}} to standard output.
void printErrorJson(const Status &status);

/// Prints one JSON document to standard output.
void printJson(const nlohmann::json &value);

/// `--arch`: the named one; else the GPU's if there is one and attnc knows it; else sm_90.
Result<Target> chooseTarget(const std::string &arch);

/// "NAME=VALUE" split; InvalidArgument names the option.
Result<std::pair<std::string, std::string>> splitAssignment(const std::string &option,
                                                            const std::string &text);
Result<int64_t> parseInteger(const std::string &what, const std::string &text);
Result<double> parseNumber(const std::string &what, const std::string &text);

} // namespace attnc::cli
