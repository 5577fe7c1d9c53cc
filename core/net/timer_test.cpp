// SPDX-License-Identifier: Apache-2.0
#include "core/net/timer.hpp"

#include "core/net/alarm.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <string>

namespace catena::net {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A loop whose time is turned by hand.
struct Loop {
  asio::io_context io;
  ManualClock clock;
  Deadlines deadlines;

  void turn(Duration time = {}) {
    clock.advance(time);
    deadlines.run_due(clock.now());
    io.restart();
    io.poll();
  }
};

/// What a coroutine holds, so that its end is seen.
struct Held {
  explicit Held(std::string& text) : log(text) {}
  ~Held() { log += " gone"; }
  std::string& log;
};

asio::awaitable<void> wait_twice(Loop& loop, std::shared_ptr<Timer> timer, std::string& log) {
  const Held held(log);
  for (int i = 0; i < 2; ++i) {
    const Timer::End end = co_await timer->until(loop.clock.now() + seconds(5));
    log += end == Timer::End::due ? " due" : " told";
  }
}

struct Waiting : Loop {
  std::string log;
  std::shared_ptr<Timer> timer = std::make_shared<Timer>(deadlines);
  Waiting() { asio::co_spawn(io, wait_twice(*this, timer, log), asio::detached); }
};

}  // namespace

TEST_CASE_METHOD(Waiting, "A coroutine waits until a time") {
  turn();
  CHECK(timer->waits());
  turn(seconds(4));
  CHECK(log.empty());
  turn(seconds(1));
  CHECK(log == " due");
  turn(seconds(5));
  CHECK(log == " due due gone");
}

TEST_CASE_METHOD(Waiting, "A coroutine that is told to give up goes on in the next turn") {
  turn();
  timer->give_up();
  timer->give_up();
  CHECK(log.empty());
  turn();
  CHECK(log == " told");
  turn(seconds(5));
  CHECK(log == " told due gone");
  timer->give_up();
  turn();
  CHECK(log == " told due gone");
}

namespace {

asio::awaitable<void> hold(Deadlines& deadlines, std::string& log) {
  const Held held(log);
  Timer timer(deadlines);
  co_await timer.until(TimePoint::max());
}

}  // namespace

TEST_CASE("A coroutine that waits for ever is destroyed with its queue of deadlines") {
  std::string log;
  asio::io_context io;
  {
    Deadlines deadlines;
    asio::co_spawn(io, hold(deadlines, log), asio::detached);
    io.poll();
    CHECK(log.empty());
  }
  io.restart();
  io.poll();
  CHECK(log == " gone");
}

TEST_CASE("An alarm turns the queue when the first time has come") {
  asio::io_context io;
  SystemClock clock;
  Deadlines deadlines;
  std::string log;
  Reminder late([&] { log += 'l'; });
  Reminder early([&] {
    log += 'e';
    deadlines.add(late, clock.now() + milliseconds(1));
  });
  std::optional<Alarm> alarm(std::in_place, io.get_executor(), clock, deadlines);
  deadlines.add(late, clock.now() + std::chrono::hours(1));
  deadlines.add(early, clock.now() + milliseconds(1));
  while (log != "el") io.run_one();
  deadlines.add(early, clock.now());
  alarm.reset();
  io.restart();
  io.run();
  CHECK(log == "el");
}

TEST_CASE("An alarm may end in what it calls") {
  asio::io_context io;
  SystemClock clock;
  Deadlines deadlines;
  std::optional<Alarm> alarm(std::in_place, io.get_executor(), clock, deadlines);
  Reminder last([&] { alarm.reset(); });
  Reminder never([] { FAIL("nobody turns the queue any more"); });
  deadlines.add(never, clock.now() + milliseconds(1));
  deadlines.add(last, clock.now());
  io.run();
  CHECK(!alarm);
}

}  // namespace catena::net
