// SPDX-License-Identifier: Apache-2.0
// For tests: what happens with a cache, told line by line.
#pragma once

#include "plugins/cache/scripted.hpp"

#include <sstream>
#include <string>

namespace catena::cache::test {

/// Plays a scenario. Its lines, those that belong to one before being indented:
///   upstream              what the rest of the chain answers from now on: a script (Scripted)
///   ask NAME TYPE [+do] [+cd] [+ad] [CLASS] [NOTIFY]     and the expected answer as lines
///   after DURATION        the clock moves
///   asked N               how often the rest of the chain was asked, in all
///   count NAME [TYPE] N   a metric's value
///   background now|soon|later|refuse    when the engine runs refreshes
///   run                   runs those that were put off
class Scenario {
 public:
  Scenario(const std::string& directive, const std::string& text) : bed_(directive) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t start = line.find_first_not_of(' ');
      if (start == std::string::npos) continue;
      if (start >= kIndent) {
        commands_.back().lines.push_back(line.substr(start));
      } else {
        commands_.push_back({line.substr(start), {}});
      }
    }
  }

  void play() {
    for (const Command& command : commands_) {
      INFO("at: " << command.text << " (" << (&command - commands_.data()) << ")");
      run(command);
    }
    CHECK(bed_.upstream->always_ad);
  }

 private:
  static constexpr std::size_t kIndent = 6;
  struct Command {
    std::string text;
    Lines lines;
  };

  void run(const Command& command) {
    std::istringstream words(command.text);
    std::string word;
    words >> word;
    if (word == "upstream") return void(bed_.upstream->script = command.lines);
    if (word == "ask") return ask(words, command.lines);
    if (word == "count") return count(words);
    if (word == "background") return background(words);
    if (word == "run") return bed_.engine.run_tasks();
    std::string value;
    words >> value;
    if (word == "after") return bed_.engine.time.advance(duration(value));
    REQUIRE(word == "asked");
    CHECK(std::to_string(bed_.upstream->asked) == value);
  }

  static Duration duration(const std::string& text) {
    return std::get<Duration>(config::parse_duration(text));
  }

  void ask(std::istringstream& words, const Lines& expected) {
    Ask question;
    std::string word;
    words >> question.name >> word;
    question.type = *dns::parse_type(word);
    while (words >> word) {
      if (word == "+do") question.dnssec_ok = true;
      if (word == "+cd") question.checking_disabled = true;
      if (word == "+ad") question.authentic_data = true;
      if (word == "NOTIFY") question.opcode = dns::Opcode::Notify;
      if (const auto qclass = dns::parse_class(word)) question.qclass = *qclass;
    }
    CHECK(bed_.ask(question).value_or(Lines{"DROP"}) == expected);
    CHECK(bed_.flags_after.has(dns::Flags::kAD) == question.authentic_data);
  }

  void count(std::istringstream& words) {
    std::string name, type, value;
    words >> name >> type;
    const bool typed = type == "success" || type == "denial";
    if (typed) words >> value;
    const std::string label = typed ? ",type=\"" + type + "\"" : "";
    const std::string line = "coredns_cache_" + name + "{server=\"dns://:53\"" + label +
                             ",view=\"\",zones=\".\"} " + (typed ? value : type) + "\n";
    INFO(bed_.parts.metrics.text());
    CHECK(bed_.parts.metrics.text().find(line) != std::string::npos);
  }

  void background(std::istringstream& words) {
    using Background = ScriptedEngine::Background;
    std::string word;
    words >> word;
    bed_.engine.mode = word == "now"     ? Background::now
                       : word == "soon"  ? Background::soon
                       : word == "later" ? Background::later
                                         : Background::refuse;
  }

  Bed bed_;
  std::vector<Command> commands_;
};

struct Row {
  const char* name;
  const char* directive;
  const char* scenario;
};

inline void play(const Row& row) {
  DYNAMIC_SECTION(row.name) { Scenario(row.directive, row.scenario).play(); }
}

}  // namespace catena::cache::test
