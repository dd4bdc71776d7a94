// TracePage.cpp - a list of passes at the side, a section for each with its diff, the CUDA text at the end.
#include "tools/attnc/TracePage.h"

#include "tools/attnc/LineDiff.h"
#include "tools/attnc/Markup.h"

#include <cctype>
#include <cstdio>

namespace attnc::cli {
namespace {

constexpr size_t kContext = 3;

constexpr const char *kStyle = R"css(
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1f2328; --faint: #656d76; --line: #d0d7de; --side: #f6f8fa;
  --added: #dafbe1; --removed: #ffebe9; --hunk: #ddf4ff; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --ink: #e6edf3; --faint: #8d96a0; --line: #30363d;
  --side: #161b22; --added: #12391f; --removed: #4a1d20; --hunk: #122d48; --bad: #ff7b72; } }
body { margin: 0; display: flex; font: 14px/1.45 Helvetica, Arial, sans-serif; background: var(--ground); color: var(--ink); }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; flex: 0 0 22rem; box-sizing: border-box; padding: 1rem;
  background: var(--side); border-right: 1px solid var(--line); }
nav ol { padding-left: 2em; } nav li { margin: 0.3em 0; } nav a { color: inherit; }
nav .same a { color: var(--faint); } small { color: var(--faint); }
main { flex: 1; min-width: 0; padding: 0 2rem 4rem; } section { border-top: 1px solid var(--line); }
h1 { font-size: 1.2rem; } h2 { font-size: 1.05rem; }
pre { font: 12px/1.4 ui-monospace, Menlo, Consolas, monospace; overflow-x: auto; border: 1px solid var(--line); padding: 0.5em; }
pre span { display: block; min-height: 1.4em; width: max-content; min-width: 100%; }
.added { background: var(--added); } .removed { background: var(--removed); } .hunk { background: var(--hunk); color: var(--faint); }
.alike { color: var(--faint); } .error { color: var(--bad); } summary { cursor: pointer; color: var(--faint); }
)css";

/// A line without the numbers of its values: %12 becomes %, as every pass counts anew.
std::string withoutNumbers(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    out += line[i];
    if (line[i] == '%')
      while (i + 1 < line.size() && std::isdigit(static_cast<unsigned char>(line[i + 1])))
        ++i;
  }
  return out;
}

std::string time(double milliseconds) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f ms", milliseconds);
  return text;
}

struct Change {
  std::vector<std::string_view> before, after;
  std::vector<DiffLine> diff;
  size_t added = 0, removed = 0;

  Change(std::string_view from, std::string_view to) : before(splitLines(from)), after(splitLines(to)) {
    diff = diffLines(before, after, withoutNumbers);
    for (const DiffLine &line : diff) {
      added += line.kind == DiffLine::Kind::Added;
      removed += line.kind == DiffLine::Kind::Removed;
    }
  }
  std::string summary() const {
    return added + removed == 0 ? "unchanged" : "+" + std::to_string(added) + " -" + std::to_string(removed);
  }
};

std::string span(const char *kind, const std::string &text) {
  return std::string("<span class=\"") + kind + "\">" + escapeMarkup(text) + "</span>";
}

std::string diffHtml(const Change &change) {
  std::string out = "<pre class=\"diff\">";
  for (const auto &[begin, end] : diffHunks(change.diff, kContext)) {
    int64_t line = 0;
    for (size_t i = begin; i < end && line == 0; ++i)
      line = change.diff[i].after + 1;
    out += span("hunk", "@@ line " + std::to_string(line) + " @@");
    for (size_t i = begin; i < end; ++i) {
      const DiffLine &item = change.diff[i];
      const std::string text(item.after < 0 ? change.before[item.before] : change.after[item.after]);
      switch (item.kind) {
      case DiffLine::Kind::Same:
        out += span("same", "  " + text);
        break;
      case DiffLine::Kind::Alike:
        out += span("alike", "~ " + text);
        break;
      case DiffLine::Kind::Removed:
        out += span("removed", "- " + text);
        break;
      case DiffLine::Kind::Added:
        out += span("added", "+ " + text);
        break;
      }
    }
  }
  return out + "</pre>\n";
}

std::string details(const std::string &title, std::string_view text, bool open) {
  return std::string("<details") + (open ? " open" : "") + "><summary>" + escapeMarkup(title) +
         "</summary><pre>" + escapeMarkup(text) + "</pre></details>\n";
}

class Page {
public:
  explicit Page(const TracePage &page) : page(page) {}

  std::string html() {
    section("spec", "spec", "", "", details("canonical YAML", page.spec, true));
    for (size_t i = 0; i < page.passes.size(); ++i)
      pass(i);
    if (!page.cuda.empty())
      section("cuda", "CUDA text", "", "", details("the text that NVRTC gets", page.cuda, true));
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" +
                      escapeMarkup(page.title) + "</title>\n<style>" + kStyle +
                      "</style>\n</head>\n<body>\n<nav>\n<h1>" + escapeMarkup(page.title) +
                      "</h1>\n<ol start=\"0\">\n" + list + "</ol>\n<p><small>+ and - count lines " +
                      "added and removed. ~ marks a line that differs in the numbers of its values "
                      "only.</small></p>\n</nav>\n<main>\n";
    if (!page.error.empty())
      out += "<pre class=\"error\">" + escapeMarkup(page.error) + "</pre>\n";
    return out + body + "</main>\n</body>\n</html>\n";
  }

private:
  void pass(size_t i) {
    const PassSnapshot &now = page.passes[i];
    if (i == 0)
      return section("pass-0", now.name, "", time(now.milliseconds), details("IR", now.text, true));
    const Change change(page.passes[i - 1].text, now.text);
    const bool same = change.added + change.removed == 0;
    std::string content = same ? "<p><small>The IR is as before.</small></p>\n" : diffHtml(change);
    if (now.failed)
      content = "<p class=\"error\">This pass failed.</p>\n" + content;
    section("pass-" + std::to_string(i), now.name, same && !now.failed ? "same" : "",
            (now.failed ? "failed, " : "") + change.summary() + ", " + time(now.milliseconds),
            content + details("IR after the pass", now.text, false));
  }

  void section(const std::string &id, const std::string &name, const std::string &kind,
               const std::string &note, const std::string &content) {
    list += "<li class=\"" + kind + "\"><a href=\"#" + id + "\">" + escapeMarkup(name) + "</a> <small>" +
            escapeMarkup(note) + "</small></li>\n";
    body += "<section id=\"" + id + "\">\n<h2>" + escapeMarkup(name) + " <small>" + escapeMarkup(note) +
            "</small></h2>\n" + content + "</section>\n";
  }

  const TracePage &page;
  std::string list, body;
};

} // namespace

std::string tracePageHtml(const TracePage &page) { return Page(page).html(); }

} // namespace attnc::cli
