// SPDX-License-Identifier: Apache-2.0
#include "core/client/testing.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <string>

namespace catena::client {
namespace {

const Plan kUdp{.timeout = std::chrono::hours(1)};
const Plan kTcp{.wire = Wire::tcp, .timeout = std::chrono::hours(1)};

// Not this machine's: no socket can be bound to it.
UpstreamOptions from_elsewhere() { return {.source = asio::ip::make_address("192.0.2.99")}; }

/// Where a call is when its channel closes.
struct Place {
  const char* name;
  Plan plan;
  UpstreamOptions options;
  std::function<void(Bed&, Question&)> get_there;
};

const std::vector<Place> kPlaces = {
    {"it waits for a UDP reply",
     kUdp,
     {},
     [](Bed& bed, Question& question) {
       question.ask(*bed.channel);
       REQUIRE(bed.run_until([&bed] { return bed.server.udp.available() != 0; }));
     }},
    {"its datagram has not left yet",
     kUdp,
     {},
     [](Bed& bed, Question& question) { question.ask(*bed.channel); }},
    {"its connection is being made",
     kTcp,
     {},
     [](Bed& bed, Question& question) { question.ask(*bed.channel); }},
    {"it waits for a TCP reply",
     kTcp,
     {},
     [](Bed& bed, Question& question) {
       question.ask(*bed.channel);
       asio::ip::tcp::socket peer = bed.server.tcp.accept();
       REQUIRE(bed.run_until([&peer] { return peer.available() != 0; }));
     }},
    {"it has failed and its waiter does not know yet", kUdp, from_elsewhere(),
     [](Bed& bed, Question& question) { question.ask(*bed.channel); }},
    {"the same over TCP", kTcp, from_elsewhere(),
     [](Bed& bed, Question& question) { question.ask(*bed.channel); }},
    {"it is begun when the channel is closed already",
     kUdp,
     {},
     [](Bed& bed, Question& question) {
       bed.channel->close();
       question.ask(*bed.channel);
     }},
};

// A call that nobody ends keeps its coroutine, and that its configuration, for ever: so it was with
// those that had failed when a worker left.
TEST_CASE("every call of a channel ends when it closes", "[client]") {
  for (const Place& place : kPlaces) {
    DYNAMIC_SECTION(place.name) {
      Bed bed(place.options);
      Question question("www.example.org.", place.plan);
      place.get_there(bed, question);
      CHECK(question.ends() == 0);
      bed.channel->close();
      CHECK(question.ends() == 1);
      CHECK(question.status() == ExchangeStatus::failed);
      bed.channel.reset();
      bed.io.poll();
      CHECK(question.ends() == 1);
    }
  }
}

TEST_CASE("a call that is given up is not told of anything", "[client]") {
  for (const Place& place : kPlaces) {
    DYNAMIC_SECTION(place.name) {
      Bed bed(place.options);
      Question question("www.example.org.", place.plan);
      place.get_there(bed, question);
      question.drop();
      bed.channel->close();
      bed.io.restart();
      bed.io.poll();
      CHECK(question.ends() == 0);
    }
  }
}

TEST_CASE("closing lets another worker probe", "[client]") {
  Bed bed(GENERATE(UpstreamOptions{}, from_elsewhere()));
  bed.channel->probe();
  CHECK_FALSE(bed.upstream->health->claim());
  bed.channel->close();
  CHECK(bed.upstream->health->claim());
}

/// Says something wrong, with the right id, to the question that has come.
class Liar {
 public:
  explicit Liar(Bed& bed) : bed_(bed) {
    const auto here = [&bed] { return bed.server.udp.available() != 0; };
    REQUIRE(bed.run_until(here));
    size_ = bed.server.udp.receive_from(asio::buffer(bytes_), from_);
    bytes_[2] |= 0x80;
    bytes_[dns::kHeaderSize + 1] = 'x';
  }

  void lie() {
    bed_.server.udp.send_to(asio::buffer(bytes_, size_), from_);
    bed_.io.restart();
    bed_.io.run_one_for(std::chrono::seconds(20));
  }

