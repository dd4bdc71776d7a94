// Inline.cpp - see Inline.h.
//
// A lane is in one call of a function at a time, because recursion is refused. So all calls of a function
// share its registers and variables, and only the instructions are copied. Parameters of calls live in local
// memory: the callee's names for them are the caller's variables.
#include "runtime/sim/decode/Inline.h"

#include <algorithm>

namespace attnc::sim {
namespace {

constexpr size_t kMaxInstructions = 1 << 18;
constexpr size_t kMaxCalls = 1 << 14;
constexpr size_t kMaxRegisters = 1 << 18;
constexpr size_t kMaxDepth = 64;

struct FlatFunction {
  Function function;
  std::deque<std::string> names; ///< a deque so that views stay valid
};

/// What is the same for every copy of a function.
struct Shared {
  int firstRegister = 0;
  struct Local {
    int scope;
    std::string_view renamed;
    uint64_t bytes; ///< of a parameter of a call; 0: of no use as one
  };
  std::unordered_map<std::string_view, std::vector<Local>> variables;
};

/// One copy: where its scopes begin, and what its parameters are called outside.
struct Copy {
  const Function &from;
  Shared &shared;
  int firstScope = 0;
  std::unordered_map<std::string_view, Shared::Local> params;
  std::string_view end; ///< label behind the body; empty in the entry
};

class Inliner {
public:
  Inliner(const PtxModule &module, FlatFunction &flat) : module(module), flat(flat), out(flat.function) {}

  Status run(const Function &entry) {
    out.name = entry.name;
    out.isEntry = entry.isEntry;
    out.hasBody = true;
    out.params = entry.params;
    out.maxThreads = entry.maxThreads;
    out.exactThreads = entry.exactThreads;
    out.line = entry.line;
    Copy copy{entry, sharedOf(entry), 0, {}, {}};
    return append(copy);
  }

private:
  Status error(const Instr &at, const std::string &message) const {
    return Status(Code::Unsupported,
                  "PTX line " + std::to_string(at.line) + ": '" + at.text() + "': " + message);
  }

  std::string_view newName(const std::string &name) { return flat.names.emplace_back(name); }

  Shared &sharedOf(const Function &fn) {
    auto [found, isNew] = functions.try_emplace(&fn);
    Shared &shared = found->second;
    if (!isNew)
      return shared;
    shared.firstRegister = static_cast<int>(out.registers.size());
    out.registers.insert(out.registers.end(), fn.registers.begin(), fn.registers.end());
    for (Variable var : fn.variables) {
      std::string_view name = var.name;
      var.name = newName(std::string(fn.name) + "/" + std::to_string(var.scope) + "/" + std::string(name));
      bool isParam = var.space == Space::Param;
      if (isParam) {
        var.space = Space::Local;
        var.isCallParam = true;
      }
      shared.variables[name].push_back({var.scope, var.name, isParam ? var.bytes : 0});
      out.variables.push_back(std::move(var));
    }
    return shared;
  }

  /// The variable that `name` means in `scope` of the copy, or nullptr: a label or a variable of the module.
  const Shared::Local *resolve(const Copy &copy, std::string_view name, int scope) const {
    if (auto found = copy.shared.variables.find(name); found != copy.shared.variables.end())
      for (int s = scope; s >= 0; s = copy.from.scopeParent[static_cast<size_t>(s)])
        for (const Shared::Local &local : found->second)
          if (local.scope == s)
            return &local;
    auto param = copy.params.find(name);
    return param == copy.params.end() ? nullptr : &param->second;
  }

  void translate(const Copy &copy, int scope, Operand &op) const {
    if (op.kind == Operand::Kind::Reg)
      op.reg += copy.shared.firstRegister;
    else if (op.kind == Operand::Kind::Name)
      if (const Shared::Local *local = resolve(copy, op.name, scope))
        op.name = local->renamed;
    for (Operand &elem : op.elems)
      translate(copy, scope, elem);
  }

