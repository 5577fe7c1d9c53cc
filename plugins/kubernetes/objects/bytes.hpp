// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace catena::kubernetes {

/// Seven bits a byte, the lowest first; a set top bit says that more follow.
inline void put_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

/// A length and that many bytes.
inline void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

/// Reads bytes from outside front to back. The first thing that is not there makes it fail, and
/// everything after that is zero or empty. What it gives points into the bytes.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      const std::string_view byte = take(1);
      if (byte.empty()) return 0;
      const auto bits = static_cast<std::uint8_t>(byte.front());
      number |= std::uint64_t{bits & 0x7fU} << shift;
      if (bits < 0x80) return number;
    }
    return fail(), 0;
  }

  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) return fail(), std::string_view();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view text() { return take(number()); }

  std::string_view rest() const { return rest_; }
  bool failed() const { return failed_; }
  void fail() { failed_ = true, rest_ = {}; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace catena::kubernetes
