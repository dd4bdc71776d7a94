// Matrix.cpp - ldmatrix and stmatrix: 8x8 matrices of 16-bit elements between shared memory and fragments.
#include "runtime/sim/exec/Access.h"

#include <cstring>

namespace attnc::sim {
namespace {

/// Lane l of matrix m's fragment holds row l / 4, columns 2 (l % 4) and the next; transposed, the element at
/// [2 (l % 4)][l / 4] and the one below it.
void transpose(const uint16_t (&from)[8][8], uint32_t *fragment) {
  for (uint32_t lane = 0; lane < kLanes; ++lane) {
    uint32_t row = 2 * (lane % 4), column = lane / 4;
    fragment[lane] = from[row][column] | static_cast<uint32_t>(from[row + 1][column]) << 16;
  }
}

/// Rows of `in.a` matrices: lanes 8m to 8m + 7 hold the row addresses of matrix m.
bool resolveRows(Warp &warp, const Inst &in, AccessKind kind, uint8_t **host) {
  uint64_t address[kLanes];
  laneAddresses(warp, in, 1, in.imm, address);
  uint32_t rows = in.a * 8u;
  return resolveShared(warp, in, kind, address, rows == kLanes ? kFullMask : (1u << rows) - 1, 16, host);
}

} // namespace

bool loadMatrix(LaneCtx &ctx, const Inst &in, uint32_t) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint8_t *host[kLanes];
  if (!resolveRows(warp, in, AccessKind::Read, host))
    return false;
  for (uint32_t m = 0; m < in.a; ++m) {
    uint32_t *cells = warp.regs(ctx.lists[in.list + m]);
    uint16_t matrix[8][8];
    for (uint32_t row = 0; row < 8; ++row)
      std::memcpy(in.b ? static_cast<void *>(matrix[row]) : cells + 4 * row, host[8 * m + row], 16);
    if (in.b)
      transpose(matrix, cells);
  }
  return true;
}

bool storeMatrix(LaneCtx &ctx, const Inst &in, uint32_t) {
  Warp &warp = static_cast<Warp &>(ctx);
  uint8_t *host[kLanes];
  if (!resolveRows(warp, in, AccessKind::Write, host))
    return false;
  for (uint32_t m = 0; m < in.a; ++m) {
    const uint32_t *cells = warp.regs(ctx.lists[in.list + m]);
    uint16_t matrix[8][8];
    std::memcpy(matrix, cells, sizeof(matrix));
    uint32_t rows[kLanes];
    std::memcpy(rows, cells, sizeof(rows));
    if (in.b)
      transpose(matrix, rows); // its own inverse
    for (uint32_t row = 0; row < 8; ++row)
      std::memcpy(host[8 * m + row], rows + 4 * row, 16);
  }
  return true;
}

} // namespace attnc::sim
