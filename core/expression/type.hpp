// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace catena::expression {

/// What is known of a value before it is there. `unknown` and `any` may turn out to be everything;
/// they differ in what complaints call them. `strings` is a list of nothing but strings.
struct Type {
  enum class Kind : std::uint8_t {
    unknown,
    any,
    nil,
    boolean,
    integer,
    floating,
    string,
    list,
    strings,
    map,
    function
  };

  Kind kind = Kind::unknown;
  std::shared_ptr<const Type> element;  ///< Of a list, where it is known.
  std::string signature;                ///< Of a function.

  static Type of(Kind kind) { return {kind, nullptr, {}}; }
  static Type list_of(const Type& element);
  static Type function(std::string signature) {
    return {Kind::function, nullptr, std::move(signature)};
  }

  bool is(Kind other) const { return kind == other; }
  bool is_unknown() const { return kind == Kind::unknown || kind == Kind::any; }
  bool is_number() const { return kind == Kind::integer || kind == Kind::floating; }
  bool is_list() const { return kind == Kind::list || kind == Kind::strings; }
  /// Of what a list or a map holds.
  Type item() const;

  /// Could be given where `other` is wanted.
  bool fits(const Type& other) const;
  bool comparable_to(const Type& other) const;

  /// As Go calls it: expr-lang's complaints do.
  std::string name() const;
};

}  // namespace catena::expression
