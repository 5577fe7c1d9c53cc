// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/corefile.hpp"
#include "core/config/diagnostics.hpp"
#include "core/config/rules.hpp"

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::config {

inline constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

/// The words that follow a name on one line, taken from left to right. Every accessor that finds
/// something wrong reports file, line and plugin to the sink, leaves its target alone and returns
/// false; nothing is thrown. After one report about a line its left-over words are not reported
/// too. The line and the sink must outlive it. One thread.
class Arguments {
 public:
  Arguments(const Line& line, Diagnostics& diagnostics, std::string plugin);

  const std::string& name() const { return line_->name(); }
  const Position& position() const { return line_->position(); }
  const std::string& plugin() const { return plugin_; }

  /// How many arguments are left.
  std::size_t count() const { return line_->words.size() - next_; }
  bool empty() const { return count() == 0; }

  /// The arguments that are left; they stay.
  std::span<const Word> remaining() const { return std::span(line_->words).subspan(next_); }

  /// The next argument without taking it, nothing when none is left.
  const Word* peek() const { return empty() ? nullptr : &line_->words[next_]; }
  bool next_is_integer() const;
  bool next_is(std::string_view word, Case letters = Case::sensitive) const;

  /// Takes the next argument if it is this word.
  bool take_if(std::string_view word, Case letters = Case::sensitive);

  /// Takes the next argument, nothing when none is left (which is not an error).
  const Word* take();

  /// Takes the next argument into `target`, which is a variable or a reader (values.hpp). It is an
  /// error when there is none. Rules are between(), at_least(), at_most() and phrases.
  template <class Target, class... Rules>
  bool required(Target&& target, const Rules&... rules) {
    const Word* word = take_required();
    return word && assign(*word, target, rules...);
  }

  /// As required(), but it is no error when no argument is left.
  template <class Target, class... Rules>
  bool optional(Target&& target, const Rules&... rules) {
    const Word* word = take();
    return word && assign(*word, target, rules...);
  }

  /// Takes all that is left, each word as a value of the list's type; none is fine.
  template <class T, class... Rules>
  bool rest(std::vector<T>& target, const Rules&... rules) {
    std::vector<T> values;
    bool good = true;
    while (const Word* word = take()) {
      T value{};
      good = assign(*word, value, rules...) && good;
      values.push_back(std::move(value));
    }
    if (good) target = std::move(values);
    return good;
  }

  /// Takes all that is left, joined by single spaces.
  std::string joined();

  /// Takes all that is left as zones: networks expanded, scheme and port dropped, invalid ones
  /// dropped. Without arguments it gives `otherwise`.
  std::vector<std::string> zones(std::vector<std::string> otherwise = {});

  /// Checks how many arguments are left: `Wrong argument count or unexpected line ending after
  /// ...`.
  bool expect_count(std::size_t at_least, std::size_t at_most);
  bool expect_count(std::size_t exactly) { return expect_count(exactly, exactly); }

  /// Reports arguments that nobody took.
  bool no_more();

  /// Warns where a word that is taken for a zone looks like something else (zone_doubt.hpp).
  void expect_zone(const Word& word);

  /// A complaint of the plugin's own, at this line. Elsewhere it is not made about a line with a
  /// variable that is not set: nobody knows what the line will say.
  void error(std::string text);
  void warn(std::string text);

  /// True where the configuration is looked at elsewhere than it is to run: files, interfaces and
  /// variables of its place are not asked for then, only need() is told.
  bool elsewhere() const { return diagnostics_->elsewhere(); }
  /// Notes "would need WHAT"; nothing where the server is to run.
  void need(std::string_view what);

  /// Refuses something that CoreDNS has and this build has not yet: "'X' is known, not in this
  /// build".
  void refuse(std::string_view what);

  /// True when something about this line was reported as an error.
  bool failed() const { return failed_; }

 protected:
  const Line& line() const { return *line_; }
  Diagnostics& diagnostics() const { return *diagnostics_; }
  const std::vector<const Word*>& zone_words() const { return zone_words_; }

 private:
  const Word* take_required();
  void report_count(std::string_view expected);
  bool report_value(const Word& word, const std::string& text);
  bool excused() const;

  template <class Target, class... Rules>
  bool assign(const Word& word, Target&& target, const Rules&... rules) {
    auto reader = reader_of(target);
    const Reason failure = read_word(word.text, reader, rules...);
    if (failure) return report_value(word, *failure);
    if constexpr (requires { reader.doubt(word.text); }) {
      const std::string doubt = reader.doubt(word.text);
      if (!doubt.empty() && !excused()) warn(doubt);
    }
    return true;
  }

  const Line* line_;
  Diagnostics* diagnostics_;
  std::string plugin_;
  std::vector<const Word*> zone_words_;
  std::size_t next_ = 1;
  bool failed_ = false;
};

}  // namespace catena::config
