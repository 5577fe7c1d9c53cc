// SPDX-License-Identifier: Apache-2.0
// A simulated cluster, and a store that follows it by the plugin's own client. The test is the
// network between them and the clock.
#pragma once

#include "plugins/kubernetes/api/client.hpp"
#include "plugins/kubernetes/store/testing.hpp"
#include "test/kubernetes/api_network.hpp"

#include <memory>
#include <string>

namespace catena::following {

class World {
 public:
  explicit World(Encoding encoding);

  /// Lets time pass and everything happen that happens in it.
  void run(Duration time);

  ApiNetwork& network() { return network_; }
  Server& server() { return network_.server(); }

  /// What the store has, in the form of Server::holds().
  std::string known();
  std::string log();

 private:
  kubernetes::testing::Cluster store_;
  ApiNetwork network_;
  std::unique_ptr<kubernetes::api::ApiClient> client_;
};

}  // namespace catena::following
