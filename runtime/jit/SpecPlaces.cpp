// SpecPlaces.cpp - a walk over the locations of a spec.
//
// Must not leave out a location that the importer hands to an op.
#include "runtime/jit/SpecPlaces.h"

namespace attnc {
namespace {

void add(std::string &out, const Location &where) {
  out += "\n# " + where.file + ":" + std::to_string(where.line);
}

void add(std::string &out, const MaskNode &node) {
  add(out, node.where);
  add(out, node.term.where);
  for (const MaskNode &operand : node.operands)
    add(out, operand);
}

} // namespace

std::string specPlaces(const Spec &spec) {
  std::string out = "\n# " + spec.file;
  for (const Location *where :
       {&spec.name.where, &spec.layout.where, &spec.lengths.where, &spec.fusedQkv.where, &spec.qkvBias.where,
        &spec.headDim.where, &spec.headDimV.where, &spec.outputs.where, &spec.schedule.where,
        &spec.score.where, &spec.score.scale.where})
    add(out, *where);
  if (spec.score.softcap)
    add(out, spec.score.softcap->where);
  if (spec.score.sinks)
    add(out, spec.score.sinks->where);
  for (const NamedTerm &term : spec.score.terms)
    add(out, term.where);
  add(out, spec.mask);
  for (const SideInput &input : spec.inputs)
    add(out, input.where);
  for (const ScalarParam &param : spec.params)
    add(out, param.where);
  return out;
}

} // namespace attnc
