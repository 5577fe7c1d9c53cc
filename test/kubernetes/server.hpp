// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/simulator.hpp"
#include "plugins/kubernetes/api/encoding.hpp"

#include <set>
#include <string>
#include <string_view>

namespace catena::following {

using kubernetes::api::Encoding;

/// The API server of one simulated cluster, without a network. Throws std::runtime_error for an
/// object that it does not take.
class Server {
 public:
  Server(Encoding encoding, kubesim::WallClock now);

  /// A Service with an endpoint, instead of the one of that name if there is one.
  void put(const std::string& service, const std::string& ip);
  /// Without endpoints.
  void put_service(const std::string& service, const std::string& ip);
  /// Nothing where there is none.
  void remove(const std::string& service);
  /// Takes a version number for something that nobody follows.
  void use_up_version();

  /// An object as JSON, instead of the one of that name if there is one: as it is, nothing is
  /// checked or filled in.
  void store(const char* resource, const kubesim::Json& object);
  /// Nothing where there is none.
  void remove(const char* resource, const std::string& space, const std::string& name);

  /// Takes all faults back.
  void no_faults();

  kubesim::Cluster& cluster() { return simulator_.cluster(); }
  kubesim::Api& api() { return api_; }
  std::uint64_t version() { return cluster().store.version(); }
  /// A line for each Service with its address, and its endpoints' where it has some.
  std::string holds();

 private:
  void store_text(const char* resource, const std::string& text);

  Encoding encoding_;
  kubesim::Simulator simulator_;
  kubesim::Api api_;
};

/// The form of holds().
std::string line_of(std::string_view name,
                    std::string_view ip,
                    const std::set<std::string>& endpoints);

}  // namespace catena::following
