// EmulatedKernel.cpp - see EmulatedKernel.h.
#include "test/reference/EmulatedKernel.h"

#include "codegen/reference/Elements.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace attnc::test {
namespace {

using reference::loadElement;
using reference::storeElement;

constexpr float kLog2E = 1.44269504f, kLn2 = 0.693147181f;
constexpr float kInf = std::numeric_limits<float>::infinity();

float roundTo(DType dtype, float value) {
  uint32_t bits = 0;
  Tensor cell{&bits, dtype, {1}, {}};
  storeElement(cell, 0, value);
  return float(loadElement(cell, 0));
}

/// The sum of 16 products and the accumulator with one rounding, like one mma step.
float accumulate(float sum, const std::vector<float> &x, const std::vector<float> &y, size_t first,
                 size_t count, bool truncate) {
  double exact = sum;
  for (size_t i = first; i < first + count; ++i)
    exact += double(x[i]) * double(y[i]);
  float rounded = float(exact);
  if (truncate && std::abs(double(rounded)) > std::abs(exact))
    rounded = std::nextafter(rounded, 0.0f);
  return rounded;
}

float dot(const std::vector<float> &x, const std::vector<float> &y, bool truncate, float start = 0,
          bool f16Sums = false) {
  float sum = start;
  for (size_t i = 0; i < x.size(); i += 16) {
    sum = accumulate(sum, x, y, i, std::min<size_t>(16, x.size() - i), truncate);
    sum = f16Sums ? roundTo(DType::F16, sum) : sum;
  }
  return sum;
}

/// To 10 bits after the point, ties away from zero.
float roundToTf32(float value) {
  int exponent = 0;
  float mantissa = std::frexp(value, &exponent);
  return std::ldexp(std::round(std::ldexp(mantissa, 11)), exponent - 11);
}

} // namespace

void EmulatedKernel::run(const Tensor &q, const Tensor &k, const Tensor &v, const Tensor &out,
                         const Tensor &lse) const {
  int64_t qLen = q.shape[0], kvLen = k.shape[0];
  auto rowOf = [&](const Tensor &tensor, int64_t count, int64_t row, int64_t head) {
    std::vector<float> values;
    for (int64_t e = 0; e < dim; ++e)
      values.push_back(float(loadElement(tensor, (row * count + head) * dim + e)));
    for (float &value : values)
      value = tf32 ? roundToTf32(value) : value;
    return values;
  };
  for (int64_t h = 0; h < heads; ++h) {
    int64_t kvHead = h / (heads / kvHeads);
    std::vector<std::vector<float>> keys;
    std::vector<std::vector<float>> values{size_t(dim), std::vector<float>{}};
    for (std::vector<float> &column : values)
      column.resize(size_t(kvLen));
    for (int64_t j = 0; j < kvLen; ++j) {
      keys.push_back(rowOf(k, kvHeads, j, kvHead));
      std::vector<float> value = rowOf(v, kvHeads, j, kvHead);
      for (int64_t e = 0; e < dim; ++e)
        values[size_t(e)][size_t(j)] = value[size_t(e)];
    }
    for (int64_t row = 0; row < qLen; ++row) {
      int64_t position = row + kvLen - qLen;
      std::vector<float> query = rowOf(q, heads, row, h), accumulator(size_t(dim), 0.0f);
      float rowMax = -kInf, rowSum = 0;
      int64_t end = lastKeyMissing ? kvLen - 1 : kvLen;
      for (int64_t first = 0; first < end; first += tile) {
        int64_t last = std::min(first + tile, end);
        std::vector<float> logits;
        float tileMax = rowMax;
        for (int64_t j = first; j < last; ++j) {
          float s = score(dot(query, keys[size_t(j)], truncate, 0, f16Sums) * scale, h, position, j);
          logits.push_back(visible(position, j) ? s : -kInf);
          tileMax = std::max(tileMax, logits.back());
        }
        if (tileMax == -kInf)
          continue;
        float rescale = std::exp2(rowMax * kLog2E - tileMax * kLog2E);
        rowMax = tileMax;
        rowSum *= rescale;
        std::vector<float> weights;
        for (float logit : logits) {
          float p = std::exp2(std::fma(logit, kLog2E, -rowMax * kLog2E));
          rowSum += p;
          weights.push_back(fullPrecisionP ? p : tf32 ? roundToTf32(p) : roundTo(q.dtype, p));
        }
        for (int64_t e = 0; e < dim; ++e) {
          std::vector<float> column(values[size_t(e)].begin() + first, values[size_t(e)].begin() + last);
          if (!forgetRescale)
            accumulator[size_t(e)] *= rescale;
          accumulator[size_t(e)] = dot(weights, column, truncate, accumulator[size_t(e)]);
        }
      }
      bool empty = rowMax == -kInf;
      for (int64_t e = 0; e < dim; ++e)
        storeElement(out, (row * heads + h) * dim + e, empty ? 0 : accumulator[size_t(e)] * (1 / rowSum));
      storeElement(lse, row * heads + h, empty ? -kInf : rowMax + std::log2(rowSum) * kLn2);
    }
  }
}

} // namespace attnc::test
