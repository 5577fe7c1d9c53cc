// SPDX-License-Identifier: Apache-2.0
#include "core/dns/numbers.hpp"

#include "core/base/ascii.hpp"
#include "core/dns/name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace catena::dns {
namespace {

template <class Number>
struct Named {
  Number number;
  std::string_view name;
};

// Numbers that are only called by their names have no enumerator.
constexpr Named<Type> kTypes[] = {
    {Type::A, "A"},
    {Type::NS, "NS"},
    {Type::CNAME, "CNAME"},
    {Type::MD, "MD"},
    {Type::MF, "MF"},
    {Type::MB, "MB"},
    {Type::MG, "MG"},
    {Type::MR, "MR"},
    {Type::MINFO, "MINFO"},
    {Type::RP, "RP"},
    {Type::AFSDB, "AFSDB"},
    {Type::RT, "RT"},
    {Type::SIG, "SIG"},
    {Type::PX, "PX"},
    {Type::SOA, "SOA"},
    {Type::PTR, "PTR"},
    {Type::HINFO, "HINFO"},
    {Type::MX, "MX"},
    {Type::TXT, "TXT"},
    {Type::AAAA, "AAAA"},
    {Type::LOC, "LOC"},
    {Type::SRV, "SRV"},
    {Type::NAPTR, "NAPTR"},
    {Type::DNAME, "DNAME"},
    {Type::OPT, "OPT"},
    {Type::DS, "DS"},
    {Type::SSHFP, "SSHFP"},
    {Type::RRSIG, "RRSIG"},
    {Type::NSEC, "NSEC"},
    {Type::DNSKEY, "DNSKEY"},
    {Type::NSEC3, "NSEC3"},
    {Type::NSEC3PARAM, "NSEC3PARAM"},
    {Type::TLSA, "TLSA"},
    {Type::CDS, "CDS"},
    {Type::CDNSKEY, "CDNSKEY"},
    {Type::SVCB, "SVCB"},
    {Type::HTTPS, "HTTPS"},
    {Type::TSIG, "TSIG"},
    {Type::IXFR, "IXFR"},
    {Type::AXFR, "AXFR"},
    {Type::ANY, "ANY"},
    {Type::URI, "URI"},
    {Type::CAA, "CAA"},
    {Type{10}, "NULL"},
    {Type{19}, "X25"},
    {Type{20}, "ISDN"},
    {Type{23}, "NSAP-PTR"},
    {Type{25}, "KEY"},
    {Type{27}, "GPOS"},
    {Type{30}, "NXT"},
    {Type{31}, "EID"},
    {Type{32}, "NIMLOC"},
    {Type{34}, "ATMA"},
    {Type{36}, "KX"},
    {Type{37}, "CERT"},
    {Type{42}, "APL"},
    {Type{45}, "IPSECKEY"},
    {Type{49}, "DHCID"},
    {Type{53}, "SMIMEA"},
    {Type{55}, "HIP"},
    {Type{56}, "NINFO"},
    {Type{57}, "RKEY"},
    {Type{58}, "TALINK"},
    {Type{61}, "OPENPGPKEY"},
    {Type{62}, "CSYNC"},
    {Type{63}, "ZONEMD"},
    {Type{99}, "SPF"},
    {Type{100}, "UINFO"},
    {Type{101}, "UID"},
    {Type{102}, "GID"},
    {Type{103}, "UNSPEC"},
    {Type{104}, "NID"},
    {Type{105}, "L32"},
    {Type{106}, "L64"},
    {Type{107}, "LP"},
    {Type{108}, "EUI48"},
    {Type{109}, "EUI64"},
    {Type{128}, "NXNAME"},
    {Type{249}, "TKEY"},
    {Type{253}, "MAILB"},
    {Type{254}, "MAILA"},
    {Type{258}, "AVC"},
    {Type{260}, "AMTRELAY"},
    {Type{261}, "RESINFO"},
    {Type{32768}, "TA"},
    {Type{32769}, "DLV"},
};

constexpr Named<Class> kClasses[] = {
    {Class::IN, "IN"}, {Class{2}, "CS"},      {Class::CH, "CH"},
    {Class::HS, "HS"}, {Class::NONE, "NONE"}, {Class::ANY, "ANY"},
};

constexpr Named<Rcode> kRcodes[] = {
    {Rcode::NoError, "NOERROR"},     {Rcode::FormErr, "FORMERR"}, {Rcode::ServFail, "SERVFAIL"},
    {Rcode::NXDomain, "NXDOMAIN"},   {Rcode::NotImp, "NOTIMP"},   {Rcode::Refused, "REFUSED"},
    {Rcode::YXDomain, "YXDOMAIN"},   {Rcode::YXRRSet, "YXRRSET"}, {Rcode::NXRRSet, "NXRRSET"},
    {Rcode::NotAuth, "NOTAUTH"},     {Rcode::NotZone, "NOTZONE"}, {Rcode::BadVers, "BADVERS"},
    {Rcode::BadCookie, "BADCOOKIE"}, {Rcode{11}, "DSOTYPENI"},    {Rcode{17}, "BADKEY"},
    {Rcode{18}, "BADTIME"},          {Rcode{19}, "BADMODE"},      {Rcode{20}, "BADNAME"},
    {Rcode{21}, "BADALG"},           {Rcode{22}, "BADTRUNC"},
};

template <class Number, std::size_t N>
std::optional<std::string_view> name_of(const Named<Number> (&table)[N], Number number) {
  for (const auto& entry : table) {
    if (entry.number == number) return entry.name;
  }
  return std::nullopt;
}

std::optional<std::uint16_t> parse_decimal(std::string_view digits) {
  std::uint16_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

template <class Number, std::size_t N>
std::optional<Number> parse_named(const Named<Number> (&table)[N],
                                  std::string_view text,
                                  std::string_view prefix) {
  for (const auto& entry : table) {
    if (same_text(entry.name, text)) return entry.number;
  }
  if (!same_text(text.substr(0, prefix.size()), prefix)) return std::nullopt;
  const auto number = parse_decimal(text.substr(prefix.size()));
  if (!number) return std::nullopt;
  return static_cast<Number>(*number);
}

template <class Number>
std::string numbered(std::string_view prefix, Number number) {
  return std::string(prefix) + std::to_string(static_cast<std::uint16_t>(number));
}

}  // namespace

std::string to_string(Type type) {
  const auto name = name_of(kTypes, type);
  return name ? std::string(*name) : numbered("TYPE", type);
}

std::string to_string(Class rclass) {
  // ANY is a type's name too; CoreDNS writes the class as a number.
  const auto name = rclass == Class::ANY ? std::nullopt : name_of(kClasses, rclass);
  return name ? std::string(*name) : numbered("CLASS", rclass);
}

std::string to_string(Rcode rcode) {
  const auto name = name_of(kRcodes, rcode);
  return name ? std::string(*name) : numbered("", rcode);
}

std::optional<Type> parse_type(std::string_view text) { return parse_named(kTypes, text, "TYPE"); }

std::optional<Class> parse_class(std::string_view text) {
  return parse_named(kClasses, text, "CLASS");
}

std::optional<Rcode> parse_rcode(std::string_view text) {
  constexpr auto kLargest = static_cast<Rcode>(0xfff);
  const auto rcode = parse_named(kRcodes, text, "");
  return rcode && *rcode <= kLargest ? rcode : std::nullopt;
}

std::string_view to_string(Error error) {
  switch (error) {
    case Error::truncated:
      return "message ends too early";
    case Error::label_too_long:
      return "label over 63 bytes";
    case Error::name_too_long:
      return "name over 255 bytes";
    case Error::bad_label_type:
      return "unknown label type";
    case Error::bad_pointer:
      return "compression pointer that does not point backwards";
    case Error::bad_rdata:
      return "record data that does not fit its type";
    case Error::bad_text:
      return "text that is not understood";
    case Error::duplicate_opt:
      return "more than one OPT record";
    case Error::misplaced_tsig:
      return "TSIG record that is not the last one";
    case Error::no_room:
      return "no room";
  }
  return "unknown error";
}

void throw_error(Error error) { throw std::runtime_error(std::string(to_string(error))); }

}  // namespace catena::dns
