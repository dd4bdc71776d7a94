// Report.cpp - a place in words, and its notes.
#include "runtime/sim/check/Report.h"

#include "runtime/sim/check/KernelText.h"
#include "runtime/sim/check/Source.h"

#include <sstream>

namespace attnc::sim {
namespace {

/// "PTX line 7, ld.global.u32, CTA 0,0,0, warp 1, lane 31".
std::string placeText(const Kernel &kernel, const ReportPlace &place) {
  std::ostringstream text;
  text << "PTX line " << kernel.line(place.pc);
  if (place.pc < kernel.function->body.size())
    text << ", " << kernel.function->body[place.pc].text();
  text << ", CTA " << place.cta[0] << "," << place.cta[1] << "," << place.cta[2] << ", warp " << place.warp
       << ", lane " << place.lane;
  return text.str();
}

/// "spec.yaml:9" as a location.
Location specLocation(std::string_view place) {
  const size_t colon = place.rfind(':');
  if (colon == std::string_view::npos)
    return {std::string(place), 0, 0};
  return {std::string(place.substr(0, colon)), std::atoi(std::string(place.substr(colon + 1)).c_str()), 0};
}

void addSource(Status &report, const Kernel &kernel, uint32_t pc) {
  const std::vector<SourceStep> chain = sourceChain(kernel, pc);
  if (chain.empty())
    return;
  const KernelText *text = kernel.module->kernelText.get();
  const size_t step = kernelStep(chain);
  const Location &where = chain[step].where;
  const std::string_view line = text ? text->line(where.line) : std::string_view();
  report.note(line.empty() ? "from this line of the kernel"
                           : "from this line of the kernel: " + std::string(line),
              where);
  if (step > 0)
    report.note(chain[0].function.empty() ? "inlined from here" : "inlined from " + chain[0].function,
                chain[0].where);
  const Location spec = specLocation(text ? text->specPlace(where.line) : std::string_view());
  if (spec.valid())
    report.note("for this line of the spec", spec);
  else if (!spec.file.empty())
    report.note("for the spec as a whole", spec);
}

} // namespace

Status makeReport(const Kernel &kernel, const std::string &moduleName, const ReportPlace &place,
                  const std::string &message) {
  Status report(Code::DeviceError,
                "kernel '" + kernel.name + "': " + message + " (" + placeText(kernel, place) + ")",
                Location{moduleName, kernel.line(place.pc), 0});
  addSource(report, kernel, place.pc);
  return report;
}

void addPlace(Status &report, const Kernel &kernel, const std::string &moduleName, const ReportPlace &place,
              const std::string &what) {
  report.note(what + " (" + placeText(kernel, place) + ")", Location{moduleName, kernel.line(place.pc), 0});
  addSource(report, kernel, place.pc);
}

} // namespace attnc::sim
