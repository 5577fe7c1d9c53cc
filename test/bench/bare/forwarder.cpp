// SPDX-License-Identifier: Apache-2.0
// The bare forwarder: what forwarding costs at the least. Each question goes to the upstream from a
// socket that chance picks out of a pool, under an id that chance picks too; its answer goes back
// under the client's id. No cache, no timeouts, no checks.
//
//   bench_forwarder PORT UPSTREAM-PORT [SOCKETS]      8 sockets by default, as many as catena has
#include "test/bench/datagrams.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <sys/epoll.h>
#include <vector>

namespace catena::bench {
namespace {

constexpr std::size_t kDefaultSockets = 8;

std::uint16_t id_of(const unsigned char* message) {
  return static_cast<std::uint16_t>(message[0] << 8 | message[1]);
}

void set_id(unsigned char* message, std::uint16_t id) {
  message[0] = static_cast<unsigned char>(id >> 8);
  message[1] = static_cast<unsigned char>(id);
}

/// Who asked, by the id under which the upstream was asked.
struct Client {
  sockaddr_in address;
  std::uint16_t id = 0;
  bool waits = false;
};

struct Upstream {
  int socket = -1;
  std::vector<Client> clients = std::vector<Client>(65536);
};

class Forwarder {
 public:
  Forwarder(int port, int upstream_port, std::size_t sockets)
      : socket_(open_server_socket(port, SOCK_NONBLOCK)),
        poller_(epoll_create1(0)),
        upstreams_(sockets) {
    watch(socket_, nullptr);
    for (Upstream& upstream : upstreams_) {
      upstream.socket = open_client_socket(loopback(upstream_port));
      watch(upstream.socket, &upstream);
    }
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 128> events;
    for (;;) {
      const int count = epoll_wait(poller_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        auto* upstream = static_cast<Upstream*>(events[static_cast<std::size_t>(i)].data.ptr);
        upstream == nullptr ? take_questions() : take_answers(*upstream);
      }
    }
  }

 private:
  void watch(int socket, Upstream* upstream) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = upstream;
    epoll_ctl(poller_, EPOLL_CTL_ADD, socket, &event);
  }

  void take_questions() {
    const std::size_t count = questions_.receive(socket_, MSG_DONTWAIT);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t chance = chance_();
      Upstream& upstream = upstreams_[(chance >> 16) % upstreams_.size()];
      auto id = static_cast<std::uint16_t>(chance);
      while (upstream.clients[id].waits) ++id;
      unsigned char* message = questions_.bytes(i);
      upstream.clients[id] = {questions_.peer(i), id_of(message), true};
      set_id(message, id);
      ::send(upstream.socket, message, questions_.size(i), 0);
    }
  }

  void take_answers(Upstream& upstream) {
    const std::size_t count = answers_.receive(upstream.socket, MSG_DONTWAIT);
    for (std::size_t i = 0; i < count; ++i) {
      Client& client = upstream.clients[id_of(answers_.bytes(i))];
      set_id(answers_.bytes(i), client.id);
      answers_.peer(i) = client.address;
      client.waits = false;
    }
    answers_.send(socket_, count);
  }

  int socket_, poller_;
  std::vector<Upstream> upstreams_;
  std::mt19937_64 chance_{std::random_device{}()};
  Datagrams questions_{Datagrams::Peers::each};
  Datagrams answers_{Datagrams::Peers::each};
};

}  // namespace
}  // namespace catena::bench

int main(int argc, char** argv) {
  using namespace catena::bench;
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench_forwarder PORT UPSTREAM-PORT [SOCKETS]\n");
    return 2;
  }
  const std::size_t sockets = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : kDefaultSockets;
  std::make_unique<Forwarder>(std::atoi(argv[1]), std::atoi(argv[2]), sockets)->run();
}
