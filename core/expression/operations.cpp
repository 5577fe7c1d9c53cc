// SPDX-License-Identifier: Apache-2.0
#include "core/expression/operations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace catena::expression {
namespace {

using Kind = Value::Kind;

std::string_view sign_of(Operation operation) {
  switch (operation) {
    case Operation::equal:
      return "==";
    case Operation::less:
      return "<";
    case Operation::more:
      return ">";
    case Operation::less_equal:
      return "<=";
    case Operation::more_equal:
      return ">=";
    case Operation::add:
      return "+";
    case Operation::subtract:
      return "-";
    case Operation::multiply:
      return "*";
    case Operation::divide:
      return "/";
    case Operation::modulo:
      return "%";
    case Operation::power:
      return "**";
    case Operation::in:
      return "in";
    case Operation::range:
      return "..";
    case Operation::contains:
      return "contains";
    case Operation::starts_with:
      return "startsWith";
    case Operation::ends_with:
      break;
  }
  return "endsWith";
}

Value refuse(const Value& left, std::string_view sign, const Value& right, Workspace& work) {
  return work.fail({"invalid operation: ", name_of(left), " ", sign, " ", name_of(right)});
}

// Whole numbers wrap.
std::int64_t wrapped(Operation operation, std::int64_t left, std::int64_t right) {
  const auto a = static_cast<std::uint64_t>(left);
  const auto b = static_cast<std::uint64_t>(right);
  if (operation == Operation::add) return static_cast<std::int64_t>(a + b);
  if (operation == Operation::subtract) return static_cast<std::int64_t>(a - b);
  return static_cast<std::int64_t>(a * b);
}

double computed(Operation operation, double left, double right) {
  if (operation == Operation::add) return left + right;
  if (operation == Operation::subtract) return left - right;
  return left * right;
}

Value joined(std::string_view left, std::string_view right, Workspace& work) {
  const std::span<char> room = work.characters(left.size() + right.size());
  if (work.failed()) return {};
  std::ranges::copy(right, std::ranges::copy(left, room.data()).out);
  return Value::string({room.data(), room.size()});
}

// +, - and *
Value arithmetic(Operation operation, const Value& left, const Value& right, Workspace& work) {
  if (left.is(Kind::integer) && right.is(Kind::integer)) {
    return Value::integer(wrapped(operation, left.as_integer(), right.as_integer()));
  }
  if (left.is_number() && right.is_number()) {
    return Value::floating(computed(operation, left.number(), right.number()));
  }
  if (operation == Operation::add && left.is(Kind::string) && right.is(Kind::string)) {
    return joined(left.text(), right.text(), work);
  }
  return refuse(left, sign_of(operation), right, work);
}

Value divided(Operation operation, const Value& left, const Value& right, Workspace& work) {
  if (!left.is_number() || !right.is_number()) {
    return refuse(left, sign_of(operation), right, work);
  }
  if (operation == Operation::power)
    return Value::floating(std::pow(left.number(), right.number()));
  return Value::floating(left.number() / right.number());
}

Value modulo(const Value& left, const Value& right, Workspace& work) {
  if (!left.is(Kind::integer) || !right.is(Kind::integer)) return refuse(left, "%", right, work);
  if (right.as_integer() == 0) return work.fail({"integer divide by zero"});
  // The least number divided by -1 is none of 64 bits.
  if (right.as_integer() == -1) return Value::integer(0);
  return Value::integer(left.as_integer() % right.as_integer());
}

Value range(const Value& left, const Value& right, Workspace& work) {
  const std::int64_t first = whole(left, work);
  const std::int64_t last = whole(right, work);
  if (work.failed() || last < first) return Value::list({});
  const std::uint64_t more = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
  // As many as expr-lang has memory for.
  if (more >= 1'000'000) return work.fail({"memory budget exceeded"});
  return Value::range(first, static_cast<std::size_t>(more) + 1);
}

bool is_in(const Value& needle, const Value& hay, Workspace& work) {
  if (hay.is(Kind::nil)) return false;
  if (hay.is(Kind::range) && needle.is(Kind::integer)) {
    const std::int64_t first = hay.item(0).as_integer();
    return needle.as_integer() >= first &&
           needle.as_integer() <= hay.item(hay.size() - 1).as_integer();
  }
  if (!hay.is_list() && !hay.is(Kind::map)) {
    work.fail({"operator \"in\" not defined on ", name_of(hay)});
    return false;
  }
  for (std::size_t i = 0; i < hay.size() && work.spend(1); ++i) {
    if (equal(hay.is(Kind::map) ? hay.key(i) : hay.item(i), needle, work)) return true;
  }
  return false;
}

// contains, startsWith, endsWith
Value searched(Operation operation, const Value& left, const Value& right, Workspace& work) {
  if (left.is(Kind::nil) || right.is(Kind::nil)) return Value::boolean(false);
  if (!left.is(Kind::string) || !right.is(Kind::string)) {
    return refuse(left, sign_of(operation), right, work);
  }
  if (operation == Operation::starts_with)
    return Value::boolean(left.text().starts_with(right.text()));
  if (operation == Operation::ends_with) return Value::boolean(left.text().ends_with(right.text()));
  work.spend(left.size() / 8 * (right.size() / 8 + 1));
  return Value::boolean(left.text().find(right.text()) != std::string_view::npos);
}

bool same_items(const Value& left, const Value& right, Workspace& work, unsigned depth) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!work.spend(1) || !equal(left.item(i), right.item(i), work, depth)) return false;
  }
  return true;
}

