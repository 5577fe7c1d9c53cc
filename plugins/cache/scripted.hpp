// SPDX-License-Identifier: Apache-2.0
// For tests: a cache with a clock moved by hand, before a plugin that says what a script tells it.
#pragma once

#include "core/config/testing.hpp"
#include "core/dns/text.hpp"
#include "core/net/kernel_network.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"

#include "plugins/cache/cache.hpp"
#include "test/support/test_process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace catena::cache::test {

using Lines = std::vector<std::string>;

inline std::string flags_text(dns::Flags flags) {
  std::string text;
  constexpr std::pair<std::uint16_t, const char*> kNames[] = {{dns::Flags::kAA, " aa"},
                                                              {dns::Flags::kTC, " tc"},
                                                              {dns::Flags::kRA, " ra"},
                                                              {dns::Flags::kAD, " ad"}};
  for (const auto& [mask, name] : kNames) text += flags.has(mask) ? name : "";
  return text;
}

/// An answer as lines: rcode and flags ("NOERROR aa ra"), then "answer RECORD", "authority RECORD"
/// and "additional RECORD"; or "FAIL RCODE REASON". A script is the same, and may say "DROP".
inline Lines lines_of(const Query& query) {
  const dns::Response& response = query.response();
  if (query.failed()) {
    return {"FAIL " + to_string(response.rcode) + " " + std::string(query.failure())};
  }
  Lines lines{to_string(response.rcode) + flags_text(response.flags)};
  constexpr const char* kNames[] = {"answer ", "authority ", "additional "};
  for (std::size_t i = 0; i < 3; ++i) {
    for (const dns::Record& record : response.records(static_cast<dns::Section>(i))) {
      std::string text = dns::to_text(record);
      std::replace(text.begin(), text.end(), '\t', ' ');
      lines.push_back(kNames[i] + text);
    }
  }
  return lines;
}

/// A wait without end, but for the query's being given up.
class Forever final : public Awaited {
 public:
  explicit Forever(Query& query) : query_(query), timer_(query.engine().deadlines()) {}
  void give_up() override { timer_.give_up(); }
  asio::awaitable<void> wait() {
    const Waiting waiting(query_, *this);
    if (!query_.given_up()) co_await timer_.until(TimePoint::max());
  }

 private:
  Query& query_;
  net::Timer timer_;
};

/// Answers every question with its script. The first line may be "wait": not before the event loop
/// turned; "doubt": the same after a setback; "never": not at all; "throw": it throws then.
class Scripted final : public Plugin {
 public:
  Reply serve(Query& query, Next) const override {
    ++asked;
    if (!query.flags().has(dns::Flags::kAD)) always_ad = false;
    for (const VersionedData* one : data) query.basis().add(one->version());
    for (const char* word : {"wait", "doubt", "never", "throw"}) {
      if (script.front() == word) return later(query, script);
    }
    return answer(query, script);
  }

  Lines script{"NOERROR"};
  std::vector<const VersionedData*> data;  ///< What answers are made of.
  mutable int asked = 0;
  mutable bool always_ad = true;

 private:
  asio::awaitable<Outcome> later(Query& query, Lines lines) const {
    const std::string how = lines.front();
    lines.erase(lines.begin());
    if (how == "doubt") query.report_setback();
    co_await asio::post(query.engine().executor(), asio::use_awaitable);
    Forever forever(query);
    if (how == "never") co_await forever.wait();
    if (query.given_up() && lines.empty()) co_return query.fail(dns::Rcode::Refused);
    if (how == "throw") throw std::runtime_error("as the script says");
    co_return answer(query, lines);
  }

  static Outcome answer(Query& query, const Lines& lines) {
    std::istringstream head(lines.front());
    std::string word;
    head >> word;
    if (word == "DROP") return Outcome::drop;
    if (word == "FAIL") return fail(query, head);
    dns::Response& response = query.respond();
    response.flags = dns::Flags();
    response.rcode = *dns::parse_rcode(word);
    while (head >> word) set_bit(query, word);
    for (std::size_t i = 1; i < lines.size(); ++i) add(query, lines[i]);
    return Outcome::respond;
  }

  static Outcome fail(Query& query, std::istream& head) {
    std::string rcode, reason;
    head >> rcode >> reason;
    return query.fail(*dns::parse_rcode(rcode), reason);
  }

