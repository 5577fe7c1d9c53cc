// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace catena {

/// What is shown of a text that somebody else wrote.
inline constexpr std::size_t kForeignTextLimit = 400;

/// A text that somebody else wrote (a server, a file, a program) as it may stand in a log line or
/// on a page: one line of UTF-8 that cannot be taken for another and moves no cursor. Control
/// characters, bytes that are no UTF-8 and characters that break or turn a line become `\n`, `\r`,
/// `\t`, `\xNN` or `\uNNNN`; blanks at the end go. Of a text with more than `limit` bytes the
/// beginning is shown, and how long it is: "... (61440 bytes)".
std::string one_line(std::string_view text, std::size_t limit = kForeignTextLimit);

/// True where one_line() would leave a text of any length as it is but for blanks at its end.
bool is_one_line(std::string_view text);

}  // namespace catena
