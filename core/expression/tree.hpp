// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/problem.hpp"
#include "core/expression/type.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace catena::expression {

/// A part of an expression. What `children` are stands beside each kind.
struct Node {
  enum class Kind : std::uint8_t {
    nil,
    boolean,  ///< `integer` is 0 or 1.
    integer,
    floating,
    string,       ///< `text`
    identifier,   ///< `text`
    unary,        ///< operator in `text`; operand
    binary,       ///< operator in `text`; left, right
    conditional,  ///< condition, where true, where false
    member,       ///< base, key
    slice,        ///< base, from or null, to or null
    call,         ///< a function of the environment in `text`; arguments
    builtin,      ///< one of the language in `text`; arguments
    predicate,    ///< expression
    pointer,      ///< `#`, `#index`, `#acc`: name in `text`
    variable,     ///< name in `text`; value, expression
    sequence,     ///< expressions, the last counts
    list,         ///< items
    map,          ///< keys and values by turns
    chain,        ///< expression that a `?.` in it may end
  };

  Kind kind;
  std::size_t from;  ///< Byte of the source that complaints point at.
  std::string text = {};
  std::int64_t integer = 0;
  double floating = 0;
  std::vector<Node*> children = {};
  bool optional = false;  ///< Of a member: `?.`
  unsigned depth = 0;     ///< The longest way down.
  Type type = {};         ///< Known once it was checked.
  bool checked = false;
};

/// Owns the nodes of an expression; one may be the child of several.
class Tree {
 public:
  static constexpr std::size_t kMostNodes = 10000;
  static constexpr unsigned kDeepest = 1000;

  /// Throws Problem at a limit.
  Node* add(Node node) {
    if (nodes_.size() >= kMostNodes) {
      throw Problem{node.from, "compilation failed: expression exceeds maximum allowed nodes"};
    }
    for (const Node* child : node.children) {
      if (child != nullptr) node.depth = std::max(node.depth, child->depth + 1);
    }
    if (node.depth > kDeepest) throw Problem{node.from, "the expression is nested too deeply"};
    return &nodes_.emplace_back(std::move(node));
  }

 private:
  std::deque<Node> nodes_;
};

}  // namespace catena::expression
