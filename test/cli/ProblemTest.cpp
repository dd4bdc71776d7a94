// ProblemTest.cpp - dims, lengths and files made into tensors, driven by a signature.
#include "tools/attnc/Problem.h"
#include "tools/attnc/Cases.h"
#include "tools/attnc/InPlaceContent.h"
#include "tools/attnc/Npy.h"

#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

using namespace attnc;
using namespace attnc::cli;

namespace {

TensorSig sig(std::string name, DType dtype, std::vector<Formula> shape, bool output = false) {
  TensorSig out;
  out.name = std::move(name);
  out.dtype = dtype;
  out.shape = std::move(shape);
  out.output = output;
  return out;
}

Program packed() {
  Program program;
  program.name = "packed";
  program.dims = {"q_len", "kv_len"};
  program.tensors = {sig("q", DType::F16, {{"total_q"}, {"2"}, {"8"}}),
                     sig("k", DType::F16, {{"total_kv"}, {"1"}, {"8"}}),
                     sig("cu_q", DType::I32, {{"batch + 1"}}), sig("cu_kv", DType::I32, {{"batch + 1"}}),
                     sig("out", DType::F16, {{"total_q"}, {"2"}, {"8"}}, true)};
  return program;
}

Program padded() {
  Program program;
  program.name = "padded";
  program.tensors = {sig("q", DType::F16, {{"batch"}, {"q_len"}, {"2"}, {"8"}}),
                     sig("k", DType::F16, {{"batch"}, {"kv_len"}, {"1"}, {"8"}}),
                     sig("kv_lens", DType::I32, {{"batch"}}),
                     sig("out", DType::F16, {{"batch"}, {"q_len"}, {"2"}, {"8"}}, true)};
  program.scalars = {{"window", DType::I32, 16, false}, {"gain", DType::F32, 0, true}};
  return program;
}

std::vector<double> values(const HostTensor &tensor) {
  std::vector<double> out;
  for (int64_t i = 0; i < tensor.elements(); ++i)
    out.push_back(tensor.get(i));
  return out;
}

/// A folder with .npy files, gone afterwards.
class ProblemFiles : public testing::Test {
protected:
  void SetUp() override {
    folder = std::filesystem::temp_directory_path() / ("attnc-problem-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::filesystem::path write(const std::string &name, DType dtype, std::vector<int64_t> shape,
                              std::vector<double> data = {}) {
    Result<HostTensor> tensor = HostTensor::zeros(dtype, std::move(shape));
    for (size_t i = 0; i < data.size(); ++i)
      tensor->set(static_cast<int64_t>(i), data[i]);
    EXPECT_TRUE(writeNpy(folder / name, *tensor).ok());
    return folder / name;
  }
  std::filesystem::path folder;
};

TEST(Problem, LengthsBecomeCumulativeLengths) {
  ProblemRequest request;
  request.lens = {{"q", {3, 0, 5}}, {"kv", {4, 7, 5}}};
  Result<Problem> problem = makeProblem(packed(), request);
  ASSERT_TRUE(problem.ok()) << problem.status().message();
  EXPECT_EQ(values(problem->tensors.at("cu_q")), (std::vector<double>{0, 3, 3, 8}));
  EXPECT_EQ(values(problem->tensors.at("cu_kv")), (std::vector<double>{0, 4, 11, 16}));
  EXPECT_EQ(problem->tensors.at("q").shape, (std::vector<int64_t>{8, 2, 8}));
  EXPECT_EQ(problem->dims.at("q_len"), 5);
  EXPECT_EQ(problem->dims.at("kv_len"), 7);
  const Arguments arguments = problem->arguments(packed());
  EXPECT_EQ(arguments.dims.size(), 2u);
  EXPECT_EQ(arguments.tensors.size(), 5u);
  EXPECT_EQ(requestLengths(*problem), (std::vector<std::pair<int64_t, int64_t>>{{3, 4}, {0, 7}, {5, 5}}));
}

TEST(Problem, DimsAloneMeanEqualLengths) {
  ProblemRequest request;
  request.dims = {{"batch", 2}, {"q_len", 3}, {"kv_len", 4}};
  Result<Problem> problem = makeProblem(packed(), request);
  ASSERT_TRUE(problem.ok()) << problem.status().message();
  EXPECT_EQ(values(problem->tensors.at("cu_kv")), (std::vector<double>{0, 4, 8}));
}

TEST(Problem, SameSeedSameNumbersWhateverElseIsThere) {
  ProblemRequest request;
  request.lens = {{"q", {3}}, {"kv", {4}}};
  Program fewer = packed();
  fewer.tensors.erase(fewer.tensors.begin()); // without q
  fewer.tensors.pop_back();
  fewer.dims = {"q_len"};
  Result<Problem> all = makeProblem(packed(), request), some = makeProblem(fewer, request);
  ASSERT_TRUE(all.ok() && some.ok());
  EXPECT_EQ(all->tensors.at("k").bytes, some->tensors.at("k").bytes);
  request.seed = 2;
  EXPECT_NE(makeProblem(packed(), request)->tensors.at("k").bytes, all->tensors.at("k").bytes);
}

TEST(Problem, PaddingIsPoisonedPastEachLength) {
  ProblemRequest request;
  request.dims = {{"batch", 2}, {"q_len", 2}, {"kv_len", 3}};
  request.lens = {{"kv", {1, 3}}};
  request.scalars = {{"gain", 1.5}};
  Result<Problem> problem = makeProblem(padded(), request);
  ASSERT_TRUE(problem.ok()) << problem.status().message();
  const HostTensor &k = problem->tensors.at("k");
  EXPECT_FALSE(std::isnan(k.get(7)));
  EXPECT_TRUE(std::isnan(k.get(8)));
  EXPECT_TRUE(std::isnan(k.get(23)));
  for (int64_t i = 24; i < 48; ++i)
    EXPECT_FALSE(std::isnan(k.get(i)));
  for (double value : values(problem->tensors.at("q")))
    EXPECT_FALSE(std::isnan(value)); // q has no lengths of its own
  EXPECT_EQ(problem->scalars, (ByName<double>{{"gain", 1.5}, {"window", 16}}));
}

TEST(Problem, PaddingIsPoisonedWhereverTheTokensAre) {
  Program program = padded();
  program.tensors[1] = sig("k", DType::F16, {{"4"}, {"kv_len"}, {"batch"}});
  program.tensors[1].strided = true;
  ProblemRequest request;
  request.dims = {{"batch", 2}, {"q_len", 2}, {"kv_len", 3}};
  request.lens = {{"kv", {1, 3}}};
  request.scalars = {{"gain", 1}};
  Result<Problem> problem = makeProblem(program, request);
  ASSERT_TRUE(problem.ok()) << problem.status().message();
  const HostTensor &k = problem->tensors.at("k");
  for (int64_t i = 0; i < k.elements(); ++i)
    EXPECT_EQ(std::isnan(k.get(i)), i % 2 == 0 && i / 2 % 3 >= 1) << i;
}

TEST(Problem, KeysOfOneTensorAreTheQueries) {
  Program program;
  program.dims = {"q_len"};
  program.tensors = {sig("qkv", DType::F16, {{"total_q"}, {"4"}, {"8"}}),
                     sig("cu_q", DType::I32, {{"batch + 1"}}),
                     sig("out", DType::F16, {{"total_q"}, {"2"}, {"8"}}, true)};
  ProblemRequest request;
  request.lens = {{"q", {3, 5}}};
  Result<Problem> problem = makeProblem(program, request);
  ASSERT_TRUE(problem.ok()) << problem.status().message();
  EXPECT_EQ(problem->tensors.at("qkv").shape, (std::vector<int64_t>{8, 4, 8}));
  EXPECT_EQ(requestLengths(*problem), (std::vector<std::pair<int64_t, int64_t>>{{3, 3}, {5, 5}}));
  request.lens["kv"] = {3, 5};
  EXPECT_EQ(makeProblem(program, request).status().message(), "--lens kv: expected one of q, got 'kv'");
}

TEST_F(ProblemFiles, InputsAreRoundedAndDefineDims) {
  ProblemRequest request;
  request.inputs = {{"q", write("q.npy", DType::F32, {3, 2, 8}, {1.0 / 3})},
                    {"cu_q", write("cu.npy", DType::I64, {2}, {0, 3})}};
  request.lens = {{"kv", {4}}};
  Result<Problem> problem = makeProblem(packed(), request);
  ASSERT_TRUE(problem.ok()) << problem.status().message();
  EXPECT_EQ(problem->tensors.at("q").dtype, DType::F16);
  EXPECT_EQ(problem->tensors.at("q").get(0), halfToFloat(floatToHalf(1.0f / 3)));
  EXPECT_EQ(problem->tensors.at("cu_q").dtype, DType::I32);
  EXPECT_EQ(problem->dims.at("q_len"), 3);
}

TEST_F(ProblemFiles, ShapeErrorsNameTheTensorAndBothShapes) {
  ProblemRequest request;
  request.lens = {{"q", {3}}, {"kv", {4}}};
  request.inputs = {{"k", write("k.npy", DType::F32, {4, 2, 8})}};
  EXPECT_EQ(makeProblem(packed(), request).status().message(),
            "tensor 'k': expected shape [total_kv, 1, 8] = [4, 1, 8], got [4, 2, 8] in " +
                (folder / "k.npy").string());
  request.inputs = {{"k", write("k.npy", DType::F32, {4, 8})}};
  EXPECT_NE(makeProblem(packed(), request).status().message().find("got [4, 8]"), std::string::npos);
  request.inputs = {{"q", write("q.npy", DType::F32, {9, 2, 8})}};
  EXPECT_EQ(makeProblem(packed(), request).status().message(),
            "--lens q: expected total_q 9 (from tensor 'q'), got 3");

  ProblemRequest dims;
  dims.dims = {{"batch", 2}, {"q_len", 2}, {"kv_len", 3}};
  dims.scalars = {{"gain", 1}};
  dims.inputs = {{"q", write("q.npy", DType::F32, {2, 5, 2, 8})}};
  EXPECT_EQ(makeProblem(padded(), dims).status().message(),
            "tensor 'q': expected shape [batch, q_len, 2, 8] = [2, 2, 2, 8], got [2, 5, 2, 8] in " +
                (folder / "q.npy").string() + " (q_len is from --dim)");
}

TEST_F(ProblemFiles, CumulativeLengthsAreChecked) {
  ProblemRequest request;
  request.lens = {{"kv", {4, 4}}};
  request.inputs = {{"cu_q", write("cu.npy", DType::I32, {3}, {0, 5, 3})}};
  EXPECT_NE(makeProblem(packed(), request).status().message().find("got 3 at index 2"), std::string::npos);
  request.inputs = {{"cu_q", write("cu.npy", DType::I32, {3}, {1, 2, 3})}};
  EXPECT_NE(makeProblem(packed(), request).status().message().find("got 1 at index 0"), std::string::npos);
  request.inputs = {{"cu_q", write("cu.npy", DType::I32, {0})}};
  EXPECT_EQ(makeProblem(packed(), request).status().code(), Code::InvalidArgument);
  request.inputs = {{"cu_q", write("cu.npy", DType::F32, {3})}};
  EXPECT_NE(makeProblem(packed(), request).status().message().find("expected i32 elements, got f32"),
            std::string::npos);
}

TEST(Problem, ContradictionsAreErrors) {
  ProblemRequest request;
  request.dims = {{"batch", 3}};
  request.lens = {{"q", {1, 2}}, {"kv", {1, 2}}};
  EXPECT_FALSE(makeProblem(packed(), request).ok());
  request.dims = {{"q_len", 1}};
  EXPECT_EQ(makeProblem(packed(), request).status().message(),
            "--lens q: expected lengths of at most q_len 1 (from --dim), got 2");
  request.dims = {{"batch", -1}};
  EXPECT_FALSE(makeProblem(packed(), request).ok());
  request = {};
  request.dims = {{"batch", int64_t(1) << 40}, {"q_len", 1}, {"kv_len", 1}};
  EXPECT_FALSE(makeProblem(packed(), request).ok());
  request = {};
  request.dims = {{"batch", 1}, {"q_len", 1}, {"kv_len", 1}};
  EXPECT_EQ(makeProblem(padded(), request).status().message(),
            "expected --param gain=VALUE (f32, no default), got none");
  request.scalars = {{"gain", 1}, {"window", 1.5}};
  EXPECT_EQ(makeProblem(padded(), request).status().code(), Code::InvalidArgument);
}

/// Keys that end with a page, beside it, and with none.
TEST(Cases, CachesGetTheEndsOfPages) {
  for (int64_t page : {1, 16, 256})
    for (bool csr : {false, true}) {
      Program program;
      program.name = "paged";
      program.dims = {"q_len", "kv_len"};
      const Formula rows{std::to_string(page)};
      program.tensors = {sig("q", DType::F16, {{"total_q"}, {"2"}, {"8"}}),
                         sig("k_cache", DType::F16, {{"pages"}, rows, {"1"}, {"8"}}),
                         sig("cu_q", DType::I32, {{"batch + 1"}}),
                         sig("out", DType::F16, {{"total_q"}, {"2"}, {"8"}}, true)};
      program.remarks = {{"cache.page", std::to_string(page)},
                         {"cache.table", csr ? "\"csr\"" : "\"dense\""},
                         {"tensor.k_cache.axes", "\"pnhd\""}};
      if (csr) {
        program.tensors.push_back(sig("page_indices", DType::I32, {{"total_pages"}}));
        program.tensors.push_back(sig("page_indptr", DType::I32, {{"batch + 1"}}));
        program.tensors.push_back(sig("last_page_len", DType::I32, {{"batch"}}));
      } else {
        program.tensors.push_back(sig("block_table", DType::I32, {{"batch"}, {"max_pages"}}));
        program.tensors.push_back(sig("kv_lens", DType::I32, {{"batch"}}));
      }
      std::set<std::pair<int64_t, int64_t>> pairs;
      for (const CheckCase &item : checkCases(program, 1, false)) {
        Result<Problem> problem = makeProblem(program, item.request);
        ASSERT_TRUE(problem.ok()) << item.name << ": " << problem.status().message();
        for (const auto &pair : requestLengths(*problem))
          pairs.insert(pair);
      }
      for (int64_t kv : {page, page + 1, 2 * page - 1, int64_t(0)})
        EXPECT_TRUE(pairs.contains({1, kv})) << page << " " << kv;
    }
}

/// One head over a pool of pages of 4 that new tokens are appended to.
Program appending() {
  Program program;
  program.name = "appending";
  program.dims = {"q_len", "kv_len"};
  program.tensors = {sig("q", DType::F16, {{"total_q"}, {"1"}, {"2"}}),
                     sig("k", DType::F16, {{"total_q"}, {"1"}, {"2"}}),
                     sig("cu_q", DType::I32, {{"batch + 1"}}),
                     sig("kv_lens", DType::I32, {{"batch"}}),
                     sig("block_table", DType::I32, {{"batch"}, {"max_pages"}}),
                     sig("k_cache", DType::F16, {{"pages"}, {"4"}, {"1"}, {"2"}}, true),
                     sig("out", DType::F16, {{"total_q"}, {"1"}, {"2"}}, true)};
  program.tensors[5].inPlace = true;
  program.remarks = {{"cache.page", "4"}, {"cache.table", "\"dense\""}, {"tensor.k_cache.axes", "\"pnhd\""}};
  return program;
}

/// The same without attention: `write_indices` in place of lengths.
Program appendingOnly() {
  Program program = appending();
  program.dims = {"q_len"};
  program.tensors.erase(program.tensors.begin());
  program.tensors[2] = sig("write_indices", DType::I32, {{"batch"}});
  program.tensors.pop_back();
  return program;
}

/// The element of the first column that holds a token.
double slot(const Problem &problem, int64_t request, int64_t token) {
  const HostTensor &table = problem.tensors.at("block_table");
  const auto page = static_cast<int64_t>(table.get(request * table.shape[1] + token / 4));
  return problem.tensors.at("k_cache").get((page * 4 + token % 4) * 2);
}

TEST(Problem, CachesThatAreUpdatedHoldOldTokensOnly) {
  for (const Program &program : {appending(), appendingOnly()}) {
    ProblemRequest request;
    request.lens = {{"q", {3, 1}}, {"kv", {6, 4}}};
    Result<Problem> problem = makeProblem(program, request);
    ASSERT_TRUE(problem.ok()) << problem.status().message();
    for (int64_t token = 0; token < 6; ++token)
      EXPECT_EQ(std::isnan(slot(*problem, 0, token)), token >= 3) << token;
    for (int64_t token = 0; token < 4; ++token)
      EXPECT_EQ(std::isnan(slot(*problem, 1, token)), token >= 3) << token;
    if (problem->tensors.contains("write_indices")) {
      EXPECT_EQ(values(problem->tensors.at("write_indices")), (std::vector<double>{3, 3}));
    }
  }
}

TEST(Problem, RequestsShareNoPageThatOneWrites) {
  bool shares = false;
  for (uint64_t seed = 1; seed < 40; ++seed) {
    ProblemRequest request;
    request.seed = seed;
    request.lens = {{"q", {3, 1, 4}}, {"kv", {15, 13, 12}}};
    Result<Problem> problem = makeProblem(appending(), request);
    ASSERT_TRUE(problem.ok()) << problem.status().message(); // which is what checks it
    const HostTensor &table = problem->tensors.at("block_table");
    shares |= table.get(0) == table.get(table.shape[1]);
  }
  EXPECT_TRUE(shares);
}

TEST_F(ProblemFiles, PagesThatAreWrittenHaveOneOwner) {
  ProblemRequest request;
  request.lens = {{"q", {1, 1}}, {"kv", {5, 6}}};
  request.inputs["block_table"] = write("t.npy", DType::I32, {2, 2}, {0, 1, 2, 1});
  request.dims["pages"] = 3;
  EXPECT_EQ(
      makeProblem(appending(), request).status().message(),
      "tensor 'block_table': expected pages that are written by request 0 to be its own, got page 1, which "
      "request 1 has too");
}

TEST_F(ProblemFiles, IndicesSayHowManyKeysThereAre) {
  ProblemRequest request;
  request.lens = {{"q", {2, 3}}};
  request.inputs["write_indices"] = write("w.npy", DType::I32, {2}, {5, -1});
  Result<Problem> problem = makeProblem(appendingOnly(), request);
  ASSERT_TRUE(problem.ok()) << problem.status().message();
  EXPECT_EQ(requestLengths(*problem), (std::vector<std::pair<int64_t, int64_t>>{{2, 7}, {3, 2}}));
  request.lens["kv"] = {7, 3};
  EXPECT_EQ(makeProblem(appendingOnly(), request).status().message(),
            "tensor 'write_indices': expected the same lengths as --lens kv, where request 1 has 3, got 2");
}

TEST(Problem, ContentIsPutBack) {
  ProblemRequest request;
  request.lens = {{"q", {1}}, {"kv", {3}}};
  Program program = appending();
  Result<Problem> problem = makeProblem(program, request);
  ASSERT_TRUE(problem.ok()) << problem.status().message();
  const std::vector<std::byte> bytes = problem->tensors.at("k_cache").bytes;
  const InPlaceContent before(program, *problem);
  problem->tensors.at("k_cache").set(0, 77);
  problem->tensors.at("q").set(0, 77);
  before.restore(*problem);
  EXPECT_EQ(problem->tensors.at("k_cache").bytes, bytes);
  EXPECT_EQ(problem->tensors.at("q").get(0), 77);
}

TEST(Cases, NewTokensFitAndEndWherePagesDo) {
  for (const Program &program : {appending(), appendingOnly()}) {
    std::set<int64_t> firsts;
    for (const CheckCase &item : checkCases(program, 1, true)) {
      Result<Problem> problem = makeProblem(program, item.request);
      ASSERT_TRUE(problem.ok()) << item.name << ": " << problem.status().message();
      for (const auto &[q, kv] : requestLengths(*problem)) {
        EXPECT_LE(q, kv) << item.name;
        if (q > 1)
          firsts.insert(kv - q);
      }
    }
    for (int64_t first : {0, 3, 4, 8})
      EXPECT_TRUE(firsts.contains(first)) << first;
  }
}

TEST(Cases, EveryLayoutGetsTheAwkwardLengths) {
  for (const Program &program : {packed(), padded()}) {
    std::set<int64_t> q, kv;
    for (const CheckCase &item : checkCases(program, 1, true)) {
      Result<Problem> problem = makeProblem(program, item.request);
      ASSERT_TRUE(problem.ok()) << item.name << ": " << problem.status().message();
      for (const auto &[qLen, kvLen] : requestLengths(*problem)) {
        q.insert(qLen);
        kv.insert(kvLen);
      }
    }
    for (int64_t length : {0, 1, 7, 64, 65, 127, 300}) {
      EXPECT_TRUE(q.contains(length)) << program.name << " q " << length;
      EXPECT_TRUE(kv.contains(length)) << program.name << " kv " << length;
    }
  }
}

} // namespace
