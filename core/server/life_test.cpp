// SPDX-License-Identifier: Apache-2.0
// Several threads.
// A server's life in every order: what was begun is ended once, and nothing outlives the end.
#include "core/server/server.hpp"
#include "core/server/testing.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <sstream>

namespace catena::server {
namespace {

using catena::test::is_records;
using catena::test::query_bytes;
using test::Household;
using test::Seen;
using test::TcpClient;
using test::UdpClient;

std::string corefile_of(const std::string& life) {
  return ". {\n bind 127.0.0.1\n life " + life + "\n answer 1\n}\n";
}

/// What happens to a server from outside.
enum class Event : std::uint8_t {
  prepared,
  reload,
  bad_start,
  bad_prepare,
  bad_listen,
  stop,
  last
};
/// How far it goes on before the next thing happens.
enum class Steps : std::uint8_t { none, one, all, last };

std::string to_string(Event event) {
  const char* const names[] = {"prepared",    "reload",     "bad start",
                               "bad prepare", "bad listen", "stop"};
  return names[static_cast<std::size_t>(event)];
}

/// One server and what it was ordered.
class Life {
 public:
  Life() {
    Seen::clear();
    Seen::prepare(false);
    server_ = std::make_unique<Server>(household_.process, household_.host, configuration("first"),
                                       ServerLimits());
    order_start();
  }
  ~Life() { Seen::prepare(true); }

  void happen(Event event) {
    switch (event) {
      case Event::prepared:
        return Seen::prepare(true);
      case Event::reload:
        return order_reload("");
      case Event::bad_start:
        return order_reload("start");
      case Event::bad_prepare:
        return order_reload("prepare");
      case Event::bad_listen:
        return order_reload("listen");
      default:
        return order_stop();
    }
  }

  // What waits for a plugin or a worker says so: another look at once would say the same.
  void go_on(Steps steps) {
    if (steps == Steps::none) return;
    for (int i = 0; i < (steps == Steps::one ? 1 : 20); ++i) {
      if (server_->step().value_or(std::chrono::hours(1)) > Duration::zero()) return;
    }
  }

  void end() {
    order_stop();
    test::drive(*server_, [this] { return ended_ == stops_; });
  }

  void check() {
    CHECK(server_->ended());
    CHECK(ended_ == stops_);
    for (const auto& [order, told] : told_) CHECK(told <= 1);
    server_.reset();
    for (const auto& configuration : configurations_) CHECK(configuration.expired());
    check_notes();
  }

 private:
  std::shared_ptr<const Configuration> configuration(const std::string& life) {
    auto made = test::configuration_of(corefile_of(life), household_);
    configurations_.push_back(made);
    return made;
  }
  Server::Told teller() {
    return [this, order = orders_++](const Result<void>&) {
      CHECK(stops_ == 0);
      ++told_[order];
    };
  }
  void order_start() { server_->start(teller()); }
  void order_reload(const std::string& fault) {
    const bool possible = server_->running();
    const int order = orders_;
    server_->reload(configuration("next" + std::to_string(order) + " " + fault),
                    [this, order, possible](const Result<void>& result) {
                      CHECK((possible || result.has_error()));
                      ++told_[order];
                    });
    ++orders_;
  }
  void order_stop() {
    ++stops_;
    server_->stop([this](Stopped stopped) {
      CHECK(stopped == Stopped::cleanly);
      ++ended_;
    });
  }

  // Of each plugin: start, take over, enter, leave, stop; each once at most. Farewell is said on
  // the control thread, whether its workers have got to it or not.
  static void check_notes() {
    std::map<std::string, std::string> seen;
    std::istringstream notes(Seen::started_and_stopped());
    for (std::string note; std::getline(notes, note, ',');) {
      note.erase(0, note.find_first_not_of(' '));
      const std::size_t space = note.rfind(' ');
      std::string& lived = seen[note.substr(space + 1)];
      const std::string what = note.substr(0, space);
      if (what != "farewell") lived += what + " ";
    }
    for (const auto& [plugin, lived] : seen) {
      CAPTURE(plugin);
      if (lived != "start stop ") CHECK(lived == "start take over enter leave stop ");
    }
  }

