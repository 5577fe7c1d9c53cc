// SPDX-License-Identifier: Apache-2.0
#include "core/expression/functions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace catena::expression {
namespace {

using Kind = Value::Kind;

void put(const Value& value, TextRoom& out, Workspace& work, unsigned depth);

void put_integer(std::int64_t number, TextRoom& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

// As few digits as tell it, with an exponent below 1e-4 and from a million on.
void put_floating(double number, TextRoom& out) {
  if (std::isnan(number)) return out.append("NaN");
  if (std::isinf(number)) return out.append(number > 0 ? "+Inf" : "-Inf");
  const double size = std::abs(number);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e6);
  std::array<char, 64> digits;
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, format).ptr;
  out.append({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void put_list(const Value& list, TextRoom& out, Workspace& work, unsigned depth) {
  out.append("[");
  for (std::size_t i = 0; i < list.size() && work.spend(1); ++i) {
    if (i > 0) out.append(" ");
    put(list.item(i), out, work, depth);
  }
  out.append("]");
}

// By the order of the keys.
void put_map(const Value& map, TextRoom& out, Workspace& work, unsigned depth) {
  const std::span<Value> places = work.values(map.size());
  if (!work.spend(8 * map.size()) || work.failed()) return;
  for (std::size_t i = 0; i < places.size(); ++i)
    places[i] = Value::integer(static_cast<std::int64_t>(i));
  const auto place = [](const Value& one) { return static_cast<std::size_t>(one.as_integer()); };
  std::ranges::sort(places, {}, [&](const Value& one) { return map.key(place(one)).text(); });
  out.append("map[");
  for (const Value& one : places) {
    if (&one != places.data()) out.append(" ");
    out.append(map.key(place(one)).text());
    out.append(":");
    put(map.mapped(place(one)), out, work, depth);
  }
  out.append("]");
}

void put(const Value& value, TextRoom& out, Workspace& work, unsigned depth) {
  if (depth > Workspace::kDeepest) work.fail({"recursion depth exceeded"});
  if (work.failed()) return;
  switch (value.kind()) {
    case Kind::nil:
      return out.append("<nil>");
    case Kind::boolean:
      return out.append(value.is_true() ? "true" : "false");
    case Kind::integer:
      return put_integer(value.as_integer(), out);
    case Kind::floating:
      return put_floating(value.as_floating(), out);
    case Kind::list:
    case Kind::range:
      return put_list(value, out, work, depth + 1);
    case Kind::map:
      return put_map(value, out, work, depth + 1);
    case Kind::string:
      return out.append(value.text());
    case Kind::function:
    case Kind::fault:
      break;
  }
  work.fail({"a function has no text"});
}

}  // namespace

Value to_text(const Value& value, Workspace& work) {
  if (value.is(Kind::string)) return value;
  TextRoom out(work);
  put(value, out, work, 0);
  return out.value();
}

}  // namespace catena::expression
