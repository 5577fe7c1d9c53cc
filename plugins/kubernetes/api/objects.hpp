// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace catena::kubernetes::api {

/// Longer names of an endpoint's target are no label of DNS and are not kept.
inline constexpr std::size_t kTargetNameLimit = 63;

/// What every object carries. `resource_version` is opaque: it is only ever sent back.
struct Metadata {
  std::string name;
  std::string name_space;  ///< Empty for a Namespace.
  std::string resource_version;
};

/// A port of a Service or of a slice. A slice's port without a number means "any".
struct Port {
  std::string name;      ///< As in the object; empty where it has none.
  std::string protocol;  ///< "TCP" (also when absent), "UDP", "SCTP".
  std::optional<std::uint16_t> number;
};

/// core/v1 Service, the fields that DNS needs.
struct ServiceObject {
  Metadata metadata;
  std::string type;  ///< "ClusterIP" (also when absent), "ExternalName" and so on.
  std::vector<std::string> cluster_ips;  ///< "None" first: headless. Empty: not allocated yet.
  std::string external_name;
  std::vector<Port> ports;
  /// spec.externalIPs, then of each status.loadBalancer.ingress the ip or else the hostname.
  std::vector<std::string> external_ips;
};

/// One ready endpoint of a slice. A missing ready condition means ready; others are not kept.
struct Endpoint {
  std::vector<std::string> addresses;
  std::string hostname;
  std::string node_name;
  std::string target_name;  ///< targetRef.name; empty when it is longer than 63 characters.
  std::string zone;
};

/// discovery.k8s.io/v1 EndpointSlice.
struct SliceObject {
  Metadata metadata;
  std::string service_name;  ///< Label kubernetes.io/service-name; empty when it is missing.
  std::string address_type;  ///< "IPv4", "IPv6" or "FQDN".
  std::vector<Port> ports;
  std::vector<Endpoint> endpoints;
  /// Annotation endpoints.kubernetes.io/last-change-trigger-time as it is; empty when missing.
  std::string last_change_trigger_time;
  std::string import_name;  ///< Label multicluster.kubernetes.io/service-name, of imported ones.
  std::string cluster_id;   ///< Label multicluster.kubernetes.io/source-cluster.
};

/// multicluster.x-k8s.io/v1alpha1 ServiceImport: a service of other clusters.
struct ImportObject {
  Metadata metadata;
  std::string type;              ///< "ClusterSetIP" or "Headless".
  std::vector<std::string> ips;  ///< Empty with Headless.
  std::vector<Port> ports;
};

/// core/v1 Pod.
struct PodObject {
  Metadata metadata;
  std::vector<std::string> pod_ips;  ///< status.podIPs in order.
  std::vector<std::pair<std::string, std::string>> labels;
};

/// core/v1 Namespace.
struct NamespaceObject {
  Metadata metadata;
};

/// meta/v1 Status: why the server refused.
struct StatusObject {
  int code = 0;
  std::string reason;
  std::string message;
  std::vector<std::string> causes;  ///< details.causes[].reason.
  std::optional<int> retry_after_seconds;
  std::string continue_token;  ///< metadata.continue, in a 410 to a later page.
};

/// What a list says of itself.
struct ListMetadata {
  std::string resource_version;
  std::string continue_token;  ///< Empty on the last page.
};

/// The metadata of any object, bookmarks included.
struct BookmarkObject {
  std::string resource_version;
  bool initial_events_end = false;  ///< Annotation k8s.io/initial-events-end: "true".
  std::string name;                 ///< Empty for a bookmark.
  std::string name_space;
};

/// Reads one whole JSON object. Unknown fields are skipped, `null` counts as absent; a field of the
/// wrong type, a name that is missing or JSON that is broken is an error. Never throws.
template <class Object>
Result<Object> decode(std::string_view json);

template <>
Result<ServiceObject> decode<ServiceObject>(std::string_view json);
template <>
Result<SliceObject> decode<SliceObject>(std::string_view json);
template <>
Result<ImportObject> decode<ImportObject>(std::string_view json);
template <>
Result<PodObject> decode<PodObject>(std::string_view json);
template <>
Result<NamespaceObject> decode<NamespaceObject>(std::string_view json);
template <>
Result<StatusObject> decode<StatusObject>(std::string_view json);
template <>
Result<BookmarkObject> decode<BookmarkObject>(std::string_view json);
template <>
Result<ListMetadata> decode<ListMetadata>(std::string_view json);

}  // namespace catena::kubernetes::api
