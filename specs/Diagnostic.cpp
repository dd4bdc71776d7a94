// Diagnostic.cpp - a Status as a compiler prints it: message, source line, caret, notes.
//
// Must not print anything itself, and must render whatever a file holds without harm to a terminal.
#include "specs/Spec.h"
#include "specs/Utf8.h"

#include <algorithm>
#include <fstream>
#include <map>

namespace attnc {
namespace {

constexpr std::string_view kBold = "\033[1m", kRed = "\033[1;31m", kCyan = "\033[1;36m",
                           kGreen = "\033[1;32m", kReset = "\033[0m";

class Renderer {
public:
  explicit Renderer(bool color) : color(color) {}

  void add(const Location &where, std::string_view kind, std::string_view message) {
    if (std::string place = where.str(); !place.empty())
      paint(kBold, place + ": ");
    paint(kind == "error" ? kRed : kCyan, std::string(kind) + ": ");
    paint(kind == "error" ? kBold : "", harmless(message));
    out += '\n';
    showSource(where);
  }

  std::string take() { return std::move(out); }

private:
  bool color;
  std::string out;
  std::map<std::string, std::vector<std::string>> files;

  /// A message may quote a file; its own line breaks, as of a compiler's log, stay.
  static std::string harmless(std::string_view message) {
    std::string text(message);
    for (char &c : text)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
        c = '?';
    return text;
  }

  void paint(std::string_view style, std::string_view text) {
    bool styled = color && !style.empty();
    if (styled)
      out += style;
    out += text;
    if (styled)
      out += kReset;
  }

  const std::vector<std::string> &linesOf(const std::string &file) {
    auto [entry, fresh] = files.try_emplace(file);
    if (!fresh)
      return entry->second;
    constexpr std::streamoff kMaxBytes = 1 << 20; // anything larger is not a spec
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error) || std::filesystem::file_size(file, error) > kMaxBytes)
      return entry->second;
    std::ifstream stream(file, std::ios::binary);
    for (std::string line; std::getline(stream, line);) {
      if (entry->second.empty() && line.substr(0, 3) == "\xef\xbb\xbf")
        line.erase(0, 3);
      entry->second.push_back(std::move(line));
    }
    return entry->second;
  }

  void showSource(const Location &where) {
    if (!where.valid())
      return;
    const std::vector<std::string> &lines = linesOf(where.file);
    if (static_cast<size_t>(where.line) > lines.size())
      return;
    std::string shown, caret;
    append(lines[where.line - 1], where.column, shown, caret);
    out += "  " + shown + '\n';
    if (where.column <= 0)
      return;
    out += "  " + caret;
    paint(kGreen, "^");
    out += '\n';
  }

  /// Copies the part of a line around the column; `caret` gets one space for each character before it.
  static void append(const std::string &line, int column, std::string &shown, std::string &caret) {
    constexpr size_t kBefore = 100, kAfter = 60;
    size_t target = std::min<size_t>(column > 0 ? column - 1 : 0, line.size());
    size_t begin = 0, end = std::min(line.size(), target + kAfter);
    if (target > kBefore) {
      begin = target - kBefore;
      shown = caret = "...";
      std::fill(caret.begin(), caret.end(), ' ');
    }
    for (size_t i = begin; i < end;) {
      size_t length = std::max<size_t>(1, utf8Length(std::string_view(line).substr(i)));
      bool printable = static_cast<unsigned char>(line[i]) >= 0x20 && line[i] != 0x7f &&
                       utf8Length(std::string_view(line).substr(i)) > 0;
      if (line[i] == '\r' && i + 1 == line.size())
        break;
      shown += printable ? line.substr(i, length) : line[i] == '\t' ? " " : "?";
      if (i < target)
        caret += ' ';
      i += length;
    }
    if (end < line.size())
      shown += "...";
  }
};

} // namespace

std::string renderDiagnostic(const Status &status, bool color) {
  if (status.ok())
    return "";
  Renderer renderer(color);
  renderer.add(status.where(), "error", status.message());
  for (const Note &note : status.notes())
    renderer.add(note.where, "note", note.message);
  return renderer.take();
}

} // namespace attnc
