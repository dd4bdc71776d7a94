// SchemaTest.cpp - the schema knows the reader's keys, all of the reader's specs are valid, and bad ones are
// not.
#include "Validate.h"
#include "tools/schema/SpecSchema.h"

#include "../specs/TestSpecs.h"
#include "specs/FormatKeys.h"

#include <filesystem>
#include <set>

using namespace attnc;
using namespace attnc::test;

namespace {

/// As a program that reads the file has it.
const nlohmann::json &committed() {
  static const nlohmann::json schema =
      nlohmann::json::parse(readFile(std::string(ATTNC_SPECS_DIR) + "/attnc.schema.json"));
  return schema;
}

std::string wrong(const std::vector<std::string> &edits) {
  return validate(committed(), yamlAsJson(edited(edits)));
}

template <class Words> void expectKeys(const nlohmann::json &properties, const Words &words) {
  std::set<std::string> known(words.begin(), words.end()), here;
  for (const auto &item : properties.items())
    here.insert(item.key());
  EXPECT_EQ(here, known);
}

} // namespace

TEST(Schema, EveryKeyHasAShape) {
  // A new key needs a row of `shapes()` in tools/schema/SpecSchema.cpp.
  EXPECT_EQ(schema::keysWithoutShape(), std::vector<std::string>());
}

TEST(Schema, TheCommittedFileIsTheReadersOwn) {
  EXPECT_EQ(readFile(std::string(ATTNC_SPECS_DIR) + "/attnc.schema.json"),
            schema::specSchema().dump(2) + "\n")
      << "attnc schema -o specs/attnc.schema.json writes it anew";
}

TEST(Schema, KnowsExactlyTheKeysOfTheReader) {
  const nlohmann::json &alone = committed()["else"]["properties"], &over = committed()["then"]["properties"];
  expectKeys(over, keys::kTop);
  std::vector<std::string_view> own(keys::kTop.begin(), keys::kTop.end());
  std::erase(own, "extends");
  expectKeys(alone, own);
  expectKeys(alone["score"]["properties"], keys::kScore);
  expectKeys(alone["schedule"]["properties"], keys::kSchedule);
  expectKeys(alone["cache"]["properties"], keys::kCache);
  expectKeys(alone["inputs"]["additionalProperties"]["properties"], keys::kInput);
  expectKeys(alone["params"]["additionalProperties"]["properties"], keys::kParam);
  expectKeys(committed()["definitions"]["mask"]["anyOf"][1]["properties"], keys::kMaskKeys);
}

TEST(Schema, EverySpecOfTheTreeIsValid) {
  size_t specs = 0;
  for (const char *folder :
       {"/catalog", "/../test/specs/golden", "/../test/import/golden", "/../test/execute/Inputs"})
    for (const auto &entry : std::filesystem::directory_iterator(std::string(ATTNC_SPECS_DIR) + folder))
      if (entry.path().extension() == ".yaml") {
        ++specs;
        EXPECT_EQ(validate(committed(), yamlAsJson(readFile(entry.path()))), "") << entry.path();
      }
  EXPECT_GT(specs, 100u);
}

TEST(Schema, FormsThatTheReaderTakes) {
  for (const std::vector<std::string> &edits : std::vector<std::vector<std::string>>{
           {"heads: 8"},
           {"mask: True"},
           {"mask: {all: [causal, {not: {window: {right: 3}}}, 'kv <= q', {expr: True}]}"},
           {"mask: {streaming: {window: 4, keep: 1}}"},
           {"mask: {prefix_lm: 7}"},
           {"mask: {block_sparse: m}", "inputs: {m: {shape: [heads, 16, 16], dtype: bool}}"},
           {"score: {scale: tau, softcap: 5, alibi: {form: distance}, sinks: {logits: x, in_lse: false}}",
            "params: {tau: {type: f32, default: 1}}", "inputs: {x: {shape: [heads], dtype: f32}}"},
           {"phase: decode", "new_tokens: 16"},
           {"cache: {layout: contiguous, pools: combined, order: hdn}", "layout: {q: bhsd}"},
           {"cache: {layout: paged, page: 1, table: csr, tables: separate, order: {k: dnh}}"},
           {"cache: {layout: contiguous}", "append: end", "rope: {keys: read}"},
           {"cache: {layout: contiguous}", "append: {at: write_indices}", "outputs: [out, lse]"},
           {"phase: append", "-mask", "cache: {layout: contiguous}", "layout: {k: bhsd}"},
           {"phase: append", "-mask", "cache: {layout: contiguous}", "rope: {}", "outputs: [k_rotated]"},
           {"schedule: {tile_q: 64, warps: 4, packing: true}"}})
    EXPECT_EQ(wrong(edits), "") << edited(edits);
}

