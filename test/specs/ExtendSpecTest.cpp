// ExtendSpecTest.cpp - specs that build on other files: what merges, what replaces, where errors point.
#include "TestSpecs.h"

#include <filesystem>
#include <unistd.h>

using namespace attnc;
using namespace attnc::test;

namespace {

namespace fs = std::filesystem;

/// A folder of spec files that goes away with the test.
class Folder {
public:
  Folder() : path(fs::temp_directory_path() / ("attnc-extends-" + std::to_string(getpid()))) {
    fs::remove_all(path);
    fs::create_directories(path / "sub");
  }
  ~Folder() { fs::remove_all(path); }

  std::string write(const std::string &name, const std::string &text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
  std::string file(const std::string &name) const { return (path / name).string(); }

private:
  fs::path path;
};

std::string textOf(const std::string &path) {
  Result<Spec> spec = readSpec(path);
  EXPECT_TRUE(spec.ok()) << spec.status().str();
  return spec.ok() ? specText(*spec) : "";
}

std::string flat(const std::vector<std::string> &edits) {
  Result<Spec> spec = readSpecText(edited(edits), "flat.yaml");
  EXPECT_TRUE(spec.ok()) << spec.status().str();
  return spec.ok() ? specText(*spec) : "";
}

struct ExtendTest : testing::Test {
  Folder folder;

