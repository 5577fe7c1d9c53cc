// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/script.hpp"

#include "core/net/timer.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"

#include "test/sim/secret.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace catena::tsig {
void setup(Setup& setup);
}

namespace catena::sim {
namespace {

constexpr std::array<std::string_view, 10> kWords{
    "now",  "coroutine",  "wait",      "drop",  "droplater",
    "fail", "failinside", "faillater", "large", "parts"};
constexpr std::size_t kRecordText = 100;
constexpr std::size_t kRecordsOfPart = 30;

std::size_t number_in(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The name's first label comes first, so that an answer to another question is seen.
void add_record(Query& query) {
  const std::string_view label = query.arena().copy(query.asked().question.name.to_text());
  const auto data = query.arena().array<std::uint8_t>(kRecordText + 1);
  if (data.empty()) return;
  std::fill(data.begin(), data.end(), std::uint8_t{'.'});
  data[0] = kRecordText;
  std::copy_n(label.begin(), std::min(label.size(), kRecordText), data.begin() + 1);
  query.response().add(dns::Section::answer, {.owner = query.asked().question.name,
                                              .type = dns::Type::TXT,
                                              .rclass = dns::Class::IN,
                                              .ttl = 5,
                                              .rdata = data});
}

Outcome answer(Query& query, std::size_t records) {
  query.respond();
  for (std::size_t i = 0; i < records; ++i) add_record(query);
  return Outcome::respond;
}

asio::awaitable<void> wait(Query& query, std::size_t milliseconds) {
  net::Timer timer(query.engine().deadlines());
  const TimePoint until = query.engine().clock().now() + std::chrono::milliseconds(milliseconds);
  co_await timer.until(until);
}

asio::awaitable<Outcome> within(Query& query) { co_return answer(query, 1); }

asio::awaitable<Outcome> later(Query& query, Script script) {
  co_await wait(query, script.amount);
  if (script.ending == Ending::fail_later) throw std::runtime_error("after a wait");
  if (script.ending == Ending::drop_later) co_return Outcome::drop;
  co_return answer(query, 1);
}

asio::awaitable<Outcome> fail_within(Query& query) {
  if (query.size() > 0) throw std::runtime_error("in a coroutine");
  co_return Outcome::drop;
}

asio::awaitable<Outcome> in_parts(Query& query, std::size_t parts) {
  for (std::size_t i = 0; i < parts; ++i) {
    answer(query, kRecordsOfPart);
    const bool more = co_await query.engine().send_part(query);
    if (!more) co_return query.fail(dns::Rcode::NotImp);
  }
  co_return Outcome::drop;
}

/// Ends each query as its name says.
class ScriptPlugin final : public Plugin {
 public:
  Reply serve(Query& query, Next) const override {
    const Script script = Script::of(query.name().to_text());
    switch (script.ending) {
      case Ending::now:
        return answer(query, 1);
      case Ending::large:
        return answer(query, script.amount);
      case Ending::drop:
        return Outcome::drop;
      case Ending::fail:
        throw std::runtime_error("at once");
      case Ending::coroutine:
        return within(query);
      case Ending::fail_coroutine:
        return fail_within(query);
      case Ending::parts:
        return in_parts(query, script.amount);
      case Ending::wait:
      case Ending::drop_later:
      case Ending::fail_later:
        return later(query, script);
    }
    return Outcome::drop;
  }
};

void set_up(Setup& setup) {
  setup.once().done();
  setup.add(std::make_unique<ScriptPlugin>());
}

/// Connections end within seconds here, so that all of their ends are seen.
void set_up_times(Setup& setup) {
  setup.once().done();
  auto& times = setup.listener().set<ConnectionTimes>();
  times.read = std::chrono::seconds(3);
  times.idle = std::chrono::seconds(6);
  times.write = std::chrono::seconds(2);
}

constexpr std::array kPlugins{
    PluginEntry{"times", set_up_times, ""}, PluginEntry{"tsig", tsig::setup, ""},
    PluginEntry{"secret", set_up_secret, ""}, PluginEntry{"script", set_up, ""}};

}  // namespace

std::string Script::name() const {
  return fmt::format("{}-{}-{}.sim.", kWords[static_cast<std::size_t>(ending)], amount, number);
}

Script Script::of(std::string_view name) {
  const std::size_t first = name.find('-');
  const std::size_t second = name.find('-', first + 1);
  if (second == std::string_view::npos) return {};
  const auto word = std::find(kWords.begin(), kWords.end(), name.substr(0, first));
  return {static_cast<Ending>(word - kWords.begin()),
          number_in(name.substr(first + 1, second - first - 1)),
          number_in(name.substr(second + 1))};
}

Script roll_script(Dice& dice, std::size_t number) {
  Script script{static_cast<Ending>(dice.below(kWords.size())), 0, number};
  if (script.ending == Ending::large) script.amount = dice.between(1, 100);
  if (script.ending == Ending::parts) script.amount = dice.between(1, 12);
  const bool waits = script.ending == Ending::wait || script.ending == Ending::drop_later ||
                     script.ending == Ending::fail_later;
  if (waits) script.amount = dice.between(0, 3000);
  return script;
}

PluginList script_plugins() { return kPlugins; }

}  // namespace catena::sim
