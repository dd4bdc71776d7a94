// ReadCacheTokens.cpp - which tokens a cache holds (`window`, `keep`), and whose a request reads (`beams`).
#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"
#include "specs/SpecCheck.h"
#include "specs/SpecReader.h"
#include "specs/SpecText.h"

namespace attnc {
namespace {

constexpr int64_t kMaxWindow = int64_t(1) << 30, kMaxBeams = 1024;

/// A number of requests, or {width, shared_prompt}.
Result<Beams> readBeams(const YamlEntry &entry) {
  const YamlNode &node = entry.value;
  Beams beams;
  beams.where = node.where;
  if (node.kind != YamlNode::Kind::Map) {
    ATTNC_ASSIGN_OR_RETURN(beams.width, readInt(node, "beams", 2, kMaxBeams)); // S94
    return beams;
  }
  ATTNC_RETURN_IF_ERROR(checkKeys(node, "'beams'", keys::kBeams, keys::kNone));
  const YamlEntry *width = node.find("width");
  if (!width) // K5
    return fail("expected 'width' in 'beams', got none", node.where);
  ATTNC_ASSIGN_OR_RETURN(beams.width, readInt(width->value, "width", 2, kMaxBeams)); // S94
  if (const YamlEntry *shared = node.find("shared_prompt")) {
    ATTNC_ASSIGN_OR_RETURN(beams.sharedPrompt, readFlag(shared->value, "shared_prompt"));
  }
  return beams;
}

Status checkWindow(const CacheSpec &cache) {
  if (cache.window < 0 || cache.window > kMaxWindow || cache.keep < 0) // S93
    return fail("expected a 'window' of 1 to 2^30 tokens, 'keep' among them, got " +
                    std::to_string(cache.window) + " and " + std::to_string(cache.keep),
                cache.windowAt);
  if (cache.keep && cache.window <= cache.keep) // S93
    return fail("expected a 'window' of more tokens than 'keep' (" + std::to_string(cache.keep) + "), got " +
                    (cache.window ? std::to_string(cache.window) : "none"),
                cache.windowAt);
  if (cache.window && cache.isCsr()) // S93
    return fail("expected a dense page table of a cyclic cache, whose pages do not tell how long a request "
                "is, "
                "got csr",
                cache.tableAt)
        .note("the window is given here", cache.windowAt);
  return Status::success();
}

} // namespace

Status readCacheTokens(const YamlNode &node, CacheSpec &cache) {
  for (auto [name, value, least] :
       {std::tuple("window", &cache.window, 1), std::tuple("keep", &cache.keep, 0)})
    if (const YamlEntry *given = node.find(name)) {
      ATTNC_ASSIGN_OR_RETURN(*value, readInt(given->value, name, least, kMaxWindow)); // S93
      if (!cache.windowAt.valid())
        cache.windowAt = given->value.where;
    }
  if (const YamlEntry *beams = node.find("beams")) {
    ATTNC_ASSIGN_OR_RETURN(cache.beams, readBeams(*beams));
  }
  return Status::success();
}

Status checkCacheTokens(const Spec &spec) {
  const CacheSpec &cache = *spec.cache;
  ATTNC_RETURN_IF_ERROR(checkWindow(cache));
  if (!cache.beams)
    return Status::success();
  const Beams &beams = *cache.beams;
  if (beams.width < 2 || beams.width > kMaxBeams) // S94
    return fail("expected 'beams' between 2 and 1024, got " + std::to_string(beams.width), beams.where);
  if (cache.isCsr()) // S94
    return fail("expected a dense page table, of which every beam finds the others' rows, got csr",
                cache.tableAt)
        .note("beams are given here", beams.where);
  if (!spec.attends()) // S94
    return fail("expected no 'beams' in phase append, which reads no tokens of others, got them", beams.where)
        .note("the phase is given here", spec.phase.where);
  return Status::success();
}

std::string cacheTokensText(const CacheSpec &cache) {
  std::string out;
  if (cache.window)
    out += ", window: " + std::to_string(cache.window) + ", keep: " + std::to_string(cache.keep);
  if (cache.beams)
    out += ", beams: {width: " + std::to_string(cache.beams->width) +
           ", shared_prompt: " + (cache.beams->sharedPrompt ? "true" : "false") + "}";
  return out;
}

} // namespace attnc
