// ProfileText.cpp - a profile's JSON as tables.
#include "tools/attnc/ProfileText.h"

#include "tools/attnc/Table.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace attnc::cli {
namespace {

using nlohmann::json;

template <class... Values> std::string format(const char *pattern, Values... values) {
  char text[200];
  std::snprintf(text, sizeof(text), pattern, values...);
  return text;
}

double number(const json &object, const char *path) {
  return object.at(json::json_pointer(path)).get<double>();
}

/// "-" for null.
std::string ratio(const json &value, const char *pattern) {
  return value.is_null() ? "-" : format(pattern, value.get<double>());
}

void entry(std::string &out, const char *key, const std::string &value) {
  out += format("  %-14s ", key) + value + "\n";
}

std::string classesText(const json &kernel) {
  std::vector<std::pair<double, std::string>> classes;
  for (const auto &[name, count] : kernel["classes"].items())
    classes.emplace_back(count.get<double>(), name);
  std::sort(classes.rbegin(), classes.rend());
  std::string out;
  for (const auto &[count, name] : classes)
    out += (out.empty() ? "" : ", ") + name +
           format(" %.1f %%", 100 * count / number(kernel, "/warp_instructions"));
  return out;
}

std::string sharedText(const json &code) {
  return format("%.0f wavefronts, %.0f without conflicts", number(code, "/shared/wavefronts"),
                number(code, "/shared/ideal_wavefronts")) +
         " (" + ratio(code["shared"]["conflict_ratio"], "%.2f") + ")";
}

std::string globalText(const json &code) {
  return format("%.0f requests, %.0f sectors of 32 bytes, ", number(code, "/global/requests"),
                number(code, "/global/sectors")) +
         ratio(code["global"]["sectors_per_request"], "%.2f") + " a request";
}

std::string kernelText(const json &kernel) {
  const json &grid = kernel["grid"];
  std::string out = kernel["kernel"].get<std::string>() +
                    format(": grid (%d, %d, %d), %d threads\n", grid[0].get<int>(), grid[1].get<int>(),
                           grid[2].get<int>(), kernel["threads"].get<int>());
  entry(out, "instructions",
        format("%.0f of warps, ", number(kernel, "/warp_instructions")) +
            ratio(kernel["lanes_per_instruction"], "%.2f") + " lanes on average");
  entry(out, "by class", classesText(kernel));
  entry(out, "mma", format("%.6g MFLOP", number(kernel, "/mma_flops") / 1e6));
  entry(out, "shared", sharedText(kernel));
  entry(out, "global", globalText(kernel));
  return out;
}

std::string memoryLine(const json &bound) {
  return format("%.0f bytes, %.0f sectors; this run reads and writes ", number(bound, "/bytes"),
                number(bound, "/sectors")) +
         ratio(bound["sectors_over_this"], "%.3f") + " times as many";
}

std::string programText(const json &profile) {
  std::string out = "program\n";
  if (const json &mask = profile["mask"]; !mask.is_null()) {
    const json &tiles = mask["tiles"];
    entry(out, "tiles",
          format("visited %lld (%lld with mask code), skipped %lld, ", tiles["visited"].get<long long>(),
                 tiles["partial"].get<long long>(), tiles["empty"].get<long long>()) +
              (tiles["heads"] == 1 ? "of each query head" : "of all query heads"));
  }
  const json &mma = profile["mma"];
  entry(out, "mma",
        mma["useful_flops"].is_null()
            ? format("%.6g MFLOP, visible pairs not counted", number(mma, "/flops") / 1e6)
            : format("%.6g MFLOP, %.6g of visible pairs (", number(mma, "/flops") / 1e6,
                     number(mma, "/useful_flops") / 1e6) +
                  ratio(mma["useful_share"], "%.3f") + ")");
  const json &memory = profile["memory"];
  entry(out, "memory", format("%.0f sectors of 32 bytes, no cache modelled", number(memory, "/sectors")));
  if (memory["compulsory"].is_null()) {
    entry(out, "compulsory", "not evaluated: " + memory["not_evaluated"].get<std::string>());
  } else {
    entry(out, "compulsory", memoryLine(memory["compulsory"]));
    entry(out, "with re-reads", memoryLine(memory["compulsory_and_rereads"]));
  }
  for (const json &name : memory["not_counted"])
    entry(out, "not counted", name.get<std::string>());
  entry(out, "FLOP a byte",
        ratio(profile["flops_per_byte"]["executed"], "%.4g") + " as run, " +
            ratio(profile["flops_per_byte"]["useful_at_best"], "%.4g") +
            " of visible pairs over compulsory bytes");
  return out;
}

std::vector<std::string> lineCells(const json &line) {
  return {ratio(line["share"].is_null() ? json() : json(100 * line["share"].get<double>()), "%.1f"),
          format("%.0f", number(line, "/warp_instructions")), ratio(line["lanes_per_instruction"], "%.1f"),
          ratio(line["shared"]["conflict_ratio"], "%.2f"),
          ratio(line["global"]["sectors_per_request"], "%.2f")};
}

std::vector<std::string> titles() { return {"%", "instructions", "lanes", "wf/ideal", "sectors/request"}; }

std::string hottestLines(const json &profile) {
  constexpr size_t kShown = 10;
  std::vector<const json *> lines;
  for (const json &kernel : profile["kernels"])
    for (const json &line : kernel["lines"])
      if (line["line"].get<int>() > 0)
        lines.push_back(&line);
  std::stable_sort(lines.begin(), lines.end(), [](const json *a, const json *b) {
    return number(*a, "/warp_instructions") > number(*b, "/warp_instructions");
  });
  lines.resize(std::min(lines.size(), kShown));
  std::vector<std::string> header = titles();
  header.insert(header.end(), {"line", "spec", "text"});
  Table table(header);
  for (const json *line : lines) {
    std::vector<std::string> cells = lineCells(*line);
    const std::string text = line->at("text").get<std::string>();
    cells.insert(cells.end(),
                 {std::to_string(line->at("line").get<int>()), line->at("spec").get<std::string>(),
                  text.size() > 80 ? text.substr(0, 77) + "..." : text});
    table.row(std::move(cells));
  }
  return "hottest lines\n" + table.str();
}

} // namespace

std::string profileSummary(const json &profile) {
  std::string out =
      profile["name"].get<std::string>() + " on sim (" + profile["arch"].get<std::string>() + ")\n";
  for (const json &kernel : profile["kernels"])
    out += kernelText(kernel);
  return out + programText(profile) + hottestLines(profile);
}

std::string profileAnnotation(const json &profile, const std::string &text) {
  std::map<int, std::vector<std::string>> cells;
  for (const json &kernel : profile["kernels"])
    for (const json &line : kernel["lines"])
      cells[line["line"].get<int>()] = lineCells(line);
  auto row = [](const std::vector<std::string> &values, const std::string &line) {
    return format("%6s %13s %6s %9s %16s | ", values[0].c_str(), values[1].c_str(), values[2].c_str(),
                  values[3].c_str(), values[4].c_str()) +
           line + "\n";
  };
  std::string out = row(titles(), "line by line; % is of the kernel's warp instructions");
  int number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const auto found = cells.find(++number);
    out += row(found == cells.end() ? std::vector<std::string>(5) : found->second, text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

} // namespace attnc::cli
