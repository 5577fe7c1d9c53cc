// SPDX-License-Identifier: Apache-2.0
// The same table for the kernel's sockets of datagrams and for those in memory.
#include "core/net/addresses.hpp"
#include "core/net/memory_datagrams.hpp"
#include "core/net/udp_datagrams.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <cerrno>
#include <string>

namespace catena::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// A batch with its memory.
struct Batch {
  std::array<Bytes, 4> rooms;
  std::array<iovec, 4> pieces{};
  std::array<SocketAddress, 4> peers;
  std::array<mmsghdr, 4> messages{};

  explicit Batch(std::size_t room = 100) {
    for (std::size_t i = 0; i < 4; ++i) {
      rooms[i].resize(room);
      describe(i, sizeof peers[i].storage);
    }
  }
  Batch(const boost::asio::ip::udp::endpoint& to, std::initializer_list<const char*> texts)
      : Batch(0) {
    std::size_t i = 0;
    for (const std::string text : texts) {
      rooms[i].assign(text.begin(), text.end());
      peers[i] = socket_address(to);
      describe(i, peers[i].size);
      ++i;
    }
  }
  void describe(std::size_t i, std::size_t name) {
    pieces[i] = {rooms[i].data(), rooms[i].size()};
    messages[i].msg_hdr = {};
    messages[i].msg_hdr.msg_name = &peers[i].storage;
    messages[i].msg_hdr.msg_namelen = static_cast<socklen_t>(name);
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::string text(std::size_t i) const {
    return std::string(rooms[i].begin(),
                       rooms[i].begin() + static_cast<std::ptrdiff_t>(messages[i].msg_len));
  }
};

struct Near final : Events {
  boost::asio::io_context io;
  std::unique_ptr<Datagrams> socket;
  boost::asio::ip::udp::endpoint client;
  std::function<void(const std::string&)> arrive;
  std::function<std::string()> take;
  std::string told;
  Descriptor far;
  std::deque<std::string> network;

  void readable() override { told += 'r'; }
  void writable() override { told += 'w'; }
  std::string turn() {
    io.restart();
    io.run_one_for(std::chrono::seconds(10));
    io.poll();
    return std::exchange(told, {});
  }
};

void bind_in_memory(Near& near) {
  auto socket = std::make_unique<MemoryDatagrams>(
      near.io.get_executor(), [&near](const MemoryDatagram& datagram) {
        near.network.emplace_back(datagram.bytes.begin(), datagram.bytes.end());
        return 0;
      });
  near.client = {boost::asio::ip::make_address("127.0.0.1"), 4000};
  near.arrive = [&near, inside = socket.get()](const std::string& text) {
    inside->arrive({near.client, {text.begin(), text.end()}});
  };
  near.take = [&near]() -> std::string {
    if (near.network.empty()) return "nothing";
    const std::string first = near.network.front();
    near.network.pop_front();
    return first;
  };
  near.socket = std::move(socket);
}

Descriptor bound(SocketAddress& address) {
  address = socket_address("127.0.0.1", 0);
  Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  REQUIRE(::bind(socket.get(), address.get(), address.size) == 0);
  REQUIRE(::getsockname(socket.get(), address.get(), &address.size) == 0);
  return socket;
}

void bind_over_loopback(Near& near) {
  SocketAddress server, client;
  Descriptor socket = bound(server);
  near.far = bound(client);
  near.client = endpoint_of(client.get());
  near.arrive = [&near, server](const std::string& text) {
    ::sendto(near.far.get(), text.data(), text.size(), 0, server.get(), server.size);
  };
  near.take = [&near]() -> std::string {
    std::array<char, 100> room;
    const ssize_t size = ::recv(near.far.get(), room.data(), room.size(), 0);
    return size < 0 ? "nothing" : std::string(room.data(), static_cast<std::size_t>(size));
  };
  near.socket = std::make_unique<UdpDatagrams>(near.io.get_executor(), std::move(socket));
}

}  // namespace

TEST_CASE("Datagrams do the same in memory and over the kernel") {
  const auto bind = GENERATE(bind_in_memory, bind_over_loopback);
  Near near;
  bind(near);
  near.socket->attach(near);
  Batch batch;

  SECTION("a batch is received, with whom it is from") {
    CHECK(near.socket->receive(batch.messages) == 0);
    near.socket->wait_readable();
    near.arrive("one");
    near.arrive("two");
    CHECK(near.turn() == "r");
    REQUIRE(near.socket->receive(batch.messages) == 2);
    CHECK(batch.text(0) == "one");
    CHECK(batch.text(1) == "two");
    CHECK(endpoint_of(batch.peers[0].get()) == near.client);
    CHECK(near.socket->receive(batch.messages) == 0);
  }
  SECTION("a datagram that is too long is cut and says so") {
    Batch small(2);
    near.arrive("three");
    REQUIRE(near.socket->receive(small.messages) == 1);
    CHECK(small.text(0) == "th");
    CHECK((small.messages[0].msg_hdr.msg_flags & MSG_TRUNC) != 0);
  }
  SECTION("a batch is sent") {
    Batch out(near.client, {"one", "two"});
    CHECK(near.socket->send(std::span(out.messages).first(2)) == 2);
    CHECK(near.take() == "one");
    CHECK(near.take() == "two");
    near.socket->wait_writable();
    CHECK(near.told.empty());
    CHECK(near.turn() == "w");
  }
  SECTION("what comes after others are turned away is not received, what came before is") {
    near.arrive("before");
    near.socket->turn_away();
    near.arrive("after");
    REQUIRE(near.socket->receive(batch.messages) == 1);
    CHECK(batch.text(0) == "before");
    Batch out(near.client, {"answer"});
    CHECK(near.socket->send(std::span(out.messages).first(1)) == 1);
    CHECK(near.take() == "answer");
  }
  SECTION("a closed socket tells, takes and sends nothing") {
    near.socket->wait_readable();
    near.arrive("one");
    near.socket->close();
    near.io.poll();
    CHECK(near.told.empty());
    CHECK(near.socket->receive(batch.messages) == 0);
    Batch out(near.client, {"one"});
    CHECK(near.socket->send(std::span(out.messages).first(1)) == -EBADF);
  }
}

TEST_CASE("Datagrams in memory: a full buffer is told of and has room when a test says so") {
  boost::asio::io_context io;
  int room = 1;
  MemoryDatagrams socket(io.get_executor(),
                         [&](const MemoryDatagram&) { return room-- > 0 ? 0 : EAGAIN; });
  Near near;
  socket.attach(near);
  Batch out({boost::asio::ip::make_address("127.0.0.1"), 1}, {"one", "two"});
  CHECK(socket.send(std::span(out.messages).first(2)) == 1);
  CHECK(socket.send(std::span(out.messages).subspan(1, 1)) == -EAGAIN);
  socket.wait_writable();
  io.poll();
  CHECK(near.told.empty());
  room = 1;
  socket.now_writable();
  io.restart();
  io.poll();
  CHECK(near.told == "w");
  CHECK(socket.send(std::span(out.messages).subspan(1, 1)) == 1);
}

}  // namespace catena::net
