// ExprParser.cpp - a precedence parser by recursive descent, one function a level.
//
// Must not check types itself (ExprTyping does) nor know YAML.
#include "specs/ExprParser.h"

#include "specs/ExprLexer.h"
#include "specs/ExprTyping.h"
#include "specs/Suggest.h"
#include "specs/YamlTree.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace attnc {
namespace {

using Kind = ExprToken::Kind;

constexpr std::array<std::string_view, 8> kVariables{"q", "kv", "q_row", "h", "kvh", "b", "q_len", "kv_len"};

ExprType typeOf(DType dtype) {
  return dtype == DType::Bool ? ExprType::Bool : dtype == DType::I32 ? ExprType::Int : ExprType::Float;
}

class Parser {
public:
  Parser(const std::vector<ExprToken> &tokens, const std::vector<Location> &places, const ExprScope &scope)
      : tokens(tokens), places(places), scope(scope) {}

  Result<ExprPtr> run() {
    ATTNC_ASSIGN_OR_RETURN(ExprPtr expr, ternary());
    if (peek().kind != Kind::End) // E3
      return unexpected("an operator or the end of the expression");
    return expr;
  }

private:
  const std::vector<ExprToken> &tokens;
  const std::vector<Location> &places;
  const ExprScope &scope;
  size_t at = 0;
  int nesting = 0;
  std::unordered_map<const Expr *, size_t> sizes; ///< nodes of each tree, shared ones counted at each use

  struct Nested {
    int &depth;
    explicit Nested(int &depth) : depth(++depth) {}
    ~Nested() { --depth; }
  };

  const ExprToken &peek() const { return tokens[at]; }
  const ExprToken &take() { return tokens[at + 1 < tokens.size() ? at++ : at]; }
  bool accept(std::string_view word) {
    if (!peek().is(word))
      return false;
    take();
    return true;
  }
  Location place(const ExprToken &token) const { return places[token.offset]; }

  Status fail(std::string message, const ExprToken &token) const {
    return Status(Code::InvalidSpec, std::move(message), place(token));
  }
  Status unexpected(std::string_view expected) const {
    return fail("expected " + std::string(expected) + ", got " + describe(peek()), peek());
  }
  Status expect(std::string_view symbol) {
    if (accept(symbol))
      return Status::success();
    return unexpected("'" + std::string(symbol) + "'"); // E3
  }
  Status checkNesting() const {
    if (nesting <= ExprLimits::kMaxNesting)
      return Status::success();
    return fail("expected at most " + std::to_string(ExprLimits::kMaxNesting) + " levels of nesting",
                peek()); // E9
  }

  /// Registers the size of a new node.
  Result<ExprPtr> sized(Result<ExprPtr> made) {
    if (!made.ok())
      return made;
    size_t size = 1;
    for (const ExprPtr &operand : (*made)->operands) {
      auto known = sizes.find(operand.get());
      // An inserted ToFloat is not registered: count it with what it converts.
      size += known != sizes.end() ? known->second : 1 + sizes[operand->operands[0].get()];
    }
    if (size > ExprLimits::kMaxNodes) // E9
      return Status(Code::InvalidSpec,
                    "expected an expression of at most " + std::to_string(ExprLimits::kMaxNodes) +
                        " operations",
                    (*made)->where);
    sizes[made->get()] = size;
    return made;
  }
  Result<ExprPtr> apply(const ExprOperator &op, std::vector<ExprPtr> operands, const ExprToken &token) {
    return sized(makeExpr(op, std::move(operands), place(token)));
  }

  Result<ExprPtr> ternary() {
    Nested level(nesting);
    ATTNC_RETURN_IF_ERROR(checkNesting());
    ATTNC_ASSIGN_OR_RETURN(ExprPtr then, disjunction());
    if (!peek().is("if"))
      return then;
    const ExprToken &token = take();
    ATTNC_ASSIGN_OR_RETURN(ExprPtr condition, disjunction());
    ATTNC_RETURN_IF_ERROR(expect("else"));
    ATTNC_ASSIGN_OR_RETURN(ExprPtr otherwise, ternary());
    return sized(makeSelect(std::move(condition), std::move(then), std::move(otherwise), place(token)));
  }