  Instr translated(const Copy &copy, const Instr &from) const {
    Instr instr = from;
    if (instr.guard >= 0)
      instr.guard += copy.shared.firstRegister;
    for (Operand &op : instr.ops)
      translate(copy, from.scope, op);
    instr.scope += copy.firstScope;
    return instr;
  }

  static void branchTo(Instr &instr, std::string_view label) {
    instr.opcode = "bra";
    instr.mods.clear();
    Operand to;
    to.kind = Operand::Kind::Name;
    to.name = label;
    instr.ops.assign(1, to);
  }

  Status append(Copy &copy) {
    const Function &fn = copy.from;
    if (stack.size() >= kMaxDepth || out.registers.size() > kMaxRegisters)
      return Status(Code::Unsupported,
                    "PTX line " + std::to_string(fn.line) +
                        ": expected calls at most 64 deep, of functions with at most 131072 "
                        "registers together");
    stack.push_back(&fn);
    copy.firstScope = static_cast<int>(out.scopeParent.size());
    for (int parent : fn.scopeParent)
      out.scopeParent.push_back(parent < 0 ? -1 : parent + copy.firstScope);
    std::vector<size_t> moved;
    moved.reserve(fn.body.size() + 1);
    for (const Instr &instr : fn.body) {
      moved.push_back(out.body.size());
      if (out.body.size() >= kMaxInstructions || copies >= kMaxCalls)
        return error(instr, "expected at most 16384 calls and 262144 instructions with every call expanded");
      if (instr.opcode == "call") {
        ATTNC_RETURN_IF_ERROR(call(copy, instr));
        continue;
      }
      out.body.push_back(translated(copy, instr));
      if (!copy.end.empty() && instr.opcode == "ret")
        branchTo(out.body.back(), copy.end);
    }
    moved.push_back(out.body.size());
    for (const auto &[name, places] : fn.labels)
      for (const auto &[scope, at] : places)
        out.labels[name].emplace(scope + copy.firstScope, moved[at]);
    for (const auto &[name, tables] : fn.targetTables)
      for (auto [scope, table] : tables) {
        table.scope += copy.firstScope;
        out.targetTables[name].emplace(scope + copy.firstScope, std::move(table));
      }
    if (!copy.end.empty())
      out.labels[copy.end].emplace(copy.firstScope, out.body.size());
    stack.pop_back();
    return Status::success();
  }

  const Function *find(std::string_view name) const {
    const Function *result = nullptr;
    for (const Function &fn : module.functions)
      if (!fn.isEntry && fn.name == name && (result == nullptr || fn.hasBody))
        result = &fn;
    return result;
  }

  Status call(const Copy &caller, const Instr &instr) {
    size_t at = 0;
    const Operand *results = nullptr, *args = nullptr;
    if (at < instr.ops.size() && instr.ops[at].kind == Operand::Kind::Vector)
      results = &instr.ops[at++];
    if (at >= instr.ops.size() || instr.ops[at].kind != Operand::Kind::Name)
      return error(instr, "expected the name of a function: indirect calls are not supported");
    std::string_view name = instr.ops[at++].name;
    if (at < instr.ops.size() && instr.ops[at].kind == Operand::Kind::Vector)
      args = &instr.ops[at++];
    if (at != instr.ops.size() ||
        std::any_of(instr.mods.begin(), instr.mods.end(), [](std::string_view mod) { return mod != "uni"; }))
      return error(instr, "expected call[.uni] with results, a function and arguments");

    Instr marker = translated(caller, instr);
    const Function *callee = find(name);
    if (name == "__assertfail" && (callee == nullptr || !callee->hasBody)) { // assert() of device code
      marker.opcode = "trap";
      marker.mods.clear();
      marker.ops.clear();
      out.body.push_back(std::move(marker));
      return Status::success();
    }
    if (callee == nullptr || !callee->hasBody)
      return error(instr, "function '" + std::string(name) + "' has no body here");
    if (std::find(stack.begin(), stack.end(), callee) != stack.end())
      return error(instr, "function '" + std::string(name) + "' calls itself: recursion is not supported");

    std::string_view after;
    if (instr.guard >= 0) { // jump around it
      after = newName("after call " + std::to_string(++copies));
      Instr jump = marker;
      jump.guardNegated = !jump.guardNegated;
      branchTo(jump, after);
      out.body.push_back(std::move(jump));
      marker.guard = -1;
    }
    Instr place = marker; // scope and lines of what the call adds
    marker.ops.clear();
    out.body.push_back(std::move(marker));
    Copy copy{*callee, sharedOf(*callee), 0, {}, newName("end of call " + std::to_string(++copies))};
    ATTNC_RETURN_IF_ERROR(bind(caller, copy, instr, place, callee->params, args, true));
    size_t first = out.body.size();
    ATTNC_RETURN_IF_ERROR(bind(caller, copy, instr, place, callee->returns, results, false));
    std::vector<Instr> moves(out.body.begin() + static_cast<ptrdiff_t>(first), out.body.end());
    out.body.resize(first);
    ATTNC_RETURN_IF_ERROR(append(copy));
    out.body.insert(out.body.end(), moves.begin(), moves.end());
    if (!after.empty())
      out.labels[after].emplace(place.scope, out.body.size());
    return Status::success();
  }

