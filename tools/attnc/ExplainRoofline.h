// ExplainRoofline.h - the roofline's part of attnc explain.
//
// Must not measure; every number is marked as a prediction, with its source.
#pragma once

#include "specs/Spec.h"
#include "tools/attnc/ExplainMask.h"

#include <nlohmann/json.hpp>

namespace attnc::cli {

/// {"predicted": true, ...}; {"not_predicted": why} where there are no rates for the kernel. `mask` has
/// counts.
Result<nlohmann::json> rooflineJson(const Spec &spec, const Program &program, const MaskExplanation &mask,
                                    int64_t tileQ, int64_t tileKv, int64_t blocksPerSm);
void printRoofline(const nlohmann::json &roofline);

} // namespace attnc::cli
