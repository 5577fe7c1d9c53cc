// SPDX-License-Identifier: Apache-2.0
#include "core/expression/characters.hpp"
#include "core/expression/functions.hpp"
#include "core/expression/operations.hpp"

#include <algorithm>
#include <limits>

namespace catena::expression {
namespace {

using Kind = Value::Kind;
using Arguments = std::span<const Value>;

constexpr std::size_t kNone = std::string_view::npos;

std::size_t size_of_last_character(std::string_view text) {
  std::size_t size = 1;
  while (size < 4 && size < text.size() &&
         (static_cast<unsigned char>(text[text.size() - size]) & 0xC0u) == 0x80u) {
    ++size;
  }
  return utf8_character_size(text.substr(text.size() - size)) == size ? size : 1;
}

// `unwanted` says of a character whether it goes.
template <class Unwanted>
std::string_view trimmed(std::string_view text, const Unwanted& unwanted) {
  while (!text.empty()) {
    const std::size_t size = first_character(text).size;
    if (!unwanted(text.substr(0, size))) break;
    text.remove_prefix(size);
  }
  while (!text.empty()) {
    const std::size_t size = size_of_last_character(text);
    if (!unwanted(text.substr(text.size() - size))) break;
    text.remove_suffix(size);
  }
  return text;
}

Value trim(Arguments arguments) {
  const std::string_view text = arguments[0].text();
  const auto space = [](std::string_view one) { return is_space(first_character(one).code); };
  if (arguments.size() == 1) return Value::string(trimmed(text, space));
  const std::string_view set = arguments[1].text();
  return Value::string(
      trimmed(text, [set](std::string_view one) { return set.find(one) != kNone; }));
}

Value without_end(Builtin builtin, Arguments arguments) {
  std::string_view text = arguments[0].text();
  const std::string_view end = arguments.size() == 2 ? arguments[1].text() : " ";
  if (builtin == Builtin::trim_prefix && text.starts_with(end)) text.remove_prefix(end.size());
  if (builtin == Builtin::trim_suffix && text.ends_with(end)) text.remove_suffix(end.size());
  return Value::string(text);
}

Value in_case(Builtin builtin, std::string_view text, Workspace& work) {
  const std::span<char> room = work.characters(text.size());
  if (!work.spend(text.size() / 8) || work.failed()) return {};
  std::ranges::transform(text, room.begin(), [builtin](char c) {
    if (builtin == Builtin::lower) return to_lower(c);
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return Value::string({room.data(), room.size()});
}

// Where the next piece ends and how long what stands behind it is: before `separator`, or of an
// empty one behind each character.
std::size_t end_of_piece(std::string_view text, std::string_view separator) {
  if (!separator.empty()) return text.find(separator);
  const std::size_t size = first_character(text).size;
  return size < text.size() ? size : kNone;
}

std::size_t count_pieces(std::string_view text, std::string_view separator, std::size_t most) {
  std::size_t count = 1;
  std::size_t end = 0;
  while (count < most && (end = end_of_piece(text, separator)) != kNone) {
    text.remove_prefix(end + separator.size());
    ++count;
  }
  return count;
}

// So many pieces at most; a negative number is all.
std::size_t limit_of(const Value& value, Workspace& work) {
  const std::int64_t most = whole(value, work);
  return most < 0 ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(most);
}

Value split(Arguments arguments, Workspace& work) {
  std::string_view text = arguments[0].text();
  const std::string_view separator = arguments[1].text();
  const std::size_t most =
      limit_of(arguments.size() == 3 ? arguments[2] : Value::integer(-1), work);
  const bool none = most == 0 || (text.empty() && separator.empty());
  const std::size_t count = none ? 0 : count_pieces(text, separator, most);
  const std::span<Value> pieces = work.values(count);
  if (!work.spend(count + text.size() / 8) || work.failed()) return {};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = i + 1 < count ? end_of_piece(text, separator) : text.size();
    pieces[i] = Value::string(text.substr(0, end));
    if (i + 1 < count) text.remove_prefix(end + separator.size());
  }
  return Value::list(pieces);
}

// An empty text stands before each character and at the end.
Value replace(Arguments arguments, Workspace& work) {
  std::string_view text = arguments[0].text();
  const std::string_view old = arguments[1].text();
  std::size_t left = limit_of(arguments.size() == 4 ? arguments[3] : Value::integer(-1), work);
  TextRoom out(work);
  bool at_start = true;
  while (left > 0 && work.spend(1)) {
    std::size_t at = old.empty() ? 0 : text.find(old);
    if (old.empty() && !at_start) at = text.empty() ? kNone : first_character(text).size;
    if (at == kNone) break;
    out.append(text.substr(0, at));
    out.append(arguments[2].text());
    text.remove_prefix(at + old.size());
    at_start = false;
    --left;
  }
  out.append(text);
  return out.value();
}

Value repeat(std::string_view text, const Value& times, Workspace& work) {
  const std::int64_t count = whole(times, work);
  if (count < 0) {
    return work.fail({"invalid argument for repeat (expected positive integer)"});
  }
  if (count > 1'000'000) return work.fail({"memory budget exceeded"});
  const std::span<char> room = work.characters(text.size() * static_cast<std::size_t>(count));
  if (!work.spend(room.size() / 8) || work.failed()) return {};
  for (std::size_t i = 0; i < room.size(); ++i) room[i] = text[i % text.size()];
  return Value::string({room.data(), room.size()});
}

Value join(const Value& list, std::string_view glue, Workspace& work) {
  if (!list.is_list()) return work.fail({"invalid argument for join (type ", name_of(list), ")"});
  TextRoom out(work);
  for (std::size_t i = 0; i < list.size() && work.spend(1); ++i) {
    const Value item = list.item(i);
    if (!item.is(Kind::string)) return work.fail({"cannot join ", name_of(item)});
    if (i > 0) out.append(glue);
    out.append(item.text());
  }
  return out.value();
}

Value place(std::size_t found) {
  return Value::integer(found == kNone ? -1 : static_cast<std::int64_t>(found));
}

bool are_texts(Arguments arguments) {
  return std::ranges::all_of(arguments, [](const Value& one) { return one.is(Kind::string); });
}

}  // namespace

Value call_text_builtin(Builtin builtin, std::span<const Value> arguments, Workspace& work) {
  if (builtin == Builtin::to_string) return to_text(arguments[0], work);
  if (builtin == Builtin::join) {
    const Value glue = arguments.size() == 2 ? arguments[1] : Value::string("");
    if (!glue.is(Kind::string)) return work.fail({"cannot join with ", name_of(glue)});
    return join(arguments[0], glue.text(), work);
  }
  // What counts stands last.
  const bool counted = builtin == Builtin::repeat ||
                       (builtin == Builtin::split && arguments.size() == 3) ||
                       (builtin == Builtin::replace && arguments.size() == 4);
  if (!are_texts(counted ? arguments.first(arguments.size() - 1) : arguments)) {
    return work.fail({"an argument is no string"});
  }
  const std::string_view text = arguments[0].text();
  switch (builtin) {
    case Builtin::trim:
      return trim(arguments);
    case Builtin::trim_prefix:
    case Builtin::trim_suffix:
      return without_end(builtin, arguments);
    case Builtin::upper:
    case Builtin::lower:
      return in_case(builtin, text, work);
    case Builtin::split:
      return split(arguments, work);
    case Builtin::replace:
      return replace(arguments, work);
    case Builtin::repeat:
      return repeat(text, arguments[1], work);
    case Builtin::index_of:
      return place(text.find(arguments[1].text()));
    case Builtin::last_index_of:
      return place(text.rfind(arguments[1].text()));
    case Builtin::has_prefix:
      return Value::boolean(text.starts_with(arguments[1].text()));
    case Builtin::has_suffix:
      return Value::boolean(text.ends_with(arguments[1].text()));
    default:
      return {};
  }
}

}  // namespace catena::expression