  /// Formal to actual parameters: .param ones by name, .reg ones by moves, before the body or behind it.
  Status bind(const Copy &caller, Copy &copy, const Instr &instr, const Instr &place,
              const std::vector<Variable> &formals, const Operand *actuals, bool in) {
    size_t count = actuals == nullptr ? 0 : actuals->elems.size();
    if (count != formals.size())
      return error(instr, "expected " + std::to_string(formals.size()) + (in ? " arguments" : " results") +
                              " of '" + std::string(copy.from.name) + "', got " + std::to_string(count));
    for (size_t i = 0; i < count; ++i) {
      const Variable &formal = formals[i];
      Operand actual = actuals->elems[i];
      if (formal.reg < 0) {
        const Shared::Local *local =
            actual.kind == Operand::Kind::Name ? resolve(caller, actual.name, instr.scope) : nullptr;
        if (local == nullptr || local->bytes != formal.bytes)
          return error(instr, "expected a .param variable of " + std::to_string(formal.bytes) +
                                  " bytes for '" + std::string(formal.name) + "'");
        copy.params[formal.name] = *local;
        continue;
      }
      static constexpr std::string_view types[] = {"pred", "b16", "b32", "b64", "b128"};
      Operand reg;
      reg.kind = Operand::Kind::Reg;
      reg.name = formal.name;
      reg.reg = formal.reg + copy.shared.firstRegister;
      translate(caller, instr.scope, actual);
      Instr move = place;
      move.opcode = "mov";
      move.mods = {types[static_cast<size_t>(copy.from.registers[static_cast<size_t>(formal.reg)].cls)]};
      move.ops = {in ? reg : actual, in ? actual : reg};
      out.body.push_back(std::move(move));
    }
    return Status::success();
  }

  const PtxModule &module;
  FlatFunction &flat;
  Function &out;
  std::unordered_map<const Function *, Shared> functions;
  std::vector<const Function *> stack;
  size_t copies = 0;
};

} // namespace

Result<std::shared_ptr<const Function>> inlineCalls(std::shared_ptr<const PtxModule> module,
                                                    const Function &entry) {
  bool plain = std::none_of(entry.body.begin(), entry.body.end(),
                            [](const Instr &instr) { return instr.opcode == "call"; }) &&
               std::none_of(entry.variables.begin(), entry.variables.end(),
                            [](const Variable &var) { return var.scope != 0 || var.space == Space::Param; });
  if (plain)
    return std::shared_ptr<const Function>(std::move(module), &entry);
  auto flat = std::make_shared<FlatFunction>();
  ATTNC_RETURN_IF_ERROR(Inliner(*module, *flat).run(entry));
  return std::shared_ptr<const Function>(flat, &flat->function);
}

} // namespace attnc::sim
