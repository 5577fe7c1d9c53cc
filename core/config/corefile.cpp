// SPDX-License-Identifier: Apache-2.0
#include "core/config/corefile.hpp"

#include "core/config/parser.hpp"

namespace catena::config {

namespace {

Line one_word_line(const char* word) { return {.words = {{word, {}}}, .block = {}}; }

}  // namespace

std::vector<const Line*> ServerBlock::occurrences(std::string_view directive) const {
  std::vector<const Line*> lines;
  for (const Line& line : directives) {
    if (line.name() == directive) lines.push_back(&line);
  }
  return lines;
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