 private:
  Bed& bed_;
  Endpoint from_;
  std::array<std::uint8_t, 512> bytes_;
  std::size_t size_ = 0;
};

using std::chrono::milliseconds;

struct Ending {
  const char* name;
  Plan plan;
  std::vector<Duration> misled;  // A wrong reply comes after each of these times.
  Duration ends;
  ExchangeStatus status;
};

const std::vector<Ending> kEndings = {
    {"silence ends at the timeout",
     {.timeout = milliseconds(2000)},
     {},
     milliseconds(2000),
     ExchangeStatus::failed},
    {"a wrong reply leaves the right one a quarter of a second",
     {.timeout = milliseconds(2000)},
     {milliseconds(100)},
     milliseconds(350),
     ExchangeStatus::mismatched},
    {"a second wrong reply does not prolong that",
     {.timeout = milliseconds(2000)},
     {milliseconds(100), milliseconds(200)},
     milliseconds(350),
     ExchangeStatus::mismatched},
    {"and never more than the timeout does",
     {.timeout = milliseconds(2000)},
     {milliseconds(1900)},
     milliseconds(2000),
     ExchangeStatus::mismatched},
};

TEST_CASE("when a call ends", "[client]") {
  for (const Ending& ending : kEndings) {
    DYNAMIC_SECTION(ending.name) {
      Bed bed;
      Question question("www.example.org.", ending.plan);
      question.ask(*bed.channel);
      Liar liar(bed);
      const TimePoint began = bed.clock.now();
      for (const Duration after : ending.misled) {
        bed.advance(began + after - bed.clock.now());
        liar.lie();
      }
      bed.advance(began + ending.ends - bed.clock.now() - Duration(1));
      CHECK(question.ends() == 0);
      bed.advance(Duration(1));
      CHECK(question.ends() == 1);
      CHECK(question.status() == ending.status);
    }
  }
}

struct Spread {
  std::map<std::uint16_t, unsigned> by_port;
  unsigned as_before = 0;  // Questions from the port of the one before.
};

// By the number in the name, for that is the order of the questions.
Spread spread_of(Bed& bed, unsigned count) {
  std::deque<Question> questions;
  for (unsigned i = 0; i < count; ++i) {
    questions.emplace_back(std::to_string(i) + ".").ask(*bed.channel);
  }
  std::vector<std::uint16_t> ports(count);
  for (unsigned seen = 0; seen < count; ++seen) {
    REQUIRE(bed.run_until([&bed] { return bed.server.udp.available() != 0; }));
    std::array<std::uint8_t, 512> bytes;
    Endpoint from;
    const std::size_t size = bed.server.udp.receive_from(asio::buffer(bytes), from);
    const auto question = dns::parse_question(std::span(bytes).first(size)).value();
    ports.at(std::stoul(question.name.to_text())) = from.port();
  }
  Spread spread;
  for (unsigned i = 0; i < count; ++i) {
    ++spread.by_port[ports[i]];
    if (i > 0 && ports[i] == ports[i - 1]) ++spread.as_before;
  }
  bed.channel->close();
  return spread;
}

// When all that left in one turn shared a port, 83 % of the questions came from the port of the one
// before. The bounds are more than six standard deviations from the mean.
TEST_CASE("questions at once leave from all ports of the pool alike", "[client]") {
  Bed bed;
  bed.server.udp.set_option(asio::socket_base::receive_buffer_size(1 << 20));
  const Spread spread = spread_of(bed, 240);
  CHECK(spread.by_port.size() == 8);
  for (const auto& [port, questions] : spread.by_port) CHECK(questions < 61);
  CHECK(spread.as_before < 61);
}

using Bytes = std::vector<std::uint8_t>;
using Questions = std::deque<Question>;

/// What the waiter of the first reply does while others lie behind it in the same buffer.
struct Reaction {
  const char* name;
  std::function<void(Bed&, Questions&)> react;
  std::vector<ExchangeStatus> statuses;  // Pending: its waiter is told nothing.
};

constexpr ExchangeStatus kAnswered = ExchangeStatus::answered;
const std::vector<Reaction> kReactions = {
    {"nothing", [](Bed&, Questions&) {}, {kAnswered, kAnswered, kAnswered}},
    {"asks more",
     [](Bed& bed, Questions& questions) {
       // Two, so that the connection's own buffers grow.
       const Plan plan = questions.front().exchange().plan();
       for (const char* name : {"three.", "four."}) {
         questions.emplace_back(name, plan).ask(*bed.channel);
       }
     },
     {kAnswered, kAnswered, kAnswered, ExchangeStatus::pending, ExchangeStatus::pending}},
    {"closes the channel",
     [](Bed& bed, Questions&) { bed.channel->close(); },
     {kAnswered, ExchangeStatus::failed, ExchangeStatus::failed}},
    {"gives the others up",
     [](Bed&, Questions& questions) {
       questions[1].drop();
       questions[2].drop();
     },
     {kAnswered, ExchangeStatus::pending, ExchangeStatus::pending}},
    {"lets its own call go",
     [](Bed&, Questions& questions) { questions[0].drop(); },
     {kAnswered, kAnswered, kAnswered}},
};

// The questions as they came, in their order, each as its own reply.
std::vector<Bytes> udp_replies(Bed& bed, Endpoint& from) {
  std::vector<Bytes> replies;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(bed.run_until([&bed] { return bed.server.udp.available() != 0; }));
    Bytes bytes(512);
    bytes.resize(bed.server.udp.receive_from(asio::buffer(bytes), from));
    bytes[2] |= 0x80;
    replies.push_back(bytes);
  }
  return replies;
}

Bytes tcp_replies(Bed& bed, asio::ip::tcp::socket& peer, std::size_t size) {
  REQUIRE(bed.run_until([&] { return peer.available() == size; }));
  Bytes bytes(size);
  peer.read_some(asio::buffer(bytes));
  for (std::size_t at = 0; at < size; at += 2 + bytes[at + 1]) bytes[at + 4] |= 0x80;
  return bytes;
}

/// Three questions whose replies come together, and what the waiter of the first one does.
struct Together {
  Together(const Reaction& reaction, const Plan& plan, const UpstreamOptions& options)
      : bed(options) {
    for (const char* name : {"zero.", "one.", "two."}) {
      const auto then = [this, &reaction, first = questions.empty()] {
        if (first) reaction.react(bed, questions);
      };
      questions.emplace_back(name, plan, then).ask(*bed.channel);
    }
  }

