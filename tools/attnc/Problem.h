// Problem.h - what the user asked to run (dims, lengths, files) made into concrete tensors for a Program.
//
// Driven by the program's signature. One naming rule ties lengths to tensors: for a sequence S ("q", "kv"),
// `cu_S` holds cumulative lengths, `S_lens` lengths, `S_len` the longest (or the padded) length, `total_S`
// the sum, and `batch` their number. Must not know devices.
#pragma once

#include "attnc/Kernel.h"
#include "tools/attnc/HostTensor.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace attnc::cli {

template <class T> using ByName = std::map<std::string, T, std::less<>>;

/// The command line's part.
struct ProblemRequest {
  ByName<int64_t> dims;
  ByName<std::vector<int64_t>> lens;
  ByName<std::filesystem::path> inputs;
  ByName<double> scalars;
  uint64_t seed = 1;
  /// Fill what no row may read (padding past a request's length) with NaN, in tensors that are made here.
  bool poisonPadding = true;
  /// Refuse lengths and page tables that point outside of caches.
  bool checkTables = true;
  /// Standard deviation of the elements of q, k and qkv that are made here.
  double deviation = 1;
};

/// Every tensor, scalar and dim that the program needs.
struct Problem {
  ByName<HostTensor> tensors; ///< outputs are NaN, unless they are updated in place: then as inputs
  ByName<double> scalars;
  ByName<int64_t> dims;              ///< every dim that is known
  ByName<std::vector<int64_t>> lens; ///< per sequence, one a request
  /// On the device, a kernel that takes addresses and strides of less than 16 bytes gets such; if not,
  /// contiguous ones.
  bool awkwardPlaces = true;

  /// Views for a device that works in host memory; dims only those of Program::dims.
  Arguments arguments(const Program &program);
  /// Null where there is none of that name.
  const HostTensor *find(std::string_view name) const {
    const auto found = tensors.find(name);
    return found == tensors.end() ? nullptr : &found->second;
  }
};

/// InvalidArgument if the request names a tensor, scalar or sequence that the program has not.
Status checkNames(const Program &program, const ProblemRequest &request);

/// Dims, lengths and scalars, the inputs with a file, and of the other inputs those that `wanted` names with
/// its elements: q, k and v may be larger than this machine. What no one gave counts as one request.
using WantInput = std::function<bool(const std::string &name, double elements)>;
Result<Problem> makeShapes(const Program &program, const ProblemRequest &request, const WantInput &wanted);

/// Whether queries and keys are the same tokens: nothing in the program says how many keys there are.
bool keysAreQueries(const Program &program);

/// Whether requests have as many keys as `write_indices` and the number of queries say, and nothing else
/// does: in a program that only appends. The lengths of kv are then those that the cache has afterwards.
bool keysEndWithAppended(const Program &program);

/// (q_len, kv_len) of each request.
std::vector<std::pair<int64_t, int64_t>> requestLengths(const Problem &problem);

/// Reads, rounds and checks the inputs, makes the rest. InvalidArgument names the tensor or dim, what was
/// expected and what came.
Result<Problem> makeProblem(const Program &program, const ProblemRequest &request);

} // namespace attnc::cli
