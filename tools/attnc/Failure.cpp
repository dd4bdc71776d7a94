// Failure.cpp - the two ways to fail: a user's command, and `attnc check`.
//
// Must not leave files behind.
#include "tools/attnc/Failure.h"

#include "tools/attnc/OutputFile.h"
#include "tools/attnc/RunProcess.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <regex>
#include <unistd.h>

namespace attnc::cli {
namespace {

namespace fs = std::filesystem;

/// A file of its own folder below the temporary one.
class Candidate {
public:
  Status create() {
    std::string name = (fs::temp_directory_path() / "attnc-reduce-XXXXXX").string();
    if (!mkdtemp(name.data()))
      return Status(Code::IoError, "cannot make a folder for candidates: " + name);
    folder = name;
    return Status::success();
  }
  ~Candidate() {
    std::error_code error;
    if (!folder.empty())
      fs::remove_all(folder, error);
  }
  fs::path path() const { return folder / "candidate.yaml"; }
  Status write(const std::string &text) const { return writeOutputFile(path(), text); }

private:
  fs::path folder;
};

std::string shellWord(const std::string &text) {
  std::string out = "'";
  for (char c : text)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

class CommandFailure : public Failure {
public:
  explicit CommandFailure(const FailureOptions &options) : options(options) {}

  Status start(const fs::path &spec) {
    if (options.command.find("{}") == std::string::npos)
      return Status(Code::InvalidArgument,
                    "--test: expected a command with {} for the spec, got '" + options.command + "'");
    ATTNC_RETURN_IF_ERROR(candidate.create());
    ATTNC_ASSIGN_OR_RETURN(ProcessResult first, run(spec));
    if (first.timedOut || first.exitCode != 0)
      return Status(Code::InvalidArgument,
                    "--test: expected exit code 0 for the spec as it is, got " +
                        (first.timedOut ? "no end within the time limit" : std::to_string(first.exitCode)));
    return Status::success();
  }
  std::string describe() const override { return "exit code 0 of: " + options.command; }
  Result<bool> isSame(const std::string &text) override {
    ATTNC_RETURN_IF_ERROR(candidate.write(text));
    ATTNC_ASSIGN_OR_RETURN(ProcessResult result, run(candidate.path()));
    return !result.timedOut && result.exitCode == 0;
  }

private:
  FailureOptions options;
  Candidate candidate;

  Result<ProcessResult> run(const fs::path &spec) const {
    std::string command = options.command;
    const std::string word = shellWord(fs::absolute(spec).string());
    for (size_t at = command.find("{}"); at != std::string::npos; at = command.find("{}", at + word.size()))
      command.replace(at, 2, word);
    return runProcess({"/bin/sh", "-c", command}, options.seconds);
  }
};

/// What `attnc check` said of a spec.
struct Observation {
  std::string result;  ///< "mismatch", "unsupported", "exit code 134", "unbounded", ...
  std::string stage;   ///< "read", "compile", "run"; empty if the process ended without an answer
  std::string message; ///< of the error
};

class CheckFailure : public Failure {
public:
  explicit CheckFailure(const FailureOptions &options) : options(options) {}

  Status start(const fs::path &spec) {
    try {
      expression.assign(options.pattern);
    } catch (const std::regex_error &) {
      return Status(Code::InvalidArgument,
                    "--error: expected a regular expression, got '" + options.pattern + "'");
    }
    ATTNC_RETURN_IF_ERROR(candidate.create());
    ATTNC_ASSIGN_OR_RETURN(std::optional<Observation> found, observe(spec));
    if (!found)
      return Status(Code::InvalidArgument,
                    spec.string() + ": expected a spec that fails, got one that passes");
    if (!options.pattern.empty() && !std::regex_search(found->message, expression))
      return Status(Code::InvalidArgument, "--error: expected a message that matches '" + options.pattern +
                                               "', got: " + found->message);
    first = std::move(*found);
    return Status::success();
  }

  std::string describe() const override {
    if (!options.pattern.empty())
      return "an error that matches '" + options.pattern + "'";
    return (first.stage.empty() ? "" : first.stage + ": ") + first.result +
           (comparesMessages() ? ": " + first.message.substr(0, first.message.find('\n')) : "");
  }

  Result<bool> isSame(const std::string &text) override {
    ATTNC_RETURN_IF_ERROR(candidate.write(text));
    ATTNC_ASSIGN_OR_RETURN(std::optional<Observation> found, observe(candidate.path()));
    if (!found)
      return false;
    if (!options.pattern.empty())
      return std::regex_search(found->message, expression);
    return found->result == first.result && found->stage == first.stage &&
           (!comparesMessages() || messageKind(found->message) == messageKind(first.message));
  }

private:
  FailureOptions options;
  Candidate candidate;
  Observation first;
  std::regex expression;

  /// Numbers that differ are a matter of data; any other error has a reason.
  bool comparesMessages() const { return first.stage == "read" || first.stage == "compile"; }

  Result<std::optional<Observation>> observe(const fs::path &spec) const {
    // What fails before it runs need not run where it does not.
    const bool compileOnly = comparesMessages();
    std::vector<std::string> command{options.attnc, compileOnly ? "compile" : "check", spec.string(),
                                     "--json", "--no-cache"};
    // An error before NVRTC needs none of it either.
    if (compileOnly && first.result != codeName(Code::CompileFailed))
      command.insert(command.end(), {"--emit", "cuda", "-o", "/dev/null"});
    if (!compileOnly)
      command.insert(command.end(), {"--seeds", std::to_string(options.seeds)});
    if (!options.arch.empty())
      command.insert(command.end(), {"--arch", options.arch});
    ATTNC_ASSIGN_OR_RETURN(ProcessResult result, runProcess(command, options.seconds));
    if (result.timedOut)
      return std::optional(Observation{"no end within the time limit", "", ""});
    const nlohmann::json answer = nlohmann::json::parse(result.output, nullptr, false);
    if (answer.is_discarded() || !answer.is_object())
      return std::optional(Observation{"exit code " + std::to_string(result.exitCode), "", ""});
    return compileOnly ? ofCompile(answer) : ofCheck(answer);
  }

  std::optional<Observation> ofCompile(const nlohmann::json &answer) const {
    if (answer.value("ok", false))
      return std::nullopt;
    const nlohmann::json &error = answer.at("error");
    return Observation{error.value("code", ""), first.stage, error.value("message", "")};
  }

  Result<std::optional<Observation>> ofCheck(const nlohmann::json &answer) const {
    if (!answer.contains("specs")) { // wrong options, not a wrong spec
      const nlohmann::json error = answer.value("error", nlohmann::json::object());
      return Status(Code::InvalidArgument, error.value("message", "attnc check gave no answer"));
    }
    const nlohmann::json &spec = answer.at("specs").at(0);
    if (spec.value("passed", false)) {
      if (options.unchecked && spec.value("unchecked", 0) > 0)
        return std::optional(Observation{"elements without a bound", "run", ""});
      return std::optional<Observation>();
    }
    const std::string at = spec.value("failed_at", "");
    const nlohmann::json error = spec.value("error", nlohmann::json::object());
    return std::optional(Observation{spec.value("result", ""), at == "read" || at == "compile" ? at : "run",
                                     error.value("message", "")});
  }
};

} // namespace

std::string messageKind(const std::string &message) {
  std::string out;
  for (size_t i = 0; i < message.size(); ++i) {
    const size_t quote = message[i] == '\'' ? message.find('\'', i + 1) : std::string::npos;
    if (quote != std::string::npos) {
      out += "'...'";
      i = quote;
    } else if (message[i] >= '0' && message[i] <= '9') {
      out += out.ends_with('#') ? "" : "#";
    } else {
      out += message[i];
    }
  }
  return out;
}

Result<std::unique_ptr<Failure>> Failure::observe(const FailureOptions &options, const fs::path &spec) {
  if (!options.command.empty() && (!options.pattern.empty() || options.unchecked))
    return Status(Code::InvalidArgument,
                  "--test: expected neither --error nor --unchecked with it, got both");
  if (!options.command.empty()) {
    auto failure = std::make_unique<CommandFailure>(options);
    ATTNC_RETURN_IF_ERROR(failure->start(spec));
    return std::unique_ptr<Failure>(std::move(failure));
  }
  auto failure = std::make_unique<CheckFailure>(options);
  ATTNC_RETURN_IF_ERROR(failure->start(spec));
  return std::unique_ptr<Failure>(std::move(failure));
}

} // namespace attnc::cli
