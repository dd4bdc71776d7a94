// InPlaceContent.cpp - copies of bytes.
#include "tools/attnc/InPlaceContent.h"

#include <algorithm>

namespace attnc::cli {

InPlaceContent::InPlaceContent(const Program &program, const Problem &problem) {
  for (const TensorSig &sig : program.tensors)
    if (sig.inPlace)
      content.emplace(sig.name, problem.tensors.find(sig.name)->second.bytes);
}

void InPlaceContent::restore(Problem &problem) const {
  for (const auto &[name, bytes] : content) // in place: views of the tensor stay
    std::copy(bytes.begin(), bytes.end(), problem.tensors.find(name)->second.bytes.begin());
}

} // namespace attnc::cli
