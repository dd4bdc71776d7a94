// ExplainMask.cpp - lengths and side tensors for MaskModel, and its answer as text and JSON.
#include "tools/attnc/ExplainMask.h"

#include "tools/attnc/MaskPicture.h"
#include "tools/attnc/MaskQuestions.h"
#include "tools/attnc/OutputFile.h"
#include "tools/attnc/SideContent.h"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace attnc::cli {
namespace {

constexpr double kMostElements = 1 << 26; ///< of an input that is made for explain
constexpr int64_t kDefaultTiles = 6;      ///< on a side of a picture without lengths

std::string madeText(const Program &program, const TensorSig &sig, uint64_t seed) {
  const SideContent content = contentOf(program, sig.name);
  const std::string values = content == SideContent::Parents ? "a random tree"
                             : content != SideContent::Any   ? "random integers that ascend"
                             : sig.dtype == DType::I32       ? "random integers 0 to 3"
                             : sig.dtype == DType::Bool      ? "random, three of four true"
                                                             : "random";
  return sig.name + ": " + values + " (--seed " + std::to_string(seed) + "); --input " + sig.name + "=FILE";
}

} // namespace

Result<MaskExplanation> MaskExplanation::create(const Spec &spec, const Program &program,
                                                ProblemRequest request, int64_t tileQ, int64_t tileKv,
                                                const MaskFlags &flags) {
  for (const auto &[option, value] : {std::pair("--request", flags.request), {"--head", flags.head}})
    if (value && !flags.draws())
      return Status(Code::InvalidArgument,
                    std::string(option) + ": expected --picture or --mask with it, got neither");
  MaskExplanation out;
  out.flags = flags;
  out.name = program.name;
  out.arch = program.target.name();
  out.queryHeads = spec.queryHeads.value;
  out.blockMap = std::any_of(program.remarks.begin(), program.remarks.end(), [](const Remark &remark) {
    return remark.key == "mask.block_map" && remark.value == "true";
  });
  ATTNC_ASSIGN_OR_RETURN(out.model, MaskModel::create(spec, program.target));
  out.text = out.model->text();
  const bool given = !request.dims.empty() || !request.lens.empty() || !request.inputs.empty();
  if (given || flags.draws())
    ATTNC_RETURN_IF_ERROR(out.count(program, std::move(request), tileQ, tileKv, !given));
  return out;
}

Status MaskExplanation::count(const Program &program, ProblemRequest request, int64_t tileQ, int64_t tileKv,
                              bool defaults) {
  if (tileQ <= 0 || tileKv <= 0)
    return Status(Code::Internal, "expected the remarks schedule.tile_q and schedule.tile_kv, got none");
  defaultDims = defaults;
  if (defaults) {
    const int64_t length = kDefaultTiles * std::max(tileQ, tileKv);
    request.dims = {{"batch", flags.request.value_or(0) + 1}, {"q_len", length}};
    if (!keysAreQueries(program))
      request.dims["kv_len"] = length;
  }
  const std::set<std::string> bounds = model->boundTensors(), reads = model->maskTensors();
  ATTNC_ASSIGN_OR_RETURN(problem, makeShapes(program, request, [&](const std::string &name, double elements) {
                           return bounds.contains(name) ||
                                  (reads.contains(name) && elements <= kMostElements);
                         }));
  question = maskQuestion(program, *problem, reads, tileQ, tileKv);
  for (const TensorSig &sig : program.tensors)
    if (question->sides.contains(sig.name) && !request.inputs.contains(sig.name))
      assumed.push_back(madeText(program, sig, request.seed));
  ATTNC_ASSIGN_OR_RETURN(tiles, model->count(*question));
  return flags.draws() ? draw() : Status::success();
}

Status MaskExplanation::draw() {
  const int64_t request = flags.request.value_or(0), head = flags.head.value_or(0);
  const auto requests = static_cast<int64_t>(question->requests.size());
  if (request >= requests)
    return Status(Code::InvalidArgument, "--request: expected a request of 0 to " +
                                             std::to_string(requests - 1) + ", got " +
                                             std::to_string(request));
  if (head >= queryHeads)
    return Status(Code::InvalidArgument, "--head: expected a query head of 0 to " +
                                             std::to_string(queryHeads - 1) + ", got " +
                                             std::to_string(head));
  Result<MaskGrid> drawn = model->grid(*question, request, head);
  if (!drawn.ok())
    return drawn.status().prefix(flags.picture ? "--picture: " : "--mask: ");
  grid = std::move(*drawn);
  return Status::success();
}

