// SPDX-License-Identifier: Apache-2.0
// forward and cache before upstreams that lie, stall, flap and cut, under reloads.
#include "test/sim/house.hpp"
#include "test/sim/secret.hpp"
#include "test/sim/world.hpp"
#include "test/sim/worlds/askers.hpp"
#include "test/sim/worlds/cache_lines.hpp"
#include "test/sim/worlds/number.hpp"
#include "test/sim/worlds/question.hpp"
#include "test/sim/worlds/upstream.hpp"

#include <algorithm>
#include <array>
#include <deque>

namespace catena::cache {
void setup(Setup& setup);
}
namespace catena::forward {
void setup(Setup& setup);
}

namespace catena::sim {
namespace {

using boost::asio::ip::udp;

constexpr std::array kPlugins{PluginEntry{"cache", cache::setup, ""},
                              PluginEntry{"forward", forward::setup, ""}};
constexpr std::size_t kNames = 30;
/// More than a question's 5 seconds, a reload's 5, an unused socket's 10 and a probe's rounds.
constexpr Duration kLongest = std::chrono::seconds(60);
/// A failure takes 5 seconds at most, and a cache gives it again for 5 more.
constexpr Duration kFailureKept = std::chrono::seconds(12);

std::string options(Dice& dice) {
  std::string text;
  const auto add = [&](unsigned often, std::string_view line) {
    if (dice.percent(often)) text.append("  ").append(line).append("\n");
  };
  add(30, "policy sequential");
  add(20, "max_fails 0");
  add(20, "max_concurrent 10");
  add(20, dice.percent(50) ? "force_tcp" : "prefer_udp");
  add(30, "read_timeout 300ms");
  add(20, "expire 0s");
  add(20, "failfast_all_unhealthy_upstreams");
  add(20, "failover SERVFAIL REFUSED");
  add(20, "max_connect_attempts 1");
  add(20, "max_idle_conns 1");
  return text;
}

constexpr std::array kAddresses{"198.51.100.1", "198.51.100.2"};
constexpr std::uint16_t kTlsPort = 853;

std::string corefile(Dice& dice) {
  const std::string cache = cache_lines(dice);
  std::string targets;
  bool secured = false;
  for (const char* address : kAddresses) {
    const bool tls = dice.percent(40);
    targets.append(tls ? " tls://" : " ").append(address);
    secured = secured || tls;
  }
  const std::string trust =
      secured ? "  tls " + authority_path() + "\n  tls_servername dns.test\n" : std::string();
  return "sim {\n" + cache + " forward ." + targets + " {\n" + trust + options(dice) + " }\n}\n";
}

// The right address or none; no rcode that nobody has said.
void check_answer(std::size_t name, std::span<const std::uint8_t> answer) {
  const unsigned rcode = answer[3] & 15u;
  expect(rcode == 0 || rcode == 2 || rcode == 5, "n{}: rcode {}", name, rcode);
  const std::size_t records = answer[6] * 256u + answer[7];
  if (records == 0) {
    const bool cut = (answer[2] & 2) != 0;
    return expect(rcode != 0 || cut, "n{}: there is no such answer", name);
  }
  const auto right = address_of(name);
  expect(records == 1 && std::equal(right.begin(), right.end(), answer.end() - 4),
         "n{}: the address of somebody else", name);
}

class Scene {
 public:
  explicit Scene(Environment& environment)
      : dice_(environment.dice),
        trace_(environment.trace),
        house_(corefile(environment.dice), kPlugins) {
    house_.random = Random(dice_.next());
    for (const char* address : kAddresses) {
      upstreams_.emplace_back(house_.outside, house_.io.get_executor(), dice_,
                              udp::endpoint(asio::ip::make_address(address), 53));
    }
    house_.outgoing = [this](const auto& local, const auto& datagram) {
      return leave(local, datagram);
    };
    house_.connecting = [this](const auto&, const auto& remote) {
      const Wrapping wrapping = remote.port() == kTlsPort ? Wrapping::tls : Wrapping::none;
      return at(remote.address()).accept(wrapping, now());
    };
  }

  void live() {
    const std::size_t steps = dice_.between(20, 120);
    for (std::size_t i = 0; i < steps; ++i) step();
    wind_down();
  }

 private:
  void step() {
    switch (dice_.below(12)) {
      case 0:
      case 1:
        return change_mood();
      case 2:
        return change_network();
      case 3:
        return reload();
      case 4:
      case 5:
      case 6:
      case 7:
        return ask(dice_.percent(10) ? dice_.between(10, 60) : dice_.between(1, 4));
      default:
        return pass(dice_.milliseconds(0, dice_.percent(15) ? 20000 : 300));
    }
  }

