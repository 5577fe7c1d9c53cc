// SPDX-License-Identifier: Apache-2.0
#include "core/config/parser.hpp"

#include "core/config/nearest.hpp"
#include "core/config/zone_doubt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace catena::config {

namespace {

constexpr unsigned kDeepestBlock = 32;
constexpr std::size_t kMostErrors = 100;

std::shared_ptr<const Tokens> tokens_of(const Source& source) {
  return std::make_shared<const Tokens>(
      lex(source.text, std::make_shared<const std::string>(source.name)));
}

bool is_snippet(const ServerBlock& block) {
  if (block.keys.size() != 1) return false;
  const std::string& key = block.keys.front().text;
  return key.size() >= 2 && key.starts_with('(') && key.ends_with(')');
}

std::string unexpected(std::string_view found, std::string_view expected) {
  return fmt::format("Syntax error: Unexpected token '{}', expecting '{}'", found, expected);
}

}  // namespace

Parser::Parser(const Source& source, const Surroundings& surroundings, Diagnostics& diagnostics)
    : surroundings_(surroundings),
      diagnostics_(diagnostics),
      imports_(surroundings.files, diagnostics),
      stream_(tokens_of(source), surroundings.files.absolute(source.name)) {}

Corefile Parser::run() {
  while (!stopped_ && stream_.peek()) {
    block_ = {};
    parse_block();
  }
  return std::move(corefile_);
}

void Parser::parse_block() {
  const bool more = parse_keys();
  if (is_snippet(block_)) return parse_snippet();
  if (more) parse_contents();
  keep_block();
}

// The words up to the block's contents; false when nothing follows them.
bool Parser::parse_keys() {
  bool another = false;
  while (const Token* token = stream_.peek()) {
    if (token->text == "{") {
      if (another) {
        error(token->position, "Expected another address but had '{' - check for extra comma");
      }
      return true;
    }
    if (!another && !block_.keys.empty() && stream_.next_begins_line()) return true;
    if (!next()) return false;
    if (stream_.current().text == "import" && stream_.begins_line()) {
      parse_import();
    } else {
      another = take_key(stream_.current());
    }
  }
  if (another) unexpected_end();
  return false;
}

// True when a comma says that another key follows, perhaps on the next line.
bool Parser::take_key(const Token& token) {
  Word key = word(token);
  if (key.text.empty() && !is_unknown(key)) return false;
  const bool another = key.text.ends_with(',');
  if (another) key.text.pop_back();
  block_.keys.push_back(std::move(key));
  return another;
}

// CoreDNS serves the zones "}.", "example.org{." and "{whoami}.", which nobody means.
void Parser::warn_of_key(const Word& key) {
  std::string text;
  if (key.text == "}") {
    text = "'}' without a block is read as a key";
  } else if (key.text.size() > 1 && key.text.ends_with('{')) {
    text = "the key ends with '{' (expected a space before it)";
  } else if (const std::string doubt = zone_doubt(key.text); !doubt.empty()) {
    text = fmt::format("the key '{}' is taken for a zone: {}", key.text, doubt);
  }
  if (!text.empty()) diagnostics_.warn(key.position, "", text);
}

void Parser::parse_contents() {
  const bool braced = next_is("{");
  if (braced && !next()) return;
  if (braced && block_.keys.empty()) {
    diagnostics_.warn(stream_.current().position, "",
                      "a server block without a key is not used (expected a zone before '{')");
  }
  parse_directives(braced);
}

void Parser::parse_directives(bool braced) {
  while (next()) {
    const Token& token = stream_.current();
    if (token.text == "}") return;
    if (token.text == "import") {
      parse_import();
    } else if (token.text == "{") {
      skip_stray_block(block_.directives, "Unknown directive '{'");
    } else {
      parse_directive();
    }
  }
  if (stopped_ || !braced) return;
  const Token& last = stream_.current();
  // CoreDNS looks at the last word only, so a Corefile that lacks its last brace may work.
  if (last.text != "}") return error(last.position, unexpected(last.text, "}"));
  diagnostics_.warn(last.position, "", "the server block has no '}' of its own");
}

void Parser::parse_directive() {
  Line line = parse_line(0);
  check_directive(line.words.front());
  block_.directives.push_back(std::move(line));
}

void Parser::check_directive(const Word& name) {
  if (is_unknown(name)) return;
  const auto& known = surroundings_.directives;
  if (std::find(known.begin(), known.end(), name.text) != known.end()) return;
  for (const FormerDirective& former : surroundings_.former) {
    if (former.name != name.text) continue;
    return error(name.position, fmt::format("Unknown directive '{}': CoreDNS had it once, {}",
                                            name.text, former.instead));
  }
  error(name.position,
        fmt::format("Unknown directive '{}'{}", name.text, did_you_mean(name.text, known)));
}

void Parser::parse_snippet() {
  const Word key = block_.keys.front();
  const Token* open = stream_.peek();
  if (!next_is("{")) {
    // Without a brace nobody can tell where the body ends; what follows is read as keys.
    return error(key.position, unexpected(open ? open->text : "", "{"));
  }
  next();
  Tokens body;
  unsigned depth = 1;
  while (depth > 0 && next()) {
    if (stream_.current().text == "{") ++depth;
    if (stream_.current().text == "}") --depth;
    if (depth > 0) body.push_back(stream_.current());
  }
  if (depth > 0 && !stopped_) {
    return error(key.position, unexpected(stream_.current().text, "}"));
  }
  imports_.define(key.position, key.text.substr(1, key.text.size() - 2), std::move(body));
}

