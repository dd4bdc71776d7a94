// KernelWarnings.cpp - ptxas' numbers as sentences.
#include "tools/attnc/KernelWarnings.h"

#include <cstdio>
#include <optional>

namespace attnc::cli {
namespace {

/// "tile_q 128, warps 2 (spec.yaml:9:3)", or "" if the compiler chose the schedule alone.
std::string pinnedText(const SchedulePins &pins) {
  std::string out;
  auto add = [&](const char *name, const std::optional<Located<int64_t>> &pin) {
    if (pin)
      out += (out.empty() ? "" : ", ") + std::string(name) + " " + std::to_string(pin->value);
  };
  add("tile_q", pins.tileQ);
  add("tile_kv", pins.tileKv);
  add("stages", pins.stages);
  add("warps", pins.warps);
  if (!out.empty() && pins.where.valid())
    out += " (" + pins.where.str() + ")";
  return out;
}

} // namespace

std::vector<std::string> kernelWarnings(const Image &image, const Spec &spec) {
  const std::string pinned = pinnedText(spec.schedule);
  std::vector<std::string> out;
  for (const KernelResources &item : image.resources) {
    if (item.spillStoreBytes == 0 && item.spillLoadBytes == 0 && item.stackBytes == 0)
      continue;
    std::string text = item.kernel + ": expected every value in a register, got ";
    if (item.spillStoreBytes || item.spillLoadBytes)
      text += std::to_string(item.spillStoreBytes) + " bytes of spill stores, " +
              std::to_string(item.spillLoadBytes) + " bytes of spill loads and ";
    text +=
        "a stack of " + std::to_string(item.stackBytes) + " bytes a thread; results are right, but slower";
    if (!pinned.empty())
      text += ". The likely cause is the pinned schedule: " + pinned + "; without it attnc chooses one";
    out.push_back(std::move(text));
  }
  return out;
}

void printWarnings(const std::vector<std::string> &warnings) {
  for (const std::string &warning : warnings)
    std::fprintf(stderr, "attnc: warning: %s\n", warning.c_str());
}

} // namespace attnc::cli
