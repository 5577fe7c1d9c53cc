// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/values.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace catena::config {

/// What one kind of rule says about a value. The rules of an accessor are asked in order.
struct RuleReport {
  bool in_range = true;
  std::string bounds;                           ///< " from 1 to 5", for "expected a number ...".
  std::optional<std::string_view> range_text;   ///< A phrase that replaces the default one.
  std::optional<std::string_view> format_text;  ///< The same for a word that cannot be read.
};

template <class Value, class Low, class High>
void apply(const Bounds<Low, High>& rule, const Value* value, RuleReport& report) {
  constexpr bool has_low = !std::is_same_v<Low, std::nullopt_t>;
  constexpr bool has_high = !std::is_same_v<High, std::nullopt_t>;
  if constexpr (has_low) {
    if (value && less_than(*value, rule.low)) report.in_range = false;
    report.bounds += (has_high ? " from " : " of at least ") + bound_text(rule.low);
  }
  if constexpr (has_high) {
    if (value && less_than(rule.high, *value)) report.in_range = false;
    report.bounds += (has_low ? " to " : " of at most ") + bound_text(rule.high);
  }
}

template <class Value>
void apply(RangeText rule, const Value*, RuleReport& report) {
  report.range_text = rule.text;
}

template <class Value>
void apply(FormatText rule, const Value*, RuleReport& report) {
  report.format_text = rule.text;
}

/// The complaint about a word: the reason if there is one, and in any case what was expected.
std::string complaint(std::string_view word,
                      const std::string& reason,
                      const std::string& expected);

/// Reads a word into a reader's target if it can be read and keeps all rules, else says why not and
/// leaves the target as it was.
template <class Reader, class... Rules>
Reason read_word(std::string_view word, const Reader& reader, const Rules&... rules) {
  typename Reader::Value value{};
  const Reason unreadable = reader.read(word, value);
  RuleReport report;
  (apply(rules, unreadable ? nullptr : &value, report), ...);
  if (!unreadable && report.in_range) {
    reader.target = std::move(value);
    return std::nullopt;
  }
  const auto phrase = unreadable ? report.format_text : report.range_text;
  const std::string reason = phrase ? put_word(*phrase, word) : unreadable.value_or("");
  return complaint(word, reason, reader.noun() + report.bounds);
}

template <class T>
concept IsReader = requires { typename std::remove_cvref_t<T>::Value; };

/// The reader of a target: itself if it is one, else the one of its type.
template <class T>
auto reader_of(T&& target) {
  if constexpr (IsReader<T>)
    return target;
  else
    return Plain<std::remove_reference_t<T>>{target};
}

}  // namespace catena::config
