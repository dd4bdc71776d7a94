// SpecTextTest.cpp - canonical text: goldens of the catalogue, order and style do not matter, reading back is
// exact.
#include "TestSpecs.h"

#include <random>
#include <set>

using namespace attnc;
using namespace attnc::test;

namespace {

std::string canonical(const std::string &text) {
  Result<Spec> spec = readSpecText(text, "spec.yaml");
  EXPECT_TRUE(spec.ok()) << spec.status().str() << "\n" << text;
  return spec.ok() ? specText(*spec) : "";
}

/// A random valid spec: every key, every mask, nested combinations, random expressions.
class Generator {
public:
  explicit Generator(unsigned seed) : random(seed) {}

  std::string spec() {
    const char *dims[] = {"64", "128", "256"};
    int kv = 1 + below(8);
    std::string out = "attnc: 1\nname: s" + number(9999) + "\n";
    const bool decode = below(2);
    out += decode ? "phase: decode\n" : "phase: prefill\n";
    out += decode && below(2) ? "new_tokens: " + number(16) + "\n" : "";
    const bool cached = below(2);
    out += cached ? "cache: " + cache() + "\n" : "";
    out += cached && below(2) ? "append: " + pick({"end", "write_indices"}) + "\n" : "";
    out += "heads: {kv: " + std::to_string(kv) + ", query: " + std::to_string(kv * (1 + below(9))) + "}\n";
    out += std::string("head_dim: ") + dims[below(3)] +
           "\ndtype: " + pick({"f16", "bf16", "f32", "f16\naccumulate: f16", "f32\nprecision: tf32"}) + "\n";
    out += below(2) ? "fallback: plain\n" : "";
    out += below(2) ? "layout: packed\n" : "layout: padded\nlengths: " + pick({"none", "kv", "both"}) + "\n";
    // Reads everything that is declared, and q, so that nothing is without effect.
    out += "inputs: {bias: {shape: [heads, " + number(99) + "], dtype: " + pick({"f32", "f16", "bf16"}) +
           "}, seen: {shape: [batch, kv_len], dtype: bool}}\n";
    out +=
        "params: {w: {type: i32, default: -" + number(99) + "}, g: {type: f32, default: " + real() + "}}\n";
    out += "anchor: " + pick({"top_left", "bottom_right"}) + "\n";
    out += "mask: {any: [\"seen[b, kv] and w <= q\", " + mask(3) + "]}\n";
    out += "score: {scale: " + (below(2) ? real() : std::string("g")) + ", softcap: " + real() +
           ", expr: \"s * g + bias[h, q] + " + floating(3) + "\"}\n";
    out += below(2) ? "outputs: [lse, out]\n" : "";
    out += below(2) ? "schedule: {stages: 3, tile_q: " + std::to_string(16 * (1 + below(16))) + "}\n" : "";
    return out;
  }

private:
  std::mt19937 random;

  int below(int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }
  std::string number(int n) { return std::to_string(1 + below(n)); }
  std::string pick(std::initializer_list<const char *> words) {
    return *(words.begin() + below(int(words.size())));
  }
  /// All 53 bits matter: text must be exact.
  std::string real() {
    char text[64];
    double mantissa = std::uniform_real_distribution<double>(0.1, 10.0)(random);
    snprintf(text, sizeof text, "%.17ge%d", mantissa, below(40) - 20);
    return text;
  }

  std::string cache() {
    std::string out = "{layout: contiguous";
    if (below(2))
      out = "{layout: paged, page: " + number(256) + (below(2) ? ", tables: separate" : "");
    else if (below(2))
      out += ", pools: combined";
    return out + (below(2) ? ", order: " + pick({"nhd", "hnd", "hdn", "dnh"}) : "") + "}";
  }