  /// The canonical text of `derived` over the base spec with `edits`.
  std::string over(const std::vector<std::string> &edits, const std::string &derived) {
    folder.write("base.yaml", edited(edits));
    return textOf(folder.write("derived.yaml", "attnc: 1\nextends: base.yaml\n" + derived));
  }
  /// The error of reading `derived` over the same.
  Status error(const std::vector<std::string> &edits, const std::string &derived) {
    folder.write("base.yaml", edited(edits));
    Result<Spec> spec = readSpec(folder.write("derived.yaml", "attnc: 1\nextends: base.yaml\n" + derived));
    EXPECT_FALSE(spec.ok());
    return spec.status();
  }
  void expectAt(const Status &status, const std::string &message, const std::string &file, int line,
                int column, size_t notes = 0) {
    EXPECT_EQ(status.message(), message);
    EXPECT_EQ(status.where(), (Location{folder.file(file), line, column})) << status.str();
    EXPECT_EQ(status.notes().size(), notes) << status.str();
  }
};

} // namespace

TEST_F(ExtendTest, NothingButAName) { EXPECT_EQ(over({}, "name: other\n"), flat({"name: other"})); }

TEST_F(ExtendTest, ScalarsAndListsReplace) {
  EXPECT_EQ(over({"outputs: [out, lse]"}, "head_dim: 64\noutputs: [out]\nheads: 4\n"),
            flat({"head_dim: 64", "outputs: [out]", "heads: 4"}));
  EXPECT_EQ(over({"heads: 8"}, "heads: {query: 8, kv: 1}\n"), flat({"heads: {query: 8, kv: 1}"}));
}

TEST_F(ExtendTest, MappingsMergeKeyByKey) {
  EXPECT_EQ(over({"score: {scale: 0.5, softcap: 50.0}", "schedule: {warps: 4}"},
                 "heads: {kv: 4}\nscore: {softcap: 30.0, expr: s * 2}\nschedule: {stages: 2}\n"),
            flat({"heads: {query: 8, kv: 4}", "score: {scale: 0.5, softcap: 30.0, expr: s * 2}",
                  "schedule: {warps: 4, stages: 2}"}));
  EXPECT_EQ(over({"score: {alibi: {form: distance}}"}, "score: {alibi: {scaled: true}}\n"),
            flat({"score: {alibi: {form: distance, scaled: true}}"}));
  EXPECT_EQ(over({"cache: {layout: paged, page: 16, table: csr}"}, "cache: {page: 64, table: ~}\n"),
            flat({"cache: {layout: paged, page: 64}"}));
  EXPECT_EQ(over({"inputs: {seen: {shape: [kv_len], dtype: bool}}", "mask: 'seen[kv]'"},
                 "inputs: {asks: {shape: [q_len], dtype: bool}, seen: {shape: [9]}}\nmask: 'seen[kv] and "
                 "asks[q]'\n"),
            flat({"inputs: {seen: {shape: [9], dtype: bool}, asks: {shape: [q_len], dtype: bool}}",
                  "mask: 'seen[kv] and asks[q]'"}));
}

TEST_F(ExtendTest, AMaskReplacesAMask) {
  EXPECT_EQ(over({"mask: {chunked: 64}"}, "mask: {sliding_window: 8}\n"),
            flat({"mask: {sliding_window: 8}"}));
  EXPECT_EQ(over({"mask: {window: {left: 3}}"}, "mask: {window: {right: 4}}\n"),
            flat({"mask: {window: {right: 4}}"}));
}

TEST_F(ExtendTest, NullRemoves) {
  EXPECT_EQ(
      over({"score: {scale: 0.5, softcap: 50.0}", "out_dtype: f32"}, "score: {softcap: ~}\nout_dtype:\n"),
      flat({"score: {scale: 0.5}"}));
  EXPECT_EQ(over({"score: {scale: 0.5}"}, "score: null\n"), flat({}));
}

TEST_F(ExtendTest, NamesAreBesideTheFileThatHasThem) {
  folder.write("base.yaml", edited({"head_dim: 64"}));
  folder.write("sub/middle.yaml", "attnc: 1\nextends: ../base.yaml\nmask: none\n");
  const std::string top = folder.write("top.yaml", "attnc: 1\nextends: sub/middle.yaml\nname: top\n");
  EXPECT_EQ(textOf(top), flat({"head_dim: 64", "mask: none", "name: top"}));
  Result<Spec> spec = readSpec(top);
  EXPECT_EQ(spec->file, top);
  ASSERT_EQ(spec->extensions.size(), 2u);
  EXPECT_EQ(spec->extensions[0].where, (Location{top, 2, 10}));
  EXPECT_EQ(spec->headDim.where.file, spec->extensions[1].file);
  EXPECT_EQ(spec->name.where, (Location{top, 3, 7}));
  const std::string absolute =
      folder.write("absolute.yaml", "attnc: 1\nextends: " + folder.file("base.yaml") + "\n");
  EXPECT_EQ(textOf(absolute), flat({"head_dim: 64"}));
}

TEST_F(ExtendTest, ABaseMayLackKeysAndTheResultMayNot) {
  folder.write("part.yaml", "attnc: 1\nscore: {softcap: 9.0}\nlayout: packed\nphase: prefill\ndtype: f16\n");
  EXPECT_EQ(
      textOf(folder.write("whole.yaml", "attnc: 1\nextends: part.yaml\nname: whole\nheads: 8\nhead_dim: "
                                        "64\nmask: causal\n")),
      flat({"name: whole", "dtype: f16", "heads: 8", "head_dim: 64", "score: {softcap: 9.0}"}));
  Result<Spec> spec = readSpec(folder.write("less.yaml", "attnc: 1\nextends: part.yaml\n"));
  expectAt(spec.status(), "expected the required key 'name', got none", "less.yaml", 1, 1);
}

TEST_F(ExtendTest, TextHasNoFolderUnlessItIsGivenOne) {
  const std::string text = "attnc: 1\nextends: base.yaml\n";
  folder.write("base.yaml", edited({}));
  Result<Spec> none = readSpecText(text, "memory"); // K7
  EXPECT_EQ(none.status().message(),
            "expected 'extends' in a file only, got it in a text that has no folder to look in");
  EXPECT_EQ(none.status().where(), (Location{"memory", 2, 10}));
  Result<Spec> found = readSpecText(text, "memory", fs::path(folder.file("")));
  ASSERT_TRUE(found.ok()) << found.status().str();
  EXPECT_EQ(specText(*found), flat({}));
}

TEST_F(ExtendTest, ErrorsOfABasePointThere) {
  const Status status = error({"head_dim: 12"}, "name: other\n");
  expectAt(status, "expected head_dim to be a multiple of 8 from 8 to 256, got 12", "base.yaml", 5, 11, 1);
  EXPECT_EQ(status.notes()[0].message, "extended from here");
  EXPECT_EQ(status.notes()[0].where, (Location{folder.file("derived.yaml"), 2, 10}));
  expectAt(error({"mask: [causal"}, "name: other\n"), "malformed YAML: end of sequence flow not found",
           "base.yaml", 9, 1, 1);
  expectAt(error({"attnc: 2"}, "name: other\n"), "expected format version 1 for 'attnc', got 2", "base.yaml",
           1, 8, 1);
}

/// Columns inside a folded scalar need the text of the file that has it.
TEST_F(ExtendTest, PlacesInExpressionsAreOfTheRightFile) {
  expectAt(error({"mask: >\n  kv <= q and\n  kv < nope"}, "name: other\n"), "unknown name 'nope'",
           "base.yaml", 10, 8, 1);
  expectAt(error({}, "mask: >\n  kv <= q and\n    kv < nope\n"), "unknown name 'nope'", "derived.yaml", 5,
           10);
}

TEST_F(ExtendTest, WhatBothFilesContributeToIsAnErrorWhereItIsWritten) {
  const Status status = error({"layout: packed"}, "lengths: kv\n"); // S6 is between a key of each
  EXPECT_EQ(status.where().file, folder.file("derived.yaml")) << status.str();
}

TEST_F(ExtendTest, ThroughTwoFilesThereAreTwoNotes) {
  folder.write("base.yaml", edited({"head_dim: 12"}));
  folder.write("middle.yaml", "attnc: 1\nextends: base.yaml\n");
  Result<Spec> spec = readSpec(folder.write("top.yaml", "attnc: 1\nextends: middle.yaml\n"));
  ASSERT_EQ(spec.status().notes().size(), 2u);
  EXPECT_EQ(spec.status().notes()[0].where.file, folder.file("middle.yaml"));
  EXPECT_EQ(spec.status().notes()[1].where.file, folder.file("top.yaml"));
  const std::string shown = renderDiagnostic(spec.status());
  EXPECT_NE(shown.find("  head_dim: 12\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("  extends: middle.yaml\n           ^\n"), std::string::npos) << shown;
}

TEST_F(ExtendTest, FilesThatCannotBeRead) {
  auto at = [&](const std::string &value, const std::string &message) { // K7
    Result<Spec> spec = readSpec(folder.write("bad.yaml", "attnc: 1\nextends: " + value + "\n"));
    ASSERT_FALSE(spec.ok());
    expectAt(spec.status(), message, "bad.yaml", 2, value.empty() ? 1 : 10);
  };
  at("none.yaml", "expected a spec file for 'extends', got '" + folder.file("none.yaml").substr(0, 40) +
                      (folder.file("none.yaml").size() > 40 ? "..." : "") +
                      "': expected a spec file, got no such file");
  at("[a.yaml]", "expected the name of a spec file for 'extends', got a list");
  at("''", "expected the name of a spec file for 'extends', got the string ''");
  at(R"("base.yaml\0x")", "expected the name of a spec file for 'extends', got the string 'base.yaml?x'");
  at("", "expected the name of a spec file for 'extends', got nothing");
}

TEST_F(ExtendTest, CyclesAndLongChains) {
  auto extends = [](const std::string &name) { return "attnc: 1\nextends: " + name + "\n"; };
  const std::string self = folder.write("self.yaml", extends("sub/../self.yaml")); // K8
  expectAt(readSpec(self).status(),
           "expected a file that this one is not part of, got 'sub/../self.yaml', which extends itself",
           "self.yaml", 2, 10);
  folder.write("b.yaml", extends("a.yaml"));
  const Status cycle = readSpec(folder.write("a.yaml", extends("b.yaml"))).status(); // K8
  expectAt(cycle, "expected a file that this one is not part of, got 'a.yaml', which extends itself",
           "b.yaml", 2, 10, 1);

  folder.write("0.yaml", edited({}));
  for (int i = 1; i <= 9; ++i)
    folder.write(std::to_string(i) + ".yaml", extends(std::to_string(i - 1) + ".yaml"));
  EXPECT_EQ(textOf(folder.file("8.yaml")), flat({}));
  const Status chain = readSpec(folder.file("9.yaml")).status(); // K8
  expectAt(chain, "expected at most 8 files that are extended, got more", "1.yaml", 2, 10, 8);
}

TEST_F(ExtendTest, WhatIsRemovedMustBeThere) {
  expectAt(error({}, "score: ~\n"), // K9
           "expected a key of the extended spec to remove, got 'score', which it does not have",
           "derived.yaml", 3, 1);
  expectAt(error({"score: {scale: 0.5}"}, "score: {softcap: ~}\n"), // K9
           "expected a key of the extended spec to remove, got 'softcap', which it does not have",
           "derived.yaml", 3, 9);
  expectAt(error({}, "mask: ~\n"), "expected the required key 'mask', got none", "derived.yaml", 1, 1);
}