bool same_entries(const Value& left, const Value& right, Workspace& work, unsigned depth) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!is_in(left.key(i), right, work)) return false;
    if (!equal(left.mapped(i), get(right, left.key(i), work), work, depth)) return false;
  }
  return true;
}

Value ordered(Operation operation, const Value& left, const Value& right, Workspace& work) {
  const std::string_view sign = sign_of(operation);
  switch (operation) {
    case Operation::less:
      return Value::boolean(less(left, right, sign, work));
    case Operation::more:
      return Value::boolean(less(right, left, sign, work));
    default:
      break;
  }
  const bool numbers = left.is_number() && right.is_number();
  if (numbers && (std::isnan(left.number()) || std::isnan(right.number())))
    return Value::boolean(false);
  const bool exceeds = operation == Operation::less_equal ? less(right, left, sign, work)
                                                          : less(left, right, sign, work);
  return Value::boolean(!exceeds);
}

}  // namespace

Value apply(Operation operation, const Value& left, const Value& right, Workspace& work) {
  switch (operation) {
    case Operation::equal:
      return Value::boolean(equal(left, right, work));
    case Operation::less:
    case Operation::more:
    case Operation::less_equal:
    case Operation::more_equal:
      return ordered(operation, left, right, work);
    case Operation::add:
    case Operation::subtract:
    case Operation::multiply:
      return arithmetic(operation, left, right, work);
    case Operation::divide:
    case Operation::power:
      return divided(operation, left, right, work);
    case Operation::modulo:
      return modulo(left, right, work);
    case Operation::in:
      return Value::boolean(is_in(left, right, work));
    case Operation::range:
      return range(left, right, work);
    case Operation::contains:
    case Operation::starts_with:
    case Operation::ends_with:
      break;
  }
  return searched(operation, left, right, work);
}

Value negate(const Value& value, Workspace& work) {
  if (value.is(Kind::floating)) return Value::floating(-value.as_floating());
  if (!value.is(Kind::integer)) return work.fail({"invalid operation: - ", name_of(value)});
  return Value::integer(wrapped(Operation::subtract, 0, value.as_integer()));
}

