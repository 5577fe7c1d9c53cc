// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include "plugins/kubernetes/store/address.hpp"
#include "plugins/kubernetes/store/hash_index.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace catena::kubernetes {

/// What a name below a forward zone can be.
enum class NameKind : std::uint8_t {
  apex,         ///< The zone itself.
  version,      ///< dns-version.Z
  dns_node,     ///< dns.Z, above ns.dns.Z.
  name_server,  ///< ns.dns.Z
  kind_node,    ///< svc.Z, pod.Z
  service_namespace,
  pod_namespace,
  service,
  endpoint,   ///< E.S.NS.svc.Z, in multicluster zones E.C.S.NS.svc.Z
  port,       ///< P.T.S.NS.svc.Z; where there is no such port it may be an endpoint's, see prefix.
  dotted,     ///< The same with more labels in front: an endpoint whose name has dots.
  zonal_pin,  ///< T….pin._zone.S.NS.svc.Z
  zonal_prefer,
  pod,  ///< IP.NS.pod.Z
  malformed,
};

/// What a zone's names can be besides those of every zone.
enum class Grammar : std::uint8_t {
  plain,
  zonal,         ///< Endpoints of a topology zone.
  multicluster,  ///< Endpoints by cluster; services are imports.
};

/// Says that names are those of k8s_external's zones.
struct ExternalNames {};

/// A name taken apart. All views point into `folded`, so the object must not move.
class ParsedName {
 public:
  /// `name` is in `zone`.
  ParsedName(dns::NameView name, dns::NameView zone, Grammar grammar);
  /// `name` is in `zone`, one of k8s_external's: apex, service_namespace, service, endpoint, port
  /// or malformed, as in other zones but without `svc`.
  ParsedName(dns::NameView name, dns::NameView zone, ExternalNames);
  ParsedName(const ParsedName&) = delete;
  ParsedName& operator=(const ParsedName&) = delete;

  NameKind kind = NameKind::malformed;
  Grammar grammar = Grammar::plain;
  std::string_view branch;    ///< "svc" or "pod"; "" elsewhere.
  std::string_view endpoint;  ///< Of an endpoint; of a pod what is ignored in front of it.
  std::string_view cluster;   ///< Of an endpoint in a multicluster zone: the id of its cluster.
  std::string_view port;      ///< Of a port, without a leading underscore; "": any.
  std::string_view protocol;  ///< The same.
  std::string_view prefix;    ///< All labels in front of a service, joined with dots.
  std::string_view address;   ///< Of a pod: its IP label.
  Key service_key;            ///< Service and namespace label in wire form.
  Key namespace_key;
  std::string_view topology_zone;  ///< Labels left of pin or prefer, joined with dots.

 private:
  std::size_t fold(dns::NameView name, dns::NameView zone);
  void parse(std::size_t labels);
  void parse_service(std::size_t labels);
  NameKind parse_extra(std::size_t extra);
  bool parse_zonal(std::size_t extra);
  std::string_view join(std::size_t labels);
  void parse_pod(std::size_t labels);
  std::string_view label(std::size_t from_left) const;
  Key wire(std::size_t from_left, std::size_t labels) const;

  std::array<std::uint8_t, dns::NameView::kMaxSize> folded_;
  dns::NameView name_;
};

}  // namespace catena::kubernetes
