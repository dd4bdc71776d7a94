// Layout.cpp - GF(2) linear maps and the layouts of fragments and shared tiles.
#include "dialect/tile/Layout.h"

#include <algorithm>
#include <cassert>
#include <set>

namespace attnc::tile {

int LinearLayout::bitsOf(const std::vector<LayoutDim> &dims) {
  int bits = 0;
  for (const LayoutDim &dim : dims)
    bits += dim.bits;
  return bits;
}

int LinearLayout::offsetOf(const std::vector<LayoutDim> &dims, std::string_view name) {
  int offset = 0;
  for (const LayoutDim &dim : dims) {
    if (dim.name == name)
      return offset;
    offset += dim.bits;
  }
  assert(false && "no dim of that name");
  return 0;
}

LinearLayout::LinearLayout(std::vector<LayoutDim> inputs, std::vector<LayoutDim> outputs)
    : ins(std::move(inputs)), outs(std::move(outputs)), columns(bitsOf(ins), 0) {}

LinearLayout &LinearLayout::map(std::string_view input, int inBit, std::string_view output, int outBit) {
  columns[offsetOf(ins, input) + inBit] ^= uint64_t(1) << (offsetOf(outs, output) + outBit);
  return *this;
}

uint64_t LinearLayout::apply(uint64_t packed) const {
  uint64_t result = 0;
  for (size_t bit = 0; bit < columns.size(); ++bit)
    if (packed >> bit & 1)
      result ^= columns[bit];
  return result;
}

std::vector<uint64_t> LinearLayout::apply(const std::vector<uint64_t> &values) const {
  assert(values.size() == ins.size());
  uint64_t packed = 0;
  int offset = 0;
  for (size_t i = 0; i < ins.size(); ++i) {
    packed |= values[i] << offset;
    offset += ins[i].bits;
  }
  uint64_t image = apply(packed);
  std::vector<uint64_t> results;
  for (const LayoutDim &dim : outs) {
    results.push_back(image & ((uint64_t(1) << dim.bits) - 1));
    image >>= dim.bits;
  }
  return results;
}

LinearLayout LinearLayout::then(const LinearLayout &next) const {
  assert(outs == next.ins && "composing layouts that do not meet");
  LinearLayout result(ins, next.outs);
  for (size_t bit = 0; bit < columns.size(); ++bit)
    result.columns[bit] = next.apply(columns[bit]);
  return result;
}

std::optional<LinearLayout> LinearLayout::inverse() const {
  size_t n = columns.size();
  if (int(n) != bitsOf(outs))
    return std::nullopt;
  // Gauss-Jordan over GF(2): rows are (image, preimage) pairs, one per input bit.
  std::vector<std::pair<uint64_t, uint64_t>> rows(n);
  for (size_t bit = 0; bit < n; ++bit)
    rows[bit] = {columns[bit], uint64_t(1) << bit};
  for (size_t pivot = 0; pivot < n; ++pivot) {
    auto found = std::find_if(rows.begin() + pivot, rows.end(),
                              [&](const auto &row) { return row.first >> pivot & 1; });
    if (found == rows.end())
      return std::nullopt;
    std::swap(rows[pivot], *found);
    for (size_t other = 0; other < n; ++other)
      if (other != pivot && (rows[other].first >> pivot & 1)) {
        rows[other].first ^= rows[pivot].first;
        rows[other].second ^= rows[pivot].second;
      }
  }
  LinearLayout result(outs, ins);
  for (size_t bit = 0; bit < n; ++bit)
    result.columns[bit] = rows[bit].second;
  return result;
}

int log2Exact(int64_t value) {
  if (value <= 0 || (value & (value - 1)) != 0)
    return -1;
  int bits = 0;
  while (value >>= 1)
    ++bits;
  return bits;
}

/// Lane and row-tile bits that accumulators and A operands share: lane bits 0-1 pick a column pair, bits 2-4
/// a row; tiles of 16 rows follow in registers, then warps.
static void mapLanesAndRowTiles(LinearLayout &layout, int firstRowTileRegister, int rowBits, int warpBits) {
  for (int bit = 0; bit < 2; ++bit)
    layout.map("lane", bit, "column", 1 + bit);
  for (int bit = 0; bit < 3; ++bit)
    layout.map("lane", 2 + bit, "row", bit);
  int rowTileBits = rowBits - 4 - warpBits;
  for (int bit = 0; bit < rowTileBits; ++bit)
    layout.map("register", firstRowTileRegister + bit, "row", 4 + bit);
  for (int bit = 0; bit < warpBits; ++bit)
    layout.map("warp", bit, "row", 4 + rowTileBits + bit);
}

static LinearLayout fragmentLayout(int64_t rows, int64_t columns, int64_t warps, bool operandA) {
  int rowBits = log2Exact(rows), columnBits = log2Exact(columns), warpBits = log2Exact(warps);
  assert(rowBits >= 4 + warpBits && columnBits >= (operandA ? 4 : 3) && warpBits >= 0);
  int registerBits = rowBits + columnBits - 5 - warpBits;
  LinearLayout layout({{"register", registerBits}, {"lane", 5}, {"warp", warpBits}},
                      {{"row", rowBits}, {"column", columnBits}});
  layout.map("register", 0, "column", 0).map("register", 1, "row", 3);
  // In both layouts the remaining columns follow in registers, 8 (C) or 8-in-16 (A) at a time.
  for (int bit = 3; bit < columnBits; ++bit)
    layout.map("register", bit - 1, "column", bit);
  mapLanesAndRowTiles(layout, columnBits - 1, rowBits, warpBits);
  return layout;
}

LinearLayout accumulatorLayout(int64_t rows, int64_t columns, int64_t warps) {
  return fragmentLayout(rows, columns, warps, /*operandA=*/false);
}

LinearLayout operandALayout(int64_t rows, int64_t columns, int64_t warps) {
  return fragmentLayout(rows, columns, warps, /*operandA=*/true);
}

LinearLayout operandATf32Layout(int64_t rows, int64_t columns, int64_t warps) {
  int rowBits = log2Exact(rows), columnBits = log2Exact(columns), warpBits = log2Exact(warps);
  assert(rowBits >= 4 + warpBits && columnBits >= 3 && warpBits >= 0);
  LinearLayout layout({{"register", rowBits + columnBits - 5 - warpBits}, {"lane", 5}, {"warp", warpBits}},
                      {{"row", rowBits}, {"column", columnBits}});
  // Registers of a step: rows 0-7 and 8-15 of slots 0-3, then of slots 4-7, which are the odd columns.
  layout.map("register", 0, "row", 3).map("register", 1, "column", 0);
  for (int bit = 3; bit < columnBits; ++bit)
    layout.map("register", bit - 1, "column", bit);
  mapLanesAndRowTiles(layout, columnBits - 1, rowBits, warpBits);
  return layout;
}

LinearLayout sharedTileLayout(int64_t rows, int64_t columns, int elementBytes) {
  int rowBits = log2Exact(rows), columnBits = log2Exact(columns), elementBits = log2Exact(elementBytes);
  assert(columnBits + elementBits >= 7 && "a row spans at least eight 16-byte chunks");
  LinearLayout layout({{"row", rowBits}, {"column", columnBits}},
                      {{"byte", rowBits + columnBits + elementBits}});
  for (int bit = 0; bit < columnBits; ++bit)
    layout.map("column", bit, "byte", bit + elementBits);
  for (int bit = 0; bit < rowBits; ++bit)
    layout.map("row", bit, "byte", columnBits + elementBits + bit);
  for (int bit = 0; bit < std::min(3, rowBits); ++bit) // chunk ^= row & 7
    layout.map("row", bit, "byte", 4 + bit);
  return layout;
}

bool sameLaneElements(const LinearLayout &a, const LinearLayout &b) {
  std::optional<LinearLayout> back = b.inverse();
  if (!back || a.outputs() != b.outputs())
    return false;
  LinearLayout change = a.then(*back); // (register, lane, warp) of a -> of b
  int registerBits = a.inputs()[0].bits;
  uint64_t registers = (uint64_t(1) << registerBits) - 1;
  if (b.inputs()[0].bits != registerBits)
    return false;
  int total = registerBits + a.inputs()[1].bits + a.inputs()[2].bits;
  for (int bit = 0; bit < total; ++bit) {
    uint64_t value = uint64_t(1) << bit;
    uint64_t expected = bit < registerBits ? 0 : value;
    if ((change.apply(value) & ~registers) != expected)
      return false;
  }
  return true;
}

int ldmatrixWavefronts(const LinearLayout &shared, const std::vector<std::pair<int, int>> &laneCoordinates) {
  int wavefronts = 0;
  for (size_t phase = 0; phase + 8 <= laneCoordinates.size(); phase += 8) {
    std::set<uint64_t> perGroup[8];
    for (size_t lane = phase; lane < phase + 8; ++lane) {
      auto [row, column] = laneCoordinates[lane];
      uint64_t byte = shared.apply({uint64_t(row), uint64_t(column)})[0];
      perGroup[byte >> 4 & 7].insert(byte);
    }
    size_t worst = 1;
    for (const auto &addresses : perGroup)
      worst = std::max(worst, addresses.size());
    wavefronts += int(worst);
  }
  return wavefronts;
}

} // namespace attnc::tile
