// ReadAppend.cpp - the section `append`, the rules about it, and those of specs that only append.
//
// Must not know how keys are rotated: RopeCheck does.
#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"
#include "specs/SpecCheck.h"
#include "specs/SpecReader.h"

namespace attnc {
namespace {

/// What speaks of attention has no meaning without it.
Status checkAlone(const Spec &spec) {
  const Score &score = spec.score;
  const Outputs &outputs = spec.outputs;
  struct Key {
    std::string_view name;
    const Location &where;
    bool given;
  };
  const Key attention[] = {
      {"mask", spec.mask.where, spec.mask.kind != MaskNode::Kind::None},
      {"score", score.where, score.softcap || score.sinks || score.expr || !score.terms.empty()},
      {"anchor", spec.anchor.where, spec.anchor.value != Anchor::BottomRight},
      {"out_dtype", spec.outDtype.where, spec.outDtype.value != spec.dtype.value},
      {"precision", spec.tf32.where, spec.tf32.value},
      {"accumulate", spec.accumulate.where, spec.accumulate.value != DType::F32},
      {"fallback", spec.plainFallback.where, spec.plainFallback.value},
      {"schedule", spec.schedule.where, false}};
  for (const Key &key : attention)
    if (key.where.valid() || key.given) // S62
      return fail("expected no '" + std::string(key.name) +
                      "' in 'phase: append', where nothing attends, got one",
                  key.where)
          .note("the phase is given here", spec.phase.where);
  if (outputs.lse || outputs.rowMax || outputs.maxLogit) // S63
    return fail("expected only k_rotated and debug in 'outputs' of 'phase: append', where nothing attends, "
                "got more",
                outputs.where)
        .note("the phase is given here", spec.phase.where);
  return Status::success();
}

/// `k_rotated` is what the rotation of appended keys gives.
Status checkRotatedKeys(const Spec &spec) {
  const bool rotated = spec.rope && spec.rope->ofK;
  if (!spec.outputs.keysRotated || (spec.append && rotated && !spec.rope->keysOnRead))
    return Status::success();
  const std::string_view instead = !spec.append ? "it without 'append'"
                                   : rotated    ? "it of keys that are rotated as they are read"
                                                : "it of keys that are not rotated";
  return fail("expected 'k_rotated' only of keys that are rotated as they are appended, got " +
                  std::string(instead),
              spec.outputs.where); // S64
}

} // namespace

/// `append: end`, or `{at: end}`.
Result<Append> readAppend(const YamlEntry &entry) {
  Append append;
  append.where = entry.where;
  const YamlNode *place = &entry.value;
  if (place->kind == YamlNode::Kind::Map) {
    ATTNC_RETURN_IF_ERROR(checkKeys(*place, "'append'", keys::kAppend, keys::kNone));
    const YamlEntry *at = place->find("at");
    if (!at) // K5
      return fail("expected 'at' in 'append', got none", place->where);
    place = &at->value;
  }
  ATTNC_ASSIGN_OR_RETURN(size_t word, readChoice(*place, "append", keys::kAppendPlaces, keys::kNone));
  append.atIndices = word == 1;
  append.atWhere = place->where;
  return append;
}

Status checkAppend(const Spec &spec) {
  if (!spec.attends()) {
    if (!spec.append) // S61
      return fail("expected 'append' in 'phase: append', got none", spec.phase.where);
    ATTNC_RETURN_IF_ERROR(checkAlone(spec));
  }
  ATTNC_RETURN_IF_ERROR(checkRotatedKeys(spec));
  if (!spec.append)
    return Status::success();
  if (!spec.cache) // S61
    return fail("expected a 'cache' where tokens are appended, got none", spec.append->where);
  if (spec.lengths.value == LengthsKind::Kv && !spec.readsKeyLengths()) // S65
    return fail("expected 'lengths' none or both where tokens are put at write indices and nothing attends, "
                "as no number of keys is read, got kv",
                spec.lengths.where)
        .note("the indices are asked for here", spec.append->atWhere);
  return Status::success();
}

} // namespace attnc