  static void set_bit(Query& query, const std::string& word) {
    dns::Flags& flags = query.response().flags;
    if (word == "aa") flags.set(dns::Flags::kAA);
    if (word == "tc") flags.set(dns::Flags::kTC);
    if (word == "spoiled") query.response().spoil();
    if (word == "ra") flags.set(dns::Flags::kRA);
    if (word == "ad") flags.set(dns::Flags::kAD);
    if (word.starts_with("subnet/")) {
      const auto scope = static_cast<std::uint8_t>(std::stoi(word.substr(7)));
      const std::uint8_t option[] = {0, 8, 0, 7, 0, 1, 24, scope, 192, 0, 2};
      query.response().edns = dns::Edns{.options = query.arena().copy(std::span(option))};
    }
    if (word == "do") query.response().edns = dns::Edns{.flags = dns::Edns::kDO, .options = {}};
  }

  static void add(Query& query, const std::string& line) {
    const std::size_t space = line.find(' ');
    const std::string name = line.substr(0, space);
    const auto section = name == "answer"      ? dns::Section::answer
                         : name == "authority" ? dns::Section::authority
                                               : dns::Section::additional;
    const auto record = dns::parse_record(line.substr(space + 1), query.arena());
    INFO(line);
    REQUIRE(record.has_value());
    REQUIRE(query.response().add(section, *record));
  }
};

/// Runs what is to run in the background at once, when the event loop turns, or not at all.
class ScriptedEngine final : public Engine {
 public:
  enum class Background { now, soon, later, refuse };

  explicit ScriptedEngine(ManualClock& clock) : time(clock) {}

  asio::any_io_executor executor() override { return io.get_executor(); }
  Lane lane() const override { return Lane{1}; }
  const Clock& clock() const override { return time; }
  Random& random() override { return random_; }
  net::Deadlines& deadlines() override { return deadlines_; }
  net::Network& network() override { return network_; }
  bool leads_here(Query&, const dns::Question&) override { return true; }

  Reply ask(Query&, const dns::Question&, Asking, Answer&) override { return Outcome::drop; }
  asio::awaitable<bool> send_part(Query&) override { co_return false; }

  bool background(const Query& origin,
                  Next next,
                  std::function<void(Query&, Outcome)> after,
                  const Errand& errand) override {
    if (mode == Background::refuse) return false;
    tasks.push_back({std::make_unique<Query>(*this), next, std::move(after)});
    Task& task = tasks.back();
    task.query->begin_like(origin, origin.question());
    task.query->observe_setbacks(errand.observer);
    errands.push_back(errand.as);
    if (mode == Background::now) run_tasks();
    if (mode == Background::soon) asio::post(io, [this] { run_tasks(); });
    return true;
  }

  /// What was put off until later.
  void run_tasks() {
    while (!tasks.empty()) {
      const auto task = std::make_shared<Task>(std::move(tasks.front()));
      tasks.pop_front();
      Reply reply = task->next(*task->query);
      if (reply.ready()) {
        task->after(*task->query, reply.outcome());
      } else {
        finish_later(std::move(reply), task);
      }
    }
  }

  /// Turns the event loop until nothing is left to do at this time.
  void settle() {
    do {
      io.restart();
      io.poll();
    } while (deadlines_.run_due(time.now()) != 0);
  }

  /// The same until `done`; the clock goes on to what is to happen next.
  void run_until(const std::function<bool()>& done) {
    for (settle(); !done(); settle()) {
      REQUIRE(deadlines_.next() != TimePoint::max());
      time.advance(deadlines_.next() - time.now());
    }
  }

  asio::io_context io;
  ManualClock& time;
  Background mode = Background::now;
  std::vector<Errand::As> errands;  ///< How each refresh was asked.

 private:
  void give_back(Query&) noexcept override {}

  struct Task {
    std::unique_ptr<Query> query;
    Next next;
    std::function<void(Query&, Outcome)> after;
  };

  void finish_later(Reply reply, std::shared_ptr<Task> task) {
    const auto done = [task](std::exception_ptr thrown, Outcome outcome) {
      if (thrown) outcome = task->query->fail(dns::Rcode::ServFail, "thrown");
      task->after(*task->query, outcome);
    };
    asio::co_spawn(io, std::move(reply).wait(), done);
  }

  std::deque<Task> tasks;
  Random random_;
  net::Deadlines deadlines_;
  net::KernelNetwork network_{io.get_executor()};
};

