// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/slice.hpp"

#include "core/dns/name.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

constexpr std::size_t kZones = 4;  // As many as most regions have.

// Names of pods may have dots: several labels then, none of them empty.
bool is_name(std::string_view text) {
  return text.size() <= dns::NameView::kMaxLabel && !text.starts_with('.') &&
         !text.ends_with('.') && text.find("..") == std::string_view::npos;
}

std::string own_name(const api::Endpoint& endpoint, EndpointNames names) {
  std::string name = to_lower(endpoint.hostname);
  if (name.empty() && names == EndpointNames::by_pod) name = to_lower(endpoint.target_name);
  if (!is_name(name)) name.clear();
  return name;
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = catena::to_lower(c);
  return lower;
}

Slice::Slice(const api::SliceObject& object,
             EndpointNames names,
             BadAddresses& bad,
             std::string_view cluster)
    : ports_(object.ports), names_(1, '\0') {
  if (is_name(cluster)) cluster_ = remember(to_lower(cluster));
  object.address_type == "IPv6" ? v6_.reserve(object.endpoints.size())
                                : v4_.reserve(object.endpoints.size());
  if (object.address_type == "FQDN") aliases_ = std::make_shared<std::vector<Alias>>();
  Zones zones;
  zones.reserve(kZones);
  for (const api::Endpoint& endpoint : object.endpoints) add(endpoint, names, zones, bad);
  if (aliases_ && aliases_->empty()) aliases_.reset();
  v4_.shrink_to_fit();
  v6_.shrink_to_fit();
  names_.shrink_to_fit();
  repeats_itself_ = sorted_addresses(*this).size() != size();
}

void Slice::add(const api::Endpoint& endpoint,
                EndpointNames names,
                Zones& zones,
                BadAddresses& bad) {
  const std::string name = own_name(endpoint, names);
  const std::uint32_t zone = zone_offset(to_lower(endpoint.zone), zones);
  for (const std::string& text : endpoint.addresses) {
    if (const auto address = parse_address(text)) {
      add_address(text, *address, name, zone);
    } else if (!aliases_ || !add_alias(text, name, to_lower(endpoint.zone))) {
      if (bad.count++ == 0) bad.first = text;
    }
  }
}

// An endpoint without a name of its own is called by its dashed address, as with IP addresses.
bool Slice::add_alias(std::string_view address, std::string name, std::string zone) {
  const auto target = dns::Name::parse(address);
  if (!target) return false;
  if (name.empty()) {
    name = to_lower(address);
    std::replace(name.begin(), name.end(), '.', '-');
  }
  if (name.size() > dns::NameView::kMaxLabel) name.clear();
  aliases_->push_back({*target, std::move(name), std::move(zone)});
  return true;
}

// The name of an IPv6 address follows its spelling in the slice; only an unusual one is stored. An
// IPv4 address has one spelling only.
void Slice::add_address(std::string_view text,
                        const Address& address,
                        std::string_view name,
                        std::uint32_t zone) {
  std::uint32_t label = 0;
  if (!name.empty() || !address.is_v4()) {
    const std::string spelled = name.empty() ? to_lower(dashed(text)) : std::string(name);
    if (spelled != std::string_view(dashed(address.span()))) label = remember(spelled);
  }
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

// There are few zones: each is stored once.
std::uint32_t Slice::zone_offset(const std::string& zone, Zones& zones) {
  if (zone.empty()) return 0;
  for (const std::uint32_t offset : zones) {
    if (text(offset) == zone) return offset;
  }
  zones.push_back(remember(zone));
  return zones.back();
}

std::string_view Slice::text(std::uint32_t offset) const {
  const auto size = static_cast<std::uint8_t>(names_[offset]);
  return std::string_view(names_).substr(offset + 1, size);
}

bool Slice::contains(Key address) const {
  const auto is_it = [address](const auto& endpoint) {
    return std::equal(address.begin(), address.end(), endpoint.address.begin());
  };
  return address.size() == 4 ? std::any_of(v4_.begin(), v4_.end(), is_it)
                             : std::any_of(v6_.begin(), v6_.end(), is_it);
}

std::vector<Address> sorted_addresses(const Slice& slice) {
  std::vector<Address> addresses;
  addresses.reserve(slice.size());
  slice.each([&](std::span<const std::uint8_t> bytes, std::string_view, std::string_view) {
    addresses.push_back(Address::of(bytes));
  });
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

}  // namespace catena::kubernetes
