// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/builtins.hpp"
#include "core/expression/environment.hpp"
#include "core/expression/tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace catena::expression {

/// Finds out the type of each node, as far as that is known, and refuses what cannot be, with
/// expr-lang's words. What is not known is checked when it runs.
class Checker {
 public:
  explicit Checker(Environment environment) : environment_(environment) {}

  /// Throws Problem.
  const Type& check(Node& node);

 private:
  /// Names that hold within a part of the expression.
  struct Variable {
    std::string name;
    Type type;
  };
  /// What `#` means in a predicate.
  struct Scope {
    Type collection;
    std::vector<Variable> pointers;
  };

  Type type_of(Node& node);
  Type identifier(const Node& node) const;
  Type member(Node& node);
  Type slice(Node& node);
  Type conditional(Node& node);
  Type variable(Node& node);
  Type pointer(const Node& node) const;
  Type list(Node& node);
  Type map(Node& node);
  Type sequence(Node& node);

  // checker_operators.cpp
  Type unary(Node& node);
  Type binary(Node& node);
  Type in(const Node& node, const Type& left, const Type& right) const;
  void check_pattern(const Node& node) const;

  // checker_calls.cpp
  Type call(Node& node);
  Type overloaded(Node& node, const BuiltinRow& row);
  std::string misfit(Node& node, std::span<const Type::Kind> parameters, const Node*& at);

  // checker_builtins.cpp
  Type builtin(Node& node);
  Type by_rule(Node& node, Builtin builtin);
  Type get(const Node& node) const;
  Type most(const Node& node) const;
  Type take(const Node& node) const;
  Type concat(const Node& node) const;
  Type with_predicate(Node& node, Builtin builtin);
  const Type& predicate(Node& node, Scope scope);
  static void expect_count(const Node& node, std::size_t count);
  static Type expect(const Node& node, bool good, std::string_view what, const Type& result);

  Environment environment_;
  std::vector<Variable> variables_;
  std::vector<Scope> scopes_;
};

}  // namespace catena::expression
