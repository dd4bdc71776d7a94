// KernelKey.cpp - what goes into a key.
//
// Must not leave out anything that changes the code or how it is launched; leaving out too little only costs
// a rebuild.
#include "runtime/core/KernelKey.h"

#include "runtime/core/Digest.h"
#include "runtime/core/ProgramJson.h"

#include <algorithm>

namespace attnc {
namespace {

/// Raised when the meaning of a key changes.
constexpr std::string_view kRequestKeyFormat = "attnc-request-1";
constexpr std::string_view kContentKeyFormat = "attnc-content-1";

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f'); }
bool isWord(char c) { return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isPathChar(char c) { return isWord(c) || c == '.' || c == '-' || c == '/'; }

/// Start of the digest in "stem_9f3a1c", or npos.
size_t digestStart(std::string_view symbol) {
  size_t start = symbol.size();
  while (start > 0 && isHex(symbol[start - 1]))
    --start;
  size_t digits = symbol.size() - start;
  return start >= 2 && symbol[start - 1] == '_' && digits >= 6 && digits <= 12 ? start
                                                                               : std::string_view::npos;
}

void blankSymbol(std::string &text, std::string_view symbol) {
  size_t start = digestStart(symbol);
  if (start == std::string_view::npos)
    return;
  for (size_t at = text.find(symbol); at != std::string::npos; at = text.find(symbol, at + symbol.size())) {
    size_t end = at + symbol.size();
    if ((at == 0 || !isWord(text[at - 1])) && (end == text.size() || !isWord(text[end])))
      std::fill(text.begin() + at + start, text.begin() + end, '0');
  }
}

/// Removes a place such as "gemma2.yaml:7", "gemma2.yaml:7:3" or ":8" from the end of a comment.
std::string_view withoutPlace(std::string_view line) {
  size_t comment = line.find("//");
  if (comment == std::string_view::npos)
    return line;
  size_t at = line.size();
  bool numbered = false;
  while (at > comment + 2) {
    size_t digits = at;
    while (digits > comment + 2 && isDigit(line[digits - 1]))
      --digits;
    if (digits == at || digits == comment + 2 || line[digits - 1] != ':')
      break;
    at = digits - 1;
    numbered = true;
  }
  if (!numbered)
    return line;
  size_t path = at;
  while (path > comment + 2 && isPathChar(line[path - 1]))
    --path;
  std::string_view file = line.substr(path, at - path);
  if (file.empty() || file.ends_with(".yaml") || file.ends_with(".yml"))
    return line.substr(0, path);
  return line;
}

std::string_view nextLine(std::string_view &text) {
  size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view trimLeft(std::string_view text) {
  size_t at = text.find_first_not_of(" \t");
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

/// The name in an include directive, or empty.
std::string_view includedName(std::string_view line) {
  line = trimLeft(line);
  if (!line.starts_with('#'))
    return {};
  line = trimLeft(line.substr(1));
  if (!line.starts_with("include"))
    return {};
  line = trimLeft(line.substr(7));
  if (line.empty() || (line[0] != '"' && line[0] != '<'))
    return {};
  size_t end = line.find(line[0] == '"' ? '"' : '>', 1);
  return end == std::string_view::npos ? std::string_view() : line.substr(1, end - 1);
}

} // namespace

std::vector<SourceHeader> includedHeaders(std::string_view text, std::span<const SourceHeader> headers) {
  std::vector<bool> wanted(headers.size());
  std::vector<std::string_view> pending{text};
  while (!pending.empty()) {
    std::string_view rest = pending.back();
    pending.pop_back();
    while (!rest.empty()) {
      std::string_view name = includedName(nextLine(rest));
      if (name.empty())
        continue;
      for (size_t i = 0; i < headers.size(); ++i)
        if (headers[i].name == name && !wanted[i]) {
          wanted[i] = true;
          pending.push_back(headers[i].text);
        }
    }
  }
  std::vector<SourceHeader> out;
  for (size_t i = 0; i < headers.size(); ++i)
    if (wanted[i])
      out.push_back(headers[i]);
  return out;
}

std::string requestKey(std::string_view canonicalSpec, const Target &target,
                       std::string_view compilerBuildId) {
  return Digest()
      .field(kRequestKeyFormat)
      .field(canonicalSpec)
      .field(target.name())
      .field(compilerBuildId)
      .hex();
}

std::string blankedText(const Program &program) {
  std::string out;
  out.reserve(program.text.size());
  std::string_view rest = program.text;
  bool banner = true;
  while (!rest.empty()) {
    std::string_view line = nextLine(rest);
    banner = banner && line.starts_with("//");
    out += banner ? std::string_view("//") : withoutPlace(line);
    out += '\n';
  }
  for (const Launch &launch : program.launches)
    blankSymbol(out, launch.kernel);
  return out;
}

std::string contentKey(const Program &program, std::span<const SourceHeader> headers,
                       std::string_view nvrtcVersion, const std::vector<std::string> &flags) {
  Program plan = program;
  plan.text.clear();
  plan.remarks.clear();
  for (Launch &launch : plan.launches)
    blankSymbol(launch.kernel, std::string(launch.kernel));

  Digest digest;
  digest.field(kContentKeyFormat).field(blankedText(program)).field(programToJson(plan));
  const std::vector<SourceHeader> used = includedHeaders(program.text, headers);
  digest.field(used.size());
  for (const SourceHeader &header : used)
    digest.field(header.name).field(header.text);
  digest.field(program.target.name()).field(nvrtcVersion).field(flags.size());
  for (const std::string &flag : flags)
    digest.field(flag);
  return digest.hex();
}

} // namespace attnc
