// MaskQuestions.h - what MaskModel is asked about a problem.
#pragma once

#include "runtime/jit/MaskModel.h"
#include "tools/attnc/Problem.h"

namespace attnc::cli {

/// Lengths, scalars, and of the tensors that a mask `reads` those that the problem has; it must live as long.
inline MaskQuestion maskQuestion(const Problem &problem, const std::set<std::string> &reads, int64_t tileQ,
                                 int64_t tileKv) {
  MaskQuestion question{tileQ, tileKv, requestLengths(problem), {}, {}};
  question.scalars.insert(problem.scalars.begin(), problem.scalars.end());
  for (const std::string &name : reads)
    if (auto it = problem.tensors.find(name); it != problem.tensors.end())
      question.sides[name] = {it->second.shape, [&tensor = it->second](int64_t i) { return tensor.get(i); }};
  return question;
}

} // namespace attnc::cli
