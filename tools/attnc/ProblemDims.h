// ProblemDims.h - every dim and length of a problem, from options and from the shapes of given tensors.
//
// Internal to Problem.cpp. Must not make tensors.
#pragma once

#include "tools/attnc/Problem.h"

#include <set>
#include <string>
#include <vector>

namespace attnc::cli {

/// "q, k, v", or "none".
std::string joined(const std::set<std::string> &names);

class ProblemDims {
public:
  /// One entry of a signature's shape: `name` + `offset`; no name is a constant.
  struct Axis {
    std::string name;
    int64_t offset = 0;
  };

  ProblemDims(const Program &program, const ProblemRequest &request) : program(program), request(request) {}

  /// First: what the program's tensors are made of.
  Status readSignature();
  /// --dim.
  Status takeDims();
  /// A tensor that the user gave, in `where`.
  Status bindShape(const std::string &name, const std::vector<int64_t> &shape, const std::string &where);
  /// Lengths from --lens and from given tensors that hold them.
  Status takeLens(const ByName<HostTensor> &tensors);
  /// Sequences without lengths get full ones; lengths define the dims that no one gave.
  Status completeLens(const ByName<HostTensor> &tensors);
  /// InvalidArgument says which of `wanted`, and which lengths, are missing.
  Status require(const std::set<std::string> &wanted) const;
  /// No length is longer than its dim.
  Status checkLens() const;

  /// All concrete once everything is known.
  std::vector<int64_t> shapeOf(const std::string &tensor) const;

  ByName<std::vector<Axis>> shapes;
  std::set<std::string> known;     ///< every dim of the program
  std::set<std::string> sequences; ///< those with lengths per request
  ByName<int64_t> dims;
  ByName<std::vector<int64_t>> lens;

private:
  Status takeIndices(const ByName<HostTensor> &tensors);
  Status define(const std::string &dim, int64_t value, const std::string &by);
  Status setLens(const std::string &sequence, std::vector<int64_t> values, const std::string &by);
  std::string expectedShape(const std::vector<Axis> &axes, bool resolved) const;
  Status shapeMismatch(const std::string &name, const std::vector<int64_t> &got,
                       const std::string &why) const;

  const Program &program;
  const ProblemRequest &request;
  ByName<std::string> definedBy, lensBy; ///< who gave a dim or lengths, for messages
};

} // namespace attnc::cli
