// DecodeControl.cpp - branches, barriers and warp collectives.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/exec/Handlers.h"

namespace attnc::sim {
namespace {

/// The value of `key` in a table of pairs; false if it is not there.
template <class T, size_t N>
bool pick(const std::pair<std::string_view, T> (&table)[N], std::string_view key, uint8_t &value) {
  for (const auto &[name, entry] : table)
    if (name == key) {
      value = static_cast<uint8_t>(entry);
      return true;
    }
  return false;
}

} // namespace

/// Nothing but what the row lists.
Status Decoder::onlyIgnored(const Instr &instr, const OpRow &row) const {
  for (std::string_view mod : instr.mods)
    if (std::string_view(row.ignored).find(" " + std::string(mod) + " ") == std::string_view::npos)
      return unknownModifier(mod);
  return Status::success();
}

Status Decoder::branch(const Instr &instr, const OpRow &row, Inst &out) {
  ATTNC_RETURN_IF_ERROR(onlyIgnored(instr, row));
  if (instr.ops.size() != 1 || instr.ops[0].kind != Operand::Kind::Name)
    return badOperands("a label");
  out.imm = function.findLabel(instr.ops[0].name, instr.scope);
  if (out.imm < 0)
    return error("unknown label '" + std::string(instr.ops[0].name) + "'");
  out.flow = Flow::Branch;
  return Status::success();
}

Status Decoder::branchTable(const Instr &instr, const OpRow &row, Inst &out) {
  ATTNC_RETURN_IF_ERROR(onlyIgnored(instr, row));
  if (instr.mods.empty() || instr.mods[0] != "idx" || instr.ops.size() != 2 ||
      instr.ops[1].kind != Operand::Kind::Name)
    return badOperands("brx.idx with an index and a table");
  const Function::TargetTable *table = function.findTable(instr.ops[1].name, instr.scope);
  if (table == nullptr)
    return error("unknown branch table '" + std::string(instr.ops[1].name) + "'");
  ATTNC_ASSIGN_OR_RETURN(out.r[0], source(instr.ops[0], 'w'));
  out.list = static_cast<uint32_t>(kernel->lists.size());
  out.imm = static_cast<int64_t>(table->targets.size());
  for (std::string_view name : table->targets) {
    int64_t target = function.findLabel(name, table->scope);
    if (target < 0)
      return error("unknown label '" + std::string(name) + "'");
    kernel->lists.push_back(static_cast<RegRef>(target));
  }
  out.flow = Flow::BranchTable;
  return Status::success();
}

Status Decoder::exit(const Instr &instr, const OpRow &row, Inst &out) {
  ATTNC_RETURN_IF_ERROR(onlyIgnored(instr, row));
  if (!instr.ops.empty())
    return badOperands("no operand");
  out.flow = Flow::Exit;
  return Status::success();
}

Status Decoder::trap(const Instr &instr, const OpRow &row, Inst &out) {
  ATTNC_RETURN_IF_ERROR(onlyIgnored(instr, row));
  out.fn = raiseTrap;
  return Status::success();
}

Status Decoder::barrier(const Instr &instr, const OpRow &, Inst &out) {
  static constexpr std::pair<std::string_view, BarrierOp> reductions[] = {
      {"popc", BarrierOp::RedPopc}, {"and", BarrierOp::RedAnd}, {"or", BarrierOp::RedOr}};
  bool isWarp = false, isRed = false, hasOp = false, aligned = instr.opcode == "bar";
  for (std::string_view mod : instr.mods) {
    if (mod == "warp")
      isWarp = true;
    else if (mod == "sync")
      out.a = static_cast<uint8_t>(BarrierOp::Sync), hasOp = true;
    else if (mod == "arrive")
      out.a = static_cast<uint8_t>(BarrierOp::Arrive), hasOp = true;
    else if (mod == "red")
      isRed = true;
    else if (mod == "aligned")
      aligned = true;
    else if (isRed && pick(reductions, mod, out.a))
      hasOp = true;
    else if (mod != "cta" && mod != "u32" && mod != "pred")
      return unknownModifier(mod); // barrier.cluster among them
  }
  if (!hasOp)
    return error("expected sync, arrive or red");
  if (isWarp) {
    if (instr.ops.size() != 1)
      return badOperands("a member mask");
    ATTNC_ASSIGN_OR_RETURN(out.member, source(instr.ops[0], 'w'));
    out.flow = Flow::WarpSync;
    return Status::success();
  }
  // r[0] destination, r[1] barrier, r[2] thread count, r[3] predicate; c bit 0: aligned, bit 1: has a count.
  BarrierOp op = static_cast<BarrierOp>(out.a);
  out.flow = Flow::Barrier;
  out.c = aligned;
  size_t first = 0, last = instr.ops.size();
  if (isRed) {
    if (last < 3)
      return badOperands("a destination, a barrier and a predicate");
    ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[first++], op == BarrierOp::RedPopc ? 'w' : 'p'));
    ATTNC_ASSIGN_OR_RETURN(out.r[3], predSource(instr.ops[--last]));
  }
  if (last - first < 1 || last - first > 2 || (op == BarrierOp::Arrive && last - first != 2))
    return badOperands("a barrier and perhaps a thread count");
  ATTNC_ASSIGN_OR_RETURN(out.r[1], source(instr.ops[first], 'w'));
  if (last - first == 2) {
    ATTNC_ASSIGN_OR_RETURN(out.r[2], source(instr.ops[first + 1], 'w'));
    out.c |= 2;
  }
  return Status::success();
}

