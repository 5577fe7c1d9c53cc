// SPDX-License-Identifier: Apache-2.0
// A simulated cluster, and a store that follows it by the plugin's own state machine. The test is the
// network between them and the clock.
#pragma once

#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/simulator.hpp"
#include "plugins/kubernetes/api/reflector.hpp"
#include "plugins/kubernetes/store/testing.hpp"

#include <memory>
#include <string>

namespace catena::following {

using kubernetes::api::Encoding;

/// The API server of one cluster.
class Server {
 public:
  explicit Server(Encoding encoding);

  /// A Service with an endpoint, instead of the one of that name if there is one.
  void put(const std::string& service, const std::string& ip);
  /// Without endpoints.
  void put_service(const std::string& service, const std::string& ip);
  /// Nothing where there is none.
  void remove(const std::string& service);
  /// Takes a version number for something that nobody follows.
  void use_up_version();

  /// Takes all faults back.
  void no_faults();

  kubesim::Cluster& cluster() { return simulator_.cluster(); }
  kubesim::Api& api() { return api_; }
  std::uint64_t version() { return cluster().store.version(); }
  /// A line for each Service with its address, and its endpoints' where it has some.
  std::string holds();

 private:
  void store(const char* resource, const std::string& text);

  Encoding encoding_;
  kubesim::Simulator simulator_;
  kubesim::Api api_;
};

class World;

/// One resource that is followed over one connection.
class Follower {
 public:
  Follower(World& world,
           kubernetes::api::Resource resource,
           std::unique_ptr<kubernetes::api::EncodedSink> sink);

  /// Does what there is to do now; false when it waits, for events or for a time.
  bool turn();
  /// What it waits for; the far future where that is no time.
  TimePoint waits_until() const { return open_ ? TimePoint::max() : resumes_; }

  void end_watch();
  void break_connection(http::FailureKind kind);
  void bookmark();

  std::uint64_t bytes() const { return bytes_; }

 private:
  bool pump();
  void send(const kubernetes::api::NextStep& step);
  void take(const kubesim::Response& response);
  void head(int status, const std::string& type);
  bool feed(std::string_view body);
  void close();

  World& world_;
  std::unique_ptr<kubernetes::api::EncodedSink> sink_;
  kubernetes::api::Reflector reflector_;
  std::shared_ptr<kubesim::Watch> open_;
  Server* opened_at_ = nullptr;
  bool connected_ = false;
  TimePoint resumes_{};
  std::uint64_t bytes_ = 0;
};

class World {
 public:
  explicit World(Encoding encoding);

  /// Lets time pass and everything happen that happens in it.
  void run(Duration time);

  /// Another cluster in the place of the one that is there.
  void replace_server();
  Server& server() { return *server_; }

  void end_watches();
  void break_connections(http::FailureKind kind = http::FailureKind::broken);
  void bookmark();

  /// What the store has, in the form of Server::holds().
  std::string known();
  /// Bytes of all bodies so far.
  std::uint64_t bytes() const;
  const ManualClock& clock() { return store_.clock(); }
  std::string log();

  bool reachable = true;
  bool garbage = false;

 private:
  friend class Follower;

  Encoding encoding_;
  std::vector<std::unique_ptr<Server>> servers_;  // The last one is there.
  Server* server_;
  kubernetes::testing::Cluster store_;
  Follower services_;
  Follower slices_;
};

}  // namespace catena::following
