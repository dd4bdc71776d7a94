// FormulaTest.cpp - grammar, floor semantics, checked arithmetic, hostile input.
#include "runtime/core/Formula.h"

#include <gtest/gtest.h>
#include <random>

namespace attnc {
namespace {

int64_t eval(const std::string &text) {
  Result<int64_t> value = evaluateFormula({text}, {{"q_len", 300}, {"batch", 3}, {"k.stride0", 1024}});
  EXPECT_TRUE(value.ok()) << text << ": " << value.status().str();
  return value.ok() ? *value : -999999;
}

std::string errorOf(const std::string &text) {
  Result<int64_t> value = evaluateFormula({text}, {{"q_len", 300}, {"zero", 0}});
  EXPECT_FALSE(value.ok()) << text;
  return value.status().message();
}

TEST(Formula, Precedence) {
  EXPECT_EQ(eval("1 + 2 * 3"), 7);
  EXPECT_EQ(eval("(1 + 2) * 3"), 9);
  EXPECT_EQ(eval("10 - 3 - 2"), 5);
  EXPECT_EQ(eval("100 / 7 % 4"), 2);
  EXPECT_EQ(eval("2*-3 + 1"), -5);
  EXPECT_EQ(eval(" q_len+batch\t*2 "), 306);
  EXPECT_EQ(eval("k.stride0 * 2"), 2048);
}

TEST(Formula, DivisionFloors) {
  EXPECT_EQ(eval("7 / 2"), 3);
  EXPECT_EQ(eval("-7 / 2"), -4);
  EXPECT_EQ(eval("7 / -2"), -4);
  EXPECT_EQ(eval("-7 % 3"), 2);
  EXPECT_EQ(eval("7 % -3"), -2);
  EXPECT_EQ(eval("-9223372036854775807 % -1"), 0);
}

TEST(Formula, Functions) {
  EXPECT_EQ(eval("ceildiv(q_len, 128)"), 3);
  EXPECT_EQ(eval("ceildiv(256, 128)"), 2);
  EXPECT_EQ(eval("ceildiv(0, 128)"), 0);
  EXPECT_EQ(eval("ceildiv(-1, 128)"), 0);
  EXPECT_EQ(eval("round_up(q_len, 64)"), 320);
  EXPECT_EQ(eval("min(max(4, 9), round_up(1, 8))"), 8);
}

TEST(Formula, ArithmeticErrors) {
  EXPECT_EQ(errorOf("q_len / zero"), "formula 'q_len / zero': division by zero");
  EXPECT_EQ(errorOf("q_len % 0"), "formula 'q_len % 0': division by zero");
  EXPECT_EQ(errorOf("ceildiv(1, 0)"), "formula 'ceildiv(1, 0)': division by zero");
  EXPECT_EQ(errorOf("9223372036854775807 + 1"), "formula '9223372036854775807 + 1': 64-bit overflow");
  EXPECT_EQ(errorOf("4611686018427387904 * 2"), "formula '4611686018427387904 * 2': 64-bit overflow");
  EXPECT_EQ(errorOf("(0 - 9223372036854775807 - 1) / -1"),
            "formula '(0 - 9223372036854775807 - 1) / -1': 64-bit overflow");
  EXPECT_EQ(errorOf("-(0 - 9223372036854775807 - 1)"),
            "formula '-(0 - 9223372036854775807 - 1)': 64-bit overflow");
  EXPECT_EQ(errorOf("round_up(9223372036854775807, 1000)"),
            "formula 'round_up(9223372036854775807, 1000)': 64-bit overflow");
  EXPECT_EQ(errorOf("kv_len + 1"), "formula 'kv_len + 1': expected a value for 'kv_len', got none");
}

TEST(Formula, SyntaxErrorsSayWhere) {
  EXPECT_EQ(errorOf(""), "formula '': expected a number, a name or '(' at column 1, got the end");
  EXPECT_EQ(errorOf("1 +"), "formula '1 +': expected a number, a name or '(' at column 4, got the end");
  EXPECT_EQ(errorOf("(1"), "formula '(1': expected ')' at column 3, got the end");
  EXPECT_EQ(errorOf("1 2"), "formula '1 2': expected an operator or the end at column 3, got '2'");
  EXPECT_EQ(errorOf("q_len $"), "formula 'q_len $': expected an operator or the end at column 7, got '$'");
  EXPECT_EQ(errorOf("floor(1, 2)"),
            "formula 'floor(1, 2)': expected ceildiv, round_up, min or max at column 1, got 'floor(1, 2)'");
  EXPECT_EQ(errorOf("min(1)"), "formula 'min(1)': expected ',' at column 6, got ')'");
  EXPECT_EQ(errorOf("12q"), "formula '12q': expected an operator or the end at column 3, got 'q'");
  EXPECT_NE(errorOf("9223372036854775808").find("expected a number below 2^63"), std::string::npos);
  EXPECT_NE(errorOf(std::string("1\0+1", 4)).find("expected an operator"), std::string::npos);
}

TEST(Formula, DepthAndLengthAreBounded) {
  const int deep = ParsedFormula::kMaxDepth - 1;
  EXPECT_EQ(eval(std::string(deep, '(') + "1" + std::string(deep, ')')), 1);
  EXPECT_NE(errorOf(std::string(100000 / 32, '(')).find("levels of nesting"), std::string::npos);
  EXPECT_NE(errorOf(std::string(4000, '-') + "1").find("levels of nesting"), std::string::npos);
  EXPECT_NE(errorOf(std::string(100000, '1')).find("at most 4096 characters"), std::string::npos);
  // The widest legal evaluation stack: a pending sum, product and call at every level.
  std::string wide;
  for (int i = 0; i < deep; ++i)
    wide += "1+1*max(1,";
  wide += "1" + std::string(deep, ')');
  EXPECT_EQ(eval(wide), deep + 1);
}

TEST(Formula, RandomTextNeverCrashes) {
  std::mt19937 random(7);
  const std::vector<std::string> tokens = {"1",        "0",         "q_len", "+", "-", "*",
                                           "/",        "%",         "(",     ")", ",", "min(",
                                           "ceildiv(", "round_up(", " ",     ".", "$", "9223372036854775807"};
  int parsed = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (size_t n = random() % 12; n-- > 0;)
      text += tokens[random() % tokens.size()];
    parsed += evaluateFormula({text}, {{"q_len", 300}}).ok();
  }
  EXPECT_GT(parsed, 1000); // the generator reaches the evaluator too
}

TEST(Formula, RemaindersAtTheEndsOf64Bits) {
  EXPECT_EQ(eval("9223372036854775807 % (-300)"), 9223372036854775807 % 300 - 300);
  EXPECT_EQ(eval("(-9223372036854775807) % 300"), -(9223372036854775807 % 300) + 300);
  EXPECT_EQ(eval("ceildiv(-9223372036854775807, 300)"), -30744573456182586);
}

TEST(Formula, ShapeEntries) {
  SymbolTable symbols;
  auto entry = [&](const char *text) { return ParsedFormula::parse({text}, symbols)->asShapeEntry(); };
  EXPECT_EQ(entry("128")->offset, 128);
  EXPECT_FALSE(entry("128")->slot);
  EXPECT_EQ(entry("batch + 1")->offset, 1);
  EXPECT_EQ(symbols.name(*entry("batch + 1")->slot), "batch");
  EXPECT_FALSE(entry("batch * 2"));
  EXPECT_FALSE(entry("1 + batch"));
}

} // namespace
} // namespace attnc
