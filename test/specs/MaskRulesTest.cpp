// MaskRulesTest.cpp - rules S11..S17: masks and score expressions.
#include "RuleCases.h"

using namespace attnc;
using namespace attnc::test;

namespace {

const std::vector<Bad> kBad{
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
    {"S17", {"score: {}"}, "expected a field in 'score', got nothing", 9, 1},
    {"S17",
     {"score: {expr: 'q - kv'}"},
     "expected a score expression that reads 's', got one that ignores q . k",
     9,
     18},
};

} // namespace

TEST(MaskRules, HaveTheirMessageAndPlace) { expectRules(kBad); }

/// A single word that an expression knows is told what it lacks.
TEST(MaskRules, WordsOfExpressionsAreExpressions) {
  auto messageOf = [](const char *mask) {
    return readSpecText(
               edited({std::string("mask: ") + mask, "inputs: {seen: {shape: [kv_len], dtype: bool}}"}), "e")
        .status()
        .message();
  };
  EXPECT_EQ(messageOf("seen"), "expected 1 indices in brackets after 'seen', got none");
  EXPECT_EQ(messageOf("kv"), "expected a mask expression of type bool, got int");
  EXPECT_EQ(messageOf("s"), "expected a mask of positions, got 's': scores are known in 'score' only");
}

TEST(MaskRules, MaskAndScoreTypes) { // E6
  EXPECT_EQ(readSpecText(edited({"mask: q + kv"}), "e").status().message(),
            "expected a mask expression of type bool, got int");
  EXPECT_EQ(readSpecText(edited({"score: {expr: s < 1}"}), "e").status().message(),
            "expected a score expression of type float, got bool");
}
