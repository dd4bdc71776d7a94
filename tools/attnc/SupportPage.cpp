// SupportPage.cpp - the matrix for people: sizes, features, and each reason once.
#include "tools/attnc/SupportMatrix.h"
#include "tools/attnc/Table.h"

#include <algorithm>

namespace attnc::cli {
namespace {

/// Reasons in order of first use; those that differ only in what they got are one.
class Reasons {
public:
  int numberOf(const Status &status) {
    const std::string text = status.message();
    const std::string key = text.substr(0, text.rfind(", got "));
    for (size_t i = 0; i < keys.size(); ++i)
      if (keys[i] == key)
        return static_cast<int>(i) + 1;
    keys.push_back(key);
    texts.push_back(status.where().str() + ": error: " + text);
    return static_cast<int>(keys.size());
  }
  const std::vector<std::string> &list() const { return texts; }

private:
  std::vector<std::string> keys, texts;
};

template <class Item> void addNew(std::vector<Item> &list, const Item &item) {
  if (std::find(list.begin(), list.end(), item) == list.end())
    list.push_back(item);
}

std::string joined(const std::vector<std::string> &words, const char *between) {
  std::string out;
  for (const std::string &word : words)
    out += (out.empty() ? "" : between) + word;
  return out;
}

/// Probes of one cell: "yes", "no (3)", or for each reason where it holds.
std::string cell(const std::vector<const Probe *> &probes, Reasons &reasons) {
  struct Refusal {
    int number;
    std::vector<std::string> dtypes;
    std::vector<int64_t> sizes;
  };
  std::vector<Refusal> refusals;
  size_t refused = 0;
  std::vector<std::string> dtypes;
  for (const Probe *probe : probes) {
    addNew(dtypes, probe->dtype);
    if (probe->status.ok())
      continue;
    ++refused;
    const int number = reasons.numberOf(probe->status);
    auto it =
        std::find_if(refusals.begin(), refusals.end(), [&](const Refusal &r) { return r.number == number; });
    if (it == refusals.end())
      it = refusals.insert(it, {number, {}, {}});
    addNew(it->dtypes, probe->dtype);
    addNew(it->sizes, probe->headDim);
  }
  if (refused == 0)
    return probes.empty() ? "-" : "yes";
  std::string out;
  for (Refusal &refusal : refusals) {
    std::sort(refusal.sizes.begin(), refusal.sizes.end());
    out += out.empty() ? "no" : ", no";
    if (refused < probes.size() || refusals.size() > 1) {
      out += " at " + rangesText(refusal.sizes);
      if (refusal.dtypes.size() < dtypes.size())
        out += " of " + joined(refusal.dtypes, " and ");
    }
    out += " (" + std::to_string(refusal.number) + ")";
  }
  return refused < probes.size() ? "yes; " + out : out;
}

class SupportPage {
public:
  SupportPage(const SupportMatrix &matrix, bool markdown) : matrix(matrix), markdown(markdown) {}

  std::string text() {
    if (markdown)
      out += kHead;
    sizes();
    features();
    reasonList();
    return out;
  }

private:
  static constexpr const char *kHead =
      "# What attnc supports\n\n"
      "Written by `attnc support --markdown`, which asks the compiler itself: each answer is a spec that "
      "went through the "
      "reader, the passes and\nthe emitter, or was refused with the error below. A test compares this page "
      "with what the "
      "compiler says; after a change of either:\n\n"
      "```sh\nattnc support --markdown > specs/SUPPORT.md\n```\n\n"
      "Rows are the table in `tools/attnc/SupportFeatures.cpp`: a new feature adds a line there. \"Yes\" "
      "means that a kernel is "
      "emitted; whether its\nresults are right is what `attnc check` and the pair tests show.\n\n";

  using Cells = std::vector<std::string>;

  void title(const std::string &title, const std::string &words) {
    out += (markdown ? "## " + title + "\n\n" + words + "\n\n" : title + ": " + words + "\n\n");
  }

