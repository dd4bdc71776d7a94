// ExprTest.cpp - the expression language: precedence, types, canonical text, and every rule E1..E9 with its
// column.
#include "TestSpecs.h"

#include "specs/ExprParser.h"

using namespace attnc;

namespace {

const std::vector<SideInput> kInputs{{"bias", DType::F16, {{"heads", 0}, {"q_len", 0}}, {"e", 90, 1}},
                                     {"seen", DType::Bool, {{"kv_len", 0}}, {"e", 91, 1}},
                                     {"doc", DType::I32, {{"kv_len", 0}}, {"e", 92, 1}},
                                     {"table", DType::I32, {{"batch", 0}, {"", 9}}, {"e", 93, 1}}};
const std::vector<ScalarParam> kParams{{"w", DType::I32, {}, {}}, {"g", DType::F32, {}, {}}};

Result<ExprPtr> parse(std::string_view text) {
  std::vector<Location> places;
  for (size_t i = 0; i <= text.size(); ++i)
    places.push_back({"e", 1, static_cast<int>(i) + 1});
  return parseExpr(text, places, {true, kInputs, kParams});
}

/// Every operation in brackets, conversions shown: the tree itself.
std::string tree(const Expr &expr) {
  static const char *const kNames[] = {
      "int",  "float", "bool", "var", "param", "read",  "neg", "not", "abs",  "add",  "sub",     "mul",
      "fdiv", "mod",   "div",  "min", "max",   "clamp", "exp", "exp2", "log", "sqrt", "tanh",
      "sigmoid", "silu", "relu", "gelu", "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "bit", "search", "reaches",
      "select", "float"};
  if (expr.operands.empty())
    return exprText(expr);
  std::string out =
      std::string("(") + (expr.kind == ExprKind::Read ? expr.name : kNames[static_cast<int>(expr.kind)]);
  for (const ExprPtr &operand : expr.operands)
    out += " " + tree(*operand);
  return out + ")";
}

struct Good {
  const char *text, *tree;
  ExprType type;
};
constexpr ExprType I = ExprType::Int, F = ExprType::Float, B = ExprType::Bool;

const Good kGood[] = {
    {"search(table[b], kv - q)", "(search b (sub kv q) 0 1073741824)", I},
    {"search(table[b], q, 1, 2 * h)", "(search b q 1 (mul 2 h))", I},
    {"reaches(table[0], q_row, kv) or True", "(or (reaches 0 q_row kv) True)", B},
    {"bit(q, kv) and exp2(q) > 0.5", "(and (bit q kv) (gt (exp2 (float q)) 0.5))", B},
    // precedence, as in Python
    {"q + kv * 2", "(add q (mul kv 2))", I},
    {"(q + kv) * 2", "(mul (add q kv) 2)", I},
    {"q - kv - 1", "(sub (sub q kv) 1)", I},
    {"q - (kv - 1)", "(sub q (sub kv 1))", I},
    {"q // 2 % 3 * 4", "(mul (mod (fdiv q 2) 3) 4)", I},
    {"-q * kv", "(mul (neg q) kv)", I},
    {"- - q", "(neg (neg q))", I},
    {"q - -1", "(sub q (neg 1))", I},
    {"-q // 2", "(fdiv (neg q) 2)", I},
    {"q < kv + 1", "(lt q (add kv 1))", B},
    {"not q < kv", "(not (lt q kv))", B},
    {"not not seen[kv]", "(not (not (seen kv)))", B},
    {"not seen[q] and seen[kv]", "(and (not (seen q)) (seen kv))", B},
    {"seen[q] or seen[kv] and h == 0", "(or (seen q) (and (seen kv) (eq h 0)))", B},
    {"(seen[q] or seen[kv]) and h == 0", "(and (or (seen q) (seen kv)) (eq h 0))", B},
    {"q == kv or q < kv", "(or (eq q kv) (lt q kv))", B},
    {"1 if q < kv else 2", "(select (lt q kv) 1 2)", I},
    {"1 if seen[q] else 2 if seen[kv] else 3", "(select (seen q) 1 (select (seen kv) 2 3))", I},
    {"(1 if seen[q] else 2) if seen[kv] else 3", "(select (seen kv) (select (seen q) 1 2) 3)", I},
    {"1 if seen[q] or seen[kv] else 2 + 3", "(select (or (seen q) (seen kv)) 1 (add 2 3))", I},
    {"seen[q] if h < 2 else seen[kv]", "(select (lt h 2) (seen q) (seen kv))", B},
    // chains
    {"0 <= q < kv", "(and (le 0 q) (lt q kv))", B},
    {"0 <= q < kv != 7", "(and (and (le 0 q) (lt q kv)) (ne kv 7))", B},
    {"(q < kv) == seen[q]", "(eq (lt q kv) (seen q))", B},
    // types
    {"q + 1.5", "(add (float q) 1.5)", F},
    {"q / kv", "(div (float q) (float kv))", F},
    {"q < 0.5", "(lt (float q) 0.5)", B},
    {"min(q, 2)", "(min q 2)", I},
    {"min(q, 2, s)", "(min (float (min q 2)) s)", F},
    {"max(q, w, 3)", "(max (max q w) 3)", I},
    {"clamp(q, 0, g)", "(clamp (float q) (float 0) g)", F},
    {"abs(q - kv)", "(abs (sub q kv))", I},
    {"abs(s)", "(abs s)", F},
    {"exp(q)", "(exp (float q))", F},
    {"1 if seen[q] else s", "(select (seen q) (float 1) s)", F},
    {"bias[h, q] + doc[kv]", "(add (bias h q) (float (doc kv)))", F},
    {"doc[q + 1 if h == 0 else kv] == doc[kv]", "(eq (doc (select (eq h 0) (add q 1) kv)) (doc kv))", B},
    {"True or False", "(or True False)", B},
    {"sigmoid(silu(relu(gelu(tanh(sqrt(log(s)))))))", "(sigmoid (silu (relu (gelu (tanh (sqrt (log s)))))))",
     F},
    {"q_row + h + kvh + b + q_len + kv_len", "(add (add (add (add (add q_row h) kvh) b) q_len) kv_len)", I},
    // literals and white space
    {"1073741824", "1073741824", I},
    {"1e3", "1000.0", F},
    {"1.5E-3 + .5 + 2.", "(add (add 0.0015 0.5) 2.0)", F},
    {"1e+38", "1e+38", F},
    {" q\n <\tkv ", "(lt q kv)", B},
};

struct Bad {
  const char *rule, *text, *message;
  int column;
};

const Bad kBad[] = {
    {"E5", "search(table[b], q, 1) > 0", "expected 2 or 4 arguments for 'search', got 3", 1},
    {"E5", "reaches(doc, q)", "expected 3 arguments for 'reaches', got 2", 1},
    {"E5", "reaches(doc)", "expected 3 arguments for 'reaches', got 1", 1},
    {"E6", "search(table[b], s) > 0", "expected int for 'search', got int, float, int and int", 1},
    {"E7", "search(q, kv) > 0", "expected a row of an input for 'search', got 'q'", 8},
    {"E7", "search(tabel[b], kv) > 0", "expected a row of an input for 'search', got 'tabel'; did you mean 'table'", 8},
    {"E7", "search(seen, kv) > 0", "expected an input of dtype i32 for 'search', got 'seen' of bool", 8},
    {"E7", "search(table, kv) > 0", "expected 1 indices for a row of 'table', got 0", 8},
    {"E1", "q $ kv", "expected a name, a number or an operator, got '$'", 3},
    {"E1", "q \xc3\xa9", "expected a name, a number or an operator, got '\xc3\xa9'", 3},
    {"E1", "q && kv", "expected 'and', got '&&'", 3},
    {"E1", "q || kv", "expected 'or', got '||'", 3},
    {"E1", "!q", "expected 'not', got '!'", 1},
    {"E1", "q = kv", "expected '==', got '='", 3},
    {"E1", "q ** 2", "expected an operator, got '**'", 3},
    {"E1", "q < kv # near", "expected an expression without comments, got '#'", 8},
    {"E1", "0x10", "expected a decimal number, got '0x10'", 1},
    {"E1", "q < 010", "expected an integer without leading zeros, got '010'", 5},
    {"E1", "1.2.3", "expected a decimal number, got '1.2.3'", 1},
    {"E1", "q < 4096L", "expected a decimal number, got '4096L'", 5},
    {"E2", "q < 1073741825", "expected an integer up to 1073741824, got '1073741825'", 5},
    {"E2", "q < 99999999999999999999999999",
     "expected an integer up to 1073741824, got '99999999999999999999999999'", 5},
    {"E2", "s < 1e39", "expected a number that fits f32, got '1e39'", 5},
    {"E2", "s < 1e999", "expected a number that fits f32, got '1e999'", 5},
    {"E3", "", "expected a value, got the end of the expression", 1},
    {"E3", "q <  ", "expected a value, got the end of the expression", 4},
    {"E3", "q < < kv", "expected a value, got '<'", 5},
    {"E3", "+q", "expected a value, got '+'", 1},
    {"E3", "(q < kv", "expected ')', got the end of the expression", 8},
    {"E3", "q < kv)", "expected an operator or the end of the expression, got ')'", 7},
    {"E3", "q kv", "expected an operator or the end of the expression, got 'kv'", 3},
    {"E3", "1 if q < kv", "expected 'else', got the end of the expression", 12},
    {"E3", "min(q kv)", "expected ',' or ')', got 'kv'", 7},
    {"E3", "bias[h, ]", "expected a value, got ']'", 9},
    {"E3", "q == not q", "expected a value, got 'not'", 6},
    {"E4", "k_v < q", "unknown name 'k_v'; did you mean 'kv'", 1},
    {"E4", "position < q", "unknown name 'position'", 1},
    {"E4", "q < kv and true", "unknown name 'true'; did you mean 'True'", 12},
    {"E4", "sqrt < 1", "expected '(' after the function 'sqrt'", 1},
    {"E4", "tahn(s)", "unknown function 'tahn'; did you mean 'tanh'", 1},
    {"E4", "w[1] < 1", "expected an input of 'inputs:' before '[', got 'w'", 1},
    {"E4", "bais[h, q] < 1", "expected an input of 'inputs:' before '[', got 'bais'; did you mean 'bias'", 1},
    {"E5", "min(q)", "expected at least 2 arguments for 'min', got 1", 1},
    {"E5", "q + abs(q, kv)", "expected 1 argument for 'abs', got 2", 5},
    {"E5", "clamp(q, 1)", "expected 3 arguments for 'clamp', got 2", 1},
    {"E5", "exp()", "expected 1 argument for 'exp', got 0", 1},
    {"E6", "seen[q] + 1", "expected int or float for '+', got bool and int", 9},
    {"E6", "q and kv", "expected bool for 'and', got int and int", 3},
    {"E6", "not q", "expected bool for 'not', got int", 1},
    {"E6", "-seen[q]", "expected int or float for '-', got bool", 1},
    {"E6", "s // 2", "expected int for '//', got float and int", 3},
    {"E6", "q % 2.0", "expected int for '%', got int and float", 3},
    {"E6", "seen[q] < seen[kv]", "expected int or float for '<', got bool and bool", 9},
    {"E6", "seen[q] == 1", "expected two numbers or two bools for '==', got bool and int", 9},
    {"E6", "clamp(q, seen[q], 1)", "expected int or float for 'clamp', got int, bool and int", 1},
    {"E6", "1 if q else 2", "expected bool as condition of 'if', got int", 6},
    {"E6", "1 if seen[q] else seen[kv]", "expected two numbers or two bools for 'if', got int and bool", 3},
    {"E7", "bias[h] < 1", "expected 2 indices for 'bias', got 1", 1},
    {"E7", "bias(h) < 1", "expected indices in square brackets after the input 'bias', got '('", 5},
    {"E7", "1 < bias", "expected 2 indices in brackets after 'bias', got none", 5},
    {"E7", "bias[h, 1.5] < 1", "expected int as index of 'bias', got float", 9},
    {"E8", "q // 0", "expected a divisor other than zero", 6},
    {"E8", "q % (-0)", "expected a divisor other than zero", 6},
    {"E8", "s / 0", "expected a divisor other than zero", 5},
};

} // namespace

