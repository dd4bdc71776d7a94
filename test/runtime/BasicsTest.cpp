// BasicsTest.cpp - Status, Target, DType, Tensor, Digest.
#include "attnc/Target.h"
#include "attnc/Tensor.h"
#include "runtime/core/Digest.h"

#include <gtest/gtest.h>
#include <set>

namespace attnc {
namespace {

TEST(Status, Text) {
  Status status(Code::InvalidSpec, "expected a, got b", {"x.yaml", 14, 11});
  status.note("because of this", {"x.yaml", 3, 0}).note("and that");
  EXPECT_EQ(status.str(),
            "x.yaml:14:11: error: expected a, got b\nx.yaml:3: note: because of this\nnote: and that");
  EXPECT_EQ(Status(Code::IoError, "m", {"f", 0, 0}).prefix("while: ").str(), "f: error: while: m");
  EXPECT_EQ(Status::success().str(), "ok");
  EXPECT_EQ((Location{"", 3, 4}).str(), "<input>:3:4");
}

TEST(Status, EveryCodeHasAName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= int(Code::Exhausted); ++i)
    names.insert(codeName(static_cast<Code>(i)));
  EXPECT_EQ(names.size(), size_t(Code::Exhausted) + 1);
  EXPECT_FALSE(names.count("unknown code"));
}

TEST(Target, TableAndParse) {
  EXPECT_EQ(Target::all().size(), 8u);
  for (const Target &target : Target::all()) {
    EXPECT_EQ(*Target::parse(target.name()), target);
    EXPECT_LE(target.sharedBytesPerBlock + target.sharedBytesReserved, target.sharedBytesPerSm)
        << target.name();
  }
  EXPECT_TRUE(Target::parse("sm_90a")->archSpecific);
  EXPECT_EQ(Target::parse("sm_86")->sharedBytesPerBlock, 101376);
  EXPECT_EQ(Target::parse("sm_70").status().message(),
            "expected one of sm_75, sm_80, sm_86, sm_89, sm_90, sm_90a, sm_100, sm_120, got 'sm_70'");
}

TEST(Target, RunsOn) {
  auto runs = [](const char *a, const char *b) { return Target::parse(a)->runsOn(*Target::parse(b)); };
  EXPECT_TRUE(runs("sm_80", "sm_89"));
  EXPECT_TRUE(runs("sm_90", "sm_90a"));
  EXPECT_TRUE(runs("sm_90a", "sm_90a"));
  EXPECT_FALSE(runs("sm_90a", "sm_90"));
  EXPECT_FALSE(runs("sm_89", "sm_86"));
  EXPECT_FALSE(runs("sm_80", "sm_90"));
}

TEST(DType, NamesRoundTrip) {
  for (const char *name : {"f16", "bf16", "f32", "f64", "i8", "u8", "i32", "i64", "bool"})
    EXPECT_EQ(dtypeName(*parseDType(name)), name);
  EXPECT_FALSE(parseDType("F16"));
  EXPECT_EQ(dtypeSize(DType::BF16), 2);
}

TEST(Tensor, Spans) {
  Tensor dense{nullptr, DType::F16, {3, 4, 5}, {}};
  EXPECT_EQ(dense.elements(), 60);
  EXPECT_EQ(dense.stride(0), 20);
  EXPECT_EQ(dense.stride(2), 1);
  EXPECT_EQ(dense.spanBytes(), 120);
  Tensor strided{nullptr, DType::F32, {3, 4}, {10, 1}};
  EXPECT_EQ(strided.spanBytes(), (2 * 10 + 3 + 1) * 4);
  EXPECT_EQ((Tensor{nullptr, DType::F32, {3, 0}, {}}.spanBytes()), 0);
  const int64_t huge = int64_t(1) << 40;
  EXPECT_EQ((Tensor{nullptr, DType::F32, {huge, huge}, {}}.elements()), INT64_MAX);
}

TEST(Digest, KnownAnswers) {
  EXPECT_EQ(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, FieldsDoNotRunTogether) {
  EXPECT_NE(Digest().field("ab").field("c").hex(), Digest().field("a").field("bc").hex());
  EXPECT_NE(Digest().field("a").hex(), Digest().field("a").field("").hex());
  EXPECT_EQ(Digest().field("a").field(7).hex(), Digest().field("a").field("7").hex());
  EXPECT_TRUE(isDigestHex(Digest().hex()));
  EXPECT_FALSE(isDigestHex("../../etc/passwd"));
}

} // namespace
} // namespace attnc
