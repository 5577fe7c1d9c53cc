// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/corefile.hpp"
#include "core/config/imports.hpp"
#include "core/config/token_stream.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catena::config {

/// The grammar of a Corefile. It goes on after an error where the next directive or block can still
/// be told, so that one run names all that is wrong. One use.
class Parser {
 public:
  Parser(const Source& source, const Surroundings& surroundings, Diagnostics& diagnostics);

  Corefile run();

 private:
  void parse_block();
  bool parse_keys();
  bool take_key(const Token& token);
  void warn_of_key(const Word& key);
  void parse_contents();
  void parse_directives(bool braced);
  void parse_directive();
  void parse_snippet();
  void keep_block();

  Line parse_line(unsigned depth);
  void parse_lines(std::vector<Line>& lines, unsigned depth);
  void end_line(const Line& line, unsigned depth);
  void skip_stray_block(const std::vector<Line>& before, const char* without_name);

  void parse_import();
  bool take_import_argument(const Token& import, std::string& argument);
  void skip_line();

  bool next();
  bool next_is(std::string_view text) const;
  Word word(const Token& token);
  bool is_unknown(const Word& word) const;
  void tell_empty(const Position& position, const std::string& name, bool set);
  void warn_of_one_line(const Position& position);
  void check_directive(const Word& name);

  void error(const Position& position, std::string text);
  void unexpected_end();

  const Surroundings& surroundings_;
  Diagnostics& diagnostics_;
  Imports imports_;
  TokenStream stream_;
  Corefile corefile_;
  ServerBlock block_;
  bool stopped_ = false;  // At a limit, or at an end that leaves no doubt.
};

}  // namespace catena::config
