// PageCheckTest.cpp - debug builds with lengths, page tables and tables of beams that lead nowhere.
//
// Each case is run twice on the simulator: as it should be, and with some elements changed. The simulator
// must not find an access outside a tensor, the report has to be the one that is expected, and requests that
// nothing is wrong with must have the same results, bit by bit, in outputs and caches.
#include "runtime/jit/Jit.h"
#include "test/execute/PageCheckCases.h"
#include "tools/attnc/DeviceRun.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace attnc {
namespace {

class PageCheck : public testing::TestWithParam<Wrong> {
protected:
  /// What a tensor of `good` and `bad` differs in has to be about requests that are reported.
  void expectSame(const std::string &name, const cli::HostTensor &good, const cli::HostTensor &bad,
                  const std::set<int64_t> &rows) {
    auto differ = [&](int64_t i) {
      const double x = good.get(i), y = bad.get(i);
      return !rows.contains(good.indexAt(i, 0)) && x != y && !(std::isnan(x) && std::isnan(y));
    };
    for (int64_t i = 0; i < good.elements(); ++i) {
      ASSERT_FALSE(differ(i)) << name << ", element " << i << ": " << good.get(i) << ", " << bad.get(i);
    }
  }

  /// The first axis of a tensor at requests that were changed or are reported: their tokens, their pages.
  std::set<int64_t> rowsOf(const std::string &name, const cli::Problem &problem,
                           const std::set<int64_t> &requests) {
    std::set<int64_t> rows;
    int64_t token = 0;
    for (int64_t request = 0; request < int64_t(GetParam().queries.size()); ++request) {
      const int64_t queries = GetParam().queries[size_t(request)];
      for (int64_t i = 0; i < queries && requests.contains(request); ++i)
        rows.insert(token + i);
      token += queries;
    }
    if (!name.ends_with("_cache") && !name.ends_with("_scales"))
      return rows;
    if (!problem.dims.contains("pages") && !problem.dims.contains("k_pages"))
      return requests;
    rows.clear();
    const std::string own = problem.dims.contains("k_pages") ? name.substr(0, 2) : "";
    if (const auto indptr = problem.tensors.find("page_indptr"); indptr != problem.tensors.end()) {
      for (int64_t request : requests)
        for (auto i = int64_t(indptr->second.get(request)); i < int64_t(indptr->second.get(request + 1)); ++i)
          rows.insert(int64_t(problem.tensors.find(own + "page_indices")->second.get(i)));
      return rows;
    }
    const cli::HostTensor &table = problem.tensors.find(own + "block_table")->second;
    for (int64_t i = 0; i < table.elements(); ++i)
      if (requests.contains(table.indexAt(i, 0)))
        rows.insert(int64_t(table.get(i)));
    return rows;
  }
};

/// Requests whose inputs were changed or that are reported.
std::set<int64_t> touched(const Wrong &wrong) {
  std::set<int64_t> requests;
  for (const auto &[name, report] : wrong.reports)
    for (size_t i = 0; i < report.size(); ++i)
      if (report[i] != 0)
        requests.insert(int64_t(i));
  for (const Edit &edit : wrong.edits)
    if (edit.tensor.ends_with("_lens") || edit.tensor == "write_indices")
      requests.insert(edit.element);
  return requests;
}

TEST_P(PageCheck, ReportsAndStaysInside) {
  const Wrong &wrong = GetParam();
  const std::string text = "attnc: 1\nname: checked_" + wrong.name +
                           "\nheads: {query: 2, kv: 1}\nhead_dim: 64\ndtype: f16\nlayout: packed\n" +
                           wrong.spec;
  Result<Spec> spec = readSpecText(text, wrong.name + ".yaml");
  ASSERT_TRUE(spec.ok()) << spec.status().str();
  const Target target = *Target::parse("sm_80");
  Result<std::shared_ptr<Jit>> jit = Jit::create({});
  ASSERT_TRUE(jit.ok()) << jit.status().str();
  Result<Kernel> kernel = (*jit)->compile(*spec, target);
  ASSERT_TRUE(kernel.ok()) << kernel.status().str();

  cli::ProblemRequest request;
  request.dims = wrong.dims;
  request.lens = {{"q", wrong.queries}, {"kv", wrong.keys}};
  Result<cli::Problem> made = cli::makeProblem(kernel->program(), request);
  ASSERT_TRUE(made.ok()) << made.status().str();
  cli::Problem good = *made, bad = *made;
  for (const Edit &edit : wrong.edits)
    bad.tensors.find(edit.tensor)->second.set(edit.element, edit.value);
  for (cli::Problem *problem : {&good, &bad}) {
    const Status status = cli::execute(*kernel, *openSimDevice(target), *problem).status();
    ASSERT_TRUE(status.ok()) << (problem == &bad ? "wrong: " : "right: ") << status.str();
  }
  for (const auto &[name, report] : wrong.reports)
    for (size_t i = 0; i < report.size(); ++i) {
      EXPECT_EQ(good.tensors.find(name)->second.get(int64_t(i)), 0) << name << " of request " << i;
      EXPECT_EQ(bad.tensors.find(name)->second.get(int64_t(i)), report[i]) << name << " of request " << i;
    }
  const std::set<int64_t> requests = touched(wrong);
  for (const TensorSig &sig : kernel->program().tensors)
    if (sig.output && !sig.name.starts_with("debug_"))
      expectSame(sig.name, good.tensors.find(sig.name)->second, bad.tensors.find(sig.name)->second,
                 rowsOf(sig.name, good, requests));
}

INSTANTIATE_TEST_SUITE_P(Caches, PageCheck, testing::ValuesIn(kWrong),
                         [](const auto &info) { return info.param.name; });

} // namespace
} // namespace attnc