TEST(Expr, TreesTypesAndCanonicalText) {
  for (const Good &good : kGood) {
    Result<ExprPtr> expr = parse(good.text);
    ASSERT_TRUE(expr.ok()) << good.text << ": " << expr.status().str();
    EXPECT_EQ(tree(**expr), good.tree) << good.text;
    EXPECT_EQ((*expr)->type, good.type) << good.text;
    std::string text = exprText(**expr);
    Result<ExprPtr> again = parse(text);
    ASSERT_TRUE(again.ok()) << text << ": " << again.status().str();
    EXPECT_EQ(exprText(**again), text);
    EXPECT_EQ(tree(**again), good.tree) << "through " << text;
  }
}

TEST(Expr, CanonicalTextHasNoNeedlessParentheses) {
  EXPECT_EQ(exprText(**parse("((q)+(kv*2))<(h)")), "q + kv * 2 < h");
  EXPECT_EQ(exprText(**parse("not(q<kv)and(seen[q]and(seen[kv]))")), "not q < kv and (seen[q] and seen[kv])")
      << "a right-hand 'and' keeps its place in the tree";
  EXPECT_EQ(exprText(**parse("0<=q<kv")), "0 <= q and q < kv");
  EXPECT_EQ(exprText(**parse("clamp(s,-1,1.0)/.1")), "clamp(s, -1, 1.0) / 0.1");
}

