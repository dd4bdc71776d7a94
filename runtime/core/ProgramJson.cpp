// ProgramJson.cpp - writes and reads manifests.
//
// The JSON library stays inside: no exception of its leaves this file.
#include "runtime/core/ProgramJson.h"

#include "runtime/core/JsonReader.h"
#include "runtime/core/LaunchPlan.h"

namespace attnc {
namespace {

using Json = nlohmann::json;

constexpr std::pair<Field::Kind, std::string_view> kFieldKinds[] = {
    {Field::Kind::Tensor, "tensor"},
    {Field::Kind::Scalar, "scalar"},
    {Field::Kind::Dim, "dim"},
    {Field::Kind::Workspace, "workspace"},
};

std::string_view kindName(Field::Kind kind) {
  for (auto [value, name] : kFieldKinds)
    if (value == kind)
      return name;
  return "";
}

Json write(const TensorSig &sig) {
  Json shape = Json::array();
  for (const Formula &entry : sig.shape)
    shape.push_back(entry.text);
  return {{"name", sig.name},
          {"dtype", dtypeName(sig.dtype)},
          {"shape", shape},
          {"output", sig.output},
          {"in_place", sig.inPlace},
          {"strided", sig.strided},
          {"any_strides", sig.anyStrides},
          {"alignment", sig.alignment}};
}

Json write(const ScalarSig &sig) {
  return {{"name", sig.name},
          {"dtype", dtypeName(sig.dtype)},
          {"default", sig.defaultValue},
          {"required", sig.required}};
}

Json write(const Workspace &workspace) {
  return {{"name", workspace.name}, {"bytes", workspace.bytes.text}, {"zeroed", workspace.zeroed}};
}

Json write(const Field &field) {
  return {{"name", field.name},
          {"kind", kindName(field.kind)},
          {"dtype", dtypeName(field.dtype)},
          {"source", field.source}};
}

Json write(const Remark &remark) { return {{"key", remark.key}, {"value", remark.value}}; }

Json write(const KernelResources &res) {
  return {{"kernel", res.kernel},
          {"registers", res.registers},
          {"spill_store_bytes", res.spillStoreBytes},
          {"spill_load_bytes", res.spillLoadBytes},
          {"stack_bytes", res.stackBytes},
          {"static_shared_bytes", res.staticSharedBytes}};
}

Json write(const Launch &launch);

template <class T> Json writeAll(const std::vector<T> &items) {
  Json out = Json::array();
  for (const T &item : items)
    out.push_back(write(item));
  return out;
}

Json write(const Launch &launch) {
  return {{"kernel", launch.kernel},
          {"grid", {launch.grid[0].text, launch.grid[1].text, launch.grid[2].text}},
          {"threads", launch.threads},
          {"dynamic_shared_bytes", launch.dynamicSharedBytes},
          {"params", writeAll(launch.params)}};
}

Json write(const Program &program) {
  return {{"format", kManifestFormat},
          {"name", program.name},
          {"target", program.target.name()},
          {"dims", program.dims},
          {"tensors", writeAll(program.tensors)},
          {"scalars", writeAll(program.scalars)},
          {"workspaces", writeAll(program.workspaces)},
          {"launches", writeAll(program.launches)},
          {"remarks", writeAll(program.remarks)},
          {"min_blocks_per_sm", program.minBlocksPerSm},
          {"request_group", program.requestGroup}};
}

// Replaces bytes that are not UTF-8 instead of throwing.
std::string dump(const Json &json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void read(ObjectReader r, TensorSig &sig) {
  r.text("name", sig.name);
  r.dtype("dtype", sig.dtype);
  r.list("shape", sig.shape, [](ValueReader v, Formula &entry) { v.text(entry.text); });
  r.boolean("output", sig.output);
  r.boolean("in_place", sig.inPlace);
  r.boolean("strided", sig.strided);
  r.boolean("any_strides", sig.anyStrides);
  r.integer("alignment", sig.alignment);
  r.finish();
}

void read(ObjectReader r, ScalarSig &sig) {
  r.text("name", sig.name);
  r.dtype("dtype", sig.dtype);
  r.number("default", sig.defaultValue);
  r.boolean("required", sig.required);
  r.finish();
}

void read(ObjectReader r, Workspace &workspace) {
  r.text("name", workspace.name);
  r.text("bytes", workspace.bytes.text);
  r.boolean("zeroed", workspace.zeroed);
  r.finish();
}

void read(ObjectReader r, Field &field) {
  r.text("name", field.name);
  r.choice("kind", field.kind, kFieldKinds);
  r.dtype("dtype", field.dtype);
  r.text("source", field.source);
  r.finish();
}

void read(ObjectReader r, Remark &remark) {
  r.text("key", remark.key);
  r.text("value", remark.value);
  r.finish();
}

void read(ObjectReader r, KernelResources &res) {
  r.text("kernel", res.kernel);
  r.integer("registers", res.registers);
  r.integer("spill_store_bytes", res.spillStoreBytes);
  r.integer("spill_load_bytes", res.spillLoadBytes);
  r.integer("stack_bytes", res.stackBytes);
  r.integer("static_shared_bytes", res.staticSharedBytes);
  r.finish();
}

void read(ObjectReader r, Launch &launch);

template <class T> void readObject(ValueReader v, T &out) { read(v.object(), out); }

void read(ObjectReader r, Launch &launch) {
  std::vector<Formula> grid;
  r.text("kernel", launch.kernel);
  r.list("grid", grid, [](ValueReader v, Formula &entry) { v.text(entry.text); });
  if (grid.size() == 3)
    std::move(grid.begin(), grid.end(), launch.grid.begin());
  else
    r.fail("grid", "3 formulas", std::to_string(grid.size()));
  r.integer("threads", launch.threads);
  r.integer("dynamic_shared_bytes", launch.dynamicSharedBytes);
  r.list("params", launch.params, readObject<Field>);
  r.finish();
}

void read(ObjectReader r, Program &program) {
  int format = 0;
  std::string target;
  r.integer("format", format);
  if (format != kManifestFormat)
    r.fail("format", std::to_string(kManifestFormat), std::to_string(format));
  r.text("name", program.name);
  r.text("target", target);
  if (Result<Target> parsed = Target::parse(target))
    program.target = *parsed;
  else
    r.fail("target", "a known architecture", "'" + target + "'");
  r.list("dims", program.dims, [](ValueReader v, std::string &dim) { v.text(dim); });
  r.list("tensors", program.tensors, readObject<TensorSig>);
  r.list("scalars", program.scalars, readObject<ScalarSig>);
  r.list("workspaces", program.workspaces, readObject<Workspace>);
  r.list("launches", program.launches, readObject<Launch>);
  r.list("remarks", program.remarks, readObject<Remark>);
  r.integer("min_blocks_per_sm", program.minBlocksPerSm);
  r.integer("request_group", program.requestGroup);
  if (program.requestGroup < 1)
    r.fail("request_group", "a positive number", std::to_string(program.requestGroup));
  r.finish();
}

void read(ObjectReader r, Image &image) {
  r.object("program", [&](ObjectReader p) { read(p, image.program); });
  r.text("compiler_version", image.compilerVersion);
  r.list("resources", image.resources, readObject<KernelResources>);
  r.finish();
}

Status checkProgram(const Program &program) {
  Result<LaunchPlan> plan = LaunchPlan::build(program);
  return plan.ok() ? Status::success() : Status(Code::Corrupt, "manifest: " + plan.status().message());
}

template <class T> Result<T> parse(std::string_view text) {
  T out;
  ATTNC_RETURN_IF_ERROR(readJson(text, [&](ObjectReader r) { read(r, out); }));
  return out;
}

} // namespace

std::string programToJson(const Program &program) { return dump(write(program)); }

Result<Program> programFromJson(std::string_view json) {
  ATTNC_ASSIGN_OR_RETURN(Program program, parse<Program>(json));
  ATTNC_RETURN_IF_ERROR(checkProgram(program));
  return program;
}

std::string imageToJson(const Image &image) {
  return dump({{"program", write(image.program)},
               {"compiler_version", image.compilerVersion},
               {"resources", writeAll(image.resources)}});
}

Result<Image> imageFromJson(std::string_view json) {
  ATTNC_ASSIGN_OR_RETURN(Image image, parse<Image>(json));
  ATTNC_RETURN_IF_ERROR(checkProgram(image.program));
  return image;
}

} // namespace attnc