  void check(const Reaction& reaction) {
    REQUIRE(questions.size() == reaction.statuses.size());
    const auto all = [&] {
      for (std::size_t i = 0; i < questions.size(); ++i) {
        if (questions[i].status() != reaction.statuses[i]) return false;
      }
      return true;
    };
    CHECK(bed.run_until(all));
    for (const Question& question : questions) {
      CHECK(question.ends() == (question.status() == ExchangeStatus::pending ? 0 : 1));
      CHECK(question.heard_its_own());
    }
  }

  Bed bed;
  Questions questions;
};

// One port, so that the datagrams come to one socket.
TEST_CASE("a waiter does what it likes amid a batch of datagrams", "[client]") {
  for (const Reaction& reaction : kReactions) {
    DYNAMIC_SECTION("it " << reaction.name) {
      Together together(reaction, kUdp, {.max_idle = 1});
      Endpoint from;
      for (const Bytes& reply : udp_replies(together.bed, from)) {
        together.bed.server.udp.send_to(asio::buffer(reply), from);
      }
      REQUIRE(together.bed.run_until([&] { return together.questions[0].ends() != 0; }));
      together.check(reaction);
    }
  }
}

TEST_CASE("a waiter does what it likes amid a stream", "[client]") {
  const std::size_t piece = GENERATE(std::size_t{1}, std::size_t{1000});
  for (const Reaction& reaction : kReactions) {
    DYNAMIC_SECTION("it " << reaction.name << " with pieces of " << piece) {
      Together together(reaction, kTcp, {});
      asio::ip::tcp::socket peer = together.bed.server.tcp.accept();
      peer.set_option(asio::ip::tcp::no_delay(true));
      constexpr std::size_t kSize = 3 * (2 + dns::kHeaderSize + 4) + 6 + 5 + 5;
      const Bytes replies = tcp_replies(together.bed, peer, kSize);
      for (std::size_t at = 0; at < kSize; at += piece) {
        boost::system::error_code closed;
        const std::size_t size = std::min(piece, kSize - at);
        peer.write_some(asio::buffer(replies.data() + at, size), closed);
        together.bed.io.restart();
        if (!closed) together.bed.io.run_one_for(milliseconds(20));
      }
      REQUIRE(together.bed.run_until([&] { return together.questions[0].ends() != 0; }));
      together.check(reaction);
    }
  }
}

/// A waiter that asks again whenever its question has failed.
class Stubborn final : public Waiter {
 public:
  explicit Stubborn(Channel& channel) : channel_(channel), name_(dns::Name::parse("a.").value()) {}

  void begin() {
    const dns::Question question{name_, dns::Type::A, dns::Class::IN};
    request_ = Request::write(question, dns::Flags(), std::nullopt, room_);
    call_.emplace(*request_, kUdp);
    call_->set_waiter(*this);
    channel_.begin(*call_);
  }
  void finished(Call&) override {
    ++times;
    begin();
  }
  void give_up() { call_.reset(); }

  unsigned times = 0;

 private:
  Channel& channel_;
  dns::Name name_;
  std::array<std::uint8_t, 64> room_{};
  std::optional<Request> request_;
  std::optional<Call> call_;
};

TEST_CASE("who fails at once and asks again at once leaves the loop to others", "[client]") {
  const bool refused = GENERATE(false, true);
  Bed bed(refused ? UpstreamOptions{} : from_elsewhere());
  if (refused) bed.server.udp.close();  // ICMP on loopback comes before sendmmsg() returns.
  Stubborn stubborn(*bed.channel);
  stubborn.begin();
  REQUIRE(bed.run_until([&stubborn] { return stubborn.times != 0; }));
  for (int turn = 0; turn < 100; ++turn) {
    const unsigned before = stubborn.times;
    bed.io.restart();
    bed.io.poll_one();
    CHECK(stubborn.times <= before + 1);
  }
  stubborn.give_up();
}

}  // namespace
}  // namespace catena::client
