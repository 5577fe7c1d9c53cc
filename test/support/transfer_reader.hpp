// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/message.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace catena::test {

/// What a secondary server makes of the messages that answer its AXFR (RFC 5936) or IXFR (RFC
/// 1995). Knows no sockets, clocks or threads; signatures have been taken off.
///
///   more -> more ... -> done
///        -> failed
class TransferReader {
 public:
  enum class Step : std::uint8_t {
    more,
    done,    ///< shape() says what it was.
    failed,  ///< error() says why; what came before is of no use.
  };
  enum class Shape : std::uint8_t {
    unknown,
    whole,       ///< The zone, from its SOA record to the same one.
    changes,     ///< From the client's serial to serial(): each old SOA, what went, a new SOA, what
                 ///< came.
    up_to_date,  ///< The client has all there is.
  };
  struct Limits {
    std::size_t bytes = std::size_t{1} << 30;
    std::size_t messages = 1'000'000;
  };
  struct Asked {
    dns::Name zone;
    std::uint16_t id = 0;
    std::optional<std::uint32_t> serial = {};  ///< That the client has: an IXFR. Without: an AXFR.
  };

  explicit TransferReader(Asked asked) : TransferReader(std::move(asked), Limits()) {}
  TransferReader(Asked asked, const Limits& limits) : asked_(std::move(asked)), limits_(limits) {}

  /// The question as it is asked.
  std::vector<std::uint8_t> question() const;

  /// The next message; not behind `done` or `failed`.
  Step received(std::span<const std::uint8_t> message);

  /// Those that it brought, the SOA records among them. Valid until the next one.
  const std::vector<dns::Record>& records() const { return records_; }

  Shape shape() const { return shape_; }
  /// Of the zone as it is at the server; known from the first record on.
  std::uint32_t serial() const { return serial_; }
  const std::string& error() const { return error_; }

 private:
  dns::Type type() const { return asked_.serial ? dns::Type::IXFR : dns::Type::AXFR; }
  Step fail(std::string why);
  // What is wrong; empty where nothing is.
  std::string complaint(const dns::MessageView& message) const;
  std::string unpack(const dns::MessageView& message);
  std::string take(const dns::Record& record);
  std::string take_soa(std::uint32_t serial);
  std::string begin_changes(std::uint32_t serial);
  bool is_news() const;

  Asked asked_;
  Limits limits_;
  Arena arena_;  // Its limit is one of a message: compression can make much of it.
  std::vector<dns::Record> records_;
  std::size_t bytes_ = 0;
  std::size_t messages_ = 0;
  std::size_t taken_ = 0;  // Records.
  bool adding_ = false;    // Of changes: behind a new SOA.
  bool ended_ = false;
  Shape shape_ = Shape::unknown;
  std::uint32_t serial_ = 0;
  std::string error_;
};

/// Gives an IXFR's question, which has nothing behind it, the serial that its client has.
void add_serial(std::vector<std::uint8_t>& question, std::uint32_t serial);

}  // namespace catena::test