/// The bytes of a question.
struct Ask {
  std::string name;
  dns::Type type = dns::Type::A;
  dns::Class qclass = dns::Class::IN;
  dns::Opcode opcode = dns::Opcode::Query;
  bool dnssec_ok = false;
  bool checking_disabled = false;
  bool authentic_data = false;
  std::vector<std::uint8_t> options = {};  ///< Of the OPT record, which is there then.
  std::uint16_t udp_size = 1232;

  std::vector<std::uint8_t> bytes() const {
    std::vector<std::uint8_t> out{0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    out[2] = static_cast<std::uint8_t>((static_cast<unsigned>(opcode) << 3) | 1);
    if (checking_disabled) out[3] |= dns::Flags::kCD;
    if (authentic_data) out[3] |= dns::Flags::kAD;
    const dns::Name wire = dns::Name::parse(name).value();
    out.insert(out.end(), wire.view().bytes().begin(), wire.view().bytes().end());
    put(out, static_cast<unsigned>(type));
    put(out, static_cast<unsigned>(qclass));
    if (!dnssec_ok && options.empty()) return out;
    out[11] = 1;
    out.insert(out.end(), {0, 0, 41});
    put(out, udp_size);
    out.insert(out.end(), {0, 0, static_cast<std::uint8_t>(dnssec_ok ? 0x80 : 0), 0});
    put(out, options.size());
    out.insert(out.end(), options.begin(), options.end());
    return out;
  }

 private:
  static void put(std::vector<std::uint8_t>& out, std::size_t number) {
    out.push_back(static_cast<std::uint8_t>(number >> 8));
    out.push_back(static_cast<std::uint8_t>(number));
  }
};

/// A cache set up from the lines of its block, in front of a Scripted.
class Bed {
 public:
  explicit Bed(const std::string& directive, bool listener_known = true) {
    const config::TestSource source{". {\n" + directive + "\n}\n", {"cache"}};
    corefile = config::parse_for_test(source, diagnostics);
    reader = parts.epoch.join([] {});
    reload();
    transport.server = listener_known ? 3 : 7;
  }

  /// Reads the same configuration again, while the old one is still there.
  void reload(std::string block_text = {}) {
    for (const auto& diagnostic : diagnostics.errors()) UNSCOPED_INFO(format(diagnostic));
    REQUIRE(diagnostics.ok());
    auto directives = config::directives_of(corefile.blocks.front(), "cache", diagnostics);
    Chain made;
    Setup setup(parts.process, "cache", directives, {dns::Name()}, {{3, "dns://:53"}}, listener,
                made);
    setup.set_block_text(std::move(block_text));
    cache::setup(setup);
    auto plugin = std::make_unique<Scripted>();
    upstream = plugin.get();
    made.add("scripted", std::move(plugin));
    for (Assembled* one : made.with<Assembled>()) REQUIRE(one->assembled(made).empty());
    chain = std::move(made);
  }

  /// Runs a query to its end; nothing comes back for a dropped one.
  std::optional<Lines> ask(const Ask& question) {
    const auto bytes = question.bytes();
    const auto message = dns::MessageView::parse(bytes);
    REQUIRE(message.has_value());
    query.begin(*message, transport, engine.time.now());
    Reply reply = chain.first()(query);
    waited = !reply.ready();
    const Outcome outcome = waited ? wait(std::move(reply)) : reply.outcome();
    std::optional<Lines> lines;
    if (outcome == Outcome::respond) lines = lines_of(query);
    flags_after = query.flags();
    reader->quiescent();
    parts.epoch.collect();
    return lines;
  }

  Outcome wait(Reply reply) {
    std::optional<Outcome> outcome;
    const auto done = [&outcome](std::exception_ptr failure, Outcome result) {
      if (failure) std::rethrow_exception(failure);
      outcome = result;
    };
    asio::co_spawn(engine.io, std::move(reply).wait(), done);
    engine.run_until([&outcome] { return outcome.has_value(); });
    return *outcome;
  }

  ManualClock time;
  catena::test::TestProcess parts{time, 3};
  std::shared_ptr<epoch::Reader> reader;
  Chain chain;  // Outlives what waits in the engine.
  ScriptedEngine engine{time};
  ListenerSettings listener;
  config::Diagnostics diagnostics;
  config::Corefile corefile;
  Scripted* upstream = nullptr;
  Transport transport;
  Query query{engine};
  dns::Flags flags_after;
  bool waited = false;
};

}  // namespace catena::cache::test
