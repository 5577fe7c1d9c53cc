// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/log/log.hpp"

#include <boost/algorithm/string/replace.hpp>

namespace catena::log {
namespace {

std::shared_ptr<const Format> format_of(std::string text) {
  boost::algorithm::replace_all(text, "{common}", kCommon);
  boost::algorithm::replace_all(text, "{combined}", kCombined);
  return std::make_shared<const Format>(text);
}

std::uint8_t read_class(config::Property& property) {
  std::uint8_t classes = 0;
  if (property.empty()) property.expect_count(1, config::kAny);
  while (const config::Word* word = property.take()) {
    if (word->text == "success")
      classes |= bit(dns::KindClass::success);
    else if (word->text == "denial")
      classes |= bit(dns::KindClass::denial);
    else if (word->text == "error")
      classes |= bit(dns::KindClass::error);
    else if (word->text == "all")
      classes |= kAllClasses;
    else
      property.error(
          fmt::format("invalid Class: {}; expected success, denial, error or all", word->text));
  }
  return classes;
}

// One argument is always a name; of several the last is the format if it has a brace.
std::vector<Rule> read_rules(const Setup& setup, config::Directive& directive) {
  std::vector<const config::Word*> words;
  while (const config::Word* word = directive.take()) words.push_back(word);
  auto format = format_of(std::string(kCommon));
  if (words.size() > 1 && words.back()->text.find('{') != std::string::npos) {
    format = format_of(words.back()->text);
    words.pop_back();
  }
  std::vector<Rule> rules;
  for (const config::Word* word : words) {
    directive.expect_zone(*word);
    const auto scope = dns::Name::parse(word->text);
    if (!scope) directive.error(fmt::format("'{}' is not a domain name", word->text));
    if (scope) setup.warn_outside(directive, {*scope});
    rules.push_back({scope ? *scope : dns::Name(), format, kAllClasses});
  }
  if (rules.empty()) rules.push_back({dns::Name(), format, kAllClasses});
  return rules;
}

}  // namespace

void setup(Setup& setup) {
  std::vector<Rule> rules;
  for (config::Directive& directive : setup.directives()) {
    // The words of `class`, and where CoreDNS once wrote to.
    directive.vocabulary({"success", "denial", "error", "all", "stdout", "stderr"});
    std::vector<Rule> added = read_rules(setup, directive);
    std::uint8_t classes = 0;
    for (config::Property& property : directive.each("class")) classes |= read_class(property);
    directive.done();
    for (Rule& rule : added) rule.classes = classes == 0 ? kAllClasses : classes;
    rules.insert(rules.end(), added.begin(), added.end());
  }
  const Process& process = setup.process();
  setup.add(std::make_unique<QueryLog>(
      std::move(rules), process.log.for_plugin("log", LogPrefix::level), process.clock));
}

}  // namespace catena::log
