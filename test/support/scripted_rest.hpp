// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"

#include "test/support/records.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace catena::test {

/// What an answer says: "NOERROR aa ra", then the records of the answer, of the authority section
/// behind "! " and the additional section behind "+ ". "failed RCODE: reason", "drop".
inline Lines said_by(const Query& query, Outcome outcome) {
  if (outcome == Outcome::drop) return {"drop"};
  const dns::Response& response = query.response();
  std::string head = dns::to_string(response.rcode);
  if (query.failed()) return {"failed " + head + ": " + std::string(query.failure())};
  if (response.flags.has(dns::Flags::kAA)) head += " aa";
  if (response.flags.has(dns::Flags::kTC)) head += " tc";
  if (response.flags.has(dns::Flags::kRA)) head += " ra";
  if (response.flags.has(dns::Flags::kAD)) head += " ad";
  Lines said{head};
  for (const std::string& line : lines(response.answer())) said.push_back(line);
  for (const std::string& line : lines(response.authority())) said.push_back("! " + line);
  for (const std::string& line : lines(response.additional())) said.push_back("+ " + line);
  return said;
}

/// The rest of a chain, played from a list: what is said to each question ("www.test. A"), written
/// as said_by() does, with "wait " in front where it comes later and all shared memory has changed
/// meanwhile. What is not listed is an empty NXDOMAIN.
class ScriptedRest final : public Plugin {
 public:
  using Script = std::map<std::string, std::string>;
  explicit ScriptedRest(Script script) : script_(std::move(script)) {}

  Reply serve(Query& query, Next) const override {
    const std::string_view said = find(query.question());
    if (said.starts_with("wait ")) return later(query, said.substr(5));
    return say(query, std::string(said));
  }

  /// The same as another block that the server asks; nothing there fails or waits.
  Outcome serve(const dns::Question& question, dns::Response& response) const {
    return say(response, std::string(find(question)));
  }

  mutable Lines asked;

 private:
  asio::awaitable<Outcome> later(Query& query, std::string_view said) const {
    const asio::any_io_executor executor = query.engine().executor();
    co_await asio::post(executor, asio::use_awaitable);
    for (auto& data : shared_) std::fill(data.begin(), data.end(), std::uint8_t{0});
    co_return say(query, std::string(said));
  }

  std::string_view find(const dns::Question& question) const {
    asked.push_back(question.name.to_text() + " " + dns::to_string(question.type));
    const auto found = script_.find(asked.back());
    return found == script_.end() ? "NXDOMAIN" : std::string_view(found->second);
  }

  Outcome say(Query& query, const std::string& said) const {
    std::istringstream head(said);
    std::string word;
    head >> word;
    return word == "failed" ? fail(query, head) : say(query.response(), said);
  }

  Outcome say(dns::Response& response, const std::string& said) const {
    std::istringstream script(said);
    std::string line;
    std::getline(script, line);
    if (line == "drop") return Outcome::drop;
    std::istringstream head(line);
    std::string word;
    head >> word;
    response.rcode = dns::parse_rcode(word).value();
    while (head >> word) set(response.flags, word);
    while (std::getline(script, line)) add(response, line);
    return Outcome::respond;
  }

  static Outcome fail(Query& query, std::istream& head) {
    std::string rcode, reason;
    head >> rcode;
    std::getline(head >> std::ws, reason);
    rcode.pop_back();
    return query.fail(dns::parse_rcode(rcode).value(), reason);
  }

  static void set(dns::Flags& flags, const std::string& word) {
    if (word == "aa") flags.set(dns::Flags::kAA);
    if (word == "tc") flags.set(dns::Flags::kTC);
    if (word == "ra") flags.set(dns::Flags::kRA);
    if (word == "ad") flags.set(dns::Flags::kAD);
  }

  // Its data lie in memory that is as short-lived as a cache's.
  void add(dns::Response& response, const std::string& line) const {
    const bool authority = line.starts_with("! ");
    const bool additional = line.starts_with("+ ");
    const std::string text = authority || additional ? line.substr(2) : line;
    dns::Record record = test::record(text, response.arena());
    record.rdata = shared_.emplace_back(record.rdata.begin(), record.rdata.end());
    const auto section = additional ? dns::Section::additional : dns::Section::answer;
    response.add(authority ? dns::Section::authority : section, record);
  }

  Script script_;
  mutable std::deque<std::vector<std::uint8_t>> shared_;
};

}  // namespace catena::test
