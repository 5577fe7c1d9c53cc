// SPDX-License-Identifier: Apache-2.0
#include "core/expression/checker.hpp"
#include "core/expression/pattern.hpp"

#include <fmt/format.h>

#include <array>

namespace catena::expression {
namespace {

using Kind = Type::Kind;

/// What both sides of an operator must be; where one is not known the other one decides.
struct Rule {
  bool numbers = false;
  bool integers = false;
  bool strings = false;
  bool booleans = false;
};

bool allows(const Rule& rule, const Type& type) {
  return (rule.numbers && type.is_number()) || (rule.integers && type.is(Kind::integer)) ||
         (rule.strings && type.is(Kind::string)) || (rule.booleans && type.is(Kind::boolean));
}

enum class Fit : std::uint8_t { no, known, perhaps };

Fit fit(const Rule& rule, const Type& left, const Type& right) {
  if (left.is_unknown() || right.is_unknown()) {
    const bool good =
        (left.is_unknown() && right.is_unknown()) || allows(rule, left.is_unknown() ? right : left);
    return good ? Fit::perhaps : Fit::no;
  }
  const bool both_numbers = left.is_number() && right.is_number();
  const bool alike = left.kind == right.kind || both_numbers;
  return alike && allows(rule, left) && allows(rule, right) ? Fit::known : Fit::no;
}

struct Row {
  std::string_view op;
  Rule rule;
  Kind result;  ///< `unknown`: that of the operands.
};

constexpr std::array<Row, 19> kRows{{
    {"or", {.booleans = true}, Kind::boolean},
    {"||", {.booleans = true}, Kind::boolean},
    {"and", {.booleans = true}, Kind::boolean},
    {"&&", {.booleans = true}, Kind::boolean},
    {"<", {.numbers = true, .strings = true}, Kind::boolean},
    {">", {.numbers = true, .strings = true}, Kind::boolean},
    {"<=", {.numbers = true, .strings = true}, Kind::boolean},
    {">=", {.numbers = true, .strings = true}, Kind::boolean},
    {"+", {.numbers = true, .strings = true}, Kind::unknown},
    {"-", {.numbers = true}, Kind::unknown},
    {"*", {.numbers = true}, Kind::unknown},
    {"/", {.numbers = true}, Kind::floating},
    {"**", {.numbers = true}, Kind::floating},
    {"^", {.numbers = true}, Kind::floating},
    {"%", {.integers = true}, Kind::integer},
    {"matches", {.strings = true}, Kind::boolean},
    {"contains", {.strings = true}, Kind::boolean},
    {"startsWith", {.strings = true}, Kind::boolean},
    {"endsWith", {.strings = true}, Kind::boolean},
}};

// Of `+`, `-` and `*`.
Type of_operands(const Type& left, const Type& right) {
  if (left.is(Kind::floating) || right.is(Kind::floating)) return Type::of(Kind::floating);
  return left;
}

[[noreturn]] void mismatch(const Node& node, const Type& left, const Type& right) {
  throw Problem{node.from, fmt::format("invalid operation: {} (mismatched types {} and {})",
                                       node.text, left.name(), right.name())};
}

Type by_row(const Node& node, const Row& row, const Type& left, const Type& right) {
  const Fit found = fit(row.rule, left, right);
  if (found == Fit::no) mismatch(node, left, right);
  if (row.result != Kind::unknown) return Type::of(row.result);
  return found == Fit::known ? of_operands(left, right) : Type();
}

Type coalesced(const Type& left, const Type& right) {
  if (left.is(Kind::nil)) return right;
  if (right.is(Kind::nil)) return left;
  return right.fits(left) ? left : Type();
}

}  // namespace

Type Checker::unary(Node& node) {
  const Type& type = check(*node.children.front());
  const bool sign = node.text == "-" || node.text == "+";
  if (sign && type.is_number()) return type;
  if (sign && type.is_unknown()) return {};
  if (!sign && (type.is(Kind::boolean) || type.is_unknown())) return Type::of(Kind::boolean);
  throw Problem{node.from,
                fmt::format("invalid operation: {} (mismatched type {})", node.text, type.name())};
}

Type Checker::binary(Node& node) {
  const Type& left = check(*node.children[0]);
  const Type& right = check(*node.children[1]);
  if (node.text == "in") return in(node, left, right);
  if (node.text == "??") return coalesced(left, right);
  if (node.text == "==" || node.text == "!=") {
    if (!left.comparable_to(right)) mismatch(node, left, right);
    return Type::of(Kind::boolean);
  }
  if (node.text == "..") {
    if (fit({.integers = true}, left, right) == Fit::no) mismatch(node, left, right);
    return Type::list_of(Type::of(Kind::integer));
  }
  if (node.text == "matches") check_pattern(node);
  const auto row = std::ranges::find(kRows, node.text, &Row::op);
  const Type result = by_row(node, *row, left, right);
  const bool zero = node.children[1]->kind == Node::Kind::integer && node.children[1]->integer == 0;
  if (node.text == "%" && zero && node.children[0]->kind == Node::Kind::integer) {
    throw Problem{node.from, "integer divide by zero"};
  }
  return result;
}

Type Checker::in(const Node& node, const Type& left, const Type& right) const {
  if (right.is(Kind::map)) {
    if (left.is_unknown() || left.is(Kind::string)) return Type::of(Kind::boolean);
    throw Problem{node.from, fmt::format("cannot use {} as type string in map key", left.name())};
  }
  if (right.is_list()) {
    const Type item = right.item();
    if (left.comparable_to(item)) return Type::of(Kind::boolean);
    throw Problem{node.from,
                  fmt::format("cannot use {} as type {} in array", left.name(), item.name())};
  }
  const bool perhaps = right.is_unknown() || (left.is_unknown() && right.is(Kind::string));
  if (!perhaps) mismatch(node, left, right);
  return Type::of(Kind::boolean);
}

void Checker::check_pattern(const Node& node) const {
  if (node.children[1]->kind != Node::Kind::string) return;
  const Pattern pattern(node.children[1]->text);
  if (!pattern.error().empty()) throw Problem{node.from, pattern.error()};
}

}  // namespace catena::expression
