// SPDX-License-Identifier: Apache-2.0
#include "core/config/duration.hpp"

#include "core/base/ascii.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace catena::config {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};

constexpr Unit kUnits[] = {
    {"ns", 1},          {"us", 1'000},        {"\u00b5s", 1'000},  // Micro sign.
    {"\u03bcs", 1'000},                                            // Greek letter mu.
    {"ms", 1'000'000},  {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000},
};

constexpr std::uint64_t kLargest = std::uint64_t{1} << 63;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string invalid(std::string_view text) { return "time: invalid duration " + quoted(text); }

std::optional<std::uint64_t> unit_named(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return unit.nanoseconds;
  }
  return std::nullopt;
}

std::string_view take_digits(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && is_digit(rest[length])) ++length;
  const std::string_view digits = rest.substr(0, length);
  rest.remove_prefix(length);
  return digits;
}

std::string_view take_unit(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && rest[length] != '.' && !is_digit(rest[length])) ++length;
  const std::string_view unit = rest.substr(0, length);
  rest.remove_prefix(length);
  return unit;
}

// Whole number and fraction times a unit, nothing when that is beyond 2^63 ns.
std::optional<std::uint64_t> scaled(std::string_view whole,
                                    std::string_view fraction,
                                    std::uint64_t unit) {
  std::uint64_t value = 0;
  if (!whole.empty()) {
    const auto read = std::from_chars(whole.data(), whole.data() + whole.size(), value);
    if (read.ec != std::errc() || value > kLargest / unit) return std::nullopt;
  }
  value *= unit;
  // Digits below a nanosecond cannot count; their number is bounded by the unit's own digits.
  std::uint64_t digits = 0;
  std::uint64_t divisor = 1;
  for (const char c : fraction) {
    if (divisor >= unit) break;
    digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
    divisor *= 10;
  }
  value += static_cast<std::uint64_t>(
      static_cast<long double>(digits) *
      (static_cast<long double>(unit) / static_cast<long double>(divisor)));
  return value > kLargest ? std::nullopt : std::optional(value);
}

// One "1.5h" off the front of `rest`.
std::variant<std::uint64_t, std::string> take_part(std::string_view& rest, std::string_view text) {
  const std::string_view whole = take_digits(rest);
  std::string_view fraction;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
  }
  if (whole.empty() && fraction.empty()) return invalid(text);
  const std::string_view name = take_unit(rest);
  if (name.empty()) return "time: missing unit in duration " + quoted(text);
  const auto unit = unit_named(name);
  if (!unit) return fmt::format("time: unknown unit {} in duration {}", quoted(name), quoted(text));
  const auto value = scaled(whole, fraction, *unit);
  if (!value) return invalid(text);
  return *value;
}

std::variant<std::uint64_t, std::string> parse_magnitude(std::string_view rest,
                                                         std::string_view text) {
  std::uint64_t total = 0;
  while (!rest.empty()) {
    auto part = take_part(rest, text);
    if (std::holds_alternative<std::string>(part)) return part;
    total += std::get<std::uint64_t>(part);
    if (total > kLargest) return invalid(text);
  }
  return total;
}

// "1.5" of 1500 and 1000, "2" of 2000 and 1000.
std::string decimal(std::uint64_t value, std::uint64_t unit) {
  std::string text = fmt::format("{}", value / unit);
  std::uint64_t fraction = value % unit;
  if (fraction == 0) return text;
  text += '.';
  for (std::uint64_t digit = unit / 10; fraction > 0; digit /= 10) {
    text += static_cast<char>('0' + fraction / digit);
    fraction %= digit;
  }
  return text;
}

std::string format_magnitude(std::uint64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  if (nanoseconds < 1'000) return decimal(nanoseconds, 1) + "ns";
  if (nanoseconds < 1'000'000) return decimal(nanoseconds, 1'000) + "\u00b5s";
  if (nanoseconds < 1'000'000'000) return decimal(nanoseconds, 1'000'000) + "ms";
  const std::uint64_t minutes = nanoseconds / 60'000'000'000;
  std::string seconds = decimal(nanoseconds % 60'000'000'000, 1'000'000'000) + "s";
  if (minutes == 0) return seconds;
  if (minutes < 60) return fmt::format("{}m{}", minutes, seconds);
  return fmt::format("{}h{}m{}", minutes / 60, minutes % 60, seconds);
}

}  // namespace

DurationOrError parse_duration(std::string_view text) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  if (rest == "0") return Duration(0);
  if (rest.empty()) return invalid(text);
  const auto magnitude = parse_magnitude(rest, text);
  if (const auto* error = std::get_if<std::string>(&magnitude)) return *error;
  const std::uint64_t value = std::get<std::uint64_t>(magnitude);
  if (negative) return Duration(static_cast<std::int64_t>(-value));
  if (value == kLargest) return invalid(text);
  return Duration(static_cast<std::int64_t>(value));
}

DurationOrError parse_duration_or_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole =
      !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
  constexpr std::int64_t kMost = static_cast<std::int64_t>((kLargest - 1) / 1'000'000'000);
  if (whole && seconds >= -kMost && seconds <= kMost)
    return Duration(std::chrono::seconds(seconds));
  DurationOrError result = parse_duration(text);
  if (std::holds_alternative<Duration>(result)) return result;
  return fmt::format("failed to parse duration '{}'", text);
}

std::string format_duration(Duration duration) {
  const auto count = static_cast<std::uint64_t>(duration.count());
  if (duration.count() < 0) return "-" + format_magnitude(-count);
  return format_magnitude(count);
}

}  // namespace catena::config
