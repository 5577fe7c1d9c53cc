// SPDX-License-Identifier: Apache-2.0
// For tests of this plugin only: clusters that a seed makes up, with few names, addresses and
// ports, so that they meet.
#pragma once

#include "plugins/kubernetes/store/testing.hpp"

#include <random>
#include <string>
#include <vector>

namespace catena::kubernetes::testing {

/// Changes a cluster, one object at a time.
class RandomChanges {
 public:
  RandomChanges(Cluster& cluster, unsigned seed) : cluster_(cluster), random_(seed) {}

  inline static const std::vector<std::string> kNamespaces{"default", "shop"};
  inline static const std::vector<std::string> kServices{"a", "b", "c"};
  inline static const std::vector<std::string> kAddresses{
      "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "fd00::1", "fd00::2", "::ffff:10.0.0.2"};
  inline static const std::vector<std::string> kHosts{"", "", "", "h1", "h2", "10-0-0-1"};
  inline static const std::vector<std::string> kPods{"", "p1", "p.2", "p.2.3", "http.tcp"};
  inline static const std::vector<std::string> kClusters{"", "east", "west"};

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool often() { return below(3) != 0; }

  /// One change; some change nothing that is served.
  void change() {
    switch (below(10)) {
      case 0:
        return below(4) == 0 ? cluster_.remove_namespace(one_of(kNamespaces))
                             : cluster_.name_space(one_of(kNamespaces));
      case 1:
      case 2:
        return service(object(kServices));
      case 3:
        return cluster_.remove_service(object(kServices));
      case 4:
      case 5:
        return slice(object(kSlices));
      case 6:
        return cluster_.remove_slice(object(kSlices));
      case 7:
        return often() ? import(object(kServices)) : cluster_.remove_import(object(kServices));
      case 8:
        return often() ? import_slice(object(kSlices))
                       : cluster_.remove_import_slice(object(kSlices));
      default:
        return often() ? cluster_.pod(object(kSlices), {one_of(kAddresses)})
                       : cluster_.remove_pod(object(kSlices));
    }
  }

 private:
  inline static const std::vector<std::string> kSlices{"s1", "s2", "s3", "s4"};

  const std::string& one_of(const std::vector<std::string>& texts) {
    return texts[below(static_cast<unsigned>(texts.size()))];
  }
  std::string object(const std::vector<std::string>& names) {
    return one_of(names) + "." + one_of(kNamespaces);
  }

  std::vector<PortSpec> ports() {
    static const std::vector<PortSpec> kPorts{{"http", "TCP", 80},
                                              {"HTTP", "TCP", 81},
                                              {"", "TCP", 9},
                                              {"dns", "UDP", 53},
                                              {"dns", "TCP", 53}};
    std::vector<PortSpec> some;
    for (const PortSpec& port : kPorts) {
      if (below(3) == 0) some.push_back(port);
    }
    return some;
  }

  void service(const std::string& name) {
    ServiceSpec spec{.ports = ports()};
    switch (below(4)) {
      case 0:
        spec.ips = {"None"};
        break;
      case 1:
        spec.type = "ExternalName";
        spec.external = often() ? "x.example" : "a.default.svc.cluster.local";
        break;
      default:
        if (often()) spec.ips.push_back("10.96.0." + std::to_string(1 + below(3)));
        if (below(2) == 0) spec.ips.push_back("fd96::1");
    }
    if (below(3) == 0) spec.outside = {"192.0.2." + std::to_string(1 + below(2))};
    if (!spec.outside.empty() && below(2) == 0) spec.outside.push_back("lb.example");
    cluster_.service(name, spec);
  }

  SliceSpec endpoints() {
    SliceSpec spec{.service = one_of(kServices), .ports = ports()};
    const bool names = below(5) == 0;
    if (names) spec.address_type = "FQDN";
    for (unsigned i = below(4); i != 0; --i) {
      const std::string host = below(2) == 0 ? "y.example" : "z.example";
      spec.endpoints.push_back({.address = names ? host : one_of(kAddresses),
                                .hostname = one_of(kHosts),
                                .target = one_of(kPods),
                                .zone = below(2) == 0 ? "eu" : "us"});
    }
    return spec;
  }
  void slice(const std::string& name) { cluster_.slice(name, endpoints()); }

  void import(const std::string& name) {
    ImportSpec spec{.ports = ports()};
    if (below(2) == 0) spec.type = "Headless";
    if (spec.type != "Headless") spec.ips = {"10.97.0." + std::to_string(1 + below(3))};
    cluster_.import(name, spec);
  }
  void import_slice(const std::string& name) {
    SliceSpec spec = endpoints();
    spec.cluster = one_of(kClusters);
    cluster_.import_slice(name, spec);
  }

  Cluster& cluster_;
  std::mt19937 random_;
};

}  // namespace catena::kubernetes::testing