  std::string mask(int depth) {
    switch (below(depth > 0 ? 8 : 5)) {
    case 0:
      return "causal";
    case 1:
      return "{sliding_window: " + number(5000) + "}";
    case 2:
      return "{window: {right: " + number(50) + (below(2) ? ", left: " + number(50) : "") + "}}";
    case 3:
      return "{chunked: " + number(512) + "}";
    case 4:
      return "\"(" + truth(3) + ") or q < kv\"";
    case 5:
      return "{not: " + mask(depth - 1) + "}";
    case 6:
      return "{all: [" + mask(depth - 1) + ", " + mask(depth - 1) + "]}";
    default:
      return "{any: [" + mask(depth - 1) + "]}";
    }
  }
  std::string truth(int depth) {
    if (depth == 0)
      return pick({"seen[b, kv]", "True", "q != kv", "h < 2"});
    switch (below(6)) {
    case 0:
      return "not " + truth(depth - 1);
    case 1:
      return "(" + truth(depth - 1) + ")" + pick({" and ", " or ", " == ", " != "}) + "(" + truth(depth - 1) +
             ")";
    case 2:
      return integer(depth - 1) + pick({" < ", " <= ", " == "}) + integer(depth - 1) +
             pick({" > ", " >= ", " != "}) + integer(depth - 1);
    case 3:
      return "(" + truth(depth - 1) + " if " + truth(depth - 1) + " else " + truth(depth - 1) + ")";
    case 4:
      return integer(depth - 1) + " < " + real();
    default:
      return truth(depth - 1);
    }
  }
  std::string integer(int depth) {
    if (depth == 0)
      return pick({"q", "kv", "q_row", "h", "kvh", "b", "q_len", "kv_len", "w", "7"});
    switch (below(4)) {
    case 0:
      return "(" + integer(depth - 1) + pick({" + ", " - ", " * "}) + integer(depth - 1) + ")";
    case 1:
      return integer(depth - 1) + pick({" // ", " % "}) + number(9);
    case 2:
      return pick({"min", "max"}) + "(" + integer(depth - 1) + ", " + integer(depth - 1) + ")";
    default:
      return "-" + integer(depth - 1);
    }
  }
  std::string floating(int depth) {
    if (depth == 0)
      return below(2) ? real() : pick({"s", "g", "bias[h, kv]", "q", "1"});
    switch (below(4)) {
    case 0:
      return "(" + floating(depth - 1) + pick({" + ", " - ", " * "}) + floating(depth - 1) + ")";
    case 1:
      return pick({"exp", "tanh", "silu", "abs", "-"}) + "(" + floating(depth - 1) + ")";
    case 2:
      return "clamp(" + floating(depth - 1) + ", " + floating(0) + ", " + floating(depth - 1) + ")";
    default:
      return "(" + floating(depth - 1) + " if " + truth(depth - 1) + " else " + floating(depth - 1) + ")";
    }
  }
};

} // namespace

TEST(SpecText, GoldensOfTheCatalogue) {
  for (const std::string &name : kCatalog) {
    Result<Spec> spec = readSpec(catalogPath(name));
    ASSERT_TRUE(spec.ok()) << spec.status().str();
    std::string text = specText(*spec);
    EXPECT_EQ(text, readFile(std::string(ATTNC_SPECS_TEST_DIR) + "/golden/" + name + ".yaml"));
    EXPECT_EQ(canonical(text), text);
  }
}

TEST(SpecText, StyleAndOrderDoNotMatter) {
  std::string flow =
      edited({"heads: 8", "mask: {any: [causal, 'kv  <  w']}", "score: {softcap: 50, scale: .5}",
              "params: {w: {default: 3, type: i32}, g: {type: f32}}", "outputs: [lse, out]", "-mask",
              "mask: {any: [causal, 'kv  <  w*1']}", "score: {softcap: 50, scale: g}"});
  std::string block =
      "params:\n  g: {type: f32}\n  w:\n    type: i32\n    default: 3\nscore:\n  scale: g\n  softcap: 5e1\n"
      "outputs:\n  - out\n  - lse\nmask:\n  any:\n    - causal\n    - expr: >\n        (kv\n        < w * "
      "1)\n"
      "layout: 'packed'\ndtype: \"bf16\"\nhead_dim: 128\nheads:\n  kv: 8\n  query: 8\nphase: prefill\nname: "
      "base\n"
      "anchor: bottom_right\nattnc: 1\n";
  EXPECT_EQ(canonical(flow), canonical(block));
}

/// Every form of a cache reads back, with every layout of queries and outputs.
TEST(SpecText, CachesReadBack) {
  std::vector<std::string> forms;
  const std::vector<std::string> paged{"contiguous", "paged, page: 1", "paged, page: 256, table: csr",
                                       "paged, page: 16, tables: separate",
                                       "paged, page: 3, table: csr, tables: separate"};
  for (const std::string &kind : paged)
    for (const char *rest : {"", ", order: hnd", ", order: {k: hdn}", ", order: {k: hdn, v: dhn}"})
      forms.push_back("cache: {layout: " + kind + rest + "}");
  forms.push_back("cache: {layout: contiguous, pools: combined, order: dhn}");
  for (const std::string dtype :
       {"e4m3", "i8, scale: head", "{k: e5m2}", "{v: i8}, scale: head", "{k: i8, v: e4m3}",
        "i4, scale: token, group: 32", "{k: i4}", "{k: i4, v: i8}, scale: channel", "e5m2, scale: token"})
    forms.push_back("cache: {layout: contiguous, dtype: " + dtype + "}");
  forms.push_back("cache: {layout: paged, page: 16, table: csr, pools: combined, order: {k: hnd, v: hnd}}");
  std::set<std::string> texts;
  size_t specs = 0;
  for (const std::string &form : forms)
    for (const char *layout : {"packed", "padded", "bhsd", "dhsb", "{q: bdhs}", "{out: bhsd}",
                               "{q: bhsd, out: bhsd}", "{q: bhsd, out: sbhd}"}) {
      std::string text = canonical(edited({"phase: decode", form, std::string("layout: ") + layout}));
      EXPECT_EQ(canonical(text), text) << form << " " << layout;
      texts.insert(text);
      ++specs;
    }
  EXPECT_EQ(texts.size(), specs - forms.size()); // {q: bhsd, out: bhsd} is bhsd
}

