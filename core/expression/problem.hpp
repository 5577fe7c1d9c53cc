// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace catena::expression {

/// What is wrong with an expression, and where: thrown inside of this room while one is set up,
/// never while one runs, and never out of it.
struct Problem {
  std::size_t from;  ///< Byte of the source.
  std::string message;
};

/// "MESSAGE (LINE:COLUMN)", the line of the source and a caret below the place, counted in
/// characters, as expr-lang shows it.
std::string show(const Problem& problem, std::string_view source);

}  // namespace catena::expression
