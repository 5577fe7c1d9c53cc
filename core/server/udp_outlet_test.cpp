// SPDX-License-Identifier: Apache-2.0
#include "core/server/udp_outlet.hpp"

#include "core/net/memory_datagrams.hpp"
#include "core/server/udp_output.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <cerrno>

namespace catena::server {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// A socket in memory with its way out. `room` datagrams fit into its buffer.
struct Fixture : net::Events {
  boost::asio::io_context io;
  ManualClock clock;
  net::Deadlines deadlines;
  metrics::Registry metrics{2};
  Meters meters{metrics};
  int room = 1000;
  int full = EAGAIN;
  std::string sent;
  net::MemoryDatagrams socket{io.get_executor(), [this](const net::MemoryDatagram& datagram) {
                                if (datagram.bytes[0] == 0xff) return EPERM;
                                if (room == 0) return full;
                                --room;
                                sent += std::to_string(datagram.bytes[0]) + " ";
                                return 0;
                              }};
  std::shared_ptr<UdpOutlet> outlet =
      std::make_shared<UdpOutlet>(socket, clock, deadlines, meters, Lane{1});
  UdpOutput output;

  Fixture() { socket.attach(*this); }
  virtual ~Fixture() = default;
  void readable() override {}
  void writable() override { outlet->writable(); }

  void send(std::initializer_list<int> datagrams, std::size_t size = 100) {
    for (const int first : datagrams) {
      UdpPeer peer;
      peer.client = net::socket_address("198.51.100.7", 4000);
      output.room(outlet)[0] = static_cast<std::uint8_t>(first);
      output.add(size, peer);
    }
    output.flush();
  }
  std::string turn(int room_again) {
    room = room_again;
    socket.now_writable();
    io.restart();
    io.poll();
    return std::exchange(sent, {});
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "What a full buffer did not take leaves when there is room, in order") {
  room = 2;
  send({1, 2, 3, 4});
  send({5});
  CHECK(std::exchange(sent, {}) == "1 2 ");
  CHECK(outlet->kept() > 0);
  CHECK(turn(1) == "3 ");
  CHECK(turn(1000) == "4 5 ");
  CHECK(outlet->kept() == 0);
  send({6});
  CHECK(sent == "6 ");
  CHECK(meters.udp_unsent.value() == 0);
}

TEST_CASE_METHOD(Fixture, "What is kept is bounded in bytes; the rest is dropped and counted") {
  room = 0;
  constexpr std::size_t kSize = 1200;
  for (int i = 0; i < 500; ++i) send({i % 100}, kSize);
  CHECK(outlet->kept() <= UdpOutlet::kMostKept);
  CHECK(outlet->kept() > UdpOutlet::kMostKept - 2 * kSize);
  const std::uint64_t dropped = meters.udp_unsent.value();
  const std::string left = turn(1000);
  const auto count = static_cast<std::uint64_t>(std::count(left.begin(), left.end(), ' '));
  CHECK(count + dropped == 500);
  CHECK(count > 100);
}

TEST_CASE_METHOD(Fixture, "A full device is asked again a little later, not at once") {
  room = 0;
  full = ENOBUFS;
  send({1, 2});
  CHECK(io.poll() == 0);
  room = 1000;
  CHECK(deadlines.run_due(clock.now()) == 0);
  clock.advance(std::chrono::milliseconds(2));
  CHECK(deadlines.run_due(clock.now()) == 1);
  CHECK(sent == "1 2 ");
}

TEST_CASE_METHOD(Fixture, "A datagram that cannot be sent keeps none of the others back") {
  send({1, 0xff, 2});
  CHECK(sent == "1 2 ");
  CHECK(meters.udp_unsent.value() == 1);
  sent.clear();
  room = 0;
  send({3, 0xff, 4});
  CHECK(turn(1000) == "3 4 ");
  CHECK(meters.udp_unsent.value() == 2);
}

TEST_CASE_METHOD(Fixture, "What waits when its socket goes is dropped, as what comes later") {
  room = 0;
  send({1, 2});
  outlet->close();
  CHECK(outlet->kept() == 0);
  CHECK(meters.udp_unsent.value() == 2);
  send({3});
  CHECK(turn(1000).empty());
  CHECK(meters.udp_unsent.value() == 3);
}

}  // namespace catena::server
