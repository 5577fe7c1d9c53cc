// SPDX-License-Identifier: Apache-2.0
// The table of all that is kept of the API's objects: a row for each field says what it is called
// in JSON, its number in protobuf, and its column in the image of a snapshot. An archive goes
// through the rows of an object and does its own with each: JsonFields and ProtobufFields fill the
// rows that a piece of a document is about, ImageWriter and ImageReader take them one after the
// other. So a new field is a member and a row; one that changes images makes kVersion
// (snapshot/format.hpp) go up.
//
// The numbers are those of Kubernetes' API: core/v1, discovery.k8s.io/v1, meta/v1. They never
// change (Kubernetes API conventions). The kinds of rows:
//
//   kind                    what the object must call itself, where it does
//   text number flag        a value; an empty text counts as absent
//   text_or                 a text that stands in for another one that is absent
//   texts                   a list of texts
//   within                  the fields of a message
//   each                    a list of messages
//   keyed                   a map of texts, of which some keys are fields
//   pairs                   a map of texts, all of it
#pragma once

#include "plugins/kubernetes/objects/objects.hpp"

#include <concepts>
#include <string_view>
#include <type_traits>

namespace catena::kubernetes::api {

/// What a text of an image is. Texts of one column begin alike (the addresses of a slice, the names
/// of a deployment's pods), so that only what differs from the one before is stored.
enum class Column : std::uint8_t {
  none,  ///< Not part of an image: nothing that is served depends on it.
  name,
  name_space,
  type,
  port_name,
  protocol,
  service,
  cluster,
  address,
  hostname,
  node,
  target,
  zone,
  label,
  label_value,
  count,
};

struct Row {
  std::string_view json;     ///< Also the key in a map.
  std::uint32_t number = 0;  ///< 0: not in protobuf, or one of a map's keys.
  Column column = Column::none;
};

/// T is Object, to be read or to be filled.
template <class T, class Object>
concept As = std::same_as<std::remove_const_t<T>, Object>;

template <class Archive>
void fields(Archive& in, As<Metadata> auto& o) {
  in.text({"name", 1, Column::name}, o.name);
  in.text({"namespace", 3, Column::name_space}, o.name_space);
  in.text({"resourceVersion", 6}, o.resource_version);
}

template <class Archive>
void fields(Archive& in, As<Port> auto& o) {
  in.text({"name", 1, Column::port_name}, o.name);
  in.text({"protocol", 2, Column::protocol}, o.protocol);
  in.number({"port", 3}, o.number);
}

/// For rows of lists whose elements have rows of their own.
inline constexpr auto kFields = [](auto& in, auto& o) { fields(in, o); };

template <class Archive>
void fields(Archive& in, As<ServiceObject> auto& o) {
  in.kind("Service");
  in.within({"metadata", 1}, [&](auto& metadata) { fields(metadata, o.metadata); });
  in.within({"spec", 2}, [&](auto& spec) {
    spec.text({"type", 4, Column::type}, o.type);
    spec.text({"clusterIP", 3}, o.cluster_ip);
    spec.texts({"clusterIPs", 18, Column::address}, o.cluster_ips);
    spec.text({"externalName", 10, Column::hostname}, o.external_name);
    spec.each({"ports", 1}, o.ports, kFields);
    spec.texts({"externalIPs", 5, Column::address}, o.external_ips);
  });
  in.within({"status", 3}, [&](auto& status) {
    status.within({"loadBalancer", 1}, [&](auto& balancer) {
      balancer.each({"ingress", 1}, o.balancers, [](auto& ingress, auto& place) {
        ingress.text({"ip", 1, Column::address}, place);
        ingress.text_or({"hostname", 2}, place);
      });
    });
  });
}

template <class Archive>
void fields(Archive& in, As<Endpoint> auto& o) {
  in.texts({"addresses", 1, Column::address}, o.addresses);
  in.within({"conditions", 2}, [&](auto& conditions) { conditions.flag({"ready", 1}, o.ready); });
  in.text({"hostname", 3, Column::hostname}, o.hostname);
  in.text({"nodeName", 6, Column::node}, o.node_name);
  in.within({"targetRef", 4},
            [&](auto& target) { target.text({"name", 3, Column::target}, o.target_name); });
  in.text({"zone", 7, Column::zone}, o.zone);
}

template <class Archive>
void fields(Archive& in, As<SliceObject> auto& o) {
  in.kind("EndpointSlice");
  in.within({"metadata", 1}, [&](auto& metadata) {
    fields(metadata, o.metadata);
    metadata.keyed({"labels", 11}, [&](auto& labels) {
      labels.text({"kubernetes.io/service-name", 0, Column::service}, o.service_name);
      labels.text({"multicluster.kubernetes.io/service-name", 0, Column::service}, o.import_name);
      labels.text({"multicluster.kubernetes.io/source-cluster", 0, Column::cluster}, o.cluster_id);
    });
    metadata.keyed({"annotations", 12}, [&](auto& annotations) {
      annotations.text({"endpoints.kubernetes.io/last-change-trigger-time"},
                       o.last_change_trigger_time);
    });
  });
  in.text({"addressType", 4, Column::type}, o.address_type);
  in.each({"ports", 3}, o.ports, kFields);
  in.each({"endpoints", 2}, o.endpoints, kFields);
}

template <class Archive>
void fields(Archive& in, As<ImportObject> auto& o) {
  in.within({"metadata"}, [&](auto& metadata) { fields(metadata, o.metadata); });
  in.within({"spec"}, [&](auto& spec) {
    spec.text({"type", 0, Column::type}, o.type);
    spec.texts({"ips", 0, Column::address}, o.ips);
    spec.each({"ports"}, o.ports, kFields);
  });
}

template <class Archive>
void fields(Archive& in, As<PodObject> auto& o) {
  in.kind("Pod");
  in.within({"metadata", 1}, [&](auto& metadata) {
    fields(metadata, o.metadata);
    metadata.pairs({"labels", 11, Column::label}, Column::label_value, o.labels);
  });
  in.within({"status", 3}, [&](auto& status) {
    status.each({"podIPs", 12}, o.pod_ips,
                [](auto& pod_ip, auto& ip) { pod_ip.text({"ip", 1, Column::address}, ip); });
  });
}

template <class Archive>
void fields(Archive& in, As<NamespaceObject> auto& o) {
  in.kind("Namespace");
  in.within({"metadata", 1}, [&](auto& metadata) { fields(metadata, o.metadata); });
}

template <class Archive>
void fields(Archive& in, As<StatusObject> auto& o) {
  in.text({"message", 3}, o.message);
  in.within({"details", 5}, [&](auto& details) {
    details.each({"causes", 4}, o.causes,
                 [](auto& cause, auto& reason) { cause.text({"reason", 1}, reason); });
  });
  in.number({"code", 6}, o.code);
}

template <class Archive>
void fields(Archive& in, As<ListMetadata> auto& o) {
  in.text({"resourceVersion", 2}, o.resource_version);
  in.text({"continue", 3}, o.continue_token);
}

template <class Archive>
void fields(Archive& in, As<BookmarkObject> auto& o) {
  in.within({"metadata", 1}, [&](auto& metadata) {
    fields(metadata, static_cast<Metadata&>(o));
    metadata.keyed({"annotations", 12}, [&](auto& annotations) {
      annotations.text({"k8s.io/initial-events-end"}, o.initial_events_end);
    });
  });
}

/// What both decoders do when all fields are there: what follows from several of them. False where
/// the object has no name and needs one.
inline bool finish(ServiceObject& o) {
  if (o.cluster_ips.empty() && !o.cluster_ip.empty()) o.cluster_ips.push_back(o.cluster_ip);
  std::erase(o.balancers, "");
  return !o.metadata.name.empty();
}

inline bool finish(SliceObject& o) {
  std::erase_if(o.endpoints, [](const Endpoint& endpoint) { return !endpoint.ready; });
  for (Endpoint& endpoint : o.endpoints) {
    if (endpoint.target_name.size() > kTargetNameLimit) endpoint.target_name.clear();
  }
  return !o.metadata.name.empty();
}

template <class Object>
bool finish(Object& o) {
  if constexpr (requires { o.metadata; }) return !o.metadata.name.empty();
  return true;
}

}  // namespace catena::kubernetes::api
