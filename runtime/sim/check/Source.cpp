// Source.cpp - follows inlined_at from the innermost place to the kernel's text.
#include "runtime/sim/check/Source.h"

#include <cstdlib>
#include <cxxabi.h>

namespace attnc::sim {
namespace {

/// -1 if the instruction has none.
int placeOf(const Kernel &kernel, size_t pc) {
  return pc < kernel.function->body.size() ? kernel.function->body[pc].place : -1;
}

const SourcePlace &at(const Kernel &kernel, int place) {
  return kernel.module->places[static_cast<size_t>(place)];
}

/// Innermost first.
std::vector<int> placesOf(const Kernel &kernel, size_t pc) {
  std::vector<int> places;
  for (int place = placeOf(kernel, pc); place >= 0; place = at(kernel, place).inlinedAt)
    places.push_back(place);
  return places;
}

/// The first of `count` steps that is in the file of the last one.
template <class FileOf> size_t firstInLastFile(size_t count, FileOf fileOf) {
  size_t step = 0;
  while (fileOf(step) != fileOf(count - 1))
    ++step;
  return step;
}

} // namespace

std::string functionName(const std::string &mangled) {
  int failed = 0;
  char *text = abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &failed);
  const std::string whole = failed == 0 && text != nullptr ? text : mangled;
  std::free(text);
  // Only names outside of <...> and (...) count; a blank before the last of them ends the return type.
  std::string name;
  int depth = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    const char c = whole[i];
    if (c == '<' || c == '(')
      ++depth;
    else if (c == '>' || c == ')')
      --depth;
    else if (depth == 0 && c == ' ')
      name.clear();
    else if (depth == 0)
      name += c;
    // What follows the parameters is another function inside of it: a lambda.
    if (c == '(' && depth == 1 && !name.empty())
      break;
  }
  constexpr std::string_view kOuter = "attnc::";
  return name.starts_with(kOuter) ? name.substr(kOuter.size()) : name;
}

std::vector<SourceStep> sourceChain(const Kernel &kernel, size_t pc) {
  std::vector<SourceStep> out;
  for (int place : placesOf(kernel, pc)) {
    const SourcePlace &here = at(kernel, place);
    SourceStep step;
    step.where.line = here.line;
    if (auto file = kernel.module->files.find(here.file); file != kernel.module->files.end())
      step.where.file = file->second;
    if (auto name = kernel.module->debugStrings.find(here.function);
        name != kernel.module->debugStrings.end())
      step.function = functionName(name->second);
    out.push_back(std::move(step));
  }
  return out;
}

size_t kernelStep(const std::vector<SourceStep> &chain) {
  return firstInLastFile(chain.size(), [&](size_t step) { return chain[step].where.file; });
}

int kernelLine(const Kernel &kernel, size_t pc) {
  const std::vector<int> places = placesOf(kernel, pc);
  if (places.empty())
    return 0;
  const size_t step = firstInLastFile(places.size(), [&](size_t i) { return at(kernel, places[i]).file; });
  return at(kernel, places[step]).line;
}

} // namespace attnc::sim
