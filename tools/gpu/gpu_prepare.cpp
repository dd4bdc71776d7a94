// gpu_prepare.cpp - on a build machine: a bundle for every architecture, cases, and the reference's answers.
//
// usage: gpu_prepare FOLDER SPEC...     Must not run any kernel.
#include "runtime/jit/Jit.h"
#include "tools/attnc/Execute.h"
#include "tools/gpu/StoredCases.h"

#include <cstdio>

using namespace attnc;

namespace {

using Batch = std::vector<std::pair<int64_t, int64_t>>; // (q_len, kv_len) of each request

/// Small enough to travel: some 10 MB for each case of a 32-head kernel.
const std::vector<Batch> kBatches = {
    {{7, 7}, {65, 127}, {1, 64}},
    {{127, 65}, {0, 7}, {64, 0}},
};
/// Requests and length of the timed grid.
constexpr std::pair<int64_t, int64_t> kGrid[] = {{4, 512}, {1, 2048}, {1, 8192}};

bool has(const Program &program, const std::string &tensor) {
  for (const TensorSig &sig : program.tensors)
    if (sig.name == tensor)
      return true;
  return false;
}

/// Keys that are the queries are as many.
Batch fitted(const Program &program, Batch batch) {
  if (cli::keysAreQueries(program))
    for (auto &[q, kv] : batch)
      kv = q;
  return batch;
}

/// The batch as far as the layout has lengths; a side without gets its longest.
cli::ProblemRequest requestFor(const Program &program, const Batch &batch) {
  cli::ProblemRequest request;
  request.dims["batch"] = static_cast<int64_t>(batch.size());
  for (const std::string sequence : {"q", "kv"}) {
    if (sequence == "kv" && cli::keysAreQueries(program))
      continue;
    std::vector<int64_t> lens;
    int64_t longest = 0;
    for (const auto &[q, kv] : batch) {
      lens.push_back(sequence == "q" ? q : kv);
      longest = std::max(longest, lens.back());
    }
    if (has(program, "cu_" + sequence) || has(program, sequence + "_lens"))
      request.lens[sequence] = lens;
    else
      request.dims[sequence + "_len"] = longest;
  }
  for (const ScalarSig &sig : program.scalars)
    if (sig.required)
      request.scalars[sig.name] = 16;
  return request;
}

Status prepare(const std::filesystem::path &folder, const std::vector<std::string> &specs) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, Jit::create());
  gpu::StoredCases stored;
  stored.attnc = versionString();
  std::vector<Image> images;
  for (const std::string &path : specs) {
    ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpec(path));
    for (const Target &target : Target::all()) {
      Result<Kernel> kernel = jit->compile(spec, target);
      if (!kernel.ok() && kernel.status().code() == Code::Unsupported) {
        std::printf("%s: not for %s: %s\n", spec.name.value.c_str(), target.name().c_str(),
                    kernel.status().message().c_str());
        continue;
      }
      ATTNC_RETURN_IF_ERROR(kernel.status());
      images.push_back(kernel->image());
    }
    const Program &program = images.back().program;
    ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<cli::Oracle> oracle, cli::Oracle::create(spec));
    for (const Batch &lengths : kBatches) {
      const Batch batch = fitted(program, lengths);
      gpu::StoredCase item{program.name, "", requestFor(program, batch), ""};
      for (const auto &[q, kv] : batch)
        item.name += (item.name.empty() ? "" : " ") + std::to_string(q) + "x" + std::to_string(kv);
      item.file = program.name + "-" + std::to_string(stored.cases.size()) + ".expected";
      ATTNC_ASSIGN_OR_RETURN(cli::Problem problem, cli::makeProblem(program, item.request));
      ATTNC_ASSIGN_OR_RETURN(ReferenceResult expected, oracle->run(problem.arguments(program)));
      ATTNC_RETURN_IF_ERROR(gpu::writeExpected(folder / item.file, expected));
      std::printf("%s: %s\n", program.name.c_str(), item.name.c_str());
      stored.cases.push_back(std::move(item));
    }
    for (const auto &[batch, length] : kGrid)
      stored.grid.push_back({program.name, requestFor(program, Batch(static_cast<size_t>(batch), {length, length}))});
  }
  ATTNC_RETURN_IF_ERROR(gpu::writeCases(folder, stored));
  return Bundle::write(folder / "bundle", images);
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3)
    return std::fprintf(stderr, "usage: gpu_prepare FOLDER SPEC...\n"), 2;
  const Status status = prepare(argv[1], std::vector<std::string>(argv + 2, argv + argc));
  if (!status.ok())
    return std::fprintf(stderr, "gpu_prepare: %s\n", renderDiagnostic(status).c_str()), 1;
  return 0;
}