  /// One left-associative level: `next` operators `next` ...
  Result<ExprPtr> level(std::initializer_list<std::string_view> symbols, Result<ExprPtr> (Parser::*next)()) {
    ATTNC_ASSIGN_OR_RETURN(ExprPtr left, (this->*next)());
    while (std::any_of(symbols.begin(), symbols.end(), [&](std::string_view s) { return peek().is(s); })) {
      const ExprToken &token = take();
      ATTNC_ASSIGN_OR_RETURN(ExprPtr right, (this->*next)());
      ATTNC_ASSIGN_OR_RETURN(left,
                             apply(*findOperator(token.text, 2), {std::move(left), std::move(right)}, token));
    }
    return left;
  }
  Result<ExprPtr> disjunction() { return level({"or"}, &Parser::conjunction); }
  Result<ExprPtr> conjunction() { return level({"and"}, &Parser::negation); }
  Result<ExprPtr> sum() { return level({"+", "-"}, &Parser::product); }
  Result<ExprPtr> product() { return level({"*", "/", "//", "%"}, &Parser::unary); }

  Result<ExprPtr> negation() {
    if (!peek().is("not"))
      return comparison();
    Nested level(nesting);
    ATTNC_RETURN_IF_ERROR(checkNesting());
    const ExprToken &token = take();
    ATTNC_ASSIGN_OR_RETURN(ExprPtr operand, negation());
    return apply(*findOperator("not", 1), {std::move(operand)}, token);
  }

  /// `a < b <= c` is `a < b and b <= c`.
  Result<ExprPtr> comparison() {
    ATTNC_ASSIGN_OR_RETURN(ExprPtr left, sum());
    ExprPtr chain;
    for (;;) {
      const ExprToken &token = peek();
      const ExprOperator *op = token.kind == Kind::Symbol ? findOperator(token.text, 2) : nullptr;
      if (!op || !op->givesBool)
        return chain ? chain : left;
      take();
      ATTNC_ASSIGN_OR_RETURN(ExprPtr right, sum());
      ATTNC_ASSIGN_OR_RETURN(ExprPtr link, apply(*op, {left, right}, token));
      if (chain) {
        ATTNC_ASSIGN_OR_RETURN(chain,
                               apply(*findOperator("and", 2), {std::move(chain), std::move(link)}, token));
      } else {
        chain = std::move(link);
      }
      left = std::move(right);
    }
  }

  Result<ExprPtr> unary() {
    if (!peek().is("-"))
      return primary();
    Nested level(nesting);
    ATTNC_RETURN_IF_ERROR(checkNesting());
    const ExprToken &token = take();
    ATTNC_ASSIGN_OR_RETURN(ExprPtr operand, unary());
    return apply(*findOperator("-", 1), {std::move(operand)}, token);
  }

  Result<ExprPtr> primary() {
    const ExprToken &token = peek();
    if (token.is("(")) {
      take();
      ATTNC_ASSIGN_OR_RETURN(ExprPtr inner, ternary());
      ATTNC_RETURN_IF_ERROR(expect(")"));
      return inner;
    }
    if (token.kind == Kind::Int || token.kind == Kind::Float)
      return literal(take());
    if (token.kind == Kind::Name && (token.text == "True" || token.text == "False"))
      return literal(take());
    if (token.kind != Kind::Name || isExprKeyword(token.text)) // E3
      return unexpected("a value");
    take();
    if (peek().is("("))
      return call(token);
    if (peek().is("["))
      return read(token);
    return name(token);
  }

  Result<ExprPtr> leaf(ExprKind kind, ExprType type, const ExprToken &token) {
    auto node = std::make_shared<Expr>();
    node->kind = kind;
    node->type = type;
    node->where = place(token);
    if (token.kind == Kind::Name)
      node->name = token.text;
    node->intValue = token.intValue;
    node->floatValue = token.floatValue;
    return sized(ExprPtr(std::move(node)));
  }

  Result<ExprPtr> literal(const ExprToken &token) {
    if (token.kind == Kind::Int)
      return leaf(ExprKind::IntLiteral, ExprType::Int, token);
    if (token.kind == Kind::Float)
      return leaf(ExprKind::FloatLiteral, ExprType::Float, token);
    ExprToken value;
    value.offset = token.offset;
    value.intValue = token.text == "True";
    return leaf(ExprKind::BoolLiteral, ExprType::Bool, value);
  }

