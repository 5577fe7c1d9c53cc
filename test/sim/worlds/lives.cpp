// SPDX-License-Identifier: Apache-2.0
// A server's life in any order: started, reloaded and stopped at any moment, with workers, plugins
// and clients that are at any point of theirs.
#include "core/server/server.hpp"

#include "test/sim/memory_host.hpp"
#include "test/sim/pass_time.hpp"
#include "test/sim/world.hpp"
#include "test/sim/worlds/caller.hpp"
#include "test/sim/worlds/corefiles.hpp"
#include "test/sim/worlds/ledger.hpp"
#include "test/sim/worlds/life_plugin.hpp"
#include "test/support/assembled.hpp"
#include "test/support/test_process.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

namespace catena::sim {
namespace {

using asio::ip::udp;

/// How long plugins that leave may take to let queries go, and how late a control thread looks.
constexpr Duration kSettle = std::chrono::milliseconds(200);
constexpr Duration kLate = std::chrono::milliseconds(30);
constexpr std::size_t kLongestDrain = 5000;  // Milliseconds.
/// More than any plugin prepares, any query waits and any connection may be idle.
constexpr Duration kLongest = std::chrono::seconds(20);

/// An order to the server and what it has told about it.
struct Order {
  bool possible = true;
  std::size_t told = 0;
  bool good = false;
  bool given_up = false;  ///< A stop came before it was told.
  TimePoint time;
  std::size_t configuration = 0;
};

class Scene {
 public:
  explicit Scene(Environment& environment)
      : dice_(environment.dice),
        trace_(environment.trace),
        workers_(dice_.between(1, 3)),
        parts_(workers_ + 1),
        host_(parts_.clock, dice_),
        ledger_(
            parts_.keeper.keep<Ledger>(OneOfAKind{}, [] { return std::make_shared<Ledger>(); })),
        callers_(host_, dice_, trace_) {
    ledger_->trace = &trace_;
    host_.taken = {kTaken};
    limits_.workers = workers_;
    limits_.drain = dice_.milliseconds(0, kLongestDrain);
    while (!server_) make_server();
  }

  void live() {
    const std::size_t steps = dice_.between(10, 100);
    for (std::size_t i = 0; i < steps; ++i) {
      step();
      look();
    }
    if (dice_.percent(50)) calm_down();
    end();
  }

 private:
  // What happens.

  void step() {
    switch (dice_.below(16)) {
      case 0:
        return started_ && dice_.percent(90) ? reload() : start();
      case 1:
        return dice_.percent(50) ? reload() : pass(dice_.milliseconds(0, 20));
      case 2:
        return dice_.percent(stops_.empty() ? 15 : 50) ? stop() : pass(dice_.milliseconds(0, 20));
      case 3:
      case 4:
      case 5:
        return callers_.send_datagrams(some_place());
      case 6:
        return callers_.connect(some_place());
      case 7:
      case 8:
        return callers_.ask();
      case 9:
        return callers_.part();
      case 10:
        return control();
      case 11:
      case 12:
        return turn();
      default:
        return pass(dice_.milliseconds(0, dice_.percent(15) ? 6000 : 200));
    }
  }

  udp::endpoint some_place() {
    return {asio::ip::make_address(kAddresses[dice_.below(kAddresses.size())]),
            kPorts[dice_.percent(80) ? 0 : 1]};
  }

  // Corefiles.

  // Null where the Corefile is wrong; whoever reloads finds that before the server hears of it.
  std::shared_ptr<const server::Configuration> configuration() {
    const RolledCorefile rolled = roll_corefile(dice_, ++configurations_);
    trace_.note("{}", rolled.text);
    std::shared_ptr<const server::Configuration> made;
    try {
      made = test::assembled(rolled.text, life_plugins(), parts_.process);
    } catch (const std::exception& error) {
      trace_.note("{}", error.what());
    }
    expect(rolled.right == (made != nullptr), "a Corefile that is {} is {}",
           rolled.right ? "right" : "wrong", made ? "taken" : "refused");
    if (made) known_.emplace_back(made);
    return made;
  }

  void make_server() {
    const auto first = configuration();
    first_ = configurations_;
    if (first) server_ = std::make_unique<server::Server>(parts_.process, host_, first, limits_);
  }

  // Orders.

  server::Server::Told teller(std::size_t number) {
    return [this, number](const Result<void>& result) {
      Order& order = orders_[number];
      trace_.note("order {}: {}", number, result ? "good" : result.error().text);
      ++order.told;
      order.good = result.has_value();
      ledger_->expect(order.told == 1, "order {} is told again", number);
      ledger_->expect(!order.given_up, "order {} is told after the end was ordered", number);
      ledger_->expect(order.possible || !order.good, "order {} is carried out", number);
      if (order.good) callers_.present(order.configuration);
    };
  }

  std::size_t new_order(bool possible, std::size_t configuration) {
    orders_.push_back({.possible = possible, .time = now(), .configuration = configuration});
    return orders_.size() - 1;
  }

  void start() {
    const std::size_t number = new_order(!started_ && stops_.empty(), first_);
    started_ = true;
    trace_.note("start is order {}", number);
    server_->start(teller(number));
    due_ = now();
  }

