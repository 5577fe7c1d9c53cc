// SPDX-License-Identifier: Apache-2.0
#include "core/expression/functions.hpp"

#include "core/expression/characters.hpp"
#include "core/expression/operations.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace catena::expression {
namespace {

using Kind = Value::Kind;
using Arguments = std::span<const Value>;

Value length(const Value& value, Workspace& work) {
  if (value.is_list() || value.is(Kind::map))
    return Value::integer(static_cast<std::int64_t>(value.size()));
  if (!value.is(Kind::string)) {
    return work.fail({"invalid argument for len (type ", name_of(value), ")"});
  }
  work.spend(value.size() / 8);
  std::int64_t count = 0;
  for (std::string_view rest = value.text(); !rest.empty(); ++count) {
    rest.remove_prefix(first_character(rest).size);
  }
  return Value::integer(count);
}

Value absolute(const Value& value, Workspace& work) {
  if (!value.is_number())
    return work.fail({"invalid argument for abs (type ", name_of(value), ")"});
  return value.number() < 0 ? negate(value, work) : value;
}

Value rounded(Builtin builtin, const Value& value, Workspace& work) {
  if (!value.is_number()) {
    return work.fail({"invalid argument for a rounding (type ", name_of(value), ")"});
  }
  if (builtin == Builtin::ceil) return Value::floating(std::ceil(value.number()));
  if (builtin == Builtin::floor) return Value::floating(std::floor(value.number()));
  return Value::floating(std::round(value.number()));
}

// Digits behind one sign, as Go reads them.
template <class Number>
bool parse(std::string_view text, Number& number) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Value to_int(const Value& value, Workspace& work) {
  if (!value.is(Kind::string)) return Value::integer(whole(value, work));
  std::int64_t number = 0;
  if (parse(value.text(), number)) return Value::integer(number);
  return work.fail({"invalid operation: int(", value.text(), ")"});
}

Value to_float(const Value& value, Workspace& work) {
  if (value.is_number()) return Value::floating(value.number());
  double number = 0;
  if (value.is(Kind::string) && parse(value.text(), number)) return Value::floating(number);
  const std::string_view what = value.is(Kind::string) ? value.text() : name_of(value);
  return work.fail({"invalid operation: float(", what, ")"});
}

// The largest or least of numbers and of the numbers in lists.
void find_most(Builtin builtin, Arguments values, Value& most, Workspace& work, unsigned depth) {
  if (depth > Workspace::kDeepest) work.fail({"recursion depth exceeded"});
  for (const Value& value : values) {
    if (!work.spend(1) || work.failed()) return;
    if (value.is(Kind::range)) {
      const Value ends[] = {value.item(0), value.item(value.size() - 1)};
      find_most(builtin, ends, most, work, depth + 1);
    } else if (value.is_list()) {
      find_most(builtin, value.items(), most, work, depth + 1);
    } else if (!value.is_number()) {
      work.fail({"invalid argument for max or min (type ", name_of(value), ")"});
    } else if (most.is(Kind::nil) || (builtin == Builtin::max ? less(most, value, "<", work)
                                                              : less(value, most, "<", work))) {
      most = value;
    }
  }
}

Value most(Builtin builtin, Arguments arguments, Workspace& work) {
  Value found;
  find_most(builtin, arguments, found, work, 0);
  return found;
}

Value take(const Value& list, const Value& count, Workspace& work) {
  if (!list.is_list() || !count.is(Kind::integer) || count.as_integer() < 0) {
    return work.fail({"cannot take ", name_of(count), " elements from ", name_of(list)});
  }
  return slice(list, Value::integer(0), count, work);
}

Value keys_or_values(Builtin builtin, const Value& map, Workspace& work) {
  if (!map.is(Kind::map)) return work.fail({"cannot get keys or values from ", name_of(map)});
  const std::span<Value> items = work.values(map.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = builtin == Builtin::keys ? map.key(i) : map.mapped(i);
  }
  return Value::list(items);
}

Value reverse(const Value& list, Workspace& work) {
  if (!list.is_list()) return work.fail({"cannot reverse ", name_of(list)});
  const std::span<Value> items = work.values(list.size());
  if (!work.spend(list.size())) return {};
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = list.item(list.size() - 1 - i);
  return Value::list(items);
}

Value uniq(const Value& list, Workspace& work) {
  if (!list.is_list()) return work.fail({"cannot uniq ", name_of(list)});
  const std::span<Value> items = work.values(list.size());
  if (work.failed()) return {};
  std::size_t count = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value item = list.item(i);
    if (!work.spend(count + 1)) return {};
    const auto same = [&](const Value& other) { return equal(item, other, work); };
    if (std::none_of(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count), same)) {
      items[count++] = item;
    }
  }
  return Value::list(items.first(count));
}

