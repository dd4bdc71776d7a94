// MutationTest.cpp - takes one synchronisation at a time out of real kernels: the simulator must report every
// one, and nothing of the kernels as they are.
//
// Two proofs in one: no check of the simulator sleeps, and no barrier or wait of a kernel is there for
// nothing. The kernels are compiled from specs as always; only the PTX text is changed.
#include "runtime/jit/Jit.h"
#include "tools/attnc/Cases.h"
#include "tools/attnc/DeviceRun.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

namespace attnc {
namespace {

struct Mutant {
  std::string what; ///< "bar.sync at PTX line 210"
  std::string ptx;
  std::string trapped; ///< with a trap there instead: whether the place is reached at all
};

/// The PTX with one barrier left out, or one wait that waits for a group less.
std::vector<Mutant> mutantsOf(const std::string &ptx) {
  static const std::regex barrier(R"(^\s*(bar\.sync|barrier\.sync|bar\.warp\.sync|cp\.async\.wait_all)\b)");
  static const std::regex wait(R"(^(\s*cp\.async\.wait_group\s+)(\d+))");
  std::vector<Mutant> mutants;
  int number = 1;
  for (size_t at = 0; at < ptx.size(); ++number) {
    size_t end = std::min(ptx.find('\n', at), ptx.size());
    std::string line = ptx.substr(at, end - at), changed = line;
    std::smatch match;
    if (std::regex_search(line, match, barrier))
      changed = "// " + line;
    else if (std::regex_search(line, match, wait))
      changed = match[1].str() + std::to_string(std::stoi(match[2]) + 1) + ";";
    if (changed != line) {
      std::string before = ptx.substr(0, at), after = ptx.substr(end);
      mutants.push_back(
          {line.substr(line.find_first_not_of(" \t")) + " at PTX line " + std::to_string(number),
           before + changed + after, before + "trap;" + after});
    }
    at = end + 1;
  }
  return mutants;
}

struct Subject {
  const char *spec, *arch;
};

Status runOn(const Kernel &kernel, const Target &target, int64_t queries, int64_t keys, uint64_t seed = 0) {
  std::shared_ptr<Device> device = openSimDevice(target, SimOptions{.seed = seed});
  ATTNC_ASSIGN_OR_RETURN(
      cli::Problem problem,
      cli::makeProblem(kernel.program(), cli::oneRequest(kernel.program(), queries, keys).request));
  return cli::execute(kernel, *device, problem).status();
}

/// Enough keys for every loop, then none at all: a query tile without keys has synchronisation of its own.
Status runAll(const Kernel &kernel, const Target &target) {
  ATTNC_RETURN_IF_ERROR(runOn(kernel, target, 200, 200));
  return runOn(kernel, target, 65, 0);
}

class Mutation : public testing::TestWithParam<Subject> {};

Result<Kernel> compile(const Subject &subject, const Target &target) {
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Jit> jit, Jit::create({}));
  return jit->compileFile(std::string(ATTNC_SOURCE "/") + subject.spec, target);
}

TEST_P(Mutation, GoodKernelsAreSilentUnderFortySeeds) {
  Result<Target> target = Target::parse(GetParam().arch);
  ASSERT_TRUE(target.ok());
  Result<Kernel> kernel = compile(GetParam(), *target);
  ASSERT_TRUE(kernel.ok()) << kernel.status().str();
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Status status = runOn(*kernel, *target, 40, 100, seed);
    EXPECT_TRUE(status.ok()) << "seed " << seed << ": " << status.str();
  }
}

TEST_P(Mutation, EverySynchronisationIsMissed) {
  Result<Target> target = Target::parse(GetParam().arch);
  ASSERT_TRUE(target.ok());
  Result<Kernel> kernel = compile(GetParam(), *target);
  ASSERT_TRUE(kernel.ok()) << kernel.status().str();
  Status sound = runAll(*kernel, *target);
  ASSERT_TRUE(sound.ok()) << sound.str();

  std::vector<Mutant> mutants = mutantsOf(kernel->image().ptx);
  EXPECT_FALSE(mutants.empty());
  auto runs = [&](const std::string &ptx) {
    Image image = kernel->image();
    image.ptx = ptx;
    return runAll(Kernel(std::make_shared<const Image>(std::move(image))), *target);
  };
  size_t reached = 0;
  for (const Mutant &mutant : mutants) {
    if (runs(mutant.trapped).ok())
      continue; // a loop for masks or lengths other than these
    ++reached;
    EXPECT_EQ(runs(mutant.ptx).code(), Code::DeviceError) << "not missed: " << mutant.what;
  }
  EXPECT_GE(reached, 4u);
}

INSTANTIATE_TEST_SUITE_P(Kernels, Mutation,
                         testing::Values(Subject{"specs/catalog/llama3-prefill.yaml", "sm_80"},
                                         Subject{"specs/catalog/vit-base.yaml", "sm_90"},
                                         Subject{"specs/catalog/bert-encoder-f32.yaml", "sm_75"},
                                         Subject{"specs/catalog/llama3-documents.yaml", "sm_86"},
                                         Subject{"specs/catalog/block-sparse.yaml", "sm_120"},
                                         Subject{"specs/catalog/sd15-self-tf32.yaml", "sm_89"},
                                         Subject{"test/execute/Inputs/gap.yaml", "sm_80"},
                                         Subject{"test/execute/Inputs/gap_stages1.yaml", "sm_80"},
                                         Subject{"test/execute/Inputs/gap_stages3.yaml", "sm_80"},
                                         Subject{"test/execute/Inputs/prefix.yaml", "sm_100"}),
                         [](const auto &info) {
                           std::string name = std::filesystem::path(info.param.spec).stem();
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
                           return name;
                         });

} // namespace
} // namespace attnc
