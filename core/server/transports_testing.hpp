// SPDX-License-Identifier: Apache-2.0
// Questions that end as their names say, and what tests of the ways in make of them.
#pragma once

#include "core/net/timer.hpp"
#include "core/plugin/plugin.hpp"

#include "test/sim/house.hpp"
#include "test/support/messages.hpp"

#include <catch2/catch.hpp>

namespace catena::server::test {

using catena::test::decode;
using catena::test::query_bytes;
using sim::House;
using Bytes = std::vector<std::uint8_t>;

/// Ends each query as its name says.
class Scripted final : public Plugin {
 public:
  Reply serve(Query& query, Next) const override {
    const auto is = [&query](std::string_view word) {
      return query.name() == dns::Name::parse(word).value();
    };
    if (is("now.")) return answer(query);
    if (is("large.")) return large(query);
    if (is("drop.")) return Outcome::drop;
    if (is("throw.")) throw std::runtime_error("at once");
    if (is("coroutine.")) return without_a_wait(query);
    if (is("once.")) return after_a_wait(query);
    if (is("late.")) return late(query);
    if (is("never.")) return never(query);
    if (is("throw-before.")) return throw_before(query);
    if (is("throw-after.")) return throw_after(query);
    return drop_after(query);
  }

 private:
  static Outcome answer(Query& query) {
    query.respond();
    return Outcome::respond;
  }
  // 51 KB of type NULL (RFC 1035 section 3.3.10).
  static Outcome large(Query& query) {
    static const std::vector<std::uint8_t> text(255, 0);
    query.respond();
    for (int i = 0; i < 200; ++i) {
      query.response().add(dns::Section::answer,
                           {query.name(), static_cast<dns::Type>(10), dns::Class::IN, 0, text});
    }
    return Outcome::respond;
  }
  static asio::awaitable<void> wait(Query& query, Duration time) {
    net::Timer timer(query.engine().deadlines());
    co_await timer.until(query.engine().clock().now() + time);
  }
  static asio::awaitable<Outcome> without_a_wait(Query& query) { co_return answer(query); }
  static asio::awaitable<Outcome> after_a_wait(Query& query) {
    co_await wait(query, std::chrono::milliseconds(5));
    co_return answer(query);
  }
  static asio::awaitable<Outcome> late(Query& query) {
    co_await wait(query, std::chrono::seconds(2));
    co_return answer(query);
  }
  static asio::awaitable<Outcome> never(Query& query) {
    net::Timer timer(query.engine().deadlines());
    co_await timer.until(TimePoint::max());
    co_return Outcome::drop;
  }
  static asio::awaitable<Outcome> throw_before(Query& query) {
    if (query.size() > 0) throw std::runtime_error("before a wait");
    co_return Outcome::drop;
  }
  static asio::awaitable<Outcome> throw_after(Query& query) {
    co_await wait(query, std::chrono::milliseconds(5));
    throw std::runtime_error("after a wait");
  }
  static asio::awaitable<Outcome> drop_after(Query& query) {
    co_await wait(query, std::chrono::milliseconds(5));
    co_return Outcome::drop;
  }
};

inline constexpr std::array kPlugins{PluginEntry{"scripted",
                                                 [](Setup& setup) {
                                                   setup.once().done();
                                                   setup.add(std::make_unique<Scripted>());
                                                 },
                                                 ""}};
inline const char* const kCorefile = ". {\n scripted\n}\n";

struct Ending {
  const char* name;   ///< Of the question; says how it ends.
  const char* rcode;  ///< "" for no answer.
  bool waits = false;
};

inline const Ending kEndings[]{
    {"now. A", "NOERROR"},           {"drop. A", ""},
    {"throw. A", "SERVFAIL"},        {"coroutine. A", "NOERROR"},
    {"once. A", "NOERROR"},          {"never. A", "", true},
    {"throw-before. A", "SERVFAIL"}, {"throw-after. A", "SERVFAIL"},
    {"drop-after. A", ""},
};

inline const asio::ip::udp::endpoint kClient{asio::ip::make_address("198.51.100.7"), 4000};
inline constexpr auto kLong = std::chrono::milliseconds(20);

inline Bytes framed(std::uint16_t id, const Ending& ending) {
  Bytes message = query_bytes(ending.name, {.id = id});
  message.insert(message.begin(), {0, static_cast<std::uint8_t>(message.size())});
  return message;
}

inline Bytes framed(std::initializer_list<std::uint16_t> ids, const Ending& ending) {
  Bytes all;
  for (const std::uint16_t id : ids) {
    const Bytes one = framed(id, ending);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

inline std::string text_of(std::span<const std::uint8_t> message) {
  const auto decoded = decode(message);
  return std::to_string(decoded.id) + decoded.rcode + " ";
}

/// Messages of a stream as "1NOERROR 2NOERROR ".
inline std::string texts_of(const Bytes& stream) {
  std::string text;
  for (std::size_t at = 0; at + 2 <= stream.size();) {
    const std::size_t size = stream[at] * 256u + stream[at + 1];
    REQUIRE(stream.size() - at - 2 >= size);
    text += text_of(std::span(stream).subspan(at + 2, size));
    at += 2 + size;
  }
  return text;
}

inline std::string expected(std::initializer_list<int> ids, const Ending& ending) {
  std::string text;
  if (*ending.rcode == '\0') return text;
  for (const int id : ids) text += std::to_string(id) + ending.rcode + " ";
  return text;
}

inline void check_nothing_waits(const House& house, const Ending& ending, std::size_t queries) {
  CHECK(house.dispatcher.waiting() == (ending.waits ? queries : 0));
}

inline std::string delivered(House& house) {
  std::string text;
  for (const auto& datagram : std::exchange(house.delivered, {})) text += text_of(datagram.bytes);
  return text;
}

}  // namespace catena::server::test