/// In a spec that extends another, keys may be missing or removed, at the top and below.
TEST(Schema, SpecsThatExtend) {
  auto over = [](const std::string &text) {
    return validate(committed(), yamlAsJson("attnc: 1\nextends: a.yaml\n" + text));
  };
  EXPECT_EQ(over(""), "");
  EXPECT_EQ(over("score: {softcap: ~}\nout_dtype: ~\nheads: {kv: 4}\ninputs: {x: {shape: [4]}, y: ~}\n"), "");
  EXPECT_EQ(over("cache: {page: 64, table: ~}\n"), "");
  EXPECT_NE(over("maks: ~\n"), "");
  EXPECT_NE(over("head_dim: 12\n"), "");
  EXPECT_EQ(validate(committed(), yamlAsJson("extends: a.yaml\n")), "spec: lacks attnc");
}

TEST(Schema, BadSpecsAreNotValid) {
  for (const std::vector<std::string> &edits :
       std::vector<std::vector<std::string>>{{"head_dimm: 64"}, // K1
                                             {"mask: {sliding_windw: 8}"},
                                             {"score: {softcp: 8.0}"},
                                             {"cache: {}"},   // K2
                                             {"heads: many"}, // K3
                                             {"heads: \"8\""},
                                             {"mask: [causal]"},
                                             {"mask: {chunked: 8, window: {left: 1}}"},
                                             {"mask: {window: {}}"},
                                             {"outputs: out"},
                                             {"layout: ragged"}, // K4
                                             {"phase: mixed"},
                                             {"-mask"}, // K5
                                             {"heads: {query: 8}"},
                                             {"mask: ~"},
                                             {"attnc: 2"},                             // K6
                                             {"name: 7b"},                             // S1
                                             {"heads: 1025"},                          // S2
                                             {"head_dim: 12"},                         // S4
                                             {"score: {softcap: 0}"},                  // S10
                                             {"mask: {sliding_window: 0}"},            // S12
                                             {"mask: {all: []}"},                      // S15
                                             {"inputs: {x: {shape: [], dtype: f32}}"}, // S20
                                             {"inputs: {x: {shape: [4], dtype: i8}}"}, // S21
                                             {"outputs: [out, out]"},                  // S23
                                             {"schedule: {warps: 9}"},                 // S24
                                             {"cache: paged"},                         // K3
                                             {"cache: {layout: cyclic}"},              // K4
                                             {"cache: {layout: contiguous, order: nhdb}"},
                                             {"cache: {layout: contiguous, order: {q: nhd}}"},
                                             {"cache: {page: 16}"},                 // K5
                                             {"cache: {layout: paged, page: 257}"}, // S53
                                             {"phase: decode", "new_tokens: 17"},   // S57
                                             {"append: start"},
                                             {"append: {}"},
                                             {"phase: append", "-mask"}, // S61
                                             {"schedule: {packing: 4}"},
                                             {"mask: {streaming: {window: 4}}"}}) {
    EXPECT_NE(wrong(edits), "") << edited(edits);
    EXPECT_FALSE(readSpecText(edited(edits), "bad.yaml").ok())
        << edited(edits); // not stricter than the reader
  }
}
