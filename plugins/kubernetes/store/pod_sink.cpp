// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/writer.hpp"

#include <algorithm>

namespace catena::kubernetes {
namespace {

bool contains(const std::vector<Address>& addresses, const Address& wanted) {
  return std::find(addresses.begin(), addresses.end(), wanted) != addresses.end();
}

std::unique_ptr<PodIdentity> identity_of(const api::PodObject& object) {
  return std::make_unique<PodIdentity>(
      PodIdentity{object.metadata.name_space, object.metadata.name, object.labels});
}

}  // namespace

PodSink::PodSink(const WriterContext& context)
    : ResourceSink(context.store),
      context_(&context),
      bad_addresses_(bad_addresses(context.metrics)) {}

void PodSink::apply(KeptPod& kept, const api::PodObject& object) {
  const auto key = wire_key({object.metadata.name_space});
  if (!key) return context_->skip("pods", object.metadata, "its namespace is no DNS label");
  const std::vector<Address> before = std::move(kept.addresses);
  kept.namespace_key = *key;
  kept.addresses.clear();
  for (const std::string& text : object.pod_ips) {
    if (const auto address = parse_address(text)) {
      kept.addresses.push_back(*address);
      continue;
    }
    bad_addresses_.add(Lane::shared);
    context_->complain("pods", object.metadata, fmt::format("'{:.60}' is no address", text));
  }
  if (context_->identities || kept.identity) {
    identify(kept, before, context_->identities ? identity_of(object) : nullptr);
  }
  if (before == kept.addresses) return;
  bool news = false;
  for (const Address& address : kept.addresses) {
    if (!contains(before, address)) news |= add_pod(address, *key);
  }
  for (const Address& address : before) {
    if (!contains(kept.addresses, address)) news |= remove_pod(address, *key);
  }
  if (news) touch(*key);
}

void PodSink::forget(KeptPod& kept) {
  bool news = false;
  for (const Address& address : kept.addresses) news |= remove_pod(address, kept.namespace_key);
  if (news) touch(kept.namespace_key);
  if (kept.identity) identify(kept, std::exchange(kept.addresses, {}), nullptr);
}

// Names of pods are in every zone, that of imports too.
void PodSink::touch(const std::string& namespace_key) const {
  const Key key(reinterpret_cast<const std::uint8_t*>(namespace_key.data()), namespace_key.size());
  if (!context_->is_shown(key)) return;
  context_->touch(context_->store.serial);
  context_->touch(context_->store.import_serial);
}

// Pods on the host's network share its address: a namespace stands once for each of its pods there.
bool PodSink::add_pod(const Address& address, const std::string& namespace_key) {
  const PodsByAddress* old = store().pods.find(address.span());
  auto node = std::make_unique<PodsByAddress>(old == nullptr ? PodsByAddress{address, {}} : *old);
  auto& namespaces = node->namespaces;
  const bool first =
      std::find(namespaces.begin(), namespaces.end(), namespace_key) == namespaces.end();
  namespaces.push_back(namespace_key);
  store().pods.put(std::move(node));
  return first;
}

bool PodSink::remove_pod(const Address& address, const std::string& namespace_key) {
  const PodsByAddress* old = store().pods.find(address.span());
  if (old == nullptr) return false;
  auto node = std::make_unique<PodsByAddress>(*old);
  auto& namespaces = node->namespaces;
  const auto one = std::find(namespaces.begin(), namespaces.end(), namespace_key);
  if (one == namespaces.end()) return false;
  namespaces.erase(one);
  const bool last =
      std::find(namespaces.begin(), namespaces.end(), namespace_key) == namespaces.end();
  if (namespaces.empty()) {
    store().pods.erase(address.span());
  } else {
    store().pods.put(std::move(node));
  }
  return last;
}

void PodSink::identify(KeptPod& kept,
                       const std::vector<Address>& before,
                       std::unique_ptr<PodIdentity> identity) {
  // Most updates of a pod are about its status.
  const bool same = kept.identity && identity && *kept.identity == *identity;
  if (same && before == kept.addresses) return;
  std::unique_ptr<PodIdentity> old = std::exchange(kept.identity, std::move(identity));
  for (const Address& address : before) {
    if (!contains(kept.addresses, address)) replace_identity(address, old.get(), nullptr);
  }
  for (const Address& address : kept.addresses) {
    replace_identity(address, old.get(), kept.identity.get());
  }
  if (old) context_->epoch.retire(std::move(old));
}

void PodSink::replace_identity(const Address& address,
                               const PodIdentity* before,
                               const PodIdentity* after) {
  const IdentitiesByAddress* old = store().identities.find(address.span());
  auto node = std::make_unique<IdentitiesByAddress>(
      old == nullptr ? IdentitiesByAddress{address, {}} : *old);
  std::erase(node->pods, before);
  if (after != nullptr) node->pods.push_back(after);
  if (!node->pods.empty()) {
    store().identities.put(std::move(node));
  } else if (old != nullptr) {
    store().identities.erase(address.span());
  }
}

}  // namespace catena::kubernetes
