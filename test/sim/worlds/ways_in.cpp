// SPDX-License-Identifier: Apache-2.0
// The server's ways in, behind a plugin that ends each query as its name says, and clients that do
// all that clients can do.
#include "test/sim/house.hpp"
#include "test/sim/secret.hpp"
#include "test/sim/world.hpp"
#include "test/sim/worlds/stream_client.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <set>

namespace catena::sim {
namespace {

// Plain clients and those of TLS come to one port.
const std::string kCorefile = fmt::format(
    "dns://sim:853 tls://sim:853 {{\n times\n secret\n tsig {{\n secret {} {}\n}}\n script\n}}\n",
    Signature::kKey,
    Signature::kSecret);
constexpr std::size_t kMostClients = 8;
/// Longer than any query waits, any client may be idle and any answer may take.
constexpr Duration kLongest = std::chrono::seconds(20);

/// More bytes than all clients of a world can make the server hold.
constexpr std::size_t kPlenty = 256 * 1024 * 1024;

/// What the network does with datagrams that leave.
enum class Network : std::uint8_t { takes, full, device_full, refuses };

class Scene {
 public:
  explicit Scene(Environment& environment)
      : dice_(environment.dice),
        trace_(environment.trace),
        house_(kCorefile, script_plugins(), limits(environment.dice)) {
    house_.network = [this](const net::MemoryDatagram&) { return network_error(); };
  }

  void live() {
    const std::size_t steps = dice_.between(20, 120);
    for (std::size_t i = 0; i < steps; ++i) {
      step();
      take_datagrams();
    }
    if (dice_.percent(10)) return;  // The process may end at any moment, whatever waits.
    wind_down();
    check_end();
  }

 private:
  static House::Limits limits(Dice& dice) {
    return {.memory = dice.between(128, 512) * 1024, .connections = dice.between(2, 10)};
  }

  void step() {
    if (dice_.percent(3)) return reload();
    switch (dice_.below(12)) {
      case 0:
        return connect();
      case 1:
      case 2:
        return send_datagrams();
      case 3:
        return change_network();
      case 4:
      case 5:
        return ask();
      case 6:
      case 7:
        return send_piece();
      case 8:
        return take_piece();
      case 9:
        return part();
      case 10:
        return turn();
      default:
        return pass(dice_.milliseconds(0, dice_.percent(10) ? 4000 : 200));
    }
  }

  void turn() { trace_.note("{} steps", house_.turn()); }

  void pass(Duration time) {
    house_.pass(time);
    trace_.note("at {} {} wait", house_.parts.clock.now().time_since_epoch().count(),
                house_.dispatcher.waiting());
  }

  // Whatever waits ends with the configuration it came with.
  void reload() {
    if (house_.reloading()) return;
    house_.reload(kCorefile, script_plugins());
    trace_.note("reload");
  }

  Asked roll_query() {
    Asked asked = query_of(roll_script(dice_, ++numbers_));
    if (dice_.percent(30)) return signed_now(std::move(asked));
    return dice_.percent(5) ? cut_short(std::move(asked), dice_) : asked;
  }

  Asked signed_now(Asked asked) {
    const WallTime now = house_.parts.clock.wall();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    return with_signature(std::move(asked), static_cast<std::uint64_t>(seconds.count()), dice_);
  }

  // Many of these are more than may wait to be taken, and none of them wakes the stream later.
  Asked roll_large() { return query_of({Ending::large, dice_.between(1, 30), ++numbers_}); }

  // Datagrams.

  void send_datagrams() {
    const std::size_t count = dice_.percent(10) ? dice_.between(30, 80) : dice_.between(1, 4);
    for (std::size_t i = 0; i < count; ++i) send_datagram(roll_query());
    if (dice_.percent(50)) turn();
  }

  void send_datagram(Asked asked) {
    const std::size_t times = dice_.percent(5) ? 2 : 1;
    for (; asked.sent < times; ++asked.sent) {
      house_.send({asio::ip::make_address("198.51.100.7"), 4000}, asked.message);
    }
    trace_.note("datagram {} x{}", asked.script.name(), times);
    asked_.emplace(asked.id(), std::move(asked));
  }

  int network_error() {
    if (network_ == Network::full && dice_.percent(60)) return EAGAIN;
    if (network_ == Network::device_full && dice_.percent(60)) return ENOBUFS;
    return network_ == Network::refuses && dice_.percent(30) ? EPERM : 0;
  }

  void change_network() {
    network_ = static_cast<Network>(dice_.below(4));
    house_.udp->now_writable();
    trace_.note("network {}", static_cast<int>(network_));
  }

  void take_datagrams() {
    for (const net::MemoryDatagram& datagram : std::exchange(house_.delivered, {})) {
      const auto id = static_cast<std::uint16_t>(datagram.bytes[0] << 8 | datagram.bytes[1]);
      const auto asked = asked_.find(id);
      expect(asked != asked_.end(), "an answer to {}, which nobody asked", id);
      check_answer(asked->second, datagram.bytes, Carried::in_datagram);
      ++asked->second.answered;
      expect(asked->second.answered <= asked->second.sent, "{}: too many answers",
             asked->second.script.name());
      trace_.note("answer {} of {} bytes", asked->second.script.name(), datagram.bytes.size());
    }
  }

  // Streams.

