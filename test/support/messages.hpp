// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/numbers.hpp"

#include "test/support/records.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::test {

/// What a test may want to be different about a query.
struct QueryOptions {
  std::uint16_t id = 1;
  dns::Opcode opcode = dns::Opcode::Query;
  bool recursion_desired = true;
  bool authentic_data = false;
  bool checking_disabled = false;
  std::optional<std::uint16_t>
      edns_size;  ///< Bytes; with none, and no `dnssec_ok`, there is no OPT.
  bool dnssec_ok = false;
  std::uint8_t edns_version = 0;
  std::vector<std::uint8_t> edns_options;  ///< Raw: code, length, data.
};

/// A query for "www.example.org. A" or "version.bind. CH TXT". Throws std::invalid_argument for a
/// text that is no question.
std::vector<std::uint8_t> query_bytes(std::string_view question, const QueryOptions& options = {});

/// An OPT record.
struct DecodedEdns {
  std::uint16_t udp_size = 0;
  std::uint8_t version = 0;
  bool dnssec_ok = false;
  std::vector<std::string> options;  ///< Code and data: "10 0102030405060708".
};

/// A message as text, to be compared in tests.
struct DecodedMessage {
  std::uint16_t id = 0;
  dns::Opcode opcode = dns::Opcode::Query;
  std::string rcode;     ///< "NXDOMAIN", all twelve bits.
  std::string flags;     ///< As dig prints them: "qr aa rd ra".
  std::string question;  ///< "www.example.org. IN A", letter case kept; empty if there is none.
  Lines answer, authority, additional;  ///< Without OPT and TSIG.
  std::optional<DecodedEdns> edns;
  bool has_tsig = false;
  std::size_t size = 0;  ///< Bytes of the message.
};

/// Throws std::invalid_argument for bytes that are no whole message.
DecodedMessage decode(std::span<const std::uint8_t> message);

}  // namespace catena::test