Status Decoder::shuffle(const Instr &instr, const OpRow &, Inst &out) {
  static constexpr std::pair<std::string_view, ShuffleMode> modes[] = {{"up", ShuffleMode::Up},
                                                                       {"down", ShuffleMode::Down},
                                                                       {"bfly", ShuffleMode::Bfly},
                                                                       {"idx", ShuffleMode::Idx}};
  if (instr.mods.size() != 3 || instr.mods[0] != "sync" || !pick(modes, instr.mods[1], out.a) ||
      instr.mods[2] != "b32")
    return error("expected shfl.sync.<mode>.b32");
  if (instr.ops.size() != 5)
    return badOperands("five operands");
  const Operand &to = instr.ops[0];
  bool isPair = to.kind == Operand::Kind::Pair;
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(isPair ? to.elems[0] : to, 'w'));
  out.r[1] = kPredSink;
  if (isPair) {
    ATTNC_ASSIGN_OR_RETURN(out.r[1], predDest(to.elems[1]));
  }
  for (size_t i = 1; i < 4; ++i) {
    ATTNC_ASSIGN_OR_RETURN(out.r[i + 1], source(instr.ops[i], 'w'));
  }
  ATTNC_ASSIGN_OR_RETURN(out.member, source(instr.ops[4], 'w'));
  out.flow = Flow::Collective;
  out.fn = sim::shuffle;
  return Status::success();
}

Status Decoder::vote(const Instr &instr, const OpRow &, Inst &out) {
  static constexpr std::pair<std::string_view, VoteMode> modes[] = {
      {"all", VoteMode::All}, {"any", VoteMode::Any}, {"uni", VoteMode::Uni}, {"ballot", VoteMode::Ballot}};
  if (instr.mods.size() != 3 || instr.mods[0] != "sync" || !pick(modes, instr.mods[1], out.a))
    return error("expected vote.sync.<mode>");
  bool ballot = static_cast<VoteMode>(out.a) == VoteMode::Ballot;
  if (instr.ops.size() != 3 || instr.mods[2] != (ballot ? "b32" : "pred"))
    return badOperands("a destination, a predicate and a member mask");
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0], ballot ? 'w' : 'p'));
  ATTNC_ASSIGN_OR_RETURN(out.r[1], predSource(instr.ops[1]));
  ATTNC_ASSIGN_OR_RETURN(out.member, source(instr.ops[2], 'w'));
  out.flow = Flow::Collective;
  out.fn = sim::vote;
  return Status::success();
}

Status Decoder::redux(const Instr &instr, const OpRow &, Inst &out) {
  static constexpr std::pair<std::string_view, ReduxOp> ops[] = {
      {"add.s32", ReduxOp::Add},  {"add.u32", ReduxOp::Add},  {"min.s32", ReduxOp::MinS},
      {"max.s32", ReduxOp::MaxS}, {"min.u32", ReduxOp::MinU}, {"max.u32", ReduxOp::MaxU},
      {"and.b32", ReduxOp::And},  {"or.b32", ReduxOp::Or},    {"xor.b32", ReduxOp::Xor}};
  if (instr.mods.size() != 3 || instr.mods[0] != "sync" ||
      !pick(ops, std::string(instr.mods[1]) + "." + std::string(instr.mods[2]), out.a))
    return error("expected redux.sync.<op>.<type>");
  if (instr.ops.size() != 3)
    return badOperands("a destination, a source and a member mask");
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0], 'w'));
  ATTNC_ASSIGN_OR_RETURN(out.r[1], source(instr.ops[1], 'w'));
  ATTNC_ASSIGN_OR_RETURN(out.member, source(instr.ops[2], 'w'));
  out.flow = Flow::Collective;
  out.fn = sim::redux;
  return Status::success();
}

Status Decoder::elect(const Instr &instr, const OpRow &, Inst &out) {
  if (instr.mods.size() != 1 || instr.mods[0] != "sync" || instr.ops.size() != 2 ||
      instr.ops[0].kind != Operand::Kind::Pair)
    return badOperands("elect.sync with d|p and a member mask");
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0].elems[0], 'w'));
  ATTNC_ASSIGN_OR_RETURN(out.r[1], predDest(instr.ops[0].elems[1]));
  ATTNC_ASSIGN_OR_RETURN(out.member, source(instr.ops[1], 'w'));
  out.flow = Flow::Collective;
  out.fn = sim::elect;
  return Status::success();
}

Status Decoder::activemask(const Instr &instr, const OpRow &row, Inst &out) {
  ATTNC_RETURN_IF_ERROR(onlyIgnored(instr, row));
  if (instr.ops.size() != 1)
    return badOperands("a destination");
  ATTNC_ASSIGN_OR_RETURN(out.r[0], dest(instr.ops[0], 'w'));
  out.fn = activeMask;
  return Status::success();
}

} // namespace attnc::sim
