// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"
#include "core/dns/numbers.hpp"

#include <cstdint>
#include <span>

namespace catena::dns {

/// One resource record whose bytes somebody else owns: an arena, a cache entry, a store. Names in
/// `rdata` are uncompressed. Trivially copyable, 40 bytes.
struct Record {
  NameView owner;
  Type type = Type::A;
  Class rclass = Class::IN;
  std::uint32_t ttl = 0;                ///< Seconds.
  std::span<const std::uint8_t> rdata;  ///< Up to 65535 bytes of wire form.
};

/// Bytes of the record in a message without compression.
inline std::size_t uncompressed_size(const Record& record) {
  return record.owner.size() + 10 + record.rdata.size();
}

struct Question {
  NameView name;
  Type type = Type::A;
  Class qclass = Class::IN;
};

}  // namespace catena::dns
