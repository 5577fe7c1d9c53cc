// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/http/failure.hpp"

#include "plugins/kubernetes/api/loop.hpp"
#include "test/kubernetes/server.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace catena::following {

class MemoryConnection;
class MemoryLoop;

/// How what the API server says comes to its end.
enum class Ending : std::uint8_t {
  whole,
  cut,      ///< The connection breaks in the middle of it.
  stalled,  ///< Nothing more comes in the middle of it.
};

/// What lies between clients of the API server and the server: in memory, in one thread, by a clock
/// that is turned by hand. Answers come in pieces, and each takes a turn at least. What HTTP makes
/// of bytes is left out; all above it is the client's own.
class ApiNetwork {
 public:
  /// `clock` outlives it, and so do all loops.
  ApiNetwork(const Clock& clock, Encoding encoding);
  ~ApiNetwork();
  ApiNetwork(const ApiNetwork&) = delete;
  ApiNetwork& operator=(const ApiNetwork&) = delete;

  // How it is from now on.
  bool reachable = true;  ///< Else connections are refused.
  bool silent =
      false;  ///< Requests get no answer, ever, and watches tell nothing until it is over.
  bool garbage = false;           ///< Bodies are neither JSON nor protobuf.
  Ending ending = Ending::whole;  ///< Of each body and each event.
  Duration delay{};               ///< Before each answer and each event.
  std::size_t piece = 1000;       ///< Bytes of a body that come at once.

  /// Asked when the API server makes an answer with the whole state of a resource, and what it said
  /// is told when a client has read all of that: which client, and the path of the resource.
  std::function<std::uint64_t()> asked_for_state = [] { return 0; };
  using Told =
      std::function<void(const kubernetes::api::ApiLoop&, std::string_view path, std::uint64_t)>;
  Told state_told = [](const kubernetes::api::ApiLoop&, std::string_view, std::uint64_t) {};

  /// For back-offs: see api::ApiLoop.
  std::function<double()> fraction = [] { return 0.0; };

  Server& server() { return *servers_.back(); }
  /// Another cluster in the place of the one that is there. Open watches stay with the old one.
  void replace_server();

  /// For a new client.
  std::unique_ptr<kubernetes::api::ApiLoop> make_loop();

  void end_watches();
  void break_connections(http::FailureKind kind = http::FailureKind::broken);
  /// To all watches.
  void bookmark();

  /// All that can happen now does. Returns the number of steps.
  std::size_t turn();
  /// When something is to happen next.
  TimePoint next() const;

  /// Clients that have not ended.
  std::size_t clients() const { return loops_.size(); }
  /// Bytes of all bodies so far.
  std::uint64_t bytes() const { return bytes_; }

 private:
  friend class MemoryConnection;
  friend class MemoryLoop;

  const Clock& clock_;
  Encoding encoding_;
  std::vector<std::unique_ptr<Server>> servers_;  // The last one is there.
  std::vector<MemoryLoop*> loops_;
  std::uint64_t bytes_ = 0;
};

}  // namespace catena::following
