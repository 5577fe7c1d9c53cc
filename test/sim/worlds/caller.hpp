// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/server/meters.hpp"

#include "test/sim/memory_host.hpp"
#include "test/sim/world.hpp"
#include "test/sim/worlds/life_plugin.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace catena::sim {

/// Everybody who asks the server of the world `lives`. Each answer is checked when it comes, and in
/// the end whether all have come.
class Callers {
 public:
  using Endpoint = MemoryHost::Endpoint;

  Callers(MemoryHost& host, Dice& dice, Trace& trace) : host_(host), dice_(dice), trace_(trace) {}

  void send_datagrams(const Endpoint& server);
  void connect(const Endpoint& server);
  /// Over some connection, in pieces.
  void ask();
  /// Some connection ends, by half or wholly.
  void part();

  /// What is asked from now on is answered by this configuration, or a later one.
  void present(std::size_t configuration) { present_ = configuration; }

  void take_answers();

  /// Whoever waited has his answer, but those who wait for ever.
  void check_calm() const;
  /// Whether somebody may wait for ever.
  bool anybody_waits() const;
  /// Everybody has his answer whom the server has heard, or some counter says why not.
  void check_end(const server::Meters& meters) const;

 private:
  using Bytes = std::vector<std::uint8_t>;

  struct Asked {
    Fate fate;
    std::size_t number;
    std::size_t present;  ///< The configuration when it was asked.
    Bytes message;
    bool heard = true;  ///< By the server.
    std::size_t answers = 0;
  };

  struct Connection {
    std::unique_ptr<net::MemoryPeer> peer;
    Bytes outgoing;        ///< What is not sent yet.
    std::size_t sent = 0;  ///< Bytes in all.
    Bytes incoming;
    /// Where in the stream a message ends, and its number.
    std::vector<std::pair<std::size_t, std::size_t>> places;
    bool finished = false;  ///< It sends no more.
    bool was_reset = false;
  };

  Asked& new_question();
  Connection* some_connection();
  void take_from(Connection& connection);
  void take(std::span<const std::uint8_t> answer);
  void check(const Asked& asked, std::span<const std::uint8_t> answer) const;
  bool has_lost(const Connection& connection) const;

  MemoryHost& host_;
  Dice& dice_;
  Trace& trace_;
  std::size_t present_ = 0;
  std::deque<Asked> asked_;  // By number, and by id.
  std::vector<std::size_t> in_datagrams_;
  std::vector<Connection> connections_;
};

}  // namespace catena::sim
