// SPDX-License-Identifier: Apache-2.0
#include "core/config/fingerprint.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace catena::config {
namespace {

// Lengths in front, so that no two configurations have the same text.
void add(std::string& text, const Word& word) {
  text += fmt::format("{}:{}:{}\n", to_string(word.position), word.text.size(), word.text);
}

void add(std::string& text, const Line& line) {
  for (const Word& word : line.words) add(text, word);
  text += line.has_block ? "{\n" : ";\n";
  for (const Line& inner : line.block) add(text, inner);
  if (line.has_block) text += "}\n";
}

}  // namespace

std::string fingerprint(const Corefile& corefile) {
  std::string text;
  for (const ServerBlock& block : corefile.blocks) {
    for (const Word& key : block.keys) add(text, key);
    text += "{\n";
    for (const Line& line : block.directives) add(text, line);
    text += "}\n";
  }
  return fingerprint(std::string_view(text));
}

std::string fingerprint(std::string_view text) {
  std::array<unsigned char, SHA512_DIGEST_LENGTH> digest;
  SHA512(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace catena::config