  Result<ExprPtr> name(const ExprToken &token) {
    if (std::find(kVariables.begin(), kVariables.end(), token.text) != kVariables.end())
      return leaf(ExprKind::Variable, ExprType::Int, token);
    if (token.text == "s" && scope.inScore)
      return leaf(ExprKind::Variable, ExprType::Float, token);
    if (token.text == "s") // E4
      return fail("expected a mask of positions, got 's': scores are known in 'score' only", token);
    for (const ScalarParam &param : scope.params)
      if (param.name == token.text)
        return leaf(ExprKind::Param, typeOf(param.dtype), token);
    for (const SideInput &input : scope.inputs)
      if (input.name == token.text) // E7
        return fail("expected " + std::to_string(input.shape.size()) + " indices in brackets after '" +
                        input.name + "', got none",
                    token)
            .note("the input is declared here", input.where);
    if (findFunction(token.text)) // E4
      return fail("expected '(' after the function " + inQuotes(token.text), token);
    std::vector<std::string_view> known(kVariables.begin(), kVariables.end());
    if (scope.inScore)
      known.push_back("s");
    for (const ScalarParam &param : scope.params)
      known.push_back(param.name);
    for (const SideInput &input : scope.inputs)
      known.push_back(input.name);
    known.insert(known.end(), {"True", "False"});
    return fail("unknown name " + inQuotes(token.text) + didYouMean(token.text, known), token); // E4
  }

  Result<std::vector<ExprPtr>> list(std::string_view close) {
    std::vector<ExprPtr> items;
    if (accept(close))
      return items;
    for (;;) {
      ATTNC_ASSIGN_OR_RETURN(ExprPtr item, ternary());
      items.push_back(std::move(item));
      if (accept(close))
        return items;
      if (!accept(","))
        return unexpected("',' or '" + std::string(close) + "'"); // E3
    }
  }

  Result<ExprPtr> call(const ExprToken &token) {
    const ExprOperator *function = findFunction(token.text);
    for (const SideInput &input : scope.inputs)
      if (input.name == token.text) // E7
        return fail("expected indices in square brackets after the input " + inQuotes(token.text) +
                        ", got '('",
                    peek());
    if (!function) // E4
      return fail("unknown function " + inQuotes(token.text) + didYouMean(token.text, functionNames()),
                  token);
    take();
    if (function->kind == ExprKind::Search || function->kind == ExprKind::Reaches)
      return rowCall(*function, token);
    ATTNC_ASSIGN_OR_RETURN(std::vector<ExprPtr> operands, list(")"));
    bool folds = function->kind == ExprKind::Min || function->kind == ExprKind::Max;
    size_t wanted = static_cast<size_t>(function->operands);
    if (folds ? operands.size() < wanted : operands.size() != wanted) // E5
      return fail("expected " + std::string(folds ? "at least " : "") + std::to_string(wanted) +
                      (wanted == 1 ? " argument" : " arguments") + " for " + inQuotes(token.text) + ", got " +
                      std::to_string(operands.size()),
                  token);
    if (!folds)
      return apply(*function, std::move(operands), token);
    ExprPtr left = operands[0];
    for (size_t i = 1; i < operands.size(); ++i) {
      ATTNC_ASSIGN_OR_RETURN(left, apply(*function, {left, operands[i]}, token));
    }
    return left;
  }

