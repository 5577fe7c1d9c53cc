// SPDX-License-Identifier: Apache-2.0
// The numbers of the fields are those of Kubernetes' API: core/v1, discovery.k8s.io/v1, meta/v1 and
// runtime. They never change (Kubernetes API conventions).
#include "plugins/kubernetes/api/protobuf_objects.hpp"

#include "core/base/protobuf_fields.hpp"

#include "plugins/kubernetes/api/protobuf_cutter.hpp"

#include <limits>

namespace catena::kubernetes::api {

namespace {

using Field = ProtobufField;

constexpr std::size_t kEndpointsKept = 2000;
constexpr std::size_t kEndpointSize = 128;  // About what one takes in protobuf.

/// The field `wanted` of a message that is read for nothing else; empty when it is not there.
bool read_only(std::string_view message, std::uint32_t wanted, std::string_view& bytes) {
  return each_field(message, [&](const Field& field) {
    if (field.number == wanted) bytes = field.bytes;
    return true;
  });
}

enum class MetadataMap { labels, annotations };

template <class Visit>
bool read_entry(std::string_view entry, MetadataMap map, Visit& visit) {
  std::string_view key;
  std::string_view value;
  const bool good = each_field(entry, [&](const Field& field) {
    if (field.number == 1) key = field.bytes;
    if (field.number == 2) value = field.bytes;
    return true;
  });
  if (good) visit(map, key, value);
  return good;
}

/// ObjectMeta. Labels and annotations go to `visit(map, key, value)`.
template <class Visit>
bool read_metadata(std::string_view message, Metadata& metadata, Visit&& visit) {
  return each_field(message, [&](const Field& field) {
    switch (field.number) {
      case 1:
        metadata.name = field.bytes;
        return true;
      case 3:
        metadata.name_space = field.bytes;
        return true;
      case 6:
        metadata.resource_version = field.bytes;
        return true;
      case 11:
        return read_entry(field.bytes, MetadataMap::labels, visit);
      case 12:
        return read_entry(field.bytes, MetadataMap::annotations, visit);
      default:
        return true;
    }
  });
}

constexpr auto kIgnored = [](MetadataMap, std::string_view, std::string_view) {};

bool read_number(std::optional<std::uint16_t>& number, std::uint64_t value) {
  number = static_cast<std::uint16_t>(value);
  return value <= std::numeric_limits<std::uint16_t>::max();
}

/// ServicePort and EndpointPort: what is needed of them has the same numbers.
bool read_port(std::string_view message, std::vector<Port>& ports) {
  Port& port = ports.emplace_back();
  const bool good = each_field(message, [&](const Field& field) {
    if (field.number == 1) port.name = field.bytes;
    if (field.number == 2) port.protocol = field.bytes;
    return field.number != 3 || read_number(port.number, field.value);
  });
  if (port.protocol.empty()) port.protocol = "TCP";
  return good;
}

bool read_service_spec(std::string_view message, ServiceObject& object) {
  std::string_view cluster_ip;
  const bool good = each_field(message, [&](const Field& field) {
    switch (field.number) {
      case 1:
        return read_port(field.bytes, object.ports);
      case 3:
        cluster_ip = field.bytes;
        return true;
      case 4:
        object.type = field.bytes;
        return true;
      case 5:
        object.external_ips.emplace_back(field.bytes);
        return true;
      case 10:
        object.external_name = field.bytes;
        return true;
      case 18:
        object.cluster_ips.emplace_back(field.bytes);
        return true;
      default:
        return true;
    }
  });
  if (object.cluster_ips.empty() && !cluster_ip.empty())
    object.cluster_ips.emplace_back(cluster_ip);
  return good;
}

/// LoadBalancerIngress: the address, or else the name.
bool read_ingress(std::string_view message, std::vector<std::string>& external) {
  std::string_view ip;
  std::string_view name;
  const bool good = each_field(message, [&](const Field& field) {
    if (field.number == 1) ip = field.bytes;
    if (field.number == 2) name = field.bytes;
    return true;
  });
  external.emplace_back(ip.empty() ? name : ip);
  return good;
}

/// ServiceStatus, of it loadBalancer.ingress.
bool read_service_status(std::string_view message, std::vector<std::string>& external) {
  std::string_view balancer;
  return read_only(message, 1, balancer) && each_field(balancer, [&](const Field& field) {
           return field.number != 1 || read_ingress(field.bytes, external);
         });
}

bool read(std::string_view message, ServiceObject& object) {
  std::string_view status;
  const bool good = each_field(message, [&](const Field& field) {
    if (field.number == 1) return read_metadata(field.bytes, object.metadata, kIgnored);
    if (field.number == 3) status = field.bytes;
    return field.number != 2 || read_service_spec(field.bytes, object);
  });
  if (object.type.empty()) object.type = "ClusterIP";
  // What the status brings stands behind what the spec brings.
  if (!good || !read_service_status(status, object.external_ips)) return false;
  std::erase(object.external_ips, "");
  return true;
}

/// EndpointConditions, of it whether the endpoint is ready, which it is unless it says otherwise.
bool read_ready(std::string_view message, bool& ready) {
  return each_field(message, [&](const Field& field) {
    if (field.number == 1) ready = field.value != 0;
    return true;
  });
}

bool read_target(std::string_view message, std::string& name) {
  std::string_view text;
  const bool good = read_only(message, 3, text);
  if (text.size() <= kTargetNameLimit) name = text;
  return good;
}

/// Endpoints one after the other, in the places of those of an earlier slice as far as there are
/// some: most of the memory of a slice is in them.
class EndpointRows {
 public:
  EndpointRows(std::vector<Endpoint>& rows, std::size_t expected) : rows_(rows) {
    rows_.reserve(expected);
  }
  ~EndpointRows() { rows_.resize(used_); }

