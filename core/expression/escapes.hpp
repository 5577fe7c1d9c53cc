// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace catena::expression {

/// What stands between the quotes of a string, with its escapes resolved: those of Go's strings,
/// and `\u{N...}`. Line breaks become \n. Nothing where an escape is none, or no character.
std::optional<std::string> unescape(std::string_view text);

}  // namespace catena::expression
