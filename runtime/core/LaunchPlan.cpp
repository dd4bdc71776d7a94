// LaunchPlan.cpp - checks a Program and resolves its names.
//
// Must not look at arguments: what depends on them is BindArguments.cpp.
#include "runtime/core/LaunchPlan.h"

#include <algorithm>
#include <set>

namespace attnc {
namespace {

Status bad(std::string message) { return Status(Code::InvalidArgument, std::move(message)); }

bool isIdentifier(std::string_view name) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// Position of the element called `name`, or the size of the list.
template <class List> size_t indexOf(const List &list, std::string_view name) {
  return std::find_if(list.begin(), list.end(), [&](const auto &item) { return item.name == name; }) -
         list.begin();
}

size_t alignUp(size_t value, size_t alignment) { return (value + alignment - 1) / alignment * alignment; }

class Builder {
public:
  explicit Builder(const Program &program) : program(program) {}

  Result<LaunchPlan> run() {
    ATTNC_RETURN_IF_ERROR(checkNames());
    for (const TensorSig &sig : program.tensors)
      ATTNC_RETURN_IF_ERROR(addTensor(sig));
    for (const std::string &dim : program.dims)
      plan.dimSlots.push_back(define(dim));
    for (const Workspace &workspace : program.workspaces) {
      ATTNC_ASSIGN_OR_RETURN(ParsedFormula bytes,
                             parse(workspace.bytes, "workspace '" + workspace.name + "'"));
      plan.workspaceBytes.push_back(std::move(bytes));
    }
    if (program.launches.empty())
      return bad("expected at least one launch, got none");
    for (const Launch &launch : program.launches)
      ATTNC_RETURN_IF_ERROR(addLaunch(launch));
    ATTNC_RETURN_IF_ERROR(resolveSymbols());
    return std::move(plan);
  }

private:
  Status checkNames() {
    std::set<std::string_view> seen;
    auto check = [&](std::string_view kind, const std::string &name) -> Status {
      if (!isIdentifier(name))
        return bad("expected a name for a " + std::string(kind) + ", got '" + name.substr(0, 80) + "'");
      if (!seen.insert(name).second)
        return bad("expected different names, got '" + name + "' twice");
      return Status::success();
    };
    for (const TensorSig &sig : program.tensors)
      ATTNC_RETURN_IF_ERROR(check("tensor", sig.name));
    for (const ScalarSig &sig : program.scalars) {
      ATTNC_RETURN_IF_ERROR(check("scalar", sig.name));
      if (sig.dtype != DType::F32 && sig.dtype != DType::I32)
        return bad("scalar '" + sig.name + "': expected f32 or i32, got " +
                   std::string(dtypeName(sig.dtype)));
    }
    for (const Workspace &workspace : program.workspaces)
      ATTNC_RETURN_IF_ERROR(check("workspace", workspace.name));
    for (const std::string &dim : program.dims)
      ATTNC_RETURN_IF_ERROR(check("dim", dim));
    return Status::success();
  }

  int define(std::string_view name) {
    int slot = plan.symbols.intern(name);
    defined.insert(slot);
    return slot;
  }

  Result<ParsedFormula> parse(const Formula &formula, const std::string &where) {
    Result<ParsedFormula> parsed = ParsedFormula::parse(formula, plan.symbols);
    if (!parsed.ok())
      return parsed.status().prefix(where + ": ");
    return parsed;
  }

  Status addTensor(const TensorSig &sig) {
    const std::string where = "tensor '" + sig.name + "'";
    if (sig.shape.empty() || sig.shape.size() > kMaxRank)
      return bad(where + ": expected 1 to " + std::to_string(kMaxRank) + " axes, got " +
                 std::to_string(sig.shape.size()));
    if (sig.alignment <= 0 || sig.alignment > 4096 || (sig.alignment & (sig.alignment - 1)) != 0)
      return bad(where + ": expected an alignment of 1 to 4096 that is a power of two, got " +
                 std::to_string(sig.alignment));
    PlannedTensor tensor;
    for (const Formula &entry : sig.shape) {
      ATTNC_ASSIGN_OR_RETURN(ParsedFormula parsed, parse(entry, where));
      std::optional<ParsedFormula::Affine> affine = parsed.asShapeEntry();
      if (!affine)
        return bad(where + ": expected shape entries like '128', 'q_len' or 'batch + 1', got '" + entry.text +
                   "'");
      if (affine->slot) {
        if (!isIdentifier(plan.symbols.name(*affine->slot)))
          return bad(where + ": expected a dim, got '" + entry.text + "'");
        defined.insert(*affine->slot);
      }
      tensor.shape.push_back(*affine);
    }
    plan.tensors.push_back(std::move(tensor));
    return Status::success();
  }

