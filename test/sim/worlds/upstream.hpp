// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_network.hpp"

#include "test/sim/world.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace catena::sim {

/// What an upstream is like at the moment.
enum class Mood : std::uint8_t {
  kind,       ///< Answers at once.
  slow,       ///< Within three seconds.
  silent,
  lying,      ///< Answers another question, with an address that nobody has; may be right then.
  forging,    ///< Wrong ids, not even replies, noise; may be right then.
  failing,    ///< SERVFAIL, REFUSED, or nothing but a header.
  cutting,    ///< TC, or bytes that end too early.
  repeating,  ///< Each answer twice.
  refusing,   ///< ICMP, resets.
};
constexpr std::size_t kMoods = 9;

/// The address of an upstream's liars, which no client may ever see.
constexpr std::uint8_t kLie = 66;

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

  /// A question has come from a socket of datagrams.
  void receive(const boost::asio::ip::udp::endpoint& local,
               const std::vector<std::uint8_t>& question,
               TimePoint now);
  /// Somebody connects; null for a refusal.
  std::unique_ptr<net::ByteStream> accept();

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
    std::unique_ptr<net::MemoryPeer> peer;
    Bytes incoming;
    std::deque<std::pair<TimePoint, Bytes>> outgoing;
    bool gone = false;
  };

  std::vector<Bytes> replies(const Bytes& question);
  std::vector<Bytes> perhaps_right(Bytes wrong, const Bytes& right);
  Duration delay();
  void serve(Connection& connection, TimePoint now);
  void say(Connection& connection, TimePoint now);

  net::MemoryNetwork& network_;
  boost::asio::any_io_executor executor_;
  Dice& dice_;
  boost::asio::ip::udp::endpoint address_;
  std::size_t asked_ = 0;
  std::vector<Late> late_;
  std::vector<Connection> connections_;
};

}  // namespace catena::sim
