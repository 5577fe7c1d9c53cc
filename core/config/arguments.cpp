// SPDX-License-Identifier: Apache-2.0
#include "core/config/arguments.hpp"

#include "core/config/zone_doubt.hpp"
#include "core/config/zone_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace catena::config {

namespace {

std::string arguments_text(std::size_t count) {
  if (count == 0) return "no argument";
  return count == 1 ? "1 argument" : fmt::format("{} arguments", count);
}

std::string expected_count(std::size_t at_least, std::size_t at_most) {
  if (at_least == at_most) return arguments_text(at_least);
  if (at_most == kAny) return "at least " + arguments_text(at_least);
  if (at_least == 0) return "at most " + arguments_text(at_most);
  return fmt::format("{} to {} arguments", at_least, at_most);
}

bool has_unset(const Line& line) {
  return std::ranges::any_of(line.words, &Word::unset) ||
         std::ranges::any_of(line.block, has_unset);
}

}  // namespace

Arguments::Arguments(const Line& line, Diagnostics& diagnostics, std::string plugin)
    : line_(&line), diagnostics_(&diagnostics), plugin_(std::move(plugin)) {}

bool Arguments::next_is_integer() const {
  const Word* word = peek();
  return word && parse_signed(word->text).has_value();
}

bool Arguments::next_is(std::string_view word, Case letters) const {
  const Word* next = peek();
  return next && same_word(next->text, word, letters);
}

bool Arguments::take_if(std::string_view word, Case letters) {
  if (!next_is(word, letters)) return false;
  ++next_;
  return true;
}

const Word* Arguments::take() {
  const Word* word = peek();
  if (word) ++next_;
  return word;
}

std::string Arguments::joined() {
  std::string text;
  while (const Word* word = take()) {
    if (!text.empty()) text += ' ';
    text += word->text;
  }
  return text;
}

std::vector<std::string> Arguments::zones(std::vector<std::string> otherwise) {
  if (empty()) return otherwise;
  std::vector<std::string> texts;
  while (const Word* word = take()) {
    expect_zone(*word);
    texts.push_back(word->text);
  }
  return parse_zones(texts);
}

void Arguments::expect_zone(const Word& word) {
  zone_words_.push_back(&word);
  if (word.unset) return;
  const std::string doubt = zone_doubt(word.text);
  if (!doubt.empty()) warn(fmt::format("'{}' is taken for a zone: {}", word.text, doubt));
}

bool Arguments::expect_count(std::size_t at_least, std::size_t at_most) {
  if (count() >= at_least && count() <= at_most) return true;
  const std::size_t taken = next_ - 1;
  const std::size_t most = at_most == kAny ? kAny : taken + at_most;
  if (!failed_) report_count(expected_count(taken + at_least, most));
  return false;
}

bool Arguments::no_more() {
  if (empty()) return true;
  if (!failed_) {
    const std::size_t taken = next_ - 1;
    report_count(taken == 0 ? arguments_text(0) : "at most " + arguments_text(taken));
  }
  return false;
}

void Arguments::error(std::string text) {
  failed_ = true;
  if (!excused()) diagnostics_->error(position(), plugin_, std::move(text));
}

void Arguments::warn(std::string text) { diagnostics_->warn(position(), plugin_, std::move(text)); }

// Of a line with a variable the variable is noted, which says more than half a path.
void Arguments::need(std::string_view what) {
  if (std::ranges::none_of(line_->words, &Word::unset)) {
    diagnostics_->need(position(), plugin_, what);
  }
}

bool Arguments::excused() const { return elsewhere() && has_unset(*line_); }

void Arguments::refuse(std::string_view what) {
  error(fmt::format("'{}' is known, not in this build", what));
}

const Word* Arguments::take_required() {
  if (const Word* word = take()) return word;
  if (!failed_) report_count("at least " + arguments_text(next_));
  return nullptr;
}

void Arguments::report_count(std::string_view expected) {
  error(fmt::format(
      "Wrong argument count or unexpected line ending after '{}' (expected {}, found {})",
      line_->words.back().text, expected, line_->words.size() - 1));
}

bool Arguments::report_value(const Word& word, const std::string& text) {
  failed_ = true;
  if (excused()) return false;
  // Within a block the property says which of many values is meant; a directive is named anyway.
  const bool named = name() == plugin_ || text.find("expected ") != 0;
  diagnostics_->error(word.position, plugin_, named ? text : name() + ": " + text);
  return false;
}

}  // namespace catena::config
