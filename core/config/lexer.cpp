// SPDX-License-Identifier: Apache-2.0
#include "core/config/lexer.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace catena::config {

namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kReplacementBytes = "\xEF\xBF\xBD";

struct Rune {
  char32_t value = kReplacement;
  std::string_view bytes;  // As they go into a word.
};

struct Sequence {
  std::size_t length;
  char32_t smallest;  // Below it the sequence is longer than needed.
};

std::optional<Sequence> sequence_of(std::uint8_t lead) {
  if (lead < 0x80) return Sequence{1, 0};
  if (lead >= 0xC2 && lead <= 0xDF) return Sequence{2, 0x80};
  if (lead >= 0xE0 && lead <= 0xEF) return Sequence{3, 0x800};
  if (lead >= 0xF0 && lead <= 0xF4) return Sequence{4, 0x10000};
  return std::nullopt;
}

// The rune at the front of `text`; `size` is how many bytes it took, one for an invalid one.
Rune decode(std::string_view text, std::size_t& size) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  size = 1;
  const auto sequence = sequence_of(lead);
  if (!sequence || sequence->length > text.size()) return {kReplacement, kReplacementBytes};
  if (sequence->length == 1) return {lead, text.substr(0, 1)};
  char32_t value = lead & (0xFFu >> (sequence->length + 1));
  for (std::size_t i = 1; i < sequence->length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xC0) != 0x80) return {kReplacement, kReplacementBytes};
    value = value << 6 | (byte & 0x3Fu);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < sequence->smallest || surrogate || value > 0x10FFFF) {
    return {kReplacement, kReplacementBytes};
  }
  size = sequence->length;
  return {value, text.substr(0, size)};
}

bool is_space(char32_t rune) {
  if (rune <= 0x20) return rune == ' ' || (rune >= '\t' && rune <= '\r');
  return rune == 0x85 || rune == 0xA0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200A) ||
         rune == 0x2028 || rune == 0x2029 || rune == 0x202F || rune == 0x205F || rune == 0x3000;
}

class Lexer {
 public:
  Lexer(std::string_view text, const std::shared_ptr<const std::string>& file)
      : rest_(text), file_(file) {
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  }

  // One word, nothing at the end of the text.
  std::optional<Token> next() {
    Token token;
    bool comment = false;
    while (!rest_.empty()) {
      const Rune rune = take();
      if (is_space(rune.value)) {
        if (rune.value == '\r') continue;
        if (rune.value == '\n') ++line_, comment = false;
        if (!token.text.empty()) return token;
        continue;
      }
      if (rune.value == '#') comment = true;
      if (comment) continue;
      if (token.text.empty()) {
        token.position = {file_, line_};
        if (rune.value == '"') return quoted(std::move(token));
      }
      token.text += rune.bytes;
    }
    return token.text.empty() ? std::nullopt : std::optional(std::move(token));
  }

 private:
  Rune take() {
    std::size_t size = 0;
    const Rune rune = decode(rest_, size);
    rest_.remove_prefix(size);
    return rune;
  }

  // What follows an opening quote; without a closing one the rest of the text counts if there is
  // any.
  std::optional<Token> quoted(Token token) {
    bool escaped = false;
    while (!rest_.empty()) {
      const Rune rune = take();
      if (!escaped && rune.value == '"') return token;
      if (!escaped && rune.value == '\\') {
        escaped = true;
        continue;
      }
      if (rune.value == '\n') ++line_, ++token.line_breaks;
      if (escaped && rune.value != '"') token.text += '\\';
      token.text += rune.bytes;
      escaped = false;
    }
    return token.text.empty() ? std::nullopt : std::optional(std::move(token));
  }

  std::string_view rest_;
  std::shared_ptr<const std::string> file_;
  unsigned line_ = 1;
};

}  // namespace

Tokens lex(std::string_view text, const std::shared_ptr<const std::string>& file) {
  Tokens tokens;
  Lexer lexer(text, file);
  while (tokens.size() <= kMostWords) {
    auto token = lexer.next();
    if (!token) break;
    tokens.push_back(std::move(*token));
  }
  return tokens;
}

}  // namespace catena::config
