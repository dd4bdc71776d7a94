// BundleCommand.cpp - attnc bundle: compiled kernels as a folder that the runtime alone can run.
//
// Must not leave a half-written bundle: everything compiles before anything is written.
#include "attnc/Runtime.h"
#include "tools/attnc/SharedOptions.h"

#include <nlohmann/json.hpp>

namespace attnc::cli {
namespace {

struct BundleOptions {
  std::vector<std::string> specs, archs;
  std::string output;
  JitFlags jit;
  bool json = false;
};

Result<std::vector<Target>> chooseTargets(const std::vector<std::string> &archs) {
  std::vector<Target> targets;
  for (const std::string &arch : archs) {
    ATTNC_ASSIGN_OR_RETURN(Target target, Target::parse(arch));
    targets.push_back(target);
  }
  if (targets.empty()) {
    ATTNC_ASSIGN_OR_RETURN(Target target, chooseTarget(""));
    targets.push_back(target);
  }
  return targets;
}

Status bundle(const BundleOptions &options) {
  ATTNC_ASSIGN_OR_RETURN(std::vector<Target> targets, chooseTargets(options.archs));
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, options.jit.create());
  std::vector<Image> images;
  nlohmann::json kernels = nlohmann::json::array();
  for (const std::string &path : options.specs) {
    ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(path));
    for (const Target &target : targets) {
      ATTNC_ASSIGN_OR_RETURN(Kernel kernel, jit->compile(spec, target));
      kernels.push_back({{"name", kernel.program().name},
                         {"arch", target.name()},
                         {"cubin_bytes", kernel.image().cubin.size()}});
      images.push_back(kernel.image());
    }
  }
  ATTNC_RETURN_IF_ERROR(Bundle::write(options.output, images));
  if (options.json) {
    printJson({{"ok", true}, {"folder", options.output}, {"kernels", std::move(kernels)}});
    return Status::success();
  }
  for (const Image &image : images)
    std::printf("%s for %s, %zu bytes of cubin\n", image.program.name.c_str(),
                image.program.target.name().c_str(), image.cubin.size());
  std::printf("wrote %zu kernel%s to %s\n", images.size(), images.size() == 1 ? "" : "s",
              options.output.c_str());
  return Status::success();
}

} // namespace

void addBundleCommand(CLI::App &app, Action &action) {
  CLI::App *verb =
      addVerb(app, "bundle", "Write compiled kernels that the runtime alone can run",
              {"attnc bundle specs/catalog/llama3-prefill.yaml --arch sm_80 --arch sm_90 -o llama3.attnc"});
  auto options = std::make_shared<BundleOptions>();
  verb->add_option("SPEC", options->specs, "The specs (YAML)")->required();
  addRepeated(*verb, "--arch", options->archs,
              "Architecture; may be repeated (default: the GPU's, else sm_90)")
      ->type_name("ARCH");
  verb->add_option("-o,--output", options->output, "The new folder; must not exist or be empty")
      ->required()
      ->type_name("DIR");
  options->jit.addTo(*verb);
  addJson(*verb, options->json);
  verb->callback([options, &action] {
    action = [options]() -> int {
      Status status = bundle(*options);
      return status.ok() ? kOk : report(status, options->json);
    };
  });
}

} // namespace attnc::cli
