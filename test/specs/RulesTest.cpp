// RulesTest.cpp - every rule K1..K6 and S1..S25: one bad spec at least, its exact message, place and note.
#include "TestSpecs.h"

#include "specs/FormatKeys.h"
#include "specs/SpecCheck.h"

#include <regex>
#include <set>

using namespace attnc;
using namespace attnc::test;

namespace {

/// The edits change lines of `kBase` or append to it: the first appended line is line 9.
struct Bad {
  std::string rule;
  std::vector<std::string> edits;
  std::string message;
  int line, column;
  int noteLine = 0, noteColumn = 0;
  Code code = Code::InvalidSpec;
};

std::string manyInputs(int count) {
  std::string out = "inputs: {";
  for (int i = 10; i < 10 + count; ++i)
    out += "i" + std::to_string(i) + ": {shape: [heads], dtype: f32}, ";
  return out + "}";
}
std::string manyParams(int count) {
  std::string out = "params: {";
  for (int i = 10; i < 10 + count; ++i)
    out += "p" + std::to_string(i) + ": {type: f32}, ";
  return out + "}";
}
constexpr Code kUnsupported = Code::Unsupported;
const std::string kBias = "inputs: {bias: {shape: [heads, q_len, kv_len], dtype: f32}}";

const std::vector<Bad> kBad{
    {"K1", {"head_dimm: 64"}, "unknown key 'head_dimm' in the spec; did you mean 'head_dim'", 9, 1},
    {"K1", {"colour: red"}, "unknown key 'colour' in the spec", 9, 1},
    {"K1", {"softcap: 50.0"}, "unknown key 'softcap' in the spec; it belongs in 'score'", 9, 1},
    {"K1", {"sliding_window: 4"}, "unknown key 'sliding_window' in the spec; it belongs in 'mask'", 9, 1},
    {"K1", {"ropes: 4"}, "unknown key 'ropes' in the spec; did you mean 'rope'", 9, 1},
    {"K1", {"heads: {q: 8, kv: 8}"}, "unknown key 'q' in 'heads'", 4, 9},
    {"K1",
     {"mask: {sliding_windw: 8}"},
     "unknown key 'sliding_windw' in 'mask'; did you mean 'sliding_window'",
     8,
     8},
    {"K1", {"mask: {window: {lft: 8}}"}, "unknown key 'lft' in 'window'; did you mean 'left'", 8, 17},
    {"K1", {"score: {softcp: 8}"}, "unknown key 'softcp' in 'score'; did you mean 'softcap'", 9, 9},
    {"K1", {"schedule: {tile: 8}"}, "unknown key 'tile' in 'schedule'", 9, 12},
    {"K1",
     {"inputs: {x: {shape: [heads], type: f32}}"},
     "unknown key 'type' in 'x'; did you mean 'dtype'",
     9,
     30},
    {"K1", {"params: {x: {dtype: f32}}"}, "unknown key 'dtype' in 'x'; did you mean 'type'", 9, 14},
    {"K1", {"<<: {}"}, "unknown key '<<' in the spec", 9, 1},
    {"K2",
     {"rope: {base: 10000}"},
     "key 'rope' is reserved and not implemented yet",
     9,
     1,
     0,
     0,
     kUnsupported},
    {"K2",
     {"mask: {causal_anchor: x}"},
     "key 'causal_anchor' is reserved and not implemented yet",
     8,
     8,
     0,
     0,
     kUnsupported},
    {"K2", {"mask: causal_anchor"}, "mask 'causal_anchor' is reserved and not implemented yet", 8, 7, 0, 0, kUnsupported},
    {"K2",
     {"score: {skip_below: x}"},
     "key 'skip_below' is reserved and not implemented yet",
     9,
     9,
     0,
     0,
     kUnsupported},
    {"K2",
     {"phase: decode"},
     "'phase' value 'decode' is reserved and not implemented yet",
     3,
     8,
     0,
     0,
     kUnsupported},
    {"K2",
     {"layout: bshd"},
     "'layout' value 'bshd' is reserved and not implemented yet",
     7,
     9,
     0,
     0,
     kUnsupported},
    {"K2",
     {"outputs: [out, row_max]"},
     "'outputs' value 'row_max' is reserved and not implemented yet",
     9,
     16,
     0,
     0,
     kUnsupported},
    {"K2",
     {"schedule: {split: 2}"},
     "key 'split' is reserved and not implemented yet",
     9,
     12,
     0,
     0,
     kUnsupported},
    {"K3", {"heads: many"}, "expected an integer for 'heads', got 'many'", 4, 8},
    {"K3", {"heads: \"8\""}, "expected an integer for 'heads', got the string '8'", 4, 8},
    {"K3", {"heads: [8, 2]"}, "expected a mapping for 'heads', got a list", 4, 8},
    {"K3", {"head_dim: 1e2"}, "expected an integer for 'head_dim', got '1e2'", 5, 11},
    {"K3", {"head_dim:"}, "expected an integer for 'head_dim', got nothing", 5, 1},
    {"K3", {"dtype: {a: b}"}, "expected f16 or bf16 for 'dtype', got a mapping", 6, 8},
    {"K3",
     {"mask: [causal]"},
     "expected none, causal, a mapping or an expression for 'mask', got a list",
     8,
     7},
    {"K3", {"mask:"}, "expected none, causal, a mapping or an expression for 'mask', got nothing", 8, 1},
    {"K3", {"mask: {}"}, "expected none, causal, a mapping or an expression for 'mask', got a mapping", 8, 7},
    {"K3",
     {"mask: {chunked: 8, window: {left: 1}}"},
     "expected one key in a mask, got 'window' as well; combine masks with all: [...] or any: [...]",
     8,
     20,
     8,
     8},
    {"K3", {"mask: {all: causal}"}, "expected a list of masks for 'all', got 'causal'", 8, 13},
    {"K3", {"mask: {expr: [1]}"}, "expected an expression for 'mask', got a list", 8, 14},
    {"K3", {"mask: {window: 5}"}, "expected a mapping for 'window', got '5'", 8, 16},
    {"K3", {"score: {softcap: fifty}"}, "expected a number for 'softcap', got 'fifty'", 9, 18},
    {"K3", {"score: {softcap: +5}"}, "expected a number for 'softcap', got '+5'", 9, 18},
    {"K3", {"outputs: out"}, "expected a list for 'outputs', got 'out'", 9, 10},
    {"K3", {"inputs: [bias]"}, "expected a mapping for 'inputs', got a list", 9, 9},
    {"K3", {"inputs: {x: f32}"}, "expected a mapping for 'x', got 'f32'", 9, 13},
    {"K4", {"phase: prefil"}, "expected prefill for 'phase', got 'prefil'; did you mean 'prefill'", 3, 8},
    {"K4", {"layout: ragged"}, "expected packed or padded for 'layout', got 'ragged'", 7, 9},
    {"K4", {"layout: padded", "lengths: q"}, "expected none, kv or both for 'lengths', got 'q'", 9, 10},
    {"K4", {"anchor: left"}, "expected bottom_right or top_left for 'anchor', got 'left'", 9, 9},
    {"K4",
     {"mask: casual"},
     "expected none, causal, a mapping or an expression for 'mask', got 'casual'; did you mean 'causal'",
     8,
     7},
    {"K4",
     {"mask: 'true'"},
     "expected none, causal, a mapping or an expression for 'mask', got the string 'true'",
     8,
     7},
    {"K4",
     {"outputs: [out, lsee]"},
     "expected out or lse for 'outputs', got 'lsee'; did you mean 'lse'",
     9,
     16},
    {"K5", {"-attnc"}, "expected the required key 'attnc', got none", 1, 1},
    {"K5", {"-mask"}, "expected the required key 'mask', got none", 1, 1},
    {"K5", {"-dtype"}, "expected the required key 'dtype', got none", 1, 1},
    {"K5", {"heads: {query: 8}"}, "expected 'kv' in 'heads', got none", 4, 8},
    {"K5", {"inputs: {x: {shape: [heads]}}"}, "expected 'dtype' in 'x', got none", 9, 10},
    {"K5", {"params: {x: {default: 1}}"}, "expected 'type' in 'x', got none", 9, 10},
    {"K6", {"attnc: 2"}, "expected format version 1 for 'attnc', got 2", 1, 8},

    {"S1",
     {"name: 9lives"},
     "expected a letter, then letters, digits and '_', at most 64, for 'name', got '9lives'",
     2,
     7},
    {"S1",
     {"name: a-b"},
     "expected a letter, then letters, digits and '_', at most 64, for 'name', got 'a-b'",
     2,
     7},
    {"S1",
     {"name: " + std::string(65, 'x')},
     "expected a letter, then letters, digits and '_', at most 64, for 'name', got '" + std::string(40, 'x') +
         "...'",
     2,
     7},
    {"S2", {"heads: 0"}, "expected 'heads' between 1 and 1024, got 0", 4, 8},
    {"S2",
     {"heads: {query: 99999999999999999999, kv: 1}"},
     "expected 'query' between 1 and 1024, got 99999999999999999999",
     4,
     16},
    {"S3",
     {"heads: {query: 8, kv: 3}"},
     "expected query heads to be a multiple of the kv heads (3), got 8",
     4,
     16,
     4,
     23},
    {"S3",
     {"heads: {query: 2, kv: 8}"},
     "expected query heads to be a multiple of the kv heads (8), got 2",
     4,
     16,
     4,
     23},
    {"S4", {"head_dim: 512"}, "expected 'head_dim' between 8 and 256, got 512", 5, 11},
    {"S4", {"head_dim: 100"}, "expected head_dim to be a multiple of 8 from 8 to 256, got 100", 5, 11},
    {"S4",
     {"head_dim: 80"},
     "expected head_dim 64, 128 or 256 in this version, got 80",
     5,
     11,
     0,
     0,
     kUnsupported},
    {"S5", {"dtype: fp16"}, "expected f16 or bf16 for 'dtype', got 'fp16'; did you mean 'f16'", 6, 8},
    {"S5",
     {"dtype: f32"},
     "'dtype' value 'f32' is reserved and not implemented yet",
     6,
     8,
     0,
     0,
     kUnsupported},
    {"S6",
     {"lengths: kv"},
     "expected 'lengths' only with the padded layout, got it with packed, whose lengths always vary",
     9,
     10,
     7,
     9},
    {"S7",
     {"mask: none", "anchor: top_left"},
     "expected 'anchor' only where a mask or score depends on q, got none that does",
     9,
     9,
     8,
     7},
    {"S7",
     {"mask: 'kv % 2 == h % 2'", "anchor: bottom_right"},
     "expected 'anchor' only where a mask or score depends on q, got none that does",
     9,
     9,
     8,
     7},
    {"S8", {"score: {scale: 0}"}, "expected 'scale' to be a positive f32, got 0.0", 9, 16},
    {"S8", {"score: {scale: -1.5}"}, "expected 'scale' to be a positive f32, got -1.5", 9, 16},
    {"S8", {"score: {scale: .nan}"}, "expected 'scale' to be a positive f32, got nan", 9, 16},
    {"S8", {"score: {scale: inf}"}, "expected 'scale' to be a positive f32, got inf", 9, 16},
    {"S8", {"score: {scale: 1e-40}"}, "expected 'scale' to be a positive f32, got 1e-40", 9, 16},
    {"S8",
     {"score: {scale: x}", "params: {x: {type: f32, default: -1}}"},
     "expected the default of the scale 'x' to be a positive f32, got -1.0",
     10,
     10,
     9,
     16},
    {"S9",
     {"score: {scale: tau}"},
     "expected a number or a parameter of 'params' for 'scale', got 'tau'",
     9,
     16},
    {"S9",
     {"score: {scale: x}", "params: {x: {type: i32}}"},
     "expected a parameter of type f32 for 'scale', got 'x' of type i32",
     9,
     16,
     10,
     10},
    {"S10", {"score: {softcap: 0.0}"}, "expected 'softcap' to be a positive f32, got 0.0", 9, 18},
    {"S10", {"score: {softcap: -50}"}, "expected 'softcap' to be a positive f32, got -50.0", 9, 18},
    {"S10", {"score: {softcap: 1e39}"}, "expected 'softcap' to be a positive f32, got 1e+39", 9, 18},
    {"S11", {"mask: {window: {}}"}, "expected left or right in 'window', got neither", 8, 8},
    {"S11", {"mask: {window: {left: -1}}"}, "expected 'left' between 0 and 2147483647, got -1", 8, 23},
    {"S11",
     {"mask: {window: {right: 2147483648}}"},
     "expected 'right' between 0 and 2147483647, got 2147483648",
     8,
     24},
    {"S12",
     {"mask: {sliding_window: 0}"},
     "expected 'sliding_window' between 1 and 2147483647, got 0",
     8,
     24},
    {"S13", {"mask: {chunked: 0}"}, "expected 'chunked' between 1 and 2147483647, got 0", 8, 17},
    {"S14",
     {"mask: {all: [none, causal]}"},
     "expected a mask that hides something inside a combination, got none",
     8,
     14},
    {"S14",
     {"mask: {not: none}"},
     "expected a mask that hides something inside a combination, got none",
     8,
     13},
    {"S15", {"mask: {any: []}"}, "expected at least one mask in the combination, got none", 8, 8},
    {"S16", {"mask: 'kv < 0'"}, "expected a mask that some key can pass, got one that is never true", 8, 11},
    {"S16",
     {"mask: {any: [causal, 'h >= 8 and kv <= q']}"},
     "expected a mask that some key can pass, got one that is never true",
     8,
     30},
    {"S16", {"mask: 'False'"}, "expected a mask that some key can pass, got one that is never true", 8, 8},
    {"S17", {"score: {}"}, "expected scale, softcap or expr in 'score', got nothing", 9, 1},
    {"S17",
     {"score: {expr: 'q - kv'}"},
     "expected a score expression that reads 's', got one that ignores q . k",
     9,
     18},
    {"S18",
     {"inputs: {_x: {shape: [heads], dtype: f32}}"},
     "expected a letter, then letters, digits and '_', at most 64, for a name, got '_x'",
     9,
     10},
    {"S18",
     {"params: {kv: {type: i32}}"},
     "expected a new name, got 'kv', which is a variable of expressions",
     9,
     10},
    {"S18",
     {"params: {max: {type: i32}}"},
     "expected a new name, got 'max', which is a function of expressions",
     9,
     10},
    {"S18",
     {"params: {if: {type: i32}}"},
     "expected a new name, got 'if', which is a word of expressions",
     9,
     10},
    {"S18",
     {"inputs: {out: {shape: [heads], dtype: f32}}"},
     "expected a new name, got 'out', which is a tensor of every kernel",
     9,
     10},
    {"S18",
     {"inputs: {cu_q: {shape: [heads], dtype: i32}}"},
     "expected a new name, got 'cu_q', which is a tensor of every kernel",
     9,
     10},
    {"S18",
     {"params: {batch: {type: i32}}"},
     "expected a new name, got 'batch', which is a dim of every kernel",
     9,
     10},
    {"S18",
     {"inputs: {w: {shape: [heads], dtype: f32}}", "params: {w: {type: i32}}"},
     "expected a name once among inputs and params, got 'w' again",
     10,
     10,
     9,
     10},
    {"S19", {kBias}, "expected a mask or score that reads the input 'bias', got none", 9, 10},
    {"S19",
     {"params: {w: {type: i32}}"},
     "expected a mask or score that reads the parameter 'w', got none",
     9,
     10},
    {"S20",
     {"inputs: {x: {shape: [], dtype: f32}}"},
     "expected 1 to 4 dims in the shape of 'x', got 0",
     9,
     10},
    {"S20",
     {"inputs: {x: {shape: [1, 2, 3, 4, 5], dtype: f32}}"},
     "expected 1 to 4 dims in the shape of 'x', got 5",
     9,
     10},
    {"S20",
     {"inputs: {x: {shape: [0], dtype: f32}}"},
     "expected 'shape' between 1 and 2147483647, got 0",
     9,
     22},
    {"S20",
     {"inputs: {x: {shape: [head], dtype: f32}}"},
     "expected batch, heads, kv_heads, q_len, kv_len, total_q or total_kv for 'shape', got 'head'; did you "
     "mean 'heads'",
     9,
     22},
    {"S20",
     {"inputs: {x: {shape: [65536, 65536], dtype: f32}}"},
     "expected at most 2147483648 elements in the fixed dims of 'x', got more",
     9,
     10},
    {"S20",
     {"layout: padded", "inputs: {x: {shape: [total_q], dtype: f32}}"},
     "expected dim 'total_q' of 'x' only with the packed layout, got it with padded",
     9,
     10,
     7,
     9},
    {"S21",
     {"inputs: {x: {shape: [heads], dtype: i64}}"},
     "expected f32, f16, bf16, i32 or bool for 'dtype', got 'i64'",
     9,
     37},
    {"S22", {"params: {x: {type: f16}}"}, "expected f32 or i32 for 'type', got 'f16'", 9, 20},
    {"S22",
     {"params: {x: {type: i32, default: 1.5}}"},
     "expected an integer for 'default', got '1.5'",
     9,
     34},
    {"S22",
     {"params: {x: {type: i32, default: 2147483648}}"},
     "expected 'default' between -2147483648 and 2147483647, got 2147483648",
     9,
     34},
    {"S22",
     {"params: {x: {type: f32, default: .inf}}"},
     "expected a finite f32 for 'default', got '.inf'",
     9,
     34},
    {"S23", {"outputs: [lse]"}, "expected 'out' in 'outputs', got none", 9, 10},
    {"S23", {"outputs: [out, lse, out]"}, "expected each output once, got 'out' again", 9, 21, 9, 11},
    {"S24", {"schedule: {}"}, "expected a field to pin in 'schedule', got nothing", 9, 1},
    {"S24",
     {"schedule: {tile_q: 60}"},
     "expected 'tile_q' to be a multiple of 16 between 16 and 256, got 60",
     9,
     20},
    {"S24",
     {"schedule: {tile_kv: 512}"},
     "expected 'tile_kv' to be a multiple of 16 between 16 and 256, got 512",
     9,
     21},
    {"S24", {"schedule: {stages: 9}"}, "expected 'stages' between 1 and 8, got 9", 9, 20},
    {"S24", {"schedule: {warps: 0}"}, "expected 'warps' between 1 and 32, got 0", 9, 19},
    {"S25", {manyInputs(17)}, "expected at most 16 inputs, got 17", 9, 570},
    {"S25", {manyParams(33)}, "expected at most 32 params, got 33", 9, 586},
};

std::set<std::string> labelsIn(const std::string &text, const std::string &pattern) {
  std::set<std::string> out;
  std::regex label(pattern);
  for (std::sregex_iterator i(text.begin(), text.end(), label), end; i != end; ++i)
    out.insert((*i)[1]);
  return out;
}

} // namespace

