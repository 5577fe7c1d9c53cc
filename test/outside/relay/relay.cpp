// SPDX-License-Identifier: Apache-2.0
// A forwarder that the tree knows nothing of.
#include "core/client/channel.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/registry.hpp"
#include "core/plugin/setup.hpp"

namespace catena::relay {
namespace {

/// One worker's way to the server.
struct Worker {
  Worker(Engine& engine, std::shared_ptr<const client::Upstream> to)
      : loop(engine.executor(),
             engine.clock(),
             engine.deadlines(),
             engine.network(),
             engine.random(),
             engine.lane()),
        channel(loop, std::move(to)) {}
  client::UpstreamLoop loop;
  client::Channel channel;
};

/// What is under way can be given up.
class Asking final : public Awaited {
 public:
  Asking(client::Channel& channel, client::Call& call) : channel_(channel), call_(call) {}
  void give_up() override { channel_.give_up(call_); }

 private:
  client::Channel& channel_;
  client::Call& call_;
};

/// Asks one server, once, over UDP and where that is not enough over TCP.
class Relay final : public Plugin, public Forwarder, public WorkerAware {
 public:
  Relay(std::shared_ptr<const client::Upstream> to, std::size_t lanes)
      : to_(std::move(to)), workers_(lanes) {}

  void enter(Engine& engine) override {
    workers_[index(engine.lane())] = std::make_unique<Worker>(engine, to_);
  }
  void leave(Engine& engine) override { workers_[index(engine.lane())].reset(); }

  Reply serve(Query& query, Next) const override {
    return ask(query, workers_[index(query.engine().lane())]->channel);
  }

 private:
  static asio::awaitable<Outcome> ask(Query& query, client::Channel& channel) {
    const std::size_t room = client::Request::room_for(query.question(), query.edns());
    auto request = client::Request::write(query.question(), query.flags(), query.edns(),
                                          query.arena().array<std::uint8_t>(room));
    if (!request) co_return query.fail(dns::Rcode::ServFail, "the arena is full");
    client::Plan plan;
    plan.truncated = client::Truncated::retry_over_tcp;
    client::Call call(*request, plan);
    channel.begin(call);
    Asking asking(channel, call);
    {
      const Waiting waiting(query, asking);
      co_await call.wait();
    }
    if (query.given_up()) co_return query.fail(dns::Rcode::Refused);
    if (call.exchange.status() != client::ExchangeStatus::answered) {
      co_return query.fail(dns::Rcode::ServFail, client::to_text(call.exchange.fault()));
    }
    query.retract();
    if (query.response().assign(call.exchange.answer())) co_return Outcome::respond;
    co_return query.fail(dns::Rcode::ServFail, "the answer cannot be read");
  }

  std::shared_ptr<const client::Upstream> to_;
  std::vector<std::unique_ptr<Worker>> workers_;  // By lane.
};

}  // namespace

// relay ADDRESS
void setup(Setup& setup) {
  config::Directive& line = setup.once();
  client::Endpoint server;
  line.required(config::endpoint(server, 53));
  if (!line.done()) return;
  const client::UpstreamCounters counters(setup.metrics(), "relay", client::to_text(server));
  auto upstream = std::make_shared<const client::Upstream>(
      server, client::UpstreamOptions(), std::make_shared<client::Health>(), counters);
  setup.add(std::make_unique<Relay>(std::move(upstream), setup.metrics().lanes()));
}

PluginEntry entry() {
  return {"relay", setup, "Asks where forward did not find an answer.", after("forward")};
}

}  // namespace catena::relay
