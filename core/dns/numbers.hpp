// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace catena::dns {

/// Resource record types and query types (IANA "DNS Parameters"). Any other number is legal too.
// clang-format off
enum class Type : std::uint16_t {
  A = 1, NS = 2, MD = 3, MF = 4, CNAME = 5, SOA = 6, MB = 7, MG = 8, MR = 9, PTR = 12, HINFO = 13,
  MINFO = 14, MX = 15, TXT = 16, RP = 17, AFSDB = 18, RT = 21, SIG = 24, PX = 26, AAAA = 28,
  LOC = 29, SRV = 33, NAPTR = 35, DNAME = 39, OPT = 41, DS = 43, SSHFP = 44, RRSIG = 46, NSEC = 47,
  DNSKEY = 48, NSEC3 = 50, NSEC3PARAM = 51, TLSA = 52, CDS = 59, CDNSKEY = 60, SVCB = 64,
  HTTPS = 65, TSIG = 250, IXFR = 251, AXFR = 252, ANY = 255, URI = 256, CAA = 257,
};
// clang-format on

enum class Class : std::uint16_t { IN = 1, CH = 3, HS = 4, NONE = 254, ANY = 255 };

/// Twelve bits: the upper eight travel in the OPT record (RFC 6891 section 6.1.3).
// clang-format off
enum class Rcode : std::uint16_t {
  NoError = 0, FormErr = 1, ServFail = 2, NXDomain = 3, NotImp = 4, Refused = 5, YXDomain = 6,
  YXRRSet = 7, NXRRSet = 8, NotAuth = 9, NotZone = 10, BadVers = 16, BadCookie = 23,
};
// clang-format on

enum class Opcode : std::uint8_t { Query = 0, IQuery = 1, Status = 2, Notify = 4, Update = 5 };

enum class Section : std::uint8_t { answer, authority, additional };

/// "AAAA", or "TYPE731" (RFC 3597 section 5) where the number has no name here.
std::string to_string(Type type);
/// "IN", or "CLASS4242".
std::string to_string(Class rclass);
/// "NXDOMAIN", or the number in decimal.
std::string to_string(Rcode rcode);

/// Any letter case; understands TYPE731 and CLASS4242 as well.
std::optional<Type> parse_type(std::string_view text);
std::optional<Class> parse_class(std::string_view text);
std::optional<Rcode> parse_rcode(std::string_view text);

/// What can be wrong with bytes or text of the DNS. Small and without allocation: it is made on the
/// data path.
enum class Error : std::uint8_t {
  truncated,       ///< The bytes end in the middle of something.
  label_too_long,  ///< Over 63 bytes (RFC 1035 section 2.3.4).
  name_too_long,   ///< Over 255 bytes of wire form.
  bad_label_type,  ///< The two upper bits of a length are 01 or 10.
  bad_pointer,     ///< A compression pointer that does not point backwards.
  bad_rdata,       ///< Record data that does not fit its type or its length.
  bad_text,        ///< Presentation text that is not understood.
  duplicate_opt,   ///< More than one OPT record (RFC 6891 section 6.1.1).
  misplaced_tsig,  ///< A TSIG record that is not the last one (RFC 8945 section 5.1).
  no_room,         ///< The output or the arena is full.
};

/// For a log line.
std::string_view to_string(Error error);

/// Found by boost::system::result when value() is called on an error.
[[noreturn]] void throw_error(Error error);

}  // namespace catena::dns
