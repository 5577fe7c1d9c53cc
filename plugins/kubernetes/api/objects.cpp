// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/objects.hpp"

#include "plugins/kubernetes/api/json_reader.hpp"

#include <fmt/format.h>

#include <charconv>

namespace catena::kubernetes::api {

namespace {

constexpr std::string_view kEach = JsonPath::kEach;

/// What the decoders share: taking a value of the right kind, and the first complaint.
class Decoder : public JsonVisitor {
 public:
  const std::string& problem() const { return problem_; }

 protected:
  bool take(std::string& field, JsonKind kind, std::string_view text) {
    if (kind != JsonKind::string) return complain("text expected, found", text);
    field = text;
    return true;
  }

  bool add(std::vector<std::string>& list, JsonKind kind, std::string_view text) {
    return take(list.emplace_back(), kind, text);
  }

  template <class Number>
  bool take(std::optional<Number>& field, JsonKind kind, std::string_view text) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (kind != JsonKind::number || read.ec != std::errc{} || read.ptr != end) {
      return complain("number out of range", text);
    }
    field = number;
    return true;
  }

  bool complain(std::string_view what, std::string_view text) {
    problem_ = fmt::format("{} {}", what, text.substr(0, 40));
    return false;
  }

  bool port(Port& port, std::string_view key, JsonKind kind, std::string_view text) {
    if (key == "name") return take(port.name, kind, text);
    if (key == "protocol") return take(port.protocol, kind, text);
    if (key == "port") return take(port.number, kind, text);
    return true;
  }

  /// The object's own kind, where it tells (lists leave it out).
  bool of_kind(std::string_view expected,
               const JsonPath& path,
               JsonKind kind,
               std::string_view text) {
    if (!path.is({"kind"}) || (kind == JsonKind::string && text == expected)) return true;
    return complain("an object of another kind:", text);
  }

  /// metadata.name, namespace and resourceVersion.
  bool metadata(Metadata& target, const JsonPath& path, JsonKind kind, std::string_view text) {
    if (path.depth() != 2) return true;
    if (path[1] == "name") return take(target.name, kind, text);
    if (path[1] == "namespace") return take(target.name_space, kind, text);
    if (path[1] == "resourceVersion") return take(target.resource_version, kind, text);
    return true;
  }

 private:
  std::string problem_;
};

class ServiceDecoder final : public Decoder {
 public:
  ServiceObject object;

  bool open(const JsonPath& path) override {
    if (path.is({"spec", "ports", kEach})) object.ports.push_back({{}, "TCP", {}});
    if (path.is({"status", "loadBalancer", "ingress", kEach})) ingress_.emplace_back();
    return true;
  }

  bool value(const JsonPath& path, JsonKind kind, std::string_view text) override {
    if (path.depth() < 2) return of_kind("Service", path, kind, text);
    if (path[0] == "metadata") return metadata(object.metadata, path, kind, text);
    if (path[0] == "spec") return spec(path, kind, text);
    if (path.depth() != 5 || path[0] != "status" || ingress_.empty()) return true;
    if (path.is({"status", "loadBalancer", "ingress", kEach, "ip"})) {
      return take(ingress_.back().ip, kind, text);
    }
    if (path.is({"status", "loadBalancer", "ingress", kEach, "hostname"})) {
      return take(ingress_.back().hostname, kind, text);
    }
    return true;
  }

  void finish() {
    if (object.type.empty()) object.type = "ClusterIP";
    if (object.cluster_ips.empty() && !cluster_ip_.empty()) object.cluster_ips = {cluster_ip_};
    for (const Ingress& ingress : ingress_) {
      object.external_ips.push_back(ingress.ip.empty() ? ingress.hostname : ingress.ip);
    }
    std::erase(object.external_ips, "");
  }

 private:
  struct Ingress {
    std::string ip;
    std::string hostname;
  };

  bool spec(const JsonPath& path, JsonKind kind, std::string_view text) {
    if (path.is({"spec", "type"})) return take(object.type, kind, text);
    if (path.is({"spec", "clusterIP"})) return take(cluster_ip_, kind, text);
    if (path.is({"spec", "externalName"})) return take(object.external_name, kind, text);
    if (path.is({"spec", "clusterIPs", kEach})) return add(object.cluster_ips, kind, text);
    if (path.is({"spec", "externalIPs", kEach})) return add(object.external_ips, kind, text);
    const bool in_port = path.depth() == 4 && path[1] == "ports" && path[2] == kEach;
    if (in_port && !object.ports.empty()) return port(object.ports.back(), path[3], kind, text);
    return true;
  }

