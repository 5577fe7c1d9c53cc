// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/transfer.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

/// The labels of service and namespace in a key that is both in wire form.
std::pair<std::string_view, std::string_view> labels_of(std::string_view wire_key) {
  const std::size_t size = static_cast<std::uint8_t>(wire_key[0]);
  return {wire_key.substr(1, size), wire_key.substr(size + 2)};
}

// By the names of services, then by those of namespaces.
bool comes_later(const std::string& a, const std::string& b) { return labels_of(a) > labels_of(b); }

}  // namespace

const dns::Record* ServiceCursor::next() {
  while (told_ == group_.answer().size()) {
    if (!whole() || !refill() || !whole()) return nullptr;
  }
  return &group_.answer()[told_++];
}

// A few records at a time are put together, so that a service with very many costs no more than one
// with few.
bool ServiceCursor::refill() {
  arena_.reset();
  group_ = dns::Response(arena_);
  told_ = 0;
  const RecordBuilder builder(group_, form_);
  return add_in_front(builder) || service_.add_some(builder) || next_service();
}

bool ServiceCursor::next_service() {
  if (!collected_) collect_keys();
  if (keys_.empty()) return false;
  std::string key = std::move(keys_.back());
  keys_.pop_back();
  const Key bytes(reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
  const ServiceState* state = shown(bytes);
  service_ = state == nullptr ? ServiceRecords() : ServiceRecords(std::move(key), *state, view_);
  return true;
}

const ServiceState* ServiceCursor::shown(Key service_key) const {
  if (!answerer_->exposed(service_key.subspan(1u + service_key[0]))) return nullptr;
  const bool imports = view_ == ServiceView::imports;
  const ServiceState* state =
      imports ? answerer_->find_import(service_key) : answerer_->find(service_key);
  const bool inside = imports || view_ == ServiceView::cluster;
  return state != nullptr && inside && answerer_->ignores(*state) ? nullptr : state;
}

void ServiceCursor::collect_keys() {
  collected_ = true;
  const Store& store = answerer_->store();
  const auto& services = view_ == ServiceView::imports ? store.imports : store.services;
  services.each([this](const ServiceEntry& entry) {
    keys_.emplace_back(reinterpret_cast<const char*>(entry.key().data()), entry.key().size());
  });
  std::sort(keys_.begin(), keys_.end(), comes_later);
}

ServiceView ClusterZoneCursor::view_of(const Answerer& answerer, dns::NameView zone) {
  const bool imports = answerer.settings().multicluster.contains(zone);
  return imports ? ServiceView::imports : ServiceView::cluster;
}

// The addresses of services that are name servers come with these.
void ClusterZoneCursor::add_others(const RecordBuilder& builder) const {
  dns::Response& response = builder.response();
  answerer().name_servers(builder);
  response.shrink(dns::Section::additional, 0);
  answerer().name_server_addresses(builder, builder.zone_name({"ns", "dns"}));
  builder.version(builder.zone_name({"dns-version"}));
  if (!response.own()) response.spoil();
}

bool ClusterZoneCursor::add_in_front(const RecordBuilder& builder) {
  switch (step_) {
    case Step::soa:
      builder.soa(dns::Section::answer,
                  answerer().store().hand_out(answerer().serial(builder.zone())));
      step_ = Step::others;
      return true;
    case Step::others:
      add_others(builder);
      step_ = Step::services;
      return true;
    case Step::services:
      break;
  }
  return false;
}

}  // namespace catena::kubernetes
