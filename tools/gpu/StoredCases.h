// StoredCases.h - what travels to a machine with a GPU: cases, and what the reference said of them.
//
// Inputs do not travel: tools/attnc/Random.h makes the same numbers everywhere. Must not need MLIR.
#pragma once

#include "codegen/reference/ReferenceResult.h"
#include "tools/attnc/Problem.h"

#include <filesystem>
#include <string>
#include <vector>

namespace attnc::gpu {

/// One case of one kernel.
struct StoredCase {
  std::string kernel; ///< name in the bundle
  std::string name;   ///< "q 7,64 kv 7,64"
  cli::ProblemRequest request;
  std::string file; ///< the reference's values, beside cases.json
};

/// One kernel at one size, timed but not compared.
struct TimedCase {
  std::string kernel;
  cli::ProblemRequest request;
};

struct StoredCases {
  std::string attnc; ///< version that made them
  std::vector<StoredCase> cases;
  std::vector<TimedCase> grid;
};

Status writeCases(const std::filesystem::path &folder, const StoredCases &cases);
Result<StoredCases> readCases(const std::filesystem::path &folder);

/// Values and bounds as f32, with the bounds widened by what the rounding costs. What tensors that are
/// updated in place held before the run is not stored: `replaceUntouched` fills it in.
Status writeExpected(const std::filesystem::path &path, const ReferenceResult &result);
/// Corrupt if the file is not what `writeExpected` wrote.
Result<ReferenceResult> readExpected(const std::filesystem::path &path);

} // namespace attnc::gpu
