// SPDX-License-Identifier: Apache-2.0
// When a worker's end comes: a server on memory, in one thread, with a clock that is turned by
// hand.
#include "core/server/server.hpp"
#include "core/server/test_plugins.hpp"

#include "test/sim/memory_host.hpp"
#include "test/support/assembled.hpp"
#include "test/support/messages.hpp"
#include "test/support/test_process.hpp"

#include <catch2/catch.hpp>

#include <ostream>

namespace catena::server {
namespace {

using catena::test::query_bytes;
using sim::MemoryHost;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Plugins let what waits go when they leave, not sooner.
const char* const kWaiting = ".:53 {\n bind 192.0.2.1\n wait\n answer 1\n}\n";
const MemoryHost::Endpoint kServer(asio::ip::make_address("192.0.2.1"), 53);
const MemoryHost::Endpoint kClient(asio::ip::make_address("198.51.100.1"), 4000);

/// Of a control thread and a worker that look at one another.
constexpr milliseconds kLooks{10};

class Stage {
 public:
  explicit Stage(milliseconds patience = seconds(5)) : limits_{.drain = patience} {
    server.start([](const Result<void>& told) { REQUIRE(told.has_value()); });
    pass(milliseconds(0));
    REQUIRE(server.running());
  }

  void ask(const std::string& question) {
    REQUIRE(host.send(kServer, {kClient, query_bytes(question)}));
    host.settle();
  }

  void reload() {
    server.reload(configuration(), [](const Result<void>&) {});
    pass(milliseconds(0));
  }

  void stop(milliseconds drain) {
    server.stop(drain, [](Stopped) {});
    pass(milliseconds(0));
  }

  /// Control thread and worker look every millisecond.
  void pass(milliseconds time) {
    const TimePoint until = parts.clock.now() + time;
    for (;;) {
      while (server.step() == Duration::zero()) continue;
      host.settle();
      server.step();
      if (parts.clock.now() >= until) return;
      parts.clock.advance(milliseconds(1));
    }
  }

  catena::test::ManualProcess parts;
  sim::Dice dice{1};
  MemoryHost host{parts.clock, dice};

 private:
  std::shared_ptr<const Configuration> configuration() {
    return catena::test::assembled(kWaiting, test::registry(), parts.process);
  }
  ServerLimits limits_;

 public:
  Server server{parts.process, host, configuration(), limits_};
};

void check_end(Stage& stage, milliseconds time) {
  stage.pass(time - kLooks);
  CHECK_FALSE(stage.server.ended());
  stage.pass(2 * kLooks);
  CHECK(stage.server.ended());
  CHECK(stage.host.open() == 0);
}

TEST_CASE("where nothing waits the end comes at once", "[server][worker]") {
  Stage stage;
  stage.stop(seconds(5));
  stage.pass(kLooks);
  CHECK(stage.server.ended());
}

TEST_CASE("a query that waits is given its time, and let go then", "[server][worker]") {
  Stage stage;
  stage.ask("a.wait. A");
  stage.stop(seconds(3));
  CHECK(stage.host.delivered.empty());
  check_end(stage, seconds(3));
  CHECK(stage.host.delivered.size() == 1);
}

// SIGINT after SIGTERM: the second one was heard and changed nothing.
TEST_CASE("of several orders to end the one that ends first counts", "[server][worker]") {
  struct Row {
    milliseconds drain;
    milliseconds end;  // From the second order on.
  };
  const Row row =
      GENERATE(Row{milliseconds(50), milliseconds(50)}, Row{milliseconds(700), milliseconds(700)},
               Row{seconds(60), milliseconds(2500)});
  CAPTURE(row.drain.count());
  Stage stage;
  stage.ask("a.wait. A");
  stage.stop(seconds(3));
  stage.pass(milliseconds(500));
  stage.stop(row.drain);
  check_end(stage, row.end);
}

// The reminder of the former configuration's time took the place of that of the end, and when it
// had left nothing reminded the worker any more.
TEST_CASE("the end comes in its time, though a reload has ended meanwhile", "[server][worker]") {
  Stage stage(seconds(1));
  stage.ask("former.wait. A");
  stage.reload();
  stage.ask("present.wait. A");
  stage.stop(seconds(3));
  stage.pass(seconds(2));
  CHECK(stage.host.delivered.size() == 1);
  check_end(stage, seconds(1));
  CHECK(stage.host.delivered.size() == 2);
}

}  // namespace
}  // namespace catena::server
