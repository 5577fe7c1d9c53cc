// SPDX-License-Identifier: Apache-2.0
#include "plugins/log/format.hpp"

#include "plugins/log/placeholders.hpp"

#include <array>
#include <iterator>

namespace catena::log {

const std::string_view kCommon =
    "{remote}:{port} - {>id} \"{type} {class} {name} {proto} {size} {>do} {>bufsize}\" {rcode} "
    "{>rflags} {rsize} {duration}";
const std::string_view kCombined =
    "{remote}:{port} - {>id} \"{type} {class} {name} {proto} {size} {>do} {>bufsize}\" {rcode} "
    "{>rflags} {rsize} {duration} \"{>opcode}\"";

namespace {

void print_text(const Logged&, std::string_view text, fmt::memory_buffer& out) { out.append(text); }

}  // namespace

// The innermost "{" before a "}" opens a placeholder.
Format::Format(std::string_view text) {
  while (!text.empty()) {
    const std::size_t close = text.find('}');
    const std::size_t open = text.substr(0, close).rfind('{');
    if (close == std::string_view::npos || open == std::string_view::npos) {
      const std::size_t plain = close == std::string_view::npos ? text.size() : close + 1;
      add_text(text.substr(0, plain));
      text.remove_prefix(plain);
      continue;
    }
    add_text(text.substr(0, open));
    const std::string_view label = text.substr(open + 1, close - open - 1);
    shows_kind_ = shows_kind_ || label == "/log/type" || label == "/log/class";
    if (auto segment = placeholder(label)) {
      segments_.push_back(std::move(*segment));
    } else {
      add_text(text.substr(open, close + 1 - open));
    }
    text.remove_prefix(close + 1);
  }
}

void Format::add_text(std::string_view text) {
  if (!text.empty()) segments_.emplace_back(print_text, std::string(text));
}

void Format::print(const Logged& logged, fmt::memory_buffer& out) const {
  for (const Segment& segment : segments_) segment.print(logged, out);
}

}  // namespace catena::log