  void reload() {
    const auto next = configuration();
    if (!next) return;
    const std::size_t number = new_order(server_->running(), configurations_);
    trace_.note("reload is order {}", number);
    server_->reload(next, teller(number));
    due_ = now();
  }

  // The end is there within the shortest time that was given, once plugins have said farewell.
  void stop() {
    const Duration drain = dice_.percent(30) ? Duration::zero() : dice_.milliseconds(0, 4000);
    for (Order& order : orders_) order.given_up = order.given_up || order.told == 0;
    const std::size_t number = stops_.size();
    stops_.push_back(0);
    trace_.note("stop within {}", drain.count());
    server_->stop(drain, [this, number](server::Stopped how) { ended(number, how); });
    end_by_ = std::min(end_by_, std::max(now(), ledger_->lame_until) + drain + kSettle + kLate);
    due_ = now();
  }

  void ended(std::size_t number, server::Stopped how) {
    trace_.note("stop {} is told {}", number, how == server::Stopped::cleanly);
    ledger_->expect(++stops_[number] == 1, "the end is told again");
    ledger_->expect(how == server::Stopped::cleanly || ledger_->faults > 0,
                    "an end with errors that nobody made");
  }

  // Time.

  TimePoint now() const { return parts_.clock.now(); }

  void control() {
    const std::optional<Duration> wait = server_->step();
    due_ = wait ? now() + *wait : TimePoint::max();
    trace_.note("control {}", wait.value_or(Duration(-1)).count());
  }

  void turn() {
    const std::size_t turns = dice_.between(1, 5);
    for (std::size_t i = 0; i < turns; ++i) host_.turn();
  }

  // All that can happen before time goes on. Control thread and workers take turns in any order.
  void settle() {
    for (bool more = true; more;) {
      const bool late = due_ <= now();
      if (late && dice_.percent(50)) control();
      more = host_.turn() || due_ <= now();
    }
  }

  TimePoint next() const { return std::min(due_, host_.next()); }

  void pass(Duration time) {
    pass_time(parts_.clock, time, [this] { settle(); }, [this] { return next(); });
    trace_.note("at {}", now().time_since_epoch().count());
  }

  // Rules.

  void look() {
    callers_.take_answers();
    expect(ledger_->broken.empty(), "{}", ledger_->broken);
    expect(server_->ended() || now() <= end_by_, "the end does not come in time");
    for (const Order& order : orders_) {
      expect(order.told == 1 || order.given_up || now() <= order.time + longest_order(),
             "an order is not told");
    }
  }

  Duration longest_order() const {
    return std::chrono::milliseconds(500) + limits_.drain + kSettle + 3 * kLate;
  }

  // Nobody asks any more, and what waits has its time.
  void calm_down() {
    for (const TimePoint end = now() + kLongest; now() < end;) {
      pass(std::chrono::milliseconds(200));
      look();
    }
    callers_.check_calm();
    if (!server_->running() || callers_.anybody_waits()) return;
    const std::string metrics = parts_.metrics.text();
    expect(metrics.find("\ncatena_memory_used_bytes 0\n") != std::string::npos,
           "memory is held for nobody");
  }

  void end() {
    if (stops_.empty() || dice_.percent(20)) stop();
    while (!server_->ended()) {
      pass(std::chrono::milliseconds(10));
      if (dice_.percent(3)) stop();
      if (dice_.percent(10)) callers_.send_datagrams(some_place());
      if (dice_.percent(10)) callers_.ask();
      look();
    }
    if (dice_.percent(20)) stop();
    look();
    check_end();
  }

  void check_end() {
    for (const std::size_t told : stops_) expect(told == 1, "the end is told {} times", told);
    expect(ledger_->all_stopped(), "something that was started has not stopped");
    server_.reset();
    expect(host_.loops() == 0 && host_.open() == 0, "{} loops and {} sockets are left",
           host_.loops(), host_.open());
    for (const auto& one : known_) expect(one.expired(), "a configuration is left");
    expect(ledger_->alive == 0, "{} plugins are left", ledger_->alive);
    expect(parts_.epoch.collect() == 0, "something shared is left");
    callers_.check_end(server::Meters(parts_.metrics));
  }

  Dice& dice_;
  Trace& trace_;
  std::size_t workers_;
  test::ManualProcess parts_;
  MemoryHost host_;
  std::shared_ptr<Ledger> ledger_;
  Callers callers_;
  server::ServerLimits limits_;
  std::size_t configurations_ = 0;
  std::size_t first_ = 0;  // The one to start with.
  std::vector<std::weak_ptr<const server::Configuration>> known_;
  std::vector<Order> orders_;
  std::vector<std::size_t> stops_;  // How often each was told.
  bool started_ = false;
  TimePoint due_ = TimePoint::max();  // When the control thread goes on.
  TimePoint end_by_ = TimePoint::max();
  std::unique_ptr<server::Server> server_;
};

}  // namespace

void lives(Environment& environment) { Scene(environment).live(); }

}  // namespace catena::sim
