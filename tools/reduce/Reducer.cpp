// Reducer.cpp - greedy descent over single steps.
//
// Must be deterministic: the same spec and the same answers give the same result.
#include "tools/reduce/Reducer.h"

#include "specs/Spec.h"
#include "tools/reduce/Document.h"
#include "tools/reduce/Simplify.h"

#include <optional>
#include <set>

namespace attnc::reduce {
namespace {

constexpr const char *kFile = "reduce.yaml";

bool canBeRead(const std::string &text) { return readSpecText(text, kFile).ok(); }

/// The spec without the keys that reading complains about, if a few are enough.
std::optional<YamlNode> repaired(const YamlNode &root) {
  constexpr int kMostRepairs = 4;
  YamlNode out = root;
  for (int repair = 0; repair <= kMostRepairs; ++repair) {
    const std::string text = documentText(out);
    Result<Spec> spec = readSpecText(text, kFile);
    if (spec.ok())
      return out;
    Result<YamlTree> placed = YamlTree::parse(text, kFile);
    if (!placed.ok())
      return std::nullopt;
    out = placed->root();
    if (!removeEntryAt(out, spec.status().where()))
      return std::nullopt;
  }
  return std::nullopt;
}

} // namespace

Result<Reduction> reduceDocument(YamlNode root, const StillFails &stillFails,
                                 const std::function<void(const Progress &)> &progress) {
  Reduction out{std::move(root), 0, 0};
  const bool readable = canBeRead(documentText(out.root));
  std::set<std::string> asked{documentText(out.root)};
  for (bool changed = true; changed;) {
    changed = false;
    std::vector<Step> steps = simplerDocuments(out.root);
    for (size_t i = 0; i < steps.size(); ++i) {
      std::optional<YamlNode> candidate = readable ? repaired(steps[i].root) : std::move(steps[i].root);
      if (!candidate)
        continue;
      std::string text = documentText(*candidate);
      if (!asked.insert(text).second)
        continue;
      ++out.tried;
      ATTNC_ASSIGN_OR_RETURN(const bool fails, stillFails(text));
      if (!fails)
        continue;
      ++out.kept;
      out.root = std::move(*candidate);
      progress({out.tried, out.kept, countValues(out.root), steps[i].what});
      changed = true;
      // The steps before this one have just been asked about; those that follow are found again.
      steps = simplerDocuments(out.root);
      --i;
    }
  }
  return out;
}

} // namespace attnc::reduce
