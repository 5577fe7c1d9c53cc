// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

namespace catena {

namespace asio = boost::asio;

/// What becomes of a query: the server sends query.response(), or nothing at all.
enum class Outcome : unsigned char { respond, drop };

/// What a plugin returns: an outcome now, or a coroutine that will have one. Nothing is allocated
/// and no event loop is involved while nobody waits. Move only; one thread, the query's worker.
class [[nodiscard]] Reply {
 public:
  Reply(Outcome outcome) : value_(outcome) {}  // NOLINT: plugins return either
  Reply(asio::awaitable<Outcome> pending) : value_(std::move(pending)) {}  // NOLINT

  /// True when the outcome is known.
  bool ready() const { return std::holds_alternative<Outcome>(value_); }

  /// Only when ready().
  Outcome outcome() const { return *std::get_if<Outcome>(&value_); }

  /// Runs `after(Outcome)` on the outcome: at once if it is known, else when it is. `after` returns
  /// an Outcome or a Reply, and lives as long as it is needed.
  template <std::invocable<Outcome> After>
  Reply then(After after) && {
    if (ready()) return Reply(after(outcome()));
    return finish(std::get<asio::awaitable<Outcome>>(std::move(value_)), std::move(after));
  }

  /// For a plugin that is a coroutine: `Outcome outcome = co_await next(query).wait();`
  asio::awaitable<Outcome> wait() && {
    if (ready()) return already(outcome());
    return std::get<asio::awaitable<Outcome>>(std::move(value_));
  }

 private:
  static asio::awaitable<Outcome> already(Outcome outcome) { co_return outcome; }

  template <class After>
  static asio::awaitable<Outcome> finish(asio::awaitable<Outcome> pending, After after) {
    const Outcome outcome = co_await std::move(pending);
    if constexpr (std::is_same_v<std::invoke_result_t<After&, Outcome>, Outcome>) {
      co_return after(outcome);
    } else {
      Reply reply = after(outcome);
      co_return co_await std::move(reply).wait();
    }
  }

  std::variant<Outcome, asio::awaitable<Outcome>> value_;
};

}  // namespace catena
