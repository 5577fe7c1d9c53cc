// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <string_view>

namespace catena {

/// Room for an ordinary record without allocation.
using JsonBuffer = fmt::basic_memory_buffer<char, 1024>;

/// `text` as a JSON string. Control characters are escaped, `<`, `>` and `&` are not; bytes that
/// are no UTF-8 become U+FFFD.
void append_json(std::string_view text, JsonBuffer& out);

/// Writes the members of a JSON object in the order of the calls, without the braces. Keys are
/// written as they are. One thread.
class JsonObject {
 public:
  /// `out` outlives it and may hold members already: then `out` is not empty.
  explicit JsonObject(JsonBuffer& out) : out_(out) {}

  void text(std::string_view key, std::string_view value) {
    begin(key);
    append_json(value, out_);
  }
  void number(std::string_view key, std::integral auto value) {
    begin(key);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  void boolean(std::string_view key, bool value) { literal(key, value ? "true" : "false"); }
  void null(std::string_view key) { literal(key, "null"); }

  /// A value that is JSON already, a decimal fraction for one.
  void literal(std::string_view key, std::string_view json) {
    begin(key);
    out_.append(json);
  }

 private:
  void begin(std::string_view key) {
    if (out_.size() != 0) out_.push_back(',');
    fmt::format_to(std::back_inserter(out_), "\"{}\":", key);
  }

  JsonBuffer& out_;
};

}  // namespace catena
