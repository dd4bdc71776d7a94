// ImportCommand.cpp - attnc import: a Hugging Face config.json becomes a spec.
//
// Must not know models (tools/import does).
#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"
#include "tools/attnc/Command.h"
#include "tools/attnc/OptionChecks.h"
#include "tools/attnc/OutputFile.h"
#include "tools/attnc/SharedOptions.h"
#include "tools/import/WriteSpec.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace attnc::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOptions {
  std::string config, kind, output, allTo;
  int64_t layer = -1;
  import::SpecChoices choices;
  bool json = false;
};

Result<std::string> readConfig(const std::string &path) {
  constexpr size_t kMostBytes = 1 << 20; // a config is some kilobytes
  std::error_code error;
  const Location place{path, 0, 0};
  if (!fs::exists(path, error))
    return Status(Code::NotFound, "expected a config file, got no such file", place);
  if (fs::is_directory(path, error))
    return Status(Code::IoError, "expected a config file, got a folder; name the config.json in it", place);
  std::ifstream stream(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad())
    return Status(Code::IoError, "cannot read the config file", place);
  text.resize(static_cast<size_t>(stream.gcount()));
  if (text.size() > kMostBytes)
    return Status(Code::InvalidArgument,
                  "expected at most " + std::to_string(kMostBytes) + " bytes, got more", place);
  return text;
}

std::string kindsText(const import::Model &model) {
  std::string out;
  for (const import::LayerKind &kind : model.kinds)
    out += (out.empty() ? "" : "; ") + kind.name +
           (!kind.layers.empty() ? " (layers " + import::layersText(kind) + ")"
            : model.layers       ? " (layers 0 to " + std::to_string(*model.layers - 1) + ")"
                                 : "");
  return out;
}

/// The kinds that the options ask for: the one named, the layer's, or the only one there is.
Result<std::vector<const import::LayerKind *>> chosenKinds(const import::Model &model,
                                                           const ImportOptions &options) {
  std::vector<const import::LayerKind *> out;
  for (const import::LayerKind &kind : model.kinds) {
    const bool named = !options.kind.empty() && kind.name == options.kind;
    const bool numbered = options.layer >= 0 && std::find(kind.layers.begin(), kind.layers.end(),
                                                          options.layer) != kind.layers.end();
    // Where layers are not numbered they are all alike, or are told apart by their kind.
    const bool only = options.layer >= 0 && options.layer < model.layers.value_or(INT64_MAX) &&
                      kind.layers.empty() && model.kinds.size() == 1;
    if (named || numbered || only || (options.kind.empty() && options.layer < 0))
      out.push_back(&kind);
  }
  if (out.empty())
    return Status(Code::InvalidArgument,
                  (options.kind.empty() ? "--layer: expected a layer of " : "--kind: expected one of ") +
                      kindsText(model) + ", got " +
                      (options.kind.empty() ? std::to_string(options.layer) : "'" + options.kind + "'"));
  if (out.size() > 1 && options.allTo.empty() && !options.json)
    return Status(Code::InvalidArgument,
                  "expected --kind, --layer or --all DIR, as the layers of this model differ: " +
                      kindsText(model));
  return out;
}