  void table(const std::string &first, const std::vector<Cells> &rows) {
    Cells titles{first};
    titles.insert(titles.end(), matrix.archs.begin(), matrix.archs.end());
    if (!markdown) {
      Table table(titles);
      for (const Cells &row : rows)
        table.row(row);
      out += table.str() + "\n";
      return;
    }
    out += "| " + joined(titles, " | ") + " |\n|";
    for (size_t i = 0; i < titles.size(); ++i)
      out += "---|";
    out += "\n";
    for (const Cells &row : rows)
      out += "| " + joined(row, " | ") + " |\n";
    out += "\n";
  }

  /// What works, and the reasons for the other sizes; of a type that never works the reason for an ordinary
  /// size.
  std::string sizesCell(const std::string &arch, const std::string &dtype) {
    constexpr int64_t kOrdinary = 64;
    std::vector<int64_t> good;
    std::vector<const Probe *> bad;
    for (const Probe &probe : matrix.sizes)
      if (probe.arch == arch && probe.dtype == dtype) {
        if (probe.status.ok())
          good.push_back(probe.headDim);
        else
          bad.push_back(&probe);
      }
    std::vector<std::string> numbers;
    for (const Probe *probe : bad)
      if (!good.empty() || probe->headDim == kOrdinary)
        addNew(numbers, std::to_string(reasons.numberOf(probe->status)));
    return (good.empty() ? "no" : rangesText(good)) +
           (numbers.empty() ? "" : " (" + joined(numbers, ", ") + ")");
  }

  void sizes() {
    title("Types and head sizes",
          "Head sizes of the plain spec (`mask: none`, GQA, packed tokens); numbers in brackets are the "
          "reasons for the others.");
    std::vector<std::string> dtypes;
    for (const Probe &probe : matrix.sizes)
      addNew(dtypes, probe.dtype);
    std::vector<Cells> rows;
    for (const std::string &dtype : dtypes) {
      rows.push_back({dtype});
      for (const std::string &arch : matrix.archs)
        rows.back().push_back(sizesCell(arch, dtype));
    }
    table("dtype", rows);
  }

  void features() {
    title("Features", "Each with every supported dtype and head sizes of 64, 128, 192 and 256, unless the "
                      "row names its own. `-`: no dtype has tensor cores there; with `fallback: plain` it is "
                      "computed without.");
    std::vector<Cells> rows;
    for (size_t i = 0; i < matrix.rows.size(); ++i) {
      const SupportRow &row = matrix.rows[i];
      rows.push_back({std::string(row.feature.name)});
      for (const std::string &arch : matrix.archs) {
        std::vector<const Probe *> probes;
        for (const Probe &probe : row.probes)
          if (probe.arch == arch)
            probes.push_back(&probe);
        rows.back().push_back(cell(probes, reasons));
      }
      if (i + 1 == matrix.rows.size() || matrix.rows[i + 1].feature.group != row.feature.group) {
        table(std::string(row.feature.group), rows);
        rows.clear();
      }
    }
  }

  void reasonList() {
    title("Reasons", "The compiler's own words, of the first probe that met each.");
    const char *quote = markdown ? "`" : "";
    for (size_t i = 0; i < reasons.list().size(); ++i)
      out += std::to_string(i + 1) + ". " + quote + reasons.list()[i] + quote + "\n";
  }

  const SupportMatrix &matrix;
  bool markdown;
  Reasons reasons;
  std::string out;
};

} // namespace

std::string rangesText(const std::vector<int64_t> &numbers) {
  std::string out;
  for (size_t i = 0; i < numbers.size();) {
    size_t end = i + 1;
    const int64_t step = end < numbers.size() ? numbers[end] - numbers[i] : 0;
    while (end < numbers.size() && numbers[end] - numbers[end - 1] == step)
      ++end;
    if (end - i < 3)
      end = i + 1;
    out += (out.empty() ? "" : ", ") + std::to_string(numbers[i]);
    if (end - i >= 3)
      out += " to " + std::to_string(numbers[end - 1]) + " by " + std::to_string(step);
    i = end;
  }
  return out;
}

std::string supportPage(const SupportMatrix &matrix, bool markdown) {
  return SupportPage(matrix, markdown).text();
}

} // namespace attnc::cli
