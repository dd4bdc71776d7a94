// DecodeMatrix.cpp - ldmatrix, stmatrix, mma.sync and cp.async.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/exec/Handlers.h"
#include "runtime/sim/lanes/Lanes.h"

#include <limits>

namespace attnc::sim {

Status Decoder::matrixMove(const Instr &instr, const OpRow &, Inst &out) {
  bool isLoad = instr.opcode == "ldmatrix", hasShape = false, hasSpace = false;
  int count = 0;
  for (std::string_view mod : instr.mods) {
    if (mod == "x1" || mod == "x2" || mod == "x4")
      count = mod[1] - '0';
    else if (mod == "trans")
      out.b = 1;
    else if (mod == "m8n8")
      hasShape = true;
    else if (mod == "shared" || mod == "shared::cta")
      hasSpace = true;
    else if (mod != "sync" && mod != "aligned" && mod != "b16")
      return unknownModifier(mod);
  }
  if (count == 0 || !hasShape || instr.ops.size() != 2)
    return badOperands(".m8n8, .x1 or .x2 or .x4, registers and an address");
  const Operand &registers = instr.ops[isLoad ? 0 : 1];
  ATTNC_RETURN_IF_ERROR(list(registers, static_cast<size_t>(count), 'w', isLoad, out.list));
  ATTNC_RETURN_IF_ERROR(address(instr.ops[isLoad ? 1 : 0], out));
  if (!hasSpace) { // a generic address must then be in the shared window
    if ((out.c & 2) == 0)
      return error("expected a 64-bit generic address");
    out.imm -= static_cast<int64_t>(kSharedWindow);
  }
  out.a = static_cast<uint8_t>(count);
  out.flow = Flow::Collective;
  out.fn = isLoad ? loadMatrix : storeMatrix;
  return Status::success();
}

Status Decoder::mma(const Instr &instr, const OpRow &, Inst &out) {
  std::string name = instr.text();
  const LaneRow *op = findLaneOp(name, 0);
  if (op == nullptr)
    return error("unsupported shape or types");
  if (instr.ops.size() != 4)
    return badOperands("four matrices");
  for (size_t i = 0; i < 4; ++i) {
    uint32_t first = 0;
    ATTNC_RETURN_IF_ERROR(list(instr.ops[i], static_cast<size_t>(op->operands[i] - '0'), 'w', i == 0, first));
    if (i == 0)
      out.list = first; // the others follow it
  }
  // "m16n8k32": the shape is always the third modifier of a name in the table.
  uint32_t rows = instr.mods[2].starts_with("m8") ? 8 : 16, depth = 0;
  for (char c : instr.mods[2].substr(instr.mods[2].find('k') + 1))
    depth = depth * 10 + static_cast<uint32_t>(c - '0');
  currentFlops = 2 * rows * 8 * depth;
  out.flow = Flow::Collective;
  out.fn = op->fn;
  return Status::success();
}

Status Decoder::cpAsync(const Instr &instr, const OpRow &, Inst &out) {
  std::string text = instr.text();
  if (text == "cp.async.commit_group") {
    out.fn = commitGroup;
    return Status::success();
  }
  if (text == "cp.async.wait_all") {
    out.fn = waitAll;
    return Status::success();
  }
  if (text == "cp.async.wait_group") {
    if (instr.ops.size() != 1 || instr.ops[0].kind != Operand::Kind::Int)
      return badOperands("an integer");
    out.imm = static_cast<int64_t>(std::min<uint64_t>(instr.ops[0].bits, 1u << 20));
    out.fn = waitGroup;
    return Status::success();
  }
  bool isAsync = false, l1 = false, l2 = false, hasPolicy = false;
  for (std::string_view mod : instr.mods) {
    if (mod == "async")
      isAsync = true;
    else if (mod == "ca")
      l1 = true;
    else if (mod == "cg")
      l2 = true;
    else if (mod == "L2::cache_hint")
      hasPolicy = true;
    else if (mod != "shared" && mod != "shared::cta" && mod != "global" && mod != "L2::64B" &&
             mod != "L2::128B" && mod != "L2::256B")
      return unknownModifier(mod);
  }
  size_t operands = instr.ops.size() - std::min(instr.ops.size(), size_t(hasPolicy));
  if (!isAsync || l1 == l2 || operands < 3 || operands > 4 || instr.ops[2].kind != Operand::Kind::Int)
    return badOperands("cp.async.ca or .cg with two addresses, a size and perhaps a source size");
  uint64_t size = instr.ops[2].bits;
  if (size != 16 && (l2 || (size != 4 && size != 8)))
    return error("expected a size of " + std::string(l2 ? "16" : "4, 8 or 16") + " bytes, got " +
                 std::to_string(size));
  ATTNC_RETURN_IF_ERROR(address(instr.ops[1], out, 2));
  int64_t sourceOffset = out.imm;
  ATTNC_RETURN_IF_ERROR(address(instr.ops[0], out, 1));
  constexpr int64_t least = std::numeric_limits<int32_t>::min(),
                    greatest = std::numeric_limits<int32_t>::max();
  if (out.imm < least || out.imm > greatest || sourceOffset < least || sourceOffset > greatest)
    return error("expected address offsets of 32 bits");
  out.imm = static_cast<int64_t>(static_cast<uint64_t>(out.imm) << 32 | static_cast<uint32_t>(sourceOffset));
  out.a = static_cast<uint8_t>(size);
  if (operands == 4) {
    bool ignoreSource = regBits(instr.ops[3]) == 1;
    out.b = ignoreSource ? 2 : 1;
    if (ignoreSource) {
      ATTNC_ASSIGN_OR_RETURN(out.r[3], predSource(instr.ops[3]));
    } else {
      ATTNC_ASSIGN_OR_RETURN(out.r[3], source(instr.ops[3], 'w'));
    }
  }
  if (hasPolicy)
    ATTNC_RETURN_IF_ERROR(source(instr.ops.back(), 'd').status());
  out.fn = copyAsync;
  return Status::success();
}

} // namespace attnc::sim
