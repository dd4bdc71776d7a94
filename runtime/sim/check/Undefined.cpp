// Undefined.cpp - a forward analysis over basic blocks: which registers may be undefined where they are read.
#include "runtime/sim/check/Undefined.h"

#include <algorithm>
#include <unordered_map>

namespace attnc::sim {
namespace {

using Set = std::vector<bool>; ///< by dense register number: may be undefined

class Analysis {
public:
  Analysis(const std::vector<Inst> &code, const std::vector<RegRef> &lists,
           const std::vector<RegisterUses> &uses)
      : code(code), lists(lists), uses(uses) {}

  /// Calls see(pc, set) for every reachable instruction with what may be undefined before it.
  template <class F> void run(F see) {
    number();
    findBlocks();
    std::vector<uint32_t> work{0};
    atEntry.resize(code.size());
    atEntry[0].assign(numbers.size(), true);
    while (!work.empty()) {
      uint32_t block = work.back();
      work.pop_back();
      Set state = atEntry[block];
      uint32_t last = walk(block, state, [](uint32_t, const Set &) {});
      for (uint32_t next : successors(last))
        if (merge(next, state))
          work.push_back(next);
    }
    for (uint32_t block = 0; block < code.size(); ++block)
      if (starts[block] && !atEntry[block].empty()) {
        Set state = atEntry[block];
        walk(block, state, see);
      }
  }

  uint32_t numberOf(uint32_t id) const { return numbers.at(id); }

private:
  void number() {
    for (const RegisterUses &use : uses) {
      for (const auto *ids : {&use.reads, &use.writes})
        for (uint32_t id : *ids)
          numbers.emplace(id, numbers.size());
      if (use.guard != 0)
        numbers.emplace(use.guard, numbers.size());
    }
  }

  void findBlocks() {
    starts.assign(code.size(), false);
    starts[0] = true;
    for (uint32_t pc = 0; pc < code.size(); ++pc)
      if (code[pc].flow == Flow::Branch || code[pc].flow == Flow::BranchTable || code[pc].flow == Flow::Exit)
        for (uint32_t next : successors(pc))
          starts[next] = true;
  }

  std::vector<uint32_t> successors(uint32_t pc) const {
    std::vector<uint32_t> result;
    const Inst &in = code[pc];
    if (in.flow == Flow::Branch)
      result.push_back(static_cast<uint32_t>(in.imm));
    else if (in.flow == Flow::BranchTable)
      result.assign(lists.begin() + in.list, lists.begin() + in.list + in.imm);
    bool ends = in.flow == Flow::Branch || in.flow == Flow::BranchTable || in.flow == Flow::Exit;
    if ((!ends || in.guard != kPredTrue) && pc + 1 < code.size())
      result.push_back(pc + 1);
    return result;
  }

  /// Runs a block over `state`; answers its last instruction.
  template <class F> uint32_t walk(uint32_t pc, Set &state, F see) const {
    for (;; ++pc) {
      see(pc, state);
      const RegisterUses &use = uses[pc];
      bool undefined = false;
      if (!use.strict && !use.opaque)
        for (uint32_t id : use.reads)
          undefined = undefined || state[numbers.at(id)];
      bool partly = code[pc].guard != kPredTrue;
      for (uint32_t id : use.writes) {
        uint32_t n = numbers.at(id);
        state[n] = undefined || (partly && state[n]);
      }
      if (pc + 1 >= code.size() || starts[pc + 1] || code[pc].flow == Flow::Branch ||
          code[pc].flow == Flow::BranchTable || code[pc].flow == Flow::Exit)
        return pc;
    }
  }

  bool merge(uint32_t block, const Set &state) {
    Set &into = atEntry[block];
    if (into.empty()) {
      into = state;
      return true;
    }
    bool changed = false;
    for (size_t i = 0; i < state.size(); ++i)
      if (state[i] && !into[i])
        into[i] = changed = true;
    return changed;
  }

  const std::vector<Inst> &code;
  const std::vector<RegRef> &lists;
  const std::vector<RegisterUses> &uses;
  std::unordered_map<uint32_t, uint32_t> numbers;
  std::vector<bool> starts;
  std::vector<Set> atEntry;
};

} // namespace

Tracking findUndefined(std::vector<Inst> &code, const std::vector<RegRef> &lists,
                       const std::vector<RegisterUses> &uses) {
  Tracking result;
  std::unordered_map<uint32_t, uint32_t> followed;
  Analysis analysis(code, lists, uses);
  analysis.run([&](uint32_t pc, const Set &state) {
    auto look = [&](uint32_t id) {
      if (state[analysis.numberOf(id)] && followed.emplace(id, result.registers.size()).second)
        result.registers.push_back(id);
    };
    for (uint32_t id : uses[pc].reads)
      look(id);
    if (uses[pc].guard != 0)
      look(uses[pc].guard);
  });
  if (followed.empty())
    return result;
  result.at.assign(code.size(), 0);
  for (size_t pc = 0; pc < code.size(); ++pc) {
    TrackedUses tracked;
    auto pick = [&](const std::vector<uint32_t> &ids, std::vector<uint32_t> &into) {
      for (uint32_t id : ids)
        if (auto found = followed.find(id); found != followed.end())
          into.push_back(found->second);
    };
    pick(uses[pc].reads, tracked.reads);
    pick(uses[pc].writes, tracked.writes);
    if (auto found = followed.find(uses[pc].guard); uses[pc].guard != 0 && found != followed.end())
      tracked.guard = found->second;
    if (tracked.reads.empty() && tracked.writes.empty() && tracked.guard == ~0u)
      continue;
    tracked.strict = uses[pc].strict;
    tracked.opaque = uses[pc].opaque;
    code[pc].tracked = true;
    result.at[pc] = static_cast<uint32_t>(result.uses.size());
    result.uses.push_back(std::move(tracked));
  }
  return result;
}

} // namespace attnc::sim