  Endpoint& next() {
    if (used_ == rows_.size()) rows_.emplace_back();
    Endpoint& row = rows_[used_++];
    row.addresses.clear();
    for (std::string* text : {&row.hostname, &row.node_name, &row.target_name, &row.zone}) {
      text->clear();
    }
    return row;
  }
  void take_back() { --used_; }

 private:
  std::vector<Endpoint>& rows_;
  std::size_t used_ = 0;
};

bool read_endpoint(std::string_view message, EndpointRows& rows) {
  Endpoint& endpoint = rows.next();
  bool ready = true;
  const bool good = each_field(message, [&](const Field& field) {
    switch (field.number) {
      case 1:
        endpoint.addresses.emplace_back(field.bytes);
        return true;
      case 2:
        return read_ready(field.bytes, ready);
      case 3:
        endpoint.hostname = field.bytes;
        return true;
      case 4:
        return read_target(field.bytes, endpoint.target_name);
      case 6:
        endpoint.node_name = field.bytes;
        return true;
      case 7:
        endpoint.zone = field.bytes;
        return true;
      default:
        return true;
    }
  });
  if (!ready) rows.take_back();
  return good;
}

bool read_slice_metadata(std::string_view message, SliceObject& object) {
  const auto visit = [&](MetadataMap map, std::string_view key, std::string_view value) {
    if (map == MetadataMap::annotations) {
      const bool trigger = key == "endpoints.kubernetes.io/last-change-trigger-time";
      if (trigger) object.last_change_trigger_time = value;
      return;
    }
    if (key == "kubernetes.io/service-name") object.service_name = value;
    if (key == "multicluster.kubernetes.io/service-name") object.import_name = value;
    if (key == "multicluster.kubernetes.io/source-cluster") object.cluster_id = value;
  };
  return read_metadata(message, object.metadata, visit);
}

bool read(std::string_view message, SliceObject& object) {
  EndpointRows rows(object.endpoints, message.size() / kEndpointSize);
  return each_field(message, [&](const Field& field) {
    switch (field.number) {
      case 1:
        return read_slice_metadata(field.bytes, object);
      case 2:
        return read_endpoint(field.bytes, rows);
      case 3:
        return read_port(field.bytes, object.ports);
      case 4:
        object.address_type = field.bytes;
        return true;
      default:
        return true;
    }
  });
}

/// PodStatus, of it the addresses.
bool read_pod_status(std::string_view message, PodObject& object) {
  return each_field(message, [&](const Field& field) {
    if (field.number != 12) return true;
    std::string_view ip;
    const bool good = read_only(field.bytes, 1, ip);
    object.pod_ips.emplace_back(ip);
    return good;
  });
}

bool read(std::string_view message, PodObject& object) {
  const auto visit = [&](MetadataMap map, std::string_view key, std::string_view value) {
    if (map == MetadataMap::labels) object.labels.emplace_back(key, value);
  };
  return each_field(message, [&](const Field& field) {
    if (field.number == 1) return read_metadata(field.bytes, object.metadata, visit);
    return field.number != 3 || read_pod_status(field.bytes, object);
  });
}

bool read(std::string_view message, NamespaceObject& object) {
  return each_field(message, [&](const Field& field) {
    return field.number != 1 || read_metadata(field.bytes, object.metadata, kIgnored);
  });
}

bool read(std::string_view message, ListMetadata& object) {
  return each_field(message, [&](const Field& field) {
    if (field.number == 2) object.resource_version = field.bytes;
    if (field.number == 3) object.continue_token = field.bytes;
    return true;
  });
}

/// StatusDetails, of it the causes' reasons and when to come again.
bool read_details(std::string_view message, StatusObject& object) {
  return each_field(message, [&](const Field& field) {
    // gogo writes 0 where nothing was set.
    if (field.number == 5 && field.value != 0) {
      object.retry_after_seconds = static_cast<int>(field.value);
    }
    if (field.number != 4) return true;
    std::string_view reason;
    const bool good = read_only(field.bytes, 1, reason);
    object.causes.emplace_back(reason);
    return good;
  });
}

bool read(std::string_view message, StatusObject& object) {
  ListMetadata metadata;
  const bool good = each_field(message, [&](const Field& field) {
    switch (field.number) {
      case 1:
        return read(field.bytes, metadata);
      case 3:
        object.message = field.bytes;
        return true;
      case 4:
        object.reason = field.bytes;
        return true;
      case 5:
        return read_details(field.bytes, object);
      case 6:
        object.code = static_cast<int>(field.value);
        return true;
      default:
        return true;
    }
  });
  object.continue_token = std::move(metadata.continue_token);
  return good;
}

bool read(std::string_view message, BookmarkObject& object) {
  Metadata metadata;
  const auto visit = [&](MetadataMap map, std::string_view key, std::string_view value) {
    if (map == MetadataMap::annotations && key == "k8s.io/initial-events-end") {
      object.initial_events_end = value == "true";
    }
  };
  const bool good = each_field(message, [&](const Field& field) {
    return field.number != 1 || read_metadata(field.bytes, metadata, visit);
  });
  object.resource_version = std::move(metadata.resource_version);
  object.name = std::move(metadata.name);
  object.name_space = std::move(metadata.name_space);
  return good;
}

template <class Object>
Result<void> read_any(std::string_view message, Object& object) {
  object = {};
  if (!read(message, object)) return Error{"broken protobuf"};
  return {};
}

template <class Object>
Result<void> named(const Object& object) {
  if (object.metadata.name.empty()) return Error{"an object without a name"};
  return {};
}

template <class Object>
Result<void> read_named(std::string_view message, Object& object) {
  const auto result = read_any(message, object);
  return result ? named(object) : result;
}

}  // namespace

Result<std::string_view> open_envelope(std::string_view bytes) {
  std::string_view message;
  if (!bytes.starts_with(kMagic) || !read_only(bytes.substr(kMagic.size()), 2, message)) {
    return Error{"broken protobuf"};
  }
  return message;
}

Result<WatchEvent> split_protobuf_event(std::string_view frame) {
  WatchEvent event;
  std::string_view raw;
  const bool good = each_field(frame, [&](const Field& field) {
    if (field.number == 1) event.type = field.bytes;
    return field.number != 2 || read_only(field.bytes, 1, raw);
  });
  if (!good) return Error{"broken protobuf"};
  if (event.type.empty() || raw.empty()) return Error{"an event without a type or an object"};
  const auto object = open_envelope(raw);
  if (!object) return object.error();
  event.object = *object;
  return event;
}

template <>
Result<void> read_protobuf<ServiceObject>(std::string_view message, ServiceObject& object) {
  return read_named(message, object);
}

template <>
Result<void> read_protobuf<SliceObject>(std::string_view message, SliceObject& object) {
  std::vector<Endpoint> endpoints = std::move(object.endpoints);
  object = {};
  if (endpoints.capacity() <= kEndpointsKept) object.endpoints = std::move(endpoints);
  if (!read(message, object)) return Error{"broken protobuf"};
  return named(object);
}

template <>
Result<void> read_protobuf<PodObject>(std::string_view message, PodObject& object) {
  return read_named(message, object);
}

template <>
Result<void> read_protobuf<NamespaceObject>(std::string_view message, NamespaceObject& object) {
  return read_named(message, object);
}

template <>
Result<void> read_protobuf<StatusObject>(std::string_view message, StatusObject& object) {
  return read_any(message, object);
}

template <>
Result<void> read_protobuf<BookmarkObject>(std::string_view message, BookmarkObject& object) {
  return read_any(message, object);
}

template <>
Result<void> read_protobuf<ListMetadata>(std::string_view message, ListMetadata& object) {
  return read_any(message, object);
}

}  // namespace catena::kubernetes::api
