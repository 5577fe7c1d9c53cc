// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/alarm.hpp"
#include "core/net/kernel_network.hpp"
#include "core/plugin/engine.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>

namespace catena::test {

/// A worker for tests of plugins that wait: an event loop of its own that turns only while a test
/// waits for something, the system's clock, and no server behind it (ask() fails, background()
/// refuses). Lane 1. One thread.
class TestEngine final : public Engine {
 public:
  asio::any_io_executor executor() override { return io_.get_executor(); }
  Lane lane() const override { return Lane{1}; }
  const Clock& clock() const override { return clock_; }
  Random& random() override { return random_; }
  net::Deadlines& deadlines() override { return deadlines_; }
  net::Network& network() override { return network_; }
  bool leads_here(Query&, const dns::Question& question) override {
    return !on_leads_here || on_leads_here(question.name);
  }

  Reply ask(Query& parent, const dns::Question& question, Asking asking, Answer& answer) override;
  bool background(const Query& origin,
                  Next next,
                  std::function<void(Query&, Outcome)> after,
                  const Errand& errand) override;
  asio::awaitable<bool> send_part(Query& query) override;

  /// Turns the event loop until the reply's outcome is known. Throws after `limit`.
  Outcome run(Reply reply, Duration limit = std::chrono::seconds(20));

  /// Starts a reply; `after` is told its outcome while a later call turns the loop.
  void spawn(Reply reply, std::function<void(Outcome)> after);

  /// Turns the event loop until `done` is true. False after `limit`.
  bool run_until(const std::function<bool()>& done, Duration limit = std::chrono::seconds(20));

  asio::io_context& io() { return io_; }

  /// Answers ask(); without it that fails.
  std::function<Outcome(const dns::Question&, dns::Response&)> on_ask;

  /// Whether it does so later.
  bool asking_waits = false;

  /// Which names belong to the query's own block; without it all do.
  std::function<bool(dns::NameView)> on_leads_here;

  /// Takes each message of send_part(); false stands for a client that is gone, as it is when
  /// nobody takes them.
  std::function<bool(const Query&)> on_part;

 private:
  asio::awaitable<Outcome> answer_later(Query& inner);
  Outcome answer_now(Query& inner) const;
  void give_back(Query& inner) noexcept override { delete &inner; }

  asio::io_context io_;
  SystemClock clock_;
  Random random_;
  net::Deadlines deadlines_;
  net::Alarm alarm_{io_.get_executor(), clock_, deadlines_};
  net::KernelNetwork network_{io_.get_executor()};
};

}  // namespace catena::test
