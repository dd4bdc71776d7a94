// SchemaCommand.cpp - attnc schema: what editors need to check and complete specs.
//
// Must not know the format.
#include "tools/attnc/Command.h"
#include "tools/attnc/OutputFile.h"
#include "tools/schema/SpecSchema.h"

namespace attnc::cli {

void addSchemaCommand(CLI::App &app, Action &action) {
  CLI::App *verb = addVerb(app, "schema", "Print the JSON schema of specs, for editors",
                           {"attnc schema -o specs/attnc.schema.json", "",
                            "In a spec: # yaml-language-server: $schema=attnc.schema.json"});
  auto output = std::make_shared<std::string>();
  verb->add_option("-o,--output", *output, "Where to write it (default: standard output)")->type_name("FILE");
  verb->callback([output, &action] {
    action = [output]() -> int {
      const std::string text = schema::specSchema().dump(2) + "\n";
      if (output->empty() || *output == "-") {
        std::fwrite(text.data(), 1, text.size(), stdout); // main looks at the stream's state
        return kOk;
      }
      const Status status = writeOutputFile(*output, text);
      return status.ok() ? kOk : report(status);
    };
  });
}

} // namespace attnc::cli