  void connect() {
    if (clients_.size() >= kMostClients) clients_.erase(clients_.begin());
    static constexpr std::array<std::size_t, 4> kWindows{100, 3000, 64 * 1024, 16 * 1024 * 1024};
    const std::size_t window = dice_.between(1, kWindows[dice_.below(kWindows.size())]);
    auto peer = house_.connect({asio::ip::make_address("198.51.100.8"), 4001}, window);
    if (dice_.percent(20)) peer->limit_reads(dice_.between(1, 50));
    const bool secret = dice_.percent(40);
    clients_.push_back(std::make_unique<StreamClient>(
        secret ? secret_client(std::move(peer)) : std::make_unique<PlainEnd>(std::move(peer))));
    trace_.note("{} connection with a window of {}", secret ? "TLS" : "plain", window);
    if (dice_.percent(50)) turn();
  }

  StreamClient* some_client() {
    return clients_.empty() ? nullptr : clients_[dice_.below(clients_.size())].get();
  }

  void ask() {
    StreamClient* client = some_client();
    if (client == nullptr) return connect();
    const std::size_t count = dice_.percent(10) ? 100 : dice_.between(1, 5);
    const bool no_wait = dice_.percent(30);
    for (std::size_t i = 0; i < count; ++i) client->ask(no_wait ? roll_large() : roll_query());
    trace_.note("{} more to ask", count);
  }

  void send_piece() {
    StreamClient* client = some_client();
    if (client == nullptr) return;
    client->send(dice_.percent(40) ? SIZE_MAX : dice_.between(1, 90));
    if (dice_.percent(50)) turn();
  }

  void take_piece() {
    StreamClient* client = some_client();
    if (client == nullptr) return;
    client->take(dice_.percent(40) ? SIZE_MAX : dice_.between(1, 5000));
    trace_.note("{} bytes taken", client->bytes_taken());
  }

  void part() {
    StreamClient* client = some_client();
    if (client == nullptr || dice_.percent(50)) return;
    const bool reset = dice_.percent(50);
    reset ? client->reset() : client->finish();
    trace_.note("{}", reset ? "reset" : "half an end");
    if (dice_.percent(50)) turn();
  }

  // The end.

  // Whoever knocks is let in before it counts who listens, since another may have to go for him.
  // From then on there is memory for all: nobody who asks and takes has to give way.
  void wind_down() {
    network_ = Network::takes;
    house_.udp->now_writable();
    turn();
    house_.budget.set_limit(kPlenty);
    for (const auto& client : clients_) {
      if (client->closed()) cut_off_.insert(client.get());
    }
    const Clock& clock = house_.parts.clock;
    for (const TimePoint end = clock.now() + kLongest; clock.now() < end;) {
      while (be_kind()) house_.turn();
      pass(std::chrono::milliseconds(500));
      take_datagrams();
    }
  }

  // True as long as somebody takes something.
  bool be_kind() {
    bool taken = false;
    for (const auto& client : clients_) taken = client->be_kind() || taken;
    return taken;
  }

  void check_end() {
    check_datagrams();
    check_streams();
    const std::size_t held = house_.dispatcher.clients().share().used();
    expect(held == 0, "{} bytes are held for nobody", held);
    expect(house_.dispatcher.waiting() == 0, "{} queries wait", house_.dispatcher.waiting());
    expect(house_.slots.waiting() == 0, "{} slots wait", house_.slots.waiting());
    expect(house_.connections.size() == 0, "{} connections", house_.connections.size());
    expect(house_.deadlines.empty(), "deadlines that nobody needs");
    expect(!house_.reloading(), "a former configuration that something holds");
  }

  // All that came was answered, or some counter says why not.
  void check_datagrams() {
    std::size_t sent = 0, answered = 0, silent = 0, unsure = 0;
    for (const auto& [id, asked] : asked_) {
      sent += asked.sent;
      answered += asked.answered;
      if (asked.garbled || asked.script.ending == Ending::drop_later) {
        unsure += asked.sent - asked.answered;
      } else if (!asked.script.answered()) {
        silent += asked.sent - asked.answered;
      }
    }
    const server::Meters& meters = house_.meters;
    const std::size_t counted = meters.udp_unsent.value();
    const std::size_t known = answered + silent;
    expect(known + counted <= sent && sent <= known + counted + unsure,
           "of {} datagrams {} were answered, {} were to be dropped, {} are counted", sent,
           answered, silent, counted);
  }

  // Whoever still listened when everybody became kind has everything by now. Of those that were cut
  // off earlier some counter says why.
  void check_streams() {
    std::size_t cut_off = 0;
    for (const auto& client : clients_) {
      const std::size_t missing = client->missing();
      expect(missing == 0 || cut_off_.contains(client.get()), "{} answers are missing", missing);
      if (missing > 0) ++cut_off;
      expect(client->closed() || client->was_reset(), "a connection that nobody ends");
    }
    std::size_t counted = house_.meters.tcp_timeouts.value();
    using server::Limit;
    for (const Limit limit : {Limit::unfinished_message, Limit::unread_answers,
                              Limit::idle_connection, Limit::new_connection, Limit::connections}) {
      counted += house_.meters.refused(limit).value();
    }
    expect(cut_off <= counted, "{} clients were cut off, {} are counted", cut_off, counted);
  }

  Dice& dice_;
  Trace& trace_;
  House house_;
  std::map<std::uint16_t, Asked> asked_;  // In datagrams.
  std::vector<std::unique_ptr<StreamClient>> clients_;
  std::set<const StreamClient*> cut_off_;  // Before the end began. Never walked through.
  std::size_t numbers_ = 0;
  Network network_ = Network::takes;
};

}  // namespace

void ways_in(Environment& environment) { Scene(environment).live(); }

}  // namespace catena::sim
