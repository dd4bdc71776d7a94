// SupportFeatures.h - what attnc support asks about: a name and the YAML that asks for it.
//
// Data only: whether a feature is supported is the compiler's answer, never this table's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace attnc::cli {

struct SupportFeature {
  std::string_view group, name;
  /// Top-level keys, one or more lines; each takes the place of the same key of the probe, or is added to it.
  std::string_view yaml;
};

/// Rows of the matrix in the order of the page. A new feature adds a row.
std::span<const SupportFeature> supportFeatures();

/// Whether to ask for a feature with this dtype: with the one that its text begins with; with every one of this
/// version if it has a fallback, which may compute what the plain spec's family cannot; else where the plain spec is
/// supported.
bool isAskedWith(const SupportFeature &feature, std::string_view dtype, bool plainIsSupported);

/// The spec that asks for one feature: fragment, dtype and head_dim over a plain spec.
std::string probeSpec(std::string_view fragment, std::string_view dtype, int64_t headDim);

} // namespace attnc::cli