TEST(Expr, NodesKnowTheirPlace) {
  ExprPtr expr = *parse("kv <= q and q - kv < w");
  EXPECT_EQ(expr->where.column, 9);
  EXPECT_EQ(expr->operands[0]->where.column, 4);
  EXPECT_EQ(expr->operands[1]->operands[0]->operands[1]->where.column, 17);
  EXPECT_EQ(expr->operands[1]->operands[1]->where.column, 22);
}

TEST(Expr, ErrorsNameTheColumn) {
  for (const Bad &bad : kBad) {
    Result<ExprPtr> expr = parse(bad.text);
    ASSERT_FALSE(expr.ok()) << bad.text;
    EXPECT_EQ(expr.status().message(), bad.message) << bad.text;
    EXPECT_EQ(expr.status().where(), (Location{"e", 1, bad.column})) << bad.text;
    EXPECT_EQ(expr.status().code(), Code::InvalidSpec);
  }
}

TEST(Expr, ErrorsAboutInputsPointAtTheDeclaration) {
  for (const char *text : {"bias[h] < 1", "1 < bias"}) {
    Status status = parse(text).status();
    ASSERT_EQ(status.notes().size(), 1u);
    EXPECT_EQ(status.notes()[0].message, "the input is declared here");
    EXPECT_EQ(status.notes()[0].where, (Location{"e", 90, 1}));
  }
}

