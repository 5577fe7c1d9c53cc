// SPDX-License-Identifier: Apache-2.0
#include "core/dns/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace catena::dns {
namespace {

constexpr std::int64_t kLargest = 0x7fffffff;
constexpr std::int64_t kMaxWidth = 255;

/// A whole number up to kLargest in size.
std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  if (value < -kLargest || value > kLargest) return std::nullopt;
  return value;
}

/// What stands before `separator`; `text` becomes what stands behind it.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t place = std::min(text.find(separator), text.size());
  const std::string_view head = text.substr(0, place);
  text.remove_prefix(std::min(place + 1, text.size()));
  return head;
}

/// Nibbles from the lowest on with dots in between, as ip6.arpa has them; `width` counts the dots.
std::string format_nibbles(std::int64_t value, std::int64_t width) {
  std::string text;
  auto rest = static_cast<std::uint64_t>(value);
  do {
    if (!text.empty()) text += '.';
    text += "0123456789abcdef"[rest & 15];
    rest >>= 4;
  } while (rest != 0 || static_cast<std::int64_t>(text.size()) + 1 < width);
  return text;
}

std::optional<std::string> format_value(std::int64_t value, std::int64_t width, char base) {
  switch (base) {
    case 'd':
      return fmt::format("{:0{}d}", value, width);
    case 'o':
      return fmt::format("{:0{}o}", value, width);
    case 'x':
      return fmt::format("{:0{}x}", value, width);
    case 'X':
      return fmt::format("{:0{}X}", value, width);
    case 'n':
      return format_nibbles(value, width);
    case 'N': {
      std::string text = format_nibbles(value, width);
      std::ranges::transform(text, text.begin(),
                             [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
      return text;
    }
    default:
      return std::nullopt;
  }
}

/// The text of "offset,width,base" between braces, put to use.
std::optional<std::string> replace(std::string_view modifier, std::int64_t value) {
  const std::string_view offset_text = cut(modifier, ',');
  const std::string_view width_text = cut(modifier, ',');
  const std::string_view base = modifier.empty() ? "d" : modifier;
  const auto offset = parse_integer(offset_text);
  const auto width = width_text.empty() ? 0 : parse_integer(width_text);
  if (!offset || !width || *width < 0 || *width > kMaxWidth) return std::nullopt;
  if (base.size() != 1 || value + *offset < 0) return std::nullopt;
  return format_value(value + *offset, *width, base[0]);
}

std::optional<std::string> fill_in(std::string_view pattern, std::int64_t value) {
  std::string line;
  while (!pattern.empty()) {
    const std::size_t place = std::min(pattern.find_first_of("$\\"), pattern.size());
    line += pattern.substr(0, place);
    pattern.remove_prefix(place);
    if (pattern.empty()) break;
    if (pattern[0] == '\\') {
      const bool dollar = pattern.substr(1, 1) == "$";
      line += dollar ? "$" : pattern.substr(0, 2);
      pattern.remove_prefix(std::min<std::size_t>(2, pattern.size()));
      continue;
    }
    pattern.remove_prefix(1);
    if (!pattern.starts_with('{')) {
      line += std::to_string(value);
      continue;
    }
    const std::size_t end = pattern.find('}');
    if (end == std::string_view::npos) return std::nullopt;
    const auto text = replace(pattern.substr(1, end - 1), value);
    if (!text) return std::nullopt;
    line += *text;
    pattern.remove_prefix(end + 1);
  }
  return line;
}

}  // namespace

std::optional<Generate> Generate::parse(std::string_view range, std::string_view pattern) {
  const std::string_view bounds = cut(range, '/');
  const auto step = range.empty() ? 1 : parse_integer(range);
  std::string_view stop_text = bounds;
  const auto start = parse_integer(cut(stop_text, '-'));
  const auto stop = parse_integer(stop_text);
  if (!start || !stop || !step || *start < 0 || *stop < *start || *step < 1) return std::nullopt;
  const auto steps = static_cast<std::uint64_t>((*stop - *start) / *step) + 1;
  if (steps > kMaxSteps) return std::nullopt;
  Generate generate;
  generate.pattern_ = pattern;
  generate.value_ = *start;
  generate.step_ = *step;
  generate.steps_left_ = steps;
  return generate;
}

std::optional<std::string> Generate::next() {
  const auto line = fill_in(pattern_, value_);
  value_ += step_;
  steps_left_ = line ? steps_left_ - 1 : 0;
  return line;
}

}  // namespace catena::dns
