// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/life_plugin.hpp"

#include "core/net/timer.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/setup.hpp"

#include "test/sim/worlds/ledger.hpp"
#include "test/sim/worlds/number.hpp"
#include "test/support/bind_setup.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <list>
#include <map>
#include <set>
#include <stdexcept>

namespace catena::sim {
namespace {

std::size_t number_in(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// What the Corefile says about one plugin.
struct Lot {
  std::size_t configuration = 0;
  std::size_t place = 0;
  std::set<std::string> words;

  std::string name() const { return fmt::format("{}.{}", configuration, place); }
  bool has(const std::string& word) const { return words.contains(word); }
  /// The number behind `word` and a hyphen, in milliseconds.
  Duration time(const std::string& word) const {
    const auto found = words.lower_bound(word + "-");
    const bool there = found != words.end() && found->starts_with(word + "-");
    if (!there) return Duration::zero();
    return std::chrono::milliseconds(number_in(std::string_view(*found).substr(word.size() + 1)));
  }
};

Outcome answer(Query& query, std::size_t configuration) {
  const auto address = address_of(number_of(query.message()->bytes()));
  const auto data = query.arena().array<std::uint8_t>(address.size());
  std::copy(address.begin(), address.end(), data.begin());
  query.respond().add(dns::Section::answer, {.owner = query.asked().question.name,
                                             .type = dns::Type::A,
                                             .rclass = dns::Class::IN,
                                             .ttl = static_cast<std::uint32_t>(configuration),
                                             .rdata = data});
  return Outcome::respond;
}

using Timers = std::list<net::Timer*>;

/// A timer that its plugin can tell that it leaves.
class Held {
 public:
  Held(Timers& timers, net::Timer& timer)
      : timers_(timers), place_(timers.insert(timers.end(), &timer)) {}
  ~Held() { timers_.erase(place_); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  Timers& timers_;
  Timers::iterator place_;
};

asio::awaitable<Outcome> within(Query& query, std::size_t configuration) {
  co_return answer(query, configuration);
}

asio::awaitable<Outcome> later(Query& query,
                               Timers& timers,
                               std::size_t configuration,
                               TimePoint time) {
  net::Timer timer(query.engine().deadlines());
  const Held held(timers, timer);
  const net::Timer::End end = co_await timer.until(time);
  if (end == net::Timer::End::due) co_return answer(query, configuration);
  co_return query.fail(dns::Rcode::ServFail, "the plugin leaves");
}

class Life final : public Plugin,
                   public Startable,
                   public Prepares,
                   public TakesOver,
                   public Farewell,
                   public Listening,
                   public WorkerAware {
 public:
  Life(Lot lot, std::shared_ptr<Ledger> ledger, const Clock& clock)
      : lot_(std::move(lot)), ledger_(std::move(ledger)), clock_(clock), name_(lot_.name()) {
    ++ledger_->alive;
  }
  ~Life() override {
    --ledger_->alive;
    see("is destroyed");
    ledger_->expect(!runs_, "{} is destroyed and has not stopped", name_);
  }

  void start() override {
    see("start");
    ledger_->expect(!runs_ && !stopped_, "{} starts twice", name_);
    fail_if("start");
    ledger_->started(lot_.configuration, name_);
    runs_ = true;
  }
  void stop() override {
    see("stop");
    ledger_->expect(runs_, "{} stops and does not run", name_);
    ledger_->expect(inside_.empty(), "{} stops before it has left all workers", name_);
    ledger_->stopped(lot_.configuration, name_);
    runs_ = false;
    stopped_ = true;
    if (lot_.has("stop")) ++ledger_->faults;
    fail_if("stop");
  }

  bool prepared(Duration waited) override {
    ledger_->expect(runs_ && !prepared_, "{} is asked whether it has prepared", name_);
    fail_if("prepare");
    prepared_ = waited >= lot_.time("slow");
    return prepared_;
  }
  void listening(std::span<const std::uint16_t>) override {
    see("listen");
    ledger_->expect(runs_ && prepared_ && !listens_, "{} is told of ports", name_);
    listens_ = true;
    fail_if("listen");
  }
  void take_over() noexcept override {
    see("take over");
    ledger_->expect(runs_ && listens_ && !took_over_, "{} takes over", name_);
    took_over_ = true;
    ledger_->present = lot_.configuration;
  }

  void enter(Engine& engine) override {
    see("enter");
    const bool first = inside_.insert(engine.lane()).second && !left_.contains(engine.lane());
    ledger_->expect(runs_ && took_over_ && first, "{} enters a worker", name_);
  }
  void leave(Engine& engine) override {
    see("leave");
    const bool was_inside = inside_.erase(engine.lane()) == 1;
    left_.insert(engine.lane());
    ledger_->expect(runs_ && was_inside, "{} leaves a worker", name_);
    for (net::Timer* timer : waiting_[engine.lane()]) timer->give_up();
  }

  Duration farewell() override {
    see("farewell");
    const bool present = ledger_->present == lot_.configuration;
    ledger_->expect(runs_ && took_over_ && present && !said_, "{} says farewell", name_);
    said_ = true;
    if (lot_.has("farewell")) ++ledger_->faults;
    fail_if("farewell");
    const Duration time = lot_.time("lame");
    ledger_->lame_until = std::max(ledger_->lame_until, clock_.now() + time);
    return time;
  }

  Reply serve(Query& query, Next next) const override {
    const Lane lane = query.engine().lane();
    ledger_->expect(inside_.contains(lane), "{} is asked where it has left", name_);
    if (!lot_.has("answers")) return next(query);
    const std::size_t configuration = lot_.configuration;
    const std::size_t number = number_of(query.message()->bytes());
    switch (static_cast<Fate>(query.message()->bytes()[13])) {
      case Fate::now:
        return answer(query, configuration);
      case Fate::coroutine:
        return within(query, configuration);
      case Fate::wait:
        return later(query, waiting_[lane], configuration, clock_.now() + wait_of(number));
      case Fate::never:
        return later(query, waiting_[lane], configuration, TimePoint::max());
      case Fate::stubborn:
        return later(query, stubborn_, configuration, TimePoint::max());
      case Fate::drop:
        return Outcome::drop;
    }
    return Outcome::drop;
  }

 private:
  void see(std::string_view what) const {
    if (ledger_->trace != nullptr) ledger_->trace->note("{} {}", name_, what);
  }
  void fail_if(const std::string& word) const {
    if (lot_.has(word)) throw std::runtime_error(name_ + " " + word);
  }

  const Lot lot_;
  const std::shared_ptr<Ledger> ledger_;
  const Clock& clock_;
  const std::string name_;
  mutable std::map<Lane, Timers> waiting_;
  mutable Timers stubborn_;
  std::set<Lane> inside_;
  std::set<Lane> left_;
  bool runs_ = false;
  bool stopped_ = false;
  bool prepared_ = false;
  bool listens_ = false;
  bool took_over_ = false;
  bool said_ = false;
};

void set_up_life(Setup& setup) {
  const auto ledger =
      setup.process().keeper.keep<Ledger>(OneOfAKind{}, [] { return std::make_shared<Ledger>(); });
  for (config::Directive& directive : setup.directives()) {
    Lot lot;
    directive.required(lot.configuration);
    directive.required(lot.place);
    while (const config::Word* word = directive.take()) lot.words.insert(word->text);
    directive.done();
    setup.add(std::make_unique<Life>(std::move(lot), ledger, setup.process().clock));
  }
}

constexpr std::array kPlugins{PluginEntry{"bind", test::set_up_bind, "", {}, true},
                              PluginEntry{"life", set_up_life, ""}};

}  // namespace

PluginList life_plugins() { return kPlugins; }

}  // namespace catena::sim
