// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/host_port.hpp"
#include "core/config/duration.hpp"

#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace catena::config {

/// How words of a Corefile become values. A *reader* knows one kind of value: its noun for errors,
/// how to read it, and where to put it. A plain variable has a reader by its type; the functions
/// below make the others. Reasons that readers give are complete phrases, or empty when "expected
/// <noun>, not '<word>'" says it all.
using Reason = std::optional<std::string>;

enum class Case : std::uint8_t { sensitive, ignored };

/// True when two words are the same, letters of ASCII compared as `letters` says.
bool same_word(std::string_view a, std::string_view b, Case letters);

/// Signed and unsigned whole numbers in decimal, with an optional sign, as Go's Atoi.
std::optional<long long> parse_signed(std::string_view word);
std::optional<unsigned long long> parse_unsigned(std::string_view word);
std::optional<double> parse_double(std::string_view word);

/// `IP`, `IP:port`, `[v6]`, `[v6]:port`, `v6`; without a port `default_port` is used.
std::optional<boost::asio::ip::udp::endpoint> parse_endpoint(std::string_view word,
                                                             std::uint16_t default_port);

template <class T>
struct IsDuration : std::false_type {};
template <class Rep, class Period>
struct IsDuration<std::chrono::duration<Rep, Period>> : std::true_type {};

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool>;

/// Takes nanoseconds into a coarser duration, with a reason when that would lose something.
template <class T>
Reason narrow(Duration exact, T& value) {
  value = std::chrono::duration_cast<T>(exact);
  if (std::chrono::duration_cast<Duration>(value) == exact) return std::nullopt;
  return "a duration finer than is possible here";
}

template <Integer T>
Reason read_integer(std::string_view word, T& value) {
  if constexpr (std::is_signed_v<T>) {
    const auto number = parse_signed(word);
    if (!number || !std::in_range<T>(*number)) return std::string();
    value = static_cast<T>(*number);
  } else {
    const auto number = parse_unsigned(word);
    if (!number || !std::in_range<T>(*number)) return std::string();
    value = static_cast<T>(*number);
  }
  return std::nullopt;
}

template <class T>
Reason read_duration(const DurationOrError& read, T& value) {
  if (const auto* reason = std::get_if<std::string>(&read)) return *reason;
  return narrow(std::get<Duration>(read), value);
}

template <class T>
Reason accept(std::optional<T> read, T& value) {
  if (!read) return std::string();
  value = std::move(*read);
  return std::nullopt;
}

/// The reader that a variable has by its type: std::string, whole numbers, double, durations in
/// Go's syntax, and addresses.
template <class T>
struct Plain {
  using Value = T;
  T& target;

  std::string noun() const {
    if constexpr (std::same_as<T, std::string>)
      return "a word";
    else if constexpr (Integer<T>)
      return "a whole number";
    else if constexpr (std::floating_point<T>)
      return "a number";
    else if constexpr (IsDuration<T>::value)
      return "a duration such as 30s";
    else
      return "an IP address";
  }

  Reason read(std::string_view word, T& value) const {
    if constexpr (std::same_as<T, std::string>)
      return value = word, Reason();
    else if constexpr (Integer<T>)
      return read_integer(word, value);
    else if constexpr (std::floating_point<T>)
      return accept<T>(parse_double(word), value);
    else if constexpr (IsDuration<T>::value)
      return read_duration(parse_duration(word), value);
    else
      return accept(parse_address(word), value);
  }
};

/// Go's duration syntax, or a bare whole number that means seconds.
template <class T>
struct DurationOrSeconds {
  using Value = T;
  T& target;

  std::string noun() const { return "a duration such as 30s or a whole number of seconds"; }
  Reason read(std::string_view word, T& value) const {
    return read_duration(parse_duration_or_seconds(word), value);
  }
};

template <class T>
DurationOrSeconds<T> duration_or_seconds(T& target) {
  return {target};
}

/// An address whose port may be left out.
struct EndpointReader {
  using Value = boost::asio::ip::udp::endpoint;
  Value& target;
  std::uint16_t default_port;

  std::string noun() const { return "IP or IP:PORT"; }
  Reason read(std::string_view word, Value& value) const {
    return accept(parse_endpoint(word, default_port), value);
  }
};

inline EndpointReader endpoint(boost::asio::ip::udp::endpoint& target, std::uint16_t default_port) {
  return {target, default_port};
}

// A reader may have a function doubt(word) too: what to warn of although the word can be read.

/// "'a', 'b' or 'c'".
std::string join_words(const std::vector<std::string_view>& words);

/// One word of a table.
template <class T>
struct Choice {
  using Value = T;
  T& target;
  std::vector<std::pair<std::string_view, T>> words;
  Case letters;

  std::string noun() const {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : words) names.push_back(name);
    return join_words(names);
  }

  Reason read(std::string_view word, T& value) const {
    for (const auto& [name, meaning] : words) {
      if (same_word(word, name, letters)) return value = meaning, Reason();
    }
    return std::string();
  }
};

/// one_of(config.policy, {{"random", Policy::random}, {"sequential", Policy::sequential}})
template <class T>
Choice<T> one_of(T& target,
                 std::initializer_list<std::pair<std::string_view, std::type_identity_t<T>>> words,
                 Case letters = Case::sensitive) {
  return {target, words, letters};
}

/// What a value must keep to, ends included; a missing end is std::nullopt_t.
template <class Low, class High>
struct Bounds {
  Low low;
  High high;
};

template <class Low, class High>
Bounds<Low, High> between(Low low, High high) {
  return {low, high};
}

template <class Low>
Bounds<Low, std::nullopt_t> at_least(Low low) {
  return {low, std::nullopt};
}

template <class High>
Bounds<std::nullopt_t, High> at_most(High high) {
  return {std::nullopt, high};
}

/// The plugin's own phrase for a value out of its bounds; `{}` stands for the word.
struct RangeText {
  std::string_view text;
};

/// The plugin's own phrase for a word that cannot be read at all; `{}` stands for the word.
struct FormatText {
  std::string_view text;
};

inline RangeText out_of_range_says(std::string_view text) { return {text}; }
inline FormatText unreadable_says(std::string_view text) { return {text}; }

/// `text` with every `{}` replaced by `word`.
std::string put_word(std::string_view text, std::string_view word);

template <class A, class B>
bool less_than(const A& a, const B& b) {
  if constexpr (Integer<A> && Integer<B>)
    return std::cmp_less(a, b);
  else
    return a < b;
}

template <class T>
std::string bound_text(const T& bound) {
  if constexpr (IsDuration<T>::value)
    return format_duration(bound);
  else
    return std::to_string(bound);
}

}  // namespace catena::config
