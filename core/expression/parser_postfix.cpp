// SPDX-License-Identifier: Apache-2.0
// What may stand behind an operand: members, indices, slices, arguments.
#include "core/expression/builtins.hpp"
#include "core/expression/parser.hpp"

#include <fmt/format.h>

namespace catena::expression {

Node* Parser::postfix(Node* node) {
  while (true) {
    if (at_symbol(".") || at_symbol("?.")) {
      node = member(node);
    } else if (at_bracket("[")) {
      node = index(node, false);
    } else {
      return node;
    }
  }
}

// What follows a `?.` ends with it where there is nothing.
Node* Parser::member(Node* base) {
  const bool optional = at_symbol("?.");
  next();
  if (optional && at_bracket("[")) return index(base, true);
  const Token name = current_;
  next();
  const bool word = name.kind == TokenKind::symbol && is_name(name.text);
  if (name.kind != TokenKind::identifier && !word) fail("expected name");
  if (at_bracket("(")) throw Problem{name.from, "calls of members are not supported"};
  const bool in_chain = base->kind == Node::Kind::chain;
  if (in_chain) base = base->children.front();
  Node* const key = make(Node::Kind::string, name, name.text);
  Node* const node = make(Node::Kind::member, name, "", {base, key});
  node->optional = optional;
  return in_chain || optional ? make(Node::Kind::chain, name, "", {node}) : node;
}

// base[index], base[from:to]
Node* Parser::index(Node* base, bool optional) {
  const Token bracket = current_;
  next();
  if (at_symbol(":")) return slice(base, nullptr, bracket);
  Node* const first = expression(0);
  if (at_symbol(":")) return slice(base, first, bracket);
  Node* node = make(Node::Kind::member, bracket, "", {base, first});
  node->optional = optional;
  if (optional) node = make(Node::Kind::chain, bracket, "", {node});
  expect(TokenKind::bracket, "]");
  return node;
}

Node* Parser::slice(Node* base, Node* first, const Token& bracket) {
  next();
  Node* const last = at_bracket("]") ? nullptr : expression(0);
  expect(TokenKind::bracket, "]");
  return make(Node::Kind::slice, bracket, "", {base, first, last});
}

Node* Parser::call(const Token& name, std::vector<Node*> arguments, Names names) {
  const bool own = names == Names::any && overridden(name.text);
  const BuiltinRow* const row = own ? nullptr : find_builtin(name.text);
  if (row == nullptr && !overridden(name.text) && is_missing_builtin(name.text)) {
    throw Problem{name.from, fmt::format("the function {} is not supported", name.text)};
  }
  if (row != nullptr && !row->arguments.empty()) {
    predicate_arguments(*row, arguments);
  } else {
    read_arguments(arguments);
  }
  const Node::Kind kind = row != nullptr ? Node::Kind::builtin : Node::Kind::call;
  return make(kind, name, name.text, std::move(arguments));
}

void Parser::predicate_arguments(const BuiltinRow& row, std::vector<Node*>& arguments) {
  expect(TokenKind::bracket, "(");
  const std::size_t given = arguments.size();
  for (std::size_t i = given; i < row.arguments.size(); ++i) {
    const Argument argument = row.arguments[i];
    if (at_bracket(")")) {
      if (argument == Argument::optional_predicate || argument == Argument::optional_value) break;
      fail(fmt::format("expected at least {} arguments", row.arguments.size() - given));
    }
    if (i > given) expect(TokenKind::symbol, ",");
    const bool tested = argument == Argument::predicate || argument == Argument::optional_predicate;
    arguments.push_back(tested ? predicate() : expression(0));
  }
  if (at_symbol(",")) next();
  expect(TokenKind::bracket, ")");
}

void Parser::read_arguments(std::vector<Node*>& arguments) {
  const std::size_t given = arguments.size();
  expect(TokenKind::bracket, "(");
  while (!at_bracket(")")) {
    if (arguments.size() > given) expect(TokenKind::symbol, ",");
    if (at_bracket(")")) break;
    arguments.push_back(expression(0));
  }
  next();
}

// EXPRESSION or { EXPRESSIONS }, about `#`.
Node* Parser::predicate() {
  const Token token = current_;
  const bool braces = at_bracket("{");
  if (braces) next();
  ++predicates_;
  Node* const inner = braces ? sequence() : expression(0);
  if (!braces && at_symbol(";")) fail("wrap predicate with brackets { and }");
  --predicates_;
  if (braces) expect(TokenKind::bracket, "}");
  return make(Node::Kind::predicate, token, "", {inner});
}

}  // namespace catena::expression