bool equal(const Value& left, const Value& right, Workspace& work, unsigned depth) {
  if (depth > Workspace::kDeepest) {
    work.fail({"recursion depth exceeded"});
    return false;
  }
  if (left.is_list() && right.is_list()) return same_items(left, right, work, depth + 1);
  if (left.is_number() && right.is_number()) {
    const bool whole_numbers = left.is(Kind::integer) && right.is(Kind::integer);
    return whole_numbers ? left.as_integer() == right.as_integer()
                         : left.number() == right.number();
  }
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::nil:
      return true;
    case Kind::boolean:
      return left.is_true() == right.is_true();
    case Kind::string:
      return left.text() == right.text();
    case Kind::map:
      return same_entries(left, right, work, depth + 1);
    default:
      return false;
  }
}

bool less(const Value& left, const Value& right, std::string_view sign, Workspace& work) {
  if (left.is(Kind::integer) && right.is(Kind::integer))
    return left.as_integer() < right.as_integer();
  if (left.is_number() && right.is_number()) return left.number() < right.number();
  if (left.is(Kind::string) && right.is(Kind::string)) return left.text() < right.text();
  refuse(left, sign, right, work);
  return false;
}

Value get(const Value& base, const Value& key, Workspace& work) {
  if (base.is(Kind::map)) {
    for (std::size_t i = 0; i < base.size() && work.spend(1); ++i) {
      if (equal(base.key(i), key, work)) return base.mapped(i);
    }
    return {};
  }
  if (!base.is_list() && !base.is(Kind::string)) return {};
  std::int64_t at = whole(key, work);
  if (at < 0) at += static_cast<std::int64_t>(base.size());
  if (work.failed() || at < 0 || static_cast<std::size_t>(at) >= base.size()) return {};
  const auto place = static_cast<std::size_t>(at);
  if (base.is_list()) return base.item(place);
  return Value::integer(static_cast<unsigned char>(base.text()[place]));
}

Value fetch(const Value& base, const Value& key, Workspace& work) {
  if (base.is(Kind::map)) return get(base, key, work);
  if (!base.is_list() && !base.is(Kind::string)) {
    return work.fail({"cannot fetch from ", name_of(base)});
  }
  const std::int64_t at = whole(key, work);
  const auto size = static_cast<std::int64_t>(base.size());
  if (at < -size || at >= size) return work.fail({"index out of range"});
  return get(base, key, work);
}

Value slice(const Value& base, const Value& from, const Value& to, Workspace& work) {
  if (!base.is_list() && !base.is(Kind::string)) {
    return work.fail({"cannot slice ", name_of(base)});
  }
  const auto size = static_cast<std::int64_t>(base.size());
  const auto place = [&](const Value& value) {
    const std::int64_t at = whole(value, work);
    return std::clamp<std::int64_t>(at < 0 ? std::max<std::int64_t>(at, -size) + size : at, 0,
                                    size);
  };
  const auto last = static_cast<std::size_t>(place(to));
  const auto first = std::min(static_cast<std::size_t>(place(from)), last);
  if (base.is(Kind::string)) return Value::string(base.text().substr(first, last - first));
  if (first == last) return Value::list({});
  if (base.is(Kind::list)) return Value::list(base.items().subspan(first, last - first));
  return Value::range(base.item(first).as_integer(), last - first);
}

std::int64_t whole(const Value& value, Workspace& work) {
  if (value.is(Kind::integer)) return value.as_integer();
  if (!value.is(Kind::floating)) {
    work.fail({"invalid operation: int(", name_of(value), ")"});
    return 0;
  }
  // Beyond 64 bits, and of what is no number, it is the least one.
  constexpr double kEnd = 9223372036854775808.0;
  const double number = value.as_floating();
  if (!(number >= -kEnd && number < kEnd)) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(number);
}

std::string_view name_of(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::floating:
      return "float64";
    case Kind::string:
      return "string";
    case Kind::list:
      return "[]interface {}";
    case Kind::range:
      return "[]int";
    case Kind::map:
      return "map[string]interface {}";
    case Kind::function:
      return "func";
    case Kind::nil:
    case Kind::fault:
      break;
  }
  return "<nil>";
}

}  // namespace catena::expression
