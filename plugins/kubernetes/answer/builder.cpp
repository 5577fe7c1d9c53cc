// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/builder.hpp"

#include <algorithm>
#include <cstring>

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

// One label, or several with dots between them: none is empty.
std::uint8_t* put_labels(std::uint8_t* at, std::string_view text) {
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    *at++ = static_cast<std::uint8_t>(label.size());
    at = std::copy(label.begin(), label.end(), at);
    if (label.size() == text.size()) return at;
    text.remove_prefix(label.size() + 1);
  }
}

}  // namespace

dns::NameView RecordBuilder::join(std::initializer_list<std::string_view> labels,
                                  std::span<const std::uint8_t> middle,
                                  dns::NameView zone) const {
  std::size_t size = middle.size() + zone.size();
  for (const std::string_view label : labels) size += 1 + label.size();
  if (size > dns::NameView::kMaxSize) {
    if (form_.long_names == LongNames::spoil) response_->spoil();
    return {};
  }
  const std::span<std::uint8_t> wire = response_->arena().array<std::uint8_t>(size);
  if (wire.empty()) return {};
  std::uint8_t* at = wire.data();
  for (const std::string_view label : labels) at = put_labels(at, label);
  put(put(at, middle), zone.bytes());
  return dns::NameView(wire);
}

dns::NameView RecordBuilder::service_name(std::initializer_list<std::string_view> labels,
                                          Key service_key) const {
  const std::string_view label = form_.service_label;
  std::array<std::uint8_t, 3 * (1 + dns::NameView::kMaxLabel)> middle;
  std::uint8_t* end = put(middle.data(), service_key);
  if (!label.empty()) {
    *end++ = static_cast<std::uint8_t>(label.size());
    end = std::copy(label.begin(), label.end(), end);
  }
  return join(labels, {middle.data(), end}, form_.zone);
}

dns::NameView RecordBuilder::zone_name(std::initializer_list<std::string_view> labels) const {
  return join(labels, {}, form_.zone);
}

void RecordBuilder::address(dns::Section section,
                            dns::NameView owner,
                            std::span<const std::uint8_t> address) const {
  if (owner.is_root()) return;
  const dns::Type type = address.size() == 4 ? dns::Type::A : dns::Type::AAAA;
  response_->add(section, {owner, type, dns::Class::IN, form_.address_ttl, address});
}

void RecordBuilder::srv(dns::NameView owner,
                        std::uint16_t weight,
                        std::uint16_t port,
                        dns::NameView target) const {
  // To clients the root as a target says that there is no such service (RFC 2782).
  if (owner.is_root() || target.is_root()) return;
  const std::span<std::uint8_t> rdata = response_->arena().array<std::uint8_t>(6 + target.size());
  if (rdata.empty()) return;
  put(put16(put16(put16(rdata.data(), 0), weight), port), target.bytes());
  response_->add(dns::Section::answer, {owner, dns::Type::SRV, dns::Class::IN, form_.ttl, rdata});
}

void RecordBuilder::pointer(dns::Section section,
                            dns::NameView owner,
                            dns::Type type,
                            dns::NameView target) const {
  if (target.is_root()) return;
  response_->add(section, {owner, type, dns::Class::IN, form_.ttl, target.bytes()});
}

void RecordBuilder::version(dns::NameView owner) const {
  constexpr std::uint32_t kTtl = 28800;
  static constexpr std::uint8_t kText[] = {5, '1', '.', '1', '.', '0'};
  response_->add(dns::Section::answer, {owner, dns::Type::TXT, dns::Class::IN, kTtl, kText});
}

void RecordBuilder::soa(dns::Section section, std::uint32_t serial) const {
  constexpr std::uint32_t kRefresh = 7200, kRetry = 1800, kExpire = 86400, kLongestTtl = 300;
  const dns::NameView mname = zone_name({"ns", "dns"});
  const dns::NameView rname = zone_name({"hostmaster"});
  const std::size_t size = mname.size() + rname.size() + 20;
  const std::span<std::uint8_t> rdata = response_->arena().array<std::uint8_t>(size);
  if (rdata.empty()) return;
  std::uint8_t* at = put(put(rdata.data(), mname.bytes()), rname.bytes());
  put32(put32(put32(put32(put32(at, serial), kRefresh), kRetry), kExpire), form_.ttl);
  const std::uint32_t ttl = std::min(form_.ttl, kLongestTtl);
  response_->add(section, {form_.zone, dns::Type::SOA, dns::Class::IN, ttl, rdata});
}

void drop_repeated(dns::Response& response, dns::Section section, std::size_t first) {
  const std::span<dns::Record> records = response.records(section).subspan(first);
  const auto less = [](const dns::Record& a, const dns::Record& b) {
    const int owners =
        std::memcmp(a.owner.data(), b.owner.data(), std::min(a.owner.size(), b.owner.size()));
    if (owners != 0 || a.owner.size() != b.owner.size()) {
      return owners != 0 ? owners < 0 : a.owner.size() < b.owner.size();
    }
    return std::lexicographical_compare(a.rdata.begin(), a.rdata.end(), b.rdata.begin(),
                                        b.rdata.end());
  };
  const auto same = [&less](const dns::Record& a, const dns::Record& b) {
    return !less(a, b) && !less(b, a);
  };
  if (records.size() < 2) return;
  std::sort(records.begin(), records.end(), less);
  const auto end = std::unique(records.begin(), records.end(), same);
  response.shrink(section, first + static_cast<std::size_t>(end - records.begin()));
}

}  // namespace catena::kubernetes
