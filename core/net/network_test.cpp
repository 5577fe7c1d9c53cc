// SPDX-License-Identifier: Apache-2.0
#include "core/net/kernel_network.hpp"
#include "core/net/memory_network.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <cerrno>
#include <string>

namespace catena::net {
namespace {

namespace asio = boost::asio;
using Endpoint = asio::ip::udp::endpoint;
using Failed = Dialled<Datagrams>::Failed;

struct Told final : Events {
  void readable() override { ++reads; }
  void writable() override { ++writes; }
  unsigned reads = 0;
  unsigned writes = 0;
};

bool run_until(asio::io_context& io, const std::function<bool()>& done) {
  for (int turn = 0; turn < 20000 && !done(); ++turn) {
    io.restart();
    io.run_for(std::chrono::milliseconds(1));
  }
  return done();
}

std::string received(Datagrams& socket) {
  std::array<char, 64> bytes;
  iovec part{bytes.data(), bytes.size()};
  std::array<mmsghdr, 1> batch{};
  batch[0].msg_hdr.msg_iov = &part;
  batch[0].msg_hdr.msg_iovlen = 1;
  return socket.receive(batch) == 0 ? "" : std::string(bytes.data(), batch[0].msg_len);
}

int send(Datagrams& socket, std::string text) {
  iovec part{text.data(), text.size()};
  std::array<mmsghdr, 1> batch{};
  batch[0].msg_hdr.msg_iov = &part;
  batch[0].msg_hdr.msg_iovlen = 1;
  return socket.send(batch);
}

const asio::ip::address kLoopback = asio::ip::address_v4::loopback();

TEST_CASE("datagrams of the kernel go to one peer and come from it", "[net]") {
  asio::io_context io;
  KernelNetwork network(io.get_executor());
  asio::ip::udp::socket peer(io, {kLoopback, 0});
  asio::ip::udp::socket stranger(io, {kLoopback, 0});
  auto dialled = network.dial_datagrams(peer.local_endpoint(), {kLoopback, 0});
  REQUIRE(dialled.socket);
  CHECK(dialled.local.port() != 0);
  Told told;
  dialled.socket->attach(told);
  dialled.socket->wait_readable();
  CHECK(send(*dialled.socket, "ask") == 1);
  stranger.send_to(asio::buffer("no", 2), dialled.local);
  peer.send_to(asio::buffer("yes", 3), dialled.local);
  REQUIRE(run_until(io, [&told] { return told.reads == 1; }));
  CHECK(received(*dialled.socket) == "yes");
  CHECK(received(*dialled.socket).empty());
}

TEST_CASE("an ICMP error tells which datagram it is about", "[net]") {
  asio::io_context io;
  KernelNetwork network(io.get_executor());
  asio::ip::udp::socket gone(io, {kLoopback, 0});
  auto dialled = network.dial_datagrams(gone.local_endpoint(), {kLoopback, 0});
  gone.close();
  Told told;
  dialled.socket->attach(told);
  dialled.socket->wait_readable();
  CHECK(send(*dialled.socket, "anybody there") == 1);
  REQUIRE(run_until(io, [&told] { return told.reads == 1; }));
  std::array<std::uint8_t, 3> start;
  const Datagrams::Bounce bounce = dialled.socket->bounced(start);
  CHECK(bounce.error == ECONNREFUSED);
  CHECK(std::string(start.begin(), start.begin() + bounce.size) == "any");
  CHECK(dialled.socket->bounced(start).error == 0);
}

TEST_CASE("why nothing was dialled", "[net]") {
  asio::io_context io;
  KernelNetwork network(io.get_executor());
  asio::ip::udp::socket taken(io, {kLoopback, 0});
  const Endpoint remote(kLoopback, 53);
  const auto busy = network.dial_datagrams(remote, taken.local_endpoint());
  CHECK_FALSE(busy.socket);
  CHECK(busy.failed == Failed::at_binding);
  CHECK(busy.error == EADDRINUSE);
  const Endpoint elsewhere(asio::ip::make_address("192.0.2.99"), 0);
  CHECK(network.dial_stream(remote, elsewhere).error == EADDRNOTAVAIL);
}

// An upstream of this host was away, its port drawn for the question to it, and the question came
// back as its answer. The kernel draws it for TCP.
TEST_CASE("nobody is connected to itself", "[net]") {
  asio::io_context io;
  KernelNetwork kernel(io.get_executor());
  MemoryNetwork memory(io.get_executor(), nullptr, nullptr);
  const bool in_memory = GENERATE(false, true);
  Network& network = in_memory ? static_cast<Network&>(memory) : kernel;
  const asio::ip::address remote =
      GENERATE(as<asio::ip::address>{}, kLoopback, asio::ip::address_v4::any());
  const auto port = asio::ip::udp::socket(io, {kLoopback, 0}).local_endpoint().port();
  CHECK(network.dial_datagrams({remote, port}, {kLoopback, port}).error == ECONNREFUSED);
  CHECK(network.dial_stream({remote, port}, {kLoopback, port}).error == ECONNREFUSED);
}

// Connections to upstreams could take the descriptor that the API server's or a page's would need.
TEST_CASE("the last descriptors are not for upstreams", "[net]") {
  asio::io_context io;
  KernelNetwork network(io.get_executor(), 3);
  const Endpoint remote(kLoopback, 53);
  CHECK(network.dial_datagrams(remote, {kLoopback, 0}).error == EMFILE);
  CHECK(network.dial_stream(remote, {kLoopback, 0}).error == EMFILE);
}

TEST_CASE("a stream of the kernel is writable when it is there", "[net]") {
  asio::io_context io;
  KernelNetwork network(io.get_executor());
  asio::ip::tcp::acceptor acceptor(io, {kLoopback, 0});
  const Endpoint remote(kLoopback, acceptor.local_endpoint().port());
  const bool refused = GENERATE(false, true);
  if (refused) acceptor.close();
  auto dialled = network.dial_stream(remote, {kLoopback, 0});
  REQUIRE(dialled.socket);
  Told told;
  dialled.socket->attach(told);
  dialled.socket->wait_writable();
  REQUIRE(run_until(io, [&told] { return told.writes == 1; }));
  const std::array<std::uint8_t, 2> bytes{1, 2};
  const Moved moved = dialled.socket->write_some(bytes);
  CHECK((moved.how == Moved::How::failed) == refused);
  CHECK(moved.error == (refused ? ECONNREFUSED : 0));
}

TEST_CASE("a network in memory does what the kernel's does", "[net]") {
  asio::io_context io;
  std::string left;
  const Endpoint remote(asio::ip::make_address("198.51.100.1"), 53);
  MemoryPeer peer(io.get_executor());
  MemoryNetwork network(
      io.get_executor(),
      [&left](const Endpoint&, const MemoryDatagram& datagram) {
        left.append(datagram.bytes.begin(), datagram.bytes.end());
        return left.size() > 3 ? ENOBUFS : 0;
      },
      [&](const Endpoint&, const Endpoint& to) { return to == remote ? peer.stream() : nullptr; });
  const Endpoint local(asio::ip::make_address("192.0.2.53"), 4000);
  auto dialled = network.dial_datagrams(remote, local);
  REQUIRE(dialled.socket);
  CHECK(network.dial_datagrams(remote, local).error == EADDRINUSE);
  CHECK(network.dial_datagrams(remote, {local.address(), 0}).local.port() != 4000);
  CHECK(network.open() == 1);
  CHECK(send(*dialled.socket, "ask") == 1);
  CHECK(left == "ask");
  CHECK(send(*dialled.socket, "more") == -ENOBUFS);

  Told told;
  dialled.socket->attach(told);
  dialled.socket->wait_readable();
  CHECK_FALSE(network.arrive(local, {local, {'n', 'o'}}));
  CHECK(network.arrive(local, {remote, {'y', 'e', 's'}}));
  CHECK(network.bounce(local, {remote, {'a', 's', 'k'}}, ECONNREFUSED));
  REQUIRE(run_until(io, [&told] { return told.reads == 1; }));
  std::array<std::uint8_t, 8> start;
  CHECK(dialled.socket->bounced(start).error == ECONNREFUSED);
  CHECK(received(*dialled.socket) == "yes");
  dialled.socket->close();
  CHECK(network.open() == 0);
  CHECK_FALSE(network.arrive(local, {remote, {'y', 'e', 's'}}));

  CHECK(network.dial_stream(remote, local).socket);
  CHECK(network.dial_stream(local, local).error == ECONNREFUSED);
}

}  // namespace
}  // namespace catena::net
