// SpecCheck.h - the labelled rules of a spec (S1...), listed in README.md.
//
// Private to specs/. Rules look at the Spec only, so that they hold for specs built without YAML too.
#pragma once

#include "specs/Spec.h"

namespace attnc {

constexpr int64_t kMaxHeads = 1024;

/// What a broken rule says.
inline Status fail(std::string message, Location where) {
  return Status(Code::InvalidSpec, std::move(message), std::move(where));
}

/// Rules of `inputs:` and `params:` that expressions rely on.
Status checkDeclarations(const Spec &spec);
/// Rules of `cache:`.
Status checkCache(const Spec &spec);
Status checkCacheTokens(const Spec &spec);
/// Rules of `append:`, and of what is left of a spec where nothing attends.
Status checkAppend(const Spec &spec);
/// Every rule.
Status checkSpec(const Spec &spec);

/// The rules of `rope:`; nothing to check where there is none.
Status checkRope(const Spec &spec);
/// Whether cosines and sines are given for tokens, and not for positions.
bool tablesByToken(const Spec &spec);
/// Whether the rotation of q depends on its position among the keys.
bool ropeReadsQueryPosition(const Spec &spec);
/// Names of the inputs that it reads.
std::vector<std::string> ropeInputs(const Rope &rope);

/// Whether any mask, score or rotation depends on q, the absolute position that `anchor` defines.
bool anchorMatters(const Spec &spec);

/// Calls `visit` on each expression of masks and scores.
void visitExpressions(const Spec &spec, const std::function<void(const Expr &)> &visit);

} // namespace attnc
