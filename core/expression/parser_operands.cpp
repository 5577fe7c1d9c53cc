// SPDX-License-Identifier: Apache-2.0
// What stands between operators.
#include "core/expression/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace catena::expression {
namespace {

constexpr int kRankOfNot = 50;
constexpr int kRankOfSign = 90;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

}  // namespace

Node* Parser::operand() {
  const bool sign = at_symbol("-") || at_symbol("+");
  if (sign || at_symbol("not") || at_symbol("!")) return unary();
  if (at_bracket("(")) {
    next();
    Node* const inner = sequence();
    expect(TokenKind::bracket, ")");
    return postfix(inner);
  }
  if (predicates_ > 0 && (at_symbol("#") || at_symbol("."))) return postfix(pointer());
  if (at_symbol("::")) {
    next();
    const Token name = expect_name();
    return postfix(call(name, {}, Names::of_the_language));
  }
  return primary();
}

Node* Parser::unary() {
  const Token token = current_;
  next();
  Node* const inner = expression(token.text == "-" || token.text == "+" ? kRankOfSign : kRankOfNot);
  return postfix(make(Node::Kind::unary, token, token.text, {inner}));
}

// `#`, `#name`; a point at the start is one of `#` too, and is read as a member then.
Node* Parser::pointer() {
  const Token token = current_;
  std::string name;
  if (at_symbol("#")) {
    next();
    if (current_.kind == TokenKind::identifier) {
      name = current_.text;
      next();
    }
  }
  return make(Node::Kind::pointer, token, name);
}

Node* Parser::primary() {
  const Token token = current_;
  switch (token.kind) {
    case TokenKind::identifier:
      next();
      return named(token);
    case TokenKind::number:
      next();
      return number(token);
    case TokenKind::string:
      next();
      return postfix(make(Node::Kind::string, token, token.text));
    case TokenKind::bracket:
      if (token.text == "[") return postfix(list());
      if (token.text == "{") return postfix(map());
      break;
    case TokenKind::symbol:
    case TokenKind::end:
      break;
  }
  unexpected();
}

Node* Parser::named(const Token& token) {
  if (token.text == "true" || token.text == "false") {
    Node* const node = make(Node::Kind::boolean, token, "");
    node->integer = token.text == "true" ? 1 : 0;
    return node;
  }
  if (token.text == "nil") return make(Node::Kind::nil, token, "");
  if (token.text == "$env") throw Problem{token.from, "$env is not supported"};
  if (at_bracket("(")) return postfix(call(token, {}, Names::any));
  return postfix(make(Node::Kind::identifier, token, token.text));
}

Node* Parser::number(const Token& token) {
  std::string digits = token.text;
  std::erase(digits, '_');
  const std::string folded = lower(digits);
  if (folded.starts_with("0x")) return integer(token, digits, 16, "hex");
  if (folded.find_first_of(".e") != std::string::npos) return floating(token, digits);
  if (folded.starts_with("0b")) return integer(token, digits, 2, "binary");
  if (folded.starts_with("0o")) return integer(token, digits, 8, "octal");
  return integer(token, digits, 10, "integer");
}

Node* Parser::integer(const Token& token,
                      std::string_view digits,
                      int base,
                      std::string_view kind) {
  const std::string_view bare = base == 10 ? digits : digits.substr(2);
  Node* const node = make(Node::Kind::integer, token, "");
  const auto [end, error] =
      std::from_chars(bare.data(), bare.data() + bare.size(), node->integer, base);
  const bool too_large = error == std::errc::result_out_of_range;
  if (!too_large && end == bare.data() + bare.size() && !bare.empty()) return node;
  fail(fmt::format("invalid {} literal: strconv.ParseInt: parsing {}: {}", kind, quoted(digits),
                   too_large ? "value out of range" : "invalid syntax"));
}

Node* Parser::floating(const Token& token, std::string_view digits) {
  Node* const node = make(Node::Kind::floating, token, "");
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), node->floating);
  const bool whole = end == digits.data() + digits.size();
  const bool out_of_range = error == std::errc::result_out_of_range;
  // What is too small is nothing.
  const bool small = out_of_range && lower(digits).find("e-") != std::string::npos;
  if (small) node->floating = 0;
  if (whole && (!out_of_range || small)) return node;
  fail(fmt::format("invalid float literal: strconv.ParseFloat: parsing {}: {}", quoted(digits),
                   out_of_range ? "value out of range" : "invalid syntax"));
}

Node* Parser::list() {
  const Token token = current_;
  next();
  std::vector<Node*> items;
  while (!at_bracket("]")) {
    if (!items.empty()) {
      expect(TokenKind::symbol, ",");
      if (at_bracket("]")) break;
    }
    items.push_back(expression(0));
  }
  next();
  return make(Node::Kind::list, token, "", std::move(items));
}

Node* Parser::map() {
  const Token token = current_;
  next();
  std::vector<Node*> entries;
  while (!at_bracket("}")) {
    if (!entries.empty()) {
      expect(TokenKind::symbol, ",");
      if (at_bracket("}")) break;
      if (at_symbol(",")) unexpected();
    }
    entries.push_back(map_key());
    expect(TokenKind::symbol, ":");
    entries.push_back(expression(0));
  }
  next();
  return make(Node::Kind::map, token, "", std::move(entries));
}

Node* Parser::map_key() {
  const bool plain = current_.kind == TokenKind::number || current_.kind == TokenKind::string ||
                     current_.kind == TokenKind::identifier;
  if (plain) {
    Node* const key = make(Node::Kind::string, current_, current_.text);
    next();
    return key;
  }
  if (at_bracket("(")) return expression(0);
  fail(
      fmt::format("a map key must be a quoted string, a number, a identifier, or an expression "
                  "enclosed in parentheses (unexpected token {})",
                  describe(current_)));
}

}  // namespace catena::expression
