// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/place_records.hpp"

#include "plugins/kubernetes/answer/endpoint_records.hpp"
#include "plugins/kubernetes/answer/endpoints.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

bool same_name(const SlicePort& a, const SlicePort& b) {
  return a.name == b.name && a.protocol == b.protocol;
}

}  // namespace

bool PlaceRecords::add_some(const RecordBuilder& builder, Key service_key) {
  if (ports_ == nullptr || next_ > ports_->size()) return false;
  if (next_ == 0) {
    add_bare(builder, service_key);
  } else if (const SlicePort port = (*ports_)[next_ - 1]; has_name(port) && !has_come(next_ - 1)) {
    add_port(builder, service_key, port);
  }
  ++next_;
  return true;
}

void PlaceRecords::add_bare(const RecordBuilder& builder, Key service_key) const {
  const dns::NameView own = builder.service_name({}, service_key);
  if (own.is_root()) return;
  if (ips_->empty()) {
    return builder.pointer(dns::Section::answer, own, dns::Type::CNAME, hosts_->front());
  }
  for (const Address& ip : *ips_) builder.address(dns::Section::answer, own, ip.span());
  add_services(builder, service_key, own, {ports_->begin(), ports_->end()});
}

void PlaceRecords::add_port(const RecordBuilder& builder,
                            Key service_key,
                            const SlicePort& port) const {
  const dns::NameView owner = port_name(builder, service_key, port.name, port.protocol);
  for (const Address& ip : *ips_) builder.address(dns::Section::answer, owner, ip.span());
  std::vector<SlicePort> ports;
  for (const SlicePort& other : *ports_) {
    if (same_name(port, other)) ports.push_back(other);
  }
  add_services(builder, service_key, owner, ports);
}

// Ports that differ in name or protocol only have the same record.
void PlaceRecords::add_services(const RecordBuilder& builder,
                                Key service_key,
                                dns::NameView owner,
                                const std::vector<SlicePort>& ports) const {
  const std::uint16_t weight = srv_weight(ports.size() * (ips_->size() + hosts_->size()));
  const dns::NameView own = builder.service_name({}, service_key);
  std::vector<std::int32_t> numbers;
  for (const SlicePort& port : ports) {
    if (port.number >= 0) numbers.push_back(port.number);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (const std::int32_t number : numbers) {
    const auto port = static_cast<std::uint16_t>(number);
    if (!ips_->empty()) builder.srv(owner, weight, port, own);
    for (const dns::Name& host : *hosts_) builder.srv(owner, weight, port, host);
  }
}

bool PlaceRecords::has_come(std::size_t port) const {
  for (std::size_t i = 0; i < port; ++i) {
    if (same_name((*ports_)[i], (*ports_)[port])) return true;
  }
  return false;
}

}  // namespace catena::kubernetes
