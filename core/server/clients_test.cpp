// SPDX-License-Identifier: Apache-2.0
#include "core/server/clients.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace catena::server {
namespace {

using State = Held::State;

constexpr std::size_t kKiB = 1024;

/// Remembers that it had to go.
class Thing final : public Held {
 public:
  Thing(std::string name, std::vector<std::string>& gone) : name_(std::move(name)), gone_(gone) {}

 private:
  void give_way() override { gone_.push_back(name_); }
  std::string name_;
  std::vector<std::string>& gone_;
};

/// One worker with 1 MiB for its clients.
struct Bed {
  bool hold(const std::string& name, const char* address, std::size_t bytes, State state) {
    things.push_back(std::make_unique<Thing>(name, gone));
    if (!clients.enter(*things.back(), boost::asio::ip::make_address(address), bytes)) return false;
    clients.set_state(*things.back(), state);
    return true;
  }
  bool many(int count, const char* address, std::size_t bytes, State state) {
    bool all = true;
    for (int i = 0; i < count; ++i) all = hold(std::to_string(i), address, bytes, state) && all;
    return all;
  }

  Budget budget{1024 * kKiB, 1};
  Clients clients{budget};
  std::vector<std::string> gone;
  std::vector<std::unique_ptr<Thing>> things;
};

TEST_CASE("one client alone may have everything, and no more", "[clients]") {
  Bed bed;
  CHECK(bed.many(128, "192.0.2.1", 8 * kKiB, State::waiting));
  CHECK_FALSE(bed.hold("more", "192.0.2.1", 8 * kKiB, State::waiting));
  CHECK(bed.gone.empty());
}

TEST_CASE("whoever holds most gives way to those who hold less, the longest waiting first",
          "[clients]") {
  Bed bed;
  REQUIRE(bed.many(128, "192.0.2.1", 8 * kKiB, State::waiting));
  CHECK(bed.many(50, "192.0.2.2", 8 * kKiB, State::waiting));
  REQUIRE(bed.gone.size() == 50);
  CHECK(bed.gone.front() == "0");
  CHECK(bed.gone.back() == "49");
}

TEST_CASE("two clients that ask for all they can get end with about a half each", "[clients]") {
  Bed bed;
  REQUIRE(bed.many(128, "192.0.2.1", 8 * kKiB, State::waiting));
  CHECK_FALSE(bed.many(128, "192.0.2.2", 8 * kKiB, State::waiting));
  CHECK(bed.gone.size() >= 48);
  CHECK(bed.gone.size() <= 64);
}

TEST_CASE("a client that holds a little does not give way to one that holds as much", "[clients]") {
  Bed bed;
  for (int i = 0; i < 128; ++i) {
    const std::string address = "192.0.2." + std::to_string(i);
    REQUIRE(bed.hold(address, address.c_str(), 8 * kKiB, State::waiting));
  }
  CHECK_FALSE(bed.hold("another", "198.51.100.1", 8 * kKiB, State::waiting));
  CHECK(bed.gone.empty());
}

TEST_CASE("unfinished messages go first, then who does not read, is idle, waits", "[clients]") {
  Bed bed;
  REQUIRE(bed.hold("waits", "192.0.2.1", 200 * kKiB, State::waiting));
  REQUIRE(bed.hold("idle", "192.0.2.1", 200 * kKiB, State::idle));
  REQUIRE(bed.hold("does not read", "192.0.2.1", 200 * kKiB, State::unread));
  REQUIRE(bed.hold("unfinished", "192.0.2.1", 200 * kKiB, State::unfinished));
  REQUIRE(bed.hold("quiet", "192.0.2.1", 224 * kKiB, State::quiet));
  const std::vector<std::string> order{"unfinished", "does not read", "idle", "waits"};
  for (std::size_t i = 0; i < order.size(); ++i) {
    CHECK(bed.hold("new", ("192.0.2.1" + std::to_string(i)).c_str(), 180 * kKiB, State::quiet));
    REQUIRE(bed.gone.size() == i + 1);
    CHECK(bed.gone.back() == order[i]);
  }
}

TEST_CASE("what a client asks for costs its own unfinished messages, never its own queries",
          "[clients]") {
  Bed bed;
  REQUIRE(bed.hold("waits", "192.0.2.1", 512 * kKiB, State::waiting));
  REQUIRE(bed.hold("unfinished", "192.0.2.1", 512 * kKiB, State::unfinished));
  CHECK(bed.hold("new", "192.0.2.1", 512 * kKiB, State::waiting));
  CHECK(bed.gone == std::vector<std::string>{"unfinished"});
  CHECK_FALSE(bed.hold("newer", "192.0.2.1", kKiB, State::waiting));
}

TEST_CASE("what grows does not make room for itself by going", "[clients]") {
  Bed bed;
  REQUIRE(bed.hold("message", "192.0.2.1", 1024 * kKiB, State::unfinished));
  CHECK_FALSE(bed.clients.resize(*bed.things.front(), 1025 * kKiB));
  CHECK(bed.things.front()->held() == 1024 * kKiB);
  CHECK(bed.gone.empty());
}

TEST_CASE("connections end where most is held, the longest idle first", "[clients]") {
  Bed bed;
  REQUIRE(bed.hold("the only one", "192.0.2.1", 8 * kKiB, State::idle));
  REQUIRE(bed.hold("first of many", "192.0.2.2", 8 * kKiB, State::idle));
  REQUIRE(bed.hold("second of many", "192.0.2.2", 8 * kKiB, State::idle));
  bed.clients.set_state(*bed.things[1], State::idle);
  CHECK(bed.clients.end_connection());
  CHECK(bed.gone == std::vector<std::string>{"second of many"});
  CHECK(bed.clients.end_connection());
  CHECK(bed.clients.end_connection());
  CHECK_FALSE(bed.clients.end_connection());
}

TEST_CASE("addresses of one IPv6 network are one client", "[clients]") {
  Bed bed;
  REQUIRE(bed.hold("a", "2001:db8::1", 512 * kKiB, State::waiting));
  REQUIRE(bed.hold("b", "2001:db8::2", 512 * kKiB, State::waiting));
  CHECK(bed.clients.size() == 1);
  CHECK_FALSE(bed.hold("same network", "2001:db8::3", 8 * kKiB, State::waiting));
  CHECK(bed.hold("another network", "2001:db8:0:1::1", 8 * kKiB, State::waiting));
  CHECK(bed.gone == std::vector<std::string>{"a"});
}

TEST_CASE("nothing is left of clients that have gone", "[clients]") {
  Bed bed;
  REQUIRE(bed.many(10, "192.0.2.1", 8 * kKiB, State::waiting));
  REQUIRE(bed.many(10, "2001:db8::1", 8 * kKiB, State::unread));
  CHECK(bed.clients.share().used() == 160 * kKiB);
  bed.things.clear();
  CHECK(bed.clients.size() == 0);
  CHECK(bed.clients.share().used() == 0);
}

}  // namespace
}  // namespace catena::server
