// SPDX-License-Identifier: Apache-2.0
#include "core/expression/token.hpp"

#include "core/base/utf8.hpp"

#include <fmt/format.h>

namespace catena::expression {
namespace {

std::string_view name_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::identifier:
      return "Identifier";
    case TokenKind::number:
      return "Number";
    case TokenKind::string:
      return "String";
    case TokenKind::symbol:
      return "Operator";
    case TokenKind::bracket:
      return "Bracket";
    case TokenKind::end:
      break;
  }
  return "EOF";
}

std::string escaped(char c) {
  switch (c) {
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t size = utf8_character_size(text);
    if (size > 1) {
      out += text.substr(0, size);
      text.remove_prefix(size);
    } else {
      out += escaped(text.front());
      text.remove_prefix(1);
    }
  }
  return out + "\"";
}

std::string describe(const Token& token) {
  const std::string_view name = name_of(token.kind);
  if (token.text.empty()) return std::string(name);
  return fmt::format("{}({})", name, quoted(token.text));
}

}  // namespace catena::expression