  void change_mood() {
    SimUpstream& one = upstreams_[dice_.below(upstreams_.size())];
    one.mood = static_cast<Mood>(dice_.below(kMoods));
    trace_.note("{} is {}", one.address().address().to_string(), static_cast<int>(one.mood));
  }

  void change_network() {
    network_error_ = dice_.percent(60) ? 0 : dice_.percent(50) ? ENOBUFS : EPERM;
    trace_.note("network {}", network_error_);
  }

  int leave(const udp::endpoint& local, const net::MemoryDatagram& datagram) {
    if (network_error_ != 0 && dice_.percent(70)) return network_error_;
    if (!dice_.percent(loss_)) at(datagram.peer.address()).receive(local, datagram.bytes, now());
    return 0;
  }

  void reload() {
    if (house_.reloading()) return;
    const std::string text = corefile(dice_);
    trace_.note("reload {}", text);
    house_.reload(text, kPlugins);
  }

  void ask(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) ask_one(dice_.between(1, kNames));
    if (dice_.percent(50)) settle();
  }

  void ask_one(std::size_t name) {
    const std::size_t id = askers_.size();
    const bool stream = dice_.percent(20);
    trace_.note("n{} as {} {}", name, id, stream);
    names_.push_back(name);
    askers_.ask(question_of(fmt::format("n{}.sim.", name), dns::Type::A, id),
                stream ? Protocol::tcp : Protocol::udp);
  }

  /// All that happens without time going on.
  void settle() {
    std::size_t steps = 1;
    while (steps != 0 || next_saying() <= now()) {
      for (SimUpstream& one : upstreams_) one.act(now());
      steps = house_.turn();
      askers_.take_answers();
    }
  }

  void pass(Duration time) {
    pass_time(house_.parts.clock, time, [this] { settle(); }, [this] { return next_event(); });
    trace_.note("at {} {} wait, {} and {} asked", now().time_since_epoch().count(),
                house_.dispatcher.waiting(), upstreams_[0].asked(), upstreams_[1].asked());
  }

  void take(std::size_t id, std::span<const std::uint8_t> answer) {
    check_answer(names_[id], answer);
    last_rcode_ = answer[3] & 15u;
    trace_.note("{} rcode {} of {} bytes", id, answer[3] & 15, answer.size());
  }

  /// Everybody is kind, and all that waits ends within its time.
  void wind_down() {
    for (SimUpstream& one : upstreams_) one.mood = Mood::kind;
    network_error_ = 0;
    loss_ = 0;
    pass(kLongest);
    askers_.check_all_answered();
    // The first one finds upstreams well that were down when the last worker left off probing.
    ask_one(kNames + 1);
    pass(kFailureKept);
    ask_one(kNames + 1);
    pass(kLongest);
    askers_.check_all_answered();
    expect(last_rcode_ == 0, "the last question was answered with rcode {}", last_rcode_);
    expect(house_.dispatcher.waiting() == 0, "{} wait", house_.dispatcher.waiting());
    expect(house_.outside.open() == 0, "{} sockets are open", house_.outside.open());
    for (SimUpstream& one : upstreams_) {
      one.act(now());
      expect(one.connections() == 0, "{} connections are open", one.connections());
      trace_.note("{} sessions went on", one.resumed());
    }
    expect(house_.deadlines.empty(), "something is still to come");
  }

  SimUpstream& at(const asio::ip::address& address) {
    return *std::find_if(upstreams_.begin(), upstreams_.end(),
                         [&](const auto& one) { return one.address().address() == address; });
  }

  TimePoint now() const { return house_.parts.clock.now(); }
  TimePoint next_saying() const { return std::min(upstreams_[0].next(), upstreams_[1].next()); }
  TimePoint next_event() const { return std::min(next_saying(), house_.deadlines.next()); }

  Dice& dice_;
  Trace& trace_;
  House house_;
  std::deque<SimUpstream> upstreams_;
  Askers askers_{house_, [this](std::size_t id, auto answer) { take(id, answer); }};
  std::vector<std::size_t> names_;  // By question.
  int network_error_ = 0;
  unsigned loss_ = 3;  // In a hundred.
  unsigned last_rcode_ = 0;
};

}  // namespace

void resolvers(Environment& environment) { Scene(environment).live(); }

}  // namespace catena::sim
