// Dumps.cpp - see Dumps.h. Bounds are those of passes/reference, for the state after each tile.
#include "codegen/reference/Dumps.h"

#include "codegen/reference/Elements.h"
#include "passes/reference/RoundingModel.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnc {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
/// Of a score: exponentials of more would leave fp64 on either side, and say nothing.
constexpr double kMostError = 500;

/// The four outputs of one row and head, each a pointer to kv_len elements.
struct Row {
  struct Output {
    double *values, *bounds;
  };
  Output scores, rowMax, weights, rowSum;
  const double *dumpedMax;
  int64_t keys;
};

class RowExpectation {
public:
  RowExpectation(const Row &row, int64_t tileKv) : row(row), tileKv(tileKv) {}

  void fill() {
    for (int64_t begin = 0; begin < row.keys; begin += tileKv) {
      const int64_t end = std::min(begin + tileKv, row.keys);
      int64_t known = begin; // a tile of a padded batch ends where its request does
      while (known < end && !std::isnan(row.dumpedMax[known]))
        ++known;
      if (known > begin)
        visit(begin, known);
      for (int64_t key = known; key < end; ++key)
        passOver(key);
    }
  }

private:
  void passOver(int64_t key) {
    for (const Row::Output *output : {&row.rowMax, &row.weights, &row.rowSum})
      set(*output, key, kNan, 0);
    const bool hidden = row.scores.values[key] == -kInfinity;
    if (hidden || std::isinf(row.scores.bounds[key]))
      set(row.scores, key, kNan, 0);
  }

  void visit(int64_t begin, int64_t end) {
    for (int64_t key = begin; key < end; ++key) {
      const double score = row.scores.values[key], bound = row.scores.bounds[key];
      doubtful |= !(bound <= kMostError) || std::isnan(score) || score == kInfinity;
      if (score == -kInfinity)
        continue;
      ++count;
      highest = std::max(highest, score);
      off = std::max(off, bound);
    }
    // Sums of before are brought to the maximum that the kernel has now.
    const double max = row.dumpedMax[begin], anchor = max == -kInfinity ? 0 : max;
    const double rescale = lastMax == -kInfinity ? 0 : std::exp(lastMax - anchor);
    const double moved = lastMax == -kInfinity ? 0 : std::abs(lastMax) + std::abs(anchor);
    sumError = sumError * rescale + sum * rescale * std::expm1(softmaxError(moved, 0));
    sum *= rescale;
    lastMax = max;
    for (int64_t key = begin; key < end; ++key) {
      const double score = row.scores.values[key];
      const double weight = score == -kInfinity ? 0 : std::exp(score - anchor);
      const double reach = std::abs(score) + std::abs(anchor);
      double error = 0;
      if (weight != 0)
        error = weight * std::expm1(softmaxError(reach, row.scores.bounds[key])) + rounding::kTinyF32;
      sum += weight;
      sumError += error;
      setUnlessDoubtful(row.weights, key, weight, error);
    }
    const double additions =
        (double(count) * rounding::kSumUnitsPerTerm + rounding::kKeysConstantUnits) * rounding::kUnitF32;
    const double maxError = highest == -kInfinity ? 0 : off + std::abs(highest) * 2 * rounding::kUnitF32;
    for (int64_t key = begin; key < end; ++key) {
      setUnlessDoubtful(row.rowMax, key, highest, maxError);
      setUnlessDoubtful(row.rowSum, key, sum, sumError + sum * additions);
    }
  }

  /// Relative error, as an exponent, of a weight whose score and maximum have magnitudes that add up to
  /// `reach`.
  static double softmaxError(double reach, double scoreError) {
    return scoreError +
           (reach * rounding::kSoftmaxUnitsPerLogit + rounding::kSoftmaxUnits) * rounding::kUnitF32;
  }

  /// Once rounding may show or hide a key, or a score is not finite, nothing is certain in the rest of the
  /// row.
  void setUnlessDoubtful(const Row::Output &output, int64_t key, double value, double bound) {
    if (doubtful)
      set(output, key, 0, kInfinity);
    else
      set(output, key, value, bound);
  }
  static void set(const Row::Output &output, int64_t key, double value, double bound) {
    output.values[key] = value;
    output.bounds[key] = bound;
  }

  const Row &row;
  const int64_t tileKv;
  double highest = -kInfinity, off = 0, lastMax = -kInfinity, sum = 0, sumError = 0;
  int64_t count = 0; ///< visible keys so far
  bool doubtful = false;
};

Result<std::vector<double>> readDump(const Arguments &actual, const ReferenceOutput &like) {
  const auto found = actual.tensors.find("debug_row_max");
  if (found == actual.tensors.end() || found->second.shape != like.shape)
    return Status(Code::InvalidArgument,
                  "expected a tensor 'debug_row_max' of shape " + reference::shapeText(like.shape) +
                      ", got " +
                      (found == actual.tensors.end() ? std::string("none")
                                                     : reference::shapeText(found->second.shape)));
  std::vector<double> values(like.values.size());
  reference::forEachElement(found->second, [&](int64_t linear, int64_t offset) {
    values[size_t(linear)] = reference::loadElement(found->second, offset);
  });
  return values;
}

/// A report without a mistake: arguments in which a request cannot be read have no reference.
ReferenceOutput allReadable(const char *name, const Tensor &report) {
  ReferenceOutput output;
  output.name = name;
  output.dtype = DType::I32;
  output.shape = report.shape;
  output.values.assign(size_t(report.elements()), 0);
  output.bounds.assign(output.values.size(), 0);
  return output;
}

} // namespace

Result<ReferenceResult> expectDumps(ReferenceResult expected, const Arguments &actual, int64_t tileKv) {
  for (const char *name : {"debug_pages", "debug_k_pages", "debug_v_pages"})
    if (const auto found = actual.tensors.find(std::string_view(name)); found != actual.tensors.end())
      expected.outputs.push_back(allReadable(name, found->second));
  auto scores = std::find_if(expected.outputs.begin(), expected.outputs.end(),
                             [](const ReferenceOutput &output) { return output.name == "debug_scores"; });
  if (scores == expected.outputs.end())
    return expected;
  if (tileKv < 1)
    return Status(Code::InvalidArgument, "expected tiles of at least one key, got " + std::to_string(tileKv));
  ATTNC_ASSIGN_OR_RETURN(std::vector<double> dumpedMax, readDump(actual, *scores));
  ReferenceOutput rowMax = *scores, weights = *scores, rowSum = *scores;
  rowMax.name = "debug_row_max";
  weights.name = "debug_weights";
  rowSum.name = "debug_row_sum";
  const int64_t keys = scores->shape.back();
  for (size_t first = 0; first < scores->values.size(); first += size_t(keys)) {
    auto at = [first](ReferenceOutput &output) {
      return Row::Output{output.values.data() + first, output.bounds.data() + first};
    };
    const Row row{at(*scores), at(rowMax), at(weights), at(rowSum), dumpedMax.data() + first, keys};
    RowExpectation(row, tileKv).fill();
  }
  for (ReferenceOutput *output : {&weights, &rowMax, &rowSum})
    expected.outputs.push_back(std::move(*output));
  return expected;
}

} // namespace attnc
