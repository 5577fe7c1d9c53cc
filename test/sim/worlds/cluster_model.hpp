// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/numbers.hpp"

#include "test/sim/worlds/guess.hpp"

#include <cstdint>
#include <set>
#include <span>
#include <string>

namespace catena::sim {

/// What a Corefile says of a cluster.
struct ClusterOptions {
  enum class Pods : std::uint8_t { disabled, insecure, verified };
  Pods pods = Pods::disabled;
  bool endpoint_pod_names = false;
  bool ignore_empty_service = false;
  bool fallthrough = false;
};

struct Asking {
  std::string name;  ///< In lower case, with a dot at the end.
  dns::Type type = dns::Type::A;
};

/// What a plugin behind the cluster's says of all other names: "nx..." does not exist, "fail..." is
/// SERVFAIL, and all else has one address.
constexpr const char* kElsewhere = "198.51.100.7";

/// The right answer in one state of a cluster, told in a few lines: what the DNS specification of
/// Kubernetes and the plugin's README say, and nothing of how the plugin does it.
class ClusterModel {
 public:
  ClusterModel(const ClusterOptions& options, Guess& state) : options_(options), state_(state) {}

  /// "NXDOMAIN" or "NOERROR", then the records without TTL in alphabetical order, one a line.
  std::string answer(const Asking& asking);

 private:
  using Json = kubesim::Json;
  using Labels = std::span<const std::string>;
  enum class End : std::uint8_t {
    found,
    missing,  ///< Here, so that others may have it.
    denied,
    unknown,  ///< Not all of the cluster is known yet.
    failed,
  };
  struct Endpoint {
    std::string address;
    std::string label;
    const Json* slice;
  };

  End at(const std::string& owner, dns::Type type);
  End elsewhere(const std::string& owner, dns::Type type);
  End service(const std::string& owner, dns::Type type, Labels labels);
  End cluster_ip(const std::string& owner, dns::Type type, const Json& service);
  End port(const std::string& owner, dns::Type type, Labels labels, const Json& service);
  End endpoint(const std::string& owner, dns::Type type, Labels labels);
  End headless(const std::string& owner, dns::Type type, Labels labels);
  End alias(const std::string& owner, dns::Type type, const std::string& target);
  End pod(const std::string& owner, dns::Type type, Labels labels);
  End reverse(const std::string& owner, dns::Type type);
  std::string owner_of_cluster_ip(const std::string& address);
  bool exposed(std::string_view space);
  std::vector<Endpoint> endpoints(const std::string& service, const std::string& space);
  std::vector<Endpoint> endpoints_in(const Json& slice) const;
  void add(const std::string& owner, std::string_view type, std::string_view data);

  const ClusterOptions& options_;
  Guess& state_;
  std::set<std::string> records_;
  std::set<std::string> aliases_;
};

}  // namespace catena::sim
