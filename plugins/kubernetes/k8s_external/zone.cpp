// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/k8s_external/zone.hpp"

#include "core/dns/bytes.hpp"

#include <stdexcept>

namespace catena::kubernetes::k8s_external {
namespace {

constexpr std::size_t kNumbers = 20;  // Bytes of SOA's five numbers (RFC 1035 section 3.3.13).

void append(std::vector<std::uint8_t>& bytes, dns::NameView name) {
  bytes.insert(bytes.end(), name.bytes().begin(), name.bytes().end());
}

}  // namespace

Zone::Zone(dns::NameView name, dns::NameView apex, std::uint32_t ttl)
    : name_(name), apex_(name), ttl_(ttl) {
  constexpr std::uint32_t kRefresh = 7200, kRetry = 1800, kExpire = 86400;
  bool fits = apex_.prepend(apex);
  name_server_ = apex_;
  dns::Name hostmaster = apex_;
  fits = fits && name_server_.prepend("ns1") && hostmaster.prepend("hostmaster");
  if (!fits) throw std::invalid_argument("apex and zone are too long for a name");
  append(soa_, name_server_);
  append(soa_, hostmaster);
  soa_.resize(soa_.size() + kNumbers);
  std::uint8_t* numbers = soa_.data() + soa_.size() - kNumbers;
  dns::store32(numbers + 4, kRefresh);
  dns::store32(numbers + 8, kRetry);
  dns::store32(numbers + 12, kExpire);
  dns::store32(numbers + 16, ttl);
}

dns::Record Zone::soa(dns::NameView owner, std::uint32_t serial, Arena& arena) const {
  const std::span<std::uint8_t> rdata = arena.copy(soa_);
  if (!rdata.empty()) dns::store32(rdata.data() + rdata.size() - kNumbers, serial);
  return {owner, dns::Type::SOA, dns::Class::IN, ttl_, rdata};
}

dns::Record Zone::ns(dns::NameView owner) const {
  return {owner, dns::Type::NS, dns::Class::IN, ttl_, name_server_.view().bytes()};
}

}  // namespace catena::kubernetes::k8s_external
