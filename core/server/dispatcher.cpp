// SPDX-License-Identifier: Apache-2.0
#include "core/server/dispatcher.hpp"

#include "core/plugin/plugin.hpp"
#include "core/server/responder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <exception>

namespace catena::server {
namespace {

// What a query that waits for an upstream takes besides its ticket: the first block of its arena,
// the coroutines of the chain and the exchange.
constexpr std::size_t kWaiting = 5 * 1024;

constexpr std::string_view kNoMemory = "no memory for a question that has to wait";

std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

/// Counts down when a coroutine ends, also one that is given up.
class Leaving {
 public:
  explicit Leaving(std::size_t& count) : count_(count) {}
  ~Leaving() { --count_; }
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;

 private:
  std::size_t& count_;
};

// The connection may be gone before the question is done.
Transport transport_of(const Query& origin, const Errand& errand) {
  Transport transport = origin.transport();
  transport.facts = nullptr;
  if (errand.as == Errand::As::client) return transport;
  transport.protocol = Protocol::tcp;
  transport.client = {};
  return transport;
}

}  // namespace

/// A question that the server asks itself: whoever asked awaits the outcome. An Answer has it, and
/// it comes back to be used again.
class Dispatcher::Inner final : public Ticket {
 public:
  using Ticket::Ticket;
  void finished(Outcome) override {}
};

Dispatcher::Dispatcher(const Ground& ground,
                       Lane lane,
                       const Service& service,
                       std::shared_ptr<const Configuration> configuration)
    : ground_(ground), lane_(lane), service_(service), clients_(service.budget) {
  spare_.reserve(kMaxDepth);
  adopt(std::move(configuration));
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::adopt(std::shared_ptr<const Configuration> configuration) {
  tenures_.push_back({std::move(configuration)});
}

std::size_t Dispatcher::running_with(const Configuration& configuration) const {
  for (const Tenure& tenure : tenures_) {
    if (tenure.configuration.get() == &configuration) return tenure.running;
  }
  return 0;
}

void Dispatcher::forget_unused() {
  const Tenure* present = &tenures_.back();
  tenures_.remove_if(
      [present](const Tenure& tenure) { return &tenure != present && tenure.running == 0; });
}

// Whoever asks has its configuration's listener, and that configuration is still in use.
Dispatcher::Tenure& Dispatcher::tenure_of(const Query& query) {
  const Configuration* mine = static_cast<const Ticket&>(query).listener()->configuration;
  auto tenure = tenures_.rbegin();
  while (tenure->configuration.get() != mine) ++tenure;
  return *tenure;
}

Reply Dispatcher::run(Ticket& ticket) {
  Reply reply = route(ticket);
  if (reply.ready()) return checked(ticket, reply.outcome());
  return reply;
}

// A full arena leaves gaps that look whole: no record where one should be is an answer, too.
Outcome Dispatcher::checked(Ticket& ticket, Outcome outcome) {
  if (outcome != Outcome::respond || ticket.failed() || !ticket.response().spoiled()) {
    return outcome;
  }
  service_.meters.spoiled.add(lane_);
  return ticket.fail(dns::Rcode::ServFail);
}

Reply Dispatcher::route(Ticket& ticket) {
  const Listener& listener = *ticket.listener();
  try {
    if (ticket.qclass() != dns::Class::IN && listener.classes == Classes::internet_only) {
      return refuse(ticket, dns::Rcode::Refused);
    }
    const Block* block = listener.router.route(ticket);
    ticket.set_block_of(block);
    if (block == nullptr || block->chain.empty()) return refuse(ticket, dns::Rcode::Refused);
    if (!block->opcodes.has(ticket.opcode())) return refuse(ticket, dns::Rcode::NotImp);
    return block->chain.first()(ticket);
  } catch (...) {
    return recover(ticket);
  }
}

void Dispatcher::count(Refusal refusal, const Listener& listener, const Transport& transport) {
  if (refusal == Refusal::not_a_query) {
    service_.meters.gate_ignored.add(lane_);
  } else if (refusal == Refusal::no_question) {
    listener.dropped->count_without_question(lane_, transport);
  } else {
    service_.meters.gate_refused.add(lane_);
  }
}

Reply Dispatcher::first_step(Ticket& ticket, Next next) {
  try {
    return next(ticket);
  } catch (...) {
    return recover(ticket);
  }
}

Outcome Dispatcher::refuse(Ticket& ticket, dns::Rcode rcode) {
  const Outcome outcome = ticket.fail(rcode);
  ticket.listener()->dropped->count(lane_, ticket, clock().now());
  return outcome;
}

bool Dispatcher::make_room_for(Ticket& ticket, std::size_t bytes) {
  const std::size_t cost = bytes + kWaiting;
  if (clients_.enter(ticket, ticket.transport().client.address(), cost)) {
    clients_.set_state(ticket, Held::State::waiting);
    return true;
  }
  refuse(ticket, Limit::new_query);
  return false;
}

Outcome Dispatcher::refuse(Ticket& ticket, Limit limit) {
  service_.meters.refused(limit).add(lane_);
  const Outcome outcome = refuse(ticket, dns::Rcode::Refused);
  ticket.explain(ExtendedError::other, "too many queries wait for an answer");
  return outcome;
}

// Only inside a catch block. With `debug` the process ends, so that the cause can be looked at.
Outcome Dispatcher::recover(Ticket& ticket) {
  service_.meters.panics.add(lane_);
  const Listener& listener = *ticket.listener();
  service_.panic_lines->write(LogLevel::error, *this, [&listener] {
    return fmt::format("Recovered from panic in server: \"{}\" {}", listener.label,
                       text_of(std::current_exception()));
  });
  if (listener.debug) std::terminate();
  return refuse(ticket, dns::Rcode::ServFail);
}

std::span<const std::uint8_t> Dispatcher::write(Ticket& ticket, std::span<std::uint8_t> out) {
  try {
    const Written written = write_response(ticket, out);
    if (written) return *written;
    refuse(ticket, written.error());
  } catch (...) {
    recover(ticket);
  }
  return write_without_hooks(ticket, out);
}

void Dispatcher::wait(Ticket& ticket, Reply reply) {
  Tenure& tenure = tenure_of(ticket);
  ++waiting_;
  ++tenure.running;
  asio::co_spawn(ground_.executor,
                 finish(tenure.configuration, tenure, ticket, std::move(reply).wait()),
                 asio::detached);
}

// The bytes are written right behind the wait: what the answer points to is still there.
asio::awaitable<void> Dispatcher::finish([[maybe_unused]] Pin pin,
                                         Tenure& tenure,
                                         Ticket& ticket,
                                         asio::awaitable<Outcome> pending) {
  const Leaving leaving(waiting_);
  const Leaving leaving_tenure(tenure.running);
  Outcome outcome = Outcome::drop;
  try {
    outcome = co_await std::move(pending);
  } catch (...) {
    outcome = recover(ticket);
  }
  clients_.leave(ticket);
  if (ticket.given_up()) outcome = refuse(ticket, Limit::waiting_query);
  ticket.finished(checked(ticket, outcome));
}

asio::awaitable<Outcome> Dispatcher::guarded(Ticket& ticket, asio::awaitable<Outcome> pending) {
  try {
    const Outcome outcome = co_await std::move(pending);
    co_return checked(ticket, outcome);
  } catch (...) {
    co_return recover(ticket);
  }
}

Dispatcher::Inner& Dispatcher::lend(Answer& answer,
                                    const Query& parent,
                                    const dns::Question& question) {
  if (spare_.empty()) spare_.push_back(std::make_unique<Inner>(*this));
  Inner& inner = *spare_.back().release();
  spare_.pop_back();
  answer = Answer(inner);
  inner.begin_like(parent, question);
  inner.set_listener(static_cast<const Ticket&>(parent).listener());
  inner.set_block_of(static_cast<const Ticket&>(parent).block());
  return inner;
}

// What it took of the budget is nobody's any more.
void Dispatcher::give_back(Query& query) noexcept {
  std::unique_ptr<Inner> inner(static_cast<Inner*>(&query));
  clients_.leave(*inner);
  if (spare_.size() < kMaxDepth) spare_.push_back(std::move(inner));
}

// It costs whoever it is asked for, and goes when that one goes.
bool Dispatcher::hold(Inner& inner, const Query& origin) {
  const std::size_t cost = sizeof inner + kWaiting;
  return clients_.enter(inner, origin.transport().client.address(), cost);
}

// Filters look at the query itself, so it has the other question meanwhile.
bool Dispatcher::leads_here(Query& query, const dns::Question& question) {
  const Ticket& ticket = static_cast<const Ticket&>(query);
  const Block* const own = ticket.block();
  const dns::Question before = query.question();
  const dns::NameView zone = query.zone();
  const std::string_view view = query.view();
  query.set_question(question);
  const Block* const other = ticket.listener()->router.route(query);
  query.set_question(before);
  query.set_block(zone, view, own == nullptr ? nullptr : &own->metadata);
  return other == own;
}

Reply Dispatcher::ask(Query& parent, const dns::Question& question, Asking asking, Answer& answer) {
  Inner& inner = lend(answer, parent, question);
  if (parent.depth() >= kMaxDepth) return inner.fail(dns::Rcode::ServFail);
  inner.set_parent(parent);
  if (asking == Asking::step) inner.set_step();
  Reply reply = run(inner);
  if (reply.ready()) {
    parent.basis().add(inner.basis());
    return reply;
  }
  if (hold(inner, parent)) return finish_inner(parent, inner, std::move(reply).wait());
  return inner.fail(dns::Rcode::ServFail, kNoMemory);
}

asio::awaitable<Outcome> Dispatcher::finish_inner(Query& parent,
                                                  Inner& inner,
                                                  asio::awaitable<Outcome> pending) {
  const Outcome outcome = co_await guarded(inner, std::move(pending));
  parent.basis().add(inner.basis());
  co_return outcome;
}

bool Dispatcher::background(const Query& origin, Next next, After after, const Errand& errand) {
  if (background_ >= kMaxBackground) {
    service_.meters.background_refused.add(lane_);
    return false;
  }
  Answer owner;
  Inner& inner = lend(owner, origin, origin.question());
  inner.set_transport(transport_of(origin, errand));
  inner.observe_setbacks(errand.observer);
  Reply reply = first_step(inner, next);
  if (!reply.ready() && !hold(inner, origin)) {
    service_.meters.background_refused.add(lane_);
    reply = inner.fail(dns::Rcode::ServFail, kNoMemory);
  }
  if (reply.ready()) {
    end_background(inner, checked(inner, reply.outcome()), after);
    return true;
  }
  Tenure& tenure = tenure_of(origin);
  ++background_;
  ++tenure.running;
  asio::co_spawn(ground_.executor,
                 finish_background(tenure.configuration, tenure, inner, std::move(owner),
                                   std::move(reply).wait(), std::move(after)),
                 asio::detached);
  return true;
}

asio::awaitable<void> Dispatcher::finish_background([[maybe_unused]] Pin pin,
                                                    Tenure& tenure,
                                                    Inner& inner,
                                                    [[maybe_unused]] Answer owner,
                                                    asio::awaitable<Outcome> pending,
                                                    After after) {
  const Leaving leaving(background_);
  const Leaving leaving_tenure(tenure.running);
  const Outcome outcome = co_await guarded(inner, std::move(pending));
  end_background(inner, outcome, after);
}

void Dispatcher::end_background(Inner& inner, Outcome outcome, const After& after) {
  try {
    after(inner, outcome);
  } catch (...) {
    recover(inner);
  }
}

asio::awaitable<bool> Dispatcher::send_part(Query& query) {
  return static_cast<Ticket&>(query).send_part();
}

}  // namespace catena::server
