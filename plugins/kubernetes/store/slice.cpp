// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/slice.hpp"

#include "core/dns/name.hpp"

#include <algorithm>

namespace catena::kubernetes {

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = dns::to_lower(c);
  return lower;
}

Slice::Slice(const api::SliceObject& object, EndpointNames names, std::size_t& skipped)
    : names_(1, '\0') {
  for (const api::Port& port : object.ports) {
    const std::int32_t number = port.number ? *port.number : -1;
    ports_.push_back({to_lower(port.name), to_lower(port.protocol), number});
  }
  if (ports_.empty()) ports_.push_back({});
  for (const api::Endpoint& endpoint : object.endpoints) add(endpoint, names, skipped);
  v4_.shrink_to_fit();
  v6_.shrink_to_fit();
  names_.shrink_to_fit();
}

void Slice::add(const api::Endpoint& endpoint, EndpointNames names, std::size_t& skipped) {
  std::string name = to_lower(endpoint.hostname);
  if (name.empty() && names == EndpointNames::by_pod) name = to_lower(endpoint.target_name);
  if (name.size() > dns::NameView::kMaxLabel) name.clear();
  const std::uint32_t zone = zone_offset(to_lower(endpoint.zone));
  for (const std::string& address : endpoint.addresses) {
    if (parse_address(address)) {
      add_address(address, name, zone);
    } else {
      ++skipped;
    }
  }
}

// The name of an IPv6 address follows its spelling in the slice; only an unusual one is stored.
void Slice::add_address(std::string_view text, std::string_view name, std::uint32_t zone) {
  const Address address = *parse_address(text);
  const std::string spelled = name.empty() ? to_lower(dashed(text)) : std::string(name);
  const bool plain = spelled == std::string_view(dashed(address.span()));
  const std::uint32_t label = plain ? 0 : remember(spelled);
  if (address.is_v4()) {
    Packed<4>& endpoint = v4_.emplace_back();
    std::copy_n(address.bytes.begin(), 4, endpoint.address.begin());
    endpoint.label = label;
    endpoint.zone = zone;
  } else {
    v6_.push_back({address.bytes, label, zone});
  }
}

std::uint32_t Slice::remember(std::string_view text) {
  if (text.empty() || text.size() > 255) return 0;
  const std::size_t at = names_.size();
  names_ += static_cast<char>(text.size());
  names_ += text;
  return static_cast<std::uint32_t>(at);
}

// Endpoints of one zone mostly follow each other: its name is stored once for each such row.
std::uint32_t Slice::zone_offset(const std::string& zone) {
  if (text(last_zone_) != zone) last_zone_ = remember(zone);
  return last_zone_;
}

std::string_view Slice::text(std::uint32_t offset) const {
  const auto size = static_cast<std::uint8_t>(names_[offset]);
  return std::string_view(names_).substr(offset + 1, size);
}

bool Slice::has_port(std::string_view name, std::string_view protocol) const {
  return std::any_of(ports_.begin(), ports_.end(), [&](const SlicePort& port) {
    return port.name == name && port.protocol == protocol && !name.empty();
  });
}

bool Slice::contains(const Address& address) const {
  bool found = false;
  each([&](std::span<const std::uint8_t> bytes, std::string_view, std::string_view) {
    found = found ||
            std::equal(bytes.begin(), bytes.end(), address.span().begin(), address.span().end());
  });
  return found;
}

bool Slice::same_data(const Slice& other) const {
  const auto same_endpoint = [](const auto& a, const auto& b) {
    return a.address == b.address && a.label == b.label && a.zone == b.zone;
  };
  return names_ == other.names_ && ports_ == other.ports_ &&
         std::equal(v4_.begin(), v4_.end(), other.v4_.begin(), other.v4_.end(), same_endpoint) &&
         std::equal(v6_.begin(), v6_.end(), other.v6_.begin(), other.v6_.end(), same_endpoint);
}

}  // namespace catena::kubernetes
