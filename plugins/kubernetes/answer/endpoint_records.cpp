// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/endpoint_records.hpp"

#include "plugins/kubernetes/answer/endpoints.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

constexpr std::size_t kSome = 64;  // Addresses that are told at once.

bool less(Key a, Key b) { return std::ranges::lexicographical_compare(a, b); }

std::string with_cluster(std::string_view label, std::string_view cluster) {
  std::string name(label);
  if (!name.empty() && !cluster.empty()) name.append(".").append(cluster);
  return name;
}

}  // namespace

bool has_name(const SlicePort& port) {
  const std::size_t longest = dns::NameView::kMaxLabel - 1;  // An underscore stands in front.
  return !port.name.empty() && port.name.size() <= longest && !port.protocol.empty() &&
         port.protocol.size() <= longest;
}

dns::NameView port_name(const RecordBuilder& builder,
                        Key service_key,
                        std::string_view name,
                        std::string_view protocol) {
  std::string labels = "_";
  labels.append(name).append("._").append(protocol);
  return builder.service_name({labels}, service_key);
}

EndpointRecords::EndpointRecords(const ServiceState& state,
                                 EndpointNaming naming,
                                 std::vector<std::string> taken)
    : naming_(naming), taken_(std::move(taken)), step_(Step::endpoints) {
  slices_.reserve(state.slices.size());
  for (const Slice* slice : state.slices) slices_.push_back(*slice);
  for (const Slice& slice : slices_) {
    read(slice);
    if (naming == EndpointNaming::everything) read_ports(slice);
  }
  if (naming == EndpointNaming::everything) step_ = Step::addresses;
  sort();
}

void EndpointRecords::read(const Slice& slice) {
  slice.each([&](Key address, std::string_view label, std::string_view) {
    const EndpointLabel own(label, address);
    by_name_.push_back({with_cluster(own.text(), slice.cluster()), &slice, address, nullptr});
  });
  for (const Alias& alias : slice.aliases()) {
    by_name_.push_back({with_cluster(alias.label, slice.cluster()), &slice, {}, &alias.target});
  }
  entries_ += slice.size() * slice.ports().size();
}

void EndpointRecords::read_ports(const Slice& slice) {
  if (!slice.has_endpoints()) return;
  for (const SlicePort& port : slice.ports()) {
    if (!has_name(port)) continue;
    const auto is_it = [&port](const NamedPort& known) { return known.is(port); };
    auto found = std::find_if(ports_.begin(), ports_.end(), is_it);
    if (found == ports_.end()) {
      found = ports_.insert(found, {std::string(port.name), std::string(port.protocol)});
    }
    found->entries += slice.size();
  }
}

void EndpointRecords::sort() {
  const auto by_address = [](const Endpoint& a, const Endpoint& b) {
    if ((a.alias != nullptr) != (b.alias != nullptr)) return a.alias == nullptr;
    return a.alias == nullptr ? less(a.address, b.address) : comes_before(*a.alias, *b.alias);
  };
  std::sort(by_name_.begin(), by_name_.end(), [&](const Endpoint& a, const Endpoint& b) {
    return a.name != b.name ? a.name < b.name : by_address(a, b);
  });
  if (step_ != Step::addresses) return;
  for (const Endpoint& endpoint : by_name_) by_address_.push_back(&endpoint);
  std::sort(by_address_.begin(), by_address_.end(),
            [&](const Endpoint* a, const Endpoint* b) { return by_address(*a, *b); });
}

bool EndpointRecords::add_some(const RecordBuilder& builder, Key service_key) {
  if (step_ == Step::addresses) {
    add_addresses(builder, service_key);
    return true;
  }
  if (step_ == Step::done || (at_ == end_ && at_ == by_name_.size())) return false;
  if (at_ == end_) {
    begin_endpoint(builder, service_key);
  } else {
    add_own_addresses(builder, service_key);
  }
  return true;
}

bool EndpointRecords::has(const Slice& slice, const NamedPort* port) {
  const auto is_it = [port](const SlicePort& other) { return port->is(other); };
  return port == nullptr || std::any_of(slice.ports().begin(), slice.ports().end(), is_it);
}

