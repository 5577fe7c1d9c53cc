// SPDX-License-Identifier: Apache-2.0
// Asks at a steady rate, whatever comes back, until it gets SIGTERM or SIGINT:
//
//   catena_test_load ADDRESS PORT NAMES-FILE UDP TCP KEPT [TIMEOUT-MS]
//
// UDP, TCP and KEPT are questions a second: from a new socket for each pair of A and AAAA, over a
// new connection for each pair, over connections that are kept. Prints `started`, and at the end
// what was asked, right, failed (SERVFAIL), wrong and lost, as JSON. Where answers come late, no
// more than kMostOpen pairs of each way are open: a machine that is too busy for the rate gets a
// smaller one.
#include "test/load/lookup.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <list>
#include <memory>
#include <sys/epoll.h>

namespace catena::load {
namespace {

volatile std::sig_atomic_t stopping = 0;
constexpr auto kTooLate = std::chrono::milliseconds(20);
constexpr auto kLongest = std::chrono::minutes(10);
constexpr std::size_t kMostOpen = 64;

/// Questions that go one way, and when the next pair is due.
struct Stream {
  Way way;
  Clock::duration interval{};
  Clock::time_point next;
  std::size_t open = 0;
  Tally tally;
};

class Load {
 public:
  Load(Settings settings, std::vector<Name> names, const std::array<double, 3>& rates)
      : settings_(settings), names_(std::move(names)) {
    for (std::size_t i = 0; i < rates.size(); ++i) {
      if (rates[i] <= 0) continue;
      Stream stream{static_cast<Way>(i), {}, Clock::now(), 0, {}};
      stream.interval = std::chrono::nanoseconds(static_cast<std::int64_t>(2e9 / rates[i]));
      streams_.push_back(std::move(stream));
    }
  }

  void run() {
    const Clock::time_point begin = Clock::now();
    fmt::print("started\n");
    std::fflush(stdout);
    while (stopping == 0 && Clock::now() < begin + kLongest) {
      for (Stream& stream : streams_) start_due(stream);
      turn();
    }
    seconds_ = std::chrono::duration<double>(Clock::now() - begin).count();
    while (!lookups_.empty()) turn();
  }

  void report() const {
    fmt::print("{{\"seconds\": {:.2f}", seconds_);
    for (const Stream& stream : streams_) {
      const Tally& tally = stream.tally;
      const std::chrono::duration<double, std::milli> longest = tally.longest;
      fmt::print(
          ", \"{}\": {{\"asked\": {}, \"right\": {}, \"failed\": {}, \"wrong\": {}, "
          "\"lost_first\": {}, \"lost\": {}, \"longest_ms\": {:.1f}, \"reasons\": {{",
          kWays[static_cast<std::size_t>(stream.way)], tally.asked, tally.right, tally.failed,
          tally.wrong, tally.lost_first, tally.lost, longest.count());
      const char* comma = "";
      for (const auto& [reason, count] : tally.reasons) {
        fmt::print("{}\"{}\": {}", comma, reason, count);
        comma = ", ";
      }
      fmt::print("}}}}");
    }
    fmt::print("}}\n");
  }

 private:
  struct Open {
    Stream* stream;
    std::unique_ptr<Lookup> lookup;
  };

  // A burst to make up for a pause of this program would be no steady load.
  void start_due(Stream& stream) {
    const Clock::time_point now = Clock::now();
    if (now - stream.next > kTooLate) stream.next = now - kTooLate;
    for (; stream.next <= now; stream.next += stream.interval) {
      if (stream.open >= kMostOpen) continue;
      ++stream.open;
      const Name& name = names_[turn_++ % names_.size()];
      lookups_.push_back(Open{
          &stream, std::make_unique<Lookup>(settings_, kept_, name, stream.way, stream.tally)});
      lookups_.back().lookup->start();
    }
  }

  void turn() {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(settings_.poller, events.data(), events.size(), 1);
    for (int i = 0; i < count; ++i) {
      static_cast<Lookup*>(events[static_cast<std::size_t>(i)].data.ptr)->on_event();
    }
    const Clock::time_point now = Clock::now();
    for (auto place = lookups_.begin(); place != lookups_.end();) {
      Lookup& lookup = *place->lookup;
      if (!lookup.done() && lookup.deadline() <= now) lookup.on_timeout();
      if (lookup.done()) --place->stream->open;
      place = lookup.done() ? lookups_.erase(place) : std::next(place);
    }
  }

  const Settings settings_;
  const std::vector<Name> names_;
  std::vector<Stream> streams_;
  Kept kept_;
  std::list<Open> lookups_;
  std::size_t turn_ = 0;
  double seconds_ = 0;
};

int run(int count, char** words) {
  if (count < 7) {
    fmt::print(stderr,
               "usage: catena_test_load ADDRESS PORT NAMES-FILE UDP TCP KEPT [TIMEOUT-MS]\n");
    return 2;
  }
  Settings settings;
  settings.server.sin_family = AF_INET;
  settings.server.sin_port = htons(static_cast<std::uint16_t>(std::atoi(words[2])));
  const auto names = read_names(words[3]);
  if (::inet_pton(AF_INET, words[1], &settings.server.sin_addr) != 1 || !names) {
    fmt::print(stderr, "not an IPv4 address, or no names in {}\n", words[3]);
    return 2;
  }
  if (count > 7) settings.timeout = std::chrono::milliseconds(std::atoi(words[7]));
  settings.poller = ::epoll_create1(EPOLL_CLOEXEC);
  for (const int signal : {SIGTERM, SIGINT}) std::signal(signal, [](int) { stopping = 1; });
  Load load(settings, *names, {std::atof(words[4]), std::atof(words[5]), std::atof(words[6])});
  load.run();
  load.report();
  return 0;
}

}  // namespace
}  // namespace catena::load

int main(int count, char** words) { return catena::load::run(count, words); }
