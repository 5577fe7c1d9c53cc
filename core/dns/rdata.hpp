// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/name.hpp"
#include "core/dns/numbers.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace catena::dns {

/// What the data of a type is made of, in order. One table (rdata.cpp) serves reading, writing,
/// compressing and the presentation form.
enum class Field : std::uint8_t {
  end,                ///< Behind the last field.
  compressible_name,  ///< A name that RFC 3597 section 4 allows to compress (types of RFC 1035).
  name,               ///< A name written as it is, though old senders may have compressed it.
  u8,
  u16,
  u32,
  u48,   ///< Six bytes, printed in decimal (TSIG's time).
  ttl,   ///< u32, printed as seconds.
  time,  ///< u32, printed as YYYYMMDDHHMMSS (RFC 4034 section 3.2).
  type,  ///< u16, printed as a type's name.
  ipv4,
  ipv6,
  text,   ///< A <character-string>: length and bytes.
  tag,    ///< Length byte, letters and digits, printed without quotes (CAA's property).
  texts,  ///< One or more of them, to the end.
  hex,
  base64,          ///< To the end.
  base64_u16,      ///< Two length bytes and bytes, printed as length and base64: TSIG's MAC.
  tsig_error,      ///< u16, printed as an rcode's name, 16 being BADSIG.
  hex_u8,          ///< Length byte and bytes, printed as hex ("-" if empty): NSEC3's salt.
  base32_u8,       ///< Length byte and bytes, printed as base32hex: NSEC3's next owner.
  type_bitmap,     ///< RFC 4034 section 4.1.2, to the end.
  location,        ///< LOC (RFC 1876), 16 bytes.
  service_params,  ///< SVCB's parameters (RFC 9460 section 2), to the end.
  caa_value,       ///< To the end, printed as one quoted string (also URI's target).
  opaque,          ///< To the end, printed as RFC 3597's \# form.
};

/// The fields of a type, ended by Field::end; {opaque, end} for types without an entry.
std::span<const Field> fields_of(Type type);

/// Copies the data of one record out of a message into the arena with its names uncompressed.
/// Data of length zero is right for every type (RFC 2136 section 2.4). Errors: bad_rdata,
/// truncated, those of names, no_room.
Result<std::span<const std::uint8_t>> unpack_rdata(std::span<const std::uint8_t> message,
                                                   std::size_t offset,
                                                   std::size_t length,
                                                   Type type,
                                                   Arena& arena);

/// Calls `visit(NameView, bool compressible)` for every name in uncompressed data, with the bytes
/// in between as `bytes(span)`, in order. False where the data does not fit the type (all of it is
/// then handed out as bytes).
template <class Names, class Bytes>
bool walk_rdata(Type type, std::span<const std::uint8_t> rdata, Names&& names, Bytes&& bytes);

/// Presentation form as `dig +nosplit` prints it, e.g. "10 mail.example.org."; RFC 3597's \# form
/// where the data does not fit the type.
std::string rdata_to_text(Type type, std::span<const std::uint8_t> rdata);

/// The first name in the data of CNAME, DNAME, NS, PTR (offset 0), MX and SRV (behind the numbers).
std::optional<NameView> target_of(Type type, std::span<const std::uint8_t> rdata);

/// SOA's numbers (RFC 1035 section 3.3.13).
struct SoaView {
  NameView mname, rname;
  std::uint32_t serial, refresh, retry, expire, minimum;
};
std::optional<SoaView> soa_of(std::span<const std::uint8_t> rdata);

}  // namespace catena::dns

#include "core/dns/rdata_walk.hpp"