Status importConfig(ImportOptions options) {
  if (!options.kind.empty() && options.layer >= 0)
    return Status(Code::InvalidArgument, "--layer: expected no --kind with it, got both");
  if (!options.allTo.empty() && (!options.output.empty() || !options.kind.empty() || options.layer >= 0))
    return Status(Code::InvalidArgument, "--all: expected no -o, --kind or --layer with it");
  if (!options.choices.name.empty() && !isIdentifier(options.choices.name))
    return Status(Code::InvalidArgument, "--name: expected a letter, then letters, digits and _, got '" +
                                             options.choices.name + "'");
  ATTNC_ASSIGN_OR_RETURN(std::string text, readConfig(options.config));
  ATTNC_ASSIGN_OR_RETURN(import::ConfigFile file, import::ConfigFile::parse(text, options.config));
  ATTNC_ASSIGN_OR_RETURN(import::Model model, import::readModel(file));
  ATTNC_ASSIGN_OR_RETURN(std::vector<const import::LayerKind *> kinds, chosenKinds(model, options));
  if (kinds.size() > 1 && !options.choices.name.empty())
    return Status(Code::InvalidArgument,
                  "--name: expected --kind or --layer with it, as several specs are written");
  if (kinds.size() > 1 && !options.output.empty())
    return Status(Code::InvalidArgument,
                  "-o: expected --kind or --layer with it, or --all DIR: the layers of this "
                  "model differ: " +
                      kindsText(model));
  if (!options.allTo.empty()) {
    std::error_code error;
    fs::create_directories(options.allTo, error);
    if (error)
      return Status(Code::IoError,
                    "--all: cannot make the folder '" + options.allTo + "': " + error.message());
  }
  nlohmann::json specs = nlohmann::json::array();
  for (const import::LayerKind *kind : kinds) {
    ATTNC_ASSIGN_OR_RETURN(std::string spec, import::writeSpec(file, model, *kind, options.choices));
    const std::string output =
        options.allTo.empty()
            ? options.output
            : (fs::path(options.allTo) / (model.type + "-" + kind->name + ".yaml")).string();
    if (!output.empty() && output != "-")
      ATTNC_RETURN_IF_ERROR(writeOutputFile(output, spec));
    else if (!options.json)
      std::fwrite(spec.data(), 1, spec.size(), stdout); // main looks at the stream's state
    specs.push_back({{"kind", kind->name}, {"layers", kind->layers}, {"spec", spec}, {"output", output}});
  }
  for (const std::string &remark : model.remarks)
    std::fprintf(stderr, "%s: remark: %s\n", options.config.c_str(), remark.c_str());
  if (options.json)
    printJson({{"ok", true},
               {"model_type", model.type},
               {"source", model.source},
               {"specs", std::move(specs)},
               {"remarks", model.remarks}});
  return Status::success();
}

template <size_t N> std::vector<std::string> wordsOf(const std::array<std::string_view, N> &words) {
  return {words.begin(), words.end()};
}

std::string knownTypes() {
  std::string out;
  for (const import::Family &family : import::families())
    out += (out.empty() ? "" : ", ") + std::string(family.type);
  return out;
}

} // namespace

void addImportCommand(CLI::App &app, Action &action) {
  CLI::App *verb = addVerb(
      app, "import", "Make a spec of a Hugging Face config.json",
      {"attnc import config.json -o llama.yaml",
       "attnc import config.json --kind sliding            of a model whose layers differ; or --layer 3",
       "attnc import config.json --all specs               one file for each kind of layer", "",
       "What the config does not tell, and what a spec cannot say yet (the rotation of Q and K), is listed "
       "on",
       "standard error and as comments. Exit code 3: a model_type that is not known; 2: a bad file.",
       "Known: " + knownTypes()});
  auto options = std::make_shared<ImportOptions>();
  verb->add_option("CONFIG", options->config, "The model's config.json")->required();
  verb->add_option("--kind", options->kind, "full, sliding, chunked, encoder, decoder or cross")
      ->type_name("KIND");
  verb->add_option("--layer", options->layer, "The layer with this number, from 0")
      ->check(integerBetween(0, 1000000))
      ->type_name("N");
  verb->add_option("--all", options->allTo, "Write one spec for each kind of layer there")->type_name("DIR");
  verb->add_option("--name", options->choices.name, "Name of the kernel (default: model_type and kind)");
  verb->add_option("--phase", options->choices.phase, "Phase of the kernel")
      ->check(oneOf({"prefill", "decode"})); // the third of keys::kPhases has no attention
  verb->add_option("--layout", options->choices.layout, "Layout (default: packed, encoders padded)")
      ->check(oneOf(wordsOf(keys::kLayouts)));
  verb->add_option("--dtype", options->choices.dtype, "Type of q, k and v (default: the config's)")
      ->check(oneOf(wordsOf(keys::kDtypes)));
  verb->add_option("-o,--output", options->output, "Where to write the spec (default: standard output)")
      ->type_name("FILE");
  addJson(*verb, options->json);
  verb->callback([options, &action] {
    action = [options]() -> int {
      Status status = importConfig(*options);
      return status.ok() ? kOk : report(status, options->json);
    };
  });
}

} // namespace attnc::cli
