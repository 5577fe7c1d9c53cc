// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace catena::expression {

/// What a machine does with its stack of values. "Top" is the value on top, which `take`s away.
enum class Code : std::uint8_t {
  push,              ///< Constant `argument`.
  drop,              ///< Takes the top.
  load,              ///< Pushes variable `argument`.
  store,             ///< Takes the top into variable `argument`.
  negate,            ///< -top
  invert,            ///< not top
  operate,           ///< Takes two, pushes what operation `argument` makes of them.
  matches,           ///< Takes a pattern and a text.
  matches_constant,  ///< Takes a text; pattern `argument`.
  fetch,             ///< Takes a key and what it is looked up in.
  slice,             ///< Takes from, to and base; a nil is an open end.
  call,     ///< Takes `count` values, pushes what function `argument` of the environment returns.
  builtin,  ///< The same of the language.
  list,     ///< Takes `argument` values, pushes a list of them.
  map,      ///< Takes `argument` values, keys and values by turns.
  jump,     ///< All jumps go to instruction `argument`.
  jump_if_true,  ///< And the top, which must be a boolean, stays, also in the next one.
  jump_if_false,
  jump_if_nil,
  jump_if_value,
  // Loops over a list, of which the innermost one is meant.
  begin,  ///< Takes a list.
  end,
  jump_if_done,
  next,           ///< On to the next item.
  next_from_end,  ///< On to the one before.
  from_end,       ///< Begins with the last item.
  item,           ///< Pushes the present item.
  index,          ///< Pushes its place.
  total,          ///< Pushes the accumulator.
  set_total,      ///< Takes the top into it.
  collect,        ///< Takes the top into a new list.
  collected,      ///< Pushes this list.
  count,          ///< Adds one to a count.
  counted,        ///< Pushes the count.
  fail_empty,     ///< Ends the run: there was nothing to begin with.
};

struct Instruction {
  Code code;
  std::uint16_t count = 0;
  std::uint32_t argument = 0;
  std::uint32_t from = 0;  ///< Byte of the source, for complaints.
};

}  // namespace catena::expression
