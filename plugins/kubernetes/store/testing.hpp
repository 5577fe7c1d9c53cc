// SPDX-License-Identifier: Apache-2.0
// For tests of this plugin only: a store that is filled by hand.
#pragma once

#include "core/base/clock.hpp"

#include "plugins/kubernetes/answer/shown.hpp"
#include "plugins/kubernetes/store/import_sinks.hpp"
#include "test/support/log_lines.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace catena::kubernetes::testing {

struct PortSpec {
  std::string name;
  std::string protocol;
  std::uint16_t number = 0;
};

struct ServiceSpec {
  std::string type = "ClusterIP";
  std::vector<std::string> ips;
  std::string external;
  std::vector<PortSpec> ports;
  std::vector<std::string> outside = {};  ///< External IPs and names of load balancers.
};

struct EndpointSpec {
  std::string address;
  std::string hostname;
  std::string target;
  std::string zone;
};

struct ImportSpec {
  std::string type = "ClusterSetIP";
  std::vector<std::string> ips;
  std::vector<PortSpec> ports;
};

struct SliceSpec {
  std::string service;
  std::vector<PortSpec> ports;
  std::vector<EndpointSpec> endpoints;
  std::string triggered;
  std::string cluster;  ///< Of imported slices.
  std::string address_type = "IPv4";
};

/// Objects are named "NAME.NAMESPACE" and get a new version each time.
class Cluster {
 public:
  enum class Identities { kept, dropped };

  explicit Cluster(Identities identities = Identities::dropped,
                   EndpointNames names = EndpointNames::by_address)
      : store_(epoch_),
        metrics_(2),
        context_{store_,   epoch_,        clock_, Log(lines_),
                 metrics_, shown_records, names,  identities == Identities::kept},
        services_(context_),
        slices_(context_),
        pods_(context_),
        namespaces_(context_),
        imports_(context_),
        import_slices_(context_) {}

  Store& store() { return store_; }
  const Store& store() const { return store_; }
  ManualClock& clock() { return clock_; }
  metrics::Registry& metrics() { return metrics_; }
  ServiceSink& services() { return services_; }
  SliceSink& slices() { return slices_; }
  PodSink& pods() { return pods_; }
  NamespaceSink& namespaces() { return namespaces_; }
  const WriterContext& context() const { return context_; }
  void keep_identities(Identities identities) {
    context_.identities = identities == Identities::kept;
  }

  /// What was logged above DEBUG.
  std::vector<std::string>& lines() { return lines_.lines; }

  /// Frees what no reader can have any more.
  void collect() { epoch_.collect(); }

  void name_space(const std::string& name) { namespaces_.upsert({{name, "", next()}}); }
  void remove_namespace(const std::string& name) { namespaces_.remove("", name); }

  void service(const std::string& name, const ServiceSpec& spec) {
    api::ServiceObject object;
    object.metadata = metadata(name);
    object.type = spec.type;
    object.cluster_ips = spec.ips;
    object.external_name = spec.external;
    object.ports = ports(spec.ports);
    object.external_ips = spec.outside;
    services_.upsert(std::move(object));
  }
  void remove_service(const std::string& name) {
    const api::Metadata m = metadata(name);
    services_.remove(m.name_space, m.name);
  }

  void slice(const std::string& name, const SliceSpec& spec) {
    slices_.upsert(slice_object(name, spec));
  }
  void remove_slice(const std::string& name) {
    const api::Metadata m = metadata(name);
    slices_.remove(m.name_space, m.name);
  }

  void import(const std::string& name, const ImportSpec& spec) {
    imports_.upsert({metadata(name), spec.type, spec.ips, ports(spec.ports)});
  }
  void remove_import(const std::string& name) {
    const api::Metadata m = metadata(name);
    imports_.remove(m.name_space, m.name);
  }

  /// A slice of another cluster.
  void import_slice(const std::string& name, const SliceSpec& spec) {
    api::SliceObject object = slice_object(name, spec);
    object.import_name = std::move(object.service_name);
    object.cluster_id = spec.cluster;
    import_slices_.upsert(std::move(object));
  }
  void remove_import_slice(const std::string& name) {
    const api::Metadata m = metadata(name);
    import_slices_.remove(m.name_space, m.name);
  }

  void pod(const std::string& name,
           const std::vector<std::string>& ips,
           std::vector<std::pair<std::string, std::string>> labels = {}) {
    pods_.upsert({metadata(name), ips, std::move(labels)});
  }
  void remove_pod(const std::string& name) {
    const api::Metadata m = metadata(name);
    pods_.remove(m.name_space, m.name);
  }

 private:
  std::string next() { return std::to_string(++version_); }
  api::Metadata metadata(const std::string& name) {
    const std::size_t dot = name.find('.');
    return {name.substr(0, dot), name.substr(dot + 1), next()};
  }
  api::SliceObject slice_object(const std::string& name, const SliceSpec& spec) {
    api::SliceObject object;
    object.metadata = metadata(name);
    object.service_name = spec.service;
    object.address_type = spec.address_type;
    object.ports = ports(spec.ports);
    object.last_change_trigger_time = spec.triggered;
    for (const EndpointSpec& e : spec.endpoints) {
      object.endpoints.push_back({{e.address}, e.hostname, "node-1", e.target, e.zone});
    }
    return object;
  }
  static std::vector<api::Port> ports(const std::vector<PortSpec>& specs) {
    std::vector<api::Port> ports;
    for (const PortSpec& spec : specs) ports.push_back({spec.name, spec.protocol, spec.number});
    return ports;
  }

  catena::test::LogLines lines_{LogLevel::info};
  ManualClock clock_;
  epoch::Domain epoch_;
  Store store_;
  catena::metrics::Registry metrics_;
  WriterContext context_;
  ServiceSink services_;
  SliceSink slices_;
  PodSink pods_;
  NamespaceSink namespaces_;
  ImportSink imports_;
  ImportSliceSink import_slices_;
  unsigned version_ = 0;
};

}  // namespace catena::kubernetes::testing
