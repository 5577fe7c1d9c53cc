// SPDX-License-Identifier: Apache-2.0
// Several threads use what is defined here.
#include "core/server/test_plugins.hpp"

#include "core/plugin/attempt.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/setup.hpp"
#include "core/server/life_plugins.hpp"

#include "test/support/bind_setup.hpp"
#include "test/support/records.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <list>
#include <stdexcept>

namespace catena::server::test {
namespace {

using asio::awaitable;

std::string argument(Setup& setup, std::string fallback) {
  config::Directive& directive = setup.once();
  directive.optional(fallback);
  directive.done();
  return fallback;
}

bool below(const Query& query, std::string_view zone) {
  return query.name().is_in(dns::Name::parse(zone).value());
}

dns::NameView name_in(Query& query, const std::string& text) {
  const dns::Name name = dns::Name::parse(text).value();
  return dns::NameView(query.arena().copy(name.view().bytes()));
}

void add_text(Query& query, std::string_view text) {
  dns::Record record{.owner = query.name(), .type = dns::Type::TXT};
  const std::span<std::uint8_t> data = query.arena().array<std::uint8_t>(text.size() + 1);
  data[0] = static_cast<std::uint8_t>(text.size());
  std::copy(text.begin(), text.end(), data.begin() + 1);
  record.rdata = data;
  query.response().add(dns::Section::answer, record);
}

/// A timer that never fires and is cancelled when the wait is over.
awaitable<void> wait_on(asio::steady_timer& timer) {
  timer.expires_at(asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

class Answer final : public Plugin {
 public:
  explicit Answer(std::uint8_t last) : data_{192, 0, 2, last} {}
  Reply serve(Query& query, Next) const override {
    const dns::Record record{
        .owner = query.name(), .type = dns::Type::A, .ttl = 300, .rdata = data_};
    query.respond().add(dns::Section::answer, record);
    return Outcome::respond;
  }

 private:
  std::array<std::uint8_t, 4> data_;
};

class WaitOnTimer final : public Awaited {
 public:
  explicit WaitOnTimer(asio::steady_timer& timer) : timer_(timer) {}
  void give_up() override { timer_.cancel(); }

 private:
  asio::steady_timer& timer_;
};

class ThrowLeaving final : public WireHook {
 public:
  Passed leaving(const Query&, const WireMessage&) override {
    throw std::runtime_error("a wire hook threw");
  }
};

class Throw final : public Plugin {
 public:
  Reply serve(Query& query, Next next) const override {
    if (query.name().to_text().find("leaving.") != std::string::npos) {
      query.add_wire_hook(*query.arena().make<ThrowLeaving>());
    }
    if (below(query, "now.")) throw std::runtime_error("a plugin threw");
    if (below(query, "later.")) return later(query);
    return next(query);
  }

 private:
  static awaitable<Outcome> later(Query& query) {
    asio::steady_timer timer(query.engine().executor(), std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    throw std::runtime_error("a coroutine threw");
  }
};

class Wait final : public Plugin, public WorkerAware {
 public:
  Reply serve(Query& query, Next next) const override {
    if (below(query, "release.")) release();
    if (below(query, "wait.")) return wait(query, next);
    return next(query);
  }
  void enter(Engine&) override {}
  void leave(Engine&) override { release(); }

 private:
  void release() const {
    for (asio::steady_timer* timer : timers_) timer->cancel();
  }
  awaitable<Outcome> wait(Query& query, Next next) const {
    asio::steady_timer timer(query.engine().executor());
    timers_.push_back(&timer);
    const auto place = std::prev(timers_.end());
    WaitOnTimer awaited(timer);
    {
      const Waiting waiting(query, awaited);
      co_await wait_on(timer);
    }
    timers_.erase(place);
    if (query.given_up()) co_return query.fail(dns::Rcode::Refused);
    co_return co_await next(query).wait();
  }

  mutable std::list<asio::steady_timer*> timers_;  // Tests that wait use one worker.
};

class Spoil final : public Plugin {
 public:
  Reply serve(Query& query, Next next) const override {
    if (below(query, "spoil.")) static_cast<void>(query.arena().take(Arena::kLimit + 1));
    return next(query);
  }
};

class Header final : public Plugin {
 public:
  Reply serve(Query& query, Next next) const override {
    return next(query).then([&query](Outcome outcome) {
      query.response().flags.clear(dns::Flags::kAA);
      query.response().flags.set(dns::Flags::kRA);
      return outcome;
    });
  }
};

class Rewrite final : public Plugin {
 public:
  Rewrite(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {}
  Reply serve(Query& query, Next next) const override {
    if (!(query.name() == dns::Name::parse(from_).value())) return next(query);
    const dns::Question asked = query.question();
    dns::Question other = asked;
    other.name = name_in(query, to_);
    query.set_question(other);
    return next(query).then([&query, asked](Outcome outcome) {
      for (dns::Record& record : query.response().answer()) record.owner = asked.name;
      query.set_question(asked);
      return outcome;
    });
  }

 private:
  std::string from_, to_;
};

/// Runs the rest for another name, then for its own; the answer says how many records came first.
class Autopath final : public Plugin {
 public:
  explicit Autopath(std::string name) : name_(std::move(name)) {}
  Reply serve(Query& query, Next next) const override {
    dns::Question searched = query.question();
    searched.name = name_in(query, name_);
    Attempt attempt(query);
    return attempt.ask(next, searched).then([&query, attempt, next](Outcome) mutable {
      const std::size_t first = query.response().answer().size();
      attempt.undo();
      return next(query).then([&query, first](Outcome outcome) {
        add_text(query, std::to_string(first) + " before");
        return outcome;
      });
    });
  }

 private:
  std::string name_;
};

/// Hands everything on, and wants it in every class.
class EveryClass final : public Plugin, public ClassAdmission {
 public:
  Reply serve(Query& query, Next next) const override { return next(query); }
};

class Refresh final : public Plugin {
 public:
  explicit Refresh(metrics::Counter& counter) : counter_(counter) {}
  Reply serve(Query& query, Next next) const override {
    const auto after = [this](Query& copy, Outcome) {
      const bool nobody = copy.transport().client.port() == 0;
      if (nobody && !copy.response().answer().empty()) counter_.add(copy.engine().lane());
    };
    query.engine().background(query, next, after);
    return next(query);
  }

 private:
  metrics::Counter& counter_;
};

class Transfer final : public Plugin {
 public:
  Reply serve(Query& query, Next next) const override {
    if (query.type() != dns::Type::AXFR) return next(query);
    return send(query);
  }

 private:
  static awaitable<Outcome> send(Query& query) {
    const std::array<std::uint8_t, 4> address{192, 0, 2, 9};
    const dns::Record record{
        .owner = query.asked().question.name, .type = dns::Type::A, .ttl = 1, .rdata = address};
    for (int part = 0; part < 10; ++part) {
      query.respond();
      for (int i = 0; i < 50; ++i) query.response().add(dns::Section::answer, record);
      const bool more = co_await query.engine().send_part(query);
      if (!more) co_return query.fail(dns::Rcode::NotImp);
    }
    co_return Outcome::drop;
  }
};

class Ask final : public Plugin {
 public:
  explicit Ask(std::string name) : name_(std::move(name)) {}
  Reply serve(Query& query, Next next) const override {
    if (!below(query, "ask.")) return next(query);
    dns::Question question = query.question();
    question.name = name_in(query, name_);
    query.respond();
    return ask(query, question, Asking::question,
               [&query](Outcome outcome, const dns::Response& said) {
                 query.response().copy(said);
                 return outcome;
               });
  }

 private:
  std::string name_;
};

class Here final : public Plugin {
 public:
  explicit Here(std::string name) : name_(std::move(name)) {}
  Reply serve(Query& query, Next next) const override {
    if (!below(query, "here.")) return next(query);
    const dns::NameView name = name_in(query, name_);
    query.respond();
    const dns::Question other{name, query.type(), query.qclass()};
    add_text(query, query.engine().leads_here(query, other) ? "here" : "elsewhere");
    // Nothing of the query is another one than before.
    if (!below(query, "here.")) return query.fail(dns::Rcode::ServFail);
    return Outcome::respond;
  }

 private:
  std::string name_;
};

/// Puts a byte behind each message of a query: how many there were.
class Count final : public WireHook {
 public:
  std::size_t reserves(Way) const override { return 1; }
  Passed leaving(const Query& query, const WireMessage& message) override {
    if (below(query, "unsignable.")) return dns::Rcode::NotAuth;
    message.room[message.size] = ++number_;
    return message.size + 1;
  }

 private:
  std::uint8_t number_ = 0;
};

class Sign final : public Plugin {
 public:
  Reply serve(Query& query, Next next) const override {
    query.add_wire_hook(*query.arena().make<Count>());
    return next(query);
  }
};

class Update final : public Plugin, public OpcodeAdmission {
 public:
  dns::Opcode admits() const override { return dns::Opcode::Update; }
  Reply serve(Query& query, Next next) const override {
    if (query.opcode() != dns::Opcode::Update) return next(query);
    query.respond();
    return Outcome::respond;
  }
};

class Metadata final : public Plugin, public MetadataSource, public MetadataScope {
 public:
  const Zones& metadata_zones() const override { return everything_; }
  std::string_view metadata(Query& query, std::string_view label) const override {
    if (label == "test/zone") return query.arena().copy(query.zone().to_text());
    return label == "test/view" ? query.view() : std::string_view();
  }
  Reply serve(Query& query, Next next) const override {
    return next(query).then([&query](Outcome outcome) {
      add_text(query, query.metadata("test/zone"));
      return outcome;
    });
  }

 private:
  Zones everything_{{dns::Name()}};
};

class View final : public Plugin, public BlockFilter {
 public:
  explicit View(std::string type) : type_(std::move(type)) {}
  bool accepts(Query& query) const override {
    // The block is known already, so that a view may ask for metadata.
    return dns::to_string(query.type()) == type_;
  }
  std::string_view view() const override { return type_; }
  Reply serve(Query& query, Next next) const override { return next(query); }

 private:
  std::string type_;
};

/// Stands beside the chain.
class Needs final : public Companion, public Assembled {
 public:
  explicit Needs(std::string name) : name_(std::move(name)) {}
  std::string assembled(const Chain& chain) override {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      if (chain.name(i) == name_) return {};
    }
    return name_ + " plugin not loaded";
  }

 private:
  std::string name_;
};

void set_up_timeouts(Setup& setup) {
  config::Directive& directive = setup.once();
  auto& times = setup.listener().set<ConnectionTimes>();
  for (std::optional<Duration>* time : {&times.read, &times.idle, &times.write}) {
    directive.required(time->emplace());
  }
  long queries = 0;
  if (directive.optional(queries)) times.max_queries = queries;
  directive.done();
}

template <class P>
void plain(Setup& setup) {
  setup.once().done();
  setup.add(std::make_unique<P>());
}

template <class P>
void with_word(Setup& setup) {
  setup.add(std::make_unique<P>(argument(setup, "one")));
}

void set_up_debug(Setup& setup) {
  setup.once().done();
  setup.listener().set<Debugging>().on = true;
}

void set_up_rewrite(Setup& setup) {
  config::Directive& directive = setup.once();
  std::string from, to;
  directive.required(from);
  directive.required(to);
  if (directive.done()) setup.add(std::make_unique<Rewrite>(from, to));
}

void set_up_refresh(Setup& setup) {
  setup.once().done();
  setup.add(std::make_unique<Refresh>(setup.metrics().counter("test_refreshed_total", "")));
}

void set_up_answer(Setup& setup) {
  const std::string last = argument(setup, "1");
  if (last == "labels") {
    std::string text;
    for (const ServerLabel& label : setup.servers()) text += " " + label.text;
    Seen::note("labels" + text);
  }
  if (last == "throws") throw std::runtime_error("this setup throws");
  if (last == "throws-a-number") throw 42;
  setup.add(std::make_unique<Answer>(static_cast<std::uint8_t>(std::atoi(last.c_str()))));
}

constexpr std::array kEntries{
    PluginEntry{"bind", catena::test::set_up_bind, "", {}, true},
    PluginEntry{"timeouts", set_up_timeouts, ""},
    PluginEntry{"debug", set_up_debug, ""},
    PluginEntry{"metadata", plain<Metadata>, ""},
    PluginEntry{"view", with_word<View>, ""},
    PluginEntry{"update", plain<Update>, ""},
    PluginEntry{"sign", plain<Sign>, ""},
    PluginEntry{"header", plain<Header>, ""},
    PluginEntry{"rewrite", set_up_rewrite, ""},
    PluginEntry{"autopath", with_word<Autopath>, ""},
    PluginEntry{"throw", plain<Throw>, ""},
    PluginEntry{"spoil", plain<Spoil>, ""},
    PluginEntry{"refresh", set_up_refresh, ""},
    PluginEntry{"transfer", plain<Transfer>, ""},
    PluginEntry{"ask", with_word<Ask>, ""},
    PluginEntry{"here", with_word<Here>, ""},
    PluginEntry{"life", set_up_life, ""},
    PluginEntry{"wait", plain<Wait>, ""},
    PluginEntry{"worker", set_up_worker, ""},
    PluginEntry{"answer", set_up_answer, ""},
    PluginEntry{"classes", plain<EveryClass>, ""},
    PluginEntry{"needs", with_word<Needs>, ""},
    PluginEntry{"unfinished", nullptr, ""},
};

}  // namespace

PluginList registry() { return kEntries; }

}  // namespace catena::server::test