  std::string cluster_ip_;
  std::vector<Ingress> ingress_;
};

class SliceDecoder final : public Decoder {
 public:
  SliceObject object;

  bool open(const JsonPath& path) override {
    if (path.is({"ports", kEach})) object.ports.push_back({{}, "TCP", {}});
    if (path.is({"endpoints", kEach})) {
      drop_unready();
      object.endpoints.emplace_back();
      ready_ = true;
    }
    return true;
  }

  bool value(const JsonPath& path, JsonKind kind, std::string_view text) override {
    if (path.is({"addressType"})) return take(object.address_type, kind, text);
    if (path.depth() < 2) return of_kind("EndpointSlice", path, kind, text);
    if (path[0] == "metadata") return slice_metadata(path, kind, text);
    if (path.depth() < 3 || path[1] != kEach) return true;
    if (path[0] == "endpoints" && !object.endpoints.empty()) return endpoint(path, kind, text);
    if (path[0] == "ports" && path.depth() == 3 && !object.ports.empty()) {
      return port(object.ports.back(), path[2], kind, text);
    }
    return true;
  }

  void finish() { drop_unready(); }

 private:
  void drop_unready() {
    if (!ready_ && !object.endpoints.empty()) object.endpoints.pop_back();
    ready_ = true;
  }

  bool slice_metadata(const JsonPath& path, JsonKind kind, std::string_view text) {
    if (path.is({"metadata", "labels", "kubernetes.io/service-name"})) {
      return take(object.service_name, kind, text);
    }
    if (path.is({"metadata", "labels", "multicluster.kubernetes.io/service-name"})) {
      return take(object.import_name, kind, text);
    }
    if (path.is({"metadata", "labels", "multicluster.kubernetes.io/source-cluster"})) {
      return take(object.cluster_id, kind, text);
    }
    if (path.is({"metadata", "annotations", "endpoints.kubernetes.io/last-change-trigger-time"})) {
      return take(object.last_change_trigger_time, kind, text);
    }
    return metadata(object.metadata, path, kind, text);
  }

  bool endpoint(const JsonPath& path, JsonKind kind, std::string_view text) {
    Endpoint& endpoint = object.endpoints.back();
    if (path.depth() == 3) {
      if (path[2] == "hostname") return take(endpoint.hostname, kind, text);
      if (path[2] == "nodeName") return take(endpoint.node_name, kind, text);
      if (path[2] == "zone") return take(endpoint.zone, kind, text);
      return true;
    }
    if (path.depth() != 4) return true;
    if (path[2] == "addresses") return add(endpoint.addresses, kind, text);
    if (path[2] == "conditions" && path[3] == "ready") {
      ready_ = text == "true";
      return kind == JsonKind::boolean || complain("true or false expected, found", text);
    }
    if (path[2] != "targetRef" || path[3] != "name" || text.size() > kTargetNameLimit) return true;
    return take(endpoint.target_name, kind, text);
  }

  bool ready_ = true;
};

class ImportDecoder final : public Decoder {
 public:
  ImportObject object;

  bool open(const JsonPath& path) override {
    if (path.is({"spec", "ports", kEach})) object.ports.push_back({{}, "TCP", {}});
    return true;
  }

  bool value(const JsonPath& path, JsonKind kind, std::string_view text) override {
    if (path.depth() < 2) return true;
    if (path[0] == "metadata") return metadata(object.metadata, path, kind, text);
    if (path.is({"spec", "type"})) return take(object.type, kind, text);
    if (path.is({"spec", "ips", kEach})) return add(object.ips, kind, text);
    const bool in_port = path.depth() == 4 && path[0] == "spec" && path[1] == "ports";
    if (in_port && !object.ports.empty()) return port(object.ports.back(), path[3], kind, text);
    return true;
  }

  void finish() {}
};

class PodDecoder final : public Decoder {
 public:
  PodObject object;

