// SPDX-License-Identifier: Apache-2.0
#include "core/dns/encodings.hpp"

#include "core/base/ascii.hpp"

#include <optional>

namespace catena::dns {
namespace {

using Out = std::vector<std::uint8_t>;

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kBase32 = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

/// Digits of `bits` bits each, the last one filled up with zero bits.
void append_digits(std::string& out,
                   std::span<const std::uint8_t> bytes,
                   std::string_view alphabet,
                   unsigned bits) {
  const unsigned mask = (1u << bits) - 1;
  unsigned pending = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    pending = pending << 8 | byte;
    for (held += 8; held >= bits; held -= bits) out += alphabet[pending >> (held - bits) & mask];
    pending &= 0xff;
  }
  if (held > 0) out += alphabet[pending << (bits - held) & mask];
}

enum class Letters { as_given, any_case };

/// False, and `out` as before, for a foreign digit, a digit too many or filling that is not zero.
bool append_from_digits(
    Out& out, std::string_view text, std::string_view alphabet, unsigned bits, Letters letters) {
  const std::size_t before = out.size();
  unsigned pending = 0;
  unsigned held = 0;
  bool good = true;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(letters == Letters::any_case ? to_upper(c) : c);
    good = good && digit != std::string_view::npos;
    if (!good) break;
    pending = pending << bits | static_cast<unsigned>(digit);
    held += bits;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<std::uint8_t>(pending >> held));
    }
    pending &= 0xff;
  }
  good = good && held < bits && (pending & ((1u << held) - 1)) == 0;
  if (!good) out.resize(before);
  return good;
}

/// The three digits behind a backslash.
std::optional<std::uint8_t> decimal_byte(std::string_view text) {
  if (text.size() < 3 || !is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[2])) {
    return std::nullopt;
  }
  const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  if (value > 255) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

void append_decimal_escape(std::string& out, std::uint8_t byte) {
  out += '\\';
  out += static_cast<char>('0' + byte / 100);
  out += static_cast<char>('0' + byte / 10 % 10);
  out += static_cast<char>('0' + byte % 10);
}

}  // namespace

void append_hex(std::string& out, std::span<const std::uint8_t> bytes) {
  append_digits(out, bytes, kHex, 4);
}

bool append_from_hex(Out& out, std::string_view text) {
  return text.size() % 2 == 0 && append_from_digits(out, text, kHex, 4, Letters::any_case);
}

void append_base64(std::string& out, std::span<const std::uint8_t> bytes) {
  append_digits(out, bytes, kBase64, 6);
  out.append((3 - bytes.size() % 3) % 3, '=');
}

bool append_from_base64(Out& out, std::string_view text) {
  if (text.size() % 4 != 0) return false;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return append_from_digits(out, text, kBase64, 6, Letters::as_given);
}

void append_base32hex(std::string& out, std::span<const std::uint8_t> bytes) {
  append_digits(out, bytes, kBase32, 5);
}

bool append_from_base32hex(Out& out, std::string_view text) {
  return append_from_digits(out, text, kBase32, 5, Letters::any_case);
}

void append_quoted(std::string& out, std::span<const std::uint8_t> bytes) {
  out += '"';
  for (const std::uint8_t byte : bytes) {
    if (byte < 0x20 || byte > 0x7e) {
      append_decimal_escape(out, byte);
      continue;
    }
    if (byte == '"' || byte == '\\') out += '\\';
    out += static_cast<char>(byte);
  }
  out += '"';
}

bool append_unescaped(Out& out, std::string_view text) {
  const std::size_t before = out.size();
  while (!text.empty()) {
    std::optional<std::uint8_t> byte = static_cast<std::uint8_t>(text[0]);
    std::size_t used = 1;
    if (text[0] == '\\') {
      const bool decimal = text.size() > 1 && is_digit(text[1]);
      used = decimal ? 4 : 2;
      if (decimal) byte = decimal_byte(text.substr(1));
      if (!byte || text.size() < used) {
        out.resize(before);
        return false;
      }
      if (!decimal) byte = static_cast<std::uint8_t>(text[1]);
    }
    out.push_back(*byte);
    text.remove_prefix(used);
  }
  return true;
}

}  // namespace catena::dns
