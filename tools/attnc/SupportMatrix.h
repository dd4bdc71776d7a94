// SupportMatrix.h - feature x arch x dtype x head size, asked of the compiler.
//
// Every answer is a probe spec through the reader, the passes and the emitter. Must not know any rule itself.
#pragma once

#include "attnc/Status.h"
#include "attnc/Target.h"
#include "tools/attnc/SupportFeatures.h"

#include <map>
#include <string>
#include <vector>

namespace attnc::cli {

struct Probe {
  std::string arch, dtype;
  int64_t headDim;
  std::string yaml;
  Status status;
};

struct SupportRow {
  SupportFeature feature;
  std::vector<Probe> probes; ///< by arch, dtype and head size
};

struct SupportMatrix {
  std::vector<std::string> archs;
  std::vector<Probe> sizes;     ///< the plain spec: every dtype of the format, many head sizes
  std::vector<SupportRow> rows; ///< every feature with the dtypes of which the plain spec is supported
};

SupportMatrix probeSupport(const std::vector<Target> &targets);

/// "8 to 256 by 8, 320": increasing numbers, runs of one step together.
std::string rangesText(const std::vector<int64_t> &numbers);

/// The matrix for people: a page in Markdown, or aligned columns.
std::string supportPage(const SupportMatrix &matrix, bool markdown);

} // namespace attnc::cli
