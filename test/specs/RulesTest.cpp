// RulesTest.cpp - what holds for all rules together: reference, code and tests agree.
//
// Must not test a single rule: the *RulesTest.cpp beside it do.
#include "TestSpecs.h"

#include "specs/SpecCheck.h"

#include <regex>
#include <set>

using namespace attnc;
using namespace attnc::test;

namespace {

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

/// The reference, the code and the tests name the same rules.
TEST(Rules, ReferenceAndTestsAgree) {
  std::set<std::string> documented =
      labelsIn(readFile(std::string(ATTNC_SPECS_DIR) + "/README.md"), R"(\| ([YKES]\d+) \|)");
  std::set<std::string> tested;
  for (const char *file : {"ActiveRulesTest.cpp", "AppendRulesTest.cpp", "CacheRulesTest.cpp",
                           "CacheTokensTest.cpp", "DeclarationRulesTest.cpp", "ExprTest.cpp",
                           "ExtendSpecTest.cpp", "FieldRulesTest.cpp", "KeyRulesTest.cpp",
                           "MaskRulesTest.cpp", "NamedTermTest.cpp", "RopeRulesTest.cpp", "YamlTreeTest.cpp"})
    tested.merge(
        labelsIn(readFile(std::string(ATTNC_SPECS_TEST_DIR) + "/" + file), R"((?:\{"|// )([YKES]\d+)\b)"));
  EXPECT_EQ(documented, tested);

  std::set<std::string> enforced;
  for (const char *file :
       {"ExprLexer.cpp", "ExprParser.cpp", "ExprTyping.cpp", "ExtendSpec.cpp", "FieldReader.cpp",
        "ReadAppend.cpp", "ReadCache.cpp", "ReadCacheTokens.cpp", "ReadDeclarations.cpp", "NamedTerm.cpp",
        "ReadMaskScore.cpp", "ReadRope.cpp", "RopeCheck.cpp", "SpecCheck.cpp", "SpecReader.cpp",
        "TermTexts.cpp", "YamlTree.cpp"})
    enforced.merge(labelsIn(readFile(std::string(ATTNC_SPECS_DIR) + "/" + file), R"(//+ ([YKES]\d+)\b)"));
  EXPECT_EQ(documented, enforced);
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
  EXPECT_EQ(messageOf([](Spec &s) { s.dtype.value = DType::I32; }),
            "expected f16, bf16 or f32 for 'dtype', got 'i32'");
  EXPECT_EQ(messageOf([](Spec &s) { s.mask = {MaskNode::Kind::Chunked, {}, {}, {}, 0, {}, {}, {}}; }),
            "expected a chunk size between 1 and 2147483647, got 0");
  EXPECT_EQ(messageOf([](Spec &s) { s.mask = {MaskNode::Kind::Window, {}, -1, {}, 0, {}, {}, {}}; }),
            "expected a window side between 0 and 2147483647, got -1");
  EXPECT_EQ(messageOf([](Spec &s) { s.axes.v = "bsh"; }),
            "expected an order of the letters b, s, h and d, got 'bsh'");
  EXPECT_EQ(messageOf([](Spec &s) { s.newTokens.value = 17; }),
            "expected 'new_tokens' between 1 and 16, got 17");
  EXPECT_EQ(messageOf([](Spec &s) { s.cache.emplace().page = 257; }),
            "expected 'page' between 0 (a contiguous cache) and 256, got 257");
  EXPECT_EQ(messageOf([](Spec &s) { s.cache.emplace().orderV = "nhh"; }),
            "expected an order of the letters n, h and d of a cache, got 'nhh'");
  EXPECT_EQ(messageOf([](Spec &s) { s.cache.emplace().ownTables = true; }),
            "expected page tables only in a paged cache, got one in a contiguous one");
  EXPECT_EQ(messageOf([](Spec &s) { s.append.emplace(); }),
            "expected a 'cache' where tokens are appended, got none");
  EXPECT_EQ(messageOf([](Spec &s) { s.phase.value = Phase::Append; }),
            "expected 'append' in 'phase: append', got none");
  auto alone = [](Spec &s) {
    s.phase.value = Phase::Append;
    s.cache.emplace();
    s.append.emplace();
    s.mask = {};
  };
  EXPECT_EQ(messageOf(alone), "");
  EXPECT_EQ(messageOf([&](Spec &s) { alone(s), s.mask.kind = MaskNode::Kind::Causal; }),
            "expected no 'mask' in 'phase: append', where nothing attends, got one");
  EXPECT_EQ(messageOf([&](Spec &s) { alone(s), s.outputs.lse = true; }),
            "expected only k_rotated and debug in 'outputs' of 'phase: append', where nothing attends, got more");
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
    Result<Spec> spec = readSpecText((*i)[1].str(), "README.md", ATTNC_SPECS_DIR);
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
    Result<Spec> spec = readSpecText(edited(edits), "README.md", ATTNC_SPECS_DIR);
    EXPECT_TRUE(spec.ok()) << cell << "\n" << spec.status().str();
  }
  EXPECT_EQ(examples, 9 + 65 + 21);
}
