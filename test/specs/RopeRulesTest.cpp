// RopeRulesTest.cpp - rules S70..S78: rotation.
#include "RuleCases.h"

using namespace attnc;
using namespace attnc::test;

namespace {

const std::string kPositions = "inputs: {p: {shape: [total_kv], dtype: i32}}";
const std::string kTables = "inputs: {c: {shape: [99, 64], dtype: f16}, d: {shape: [99, 64], dtype: f16}}";

const std::vector<Bad> kBad{
    {"K1", {"rope: {theta: 1}"}, "unknown key 'theta' in 'rope'; expected style, dim, of, keys, base, scaling, frequencies, tables, "
                                 "positions or sections", 9, 8},
    {"K3", {"rope: neox"}, "expected a mapping for 'rope', got 'neox'", 9, 7},
    {"K4", {"rope: {style: llama}"}, "expected neox or gptj for 'style', got 'llama'", 9, 15},
    {"K5", {"rope: {tables: {cos: c}}"}, "expected 'sin' in 'tables', got none", 9, 8},
    {"K5", {"rope: {scaling: {yarn: {factor: 4.0}}}"}, "expected 'original_length' in 'yarn', got none", 9, 18},
    {"K3", {"rope: {scaling: {}}"}, "expected one rule in 'scaling', got 0", 9, 8},
    {"S70", {"rope: {dim: 63}"}, "expected 'dim' to be even and from 2 to head_dim (128), got 63", 9, 13, 5, 11},
    {"S70", {"rope: {dim: 130}"}, "expected 'dim' to be even and from 2 to head_dim (128), got 130", 9, 13, 5, 11},
    {"S71", {"rope: {base: 1.0}"}, "expected 'base' to be a number above 1, got 1.0", 9, 14},
    {"S72",
     {"inputs: {f: {shape: [64], dtype: f32}}", "rope: {frequencies: f, base: 9.0}"},
     "expected no 'base' beside 'frequencies', which have the angles, got one",
     10,
     30,
     10,
     21},
    {"S72",
     {kTables, "rope: {tables: {cos: c, sin: d}, scaling: {linear: 2.0}}"},
     "expected no 'scaling' beside 'tables', which have the angles, got one",
     10,
     44,
     10,
     22},
    {"S72",
     {kTables, "rope: {tables: {cos: c, sin: d}, frequencies: c}"},
     "expected either 'frequencies' or 'tables', got both",
     10,
     22,
     10,
     47},
    {"S26", {"rope: {frequencies: f}"}, "expected an input of 'inputs' for 'frequencies', got 'f'", 9, 21},
    {"S73",
     {"inputs: {f: {shape: [128], dtype: f32}}", "rope: {frequencies: f}"},
     "expected an f32 input of shape [64], a number for each pair of dims, for 'frequencies', got 'f'",
     10,
     21,
     9,
     10},
    {"S73",
     {"inputs: {c: {shape: [99, 64], dtype: f16}, d: {shape: [98, 64], dtype: f16}}", "rope: {tables: {cos: c, sin: d}}"},
     "expected inputs of one shape and dtype for 'cos' and 'sin', got 'c' and 'd'",
     10,
     30,
     9,
     10},
    {"S73",
     {"inputs: {c: {shape: [99, 128], dtype: f16}, d: {shape: [99, 128], dtype: f16}}",
      "rope: {tables: {cos: c, sin: d}}"},
     "expected a float input of shape [positions, 64] for 'cos', got 'c'",
     10,
     22,
     9,
     10},
    {"S73",
     {"inputs: {c: {shape: [total_q, 64], dtype: f16}, d: {shape: [total_q, 64], dtype: f16}}",
      "rope: {tables: {cos: c, sin: d}}"},
     "expected an axis kv_len or total_kv, as k is rotated by it for 'cos', got 'c'",
     10,
     22,
     9,
     10},
    {"S74",
     {"inputs: {p: {shape: [total_kv], dtype: f32}}", "rope: {positions: p}"},
     "expected an i32 input for the positions of q, got 'p'",
     10,
     19,
     9,
     10},
    {"S74",
     {"inputs: {p: {shape: [total_q], dtype: i32}}", "rope: {positions: p}"},
     "expected an axis kv_len or total_kv, as k is rotated by it for the positions of k, got 'p'",
     10,
     19,
     9,
     10},
    {"S74",
     {"inputs: {p: {shape: [heads, total_kv], dtype: i32}}", "rope: {positions: p}"},
     "expected axes of batch and tokens for the positions of q, got 'p'",
     10,
     19,
     9,
     10},
    {"S74",
     {kPositions, "rope: {of: [k], positions: {q: p}}"},
     "expected positions of what is rotated, got some of q",
     10,
     32,
     10,
     1},
    {"S74",
     {"inputs: {c: {shape: [total_kv, 64], dtype: f16}, d: {shape: [total_kv, 64], dtype: f16}, p: {shape: [total_kv], "
      "dtype: i32}}",
      "rope: {tables: {cos: c, sin: d}, positions: p}"},
     "expected no 'positions' beside tables by token, got 'p'",
     10,
     45,
     10,
     22},
    {"S75", {"rope: {sections: [64]}"}, "expected 2 to 4 sections, one for each position of a token, got 1", 9, 18},
    {"S75",
     {kPositions, "rope: {sections: [16, 24, 25], positions: p}"},
     "expected a first axis of 3, one position for each section, for the positions of q, got 'p'",
     10,
     43,
     9,
     10},
    {"S75",
     {"inputs: {p: {shape: [3, total_kv], dtype: i32}}", "rope: {sections: [16, 24, 25], positions: p}"},
     "expected sections of 64 pairs of dims together, got 65",
     10,
     18,
     10,
     1},
    {"S75",
     {"inputs: {p: {shape: [3, total_kv], dtype: i32}}", "rope: {sections: [16, 24, 24], positions: {q: p}}"},
     "expected 'positions' with 'sections', for all that is rotated, got none",
     10,
     18,
     10,
     1},
    {"S76", {"rope: {scaling: {linear: 0.5}}"}, "expected 'factor' to be a number of at least 1, got 0.5", 9, 18},
    {"S76",
     {"rope: {scaling: {llama3: {factor: 8.0, original_length: 8192, low_freq_factor: 4.0}}}"},
     "expected 'high_freq_factor' to be a number above 4.0, got 4.0",
     9,
     18},
    {"S76",
     {"rope: {scaling: {yarn: {factor: 8.0, original_length: 8192, beta_fast: 0.5}}}"},
     "expected 'beta_fast' to be a number above 1.0, got 0.5",
     9,
     18},
    {"S76",
     {"rope: {dim: 2, scaling: {ntk: {factor: 8.0, original_length: 8192}}}"},
     "expected a 'dim' above 2 with 'ntk', which scales by the r/(r - 2)th power, got 2",
     9,
     26},
    {"S76",
     {"rope: {dim: 4, scaling: {longrope: {short_factor: [1.0], long_factor: [1.0, 2.0], original_length: 64, factor: 2.0}}}"},
     "expected 2 numbers in 'short_factor', one for each pair of dims, got 1",
     9,
     26},
    {"S77", {"rope: {of: []}"}, "expected q or k in 'of', got nothing", 9, 12},
    {"S78",
     {"cache: {layout: contiguous}", "rope: {base: 500000.0}"},
     "expected 'of' in 'rope' where keys are cached: [q] where they are stored rotated, [q, k] where they are rotated as "
     "they are read, got none",
     10,
     1,
     9,
     1},
    {"S77", {"rope: {of: [q, q]}"}, "expected each of q and k once in 'of', got 'q' again", 9, 16},
};

TEST(RopeRules, HaveTheirMessages) { expectRules(kBad); }

TEST(RopeText, HasAllDefaults) {
  auto lineOf = [](const std::vector<std::string> &edits) {
    Result<Spec> spec = readSpecText(edited(edits), "rope.yaml");
    EXPECT_TRUE(spec.ok()) << spec.status().str();
    if (!spec.ok())
      return std::string();
    const std::string text = specText(*spec);
    EXPECT_EQ(specText(*readSpecText(text, "again.yaml")), text);
    const size_t at = text.find("rope: ");
    return text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(lineOf({"rope: {}"}), "rope: {style: neox, dim: 128, of: [q, k], base: 10000.0}");
  EXPECT_EQ(lineOf({"rope: {scaling: {linear: 4}}"}),
            "rope: {style: neox, dim: 128, of: [q, k], base: 10000.0, scaling: {linear: {factor: 4.0}}}");
  EXPECT_EQ(lineOf({"rope: {scaling: {yarn: {factor: 1.0, original_length: 64}}}"}),
            "rope: {style: neox, dim: 128, of: [q, k], base: 10000.0, scaling: {yarn: {factor: 1.0, original_length: 64, "
            "beta_fast: 32.0, beta_slow: 1.0, truncate: true, attention_factor: 1.0}}}");
  EXPECT_EQ(lineOf({kPositions, "rope: {of: [k], positions: p}"}),
            "rope: {style: neox, dim: 128, of: [k], base: 10000.0, positions: {k: p}}");
  EXPECT_EQ(lineOf({kTables, "rope: {style: gptj, tables: {cos: c, sin: d}}"}),
            "rope: {style: gptj, dim: 128, of: [q, k], tables: {cos: c, sin: d}}");
}

/// A rotation by position is a reason for an anchor, one by row is none.
TEST(RopeText, SaysTheAnchorWhereItMatters) {
  auto anchored = [](const std::vector<std::string> &edits) {
    std::vector<std::string> all{"mask: none"};
    all.insert(all.end(), edits.begin(), edits.end());
    Result<Spec> spec = readSpecText(edited(all), "rope.yaml");
    EXPECT_TRUE(spec.ok()) << spec.status().str();
    return spec.ok() && specText(*spec).find("anchor: ") != std::string::npos;
  };
  EXPECT_TRUE(anchored({"rope: {}"}));
  EXPECT_FALSE(anchored({"rope: {of: [k]}"}));
  EXPECT_TRUE(anchored({kPositions, "rope: {positions: p}"}));
  EXPECT_FALSE(anchored({"inputs: {p: {shape: [total_q], dtype: i32}}", "rope: {positions: {q: p}}"}));
}

} // namespace
