// LineDiffTest.cpp - differences of lines: small ones by hand, random ones by what a difference must be.
#include "tools/attnc/LineDiff.h"
#include "tools/attnc/Markup.h"

#include <gtest/gtest.h>
#include <random>

using namespace attnc::cli;

namespace {

using Kind = DiffLine::Kind;

/// " a", "-b", "+c", "~d": one character and the line, as a person reads it.
std::string shown(std::string_view before, std::string_view after,
                  const std::function<std::string(std::string_view)> &key = nullptr) {
  const auto a = splitLines(before), b = splitLines(after);
  std::string out;
  for (const DiffLine &line : diffLines(a, b, key)) {
    const char *marks = " ~-+";
    out += marks[static_cast<size_t>(line.kind)];
    out += std::string(line.after < 0 ? a[line.before] : b[line.after]) + "\n";
  }
  return out;
}

TEST(LineDiff, SplitsAtNewlines) {
  EXPECT_EQ(splitLines(""), std::vector<std::string_view>());
  EXPECT_EQ(splitLines("a\n\nb"), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(splitLines("a\n"), std::vector<std::string_view>{"a"});
}

TEST(LineDiff, ByHand) {
  EXPECT_EQ(shown("", ""), "");
  EXPECT_EQ(shown("a\nb\n", "a\nb\n"), " a\n b\n");
  EXPECT_EQ(shown("a\n", ""), "-a\n");
  EXPECT_EQ(shown("", "a\n"), "+a\n");
  EXPECT_EQ(shown("a\nb\nc\n", "a\nx\nc\n"), " a\n-b\n+x\n c\n");
  EXPECT_EQ(shown("a\na\n", "a\na\na\n"), " a\n a\n+a\n");
  EXPECT_EQ(shown("a\nb\nc\nd\n", "b\nd\n"), "-a\n b\n-c\n d\n");
}

TEST(LineDiff, LinesOfOneKeyAreAlike) {
  auto first = [](std::string_view line) { return std::string(line.substr(0, 1)); };
  EXPECT_EQ(shown("a1\nb1\n", "a1\nb2\n", first), " a1\n~b2\n");
}

TEST(LineDiff, HunksJoinWhereTheirContextTouches) {
  std::vector<DiffLine> diff(20, {Kind::Same, 0, 0});
  EXPECT_TRUE(diffHunks(diff, 3).empty());
  diff[1].kind = Kind::Added;
  diff[7].kind = Kind::Removed;
  diff[19].kind = Kind::Added;
  EXPECT_EQ(diffHunks(diff, 3), (std::vector<std::pair<size_t, size_t>>{{0, 11}, {16, 20}}));
  EXPECT_EQ(diffHunks(diff, 0), (std::vector<std::pair<size_t, size_t>>{{1, 2}, {7, 8}, {19, 20}}));
}

/// The plainest longest common subsequence.
size_t longest(const std::vector<std::string_view> &a, const std::vector<std::string_view> &b, size_t i,
               size_t j) {
  if (i == a.size() || j == b.size())
    return 0;
  if (a[i] == b[j])
    return 1 + longest(a, b, i + 1, j + 1);
  return std::max(longest(a, b, i + 1, j), longest(a, b, i, j + 1));
}

/// Read with the removed lines it is the text before, with the added ones the text after, and it keeps all it
/// can.
TEST(LineDiff, RandomTexts) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string texts[2];
    for (std::string &text : texts)
      for (unsigned i = random() % 9; i > 0; --i)
        text += std::string(1, static_cast<char>('a' + random() % 3)) + "\n";
    const auto a = splitLines(texts[0]), b = splitLines(texts[1]);
    int64_t nextA = 0, nextB = 0;
    size_t same = 0;
    for (const DiffLine &line : diffLines(a, b)) {
      same += line.kind == Kind::Same;
      EXPECT_EQ(line.before >= 0, line.kind != Kind::Added);
      EXPECT_EQ(line.after >= 0, line.kind != Kind::Removed);
      if (line.before >= 0) {
        EXPECT_EQ(line.before, nextA++);
      }
      if (line.after >= 0) {
        EXPECT_EQ(line.after, nextB++);
      }
      if (line.kind == Kind::Same) {
        EXPECT_EQ(a[line.before], b[line.after]);
      }
    }
    EXPECT_EQ(nextA, static_cast<int64_t>(a.size()));
    EXPECT_EQ(nextB, static_cast<int64_t>(b.size()));
    EXPECT_EQ(same, longest(a, b, 0, 0));
  }
}

TEST(Markup, NothingOfTheTextIsMarkup) {
  EXPECT_EQ(escapeMarkup("a<b>&\"'\n\tc"), "a&lt;b&gt;&amp;&quot;&#39;\n\tc");
  EXPECT_EQ(escapeMarkup(std::string_view("\x01\x1b[0m", 5)), "  [0m");
}

} // namespace
