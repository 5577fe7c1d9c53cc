// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace catena::expression {

/// A value while an expression runs: a copy is as good as the original, and what it points to
/// belongs to the program, to the memory of the machine, or to whoever gave it. A `fault` says why
/// there is none; it ends the run.
class Value {
 public:
  enum class Kind : std::uint8_t {
    nil,
    boolean,
    integer,
    floating,
    string,
    list,
    range,
    map,
    function,
    fault
  };

  constexpr Value() : integer_(0) {}
  static constexpr Value boolean(bool value) { return {Kind::boolean, std::int64_t{value}, 0}; }
  static constexpr Value integer(std::int64_t value) { return {Kind::integer, value, 0}; }
  static constexpr Value floating(double value) { return Value(value); }
  static constexpr Value string(std::string_view text) { return {Kind::string, text}; }
  static constexpr Value fault(std::string_view why) { return {Kind::fault, why}; }
  static constexpr Value list(std::span<const Value> items) {
    return {Kind::list, items.data(), items.size()};
  }
  /// A list of so many whole numbers in a row.
  static constexpr Value range(std::int64_t first, std::size_t count) {
    return {Kind::range, first, count};
  }
  /// Keys, which are strings, and values by turns.
  static constexpr Value map(std::span<const Value> entries) {
    return {Kind::map, entries.data(), entries.size() / 2};
  }
  /// A function that is not called.
  static constexpr Value function(std::int64_t number) { return {Kind::function, number, 0}; }

  constexpr Kind kind() const { return kind_; }
  constexpr bool is(Kind kind) const { return kind_ == kind; }
  constexpr bool is_list() const { return is(Kind::list) || is(Kind::range); }
  constexpr bool is_number() const { return is(Kind::integer) || is(Kind::floating); }
  constexpr bool is_true() const { return is(Kind::boolean) && integer_ != 0; }

  constexpr std::int64_t as_integer() const { return integer_; }
  constexpr double as_floating() const { return floating_; }
  /// Of either kind of number.
  constexpr double number() const {
    return is(Kind::integer) ? static_cast<double>(integer_) : floating_;
  }
  /// Of a string or a fault.
  constexpr std::string_view text() const { return {text_, size_}; }

  /// Items of a list, pairs of a map, bytes of a string.
  constexpr std::size_t size() const { return size_; }
  constexpr Value item(std::size_t i) const {
    return is(Kind::range) ? integer(integer_ + static_cast<std::int64_t>(i)) : items_[i];
  }
  constexpr Value key(std::size_t i) const { return items_[2 * i]; }
  constexpr Value mapped(std::size_t i) const { return items_[2 * i + 1]; }
  /// Items of a list that is no range.
  constexpr std::span<const Value> items() const { return {items_, size_}; }

 private:
  constexpr Value(Kind kind, std::int64_t integer, std::size_t size)
      : kind_(kind), integer_(integer), size_(size) {}
  constexpr explicit Value(double floating) : kind_(Kind::floating), floating_(floating) {}
  constexpr Value(Kind kind, std::string_view text)
      : kind_(kind), text_(text.data()), size_(text.size()) {}
  constexpr Value(Kind kind, const Value* items, std::size_t size)
      : kind_(kind), items_(items), size_(size) {}

  Kind kind_ = Kind::nil;
  union {
    std::int64_t integer_;
    double floating_;
    const char* text_;
    const Value* items_;
  };
  std::size_t size_ = 0;
};

}  // namespace catena::expression
