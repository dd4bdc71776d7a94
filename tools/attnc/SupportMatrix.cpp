// SupportMatrix.cpp - the probes.
#include "tools/attnc/SupportMatrix.h"

#include "runtime/jit/Compile.h"
#include "specs/FormatKeys.h"
#include "specs/Spec.h"

#include <set>

namespace attnc::cli {
namespace {

/// Of the plain spec: every multiple of 4 up to a bit beyond the largest, and sizes of models beyond that.
std::vector<int64_t> allSizes() {
  std::vector<int64_t> out;
  for (int64_t size = 4; size <= 264; size += 4)
    out.push_back(size);
  out.insert(out.end(), {320, 512, 576});
  return out;
}
/// Of a feature: one of each row of the schedule's table, and the largest (passes/README.md, "Schedule").
constexpr int64_t kFeatureSizes[] = {64, 128, 192, 256};

Probe probe(const Target &target, std::string_view dtype, int64_t headDim, std::string_view fragment) {
  Probe out{target.name(), std::string(dtype), headDim, probeSpec(fragment, dtype, headDim), {}};
  Result<Spec> spec = readSpecText(out.yaml, "probe.yaml");
  out.status = spec.ok() ? compileToProgram(*spec, target).status() : spec.status();
  return out;
}

} // namespace

SupportMatrix probeSupport(const std::vector<Target> &targets) {
  SupportMatrix out;
  std::set<std::pair<std::string, std::string>> supported; // arch, dtype
  std::vector<std::string_view> dtypes(keys::kDtypes.begin(), keys::kDtypes.end());
  dtypes.insert(dtypes.end(), keys::kDtypesReserved.begin(), keys::kDtypesReserved.end());
  for (const Target &target : targets) {
    out.archs.push_back(target.name());
    for (std::string_view dtype : dtypes)
      for (int64_t size : allSizes()) {
        out.sizes.push_back(probe(target, dtype, size, ""));
        if (out.sizes.back().status.ok())
          supported.emplace(target.name(), dtype);
      }
  }
  for (const SupportFeature &feature : supportFeatures()) {
    SupportRow row{feature, {}};
    for (const Target &target : targets)
      for (std::string_view dtype : dtypes)
        if (isAskedWith(feature, dtype, supported.contains({target.name(), std::string(dtype)})))
          for (int64_t size : kFeatureSizes)
            row.probes.push_back(probe(target, dtype, size, feature.yaml));
    out.rows.push_back(std::move(row));
  }
  return out;
}

} // namespace attnc::cli