Result<std::optional<MaskFootprint>> MaskExplanation::footprint(int64_t keyHeads) const {
  if (!question)
    return Status(Code::Internal, "expected lengths to count what is read, got none");
  return model->footprint(*question, keyHeads, blockMap);
}

nlohmann::json MaskExplanation::json() const {
  nlohmann::json out = {{"exact", text.exact},
                        {"visit", text.visit},
                        {"full", text.full},
                        {"unknown", text.unknown},
                        {"reads", text.reads}};
  if (!tiles)
    return out;
  nlohmann::json &counts = out["tiles"];
  counts = {{"visited", tiles->visited},     {"full", tiles->full},     {"partial", tiles->partial},
            {"empty", tiles->empty},         {"heads", tiles->heads},   {"ideal", nullptr},
            {"visited_over_ideal", nullptr}, {"visible_pairs", nullptr}};
  if (tiles->ideal) {
    counts["ideal"] = *tiles->ideal;
    if (*tiles->ideal > 0)
      counts["visited_over_ideal"] = static_cast<double>(tiles->visited) / static_cast<double>(*tiles->ideal);
  } else {
    counts["not_evaluated"] = tiles->unevaluated;
  }
  if (tiles->pairs)
    counts["visible_pairs"] = *tiles->pairs;
  out["assumed"] = assumed;
  out["default_dims"] = defaultDims;
  return out;
}

std::string MaskExplanation::tilesText() const {
  const int64_t total = tiles->visited + tiles->empty;
  auto percent = [&](int64_t part) {
    return total ? 100.0 * static_cast<double>(part) / static_cast<double>(total) : 0.0;
  };
  char line[160];
  std::snprintf(line, sizeof(line), "%lld per %s: %.1f %% without mask code, %.1f %% with, %.1f %% skipped",
                static_cast<long long>(total), tiles->heads == 1 ? "query head" : "batch and all heads",
                percent(tiles->full), percent(tiles->partial), percent(tiles->empty));
  return line;
}

void MaskExplanation::print() const {
  auto entry = [](const char *key, const std::string &value) {
    std::printf("  %-14s %s\n", key, value.c_str());
  };
  std::printf("mask\n");
  for (const std::string &range : text.visit)
    entry("visible only", range);
  entry("all visible", text.full.empty() ? "nothing proved: every visited tile runs mask code" : text.full);
  entry("proof", text.exact ? "exact: every term proved" : "partial: some terms are tested per element");
  for (const std::string &term : text.unknown)
    entry("not proved", term);
  for (const std::string &read : text.reads)
    entry("depends on", read);
  if (blockMap)
    entry("block map", "a launch before the kernel finds which of these tiles have a visible pair");
  if (!tiles) {
    entry("tiles", "give --dim or --lens to count them");
    return;
  }
  if (defaultDims)
    entry("lengths", std::string(problem->dims.contains("kv_len") ? "q_len and kv_len " : "q_len ") +
                         std::to_string(problem->dims.at("q_len")) +
                         ", as neither --dim nor --lens gives others");
  entry("tiles", tilesText());
  if (tiles->ideal)
    entry("visited/ideal", overIdeal(*tiles) + ": " + std::to_string(tiles->visited) + " visited, " +
                               std::to_string(*tiles->ideal) + " have a visible pair");
  else
    entry("visited/ideal", "not evaluated: " + tiles->unevaluated);
  for (const std::string &assumption : assumed)
    entry("assumed", assumption);
}

PictureText MaskExplanation::pictureText() const {
  const auto requests = static_cast<int64_t>(requestLengths(*problem).size());
  return {name, arch, flags.request.value_or(0), requests, flags.head.value_or(0), queryHeads, assumed};
}

void MaskExplanation::printPicture() const {
  if (!flags.picture)
    return;
  const char *plain = std::getenv("NO_COLOR"); // https://no-color.org
  const bool color = isatty(STDOUT_FILENO) && !(plain && *plain);
  std::fputs(maskTerminal(*grid, pictureText(), color).c_str(), stdout);
}

Status MaskExplanation::writeSvg() const {
  if (flags.svg.empty())
    return Status::success();
  return writeOutputFile(flags.svg, maskSvg(*grid, pictureText()));
}

} // namespace attnc::cli