void Parser::keep_block() {
  for (const Word& key : block_.keys) {
    if (!key.unset) warn_of_key(key);
  }
  if (!block_.keys.empty()) corefile_.blocks.push_back(std::move(block_));
}

// One line from its first word, which is the current one, with the block that it opens.
Line Parser::parse_line(unsigned depth) {
  Line line;
  line.words.push_back(word(stream_.current()));
  while (!stopped_ && stream_.peek() && !stream_.next_begins_line()) {
    if (next_is("}")) break;
    if (!next()) break;
    if (stream_.current().text != "{") {
      line.words.push_back(word(stream_.current()));
      continue;
    }
    line.has_block = true;
    const bool more = stream_.peek() && !stream_.next_begins_line();
    if (more && !next_is("}")) warn_of_one_line(stream_.current().position);
    parse_lines(line.block, depth + 1);
    break;
  }
  end_line(line, depth);
  return line;
}

// A brace that closes the block around may stand on this line, any other word may not.
void Parser::end_line(const Line& line, unsigned depth) {
  const Token* after = stream_.peek();
  if (stopped_ || !after || stream_.next_begins_line()) return;
  if (after->text != "}") {
    error(after->position, unexpected(after->text, "end of line"));
    return skip_line();
  }
  if (depth > 0 && !line.has_block) warn_of_one_line(after->position);
  if (depth == 0) error(after->position, "Unexpected '}' because no matching opening brace");
}

// Plugins of CoreDNS read what stands on a line word by word, and a brace is a word for most.
void Parser::warn_of_one_line(const Position& position) {
  diagnostics_.warn(position, "",
                    "most plugins of CoreDNS refuse a block on one line (expected a line break "
                    "behind its '{' and before its '}')");
}

void Parser::parse_lines(std::vector<Line>& lines, unsigned depth) {
  if (depth > kDeepestBlock) {
    error(stream_.current().position,
          fmt::format("blocks are nested too deeply (at most {} levels)", kDeepestBlock));
    stopped_ = true;
  }
  while (next()) {
    const Token& token = stream_.current();
    if (token.text == "}") return;
    if (token.text == "import" && stream_.begins_line()) {
      parse_import();
    } else if (token.text == "{") {
      skip_stray_block(lines, "Unexpected token '{', expecting a name before it");
    } else {
      lines.push_back(parse_line(depth));
    }
  }
  if (!stopped_) unexpected_end();
}

// A block that begins on a line of its own: CoreDNS swallows it and then nobody reads it.
void Parser::skip_stray_block(const std::vector<Line>& before, const char* without_name) {
  error(stream_.current().position,
        before.empty() ? without_name
                       : fmt::format("Unexpected token '{{', expecting it on the line of '{}'",
                                     before.back().name()));
  for (unsigned depth = 1; depth > 0 && next();) {
    if (stream_.current().text == "{") ++depth;
    if (stream_.current().text == "}") --depth;
  }
}

void Parser::parse_import() {
  const Token import = stream_.current();
  std::string argument;
  if (!take_import_argument(import, argument)) return skip_line();
  if (!imports_.expand(import, argument, stream_)) stopped_ = true;
}

bool Parser::take_import_argument(const Token& import, std::string& argument) {
  if (!stream_.peek() || stream_.next_begins_line()) {
    error(import.position,
          "Wrong argument count or unexpected line ending after 'import' (expected a file, a "
          "pattern or a snippet)");
    return false;
  }
  if (!next()) return false;
  const Word file = word(stream_.current());
  if (is_unknown(file)) return false;
  argument = file.text;
  if (argument.empty()) {
    error(import.position, "Import requires a non-empty filepath");
    return false;
  }
  if (stream_.peek() && !stream_.next_begins_line()) {
    error(import.position, "Import takes only one argument (glob pattern or file)");
    return false;
  }
  return true;
}

void Parser::skip_line() {
  while (stream_.peek() && !stream_.next_begins_line() && next()) {
  }
}

bool Parser::next() {
  if (!stopped_ && stream_.count() >= kMostWords) {
    error(stream_.current().position,
          fmt::format("the Corefile is too large (at most {} words)", kMostWords));
    stopped_ = true;
  }
  if (!stopped_ && diagnostics_.errors().size() >= kMostErrors) stopped_ = true;
  return !stopped_ && stream_.next();
}

bool Parser::next_is(std::string_view text) const {
  const Token* token = stream_.peek();
  return token && token->text == text;
}

Word Parser::word(const Token& token) {
  bool unset = false;
  const Variables environment = [&](const std::string& name) {
    auto value = surroundings_.environment(name);
    unset = unset || !value;
    if (!value || value->empty()) tell_empty(token.position, name, value.has_value());
    return value;
  };
  auto text = substitute(token.text, environment);
  if (!text) {
    error(token.position,
          fmt::format("environment variables in '{}' refer to themselves or are too long",
                      token.text));
    text = token.text;
  }
  return {std::move(*text), token.position, unset};
}

// Elsewhere nobody knows what a variable will say.
bool Parser::is_unknown(const Word& word) const { return word.unset && diagnostics_.elsewhere(); }

void Parser::tell_empty(const Position& position, const std::string& name, bool set) {
  if (diagnostics_.elsewhere() && !set) {
    return diagnostics_.need(position, "", fmt::format("the variable {}", name));
  }
  diagnostics_.warn(
      position, "",
      fmt::format("the variable {} is {}", name, set ? "empty" : "not set, so it is empty"));
}

void Parser::error(const Position& position, std::string text) {
  diagnostics_.error(position, "", std::move(text));
}

void Parser::unexpected_end() {
  error(stream_.current().position, "Unexpected EOF");
  stopped_ = true;
}

}  // namespace catena::config
