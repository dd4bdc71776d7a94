// MaskQuestions.h - what MaskModel is asked about a problem.
#pragma once

#include "runtime/jit/MaskModel.h"
#include "tools/attnc/Problem.h"
#include "tools/attnc/Remarks.h"

#include <algorithm>

namespace attnc::cli {

/// Query heads that are rows of one tile; 1 if each has tiles of its own.
inline int64_t packingOf(const Program &program) {
  return std::max<int64_t>(1, remarkInteger(program, "schedule.packing"));
}

/// Lengths, scalars, and of the tensors that a mask `reads` those that the problem has; it must live as long.
inline MaskQuestion maskQuestion(const Program &program, const Problem &problem,
                                 const std::set<std::string> &reads, int64_t tileQ, int64_t tileKv) {
  MaskQuestion question{tileQ, tileKv, requestLengths(problem), {}, {}, packingOf(program)};
  question.scalars.insert(problem.scalars.begin(), problem.scalars.end());
  for (const std::string &name : reads)
    if (auto it = problem.tensors.find(name); it != problem.tensors.end())
      question.sides[name] = {it->second.shape, [&tensor = it->second](int64_t i) { return tensor.get(i); }};
  return question;
}

} // namespace attnc::cli