/// What stands for a default is the default, and keys of a cache come in any order.
TEST(SpecText, CachesWriteDefaultsOut) {
  EXPECT_EQ(canonical(edited({"phase: decode", "cache: {page: 16, layout: paged}"})),
            canonical(edited(
                {"phase: decode", "new_tokens: 1",
                 "cache: {layout: paged, table: dense, tables: shared, pools: separate, order: {k: nhd, "
                 "v: nhd}, page: 16}"})));
  std::string text = canonical(edited({"cache: {layout: paged, page: 16, table: csr}"}));
  EXPECT_NE(
      text.find(
          "\ncache: {layout: paged, page: 16, table: csr, tables: shared, pools: separate, order: nhd}\n"),
      std::string::npos)
      << text;
}

TEST(SpecText, DifferentRequestsHaveDifferentTexts) {
  std::set<std::string> texts;
  const std::vector<std::vector<std::string>> edits{
      {},
      {"name: other"},
      {"heads: 8"},
      {"head_dim: 64"},
      {"dtype: f16"},
      {"layout: padded"},
      {"layout: padded", "lengths: kv"},
      {"anchor: top_left"},
      {"mask: none"},
      {"mask: {window: {left: 5}}"},
      {"mask: {window: {right: 5}}"},
      {"mask: kv <= q"},
      {"mask: {all: [causal]}"},
      {"mask: {any: [causal]}"},
      {"mask: {not: causal}"},
      {"mask: {chunked: 5}"},
      {"score: {scale: 1.0}"},
      {"score: {softcap: 1.0}"},
      {"score: {expr: s * 2}"},
      {"score: {expr: s * 2.5}"},
      {"outputs: [out, lse]"},
      {"schedule: {warps: 4}"},
      {"schedule: {stages: 4}"},
      {"schedule: {packing: true}"},
      {"schedule: {packing: false}"},
      {"phase: decode"},
      {"phase: decode", "new_tokens: 2"},
      {"cache: {layout: contiguous}"},
      {"cache: {layout: contiguous, order: hnd}"},
      {"cache: {layout: contiguous, order: {v: hnd}}"},
      {"cache: {layout: contiguous, pools: combined}"},
      {"cache: {layout: paged, page: 16}"},
      {"cache: {layout: paged, page: 32}"},
      {"cache: {layout: paged, page: 16, table: csr}"},
      {"cache: {layout: paged, page: 16, tables: separate}"},
      {"cache: {layout: contiguous}", "append: end"},
      {"cache: {layout: contiguous}", "append: write_indices"},
      {"cache: {layout: contiguous}", "append: end", "qkv: fused"},
      {"cache: {layout: contiguous}", "append: end", "qkv_bias: true"},
      {"cache: {layout: contiguous}", "append: end", "rope: {}"},
      {"cache: {layout: contiguous}", "append: end", "rope: {keys: read}"},
      {"cache: {layout: contiguous}", "append: end", "rope: {of: [q]}"},
      {"cache: {layout: contiguous}", "append: end", "rope: {}", "outputs: [out, k_rotated]"},
      {"cache: {layout: contiguous}", "phase: append", "-mask"},
      {"cache: {layout: contiguous}", "phase: append", "-mask", "append: write_indices"},
      {"cache: {layout: contiguous}", "layout: {q: bhsd}"},
      {"cache: {layout: contiguous}", "layout: {out: bhsd}"},
      {"mask: kv < w", "params: {w: {type: i32}}"},
      {"mask: kv < w", "params: {w: {type: f32}}"},
      {"mask: kv < w", "params: {w: {type: i32, default: 0}}"},
      {"mask: "
       "'x[kv]'",
       "inputs: {x: {shape: [4], dtype: bool}}"},
      {"mask: 'x[kv]'", "inputs: {x: {shape: [kv_len], dtype: bool}}"}};
  for (const auto &edit : edits)
    texts.insert(canonical(edited(edit)));
  EXPECT_EQ(texts.size(), edits.size());
}

TEST(SpecText, ReadingBackIsExactForGeneratedSpecs) {
  Generator generator(42);
  for (int i = 0; i < 2000; ++i) {
    std::string source = generator.spec();
    Result<Spec> spec = readSpecText(source, "generated.yaml");
    ASSERT_TRUE(spec.ok()) << spec.status().str() << "\n" << source;
    std::string text = specText(*spec);
    Result<Spec> again = readSpecText(text, "canonical.yaml");
    ASSERT_TRUE(again.ok()) << again.status().str() << "\n" << text;
    ASSERT_EQ(specText(*again), text);
    EXPECT_EQ(again->score.scale.value, spec->score.scale.value) << text;
    EXPECT_EQ(again->score.softcap->value, spec->score.softcap->value) << text;
  }
}