TEST(Rules, TheBaseIsGood) {
  Result<Spec> spec = readSpecText(edited({}), "base.yaml");
  EXPECT_TRUE(spec.ok()) << spec.status().str();
}

TEST(Rules, EveryRuleHasItsMessageAndPlace) {
  for (const Bad &bad : kBad) {
    std::string text = edited(bad.edits);
    Result<Spec> spec = readSpecText(text, "bad.yaml");
    ASSERT_FALSE(spec.ok()) << bad.rule << "\n" << text;
    Status status = spec.status();
    EXPECT_EQ(status.message(), bad.message) << bad.rule;
    EXPECT_EQ(status.where(), (Location{"bad.yaml", bad.line, bad.column}))
        << bad.rule << " " << status.str();
    EXPECT_EQ(status.code(), bad.code) << bad.rule << " " << status.str();
    ASSERT_EQ(status.notes().size(), bad.noteLine ? 1u : 0u) << bad.rule << " " << status.str();
    if (bad.noteLine) {
      EXPECT_EQ(status.notes()[0].where, (Location{"bad.yaml", bad.noteLine, bad.noteColumn}))
          << status.str();
    }
  }
}

/// The reference, the code and the tests name the same rules.
TEST(Rules, ReferenceAndTestsAgree) {
  std::set<std::string> documented =
      labelsIn(readFile(std::string(ATTNC_SPECS_DIR) + "/README.md"), R"(\| ([YKES]\d+) \|)");
  std::set<std::string> tested;
  for (const Bad &bad : kBad)
    tested.insert(bad.rule);
  for (const char *file : {"ExprTest.cpp", "YamlTreeTest.cpp"})
    tested.merge(
        labelsIn(readFile(std::string(ATTNC_SPECS_TEST_DIR) + "/" + file), R"((?:\{"|// )([YE]\d+)\b)"));
  EXPECT_EQ(documented, tested);

  std::set<std::string> enforced;
  for (const char *file :
       {"ExprLexer.cpp", "ExprParser.cpp", "ExprTyping.cpp", "FieldReader.cpp", "ReadDeclarations.cpp",
        "ReadMaskScore.cpp", "SpecCheck.cpp", "SpecReader.cpp", "YamlTree.cpp"})
    enforced.merge(labelsIn(readFile(std::string(ATTNC_SPECS_DIR) + "/" + file), R"(//+ ([YKES]\d+)\b)"));
  EXPECT_EQ(documented, enforced);
}

TEST(Rules, ExpressionErrorsPointIntoTheYaml) {
  struct Case {
    std::vector<std::string> edits;
    int line, column;
  };
  const Case cases[] = {
      {{"mask: kv <= qq"}, 8, 13},
      {{"mask:   'kv <= qq'"}, 8, 16},
      {{"mask: \"kv <= qq\""}, 8, 14},
      {{"mask: {all: [causal, {expr: \"kv <= qq\"}]}"}, 8, 36},
      {{"mask: |\n  kv <= q\n  and kv < qq"}, 10, 12},
      {{"mask: >-\n  kv <= q\n\n  and kv < qq"}, 11, 12},
      {{"mask: kv <= q\n  and kv < qq"}, 9, 12},
      {{"mask: causal", "score: {softcap: 5.0, expr: 's * qq'}"}, 9, 34},
  };
  for (const Case &c : cases) {
    Status status = readSpecText(edited(c.edits), "e.yaml").status();
    EXPECT_EQ(status.message().substr(0, 17), "unknown name 'qq'") << status.str();
    EXPECT_EQ(status.where(), (Location{"e.yaml", c.line, c.column})) << status.str();
  }
}

TEST(Rules, MaskAndScoreTypes) { // E6
  EXPECT_EQ(readSpecText(edited({"mask: q + kv"}), "e").status().message(),
            "expected a mask expression of type bool, got int");
  EXPECT_EQ(readSpecText(edited({"score: {expr: s < 1}"}), "e").status().message(),
            "expected a score expression of type float, got bool");
}

TEST(Rules, HoldForSpecsBuiltWithoutYaml) {
  const Spec good = *readSpecText(edited({}), "base.yaml");
  EXPECT_TRUE(checkSpec(good).ok());
  auto messageOf = [&](auto change) {
    Spec spec = good;
    change(spec);
    return checkSpec(spec).message();
  };
  EXPECT_EQ(messageOf([](Spec &s) { s.kvHeads.value = 0; }), "expected between 1 and 1024 heads, got 0");
  EXPECT_EQ(messageOf([](Spec &s) { s.dtype.value = DType::F32; }),
            "expected f16 or bf16 for 'dtype', got 'f32'");
  EXPECT_EQ(messageOf([](Spec &s) { s.mask = {MaskNode::Kind::Chunked, {}, {}, {}, 0, {}, {}, {}}; }),
            "expected a chunk size between 1 and 2147483647, got 0");
  EXPECT_EQ(messageOf([](Spec &s) { s.mask = {MaskNode::Kind::Window, {}, -1, {}, 0, {}, {}, {}}; }),
            "expected a window side between 0 and 2147483647, got -1");
  EXPECT_EQ(messageOf([](Spec &s) { s.mask.kind = MaskNode::Kind::Expression; }),
            "expected a mask expression of type bool, got none");
  EXPECT_EQ(messageOf([](Spec &s) { s.mask.kind = MaskNode::Kind::All; }),
            "expected at least one mask in the combination, got none");
}

/// What the reference shows has been read: whole specs, and the example of every key and mask.
TEST(Rules, ExamplesOfTheReferenceAreGood) {
  std::string readme = readFile(std::string(ATTNC_SPECS_DIR) + "/README.md");
  int examples = 0;
  std::regex block("```yaml\n([^`]*)```");
  for (std::sregex_iterator i(readme.begin(), readme.end(), block), end; i != end; ++i, ++examples) {
    Result<Spec> spec = readSpecText((*i)[1].str(), "README.md");
    EXPECT_TRUE(spec.ok()) << spec.status().str();
  }
  std::istringstream lines(readme);
  std::regex row(R"(^\| `.* \| ((?:`\w+: [^`]*` ?)+) \|$)"), span("`([^`]*)`");
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, row))
      continue;
    ++examples;
    std::vector<std::string> edits;
    std::string cell = match[1];
    for (std::sregex_iterator i(cell.begin(), cell.end(), span), end; i != end; ++i)
      edits.push_back((*i)[1]);
    Result<Spec> spec = readSpecText(edited(edits), "README.md");
    EXPECT_TRUE(spec.ok()) << cell << "\n" << spec.status().str();
  }
  EXPECT_EQ(examples, 1 + 21 + 9);
}

TEST(Rules, EveryReservedWordIsDocumented) {
  std::string readme = readFile(std::string(ATTNC_SPECS_DIR) + "/README.md");
  std::string section = readme.substr(readme.find("## 5."), readme.find("## 6.") - readme.find("## 5."));
  size_t words = 0;
  auto check = [&](auto &list) {
    for (std::string_view word : list) {
      EXPECT_NE(section.find("`" + std::string(word) + "`"), std::string::npos) << word;
      ++words;
    }
  };
  check(keys::kTopReserved);
  check(keys::kHeadsReserved);
  check(keys::kMaskReserved);
  check(keys::kScoreReserved);
  check(keys::kInputReserved);
  check(keys::kParamReserved);
  check(keys::kOutputsReserved);
  check(keys::kScheduleReserved);
  check(keys::kPhasesReserved);
  check(keys::kLayoutsReserved);
  check(keys::kDtypesReserved);
  EXPECT_GT(words, 80u);
}
