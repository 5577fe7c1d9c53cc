// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/plugin/engine.hpp"

#include <boost/asio/io_context.hpp>

#include <stdexcept>

namespace catena::test {

/// An engine for plugins that never ask anything of it but time: no event loop turns.
class StubEngine final : public Engine {
 public:
  asio::any_io_executor executor() override { return context_.get_executor(); }
  Lane lane() const override { return Lane{1}; }
  const Clock& clock() const override { return clock_; }
  Random& random() override { return random_; }
  asio::awaitable<Outcome> ask(Query&, dns::Question, dns::Response&) override {
    throw std::logic_error("no server is behind this engine");
  }
  bool background(const Query&, Next, std::function<void(Query&, Outcome)>) override {
    return false;
  }
  asio::awaitable<bool> send_part(Query&) override {
    throw std::logic_error("no client is behind this engine");
  }

  ManualClock& manual_clock() { return clock_; }

 private:
  asio::io_context context_;
  ManualClock clock_;
  Random random_;
};

}  // namespace catena::test
