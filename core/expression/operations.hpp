// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/value.hpp"
#include "core/expression/workspace.hpp"

#include <cstdint>
#include <string_view>

namespace catena::expression {

/// The operators with two sides that evaluate both.
enum class Operation : std::uint8_t {
  equal,
  less,
  more,
  less_equal,
  more_equal,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  power,
  in,
  range,
  contains,
  starts_with,
  ends_with
};

/// As expr-lang computes them: whole numbers have 64 bits and wrap, `/` gives a floating one.
Value apply(Operation operation, const Value& left, const Value& right, Workspace& work);

Value negate(const Value& value, Workspace& work);

/// Numbers of both kinds by their value, lists and maps by what they hold.
bool equal(const Value& left, const Value& right, Workspace& work, unsigned depth = 0);

/// Of two numbers or two strings.
bool less(const Value& left, const Value& right, std::string_view sign, Workspace& work);

/// An item of a list, counted from its end where negative, or what a map holds.
Value fetch(const Value& base, const Value& key, Workspace& work);
/// The same, with nil where there is none.
Value get(const Value& base, const Value& key, Workspace& work);

Value slice(const Value& base, const Value& from, const Value& to, Workspace& work);

/// A number as a whole one; anything else ends the run.
std::int64_t whole(const Value& value, Workspace& work);

/// The Go name of a value's type, as complaints have it.
std::string_view name_of(const Value& value);

}  // namespace catena::expression