  Status addLaunch(const Launch &launch) {
    const std::string where = "kernel '" + launch.kernel + "'";
    if (!isIdentifier(launch.kernel))
      return bad("expected a kernel symbol, got '" + launch.kernel.substr(0, 80) + "'");
    if (launch.threads < 1 || launch.threads > kMaxThreadsPerBlock)
      return bad(where + ": expected 1 to 1024 threads, got " + std::to_string(launch.threads));
    if (launch.dynamicSharedBytes < 0 || launch.dynamicSharedBytes > program.target.sharedBytesPerBlock)
      return bad(where + ": expected at most " + std::to_string(program.target.sharedBytesPerBlock) +
                 " bytes of dynamic shared memory on " + program.target.name() + ", got " +
                 std::to_string(launch.dynamicSharedBytes));
    PlannedLaunch planned;
    for (size_t axis = 0; axis < 3; ++axis) {
      ATTNC_ASSIGN_OR_RETURN(planned.grid[axis], parse(launch.grid[axis], where + ": grid"));
    }
    size_t alignment = 1;
    for (const Field &field : launch.params) {
      ATTNC_ASSIGN_OR_RETURN(PlannedField out, resolve(field, where + ": parameter '" + field.name + "'"));
      size_t size = out.kind == Field::Kind::Tensor || out.kind == Field::Kind::Workspace
                        ? sizeof(void *)
                        : dtypeSize(out.dtype);
      alignment = std::max(alignment, size);
      out.offset = alignUp(planned.paramBytes, size);
      planned.paramBytes = out.offset + size;
      planned.fields.push_back(std::move(out));
    }
    planned.paramBytes = alignUp(planned.paramBytes, alignment);
    if (planned.paramBytes > kMaxParamBytes)
      return bad(where + ": expected at most " + std::to_string(kMaxParamBytes) +
                 " bytes of parameters, got " + std::to_string(planned.paramBytes));
    plan.launches.push_back(std::move(planned));
    return Status::success();
  }

  Result<PlannedField> resolve(const Field &field, const std::string &where) {
    PlannedField out;
    out.kind = field.kind;
    out.dtype = field.dtype;
    auto lookUp = [&](const auto &list, std::string_view kind) -> Status {
      out.index = indexOf(list, field.source);
      if (out.index == list.size())
        return bad(where + ": expected the name of a " + std::string(kind) + ", got '" + field.source + "'");
      return Status::success();
    };
    switch (field.kind) {
    case Field::Kind::Tensor:
      ATTNC_RETURN_IF_ERROR(lookUp(program.tensors, "tensor"));
      break;
    case Field::Kind::Workspace:
      ATTNC_RETURN_IF_ERROR(lookUp(program.workspaces, "workspace"));
      break;
    case Field::Kind::Scalar:
      ATTNC_RETURN_IF_ERROR(lookUp(program.scalars, "scalar"));
      if (field.dtype != program.scalars[out.index].dtype)
        return bad(where + ": expected " + std::string(dtypeName(program.scalars[out.index].dtype)) +
                   ", got " + std::string(dtypeName(field.dtype)));
      break;
    case Field::Kind::Dim: {
      if (field.dtype != DType::I32 && field.dtype != DType::I64)
        return bad(where + ": expected i32 or i64, got " + std::string(dtypeName(field.dtype)));
      ATTNC_ASSIGN_OR_RETURN(out.formula, parse({field.source}, where));
      break;
    }
    }
    return out;
  }

  /// Every name that a formula reads must be a dim or a stride.
  Status resolveSymbols() {
    for (size_t i = 0; i < program.tensors.size(); ++i)
      for (size_t axis = 0; axis < program.tensors[i].shape.size(); ++axis) {
        std::string name = program.tensors[i].name + ".stride" + std::to_string(axis);
        int slot = plan.symbols.find(name).value_or(-1);
        plan.tensors[i].strideSlots.push_back(slot);
        if (slot >= 0)
          defined.insert(slot);
      }
    for (size_t slot = 0; slot < plan.symbols.size(); ++slot)
      if (!defined.count(static_cast<int>(slot)))
        return bad("expected formulas over dims and strides, got '" +
                   plan.symbols.name(static_cast<int>(slot)) + "', which no tensor and no dim defines");
    return Status::success();
  }

  const Program &program;
  LaunchPlan plan;
  std::set<int> defined;
};

} // namespace

Result<LaunchPlan> LaunchPlan::build(const Program &program) { return Builder(program).run(); }

} // namespace attnc
