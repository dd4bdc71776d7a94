// YamlTreeTest.cpp - places of values in every YAML style, and every rule Y1..Y10 with its place.
#include "TestSpecs.h"

#include "specs/YamlTree.h"

using namespace attnc;

namespace {

YamlTree parsed(std::string_view text) {
  Result<YamlTree> tree = YamlTree::parse(text, "f");
  EXPECT_TRUE(tree.ok()) << tree.status().str();
  return tree.ok() ? *tree : *YamlTree::parse("a: 1", "f");
}

/// "line:column" of each character that is not white space, as a map from character to place.
std::string placeOf(const YamlTree &tree, const YamlNode &node, char c) {
  std::vector<Location> places = tree.characterPlaces(node);
  EXPECT_EQ(places.size(), node.text.size() + 1);
  Location where = places[node.text.find(c)];
  return std::to_string(where.line) + ":" + std::to_string(where.column);
}

struct Bad {
  const char *rule;
  std::string text;
  const char *message;
  int line, column;
};

std::string repeated(std::string_view piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i)
    out += piece;
  return out;
}

const Bad kBad[] = {
    {"Y1", std::string(300000, ' '), "expected at most 262144 bytes, got more", 0, 0},
    {"Y2", "a: 1\n---\nb: 2\n", "expected one YAML document, got a second one", 2, 1},
    {"Y2", "a: 1\n...\n---\n", "expected one YAML document, got a second one", 3, 1},
    {"Y3", "a: 1\nb: 2\na: 3\n", "expected each key once, got 'a' again", 3, 1},
    {"Y3", "m: {x: 1, 'x': 2}\n", "expected each key once, got 'x' again", 1, 11},
    {"Y4", "a: &x [1, *x]\n", "expected an alias to a finished value, got one to a value that contains it", 1,
     11},
    {"Y5",
     "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
     "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c]\n",
     "expected at most 4096 values, aliases expanded", 4, 25},
    {"Y6", "a: " + repeated("[", 40) + repeated("]", 40), "expected at most 32 levels of nesting", 1, 35},
    {"Y7", "? [1, 2]\n: 3\n", "expected a word as key, got a list", 1, 3},
    {"Y7", "{a: 1}: 3\n", "expected a word as key, got a mapping", 1, 1},
    {"Y8", "a: !!int 3\n", "expected a value without a YAML tag, got a tag", 1, 4},
    {"Y8", "a: &x !y 3\n", "expected a value without a YAML tag, got a tag", 1, 7},
    {"Y9", std::string("a: 1\nb: \0\n", 10), "expected text, got a NUL byte", 2, 4},
    {"Y9", "a: \x01\n", "expected text, got a control character", 1, 4},
    {"Y9", "a: 1\rb: 2\n", "expected text, got a control character", 1, 5},
    {"Y9", "a:\n\tb: 1\n", "expected spaces as indentation, got a tab", 2, 1},
    {"Y9", "a: \xff\n", "expected UTF-8 text, got a byte that is not", 1, 4},
    {"Y9", "a: \xed\xa0\x80\n", "expected UTF-8 text, got a byte that is not", 1, 4},
    {"Y10", "", "expected a spec, got an empty file", 1, 1},
    {"Y10", "# nothing\n", "expected a spec, got an empty file", 1, 1},
    {"Y10", "a: [1, 2\nb: 3\n", "malformed YAML: end of sequence flow not found", 2, 2},
    {"Y10", "a: \"x\\\"\n", "malformed YAML: expected a closing quote, got the end of the file", 1, 4},
    {"Y10", "a: 1\nb: 'it''s\n", "malformed YAML: expected a closing quote, got the end of the file", 2, 4},
    {"Y10", "a: b: c\n",
     "malformed YAML: expected a key once on a line, got ': ' inside a value; quote the value, or mend the "
     "indentation",
     1, 5},
    {"Y10", "a: *nowhere\n", "malformed YAML: the referenced anchor is not defined", 1, 4},
};

} // namespace

TEST(YamlTree, RefusesWhatYamlReadersAccept) {
  for (const Bad &bad : kBad) {
    Result<YamlTree> tree = YamlTree::parse(bad.text, "f");
    ASSERT_FALSE(tree.ok()) << bad.text;
    EXPECT_EQ(tree.status().message(), bad.message) << bad.rule;
    EXPECT_EQ(tree.status().where(), (Location{"f", bad.line, bad.column})) << bad.rule << "\n" << bad.text;
  }
}