  /// A call whose first argument is a row of an i32 input: its name, and one index per axis but the last.
  Result<ExprPtr> rowCall(const ExprOperator &function, const ExprToken &token) {
    const ExprToken &row = take();
    const std::string name(function.spelling);
    auto input = std::find_if(scope.inputs.begin(), scope.inputs.end(),
                              [&](const SideInput &candidate) { return candidate.name == row.text; });
    if (row.kind != Kind::Name || input == scope.inputs.end()) { // E7
      std::vector<std::string_view> known;
      for (const SideInput &candidate : scope.inputs)
        known.push_back(candidate.name);
      return fail("expected a row of an input for '" + name + "', got " + describe(row) +
                      didYouMean(row.text, known),
                  row);
    }
    if (input->dtype != DType::I32) // E7
      return fail("expected an input of dtype i32 for '" + name + "', got '" + input->name + "' of " +
                      std::string(dtypeName(input->dtype)),
                  row)
          .note("the input is declared here", input->where);
    std::vector<ExprPtr> operands;
    if (accept("[")) {
      ATTNC_ASSIGN_OR_RETURN(operands, list("]"));
    }
    if (operands.size() + 1 != input->shape.size()) // E7
      return fail("expected " + std::to_string(input->shape.size() - 1) + " indices for a row of '" +
                      input->name + "', got " + std::to_string(operands.size()),
                  row)
          .note("the input is declared here", input->where);
    const size_t indices = operands.size();
    if (!peek().is(")")) {
      ATTNC_RETURN_IF_ERROR(expect(","));
      ATTNC_ASSIGN_OR_RETURN(std::vector<ExprPtr> rest, list(")"));
      operands.insert(operands.end(), rest.begin(), rest.end());
    } else {
      take();
    }
    const auto wanted = static_cast<size_t>(function.operands);
    size_t given = operands.size() - indices;
    if (function.kind == ExprKind::Search && given == 1) { // the whole row
      ExprToken end = token;
      end.kind = Kind::Int;
      for (int64_t value : {int64_t(0), kLargestInteger}) {
        end.intValue = value;
        ATTNC_ASSIGN_OR_RETURN(ExprPtr literal, leaf(ExprKind::IntLiteral, ExprType::Int, end));
        operands.push_back(std::move(literal));
      }
      given = wanted;
    }
    if (given != wanted) // E5
      return fail("expected " + std::string(function.kind == ExprKind::Search ? "2 or 4" : "3") +
                      " arguments for '" + name + "', got " + std::to_string(given + 1),
                  token);
    return sized(makeRowCall(function, input->name, std::move(operands), place(token)));
  }

  Result<ExprPtr> read(const ExprToken &token) {
    auto input = std::find_if(scope.inputs.begin(), scope.inputs.end(),
                              [&](const SideInput &candidate) { return candidate.name == token.text; });
    if (input == scope.inputs.end()) { // E4
      std::vector<std::string_view> known;
      for (const SideInput &candidate : scope.inputs)
        known.push_back(candidate.name);
      return fail("expected an input of 'inputs:' before '[', got " + inQuotes(token.text) +
                      didYouMean(token.text, known),
                  token);
    }
    take();
    ATTNC_ASSIGN_OR_RETURN(std::vector<ExprPtr> indices, list("]"));
    if (indices.size() != input->shape.size()) // E7
      return fail("expected " + std::to_string(input->shape.size()) + " indices for '" + input->name +
                      "', got " + std::to_string(indices.size()),
                  token)
          .note("the input is declared here", input->where);
    for (const ExprPtr &index : indices)
      if (index->type != ExprType::Int) // E7
        return Status(Code::InvalidSpec,
                      "expected int as index of '" + input->name + "', got " +
                          std::string(exprTypeName(index->type)),
                      index->where);
    auto node = std::make_shared<Expr>();
    node->kind = ExprKind::Read;
    node->type = typeOf(input->dtype);
    node->where = place(token);
    node->name = input->name;
    node->operands = std::move(indices);
    return sized(ExprPtr(std::move(node)));
  }
};

} // namespace

std::span<const std::string_view> exprVariables() { return kVariables; }

bool isExprName(std::string_view word, const ExprScope &scope) {
  auto named = [&](const auto &declared) { return declared.name == word; };
  return isExprKeyword(word) || findFunction(word) || word == "s" ||
         std::find(kVariables.begin(), kVariables.end(), word) != kVariables.end() ||
         std::any_of(scope.params.begin(), scope.params.end(), named) ||
         std::any_of(scope.inputs.begin(), scope.inputs.end(), named);
}

Result<ExprPtr> parseExpr(std::string_view text, const std::vector<Location> &places,
                          const ExprScope &scope) {
  if (text.size() > ExprLimits::kMaxBytes) // E9
    return Status(Code::InvalidSpec,
                  "expected an expression of at most " + std::to_string(ExprLimits::kMaxBytes) +
                      " bytes, got " + std::to_string(text.size()),
                  places.front());
  ATTNC_ASSIGN_OR_RETURN(std::vector<ExprToken> tokens, lexExpr(text, places));
  return Parser(tokens, places, scope).run();
}

} // namespace attnc
