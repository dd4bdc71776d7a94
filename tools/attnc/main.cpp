// main.cpp - the command line: global options, one verb, exceptions stopped.
//
// Must not do work of its own.
#include "attnc/Runtime.h"
#include "tools/attnc/Command.h"

#include <cstdio>
#include <exception>
#include <new>

using namespace attnc;

/// "" if `name` is a verb; else what was expected.
static std::string wrongVerb(const CLI::App &app, const std::string &name) {
  std::string names;
  for (const CLI::App *verb : app.get_subcommands(nullptr)) {
    if (verb->get_name() == name)
      return "";
    names += (names.empty() ? "" : ", ") + verb->get_name();
  }
  return "expected a verb (" + names + "), got '" + name + "'";
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
  app.failure_message([](const CLI::App *, const CLI::Error &error) {
    return "attnc: error: " + std::string(error.what()) + "\nRun with --help for more information.\n";
  });
  // CLI11 would only say that a subcommand is missing.
  if (argc > 1 && argv[1][0] != '-')
    if (const std::string wrong = wrongVerb(app, argv[1]); !wrong.empty()) {
      std::fprintf(stderr, "attnc: error: %s\n", wrong.c_str());
      return cli::kBadInput;
    }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    // 0 is --help or --version; everything else is wrong usage.
    return app.exit(error) == 0 ? cli::kOk : cli::kBadInput;
  }
  return action();
}

int main(int argc, char **argv) {
  try {
    return runCommandLine(argc, argv);
  } catch (const std::bad_alloc &) {
    std::fputs("attnc: error: out of memory\n", stderr);
    return cli::kBadInput;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "attnc: internal error: %s\n", error.what());
    return cli::kInternal;
  }
}