  Household household_;
  std::vector<std::weak_ptr<const Configuration>> configurations_;
  std::map<int, int> told_;  // How often each order's outcome was told.
  int orders_ = 0;
  int stops_ = 0;
  int ended_ = 0;
  std::unique_ptr<Server> server_;
};

TEST_CASE("start, reload and stop in every order, at every step", "[server][life]") {
  constexpr int kChoices = static_cast<int>(Event::last) * static_cast<int>(Steps::last);
  for (int path = 0; path < kChoices * kChoices * kChoices; ++path) {
    Life life;
    std::string story;
    for (int left = path, depth = 0; depth < 3; ++depth, left /= kChoices) {
      const Event event = static_cast<Event>(left % static_cast<int>(Event::last));
      const Steps steps =
          static_cast<Steps>(left / static_cast<int>(Event::last) % static_cast<int>(Steps::last));
      story += to_string(event) + " + " + std::to_string(static_cast<int>(steps)) + ", ";
      life.happen(event);
      life.go_on(steps);
    }
    CAPTURE(story);
    life.end();
    life.check();
  }
}

// The end of a query that waits is far away: the control thread does not wait for it.
const char* const kWaiting = ". {\n bind 127.0.0.1\n life first\n wait\n answer 1\n}\n";

TEST_CASE("the end does not wait for a reload that waits for a query", "[server][life]") {
  Seen::clear();
  ServerLimits limits;
  limits.drain = std::chrono::hours(1);
  test::Running running(kWaiting, limits);
  UdpClient client(running.port());
  client.send(query_bytes("a.wait. A"));
  UdpClient other(running.port());
  CHECK(other.ask("b.example. A").rcode == "NOERROR");
  int told = 0;
  running.server.reload(test::configuration_of(corefile_of("next"), running.household),
                        [&told](const Result<void>&) { ++told; });
  const auto entered = [] {
    return Seen::started_and_stopped().find("enter next") != std::string::npos;
  };
  test::drive(running.server, entered);
  std::optional<Stopped> stopped;
  running.server.stop(Duration::zero(), [&stopped](Stopped how) { stopped = how; });
  CHECK(Seen::started_and_stopped().find("farewell next") != std::string::npos);
  test::drive(running.server, [&stopped] { return stopped.has_value(); });
  CHECK(stopped == Stopped::cleanly);
  CHECK(told == 0);
  // Its plugin let it go when it left.
  CHECK(catena::test::decode(client.receive()).question == "a.wait. IN A");
  CHECK(Seen::started_and_stopped() ==
        "start first, take over first, enter first, start next, take over next, enter next, "
        "farewell next, leave first, leave next, stop first, stop next");
}

TEST_CASE("a reload that cannot tell its ports leaves everything as it was", "[server][life]") {
  Seen::clear();
  test::Running running(corefile_of("first"));
  CHECK(UdpClient(running.port()).ask("a. A").rcode == "NOERROR");
  const Result<void> result = test::reload(
      running.server, test::configuration_of(corefile_of("next listen"), running.household));
  REQUIRE(result.has_error());
  CHECK(result.error().text == "next cannot listen");
  CHECK(UdpClient(running.port()).ask("a. A").rcode == "NOERROR");
  CHECK(Seen::started_and_stopped() ==
        "start first, take over first, enter first, start next, stop next");
}

// A silent connection may have the last word for longer than the reload has patience.
TEST_CASE("no query comes to plugins that have left", "[server][life]") {
  Seen::clear();
  ServerLimits limits;
  limits.drain = std::chrono::milliseconds(20);
  test::Running running(". {\n bind 127.0.0.1 127.0.0.2\n life first\n answer 1\n}\n", limits);
  TcpClient silent(running.port(0), "127.0.0.1");
  CHECK(silent.ask("a. A").rcode == "NOERROR");
  bool told = false;
  const std::string next = ". {\n bind 127.0.0.2\n life next\n answer 2\n}\n";
  running.server.reload(test::configuration_of(next, running.household),
                        [&told](const Result<void>& result) { told = result.has_value(); });
  test::drive(running.server,
              [] { return Seen::started_and_stopped().find("leave first") != std::string::npos; });
  silent.send(query_bytes("b. A"));
  test::drive(running.server, [&told] { return told; });
  CHECK_FALSE(silent.receive().has_value());
  CHECK(Seen::started_and_stopped().find("though") == std::string::npos);
}

TEST_CASE("what is being prepared does not keep the present one from answering", "[server][life]") {
  test::Running running(corefile_of("first"));
  Seen::prepare(false);
  bool told = false;
  running.server.reload(test::configuration_of(corefile_of("next"), running.household),
                        [&told](const Result<void>& result) { told = result.has_value(); });
  for (int i = 0; i < 3; ++i) CHECK(running.server.step() > Duration::zero());
  CHECK_THAT(UdpClient(running.port()).ask("a. A").answer, is_records("a. 300 IN A 192.0.2.1"));
  CHECK_FALSE(told);
  Seen::prepare(true);
  test::drive(running.server, [&told] { return told; });
  CHECK(told);
}

}  // namespace
}  // namespace catena::server
