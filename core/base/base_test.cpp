// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "core/base/arena.hpp"
#include "core/base/epoch.hpp"
#include "core/base/hash.hpp"
#include "core/base/log_writer.hpp"
#include "core/base/random.hpp"
#include "core/base/ticker.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace catena {
namespace {

TEST_CASE("random numbers with a seed are the same again, without one they are not") {
  Random once(7);
  Random again(7);
  Random other(8);
  const std::uint64_t first = once.next64();
  CHECK(again.next64() == first);
  CHECK(other.next64() != first);
  CHECK(Random().next64() != Random().next64());
}

TEST_CASE("an arena takes back what was taken since a mark", "[arena]") {
  Arena arena(256);
  arena.take(100);
  const Arena::Mark mark = arena.mark();
  void* const first = arena.take(64);
  REQUIRE(arena.take(64 * 1024) != nullptr);
  CHECK(arena.take(Arena::kLimit) == nullptr);
  CHECK(arena.exhausted());
  arena.release(mark);
  CHECK_FALSE(arena.exhausted());
  CHECK(arena.take(64) == first);
  // As often as anybody likes: the limit is for what is in use.
  for (int i = 0; i < 10; ++i) {
    arena.release(mark);
    REQUIRE(arena.take(Arena::kLimit / 2) != nullptr);
  }
}

TEST_CASE("an arena hands out aligned pieces and forgets them all at once", "[arena]") {
  Arena arena(256);
  void* first = arena.take(10, 8);
  CHECK(reinterpret_cast<std::uintptr_t>(arena.take(8, 8)) % 8 == 0);
  arena.reset();
  CHECK(arena.take(10, 8) == first);
}

TEST_CASE("an arena grows beyond its first block and stops at its limit", "[arena]") {
  Arena arena(256);
  const std::span<std::uint8_t> big = arena.array<std::uint8_t>(100'000);
  REQUIRE(big.size() == 100'000);
  std::memset(big.data(), 1, big.size());
  CHECK(arena.take(Arena::kLimit + 1) == nullptr);
  CHECK(arena.array<std::uint8_t>(2 * Arena::kLimit).empty());
  arena.reset();
  CHECK(arena.array<std::uint8_t>(100'000).size() == 100'000);
}

TEST_CASE("an arena that was full works again after a reset", "[arena]") {
  Arena arena(256);
  std::size_t pieces = 0;
  while (arena.take(10'000) != nullptr) ++pieces;
  CHECK(pieces > 50);
  CHECK(pieces <= 2 * Arena::kLimit / 10'000);
  arena.reset();
  CHECK(arena.take(10'000) != nullptr);
}

TEST_CASE("an arena remembers until its reset that it could not give", "[arena]") {
  Arena arena(256);
  CHECK(arena.array_if_room<std::uint8_t>(Arena::kLimit + 1).empty());
  CHECK_FALSE(arena.exhausted());
  CHECK(arena.array<std::uint8_t>(Arena::kLimit + 1).empty());
  CHECK(arena.take(1) != nullptr);
  CHECK(arena.array_if_room<std::uint8_t>(1).size() == 1);
  CHECK(arena.exhausted());
  arena.reset();
  CHECK_FALSE(arena.exhausted());
}

TEST_CASE("a copy in an arena is equal and apart", "[arena]") {
  Arena arena;
  std::string text = "example";
  const std::string_view copy = arena.copy(std::string_view(text));
  text[0] = 'E';
  CHECK(copy == "example");
}

struct Tracked {
  explicit Tracked(int& alive) : alive_(alive) { ++alive_; }
  ~Tracked() { --alive_; }
  int& alive_;
};

TEST_CASE("what is retired lives until every reader has passed a quiescent point", "[epoch]") {
  epoch::Domain domain;
  int alive = 0;
  int woken = 0;
  const auto one = domain.join([&woken] { ++woken; });
  const auto two = domain.join([&woken] { ++woken; });
  domain.retire(std::make_unique<Tracked>(alive));
  CHECK(domain.collect() == 1);
  CHECK(woken == 2);
  one->quiescent();
  CHECK(domain.collect() == 1);
  CHECK(alive == 1);
  two->quiescent();
  CHECK(domain.collect() == 0);
  CHECK(alive == 0);
}

TEST_CASE("a reader that has left holds nothing up", "[epoch]") {
  epoch::Domain domain;
  int alive = 0;
  const auto reader = domain.join([] {});
  domain.retire(std::make_unique<Tracked>(alive));
  domain.leave(reader);
  CHECK(domain.collect() == 0);
  CHECK(alive == 0);
}

TEST_CASE("readers on threads never see freed memory", "[epoch]") {
  struct Box {
    explicit Box(int v) : value(v) {}
    ~Box() { value = -1; }
    int value;
  };
  epoch::Domain domain;
  std::atomic<Box*> shared{new Box(0)};
  std::atomic<bool> stop{false};
  std::atomic<int> bad{0};
  std::vector<std::shared_ptr<epoch::Reader>> readers{domain.join([] {}), domain.join([] {})};
  std::vector<std::thread> threads;
  for (const auto& reader : readers) {
    threads.emplace_back([&, reader] {
      while (!stop.load(std::memory_order_relaxed)) {
        if (shared.load(std::memory_order_acquire)->value < 0) bad.fetch_add(1);
        reader->quiescent();
      }
    });
  }
  for (int i = 1; i < 5000; ++i) {
    domain.retire(std::unique_ptr<Box>(shared.exchange(new Box(i), std::memory_order_acq_rel)));
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  delete shared.load();
  CHECK(bad == 0);
}

TEST_CASE("random numbers below a bound stay below it and reach all of it", "[random]") {
  Random random;
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(7));
  CHECK(seen == std::set<std::uint32_t>{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("a hash depends on its secret, its bytes and their number", "[hash]") {
  const SeededHash hash({1, 2});
  const SeededHash other({1, 3});
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::span<const std::uint8_t> all(bytes);
  CHECK(hash(all) == hash(all));
  CHECK(hash(all) != other(all));
  CHECK(hash(all) != hash(all.first(8)));
  CHECK(hash(all.first(0)) != hash(std::vector<std::uint8_t>{0}));
}

struct Pipe {
  Pipe() { REQUIRE(::pipe(ends) == 0); }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  std::string read_some() const {
    std::string text(65536, '\0');
    const ssize_t n = ::read(ends[0], text.data(), text.size());
    text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return text;
  }
  int ends[2];
};

TEST_CASE("the log writer writes whole lines in order, long ones too", "[log]") {
  const Pipe pipe;
  LogWriter writer(pipe.ends[1]);
  const Log log(writer);
  const std::string longer(1000, 'x');
  log.info("one {}", 1);
  log.for_plugin("cache").warning("{}", longer);
  log.debug("never seen");
  writer.flush();
  CHECK(pipe.read_some() == "[INFO] one 1\n[WARNING] plugin/cache: " + longer + "\n");
  writer.enable_debug();
  log.debug("seen");
  writer.flush();
  CHECK(pipe.read_some() == "[DEBUG] seen\n");
}

TEST_CASE("a log that nobody reads drops lines, counts them and says so", "[log]") {
  const auto [format, notice] = GENERATE(std::pair{LogFormat::text, "\n[WARNING] "},
                                         std::pair{LogFormat::json, R"("level":"WARN","msg":")"});
  const Pipe pipe;
  LogWriter writer(pipe.ends[1], format);
  const std::string line(900, 'y');
  // A pipe holds 64 KiB and the queue a thousand lines: this is more than both.
  for (int i = 0; i < 4000; ++i) writer.write(LogLevel::info, line);
  CHECK(writer.dropped() > 0);
  std::string seen;
  while (seen.find("log lines dropped") == std::string::npos) seen += pipe.read_some();
  CHECK(seen.find(notice) != std::string::npos);
}

TEST_CASE("the log writer writes JSON, a record a line", "[log]") {
  const Pipe pipe;
  LogWriter writer(pipe.ends[1], LogFormat::json);
  const Log log(writer);
  log.for_plugin("cache").warning("{}", "a\nb");
  log.for_plugin("log", LogPrefix::level).info("{}", std::string(300, 'x'));
  writer.write(LogLevel::info, "as it is");
  log.debug("never seen");
  writer.flush();
  const std::string seen = pipe.read_some();
  CHECK(std::count(seen.begin(), seen.end(), '\n') == 3);
  CHECK(seen.starts_with("{\"time\":\"20"));
  CHECK(seen.find(R"("level":"WARN","msg":"a\nb","plugin":"cache"})") != std::string::npos);
  CHECK(seen.find(R"(xxx","plugin":"log"})") != std::string::npos);
  CHECK(seen.ends_with("\"level\":\"INFO\",\"msg\":\"as it is\"}\n"));
}

TEST_CASE("only JSON names the plugin of a line that has no prefix", "[log]") {
  const Pipe pipe;
  LogWriter writer(pipe.ends[1]);
  Log(writer).for_plugin("log", LogPrefix::level).info("text");
  writer.flush();
  CHECK(pipe.read_some() == "[INFO] text\n");
}

/// What the process writes that `end` ends, behind the status it ends with.
std::string ended_by(LogFormat format) {
  const Pipe pipe;
  const pid_t child = ::fork();
  if (child == 0) {
    LogWriter writer(pipe.ends[1], format);
    const Log log = Log(writer).for_plugin("loop");
    for (int i = 0; i < 100; ++i) log.info("{}", i);
    log.fatal("no {}", "more");
    ::_exit(7);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return fmt::format("{} {}", WEXITSTATUS(status), pipe.read_some());
}

TEST_CASE("a fatal line is the last one and ends the process", "[log]") {
  const std::string text = ended_by(LogFormat::text);
  CHECK(text.starts_with("1 [INFO] plugin/loop: 0\n"));
  CHECK(text.ends_with("[INFO] plugin/loop: 99\n[FATAL] plugin/loop: no more\n"));
  const std::string json = ended_by(LogFormat::json);
  CHECK(json.starts_with("1 {\"time\":"));
  CHECK(json.ends_with(R"("level":"FATAL","msg":"no more","plugin":"loop"})"
                       "\n"));
}

TEST_CASE("a ticker ticks until it goes", "[ticker]") {
  std::atomic<int> ticks{0};
  {
    const Ticker ticker(std::chrono::milliseconds(1), [&ticks] {
      ticks.fetch_add(1);
      ticks.notify_one();
    });
    for (int seen = 0; seen < 3; seen = ticks.load()) ticks.wait(seen);
  }
  CHECK(ticks.load() >= 3);
  // One that has not ticked yet does not wait for its time.
  const Ticker patient(Duration::max(), [] { std::abort(); });
}

}  // namespace
}  // namespace catena
