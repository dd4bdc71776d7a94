// SpecFuzzer.cpp - any bytes as a spec: reading ends with a located Status, or with a spec whose canonical
// text reads back to itself.
#include "FuzzTarget.h"

#include "specs/Spec.h"
#include "specs/YamlTree.h"

#include <algorithm>

using namespace attnc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string text(reinterpret_cast<const char *>(data), size);
  Result<Spec> spec = readSpecText(text, "fuzz.yaml");
  if (!spec.ok()) {
    const Status status = spec.status();
    fuzz::expect(!status.message().empty(), "a message");
    fuzz::expect(status.code() == Code::InvalidSpec || status.code() == Code::Unsupported, status.str());
    fuzz::expect(status.where().valid() || size > YamlTree::kMaxBytes, "a place: " + status.str());
    const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
    fuzz::expect(status.where().line <= lines, "a line of the file: " + status.str());
    // A message may quote control characters of the file; those are not shown as they are.
    const auto isControl = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    const std::string &message = status.message();
    const std::string shown(message.begin(), std::find_if(message.begin(), message.end(), isControl));
    fuzz::expect(renderDiagnostic(status).find(shown) != std::string::npos, "the message to be shown");
    return 0;
  }
  const std::string canonical = specText(*spec);
  Result<Spec> again = readSpecText(canonical, "canonical.yaml");
  fuzz::expect(again.ok(), again.status().str() + "\nin canonical\n" + canonical);
  fuzz::expect(specText(*again) == canonical, "the same text again:\n" + canonical + "\n" + specText(*again));
  return 0;
}
