// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/builder.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

std::uint8_t* put16(std::uint8_t* at, std::uint16_t value) {
  *at++ = static_cast<std::uint8_t>(value >> 8);
  *at++ = static_cast<std::uint8_t>(value);
  return at;
}

std::uint8_t* put32(std::uint8_t* at, std::uint32_t value) {
  return put16(put16(at, static_cast<std::uint16_t>(value >> 16)),
               static_cast<std::uint16_t>(value));
}

std::uint8_t* put(std::uint8_t* at, std::span<const std::uint8_t> bytes) {
  return std::copy(bytes.begin(), bytes.end(), at);
}

}  // namespace

dns::NameView Builder::join(std::initializer_list<std::string_view> labels,
                            std::span<const std::uint8_t> middle,
                            dns::NameView zone) const {
  std::size_t size = middle.size() + zone.size();
  for (const std::string_view label : labels) size += 1 + label.size();
  if (size > dns::NameView::kMaxSize) return {};
  const std::span<std::uint8_t> wire = query_->arena().array<std::uint8_t>(size);
  if (wire.empty()) return {};
  std::uint8_t* at = wire.data();
  for (const std::string_view label : labels) {
    *at++ = static_cast<std::uint8_t>(label.size());
    at = std::copy(label.begin(), label.end(), at);
  }
  put(put(at, middle), zone.bytes());
  return dns::NameView(wire);
}

dns::NameView Builder::service_name(std::initializer_list<std::string_view> labels,
                                    Key service_key) const {
  constexpr std::size_t kLongestKey = 128;
  constexpr std::uint8_t kSvc[] = {3, 's', 'v', 'c'};
  std::array<std::uint8_t, kLongestKey + sizeof(kSvc)> middle;
  const std::uint8_t* end = put(put(middle.data(), service_key), kSvc);
  return join(labels, {middle.data(), end}, zone_);
}

dns::NameView Builder::zone_name(std::initializer_list<std::string_view> labels) const {
  return join(labels, {}, zone_);
}

void Builder::address(dns::Section section,
                      dns::NameView owner,
                      std::span<const std::uint8_t> address) const {
  const dns::Type type = address.size() == 4 ? dns::Type::A : dns::Type::AAAA;
  query_->response().add(section, {owner, type, dns::Class::IN, ttl_, address});
}

void Builder::srv(dns::NameView owner,
                  std::uint16_t weight,
                  std::uint16_t port,
                  dns::NameView target) const {
  const std::span<std::uint8_t> rdata = query_->arena().array<std::uint8_t>(6 + target.size());
  if (rdata.empty()) return;
  put(put16(put16(put16(rdata.data(), 0), weight), port), target.bytes());
  query_->response().add(dns::Section::answer,
                         {owner, dns::Type::SRV, dns::Class::IN, ttl_, rdata});
}

void Builder::pointer(dns::Section section,
                      dns::NameView owner,
                      dns::Type type,
                      dns::NameView target) const {
  query_->response().add(section, {owner, type, dns::Class::IN, ttl_, target.bytes()});
}

void Builder::version(dns::NameView owner) const {
  constexpr std::uint32_t kTtl = 28800;
  static constexpr std::uint8_t kText[] = {5, '1', '.', '1', '.', '0'};
  query_->response().add(dns::Section::answer,
                         {owner, dns::Type::TXT, dns::Class::IN, kTtl, kText});
}

void Builder::soa(dns::Section section, std::uint32_t serial) const {
  constexpr std::uint32_t kRefresh = 7200, kRetry = 1800, kExpire = 86400, kLongestTtl = 300;
  const dns::NameView mname = zone_name({"ns", "dns"});
  const dns::NameView rname = zone_name({"hostmaster"});
  const std::size_t size = mname.size() + rname.size() + 20;
  const std::span<std::uint8_t> rdata = query_->arena().array<std::uint8_t>(size);
  if (rdata.empty()) return;
  std::uint8_t* at = put(put(rdata.data(), mname.bytes()), rname.bytes());
  put32(put32(put32(put32(put32(at, serial), kRefresh), kRetry), kExpire), ttl_);
  const std::uint32_t ttl = std::min(ttl_, kLongestTtl);
  query_->response().add(section, {zone_, dns::Type::SOA, dns::Class::IN, ttl, rdata});
}

}  // namespace catena::kubernetes
