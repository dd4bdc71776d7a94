// main.cpp - the command line: global options, one verb, exceptions stopped.
//
// Must not do work of its own.
#include "attnc/Runtime.h"
#include "tools/attnc/Command.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <new>
#include <string_view>
#include <unistd.h>

using namespace attnc;

/// A closed standard stream would be given to the next file that is opened, and output would go there.
/// Opened for reading, so that writing still fails.
static void keepStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) < 0)
      (void)open("/dev/null", O_RDONLY);
}

/// "" if the words from `at` on name a verb; else what was expected. CLI11 would only say that a subcommand
/// is missing.
static std::string wrongVerb(const CLI::App &app, int argc, char **argv, int at) {
  const std::vector<const CLI::App *> verbs = app.get_subcommands(nullptr);
  if (verbs.empty() || (at < argc && argv[at][0] == '-'))
    return "";
  std::string names;
  for (const CLI::App *verb : verbs) {
    if (at < argc && verb->get_name() == argv[at])
      return wrongVerb(*verb, argc, argv, at + 1);
    names += (names.empty() ? "" : ", ") + verb->get_name();
  }
  return "expected a verb (" + names + "), got " + (at < argc ? "'" + std::string(argv[at]) + "'" : "none");
}

static int wrongUsage(const std::string &message, int argc, char **argv) {
  std::fprintf(stderr, "attnc: error: %s\nRun with --help for more information.\n", message.c_str());
  // Parsing has failed, so nothing else can know whether a program reads the answer.
  if (std::find(argv, argv + argc, std::string_view("--json")) != argv + argc)
    cli::printErrorJson(Status(Code::InvalidArgument, message));
  return cli::kBadInput;
}

/// CLI11's words for an option that is given twice are hard to read.
static std::string usageMessage(const CLI::ParseError &error) {
  const std::string text = error.what(), counted = ": At Most 1 required but received ";
  const size_t at = text.find(counted);
  return at == std::string::npos ? text
                                 : text.substr(0, at) + ": expected it once, got it " +
                                       text.substr(at + counted.size()) + " times";
}

static int runCommandLine(int argc, char **argv) {
  CLI::App app("attnc: compiles attention specs (YAML) to CUDA kernels, and runs, checks and explains them");
  app.name("attnc");
  app.set_version_flag("--version", [] { return std::string(versionString()); });
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.require_subcommand(1);
  app.footer(cli::exitCodeHelp() + "\nEach verb has its own help: attnc run --help");

  cli::Action action;
  cli::addCompileCommand(app, action);
  cli::addRunCommand(app, action);
  cli::addExplainCommand(app, action);
  cli::addCheckCommand(app, action);
  cli::addBundleCommand(app, action);
  cli::addCacheCommand(app, action);
  cli::addBenchCommand(app, action);
  cli::addProfileCommand(app, action);
  cli::addReduceCommand(app, action);
  cli::addImportCommand(app, action);
  cli::addSupportCommand(app, action);
  cli::addSchemaCommand(app, action);
  for (int i = 1; i < argc; ++i)
    if (argv[i][0] == '\0')
      return wrongUsage("expected a value, got an empty word after '" + std::string(argv[i - 1]) + "'", argc,
                        argv);
  if (const std::string wrong = wrongVerb(app, argc, argv, 1); !wrong.empty())
    return wrongUsage(wrong, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &help) { // --help or --version
    return app.exit(help);
  } catch (const CLI::ParseError &error) {
    return wrongUsage(usageMessage(error), argc, argv);
  }
  return action();
}

int main(int argc, char **argv) {
  keepStandardStreams();
  try {
    const int code = runCommandLine(argc, argv);
    if (std::fflush(stdout) == 0 && !std::ferror(stdout))
      return code;
    std::fputs("attnc: error: cannot write to standard output\n", stderr);
    return code == cli::kOk ? cli::kBadInput : code;
  } catch (const std::bad_alloc &) {
    std::fputs("attnc: error: out of memory\n", stderr);
    return cli::kBadInput;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "attnc: internal error: %s\n", error.what());
    return cli::kInternal;
  }
}
