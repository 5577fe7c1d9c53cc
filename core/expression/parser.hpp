// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/environment.hpp"
#include "core/expression/lexer.hpp"
#include "core/expression/tree.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catena::expression {

struct BuiltinRow;

/// Makes a tree of an expression, with expr-lang's operators, their ranks and its complaints.
class Parser {
 public:
  /// How deep expressions may stand within each other.
  static constexpr unsigned kDeepest = 200;

  /// Both outlive it.
  Parser(std::string_view source, Environment environment);

  /// The nodes are the tree's. Throws Problem.
  Node* parse(Tree& tree);

 private:
  struct Infix {
    Token op;
    int rank;
    bool negated;
  };

  Node* sequence();
  Node* expression(int rank);
  Node* declaration();
  Node* if_else();
  Node* ternary(Node* condition);
  std::optional<Infix> infix(int rank);
  std::optional<Infix> negated_infix(int rank);
  Node* binary(Node* left, const Infix& infix);
  Node* comparison(Node* left, Token op, int rank);
  Node* pipe(Node* left);

  // parser_operands.cpp
  Node* operand();
  Node* unary();
  Node* pointer();
  Node* primary();
  Node* named(const Token& token);
  Node* number(const Token& token);
  Node* integer(const Token& token, std::string_view digits, int base, std::string_view kind);
  Node* floating(const Token& token, std::string_view digits);
  Node* list();
  Node* map();
  Node* map_key();

  // parser_postfix.cpp
  Node* postfix(Node* node);
  Node* member(Node* base);
  Node* index(Node* base, bool optional);
  Node* slice(Node* base, Node* first, const Token& bracket);
  enum class Names : std::uint8_t { any, of_the_language };
  Node* call(const Token& name, std::vector<Node*> arguments, Names names);
  void predicate_arguments(const BuiltinRow& row, std::vector<Node*>& arguments);
  void read_arguments(std::vector<Node*>& arguments);
  Node* predicate();

  bool overridden(std::string_view name) const;
  void next();
  void expect(TokenKind kind, std::string_view text);
  Token expect_name();
  bool at_symbol(std::string_view text) const { return current_.is_symbol(text); }
  bool at_bracket(std::string_view text) const { return current_.is_bracket(text); }
  [[noreturn]] void fail(std::string message) const;
  [[noreturn]] void unexpected() const;
  Node* make(Node::Kind kind, const Token& at, std::string text, std::vector<Node*> children = {});

  Lexer lexer_;
  Environment environment_;
  Tree* tree_ = nullptr;
  Token current_{TokenKind::symbol, {}, 0};
  std::optional<Token> stashed_;
  unsigned depth_ = 0;
  unsigned predicates_ = 0;
};

}  // namespace catena::expression
