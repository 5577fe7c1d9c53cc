// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/record.hpp"

#include <catch2/catch.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::test {

/// One record per line, "www.example.org. 300 IN A 192.0.2.1": single blanks, and every type's data
/// as the server prints it. A TTL may be "*" in what a test expects.
using Lines = std::vector<std::string>;

/// Reads records in dig notation, one per line; empty lines and blanks in front do not count, class
/// IN may be left out, "*" stands for any TTL. Throws std::invalid_argument for a line that is no
/// record.
Lines records(std::string_view text);

/// The same in alphabetical order.
Lines sorted(Lines lines);

/// What a test saw, ready to be compared with records().
std::string line(const dns::Record& record);
Lines lines(std::span<const dns::Record> records);

/// One record in the arena, for tests that need the record itself. Throws as records() does.
dns::Record record(std::string_view text, Arena& arena);

/// For REQUIRE_THAT(reply.answer, is_records("...")): the same records in the same order, "*" taken
/// as any TTL. A failure prints what is missing and what is too much.
class RecordsMatcher final : public Catch::MatcherBase<Lines> {
 public:
  enum class Order { as_written, any };
  RecordsMatcher(std::string_view expected, Order order);
  bool match(const Lines& seen) const override;
  std::string describe() const override;

 private:
  Lines expected_;
  Order order_;
  mutable std::string difference_;  // Of the last match(); Catch asks for it afterwards.
};

RecordsMatcher is_records(std::string_view expected);
RecordsMatcher is_records_in_any_order(std::string_view expected);

}  // namespace catena::test
