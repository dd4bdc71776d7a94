// main.cpp - the command line: global options, one verb, exceptions stopped.
//
// Must not do work of its own.
#include "attnc/Runtime.h"
#include "tools/attnc/Command.h"

#include <cstdio>
#include <exception>
#include <new>

using namespace attnc;

static std::string verbNames(const CLI::App &app) {
  std::string out;
  for (const CLI::App *verb : app.get_subcommands(nullptr))
    out += (out.empty() ? "" : ", ") + verb->get_name();
  return out;
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
  if (argc > 1 && argv[1][0] != '-' && !app.get_subcommand_no_throw(argv[1])) {
    std::fprintf(stderr, "attnc: error: expected a verb (%s), got '%s'\n", verbNames(app).c_str(), argv[1]);
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
