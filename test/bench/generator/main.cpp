// SPDX-License-Identifier: Apache-2.0
// A load generator for DNS servers on this host. Checks id, rcode and question of every answer, and
// prints one line of JSON about the time in which it measured. Its options are in settings.hpp.
//
//   bench_generator --port 5300 --questions names --servers 4711 [--rate 20000] [--transport
//   tls]...
#include "test/bench/generator/lane.hpp"
#include "test/bench/generator/usage.hpp"

#include <fmt/format.h>

#include <ctime>
#include <poll.h>
#include <sys/prctl.h>

namespace catena::bench {
namespace {

using Lanes = std::vector<std::unique_ptr<Lane>>;
constexpr Nanoseconds kSecond = 1'000'000'000;

class Generator {
 public:
  Generator(const Settings& settings, Questions& questions)
      : settings_(settings), pace_(settings.rate, now()) {
    for (std::size_t i = 0; i < settings.sockets; ++i)
      lanes_.push_back(Lane::make(settings, questions));
    for (const auto& lane : lanes_) watched_.push_back({lane->descriptor(), POLLIN, 0});
    pace_ = Pace(settings.rate, now());
  }

  /// Asks and takes answers for some time.
  void run(double seconds) {
    const Nanoseconds end = now() + static_cast<Nanoseconds>(seconds * kSecond);
    for (Nanoseconds time = now(); time < end; time = now()) {
      ask(time);
      if (!receive() && settings_.wait) sleep(time);
      give_up(time);
    }
  }

  /// Takes what is still to come; the rest is lost.
  void finish() {
    const Nanoseconds end = now() + kPatience;
    while (open() != 0 && now() < end) receive();
    for (const auto& lane : lanes_) lane->give_up(end + kSecond, tally);
  }

  Tally tally;

 private:
  // At a rate, sockets take turns.
  void ask(Nanoseconds time) {
    if (!pace_.has_rate()) {
      for (const auto& lane : lanes_)
        if (lane->room() != 0) lane->ask(lane->room(), pace_);
      return;
    }
    for (std::size_t due = pace_.due(lanes_.size(), time); due > 0; --due) {
      Lane& lane = *lanes_[turn_++ % lanes_.size()];
      if (lane.room() != 0) lane.ask(1, pace_);
    }
  }

  bool receive() {
    bool any = false;
    for (const auto& lane : lanes_) any |= lane->receive(tally);
    return any;
  }

  void sleep(Nanoseconds time) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) watched_[i].fd = lanes_[i]->descriptor();
    const Nanoseconds at_rate = std::max<Nanoseconds>(pace_.next(time) - time, 0);
    const Nanoseconds most = pace_.has_rate() ? at_rate : kPatience / 2;
    const timespec timeout{most / kSecond, most % kSecond};
    ppoll(watched_.data(), watched_.size(), &timeout, nullptr);
  }

  void give_up(Nanoseconds time) {
    if (time - checked_ < kPatience / 10) return;
    for (const auto& lane : lanes_) lane->give_up(time - kPatience, tally);
    checked_ = time;
  }

  std::size_t open() const {
    std::size_t count = 0;
    for (const auto& lane : lanes_) count += lane->open();
    return count;
  }

  const Settings& settings_;
  Pace pace_;
  Lanes lanes_;
  std::vector<pollfd> watched_;
  std::size_t turn_ = 0;
  Nanoseconds checked_ = 0;
};

void report(const Tally& tally, double seconds, const Usage& before, const Usage& after) {
  const CpuTime servers = after.servers - before.servers;
  const double own = (after.own - before.own).total, beside = (after.beside - before.beside).total;
  const double other = after.machine - before.machine - servers.total - own - beside;
  const double each = 1e6 / static_cast<double>(std::max<std::uint64_t>(tally.answers, 1));
  fmt::print(
      "{{\"answers\": {}, \"wrong\": {}, \"stray\": {}, \"seconds\": {:.3f}, \"rate\": {:.0f}, "
      "\"p50\": {:.1f}, \"p99\": {:.1f}, \"p999\": {:.1f}, \"longest\": {:.1f}, ",
      tally.answers, tally.wrong, tally.stray, seconds,
      static_cast<double>(tally.answers) / seconds, tally.took.percentile(0.5),
      tally.took.percentile(0.99), tally.took.percentile(0.999), tally.took.longest());
  fmt::print(
      "\"cost\": {:.3f}, \"user\": {:.3f}, \"system\": {:.3f}, \"generator\": {:.3f}, "
      "\"server_cores\": {:.3f}, \"generator_cores\": {:.3f}, \"other_cores\": {:.3f}, "
      "\"rcodes\": {{",
      servers.total * each, servers.user * each, servers.system * each, own * each,
      servers.total / seconds, own / seconds, other / seconds);
  const char* separator = "";
  for (std::size_t rcode = 0; rcode < tally.rcodes.size(); ++rcode) {
    if (tally.rcodes[rcode] == 0) continue;
    fmt::print("{}\"{}\": {}", separator, rcode, tally.rcodes[rcode]);
    separator = ", ";
  }
}

int measure(const Settings& settings, Questions& questions) {
  prctl(PR_SET_TIMERSLACK, 1000);
  Generator generator(settings, questions);
  generator.run(settings.warm_seconds);
  generator.tally = {};
  const Usage before = Usage::read(settings.servers, settings.beside);
  const Nanoseconds start = now();
  generator.run(settings.seconds);
  const double seconds = static_cast<double>(now() - start) / kSecond;
  const Usage after = Usage::read(settings.servers, settings.beside);
  const Tally tally = generator.tally;
  generator.finish();
  report(tally, seconds, before, after);
  fmt::print("}}, \"lost\": {}}}\n", generator.tally.lost);
  return 0;
}

}  // namespace
}  // namespace catena::bench

int main(int argc, char** argv) {
  using catena::bench::Questions;
  const auto settings = catena::bench::read_settings(argc, argv);
  if (!settings) return 2;
  auto questions = Questions::read(
      settings->questions, settings->unique ? Questions::Names::unique : Questions::Names::given);
  if (!questions) {
    fmt::print(stderr, "bench_generator: no questions `NAME [TYPE]` in {}\n", settings->questions);
    return 2;
  }
  try {
    return catena::bench::measure(*settings, *questions);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "bench_generator: {}\n", problem.what());
    return 1;
  }
}
