// ExplainRoofline.cpp - the work of a kernel at given lengths, and the prediction as JSON and text.
#include "tools/attnc/ExplainRoofline.h"

#include "attnc/DType.h"
#include "tools/attnc/MaskQuestions.h"
#include "tools/attnc/ProfileWork.h"
#include "tools/attnc/Roofline.h"

#include <cstdio>

namespace attnc::cli {
namespace {

nlohmann::json limitsJson(const Limits &limits) {
  return {
      {"tensor", limits.tensor}, {"exp", limits.exp}, {"issue", limits.issue}, {"limited_by", limits.by()}};
}

Result<Work> workOf(const Spec &spec, int64_t packing, const MaskExplanation &mask, int64_t tileQ,
                    int64_t tileKv, int64_t blocksPerSm) {
  const MaskTiles &tiles = *mask.counts();
  const int64_t heads = spec.queryHeads.value, repeats = tiles.heads == 1 ? heads : 1;
  Work work{
      tileQ,       tileKv, spec.headDim.value, spec.headDimV.value, tiles.visited * repeats / packing, {}, 0,
      blocksPerSm, 0};
  if (tiles.pairs)
    work.pairs = *tiles.pairs * repeats;
  const double in = static_cast<double>(dtypeSize(spec.dtype.value)),
               out = static_cast<double>(dtypeSize(spec.outDtype.value));
  const double keys = static_cast<double>(spec.headDim.value),
               values = static_cast<double>(spec.headDimV.value);
  // Of a key and a value of one head, as new tokens have them and as a cache holds them.
  const double given = (keys + values) * in;
  double stored = given;
  if (spec.cache) {
    stored = 0;
    for (const bool part : {false, true})
      stored += static_cast<double>(storedBytes(spec, part) + scaleBytes(spec, part));
  }
  ATTNC_ASSIGN_OR_RETURN(const std::optional<MaskFootprint> visible, mask.footprint(spec.kvHeads.value));
  int64_t read = 0; // keys, of all heads: those that some row sees, or all where that is not known
  for (const auto &[qLen, kvLen] : requestLengths(*mask.shapes())) {
    work.blocks += (qLen * packing + tileQ - 1) / tileQ * (heads / packing);
    work.bytes += static_cast<double>(qLen * heads) * (keys * in + values * out + (spec.outputs.lse ? 4 : 0));
    read += kvLen * spec.kvHeads.value;
    if (spec.append) // new tokens are read, and put into the cache
      work.bytes += static_cast<double>(qLen * spec.kvHeads.value) * (given + stored);
  }
  work.bytes += static_cast<double>(visible ? visible->keys : read) * stored;
  return work;
}

} // namespace

Result<nlohmann::json> rooflineJson(const Spec &spec, const Program &program, const MaskExplanation &mask,
                                    int64_t tileQ, int64_t tileKv, int64_t blocksPerSm) {
  const MachineModel *machine = machineModel(program.target);
  if (!machine)
    return nlohmann::json{
        {"not_predicted", "there are no published rates for " + program.target.name() + " here"}};
  if (dtypeSize(spec.dtype.value) != 2)
    return nlohmann::json{{"not_predicted", "the rates here are those of f16 and bf16"}};
  ATTNC_ASSIGN_OR_RETURN(const Work work, workOf(spec, packingOf(program), mask, tileQ, tileKv, blocksPerSm));
  const Roofline line = predict(work, *machine);
  nlohmann::json out = {{"predicted", true},
                        {"gpu", machine->gpu},
                        {"sources",
                         {machine->source, "CUDA C++ Programming Guide: 16 exps a clock and SM",
                          std::string("7.3 instructions a score: ") + kInstructionsSource}},
                        {"tensor_rate_by", machine->tensorBy},
                        {"executed_flops", line.executedFlops},
                        {"visible_flops", nullptr},
                        {"bytes", work.bytes},
                        {"flops_per_byte", line.intensity},
                        {"ridge_flops_per_byte", line.ridge},
                        {"clocks_per_step", limitsJson(line.step)},
                        {"at_best_ms", limitsJson({line.seconds.tensor * 1e3, line.seconds.exp * 1e3,
                                                   line.seconds.issue * 1e3, line.seconds.memory * 1e3})},
                        {"blocks", work.blocks},
                        {"waves", line.waves}};
  out["at_best_ms"]["memory"] = line.seconds.memory * 1e3;
  out["at_best_ms"]["most"] = line.seconds.most() * 1e3;
  if (line.visibleFlops)
    out["visible_flops"] = *line.visibleFlops;
  return out;
}

void printRoofline(const nlohmann::json &line) {
  auto entry = [](const char *key, const char *format, auto... values) {
    char text[240];
    std::snprintf(text, sizeof(text), format, values...);
    std::printf("  %-14s %s\n", key, text);
  };
  if (line.contains("not_predicted")) {
    std::printf("roofline (not predicted: %s)\n", line["not_predicted"].get<std::string>().c_str());
    return;
  }
  auto number = [&](const char *path) { return line.at(nlohmann::json::json_pointer(path)).get<double>(); };
  auto word = [&](const char *path) {
    return line.at(nlohmann::json::json_pointer(path)).get<std::string>();
  };
  std::printf("roofline (predicted for %s, not measured)\n", word("/gpu").c_str());
  if (line["visible_flops"].is_null())
    entry("work", "%.3g GFLOP executed, visible pairs not counted", number("/executed_flops") / 1e9);
  else
    entry("work", "%.3g GFLOP executed, %.3g of visible pairs", number("/executed_flops") / 1e9,
          number("/visible_flops") / 1e9);
  entry("memory", "%.3g MB: q, the keys and values that are seen, and the outputs once",
        number("/bytes") / 1e6);
  entry("intensity", "%.4g FLOP a byte; below %.4g memory is the limit", number("/flops_per_byte"),
        number("/ridge_flops_per_byte"));
  entry("a step of keys", "%.0f clocks of tensor cores, %.0f of exp, %.0f of issue: %s",
        number("/clocks_per_step/tensor"), number("/clocks_per_step/exp"), number("/clocks_per_step/issue"),
        word("/clocks_per_step/limited_by").c_str());
  entry("at best", "%.3g ms by %s (tensor %.3g, exp %.3g, issue %.3g, memory %.3g)",
        number("/at_best_ms/most"), word("/at_best_ms/limited_by").c_str(), number("/at_best_ms/tensor"),
        number("/at_best_ms/exp"), number("/at_best_ms/issue"), number("/at_best_ms/memory"));
  if (word("/tensor_rate_by") != "mma.sync")
    entry("but", "the tensor rate is that of %s; the kernel uses mma.sync, which reaches less of it",
          word("/tensor_rate_by").c_str());
  entry("blocks", "%.0f, %.3g waves", number("/blocks"), number("/waves"));
  for (const auto &source : line["sources"])
    entry("source", "%s", source.get<std::string>().c_str());
}

} // namespace attnc::cli