void EndpointRecords::add_addresses(const RecordBuilder& builder, Key service_key) {
  const dns::NameView owner = port_ == 0
                                  ? builder.service_name({}, service_key)
                                  : port_name(builder, service_key, port()->name, port()->protocol);
  for (std::size_t told = 0; at_ < by_address_.size() && told < kSome; ++at_) {
    const Endpoint& endpoint = *by_address_[at_];
    if (!has(*endpoint.slice, port())) continue;
    if (endpoint.alias != nullptr) {
      if (last_.empty() && !owner.is_root()) {
        builder.pointer(dns::Section::answer, owner, dns::Type::CNAME, *endpoint.alias);
      }
      at_ = by_address_.size();
      break;
    }
    if (!std::ranges::equal(last_, endpoint.address)) {
      builder.address(dns::Section::answer, owner, endpoint.address);
    }
    last_ = endpoint.address;
    ++told;
  }
  if (at_ == by_address_.size()) next_name();
}

void EndpointRecords::next_name() {
  at_ = 0;
  last_ = {};
  if (++port_ > ports_.size()) step_ = Step::endpoints;
}

// Its SRV records, and where aliases are all there is the first of them.
void EndpointRecords::begin_endpoint(const RecordBuilder& builder, Key service_key) {
  begin_ = at_;
  const std::string& name = by_name_[begin_].name;
  while (end_ < by_name_.size() && by_name_[end_].name == name) ++end_;
  const dns::NameView target =
      name.empty() ? dns::NameView() : builder.service_name({name}, service_key);
  if (target.is_root()) {
    at_ = end_;
    return;
  }
  if (by_name_[begin_].alias == nullptr) return add_services(builder, service_key, target);
  at_ = end_;
  if (is_taken(name)) return;
  builder.pointer(dns::Section::answer, target, dns::Type::CNAME, *by_name_[begin_].alias);
}

void EndpointRecords::add_own_addresses(const RecordBuilder& builder, Key service_key) {
  const std::string& name = by_name_[begin_].name;
  if (is_taken(name)) at_ = end_;
  const dns::NameView owner = builder.service_name({name}, service_key);
  for (std::size_t told = 0; at_ < end_ && told < kSome; ++at_, ++told) {
    const Endpoint& endpoint = by_name_[at_];
    if (endpoint.alias != nullptr) continue;
    if (at_ != begin_ && std::ranges::equal(endpoint.address, by_name_[at_ - 1].address)) continue;
    builder.address(dns::Section::answer, owner, endpoint.address);
  }
}

void EndpointRecords::add_services(const RecordBuilder& builder,
                                   Key service_key,
                                   dns::NameView target) const {
  const std::vector<OwnPort> ports = own_ports();
  std::vector<std::uint16_t> numbers;
  for (const OwnPort& port : ports) numbers.push_back(port.number);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());

  const std::uint16_t own_weight = srv_weight(own_entries());
  const bool own = !is_taken(by_name_[begin_].name);
  for (const std::uint16_t number : numbers) {
    if (own) builder.srv(target, own_weight, number, target);
  }
  if (naming_ != EndpointNaming::everything) return;
  const dns::NameView service = builder.service_name({}, service_key);
  for (const std::uint16_t number : numbers) {
    builder.srv(service, srv_weight(entries_), number, target);
  }
  for (const OwnPort& port : ports) {
    if (port.named == nullptr) continue;
    const dns::NameView owner =
        port_name(builder, service_key, port.named->name, port.named->protocol);
    builder.srv(owner, srv_weight(port.named->entries), port.number, target);
  }
}

std::vector<EndpointRecords::OwnPort> EndpointRecords::own_ports() const {
  std::vector<OwnPort> ports;
  const Slice* last = nullptr;
  for (std::size_t i = begin_; i < end_ && by_name_[i].alias == nullptr; ++i) {
    if (std::exchange(last, by_name_[i].slice) == by_name_[i].slice) continue;
    for (const SlicePort& port : by_name_[i].slice->ports()) {
      if (port.number < 0) continue;
      ports.push_back({named(port), static_cast<std::uint16_t>(port.number)});
    }
  }
  std::sort(ports.begin(), ports.end());
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  return ports;
}

std::size_t EndpointRecords::own_entries() const {
  std::size_t entries = 0;
  for (std::size_t i = begin_; i < end_ && by_name_[i].alias == nullptr; ++i) {
    entries += by_name_[i].slice->ports().size();
  }
  return entries;
}

const EndpointRecords::NamedPort* EndpointRecords::named(const SlicePort& port) const {
  for (const NamedPort& known : ports_) {
    if (known.is(port)) return &known;
  }
  return nullptr;
}

bool EndpointRecords::is_taken(const std::string& name) const {
  return std::find(taken_.begin(), taken_.end(), name) != taken_.end();
}

}  // namespace catena::kubernetes
