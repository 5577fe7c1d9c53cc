// SPDX-License-Identifier: Apache-2.0
#include "test/support/records.hpp"

#include "core/dns/rdata.hpp"
#include "core/dns/text.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace catena::test {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The place of the second word.
std::size_t second_word(std::string_view line) {
  const std::size_t blank = line.find_first_of(kBlanks);
  return blank == std::string_view::npos ? blank : line.find_first_not_of(kBlanks, blank);
}

bool has_any_ttl(std::string_view line) {
  const std::size_t place = second_word(line);
  if (place == std::string_view::npos || line[place] != '*') return false;
  return place + 1 < line.size() && kBlanks.find(line[place + 1]) != std::string_view::npos;
}

std::string print(const dns::Record& record, std::string_view ttl) {
  return record.owner.to_text() + ' ' + std::string(ttl) + ' ' + dns::to_string(record.rclass) +
         ' ' + dns::to_string(record.type) + ' ' + dns::rdata_to_text(record.type, record.rdata);
}

std::string canonical(std::string_view text) {
  Arena arena;
  if (!has_any_ttl(text)) return line(record(text, arena));
  std::string with_ttl(text);
  with_ttl[second_word(text)] = '0';
  return print(record(with_ttl, arena), "*");
}

/// The line with "*" for its TTL.
std::string without_ttl(const std::string& line) {
  const std::size_t start = line.find(' ') + 1;
  return line.substr(0, start) + '*' + line.substr(line.find(' ', start));
}

bool same(const std::string& expected, const std::string& seen) {
  return expected == seen || (has_any_ttl(expected) && expected == without_ttl(seen));
}

/// Takes every expected line out of `seen` once; returns those it does not have.
Lines take_out(Lines& seen, const Lines& expected) {
  Lines missing;
  for (const std::string& wanted : expected) {
    const auto found = std::ranges::find_if(
        seen, [&](const std::string& candidate) { return same(wanted, candidate); });
    if (found == seen.end()) {
      missing.push_back(wanted);
    } else {
      seen.erase(found);
    }
  }
  return missing;
}

std::string print_difference(const Lines& missing, const Lines& surplus) {
  std::string text;
  for (const std::string& line : missing) text += "\n  missing:    " + line;
  for (const std::string& line : surplus) text += "\n  unexpected: " + line;
  return text.empty() ? "\n  the same records in another order" : text;
}

}  // namespace

Lines records(std::string_view text) {
  Lines lines;
  std::istringstream stream{std::string(text)};
  for (std::string raw; std::getline(stream, raw);) {
    const std::string_view line = trim(raw);
    if (!line.empty()) lines.push_back(canonical(line));
  }
  return lines;
}

Lines sorted(Lines lines) {
  std::ranges::sort(lines);
  return lines;
}

std::string line(const dns::Record& record) { return print(record, std::to_string(record.ttl)); }

Lines lines(std::span<const dns::Record> records) {
  Lines lines;
  for (const dns::Record& record : records) lines.push_back(line(record));
  return lines;
}

dns::Record record(std::string_view text, Arena& arena) {
  const auto parsed = dns::parse_record(trim(text), arena);
  if (!parsed) throw std::invalid_argument("not a record: " + std::string(text));
  return *parsed;
}

RecordsMatcher::RecordsMatcher(std::string_view expected, Order order)
    : expected_(records(expected)), order_(order) {}

bool RecordsMatcher::match(const Lines& seen) const {
  if (order_ == Order::as_written && std::ranges::equal(expected_, seen, same)) return true;
  // Lines that name their TTL choose first, so that "*" does not take what they need.
  Lines by_strictness = expected_;
  std::ranges::stable_partition(by_strictness, [](const auto& line) { return !has_any_ttl(line); });
  Lines surplus = seen;
  const Lines missing = take_out(surplus, by_strictness);
  if (order_ == Order::any && missing.empty() && surplus.empty()) return true;
  difference_ = print_difference(missing, surplus);
  return false;
}

std::string RecordsMatcher::describe() const {
  const std::string order = order_ == Order::any ? "in any order" : "in this order";
  std::string text = "is, " + order + ":";
  for (const std::string& line : expected_) text += "\n  " + line;
  return difference_.empty() ? text : text + "\nbut differs:" + difference_;
}

RecordsMatcher is_records(std::string_view expected) {
  return {expected, RecordsMatcher::Order::as_written};
}

RecordsMatcher is_records_in_any_order(std::string_view expected) {
  return {expected, RecordsMatcher::Order::any};
}

}  // namespace catena::test
