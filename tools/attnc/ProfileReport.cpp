// ProfileReport.cpp - ratios and sums.
#include "tools/attnc/ProfileReport.h"

namespace attnc::cli {
namespace {

using nlohmann::json;

constexpr int64_t kSectorBytes = 32;

/// Null where there is nothing to divide by.
template <class Part, class Whole> json over(Part part, Whole whole) {
  return whole > 0 ? json(static_cast<double>(part) / static_cast<double>(whole)) : json();
}

double number(const json &object, const char *path) {
  return object.at(json::json_pointer(path)).get<double>();
}

/// Ratios of a kernel or of one of its lines; `all` is the warp instructions of what it is a part of.
void addRatios(json &code, int64_t all) {
  const double instructions = number(code, "/warp_instructions");
  code["share"] = over(instructions, all);
  code["lanes_per_instruction"] = over(number(code, "/thread_instructions"), instructions);
  code["shared"]["conflict_ratio"] =
      over(number(code, "/shared/wavefronts"), number(code, "/shared/ideal_wavefronts"));
  code["global"]["sectors_per_request"] =
      over(number(code, "/global/sectors"), number(code, "/global/requests"));
}

json tensorsJson(const TensorTraffic &tensors) {
  json out = {{"bytes", bytesOf(tensors)}, {"sectors", sectorsOf(tensors)}, {"tensors", json::object()}};
  for (const Traffic &one : tensors)
    out["tensors"][one.tensor] = one.bytes;
  return out;
}

/// Sum of one number over kernels.
int64_t sum(const json &kernels, const char *path) {
  int64_t out = 0;
  for (const json &kernel : kernels)
    out += kernel.at(json::json_pointer(path)).get<int64_t>();
  return out;
}

json memoryJson(const json &kernels, const ProfileWork &work) {
  const int64_t sectors = sum(kernels, "/global/sectors");
  json out = {
      {"sector_bytes", kSectorBytes},
      {"sectors_are", "of every request, without caches: what a request finds in L1 or L2 counts again"},
      {"sectors", sectors},
      {"bytes", sectors * kSectorBytes},
      {"compulsory", nullptr},
      {"compulsory_and_rereads", nullptr},
      {"not_counted", work.notCounted}};
  if (!work.minimum) {
    out["not_evaluated"] = "the mask cannot be looked at pair by pair";
    return out;
  }
  out["compulsory"] = tensorsJson(*work.minimum);
  out["compulsory_and_rereads"] = tensorsJson(*work.tiling);
  for (const char *key : {"compulsory", "compulsory_and_rereads"})
    out[key]["sectors_over_this"] = over(sectors, out[key]["sectors"].get<int64_t>());
  return out;
}

json mmaJson(const json &kernels, const ProfileWork &work) {
  const int64_t flops = sum(kernels, "/mma_flops");
  json out = {
      {"flops", flops}, {"tile_flops", work.tileFlops}, {"useful_flops", nullptr}, {"useful_share", nullptr}};
  if (work.usefulFlops) {
    out["useful_flops"] = *work.usefulFlops;
    out["useful_share"] = over(*work.usefulFlops, flops);
  }
  return out;
}

} // namespace

json profileJson(const ProfileFacts &facts, const json &counters) {
  json kernels = counters.at("launches");
  const int64_t all = sum(kernels, "/warp_instructions");
  for (json &kernel : kernels) {
    addRatios(kernel, all);
    for (json &line : kernel["lines"])
      addRatios(line, kernel["warp_instructions"].get<int64_t>());
  }
  const ProfileWork &work = *facts.work;
  json out = {{"ok", true},
              {"name", facts.name},
              {"device", "sim"},
              {"arch", facts.arch},
              {"dims", facts.problem->dims},
              {"lens", facts.problem->lens},
              {"mask", facts.mask ? facts.mask->json() : json()},
              {"mma", mmaJson(kernels, work)},
              {"memory", memoryJson(kernels, work)}};
  const json &memory = out["memory"];
  json &intensity = out["flops_per_byte"];
  intensity["executed"] = over(out["mma"]["flops"].get<int64_t>(), memory["bytes"].get<int64_t>());
  intensity["useful_at_best"] =
      work.usefulFlops && work.minimum ? over(*work.usefulFlops, bytesOf(*work.minimum)) : json();
  out["kernels"] = std::move(kernels);
  return out;
}

bool hasLines(const json &profile) {
  for (const json &kernel : profile.at("kernels"))
    for (const json &line : kernel.at("lines"))
      if (line.at("line").get<int>() > 0)
        return true;
  return false;
}

} // namespace attnc::cli
