// SPDX-License-Identifier: Apache-2.0
#include "core/config/corefile.hpp"

#include "core/config/parser.hpp"

#include <algorithm>

namespace catena::config {

namespace {

bool same_texts(const std::vector<Word>& a, const std::vector<Word>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Word& x, const Word& y) { return x.text == y.text; });
}

bool same_lines(const std::vector<Line>& a, const std::vector<Line>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Line& x, const Line& y) {
    return same_texts(x.words, y.words) && x.has_block == y.has_block &&
           same_lines(x.block, y.block);
  });
}

Line one_word_line(const char* word) { return {.words = {{word, {}}}, .block = {}}; }

}  // namespace

std::vector<const Line*> ServerBlock::occurrences(std::string_view directive) const {
  std::vector<const Line*> lines;
  for (const Line& line : directives) {
    if (line.name() == directive) lines.push_back(&line);
  }
  return lines;
}

bool same_words(const ServerBlock& a, const ServerBlock& b) {
  return same_texts(a.keys, b.keys) && same_lines(a.directives, b.directives);
}

Corefile parse(const Source& source, const Surroundings& surroundings, Diagnostics& diagnostics) {
  return Parser(source, surroundings, diagnostics).run();
}

Corefile default_corefile() {
  ServerBlock block;
  block.keys = {{".", {}}};
  block.directives = {one_word_line("whoami"), one_word_line("log")};
  return {{std::move(block)}};
}

}  // namespace catena::config
