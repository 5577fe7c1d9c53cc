// SPDX-License-Identifier: Apache-2.0
#include "core/client/testing.hpp"
#include "core/net/memory_network.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <deque>
#include <limits>
#include <vector>

namespace catena::client {
namespace {

using std::chrono::milliseconds;

/// A kernel that refuses some datagrams for want of room, and then takes what comes.
struct Full {
  explicit Full(unsigned times) : refusals(times) {}

  int take() {
    if (refusals == 0) return ++taken, 0;
    --refusals;
    return ENOBUFS;
  }

  unsigned refusals;
  unsigned taken = 0;
};

struct Case {
  const char* name;
  unsigned refusals;
  Duration settled;  // When the question has left, or has failed.
  unsigned pauses;
  unsigned taken;
};

const Case kCases[] = {
    {"there is room", 0, milliseconds(0), 0, 1},
    {"it leaves after a pause", 1, milliseconds(1), 1, 1},
    {"pauses become longer", 3, milliseconds(7), 3, 1},
    {"the last pause is over after 63 ms", 6, milliseconds(63), 6, 1},
    {"then it fails", std::numeric_limits<unsigned>::max(), milliseconds(63), 7, 0},
};

// Such a socket is writable at once: it was tried again and again, for all of the timeout.
TEST_CASE("where the kernel has no room a question waits a moment", "[client]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      Bed bed;
      Full kernel(c.refusals);
      net::MemoryNetwork network(
          bed.io.get_executor(), [&kernel](const auto&, const auto&) { return kernel.take(); },
          [](const auto&, const auto&) { return nullptr; });
      UpstreamLoop loop(bed.io.get_executor(), bed.clock, bed.deadlines, network, bed.random,
                        Lane{1});
      Channel channel(loop, bed.upstream);
      Question question("www.example.org.", {.timeout = std::chrono::hours(1)});
      question.ask(channel);
      bed.advance(milliseconds(0));
      const TimePoint began = bed.clock.now();
      const auto settled = [&] { return kernel.taken != 0 || question.ends() != 0; };
      while (!settled() && bed.deadlines.next() < began + std::chrono::seconds(1)) {
        bed.advance(bed.deadlines.next() - bed.clock.now());
      }
      CHECK(bed.clock.now() - began == c.settled);
      CHECK(kernel.taken == c.taken);
      CHECK(bed.upstream->counters.send_pauses->value() == c.pauses);
      CHECK(question.ends() == (c.taken == 0 ? 1 : 0));
      if (c.taken == 0) CHECK(question.exchange().fault().error == ENOBUFS);
    }
  }
}

/// A process that may open only so many sockets more.
struct Scarce final : net::Network {
  Scarce(net::Network& network, int descriptors) : real(network), left(descriptors) {}

  net::Dialled<net::Datagrams> dial_datagrams(const Endpoint& remote,
                                              const Endpoint& local) override {
    if (left > 0) return --left, real.dial_datagrams(remote, local);
    net::Dialled<net::Datagrams> none;
    none.error = EMFILE;
    return none;
  }
  net::Dialled<net::ByteStream> dial_stream(const Endpoint& remote,
                                            const Endpoint& local) override {
    return real.dial_stream(remote, local);
  }

  net::Network& real;
  int left;
};

// Each question that would have had a port of its own failed, though others were open.
TEST_CASE("where descriptors are short, questions share the ports that are open", "[client]") {
  constexpr unsigned kQuestions = 3000;
  for (const int descriptors : {0, 1, 3}) {
    CAPTURE(descriptors);
    Bed bed;
    unsigned taken = 0;
    net::MemoryNetwork memory(
        bed.io.get_executor(), [&taken](const auto&, const auto&) { return ++taken, 0; },
        [](const auto&, const auto&) { return nullptr; });
    Scarce network(memory, descriptors);
    UpstreamLoop loop(bed.io.get_executor(), bed.clock, bed.deadlines, network, bed.random,
                      Lane{1});
    Channel channel(loop, bed.upstream);
    for (unsigned i = 0; i < kQuestions; ++i) {
      Question question("www.example.org.");
      question.ask(channel);
      bed.advance(milliseconds(0));
    }
    CHECK(taken == (descriptors == 0 ? 0 : kQuestions));
    CHECK(bed.upstream->counters.misses[0]->value() == static_cast<unsigned>(descriptors));
  }
}

// A client over TCP may ask with 64 KiB: a count of questions alone would let them take gigabytes.
TEST_CASE("questions that a server does not take have a limit in bytes", "[client]") {
  Bed bed;
  net::MemoryPeer stalled(bed.io.get_executor(), 0);
  net::MemoryNetwork network(
      bed.io.get_executor(), [](const auto&, const auto&) { return 0; },
      [&stalled](const auto&, const auto&) { return stalled.stream(); });
  UpstreamLoop loop(bed.io.get_executor(), bed.clock, bed.deadlines, network, bed.random, Lane{1});
  Channel channel(loop, bed.upstream);
  std::vector<std::uint8_t> padding(60000);
  padding[1] = 12;
  padding[2] = static_cast<std::uint8_t>((padding.size() - 4) >> 8);
  padding[3] = static_cast<std::uint8_t>(padding.size() - 4);
  const dns::Edns large{.options = padding};
  std::deque<Question> questions;
  for (int i = 0; i < 20; ++i) {
    questions.emplace_back("a.", Plan{.wire = Wire::tcp}, Question::Then(), large).ask(channel);
  }
  bed.advance(milliseconds(0));
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const bool fits = (i + 1) * 60000 < 1024 * 1024;
    CHECK(questions[i].ends() == (fits ? 0 : 1));
    if (!fits) CHECK(questions[i].exchange().fault().during == Fault::During::limit);
  }
  CHECK(bed.upstream->counters.refused->value() == 3);
}

}  // namespace
}  // namespace catena::client
