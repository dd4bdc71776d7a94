// Command.cpp - reporting, exit codes and small parsers.
//
// Must not do anything before a verb asks: start-up is part of every call.
#include "tools/attnc/Command.h"

#include "specs/Spec.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace attnc::cli {

ExitCode exitCode(Code code) {
  switch (code) {
  case Code::Ok:
    return kOk;
  case Code::Mismatch:
    return kMismatch;
  case Code::InvalidArgument:
  case Code::InvalidSpec:
  case Code::NotFound:
  case Code::IoError:
  case Code::Corrupt:
  case Code::Exhausted:
    return kBadInput;
  case Code::Unsupported:
    return kUnsupported;
  case Code::CompileFailed:
    return kCompileFailed;
  case Code::DeviceError:
    return kDeviceError;
  case Code::Internal:
    return kInternal;
  }
  return kInternal;
}

std::string exitCodeHelp() {
  return "Exit codes:\n"
         "  0  success\n"
         "  1  results differ from the reference, or too few could be checked\n"
         "  2  wrong usage, a bad spec, a bad or missing file, no NVRTC or a part of it missing\n"
         "  3  not supported by this architecture or this version\n"
         "  4  NVRTC or ptxas refused generated code\n"
         "  5  no such device, or the device reported a fault\n"
         "  6  a bug in attnc\n";
}

CLI::App *addVerb(CLI::App &app, const std::string &name, const std::string &description,
                  const std::vector<std::string> &examples) {
  CLI::App *verb = app.add_subcommand(name, description);
  std::string footer = "Examples:\n";
  for (const std::string &example : examples)
    footer += "  " + example + "\n";
  verb->footer(footer);
  return verb;
}

nlohmann::json statusJson(const Status &status) {
  auto place = [](nlohmann::json &out, const Location &where) {
    if (where.valid()) {
      out["file"] = where.file;
      out["line"] = where.line;
      out["column"] = where.column;
    }
  };
  nlohmann::json out = {{"code", codeName(status.code())}, {"message", status.message()}};
  place(out, status.where());
  out["notes"] = nlohmann::json::array();
  for (const Note &note : status.notes()) {
    nlohmann::json item = {{"message", note.message}};
    place(item, note.where);
    out["notes"].push_back(std::move(item));
  }
  return out;
}

int report(const Status &status, bool json) {
  std::fflush(stdout);
  std::string text = renderDiagnostic(status, isatty(STDERR_FILENO));
  if (!text.ends_with('\n'))
    text += '\n';
  std::fputs(text.c_str(), stderr);
  if (json)
    printErrorJson(status);
  return exitCode(status.code());
}

void printErrorJson(const Status &status) { printJson({{"ok", false}, {"error", statusJson(status)}}); }

void printJson(const nlohmann::json &value) {
  // User text (file names, YAML) may not be UTF-8; replacing beats throwing.
  const std::string text = value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  std::fputs((text + "\n").c_str(), stdout);
}

Result<Target> chooseTarget(const std::string &arch) {
  if (!arch.empty())
    return Target::parse(arch);
  if (Result<std::shared_ptr<Device>> gpu = openCudaDevice(); gpu.ok())
    if (Result<Target> known = Target::parse((*gpu)->target().name()); known.ok())
      return known;
  return Target::parse("sm_90");
}

Result<std::pair<std::string, std::string>> splitAssignment(const std::string &option,
                                                            const std::string &text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return Status(Code::InvalidArgument, option + ": expected NAME=VALUE, got '" + text + "'");
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

Result<int64_t> parseInteger(const std::string &what, const std::string &text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return Status(Code::InvalidArgument, what + ": expected an integer, got '" + text + "'");
  return value;
}

Result<double> parseNumber(const std::string &what, const std::string &text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return Status(Code::InvalidArgument, what + ": expected a finite number, got '" + text + "'");
  return value;
}

} // namespace attnc::cli
