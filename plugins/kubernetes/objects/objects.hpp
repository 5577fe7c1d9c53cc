// SPDX-License-Identifier: Apache-2.0
// What is kept of the API's objects. How each field is called in each encoding stands in
// fields.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
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
  std::string name;              ///< As in the object; empty where it has none.
  std::string protocol = "TCP";  ///< Or "UDP", "SCTP".
  std::optional<std::uint16_t> number;
};

/// core/v1 Service, the fields that DNS needs.
struct ServiceObject {
  Metadata metadata;
  std::string type = "ClusterIP";        ///< Or "ExternalName" and so on.
  std::vector<std::string> cluster_ips;  ///< "None" first: headless. Empty: not allocated yet.
  std::string external_name;
  std::vector<Port> ports;
  std::vector<std::string> external_ips;
  std::vector<std::string> balancers;  ///< Of each load balancer the address, or else the name.
  std::string cluster_ip;              ///< As read; stands in cluster_ips too.
};

/// One ready endpoint of a slice; others are not kept.
struct Endpoint {
  std::vector<std::string> addresses;
  std::string hostname;
  std::string node_name;
  std::string target_name;  ///< Of the target; empty when it is longer than 63 characters.
  std::string zone;
  bool ready = true;  ///< As read: only where the object says so an endpoint is not.
};

/// discovery.k8s.io/v1 EndpointSlice.
struct SliceObject {
  Metadata metadata;
  std::string service_name;  ///< Empty when it is missing.
  std::string address_type;  ///< "IPv4", "IPv6" or "FQDN".
  std::vector<Port> ports;
  std::vector<Endpoint> endpoints;
  std::string last_change_trigger_time;  ///< As it is; empty when missing.
  std::string import_name;               ///< The service of imported ones, from `cluster_id`.
  std::string cluster_id;
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
  std::vector<std::string> pod_ips;
  std::vector<std::pair<std::string, std::string>> labels;
};

/// core/v1 Namespace.
struct NamespaceObject {
  Metadata metadata;
};

/// meta/v1 Status: why the server refused.
struct StatusObject {
  int code = 0;
  std::string message;
  std::vector<std::string> causes;  ///< The reason of each.
};

/// What a list says of itself.
struct ListMetadata {
  std::string resource_version;
  std::string continue_token;  ///< Empty on the last page.
};

/// The metadata of any object, bookmarks included, which have no name.
struct BookmarkObject : Metadata {
  std::string initial_events_end;  ///< "true": the events before it were the whole state.
};

}  // namespace catena::kubernetes::api
