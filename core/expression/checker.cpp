// SPDX-License-Identifier: Apache-2.0
#include "core/expression/checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace catena::expression {

using Kind = Type::Kind;

// Once, whoever it is a child of.
const Type& Checker::check(Node& node) {
  if (!node.checked) node.type = type_of(node);
  node.checked = true;
  return node.type;
}

Type Checker::type_of(Node& node) {
  switch (node.kind) {
    case Node::Kind::nil:
      return Type::of(Kind::nil);
    case Node::Kind::boolean:
      return Type::of(Kind::boolean);
    case Node::Kind::integer:
      return Type::of(Kind::integer);
    case Node::Kind::floating:
      return Type::of(Kind::floating);
    case Node::Kind::string:
      return Type::of(Kind::string);
    case Node::Kind::identifier:
      return identifier(node);
    case Node::Kind::unary:
      return unary(node);
    case Node::Kind::binary:
      return binary(node);
    case Node::Kind::conditional:
      return conditional(node);
    case Node::Kind::member:
      return member(node);
    case Node::Kind::slice:
      return slice(node);
    case Node::Kind::call:
      return call(node);
    case Node::Kind::builtin:
      return builtin(node);
    case Node::Kind::pointer:
      return pointer(node);
    case Node::Kind::variable:
      return variable(node);
    case Node::Kind::sequence:
      return sequence(node);
    case Node::Kind::list:
      return list(node);
    case Node::Kind::map:
      return map(node);
    case Node::Kind::predicate:
    case Node::Kind::chain:
      break;
  }
  return check(*node.children.front());
}

Type Checker::identifier(const Node& node) const {
  for (const Variable& one : std::views::reverse(variables_)) {
    if (one.name == node.text) return one.type;
  }
  const auto found = std::ranges::find(environment_, node.text, &Function::name);
  if (found == environment_.end()) {
    throw Problem{node.from, fmt::format("unknown name {}", node.text)};
  }
  return Type::function(found->signature());
}

Type Checker::member(Node& node) {
  const Type base = check(*node.children[0]);
  const Node& key_node = *node.children[1];
  const Type key = check(*node.children[1]);
  const bool named = key_node.kind == Node::Kind::string;
  if (base.is_unknown()) return {};
  if (base.is(Kind::nil) && named) {
    throw Problem{node.from, fmt::format("type nil has no field {}", key_node.text)};
  }
  if (base.is(Kind::map)) {
    if (key.is(Kind::string) || key.is_unknown()) return base.item();
    throw Problem{key_node.from,
                  fmt::format("cannot use {} to get an element from {}", key.name(), base.name())};
  }
  if (base.is_list()) {
    if (key.is(Kind::integer) || key.is_unknown()) return base.item();
    throw Problem{
        key_node.from,
        fmt::format("array elements can only be selected using an integer (got {})", key.name())};
  }
  throw Problem{node.from, named
                               ? fmt::format("type {} has no field {}", base.name(), key_node.text)
                               : fmt::format("type {}[{}] is undefined", base.name(), key.name())};
}

Type Checker::slice(Node& node) {
  const Type base = check(*node.children[0]);
  if (!base.is_unknown() && !base.is(Kind::string) && !base.is_list()) {
    throw Problem{node.from, fmt::format("cannot slice {}", base.name())};
  }
  for (Node* const end : {node.children[1], node.children[2]}) {
    if (end == nullptr) continue;
    const Type& type = check(*end);
    if (!type.is(Kind::integer) && !type.is_unknown()) {
      throw Problem{end->from, fmt::format("non-integer slice index {}", type.name())};
    }
  }
  return base.is_unknown() ? Type() : base;
}

Type Checker::conditional(Node& node) {
  const Type& condition = check(*node.children[0]);
  if (!condition.is(Kind::boolean) && !condition.is_unknown()) {
    throw Problem{node.children[0]->from,
                  fmt::format("non-bool expression (type {}) used as condition", condition.name())};
  }
  Type yes = check(*node.children[1]);
  Type no = check(*node.children[2]);
  if (yes.is(Kind::nil)) return no;
  if (no.is(Kind::nil)) return yes;
  if (!yes.fits(no)) return {};
  const bool lists = yes.is_list() && no.is_list();
  const bool alike = yes.item().fits(no.item()) && no.item().fits(yes.item());
  return lists && !alike ? Type::of(Kind::list) : yes;
}

Type Checker::variable(Node& node) {
  const auto is_taken = [&](const auto& one) { return one.name == node.text; };
  if (std::ranges::any_of(environment_, is_taken)) {
    throw Problem{node.from, fmt::format("cannot redeclare {}", node.text)};
  }
  if (find_builtin(node.text) != nullptr || is_missing_builtin(node.text)) {
    throw Problem{node.from, fmt::format("cannot redeclare builtin {}", node.text)};
  }
  if (std::ranges::any_of(variables_, is_taken)) {
    throw Problem{node.from, fmt::format("cannot redeclare variable {}", node.text)};
  }
  const Type value = check(*node.children[0]);
  variables_.push_back({node.text, value});
  const Type result = check(*node.children[1]);
  variables_.pop_back();
  return result;
}

Type Checker::pointer(const Node& node) const {
  const Scope& scope = scopes_.back();
  if (node.text.empty()) return scope.collection.item();
  const auto found = std::ranges::find(scope.pointers, node.text, &Variable::name);
  if (found != scope.pointers.end()) return found->type;
  throw Problem{node.from, fmt::format("unknown pointer #{}", node.text)};
}

// Of items of one type a list of these.
Type Checker::list(Node& node) {
  Type before;
  bool alike = true;
  for (Node* const item : node.children) {
    const Type type = check(*item);
    if (item != node.children.front() && type.kind != before.kind) alike = false;
    before = type;
  }
  return alike ? Type::list_of(before) : Type::of(Kind::list);
}

Type Checker::map(Node& node) {
  for (Node* const part : node.children) check(*part);
  return Type::of(Kind::map);
}

Type Checker::sequence(Node& node) {
  for (Node* const part : node.children) check(*part);
  return node.children.back()->type;
}

}  // namespace catena::expression
