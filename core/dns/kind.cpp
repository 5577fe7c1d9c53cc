// SPDX-License-Identifier: Apache-2.0
#include "core/dns/bytes.hpp"
#include "core/dns/response.hpp"

#include <algorithm>

namespace catena::dns {

namespace {

constexpr std::uint32_t kNothingToGoBy = 5;  // Seconds.

bool has_type(std::span<const Record> records, Type type) {
  return std::ranges::any_of(records, [&](const Record& record) { return record.type == type; });
}

/// RFC 4034 section 3.1.5: times of 32 bits are compared as serial numbers.
bool is_valid_at(const Record& signature, std::uint32_t now) {
  if (signature.rdata.size() < 16) return false;
  const std::uint32_t expiration = load32(signature.rdata.data() + 8);
  const std::uint32_t inception = load32(signature.rdata.data() + 12);
  return static_cast<std::int32_t>(now - inception) >= 0 &&
         static_cast<std::int32_t>(expiration - now) >= 0;
}

bool signatures_are_valid(const Response& response, std::uint32_t now) {
  const auto is_fine = [&](const Record& record) {
    return record.type != Type::RRSIG || is_valid_at(record, now);
  };
  return std::ranges::all_of(response.answer(), is_fine) &&
         std::ranges::all_of(response.authority(), is_fine) &&
         std::ranges::all_of(response.additional(), is_fine);
}

Kind kind_without_answer(const Response& response) {
  const bool success = response.rcode == Rcode::NoError;
  if (success && has_type(response.authority(), Type::SOA)) return Kind::NoData;
  if (response.rcode == Rcode::NXDomain) return Kind::NXDomain;
  if (response.rcode == Rcode::ServFail || response.rcode == Rcode::NotImp)
    return Kind::ServerError;
  if (!success) return Kind::OtherError;
  return has_type(response.authority(), Type::NS) ? Kind::Delegation : Kind::NoError;
}

std::uint32_t smallest_ttl(std::span<const Record> records, std::uint32_t ttl) {
  for (const Record& record : records) ttl = std::min(ttl, record.ttl);
  return ttl;
}

}  // namespace

Kind kind_of(const Response& response, const Asked& asked, bool dnssec_ok, std::uint32_t now) {
  if (asked.opcode == Opcode::Update) return Kind::Update;
  if (asked.opcode == Opcode::Notify) return Kind::Meta;
  if (asked.question.type == Type::AXFR || asked.question.type == Type::IXFR) return Kind::Meta;
  const bool signatures_count = dnssec_ok || (response.edns && response.edns->dnssec_ok());
  if (signatures_count && !signatures_are_valid(response, now)) return Kind::OtherError;
  if (!response.answer().empty()) {
    if (response.rcode == Rcode::NoError) return Kind::NoError;
    if (response.rcode == Rcode::NXDomain) return Kind::OtherError;
  }
  return kind_without_answer(response);
}

KindClass class_of(Kind kind) {
  switch (kind) {
    case Kind::NoError:
    case Kind::Delegation:
      return KindClass::success;
    case Kind::NXDomain:
    case Kind::NoData:
      return KindClass::denial;
    default:
      return KindClass::error;
  }
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::NoError:
      return "NOERROR";
    case Kind::Delegation:
      return "DELEGATION";
    case Kind::NXDomain:
      return "NXDOMAIN";
    case Kind::NoData:
      return "NODATA";
    case Kind::ServerError:
      return "SERVERERROR";
    case Kind::Meta:
      return "META";
    case Kind::Update:
      return "UPDATE";
    case Kind::OtherError:
      break;
  }
  return "OTHERERROR";
}

std::string_view to_string(KindClass kind_class) {
  switch (kind_class) {
    case KindClass::success:
      return "success";
    case KindClass::denial:
      return "denial";
    case KindClass::error:
      break;
  }
  return "error";
}

std::uint32_t minimal_ttl(const Response& response, Kind kind, std::uint32_t maximum) {
  const bool counts = kind == Kind::NoError || kind == Kind::NXDomain || kind == Kind::NoData;
  const bool empty =
      response.answer().empty() && response.authority().empty() && response.additional().empty();
  if (!counts || empty) return kNothingToGoBy;
  std::uint32_t ttl = smallest_ttl(response.answer(), maximum);
  ttl = smallest_ttl(response.authority(), ttl);
  return smallest_ttl(response.additional(), ttl);
}

}  // namespace catena::dns
