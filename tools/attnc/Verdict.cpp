// Verdict.cpp - the rule of Verdict.h.
#include "tools/attnc/Verdict.h"

#include "codegen/reference/Dumps.h"

#include <cstdlib>
#include <numeric>

namespace attnc::cli {
namespace {

/// The part of a packed tensor's rows that no request owns; 0 for other layouts.
double undefinedShare(const Problem &problem) {
  const auto total = problem.dims.find("total_q");
  const auto lens = problem.lens.find("q");
  if (total == problem.dims.end() || lens == problem.lens.end() || total->second <= 0)
    return 0;
  const int64_t used = std::accumulate(lens->second.begin(), lens->second.end(), int64_t(0));
  return 1 - static_cast<double>(used) / static_cast<double>(total->second);
}

bool mostlyUnchecked(const TensorComparison &tensor, double undefined) {
  // Of a cache, what is written has to be checked, and has no rows that no request owns.
  const double all = static_cast<double>(tensor.elements - tensor.untouched),
               outside = tensor.untouched ? 0 : all * undefined;
  const double unchecked = static_cast<double>(tensor.unchecked) - outside;
  return unchecked > 0.5 && 2 * unchecked > all - outside;
}

} // namespace

std::string_view verdictName(Verdict verdict) {
  constexpr std::string_view names[] = {"passed", "failed", "unchecked"};
  return names[static_cast<size_t>(verdict)];
}

Result<Comparison> compareRun(const Program &program, ReferenceResult expected, const Arguments &actual) {
  int64_t tileKv = 0;
  for (const Remark &remark : program.remarks)
    if (remark.key == "schedule.tile_kv")
      tileKv = std::strtoll(remark.value.c_str(), nullptr, 10);
  ATTNC_ASSIGN_OR_RETURN(expected, expectDumps(std::move(expected), actual, tileKv));
  return compare(expected, actual);
}

Verdict judge(const Comparison &comparison, const Problem &problem) {
  if (!comparison.passed())
    return Verdict::Failed;
  const double undefined = undefinedShare(problem);
  for (const TensorComparison &tensor : comparison.tensors)
    if (mostlyUnchecked(tensor, undefined))
      return Verdict::Unchecked;
  return Verdict::Passed;
}

Status verdictStatus(const Comparison &comparison, const Problem &problem) {
  switch (judge(comparison, problem)) {
  case Verdict::Passed:
    return Status::success();
  case Verdict::Failed:
    return Status(Code::Mismatch, "results differ from the reference\n" + comparison.str());
  case Verdict::Unchecked:
    return Status(
        Code::Mismatch,
        "expected at least half of each tensor to be checked, got fewer: with this spec and these inputs "
        "rounding alone could make anything of the rest, so nothing is shown\n" +
            comparison.str());
  }
  return Status(Code::Internal, "a verdict without a name");
}

} // namespace attnc::cli
