// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/type.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace catena::expression {

/// The functions of the language.
enum class Builtin : std::uint8_t {
  // With a predicate.
  all,
  none,
  any,
  one,
  filter,
  map,
  find,
  find_index,
  find_last,
  find_last_index,
  count,
  sum,
  reduce,
  // Whose types have rules of their own.
  len,
  abs,
  ceil,
  floor,
  round,
  to_int,
  to_float,
  max,
  min,
  first,
  last,
  get,
  take,
  keys,
  values,
  reverse,
  uniq,
  concat,
  // With types of a table.
  to_string,
  trim,
  trim_prefix,
  trim_suffix,
  upper,
  lower,
  split,
  replace,
  repeat,
  join,
  index_of,
  last_index_of,
  has_prefix,
  has_suffix,
  bit_and,
  bit_or,
  bit_xor,
  bit_nand,
  bit_shl,
  bit_shr,
  bit_ushr,
  bit_not,
};

/// What an argument is to the parser.
enum class Argument : std::uint8_t { value, predicate, optional_predicate, optional_value };

/// One way to call a function.
struct Overload {
  std::vector<Type::Kind> parameters;
  Type::Kind result;
};

struct BuiltinRow {
  std::string_view name;
  Builtin builtin;
  std::vector<Argument> arguments = {};  ///< Of one with a predicate.
  std::vector<Overload> overloads = {};  ///< Of one with types of a table.
};

/// Null where the language has no such function, or this build not.
const BuiltinRow* find_builtin(std::string_view name);

/// One that expr-lang has and this build has not.
bool is_missing_builtin(std::string_view name);

}  // namespace catena::expression
