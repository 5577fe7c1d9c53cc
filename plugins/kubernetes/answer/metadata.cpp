// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/metadata.hpp"

#include "plugins/kubernetes/answer/client_address.hpp"
#include "plugins/kubernetes/answer/grammar.hpp"

namespace catena::kubernetes {
namespace {

constexpr std::string_view kOurs = "kubernetes/";
constexpr std::string_view kClient = "client-";
constexpr std::string_view kClientLabel = "label/";

// Names that are no service's and no pod's are answered, but CoreDNS's parser does not know them.
bool parsed(const ParsedName& name) { return name.kind == NameKind::apex || !name.branch.empty(); }

using Value = std::optional<std::string_view>;

// What a name has no part for is known, and empty.
Value value_of(const ParsedName& name,
               const AnswerSettings& settings,
               dns::NameView zone,
               std::string_view label) {
  if (name.kind == NameKind::malformed || name.kind == NameKind::dotted || !parsed(name)) {
    return label == "parse-error" ? Value("invalid query name") : std::nullopt;
  }
  if (label == "kind") return name.branch;
  if (label == "namespace") return first_label(name.namespace_key);
  if (label == "service") {
    return name.kind == NameKind::pod ? name.address : first_label(name.service_key);
  }
  if (label == "endpoint") return name.endpoint;
  if (label == "port-name") return name.port;
  if (label == "protocol") return name.protocol;
  if (label == "cluster" && settings.multicluster.contains(zone)) return name.cluster;
  if (label == "zone" && settings.zonal) return name.topology_zone;
  return std::nullopt;
}

// The arena's copy, as the value may be used after the query has waited.
std::string_view shown(Query& query, const Value& value) {
  if (!value) return {};
  return value->empty() ? std::string_view("") : query.arena().copy(*value);
}

// Of several pods on a host's network nobody knows which it is; the first will do, as in CoreDNS.
std::string_view client_value(const Store& store, Query& query, std::string_view label) {
  const IdentitiesByAddress* found = store.identities.find(client_address(query).span());
  if (found == nullptr) return {};
  const PodIdentity& pod = *found->pods.front();
  if (label == "namespace") return shown(query, pod.name_space);
  if (label == "pod-name") return shown(query, pod.name);
  if (!label.starts_with(kClientLabel)) return {};
  label.remove_prefix(kClientLabel.size());
  for (const auto& [key, value] : pod.labels) {
    if (key == label) return shown(query, value);
  }
  return {};
}

}  // namespace

std::string_view Metadata::value(Query& query, std::string_view label) const {
  if (!label.starts_with(kOurs)) return {};
  label.remove_prefix(kOurs.size());
  if (label.starts_with(kClient)) {
    label.remove_prefix(kClient.size());
    return client_value(*store_, query, label);
  }
  const dns::NameView asked = query.asked().question.name;
  const dns::Name* zone = settings_->zones.match(asked);
  if (zone == nullptr) return {};
  const ParsedName name(asked, *zone, settings_->grammar(*zone));
  return shown(query, value_of(name, *settings_, *zone, label));
}

}  // namespace catena::kubernetes