Value concat(Arguments lists, Workspace& work) {
  std::size_t size = 0;
  for (const Value& list : lists) {
    if (!list.is_list()) return work.fail({"cannot concat ", name_of(list)});
    size += list.size();
  }
  const std::span<Value> items = work.values(size);
  if (!work.spend(size) || work.failed()) return {};
  std::size_t count = 0;
  for (const Value& list : lists) {
    for (std::size_t i = 0; i < list.size(); ++i) items[count++] = list.item(i);
  }
  return Value::list(items);
}

Value shifted(Builtin builtin, std::int64_t left, std::int64_t by, Workspace& work) {
  if (by < 0) return work.fail({"invalid operation: negative shift count"});
  const auto bits = static_cast<std::uint64_t>(left);
  if (builtin == Builtin::bit_shr) return Value::integer(left >> std::min<std::int64_t>(by, 63));
  if (by > 63) return Value::integer(0);
  const std::uint64_t moved = builtin == Builtin::bit_shl ? bits << by : bits >> by;
  return Value::integer(static_cast<std::int64_t>(moved));
}

Value bits(Builtin builtin, Arguments arguments, Workspace& work) {
  for (const Value& argument : arguments) {
    if (!argument.is(Kind::integer)) {
      return work.fail({"cannot use ", name_of(argument), " as argument (type int)"});
    }
  }
  const std::int64_t left = arguments[0].as_integer();
  if (builtin == Builtin::bit_not) return Value::integer(~left);
  const std::int64_t right = arguments[1].as_integer();
  switch (builtin) {
    case Builtin::bit_and:
      return Value::integer(left & right);
    case Builtin::bit_or:
      return Value::integer(left | right);
    case Builtin::bit_xor:
      return Value::integer(left ^ right);
    case Builtin::bit_nand:
      return Value::integer(left & ~right);
    default:
      return shifted(builtin, left, right, work);
  }
}

}  // namespace

Value call_builtin(Builtin builtin, std::span<const Value> arguments, Workspace& work) {
  const Value first = arguments.front();
  switch (builtin) {
    case Builtin::len:
      return length(first, work);
    case Builtin::abs:
      return absolute(first, work);
    case Builtin::ceil:
    case Builtin::floor:
    case Builtin::round:
      return rounded(builtin, first, work);
    case Builtin::to_int:
      return to_int(first, work);
    case Builtin::to_float:
      return to_float(first, work);
    case Builtin::max:
    case Builtin::min:
      return most(builtin, arguments, work);
    case Builtin::first:
      return get(first, Value::integer(0), work);
    case Builtin::last:
      return get(first, Value::integer(-1), work);
    case Builtin::get:
      return get(first, arguments[1], work);
    case Builtin::take:
      return take(first, arguments[1], work);
    case Builtin::keys:
    case Builtin::values:
      return keys_or_values(builtin, first, work);
    case Builtin::reverse:
      return reverse(first, work);
    case Builtin::uniq:
      return uniq(first, work);
    case Builtin::concat:
      return concat(arguments, work);
    case Builtin::bit_and:
    case Builtin::bit_or:
    case Builtin::bit_xor:
    case Builtin::bit_nand:
    case Builtin::bit_shl:
    case Builtin::bit_shr:
    case Builtin::bit_ushr:
    case Builtin::bit_not:
      return bits(builtin, arguments, work);
    default:
      return call_text_builtin(builtin, arguments, work);
  }
}

}  // namespace catena::expression
