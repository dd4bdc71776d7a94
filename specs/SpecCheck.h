// SpecCheck.h - the labelled rules of a spec (S1...), listed in README.md.
//
// Private to specs/. Rules look at the Spec only, so that they hold for specs built without YAML too.
#pragma once

#include "specs/Spec.h"

namespace attnc {

constexpr int64_t kMaxHeads = 1024;

/// Rules of `inputs:` and `params:` that expressions rely on.
Status checkDeclarations(const Spec &spec);
/// Rules of `cache:`.
Status checkCache(const Spec &spec);
/// Every rule.
Status checkSpec(const Spec &spec);

/// Whether any mask or score depends on q, the absolute position that `anchor` defines.
bool anchorMatters(const Spec &spec);

/// Calls `visit` on each expression of masks and scores.
void visitExpressions(const Spec &spec, const std::function<void(const Expr &)> &visit);

} // namespace attnc
