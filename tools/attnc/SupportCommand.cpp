// SupportCommand.cpp - attnc support: what the compiler can and cannot do, in its own words.
#include "tools/attnc/Command.h"
#include "tools/attnc/SupportMatrix.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace attnc::cli {
namespace {

struct SupportOptions {
  std::vector<std::string> archs;
  bool markdown = false, json = false;
};

nlohmann::json probeJson(const Probe &probe, std::string_view feature) {
  nlohmann::json out = {{"arch", probe.arch},
                        {"dtype", probe.dtype},
                        {"head_dim", probe.headDim},
                        {"supported", probe.status.ok()}};
  if (!feature.empty())
    out["feature"] = feature;
  if (!probe.status.ok()) {
    out["error"] = statusJson(probe.status);
    out["spec"] = probe.yaml;
  }
  return out;
}

nlohmann::json matrixJson(const SupportMatrix &matrix) {
  nlohmann::json sizes = nlohmann::json::array(), features = nlohmann::json::array();
  for (const Probe &probe : matrix.sizes)
    sizes.push_back(probeJson(probe, ""));
  for (const SupportRow &row : matrix.rows)
    for (const Probe &probe : row.probes)
      features.push_back(probeJson(probe, row.feature.name));
  return {
      {"ok", true}, {"archs", matrix.archs}, {"sizes", std::move(sizes)}, {"features", std::move(features)}};
}

/// A bug that looked like a "no" would be committed with the page.
const Probe *internalError(const SupportMatrix &matrix) {
  auto isBug = [](const Probe &probe) { return probe.status.code() == Code::Internal; };
  auto find = [&](const std::vector<Probe> &probes) {
    auto it = std::find_if(probes.begin(), probes.end(), isBug);
    return it == probes.end() ? nullptr : &*it;
  };
  const Probe *found = find(matrix.sizes);
  for (const SupportRow &row : matrix.rows)
    if (!found)
      found = find(row.probes);
  return found;
}

int support(const SupportOptions &options) {
  std::vector<Target> targets;
  for (const std::string &arch : options.archs) {
    Result<Target> target = Target::parse(arch);
    if (!target.ok())
      return report(target.status().prefix("--arch: "), options.json);
    if (std::find(targets.begin(), targets.end(), *target) == targets.end())
      targets.push_back(*target);
  }
  const SupportMatrix matrix = probeSupport(targets.empty() ? Target::all() : targets);
  if (const Probe *bug = internalError(matrix))
    return report(Status(bug->status).note("of the spec:\n" + bug->yaml), options.json);
  if (options.json)
    printJson(matrixJson(matrix));
  else
    std::fputs(supportPage(matrix, options.markdown).c_str(), stdout);
  return kOk;
}

} // namespace

void addSupportCommand(CLI::App &app, Action &action) {
  CLI::App *verb =
      addVerb(app, "support", "What is supported: feature x architecture x dtype x head size, and why not",
              {"attnc support", "attnc support --arch sm_90 --arch sm_80",
               "attnc support --markdown > specs/SUPPORT.md", "attnc support --json"});
  auto options = std::make_shared<SupportOptions>();
  verb->add_option("--arch", options->archs, "These architectures only (default: all that attnc knows)")
      ->allow_extra_args(false)
      ->type_name("ARCH");
  CLI::Option *page = verb->add_flag("--markdown", options->markdown, "Print the page of specs/SUPPORT.md");
  verb->add_flag("--json", options->json, "Print every probe as one JSON document")->excludes(page);
  verb->callback([options, &action] { action = [options] { return support(*options); }; });
}

} // namespace attnc::cli
