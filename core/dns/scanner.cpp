// SPDX-License-Identifier: Apache-2.0
#include "core/dns/scanner.hpp"

#include "core/base/ascii.hpp"
#include "core/dns/record_reader.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace catena::dns {
namespace {

/// `path` as seen from the folder of `file`.
std::string beside(const std::string& file, std::string_view path) {
  const std::size_t slash = file.rfind('/');
  if (path.starts_with('/') || slash == std::string::npos) return std::string(path);
  return file.substr(0, slash + 1) + std::string(path);
}

}  // namespace

std::string ZoneFault::to_string() const { return fmt::format("{}:{}: {}", file, line, text); }

void throw_exception_from_error(const ZoneFault& fault, const boost::source_location&) {
  throw std::runtime_error(fault.to_string());
}

ZoneScanner::ZoneScanner(std::string file, std::string text, const Name& origin, OpenFile open)
    : open_(std::move(open)) {
  sources_.push_back(std::make_unique<Source>(std::move(file), std::move(text), origin));
}

ZoneFault ZoneScanner::fault(std::size_t line,
                             std::string_view reason,
                             std::string_view token) const {
  constexpr std::size_t kLongestToken = 80;
  std::string text(reason);
  if (!token.empty()) text += fmt::format(" \"{}\"", token.substr(0, kLongestToken));
  return {sources_.back()->file, line, text};
}

ZoneScanner::Step ZoneScanner::next(Arena& arena) {
  while (!sources_.empty()) {
    const Step step = this->step(arena);
    if (!step) {
      generate_.reset();
      sources_.clear();
      return step.error();
    }
    if (*step) return *step;
  }
  return std::nullopt;
}

/// A record, or nothing where a line, a file or the last step of $GENERATE was done.
ZoneScanner::Step ZoneScanner::step(Arena& arena) {
  if (generate_) return read_generated(arena);
  const Token& token = source().tokens.peek();
  if (token.kind == Token::Kind::end_of_text) {
    sources_.pop_back();
    return std::nullopt;
  }
  return read_line(arena);
}

ZoneScanner::Step ZoneScanner::read_line(Arena& arena) {
  Tokens& tokens = source().tokens;
  const Token& token = tokens.peek();
  if (token.kind == Token::Kind::end_of_line) {
    tokens.take();
    return std::nullopt;
  }
  if (token.kind == Token::Kind::word && token.text.starts_with('$')) return read_directive();
  return take_record(tokens, arena);
}

ZoneScanner::Step ZoneScanner::take_record(Tokens& tokens, Arena& arena) {
  Source& now = source();
  RecordDefaults defaults{now.origin, std::nullopt, now.ttl};
  if (now.owner) defaults.owner = now.owner->view();
  const std::size_t line = tokens.line();
  const auto read = read_record(tokens, defaults, arena);
  if (!read) {
    const bool unbalanced = tokens.peek().kind == Token::Kind::unbalanced;
    const auto& what = read.error();
    return fault(tokens.line() > line && !tokens.peek().is_end() ? tokens.line() : line,
                 unbalanced ? "quote or parenthesis without its partner" : what.reason,
                 unbalanced ? tokens.peek().text : what.token);
  }
  now.owner = Name(read->record.owner);
  if (read->has_ttl && !now.ttl_by_directive) now.ttl = read->record.ttl;
  return read->record;
}

ZoneScanner::Step ZoneScanner::read_generated(Arena& arena) {
  if (generate_->done()) {
    generate_.reset();
    return std::nullopt;
  }
  const auto line = generate_->next();
  if (!line) return fault(generate_line_, "bad ${offset,width,base} in $GENERATE");
  Tokens tokens(*line, generate_line_);
  return take_record(tokens, arena);
}

ZoneScanner::Step ZoneScanner::read_directive() {
  const std::size_t line = source().tokens.line();
  const std::string_view name = source().tokens.take().text;
  if (same_text(name, "$ORIGIN")) return set_origin();
  if (same_text(name, "$TTL")) return set_ttl();
  if (same_text(name, "$INCLUDE")) return include();
  if (same_text(name, "$GENERATE")) return begin_generate();
  return fault(line, "unknown directive", name);
}

ZoneScanner::Step ZoneScanner::end_directive() {
  Tokens& tokens = source().tokens;
  if (!tokens.peek().is_end()) {
    return fault(tokens.line(), "more text than the directive takes", tokens.peek().text);
  }
  tokens.take();
  return std::nullopt;
}

ZoneScanner::Step ZoneScanner::set_origin() {
  Source& now = source();
  const std::size_t line = now.tokens.line();
  const Token token = now.tokens.take();
  const auto origin = Name::parse(token.text, now.origin);
  if (token.kind != Token::Kind::word || !origin) {
    return fault(line, "$ORIGIN without a name", token.text);
  }
  now.origin = *origin;
  return end_directive();
}

ZoneScanner::Step ZoneScanner::set_ttl() {
  Source& now = source();
  const std::size_t line = now.tokens.line();
  const Token token = now.tokens.take();
  const auto ttl = parse_ttl(token.text);
  if (!ttl) return fault(line, "$TTL without a time", token.text);
  now.ttl = ttl;
  now.ttl_by_directive = true;
  return end_directive();
}

/// $INCLUDE file [origin]: the origin holds for that file only.
ZoneScanner::Step ZoneScanner::include() {
  Source& now = source();
  const std::size_t line = now.tokens.line();
  const Token path = now.tokens.take();
  if (!path.is_text()) return fault(line, "$INCLUDE without a file");
  Name origin = now.origin;
  if (now.tokens.peek().kind == Token::Kind::word) {
    const auto given = Name::parse(now.tokens.peek().text, now.origin);
    if (!given) return fault(line, "not a name", now.tokens.peek().text);
    origin = *given;
    now.tokens.take();
  }
  if (!now.tokens.peek().is_end()) return end_directive();
  if (sources_.size() > kMaxIncludeDepth)
    return fault(line, "too deeply nested $INCLUDE", path.text);
  if (!open_) return fault(line, "$INCLUDE is not possible here");
  now.tokens.take();
  const std::string found = beside(now.file, path.text);
  auto content = open_(found);
  if (!content) return fault(line, content.error().message(), found);
  auto inner = std::make_unique<Source>(found, std::move(*content), origin);
  inner->ttl = now.ttl;
  inner->ttl_by_directive = now.ttl_by_directive;
  sources_.push_back(std::move(inner));
  return std::nullopt;
}

ZoneScanner::Step ZoneScanner::begin_generate() {
  Tokens& tokens = source().tokens;
  generate_line_ = tokens.line();
  const Token range = tokens.take();
  if (range.kind != Token::Kind::word) return fault(generate_line_, "$GENERATE without a range");
  const std::string_view pattern = tokens.take_raw_line();
  if (pattern.empty()) return fault(generate_line_, "$GENERATE without a record");
  generate_ = Generate::parse(range.text, pattern);
  if (!generate_) return fault(generate_line_, "bad range in $GENERATE", range.text);
  return end_directive();
}

}  // namespace catena::dns
