// FuzzTest.cpp - deterministic mutations of good specs: reading must end, and a failure must be a located
// Status.
#include "TestSpecs.h"

#include <algorithm>
#include <cstdlib>
#include <random>

using namespace attnc;
using namespace attnc::test;

namespace {

/// Cases of a loop; ATTNC_FUZZ_SCALE multiplies them for a longer run.
int cases() {
  const char *scale = std::getenv("ATTNC_FUZZ_SCALE");
  return 6000 * std::max(1, scale ? std::atoi(scale) : 1);
}

/// Seeds that use every section and every scalar style.
std::vector<std::string> seeds() {
  std::vector<std::string> out;
  for (const std::string &name : kCatalog)
    out.push_back(readFile(catalogPath(name)));
  out.push_back(edited(
      {"mask: {any: [&c {all: [causal, {window: {left: 5, right: 1}}]}, {not: {chunked: 64}}, *c]}",
       "inputs: {bias: {shape: [heads, q_len, 16], dtype: f32}, seg: {shape: [kv_len], dtype: bool}}",
       "params: {cap: {type: f32, default: 1e-3}, w: {type: i32}}",
       "score: {scale: cap, softcap: 3.5, expr: \"s + bias[h, q, kv] if seg[kv] else clamp(s, -1, w)\"}",
       "outputs: [out, lse]", "schedule: {tile_q: 64, tile_kv: 32, stages: 2, warps: 4}"}));
  out.push_back(edited({"mask: |\n  kv <= q\n  and not (q - kv) // 64 % 2 == 1\n"}));
  out.push_back(edited({"mask: 'kv < q or (kv == 0 and h >= 2)'"}));
  out.push_back(edited({"qkv: fused", "cache: {layout: paged, page: 16, dtype: e4m3}",
                        "append: {at: write_indices}", "rope: {keys: append}", "outputs: [out, k_rotated]"}));
  out.push_back(edited(
      {"phase: append", "-mask", "layout: {k: bhsd}", "cache: {layout: contiguous}", "rope: {of: [k]}"}));
  return out;
}

const std::vector<std::string> kPieces{":",
                                       ": ",
                                       "- ",
                                       "{",
                                       "}",
                                       "[",
                                       "]",
                                       ",",
                                       "'",
                                       "\"",
                                       "|\n",
                                       ">-\n",
                                       "&a ",
                                       "*a",
                                       "!!int ",
                                       "%YAML 1.1\n",
                                       "---\n",
                                       "...\n",
                                       "\t",
                                       "\r\n",
                                       "\n",
                                       "  ",
                                       "# ",
                                       "? ",
                                       "<<",
                                       "~",
                                       "0",
                                       "-1",
                                       "9223372036854775808",
                                       "1e999",
                                       ".nan",
                                       "(",
                                       ")",
                                       "not ",
                                       " and ",
                                       " if ",
                                       " else ",
                                       "**",
                                       "//",
                                       "%",
                                       "==",
                                       "kv",
                                       "prefix[b]",
                                       "\xc3\xa9",
                                       "\xff",
                                       "\\",
                                       "\\x41",
                                       "\\\n",
                                       std::string(1, '\0'),
                                       "((((((((((",
                                       "[[[[[[[[[[",
                                       "- - - - - - ",
                                       "{a: {a: {a: {a: "};

std::string mutate(std::string text, std::mt19937 &random, const std::vector<std::string> &all) {
  auto below = [&](size_t n) { return n ? random() % n : 0; };
  for (size_t edits = 1 + below(4); edits > 0; --edits) {
    size_t at = below(text.size() + 1), length = std::min(below(12), text.size() - at);
    switch (below(6)) {
    case 0:
      text.erase(at, length);
      break;
    case 1:
      text.insert(at, kPieces[below(kPieces.size())]);
      break;
    case 2:
      text.replace(at, length, kPieces[below(kPieces.size())]);
      break;
    case 3: // repeat a part
      text.insert(at, text.substr(at, below(60)));
      break;
    case 4: { // a part of another spec
      const std::string &other = all[below(all.size())];
      text.insert(at, other.substr(below(other.size()), below(60)));
      break;
    }
    default:
      if (at < text.size())
        text[at] = static_cast<char>(random());
    }
  }
  return text;
}

/// What must hold of any text at all.
void readOnce(const std::string &text, size_t &accepted) {
  Result<Spec> spec = readSpecText(text, "fuzz.yaml");
  if (!spec.ok()) {
    Status status = spec.status();
    ASSERT_FALSE(status.message().empty());
    ASSERT_TRUE(status.code() == Code::InvalidSpec || status.code() == Code::Unsupported) << status.str();
    ASSERT_TRUE(status.where().valid() || text.size() > 256 * 1024) << status.str() << "\n" << text;
    auto lines = 1 + std::count(text.begin(), text.end(), '\n');
    ASSERT_LE(status.where().line, lines) << status.str();
    return;
  }
  ++accepted;
  std::string canonical = specText(*spec);
  Result<Spec> again = readSpecText(canonical, "canonical.yaml");
  ASSERT_TRUE(again.ok()) << again.status().str() << "\nfrom\n" << text << "\nas\n" << canonical;
  ASSERT_EQ(specText(*again), canonical);
}

} // namespace

