// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/answerer.hpp"
#include "plugins/kubernetes/answer/endpoints.hpp"

#include <algorithm>

namespace catena::kubernetes {

bool Answerer::pod_exists(const ParsedName& name, const Address& address) const {
  if (settings_->pods == PodMode::insecure) return true;
  const PodsByAddress* pods = store_->pods.find(address.span());
  if (pods == nullptr) return false;
  const std::string_view wanted(reinterpret_cast<const char*>(name.namespace_key.data()),
                                name.namespace_key.size());
  return std::find(pods->namespaces.begin(), pods->namespaces.end(), wanted) !=
         pods->namespaces.end();
}

// SRV gives the address's own name with port 0: an accident of CoreDNS that clients can see.
AnswerKind Answerer::pod(const Builder& builder,
                         const ParsedName& name,
                         dns::NameView owner) const {
  if (settings_->pods == PodMode::disabled || !exposed(name.namespace_key))
    return AnswerKind::name_error;
  if (name.kind == NameKind::pod_namespace) return AnswerKind::no_data;
  const auto address = parse_dashed(name.address);
  if (!address || !pod_exists(name, *address)) return AnswerKind::name_error;
  Query& query = builder.query();
  const std::span<const std::uint8_t> bytes = query.arena().copy(address->span());
  if (query.type() == (address->is_v4() ? dns::Type::A : dns::Type::AAAA)) {
    builder.address(dns::Section::answer, owner, bytes);
    return AnswerKind::answered;
  }
  if (query.type() != dns::Type::SRV) return AnswerKind::no_data;
  const std::size_t pod_labels = builder.zone().label_count() + 3;
  const dns::NameView target = owner.last(pod_labels);
  builder.srv(owner, srv_weight(1), 0, target);
  builder.address(dns::Section::additional, target, bytes);
  return AnswerKind::answered;
}

}  // namespace catena::kubernetes
