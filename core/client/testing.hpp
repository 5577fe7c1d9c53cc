// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/channel.hpp"
#include "core/net/kernel_network.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace catena::client {

/// A UDP and a TCP socket of one port on 127.0.0.1 that answer only what a test makes them answer.
class Server {
 public:
  explicit Server(asio::io_context& io) : udp(io), tcp(io) {
    const auto loopback = asio::ip::address_v4::loopback();
    boost::system::error_code taken;
    do {
      udp = asio::ip::udp::socket(io, {loopback, 0});
      tcp = asio::ip::tcp::acceptor(io);
      tcp.open(asio::ip::tcp::v4());
      tcp.bind({loopback, udp.local_endpoint().port()}, taken);
    } while (taken);
    tcp.listen();
  }
  Endpoint endpoint() const { return udp.local_endpoint(); }

  asio::ip::udp::socket udp;
  asio::ip::tcp::acceptor tcp;
};

/// One worker's channel to a server, with a clock that a test moves and a loop that it turns.
class Bed {
 public:
  explicit Bed(const UpstreamOptions& options = {}) : server(io), registry(2) {
    const UpstreamCounters counters(registry, "test", to_text(server.endpoint()));
    upstream = std::make_shared<const Upstream>(server.endpoint(), options,
                                                std::make_shared<Health>(), counters);
    channel = std::make_unique<Channel>(loop, upstream);
  }

  /// Turns the loop until `done`; false when that takes seconds.
  bool run_until(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < limit) {
      io.restart();
      io.run_for(std::chrono::milliseconds(1));
    }
    return done();
  }

  /// Lets time pass, in which nothing is received, and does what is due then.
  void advance(Duration by) {
    clock.advance(by);
    deadlines.run_due(clock.now());
    io.restart();
    io.poll();
  }

  asio::io_context io;
  ManualClock clock;
  net::Deadlines deadlines;
  Random random;
  Server server;
  metrics::Registry registry;
  net::KernelNetwork network{io.get_executor()};
  UpstreamLoop loop{io.get_executor(), clock, deadlines, network, random, Lane{1}};
  std::shared_ptr<const Upstream> upstream;
  std::unique_ptr<Channel> channel;
};

/// A question for NAME A whose end is counted.
class Question final : public Waiter {
 public:
  using Then = std::function<void()>;

  explicit Question(const std::string& name,
                    const Plan& plan = {},
                    Then then = {},
                    const std::optional<dns::Edns>& edns = std::nullopt)
      : name_(dns::Name::parse(name).value()), then_(std::move(then)) {
    const dns::Question question{name_, dns::Type::A, dns::Class::IN};
    room_.resize(Request::room_for(question, edns));
    request_ = Request::write(question, dns::Flags(dns::Flags::kRD), edns, room_).value();
    call_ = std::make_unique<Call>(*request_, plan);
    call_->set_waiter(*this);
  }

  void ask(Channel& channel) { channel.begin(*call_); }
  /// Gives the question up.
  void drop() { call_.reset(); }

  const Exchange& exchange() const { return call_->exchange; }
  unsigned ends() const { return ends_; }
  ExchangeStatus status() const { return status_; }
  /// If it was answered at all, then with the question that it asked.
  bool heard_its_own() const { return heard_its_own_; }

  void finished(Call& call) override {
    ++ends_;
    status_ = call.exchange.status();
    if (status_ == ExchangeStatus::answered) {
      heard_its_own_ = call.exchange.answer().question().name == name_.view();
    }
    if (then_) then_();
  }

 private:
  dns::Name name_;
  std::vector<std::uint8_t> room_;
  Then then_;
  std::optional<Request> request_;
  std::unique_ptr<Call> call_;
  unsigned ends_ = 0;
  bool heard_its_own_ = true;
  ExchangeStatus status_ = ExchangeStatus::pending;
};

}  // namespace catena::client