TEST(Fuzz, MutatedSpecsNeverCrashAndStayCanonical) {
  std::mt19937 random(20240611);
  std::vector<std::string> all = seeds();
  for (const std::string &seed : all)
    ASSERT_TRUE(readSpecText(seed, "seed.yaml").ok()) << readSpecText(seed, "seed.yaml").status().str();
  size_t accepted = 0;
  const int count = cases();
  for (int i = 0; i < count; ++i) {
    std::string text = mutate(all[random() % all.size()], random, all);
    ASSERT_NO_FATAL_FAILURE(readOnce(text, accepted)) << "case " << i;
  }
  EXPECT_GT(accepted, 300u); // the mutations are not all hopeless
}

TEST(Fuzz, TokenSoupInExpressions) {
  std::mt19937 random(7);
  const std::vector<std::string> words{
      "q",  "kv",   "s",    "h",      "1",    "2.5",   "(",  ")",    "[",     "]",   ",",  "+",
      "-",  "*",    "//",   "%",      "/",    "<",     "<=", "==",   "!=",    "and", "or", "not",
      "if", "else", "min(", "clamp(", "exp(", "bias[", "w",  "True", "False", "0"};
  size_t accepted = 0;
  const int count = cases();
  for (int i = 0; i < count; ++i) {
    std::string expr;
    for (size_t n = 1 + random() % 14; n > 0; --n)
      expr += words[random() % words.size()] + " ";
    std::string key = random() % 2 ? "mask: {any: [\"bias[0] < w\", \"" + expr + "\"]}"
                                   : "score: {expr: \"" + expr + " + bias[w] + s\"}";
    std::string text =
        edited({"inputs: {bias: {shape: [kv_len], dtype: f16}}", "params: {w: {type: i32}}", key});
    ASSERT_NO_FATAL_FAILURE(readOnce(text, accepted)) << text;
  }
  EXPECT_GT(accepted, 50u);
}

TEST(Fuzz, HugeAndDeepInputsEndQuickly) {
  size_t accepted = 0;
  for (const char *piece :
       {"[", "{",   "- ",  "? ",  "{a: ", "((((", "&a [*a, ", "'",    "\"\\", "a: ", "\n",    "-\n",  "a:\n ",
        "!", "*a ", "&a ", "|\n", "# ",   ",",    "1",        "not ", "-",    "%",   "---\n", "...\n"}) {
    for (const char *before : {"", "mask: ", "mask: \"", "attnc: 1\nmask: |\n  "}) {
      for (size_t bytes : {2000u, 60000u, 300000u}) {
        std::string text = before;
        while (text.size() < bytes)
          text += piece;
        ASSERT_NO_FATAL_FAILURE(readOnce(text, accepted)) << piece << " after " << before;
      }
    }
  }
  for (const char *piece :
       {"(", "-", "not ", "q<", "q+", "min(q,", "1 if q<kv else ", "q[", "a", "9", "kv*(", "q<(1 if "}) {
    for (size_t bytes : {500u, 5000u, 30000u}) {
      std::string expr;
      while (expr.size() < bytes)
        expr += piece;
      ASSERT_NO_FATAL_FAILURE(readOnce(edited({"mask: \"" + expr + "q\""}), accepted)) << piece;
    }
  }
}