TEST(YamlTree, DuplicateKeysPointAtTheFirst) {
  Status status = YamlTree::parse("a: 1\nb: 2\na: 3\n", "f").status();
  ASSERT_EQ(status.notes().size(), 1u);
  EXPECT_EQ(status.notes()[0].where, (Location{"f", 1, 1}));
}

TEST(YamlTree, PlacesOfKeysAndValues) {
  YamlTree tree = parsed("a:   1\nb: {c: x, d: [2, 'y']}\ne:\nf: &n 7\ng: *n\n");
  const YamlNode &root = tree.root();
  ASSERT_EQ(root.entries.size(), 5u);
  EXPECT_EQ(root.find("a")->where, (Location{"f", 1, 1}));
  EXPECT_EQ(root.find("a")->value.where, (Location{"f", 1, 6}));
  const YamlNode &list = root.find("b")->value.find("d")->value;
  EXPECT_EQ(list.items[1].where, (Location{"f", 2, 18}));
  EXPECT_FALSE(list.items[1].plain);
  EXPECT_TRUE(list.items[0].plain);
  EXPECT_EQ(root.find("e")->value.kind, YamlNode::Kind::Null);
  EXPECT_EQ(root.find("e")->value.where, (Location{"f", 3, 1})) << "an absent value is where its key is";
  EXPECT_EQ(root.find("f")->value.where, (Location{"f", 4, 7})) << "behind the anchor";
  EXPECT_EQ(root.find("g")->value.text, "7");
}

TEST(YamlTree, CharactersOfEveryScalarStyle) {
  struct Style {
    const char *text, *value, *places; ///< places of '<', '@' and '$'
  };
  const Style styles[] = {
      {"m: a < b @ $\n", "a < b @ $", "1:6 1:10 1:12"},
      {"m: a <\n  b @\n\n  $\n", "a < b @\n$", "1:6 2:5 4:3"},
      {"m: 'it''s < @ $'\n", "it's < @ $", "1:11 1:13 1:15"},
      {"m: 'a <\n\n     @ $'\n", "a <\n@ $", "1:7 3:6 3:8"},
      {"m: \"\\x41\\t< @ \\\n   \\u0042 $\"\n", "A\t< @ B $", "1:11 1:13 2:11"},
      {"m: |\n  a < b\n  @\n  $\n", "a < b\n@\n$\n", "2:5 3:3 4:3"},
      {"m: |2-  # note <\n    a <\n  @\n  $\n", "  a <\n@\n$", "2:7 3:3 4:3"},
      {"m: >\n  a <\n  @\n\n  $\n", "a < @\n$\n", "2:5 3:3 5:3"},
      {"m: &x   'a < @ $'\n", "a < @ $", "1:12 1:14 1:16"},
      {"m: \"\xc3\xa9 < @ $\"\n", "\xc3\xa9 < @ $", "1:8 1:10 1:12"},
  };
  for (const Style &style : styles) {
    YamlTree tree = parsed(style.text);
    const YamlNode &node = tree.root().find("m")->value;
    EXPECT_EQ(node.text, style.value) << style.text;
    EXPECT_EQ(placeOf(tree, node, '<') + " " + placeOf(tree, node, '@') + " " + placeOf(tree, node, '$'),
              style.places)
        << style.text;
  }
}

TEST(YamlTree, ClosedQuotesAtTheEndOfTheFileAreFine) {
  for (const char *text : {"a: 'it''s'", "a: \"x\\\\\"", "a: ''\n", "'a': \"\\\"\"\n"})
    EXPECT_TRUE(YamlTree::parse(text, "f").ok()) << text;
}

TEST(YamlTree, ByteOrderMarkAndWindowsLinesAreFine) {
  YamlTree tree = parsed("\xef\xbb\xbf"
                         "a: 1\r\nb: x y\r\n");
  EXPECT_EQ(tree.root().find("a")->where, (Location{"f", 1, 1}));
  EXPECT_EQ(tree.root().find("b")->value.text, "x y");
  EXPECT_EQ(tree.root().find("b")->value.where, (Location{"f", 2, 4}));
}
