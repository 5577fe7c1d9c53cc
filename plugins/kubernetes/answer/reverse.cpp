// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/answerer.hpp"
#include "plugins/kubernetes/answer/endpoints.hpp"

namespace catena::kubernetes {

// All PTR targets live in the primary zone, however the question was spelled.
AnswerKind Answerer::reverse(const Builder& builder, dns::NameView owner) const {
  Query& query = builder.query();
  const auto address = dns::parse_reverse(owner);
  if (!address) return AnswerKind::name_error;
  const std::span<const std::uint8_t> bytes(address->bytes.data(), address->size);
  const Builder primary(query, settings_->primary_zone, settings_->ttl);
  if (!reverse_cluster_ip(primary, owner, bytes) && !reverse_endpoint(primary, owner, bytes)) {
    return AnswerKind::name_error;
  }
  if (query.type() == dns::Type::PTR) return AnswerKind::answered;
  // BEYOND CoreDNS: the name is there, so another type is no name error (RFC 2308 section 2.2).
  query.response().shrink(dns::Section::answer, builder.before());
  return AnswerKind::no_data;
}

// The Service wins over endpoints with the same address, and gives exactly one name.
bool Answerer::reverse_cluster_ip(const Builder& builder,
                                  dns::NameView owner,
                                  std::span<const std::uint8_t> address) const {
  const ServicesByAddress* found = store_->by_cluster_ip.find(address);
  if (found == nullptr) return false;
  for (const ServiceEntry* entry : found->services) {
    if (!exposed(entry->namespace_key())) continue;
    const dns::NameView target = builder.service_name({}, entry->key());
    builder.pointer(dns::Section::answer, owner, dns::Type::PTR, target);
    return true;
  }
  return false;
}

bool Answerer::reverse_endpoint(const Builder& builder,
                                dns::NameView owner,
                                std::span<const std::uint8_t> address) const {
  for (const ServiceEntry* entry : store_->by_endpoint.at(address)) {
    const ServiceState* state = exposed(entry->namespace_key()) ? entry->state() : nullptr;
    if (state == nullptr) continue;
    for (const Slice* slice : state->slices) {
      slice->each(
          [&](std::span<const std::uint8_t> bytes, std::string_view label, std::string_view) {
            if (!std::equal(bytes.begin(), bytes.end(), address.begin(), address.end())) return;
            const EndpointLabel own(label, bytes);
            const dns::NameView target = endpoint_name(builder, entry->key(), *slice, own.text());
            builder.pointer(dns::Section::answer, owner, dns::Type::PTR, target);
          });
    }
  }
  drop_repeated(builder);
  return builder.has_answered();
}

}  // namespace catena::kubernetes
