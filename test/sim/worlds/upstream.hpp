// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_network.hpp"

#include "test/sim/client_end.hpp"
#include "test/sim/tls_peer.hpp"
#include "test/sim/world.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace catena::sim {

/// What an upstream is like at the moment.
enum class Mood : std::uint8_t {
  kind,  ///< Answers at once.
  slow,  ///< Within three seconds; TLS comes in small pieces.
  silent,
  lying,      ///< Answers another question, with an address that nobody has; may be right then.
  forging,    ///< Wrong ids, not even replies, noise; may be right then. Over TLS an impostor too.
  failing,    ///< SERVFAIL, REFUSED, or nothing but a header.
  cutting,    ///< TC, or bytes that end too early; handshakes that are cut anywhere, or stall.
  repeating,  ///< Each answer twice.
  refusing,   ///< ICMP, resets.
};
constexpr std::size_t kMoods = 9;

/// The address of an upstream's liars, which no client may ever see.
constexpr std::uint8_t kLie = 66;

/// How a connection to an upstream is protected.
enum class Wrapping : std::uint8_t { none, tls };

/// A DNS server that knows each name's address, `10.` and three bytes of its number, and tells it
/// as its mood is. It owns the other ends of all connections to it.
class SimUpstream {
 public:
  SimUpstream(net::MemoryNetwork& network,
              boost::asio::any_io_executor executor,
              Dice& dice,
              const boost::asio::ip::udp::endpoint& address)
      : network_(network), executor_(std::move(executor)), dice_(dice), address_(address) {}

  Mood mood = Mood::kind;

  const boost::asio::ip::udp::endpoint& address() const { return address_; }
  std::size_t asked() const { return asked_; }
  /// Connections that a session of an earlier one went on in.
  std::size_t resumed() const { return resumed_; }
  /// That are open.
  std::size_t connections() const { return connections_.size(); }

  /// A question has come from a socket of datagrams.
  void receive(const boost::asio::ip::udp::endpoint& local,
               const std::vector<std::uint8_t>& question,
               TimePoint now);
  /// Somebody connects; null for a refusal.
  std::unique_ptr<net::ByteStream> accept(Wrapping wrapping, TimePoint now);

  /// Says what is due, on streams too.
  void act(TimePoint now);
  /// When it has something to say next.
  TimePoint next() const;

 private:
  using Bytes = std::vector<std::uint8_t>;
  struct Late {
    TimePoint time;
    boost::asio::ip::udp::endpoint local;
    Bytes bytes;
  };
  struct Connection {
    std::unique_ptr<ClientEnd> peer;
    TlsPeer* tls = nullptr;  // The same, where it is one.
    Bytes incoming = {};
    std::deque<std::pair<TimePoint, Bytes>> outgoing = {};
    bool impostor = false;
    bool trickles = false;                    // Goes on in small pieces.
    TimePoint goes_on = TimePoint::max();     // When it takes, or says, anything more.
    TimePoint breaks_off = TimePoint::max();  // Where it holds something back for ever.
    bool gone = false;
  };

  std::vector<Bytes> replies(const Bytes& question);
  std::vector<Bytes> perhaps_right(Bytes wrong, const Bytes& right);
  Duration delay();
  Connection secured(std::unique_ptr<net::MemoryPeer> wire, TimePoint now);
  void go_on(Connection& connection, TimePoint now);
  void end(Connection& connection);
  void serve(Connection& connection, TimePoint now);
  void say(Connection& connection, TimePoint now);

  net::MemoryNetwork& network_;
  boost::asio::any_io_executor executor_;
  Dice& dice_;
  boost::asio::ip::udp::endpoint address_;
  std::size_t asked_ = 0;
  std::size_t resumed_ = 0;
  std::vector<Late> late_;
  std::vector<Connection> connections_;
};

}  // namespace catena::sim
