// Layout.h - the layout algebra: linear maps over GF(2) between bits of indices.
//
// A layout maps bits of named inputs (register, lane, warp, or row and column) to bits of named outputs (row
// and column, or a byte address). XOR swizzles, mma fragments and ldmatrix addressing are all such maps, so
// coordinates, conversions and bank conflicts follow from compose and invert instead of case tables. All
// sizes are powers of two. No MLIR here: plain integers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace attnc::tile {

/// A named group of index bits: {"lane", 5} holds values 0..31.
struct LayoutDim {
  std::string name;
  int bits = 0;
  bool operator==(const LayoutDim &) const = default;
};

/// A linear map over GF(2). Input bits are numbered from the first input's bit 0 upwards; likewise outputs.
class LinearLayout {
public:
  LinearLayout(std::vector<LayoutDim> inputs, std::vector<LayoutDim> outputs);

  const std::vector<LayoutDim> &inputs() const { return ins; }
  const std::vector<LayoutDim> &outputs() const { return outs; }

  /// Sends bit `inBit` of `input` to bit `outBit` of `output`, by XOR with what it already does.
  LinearLayout &map(std::string_view input, int inBit, std::string_view output, int outBit);

  /// All inputs packed into one integer to all outputs packed.
  uint64_t apply(uint64_t packed) const;
  /// One value per input, in order, to one value per output.
  std::vector<uint64_t> apply(const std::vector<uint64_t> &values) const;

  /// `next` after this map; this map's outputs must be next's inputs.
  LinearLayout then(const LinearLayout &next) const;
  /// The inverse of a bijection; none if it is not one.
  std::optional<LinearLayout> inverse() const;

  bool operator==(const LinearLayout &) const = default;

private:
  std::vector<LayoutDim> ins, outs;
  std::vector<uint64_t> columns; ///< image of each input bit

  static int bitsOf(const std::vector<LayoutDim> &dims);
  static int offsetOf(const std::vector<LayoutDim> &dims, std::string_view name);
};

/// log2 of a power of two; -1 for anything else.
int log2Exact(int64_t value);

/// (register, lane, warp) -> (row, column) of the f32 accumulators of a rows x columns block tile made of
/// mma.m16n8 tiles, warps stacked over rows (PTX ISA, "Matrix Fragments for mma.m16n8k16", C and D).
LinearLayout accumulatorLayout(int64_t rows, int64_t columns, int64_t warps);
/// (register, lane, warp) -> (row, column) of a rows x columns A operand of mma.m16n8k16, one register bit
/// per 16-bit half first (same source, A).
LinearLayout operandALayout(int64_t rows, int64_t columns, int64_t warps);
/// The same of mma.m16n8k8 with tf32 operands (PTX ISA, "Matrix Fragments for mma.m16n8k8"), where the products of a
/// step are taken in another order: slot t of k is column 2 t, slot t + 4 is column 2 t + 1. Any order will do if B
/// has the same, and with this one accumulators are operands as they are.
LinearLayout operandATf32Layout(int64_t rows, int64_t columns, int64_t warps);
/// (row, column) -> (byte) of a swizzled shared tile: 16-byte chunk XOR (row mod 8).
LinearLayout sharedTileLayout(int64_t rows, int64_t columns, int elementBytes = 2);

/// The same lane and warp hold the same elements in both layouts: converting moves nothing between lanes.
bool sameLaneElements(const LinearLayout &a, const LinearLayout &b);

/// Wavefronts of one ldmatrix.x4 whose lane l reads the 16 bytes at (row(l), column(l)): 4 is ideal.
/// Four phases of 8 lanes; a phase costs one wavefront per distinct address that shares a 16-byte bank group.
int ldmatrixWavefronts(const LinearLayout &shared, const std::vector<std::pair<int, int>> &laneCoordinates);

} // namespace attnc::tile
