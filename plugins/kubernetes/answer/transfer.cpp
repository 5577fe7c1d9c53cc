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
  const Key name_space = bytes.subspan(1u + bytes[0]);
  const ServiceState* state = answerer_->exposed(name_space) ? answerer_->find(bytes) : nullptr;
  const bool whole = view_ == ServiceView::cluster;
  if (state != nullptr && whole && answerer_->ignores(*state)) state = nullptr;
  service_ = state == nullptr ? ServiceRecords() : ServiceRecords(std::move(key), *state, view_);
  return true;
}

void ServiceCursor::collect_keys() {
  collected_ = true;
  answerer_->store().services.each([this](const ServiceEntry& entry) {
    keys_.emplace_back(reinterpret_cast<const char*>(entry.key().data()), entry.key().size());
  });
  std::sort(keys_.begin(), keys_.end(), comes_later);
}

// Their addresses, which answers have in the additional section, belong to the zone.
void ClusterZoneCursor::add_name_servers(const RecordBuilder& builder) const {
  dns::Response& response = builder.response();
  answerer().name_servers(builder);
  for (const dns::Record& record : response.additional()) {
    response.add(dns::Section::answer, record);
  }
  if (!response.own()) response.spoil();
}

bool ClusterZoneCursor::add_in_front(const RecordBuilder& builder) {
  switch (step_) {
    case Step::soa:
      builder.soa(dns::Section::answer, answerer().store().hand_out(answerer().store().serial));
      step_ = Step::name_servers;
      return true;
    case Step::name_servers:
      add_name_servers(builder);
      step_ = Step::services;
      return true;
    case Step::services:
      break;
  }
  return false;
}

}  // namespace catena::kubernetes
