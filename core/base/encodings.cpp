// SPDX-License-Identifier: Apache-2.0
#include "core/base/encodings.hpp"

namespace catena {
namespace {

using Out = std::vector<std::uint8_t>;

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kBase32 = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

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

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
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

std::string to_base64(std::string_view bytes) {
  std::string text;
  append_base64(text, bytes_of(bytes));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  Out bytes;
  if (!append_from_base64(bytes, text)) return std::nullopt;
  return std::string(bytes.begin(), bytes.end());
}

std::string to_base64_url(std::string_view bytes) {
  std::string text;
  append_digits(text, bytes_of(bytes), kBase64Url, 6);
  return text;
}

std::optional<std::string> from_base64_url(std::string_view text) {
  Out bytes;
  if (!append_from_digits(bytes, text, kBase64Url, 6, Letters::as_given)) return std::nullopt;
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace catena