  bool value(const JsonPath& path, JsonKind kind, std::string_view text) override {
    if (path.is({"status", "podIPs", kEach, "ip"})) return add(object.pod_ips, kind, text);
    if (path.depth() < 2) return of_kind("Pod", path, kind, text);
    if (path[0] != "metadata") return true;
    if (path.depth() == 3 && path[1] == "labels") {
      return take(object.labels.emplace_back(path[2], std::string()).second, kind, text);
    }
    return metadata(object.metadata, path, kind, text);
  }

  void finish() {}
};

class NamespaceDecoder final : public Decoder {
 public:
  NamespaceObject object;

  bool value(const JsonPath& path, JsonKind kind, std::string_view text) override {
    if (path.depth() < 2) return of_kind("Namespace", path, kind, text);
    if (path.depth() != 2 || path[0] != "metadata") return true;
    return metadata(object.metadata, path, kind, text);
  }

  void finish() {}
};

class StatusDecoder final : public Decoder {
 public:
  StatusObject object;

  bool value(const JsonPath& path, JsonKind kind, std::string_view text) override {
    if (path.is({"code"})) return take(code_, kind, text);
    if (path.is({"reason"})) return take(object.reason, kind, text);
    if (path.is({"message"})) return take(object.message, kind, text);
    if (path.is({"metadata", "continue"})) return take(object.continue_token, kind, text);
    if (path.is({"details", "causes", kEach, "reason"})) return add(object.causes, kind, text);
    if (path.is({"details", "retryAfterSeconds"})) {
      return take(object.retry_after_seconds, kind, text);
    }
    return true;
  }

  void finish() { object.code = code_.value_or(0); }

 private:
  std::optional<int> code_;
};

class BookmarkDecoder final : public Decoder {
 public:
  BookmarkObject object;

  bool value(const JsonPath& path, JsonKind kind, std::string_view text) override {
    if (path.is({"metadata", "resourceVersion"})) return take(object.resource_version, kind, text);
    if (path.is({"metadata", "name"})) return take(object.name, kind, text);
    if (path.is({"metadata", "namespace"})) return take(object.name_space, kind, text);
    if (path.is({"metadata", "annotations", "k8s.io/initial-events-end"})) {
      object.initial_events_end = text == "true";
    }
    return true;
  }

  void finish() {}
};

class ListMetadataDecoder final : public Decoder {
 public:
  ListMetadata object;

  bool value(const JsonPath& path, JsonKind kind, std::string_view text) override {
    if (path.is({"resourceVersion"})) return take(object.resource_version, kind, text);
    if (path.is({"continue"})) return take(object.continue_token, kind, text);
    return true;
  }

  void finish() {}
};

template <class SomeDecoder>
auto decode_with(std::string_view json) -> Result<decltype(SomeDecoder::object)> {
  SomeDecoder decoder;
  const auto read = read_json(json, decoder);
  if (!decoder.problem().empty()) return Error{decoder.problem()};
  if (!read) return read.error();
  decoder.finish();
  return std::move(decoder.object);
}

template <class SomeDecoder>
auto decode_named(std::string_view json) -> Result<decltype(SomeDecoder::object)> {
  auto result = decode_with<SomeDecoder>(json);
  if (result && result->metadata.name.empty()) return Error{"an object without a name"};
  return result;
}

}  // namespace

template <>
Result<ServiceObject> decode<ServiceObject>(std::string_view json) {
  return decode_named<ServiceDecoder>(json);
}

template <>
Result<SliceObject> decode<SliceObject>(std::string_view json) {
  return decode_named<SliceDecoder>(json);
}

template <>
Result<ImportObject> decode<ImportObject>(std::string_view json) {
  return decode_named<ImportDecoder>(json);
}

template <>
Result<PodObject> decode<PodObject>(std::string_view json) {
  return decode_named<PodDecoder>(json);
}

template <>
Result<NamespaceObject> decode<NamespaceObject>(std::string_view json) {
  return decode_named<NamespaceDecoder>(json);
}

template <>
Result<StatusObject> decode<StatusObject>(std::string_view json) {
  return decode_with<StatusDecoder>(json);
}

template <>
Result<BookmarkObject> decode<BookmarkObject>(std::string_view json) {
  return decode_with<BookmarkDecoder>(json);
}

template <>
Result<ListMetadata> decode<ListMetadata>(std::string_view json) {
  return decode_with<ListMetadataDecoder>(json);
}

}  // namespace catena::kubernetes::api
