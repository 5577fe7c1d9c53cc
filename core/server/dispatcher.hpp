// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/engine.hpp"
#include "core/plugin/setup.hpp"
#include "core/server/clients.hpp"
#include "core/server/configuration.hpp"
#include "core/server/gate.hpp"
#include "core/server/meters.hpp"
#include "core/server/ticket.hpp"

#include <list>
#include <memory>
#include <span>
#include <vector>

namespace catena::server {

/// What a worker needs to run queries; the parts outlive the worker.
struct Service {
  Service(const Process& the_process, Meters& the_meters, Budget& the_budget)
      : process(the_process),
        meters(the_meters),
        budget(the_budget),
        panic_lines(line_limit_for(the_process, "")) {}

  const Process& process;
  Meters& meters;
  Budget& budget;
  std::shared_ptr<LineLimit> panic_lines;  ///< What plugins throw, clients may ask for.
};

/// What a worker stands on, and a simulation replaces. All of it belongs to the executor's loop and
/// outlives the worker's parts.
struct Ground {
  asio::any_io_executor executor;
  net::Deadlines& deadlines;
  net::Network& network;
  Random& random;
};

/// Runs queries through router and chain on one worker, and is the engine that their plugins see.
/// What a plugin throws becomes a SERVFAIL here and nowhere else. One thread.
class Dispatcher final : public Engine {
 public:
  /// Background queries that may run at once; cache refreshes mostly.
  static constexpr std::size_t kMaxBackground = 1024;
  /// Questions that may lead to one another inside the server.
  static constexpr unsigned kMaxDepth = 8;

  Dispatcher(const Ground& ground,
             Lane lane,
             const Service& service,
             std::shared_ptr<const Configuration> configuration);
  ~Dispatcher() override;

  /// Runs a query that has begun and has its listener. Never throws.
  Reply run(Ticket& ticket);

  /// The bytes of a ticket's response (write_response). A wire hook that fails or throws costs the
  /// query its answer: the hook's rcode or SERVFAIL, without hooks. Never throws.
  std::span<const std::uint8_t> write(Ticket& ticket, std::span<std::uint8_t> out);

  /// For a reply that is not ready: ticket.finished() is called when it is.
  void wait(Ticket& ticket, Reply reply);

  /// Queries that wait for somebody's answer.
  std::size_t waiting() const { return waiting_; }

  /// From now on queries come with `configuration`. Those that wait keep the one they came with.
  void adopt(std::shared_ptr<const Configuration> configuration);

  /// Queries, those in the background too, that still run with `configuration`.
  std::size_t running_with(const Configuration& configuration) const;

  /// Lets go of configurations that are no longer in use.
  void forget_unused();

  /// Counts what the gate did not let pass.
  void count(Refusal refusal, const Listener& listener, const Transport& transport);
  Meters& meters() { return service_.meters; }

  /// What clients make this worker hold.
  Clients& clients() { return clients_; }
  const Clients& clients() const { return clients_; }

  /// Finds room for a query that is about to wait: `bytes` for its ticket, and what waiting costs
  /// besides. Without room false; it has its answer then, REFUSED.
  [[nodiscard]] bool make_room_for(Ticket& ticket, std::size_t bytes);

  /// Has the query told to the client as refused for want of room.
  Outcome refuse(Ticket& ticket, Limit limit);

  asio::any_io_executor executor() override { return ground_.executor; }
  Lane lane() const override { return lane_; }
  const Clock& clock() const override { return service_.process.clock; }
  Random& random() override { return ground_.random; }
  net::Deadlines& deadlines() override { return ground_.deadlines; }
  net::Network& network() override { return ground_.network; }
  bool leads_here(Query& query, const dns::Question& question) override;
  Reply ask(Query& parent, const dns::Question& question, Asking asking, Answer& answer) override;
  bool background(const Query& origin,
                  Next next,
                  std::function<void(Query&, Outcome)> after,
                  const Errand& errand) override;
  asio::awaitable<bool> send_part(Query& query) override;

 private:
  class Inner;
  using After = std::function<void(Query&, Outcome)>;
  using Pin = std::shared_ptr<const Configuration>;

  /// A configuration on this worker, and how many queries still run with it.
  struct Tenure {
    Pin configuration;
    std::size_t running = 0;
  };

  asio::awaitable<void> finish(Pin pin,
                               Tenure& tenure,
                               Ticket& ticket,
                               asio::awaitable<Outcome> pending);
  asio::awaitable<Outcome> guarded(Ticket& ticket, asio::awaitable<Outcome> pending);
  asio::awaitable<Outcome> finish_inner(Query& parent,
                                        Inner& inner,
                                        asio::awaitable<Outcome> pending);
  asio::awaitable<void> finish_background(Pin pin,
                                          Tenure& tenure,
                                          Inner& inner,
                                          Answer owner,
                                          asio::awaitable<Outcome> pending,
                                          After after);
  Reply first_step(Ticket& ticket, Next next);
  Outcome refuse(Ticket& ticket, dns::Rcode rcode);
  Outcome recover(Ticket& ticket);
  Reply route(Ticket& ticket);
  Outcome checked(Ticket& ticket, Outcome outcome);
  Inner& lend(Answer& answer, const Query& parent, const dns::Question& question);
  void give_back(Query& inner) noexcept override;
  bool hold(Inner& inner, const Query& origin);
  void end_background(Inner& inner, Outcome outcome, const After& after);
  Tenure& tenure_of(const Query& query);

  Ground ground_;
  Lane lane_;
  const Service& service_;
  Clients clients_;
  std::list<Tenure> tenures_;                  // The present one last.
  std::vector<std::unique_ptr<Inner>> spare_;  // kMaxDepth at most: as many as one query leads to.
  std::size_t waiting_ = 0;
  std::size_t background_ = 0;
};

}  // namespace catena::server