TEST(Expr, ScoresAreUnknownInMasks) { // E4
  std::vector<Location> places(6, Location{"e", 1, 1});
  Result<ExprPtr> expr = parseExpr("s < 1", places, {});
  EXPECT_EQ(expr.status().message(),
            "expected a mask of positions, got 's': scores are known in 'score' only");
}

TEST(Expr, LimitsOfDepthAndSize) { // E9
  auto repeated = [](std::string piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i)
      out += piece;
    return out;
  };
  EXPECT_TRUE(parse(repeated("(", 60) + "q" + repeated(")", 60)).ok());
  EXPECT_EQ(parse(repeated("(", 100) + "q" + repeated(")", 100)).status().message(),
            "expected at most 64 levels of nesting");
  EXPECT_EQ(parse(repeated("-", 100) + "q").status().where().column, 64); // the whole expression is one level
  EXPECT_TRUE(parse("q" + repeated("+q", 500)).ok());
  EXPECT_EQ(parse("q" + repeated("+q", 600)).status().message(),
            "expected an expression of at most 1024 operations");
  EXPECT_EQ(parse(repeated(" ", 20000)).status().message(),
            "expected an expression of at most 16384 bytes, got 20000");
  // A chain uses its middle twice: nested chains would double at every level.
  std::string chain = "q";
  for (int i = 0; i < 20; ++i)
    chain = "(1 if 0 < " + chain + " < 9 else 2)";
  EXPECT_EQ(parse(chain).status().message(), "expected an expression of at most 1024 operations");
}
