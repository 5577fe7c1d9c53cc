// SPDX-License-Identifier: Apache-2.0
#include "core/expression/parser.hpp"

#include "core/expression/builtins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace catena::expression {
namespace {

enum class Grouping : std::uint8_t { left, right };

struct Operator {
  std::string_view text;
  int rank;
  Grouping grouping = Grouping::left;
};

constexpr std::array<Operator, 25> kOperators{{
    {"|", 0},
    {"or", 10},
    {"||", 10},
    {"and", 15},
    {"&&", 15},
    {"==", 20},
    {"!=", 20},
    {"<", 20},
    {">", 20},
    {">=", 20},
    {"<=", 20},
    {"in", 20},
    {"matches", 20},
    {"contains", 20},
    {"startsWith", 20},
    {"endsWith", 20},
    {"..", 25},
    {"+", 30},
    {"-", 30},
    {"*", 60},
    {"/", 60},
    {"%", 60},
    {"**", 100, Grouping::right},
    {"^", 100, Grouping::right},
    {"??", 500},
}};

const Operator* find_operator(std::string_view text) {
  const auto found = std::ranges::find(kOperators, text, &Operator::text);
  return found != kOperators.end() && !text.empty() ? &*found : nullptr;
}

bool is_comparison(std::string_view op) {
  return op == "<" || op == ">" || op == "<=" || op == ">=";
}

// As in `not in`.
bool may_be_negated(std::string_view op) {
  return op == "in" || op == "matches" || op == "contains" || op == "startsWith" ||
         op == "endsWith";
}

}  // namespace

Parser::Parser(std::string_view source, Environment environment)
    : lexer_(source), environment_(environment) {}

Node* Parser::parse(Tree& tree) {
  tree_ = &tree;
  next();
  Node* const root = sequence();
  if (current_.kind != TokenKind::end) unexpected();
  return root;
}

Node* Parser::sequence() {
  std::vector<Node*> parts{expression(0)};
  while (at_symbol(";")) {
    next();
    if (current_.kind == TokenKind::end) break;
    parts.push_back(expression(0));
  }
  if (parts.size() == 1) return parts.front();
  const std::size_t from = parts.front()->from;
  return tree_->add({Node::Kind::sequence, from, "", 0, 0, std::move(parts)});
}

Node* Parser::expression(int rank) {
  if (++depth_ > kDeepest) fail("the expression is nested too deeply");
  Node* left = nullptr;
  if (rank == 0 && at_symbol("let")) {
    left = declaration();
  } else if (rank == 0 && at_symbol("if")) {
    left = if_else();
  } else {
    left = operand();
    std::string before;
    while (const auto found = infix(rank)) {
      if (before == "??" && found->op.text != "??" && found->op.text != "|") {
        throw Problem{found->op.from,
                      fmt::format("Operator ({}) and coalesce expressions (?\?) cannot be mixed. "
                                  "Wrap either by parentheses.",
                                  found->op.text)};
      }
      left = binary(left, *found);
      before = found->op.text;
    }
    if (rank == 0) left = ternary(left);
  }
  --depth_;
  return left;
}

// let NAME = VALUE; EXPRESSION
Node* Parser::declaration() {
  next();
  const Token name = expect_name();
  expect(TokenKind::symbol, "=");
  Node* const value = expression(0);
  expect(TokenKind::symbol, ";");
  Node* const rest = sequence();
  return make(Node::Kind::variable, name, name.text, {value, rest});
}

// if CONDITION { A } else { B }
Node* Parser::if_else() {
  const Token token = current_;
  next();
  Node* const condition = expression(0);
  expect(TokenKind::bracket, "{");
  Node* const yes = sequence();
  expect(TokenKind::bracket, "}");
  expect(TokenKind::symbol, "else");
  Node* no = nullptr;
  if (at_symbol("if")) {
    if (++depth_ > kDeepest) fail("the expression is nested too deeply");
    no = if_else();
    --depth_;
  } else {
    expect(TokenKind::bracket, "{");
    no = sequence();
    expect(TokenKind::bracket, "}");
  }
  return make(Node::Kind::conditional, token, "", {condition, yes, no});
}

// CONDITION ? A : B, or A ?: B
Node* Parser::ternary(Node* condition) {
  while (at_symbol("?")) {
    next();
    Node* yes = condition;
    if (!at_symbol(":")) yes = expression(0);
    expect(TokenKind::symbol, ":");
    Node* const no = expression(0);
    condition = make(Node::Kind::conditional, current_, "", {condition, yes, no});
  }
  return condition;
}

// The operator that goes on here, if it binds as tightly as that: then it is the current token.
std::optional<Parser::Infix> Parser::infix(int rank) {
  if (current_.kind != TokenKind::symbol) return std::nullopt;
  if (current_.text == "not") return negated_infix(rank);
  const Operator* const found = find_operator(current_.text);
  if (found == nullptr || found->rank < rank) return std::nullopt;
  return Infix{current_, found->rank, false};
}

std::optional<Parser::Infix> Parser::negated_infix(int rank) {
  const Token before = current_;
  next();
  if (!may_be_negated(current_.text)) unexpected();
  const Operator* const found = find_operator(current_.text);
  if (found->rank >= rank) return Infix{current_, found->rank, true};
  stashed_ = current_;
  current_ = before;
  return std::nullopt;
}

Node* Parser::binary(Node* left, const Infix& infix) {
  next();
  if (infix.op.text == "|") return pipe(left);
  if (is_comparison(infix.op.text)) return comparison(left, infix.op, infix.rank);
  const bool to_the_left = find_operator(infix.op.text)->grouping == Grouping::left;
  Node* const right = expression(to_the_left ? infix.rank + 1 : infix.rank);
  Node* const both = make(Node::Kind::binary, infix.op, infix.op.text, {left, right});
  return infix.negated ? make(Node::Kind::unary, infix.op, "not", {both}) : both;
}

// a < b <= c is a < b and b <= c.
Node* Parser::comparison(Node* left, Token op, int rank) {
  Node* all = nullptr;
  while (true) {
    Node* const right = expression(rank + 1);
    Node* const one = make(Node::Kind::binary, op, op.text, {left, right});
    all = all == nullptr ? one : make(Node::Kind::binary, op, "&&", {all, one});
    if (current_.kind != TokenKind::symbol || !is_comparison(current_.text)) return all;
    left = right;
    op = current_;
    next();
  }
}

// A | f(B) is f(A, B).
Node* Parser::pipe(Node* left) {
  const Token name = expect_name();
  return call(name, {left}, Names::any);
}

bool Parser::overridden(std::string_view name) const {
  return std::ranges::find(environment_, name, &Function::name) != environment_.end();
}

void Parser::next() {
  if (current_.kind == TokenKind::end) fail("unexpected end of expression");
  if (!stashed_) {
    current_ = lexer_.next();
    return;
  }
  current_ = *stashed_;
  stashed_.reset();
}

void Parser::expect(TokenKind kind, std::string_view text) {
  if (!current_.is(kind, text)) unexpected();
  next();
}

Token Parser::expect_name() {
  if (current_.kind != TokenKind::identifier) unexpected();
  const Token name = current_;
  next();
  return name;
}

void Parser::fail(std::string message) const { throw Problem{current_.from, std::move(message)}; }

void Parser::unexpected() const { fail("unexpected token " + describe(current_)); }

Node* Parser::make(Node::Kind kind,
                   const Token& at,
                   std::string text,
                   std::vector<Node*> children) {
  return tree_->add({kind, at.from, std::move(text), 0, 0, std::move(children)});
}

}  // namespace catena::expression
