// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/builtins.hpp"
#include "core/expression/program.hpp"
#include "core/expression/tree.hpp"

#include <string>
#include <vector>

namespace catena::expression {

/// Writes a program for a tree that is checked.
class Compiler {
 public:
  /// A comparison of three in a row has the middle one twice, and such ones may lie in each other.
  static constexpr std::size_t kMostInstructions = 50'000;

  Compiler(Program& program, Environment environment)
      : program_(program), environment_(environment) {}

  /// Throws Problem where it would be too long.
  void compile(const Node& root) { write(root); }

 private:
  void write(const Node& node);
  void write_children(const Node& node);
  void binary(const Node& node);
  void logical(const Node& node);
  void either(const Node& node, Code jump);
  void pattern(const Node& node);
  void conditional(const Node& node);
  void member(const Node& node);
  void chain(const Node& node);
  void slice(const Node& node);
  void list(const Node& node);
  void variable(const Node& node);
  void identifier(const Node& node);
  void call(const Node& node);
  void pointer(const Node& node);
  void sequence(const Node& node);

  // compiler_loops.cpp
  void loop(const Node& node, Builtin builtin);
  void test(const Node& node, Code jump, bool inverted, bool otherwise);
  void count(const Node& node, Builtin builtin);
  void filter(const Node& node);
  void map(const Node& node);
  void find(const Node& node, Builtin builtin);
  void sum(const Node& node);
  void reduce(const Node& node);
  void begin(const Node& list);
  void end(const Node& node);
  template <class Body>
  void each(const Node& node, Code step, const Body& body);
  void predicate_or_item(const Node& node);

  std::size_t emit(const Node& node, Code code, std::size_t argument = 0, std::size_t count = 0);
  /// A jump that was written before goes on here.
  void land(std::size_t jump);
  void push(const Node& node, const Value& value);
  Value literal(const Node& node);

  Program& program_;
  Environment environment_;
  std::vector<std::string> names_;                // Of variables, each at its place.
  std::vector<std::vector<std::size_t>> chains_;  // Jumps out of each.
  std::size_t loops_ = 0;
};

}  // namespace catena::expression
