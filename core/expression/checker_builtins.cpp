// SPDX-License-Identifier: Apache-2.0
#include "core/expression/checker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::expression {

using Kind = Type::Kind;

namespace {

bool is_list_or_unknown(const Type& type) { return type.is_list() || type.is_unknown(); }

// Go's type of a value of which nothing is known.
std::string name_of_argument(const Type& type) {
  if (type.is(Kind::nil)) return "<nil>";
  return type.is_unknown() ? "interface {}" : type.name();
}

// What the checks of these functions see of a list: nothing of what it holds.
Type plain_item(const Type& type) {
  return Type::of(type.is(Kind::strings) ? Kind::string : Kind::any);
}

}  // namespace

Type Checker::builtin(Node& node) {
  const BuiltinRow& row = *find_builtin(node.text);
  if (!row.arguments.empty()) return with_predicate(node, row.builtin);
  if (!row.overloads.empty()) return overloaded(node, row);
  for (Node* const argument : node.children) check(*argument);
  return by_rule(node, row.builtin);
}

void Checker::expect_count(const Node& node, std::size_t count) {
  if (node.children.size() == count) return;
  throw Problem{node.from, fmt::format("invalid number of arguments (expected {}, got {})", count,
                                       node.children.size())};
}

// `what` ends with the type of the first argument where that is not good.
Type Checker::expect(const Node& node, bool good, std::string_view what, const Type& result) {
  if (good) return result;
  const std::string type = name_of_argument(node.children.front()->type);
  throw Problem{node.from, fmt::format(fmt::runtime(what), type)};
}

Type Checker::by_rule(Node& node, Builtin builtin) {
  if (builtin == Builtin::max || builtin == Builtin::min) return most(node);
  if (builtin == Builtin::concat) return concat(node);
  if (builtin == Builtin::get) return get(node);
  if (builtin == Builtin::take) return take(node);
  expect_count(node, 1);
  const Type& first = node.children.front()->type;
  const bool list = is_list_or_unknown(first);
  const bool map = first.is(Kind::map) || first.is_unknown();
  const bool number = first.is_number() || first.is_unknown();
  const bool text = first.is(Kind::string) || first.is_unknown();
  const std::string invalid = fmt::format("invalid argument for {} (type {{}})", node.text);
  switch (builtin) {
    case Builtin::len:
      return expect(node, list || map || text, invalid, Type::of(Kind::integer));
    case Builtin::abs:
      return expect(node, number, invalid, first);
    case Builtin::ceil:
    case Builtin::floor:
    case Builtin::round:
      return expect(node, number, invalid, Type::of(Kind::floating));
    case Builtin::to_int:
      return expect(node, number || text, invalid, Type::of(Kind::integer));
    case Builtin::to_float:
      return expect(node, number || text, invalid, Type::of(Kind::floating));
    case Builtin::first:
    case Builtin::last:
      return expect(node, list, fmt::format("cannot get {} element from {{}}", node.text),
                    plain_item(first));
    case Builtin::keys:
    case Builtin::values:
      return expect(node, map, fmt::format("cannot get {} from {{}}", node.text),
                    Type::of(Kind::list));
    default:
      return expect(node, list, fmt::format("cannot {} {{}}", node.text), Type::of(Kind::list));
  }
}

Type Checker::get(const Node& node) const {
  expect_count(node, 2);
  const Type& base = node.children[0]->type;
  const Type& key = node.children[1]->type;
  if (base.is_unknown()) return {};
  if (base.is_list()) {
    if (key.is(Kind::integer) || key.is_unknown()) return base.item();
    throw Problem{node.children[1]->from, fmt::format("non-integer slice index {}", key.name())};
  }
  if (base.is(Kind::map)) {
    if (key.is(Kind::string) || key.is_unknown()) return base.item();
    throw Problem{node.children[1]->from,
                  fmt::format("cannot use {} to get an element from {}", key.name(), base.name())};
  }
  throw Problem{node.children[0]->from,
                fmt::format("type {} does not support indexing", base.name())};
}

// Of min and max. What stands behind a list is looked at when it runs only.
Type Checker::most(const Node& node) const {
  if (node.children.empty()) {
    throw Problem{node.from, fmt::format("not enough arguments to call {}", node.text)};
  }
  for (const Node* const argument : node.children) {
    if (is_list_or_unknown(argument->type)) return Type::of(Kind::any);
    if (argument->type.is_number()) continue;
    throw Problem{node.from, fmt::format("invalid argument for {} (type {})", node.text,
                                         name_of_argument(argument->type))};
  }
  return node.children.front()->type;
}

Type Checker::take(const Node& node) const {
  expect_count(node, 2);
  const Type& count = node.children[1]->type;
  expect(node, is_list_or_unknown(node.children[0]->type), "cannot take from {}", {});
  if (count.is(Kind::integer) || count.is_unknown()) return node.children[0]->type;
  throw Problem{node.from, fmt::format("cannot take {} elements", name_of_argument(count))};
}

Type Checker::concat(const Node& node) const {
  if (node.children.empty()) {
    throw Problem{node.from, "invalid number of arguments (expected at least 1, got 0)"};
  }
  for (const Node* const argument : node.children) {
    if (is_list_or_unknown(argument->type)) continue;
    throw Problem{node.from, "cannot concat " + name_of_argument(argument->type)};
  }
  return Type::of(Kind::list);
}

const Type& Checker::predicate(Node& node, Scope scope) {
  scopes_.push_back(std::move(scope));
  Node& inner = *node.children[1];
  const Type& type = check(inner);
  scopes_.pop_back();
  if (!type.is(Kind::nil)) return type;
  throw Problem{inner.from, "predicate should has one input and one output param"};
}

Type Checker::with_predicate(Node& node, Builtin builtin) {
  const Type collection = check(*node.children[0]);
  if (!is_list_or_unknown(collection)) {
    throw Problem{node.children[0]->from, fmt::format("builtin {} takes only array (got {})",
                                                      node.text, collection.name())};
  }
  const bool bare = node.children.size() == 1;
  Type item = collection.item();
  const Variable index{"index", Type::of(Kind::integer)};
  if (builtin == Builtin::sum) return bare ? item : predicate(node, {collection, {}});
  if (builtin == Builtin::map) return Type::list_of(predicate(node, {collection, {index}}));
  if (builtin == Builtin::reduce) {
    const Type result = predicate(node, {collection, {index, {"acc", {}}}});
    if (node.children.size() == 3) check(*node.children[2]);
    return result;
  }
  const Type tested = bare ? Type() : predicate(node, {collection, {}});
  if (!tested.is(Kind::boolean) && !tested.is_unknown()) {
    throw Problem{node.children[1]->from,
                  fmt::format("predicate should return boolean (got {})", tested.name())};
  }
  switch (builtin) {
    case Builtin::filter:
      return collection.is_unknown() ? Type::of(Kind::list) : Type::list_of(item);
    case Builtin::find:
    case Builtin::find_last:
      return item;
    case Builtin::count:
    case Builtin::find_index:
    case Builtin::find_last_index:
      return Type::of(Kind::integer);
    default:
      return Type::of(Kind::boolean);
  }
}

}  // namespace catena::expression
