// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/service_records.hpp"

#include "plugins/kubernetes/answer/endpoints.hpp"

#include <fmt/format.h>

namespace catena::kubernetes {
namespace {

const std::vector<dns::Name> kNoHosts;

/// Endpoint number `at` of a slice, in the order of Slice::each.
std::pair<std::span<const std::uint8_t>, std::string_view> endpoint_at(const Slice& slice,
                                                                       std::size_t at) {
  if (at < slice.v4().size()) return {slice.v4()[at].address, slice.label(slice.v4()[at])};
  const auto& endpoint = slice.v6()[at - slice.v4().size()];
  return {endpoint.address, slice.label(endpoint)};
}

bool has_name(const SlicePort& port) {
  const std::size_t longest = dns::NameView::kMaxLabel - 1;  // An underscore stands in front.
  return !port.name.empty() && port.name.size() <= longest && port.protocol.size() <= longest;
}

}  // namespace

ServiceRecords::ServiceRecords(std::string wire_key, const ServiceState& state, ServiceView view)
    : wire_key_(std::move(wire_key)), spec_(state.spec) {
  content_ = choose(view);
  if (content_ != Content::endpoints) return;
  bare_ = view == ServiceView::cluster ? BareName::without_services : BareName::with_services;
  for (const Slice* slice : state.slices) slices_.push_back(*slice);
}

ServiceRecords::Content ServiceRecords::choose(ServiceView view) {
  if (view != ServiceView::cluster && spec_->external) {
    ips_ = &spec_->external->ips;
    hosts_ = &spec_->external->hosts;
    return Content::places;
  }
  if (view != ServiceView::external && spec_->kind == ServiceKind::headless) {
    return Content::endpoints;
  }
  if (view != ServiceView::cluster) return Content::nothing;
  if (spec_->kind == ServiceKind::external_name) return Content::alias;
  ips_ = &spec_->cluster_ips;
  hosts_ = &kNoHosts;
  return ips_->empty() ? Content::nothing : Content::places;
}

Key ServiceRecords::key() const {
  return {reinterpret_cast<const std::uint8_t*>(wire_key_.data()), wire_key_.size()};
}

bool ServiceRecords::add_some(const RecordBuilder& builder) {
  switch (content_) {
    case Content::nothing:
      return false;
    case Content::alias:
      add_alias(builder);
      content_ = Content::nothing;
      return true;
    case Content::places:
      return add_of_places(builder);
    case Content::endpoints:
      return add_of_endpoints(builder);
  }
  return false;
}

// A name that would be too long does not exist, and has no records.
void ServiceRecords::add_alias(const RecordBuilder& builder) const {
  const dns::NameView own = builder.service_name({}, key());
  if (own.is_root()) return;
  builder.pointer(dns::Section::answer, own, dns::Type::CNAME, spec_->external_name.view());
}

bool ServiceRecords::add_of_places(const RecordBuilder& builder) {
  if (port_ > spec_->ports.size()) return false;
  if (port_ == 0) {
    add_places(builder);
  } else {
    const SlicePort& port = spec_->ports[port_ - 1];
    const std::uint16_t weight = srv_weight(1);
    // With a CNAME at the bare name nothing else may be there (RFC 1034 section 3.6.2).
    const BareName bare = ips_->empty() ? BareName::without_services : BareName::with_services;
    if (!ips_->empty()) {
      add_services(builder, port, weight, builder.service_name({}, key()), bare);
    }
    for (const dns::Name& host : *hosts_) add_services(builder, port, weight, host, bare);
  }
  ++port_;
  return true;
}

void ServiceRecords::add_places(const RecordBuilder& builder) const {
  const dns::NameView own = builder.service_name({}, key());
  if (own.is_root()) return;
  for (const Address& ip : *ips_) builder.address(dns::Section::answer, own, ip.span());
  if (!ips_->empty()) return;
  builder.pointer(dns::Section::answer, own, dns::Type::CNAME, hosts_->front());
}

bool ServiceRecords::add_of_endpoints(const RecordBuilder& builder) {
  if (slice_ == slices_.size()) return false;
  const Slice& slice = slices_[slice_];
  if (endpoint_ < slice.size()) {
    const auto [address, label] = endpoint_at(slice, endpoint_);
    add_endpoint(builder, slice, address, label);
    if (++port_ <= slice.ports().size()) return true;
    port_ = 0;
    ++endpoint_;
    return true;
  }
  endpoint_ = 0;
  ++slice_;
  return true;
}

void ServiceRecords::add_endpoint(const RecordBuilder& builder,
                                  const Slice& slice,
                                  std::span<const std::uint8_t> address,
                                  std::string_view label) const {
  const dns::NameView target = builder.service_name({EndpointLabel(label, address).text()}, key());
  if (target.is_root()) return;
  if (port_ != 0) {
    const SlicePort& port = slice.ports()[port_ - 1];
    return add_services(builder, port, srv_weight(slice.size()), target, bare_);
  }
  builder.address(dns::Section::answer, builder.service_name({}, key()), address);
  builder.address(dns::Section::answer, target, address);
}

void ServiceRecords::add_services(const RecordBuilder& builder,
                                  const SlicePort& port,
                                  std::uint16_t weight,
                                  dns::NameView target,
                                  BareName bare) const {
  if (port.number < 0) return;
  const auto number = static_cast<std::uint16_t>(port.number);
  const dns::NameView own = builder.service_name({}, key());
  if (bare == BareName::with_services && !own.is_root()) builder.srv(own, weight, number, target);
  if (!has_name(port)) return;
  const std::string name = fmt::format("_{}", port.name);
  const std::string protocol = fmt::format("_{}", port.protocol);
  const dns::NameView named = builder.service_name({name, protocol}, key());
  if (!named.is_root()) builder.srv(named, weight, number, target);
}

}  // namespace catena::kubernetes
