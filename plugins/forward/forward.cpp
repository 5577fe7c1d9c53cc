// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/forward.hpp"

#include "core/base/ascii.hpp"
#include "core/plugin/engine.hpp"

#include "plugins/forward/outgoing.hpp"
#include "plugins/forward/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace catena::forward {
namespace {

constexpr std::string_view kUpstreamLabel = "forward/upstream";

HealthIdentity identity_of(const client::Endpoint& endpoint,
                           const std::string& interface,
                           const client::UpstreamOptions& how) {
  if (!how.tls) return {endpoint, interface, {}, {}};
  return {endpoint, interface, how.tls_name, how.tls->policy()};
}

// Names of hosts are the same in either case.
std::string server_name(const Settings& settings, const Target& target) {
  std::string name = target.server_name.empty() ? settings.tls_servername : target.server_name;
  for (char& letter : name) letter = to_lower(letter);
  return name;
}

/// Lets those in front know what a call only suspects.
class Doubts final : public client::Witness {
 public:
  explicit Doubts(const Query& query) : query_(query) {}
  void doubted() override { query_.report_setback(); }

 private:
  const Query& query_;
};

}  // namespace

/// One of the questions that max_concurrent allows; given back when it goes.
class Forward::Slot {
 public:
  explicit Slot(std::atomic<std::int64_t>* counter = nullptr) : counter_(counter) {}
  Slot(Slot&& other) noexcept : counter_(std::exchange(other.counter_, nullptr)) {}
  Slot& operator=(Slot&&) = delete;
  ~Slot() {
    if (counter_ != nullptr) counter_->fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t>* counter_;
};

/// A call of a query that may be told that it has waited long enough.
class Forward::Asking final : public Awaited {
 public:
  Asking(client::Channel& channel, client::Call& call) : channel_(channel), call_(call) {}
  void give_up() override { channel_.give_up(call_); }

 private:
  client::Channel& channel_;
  client::Call& call_;
};

Forward::Forward(Settings settings,
                 const Process& process,
                 std::shared_ptr<const UpstreamSlot> tried)
    : settings_(std::move(settings)),
      process_(process),
      tried_(std::move(tried)),
      metrics_(process.metrics),
      order_(settings_.policy),
      context_{settings_, links_, order_, metrics_},
      workers_(process.metrics.lanes()) {
  const bool all_known = std::all_of(settings_.targets.begin(), settings_.targets.end(),
                                     [](const Target& target) { return target.host.empty(); });
  if (!all_known) return;
  for (const Target& target : settings_.targets) add_upstream(target, target.endpoint);
}

Forward::~Forward() = default;

// With `next` any answer may be left to those behind.
Territory Forward::territory() const {
  if (settings_.next_on_nodata || !settings_.next.empty()) return {{settings_.from}, {dns::Name()}};
  return {{settings_.from}, settings_.except.names()};
}

// The same server is asked once, but for names that its certificates are to carry.
void Forward::add_upstream(const Target& target, const client::Endpoint& endpoint) {
  client::UpstreamOptions options = settings_.upstream;
  if (target.scheme == Scheme::dns) options.tls = nullptr;
  if (options.tls) options.tls_name = server_name(settings_, target);
  const std::string name = client::to_text(endpoint, target.interface);
  const auto known = [&](const Link& link) {
    const client::UpstreamOptions& other = link.upstream->options;
    return link.upstream->name == name && other.tls == options.tls &&
           other.tls_name == options.tls_name;
  };
  if (std::any_of(links_.begin(), links_.end(), known)) return;
  auto health =
      process_.keeper.keep<client::Health>(identity_of(endpoint, target.interface, options),
                                           [] { return std::make_shared<client::Health>(); });
  const auto encryption = options.tls ? client::Encryption::tls : client::Encryption::none;
  const client::UpstreamCounters counters(process_.metrics, "forward", name, encryption);
  links_.emplace_back(process_.metrics,
                      std::make_shared<const client::Upstream>(endpoint, options, std::move(health),
                                                               counters, target.interface));
}

std::string Forward::assembled(const Chain& chain) {
  forwarder_behind_ = chain.behind<Forwarder>(*this) != nullptr;
  return {};
}

void Forward::start() {
  if (!links_.empty()) return;
  std::vector<std::string> hosts;
  for (const Target& target : settings_.targets) {
    if (!target.host.empty()) hosts.push_back(target.host);
  }
  lookup_ = resolve_hosts(std::move(hosts), settings_.resolvers);
}

bool Forward::prepared(Duration) {
  if (!lookup_.valid()) return true;
  if (lookup_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
  const auto found = lookup_.get();
  auto addresses = found.begin();
  for (const Target& target : settings_.targets) {
    if (target.host.empty()) {
      add_upstream(target, target.endpoint);
      continue;
    }
    for (const auto& address : *addresses++) add_upstream(target, {address, target.port});
  }
  return true;
}

void Forward::enter(Engine& engine) {
  workers_[index(engine.lane())] = std::make_unique<Worker>(engine);
}

void Forward::leave(Engine& engine) {
  auto& worker = workers_[index(engine.lane())];
  if (worker) worker->close();
  worker.reset();
}

// FROM itself is never excepted.
bool Forward::mine(dns::NameView name) const {
  if (!name.is_in(settings_.from)) return false;
  return name == settings_.from.view() || !settings_.except.contains(name);
}

Reply Forward::serve(Query& query, Next next) const {
  if (!mine(query.name())) return next(query);
  Worker* worker = workers_[index(query.engine().lane())].get();
  if (worker == nullptr) return query.fail(dns::Rcode::ServFail, "forward is not running");
  if (settings_.max_concurrent == 0) return ask(query, next, *worker, Slot());
  const std::int64_t count = concurrent_.fetch_add(1, std::memory_order_relaxed) + 1;
  Slot slot(&concurrent_);
  if (count <= settings_.max_concurrent) return ask(query, next, *worker, std::move(slot));
  metrics_.max_concurrent_rejects->add(query.engine().lane());
  const std::string most = std::to_string(settings_.max_concurrent);
  return query.fail(dns::Rcode::Refused, "concurrent queries exceeded maximum ",
                    std::string_view(most));
}

client::Plan Forward::plan_for(const Query& query, const client::Upstream& upstream) const {
  const bool stream = to_string(query.transport().protocol) == "tcp";
  const bool udp =
      settings_.carry == Carry::prefer_udp || (settings_.carry == Carry::as_client && !stream);
  return client::Plan{.wire = upstream.wire(udp ? client::Wire::udp : client::Wire::tcp),
                      .truncated = settings_.carry == Carry::prefer_udp
                                       ? client::Truncated::retry_over_tcp
                                       : client::Truncated::accept,
                      .udp_limit = query.upstream_limit(),
                      .timeout = settings_.read_timeout};
}

asio::awaitable<Outcome> Forward::ask(Query& query, Next next, Worker& worker, Slot) const {
  auto request = outgoing(query);
  if (!request) co_return query.fail(dns::Rcode::FormErr, "the request does not fit a message");
  const Passed passed = run_hooks(query, *request);
  if (!passed) co_return query.fail(passed.error());
  Attempts attempts(context_, query, worker);
  Doubts doubts(query);
  while (const auto index = attempts.next()) {
    const client::Upstream& upstream = *links_[*index].upstream;
    tried_->leave(query, upstream.name);
    client::Plan plan = plan_for(query, upstream);
    if (upstream.options.tls) plan.dial_limit = attempts.left();
    client::Call call(*request, plan);
    call.set_witness(doubts);
    client::Channel& channel = attempts.channel(*index);
    channel.begin(call);
    Asking asking(channel, call);
    {
      const Waiting waiting(query, asking);
      co_await call.wait();
    }
    if (query.given_up()) co_return query.fail(dns::Rcode::Refused);
    const Judgement judgement = attempts.judge(call, *index, forwarder_behind_);
    if (judgement == Judgement::answered) co_return Outcome::respond;
    if (judgement == Judgement::next_plugin) {
      Reply reply = next(query);
      co_return co_await std::move(reply).wait();
    }
  }
  co_return attempts.give_up();
}

std::string_view Forward::metadata(Query& query, std::string_view label) const {
  const std::string_view* name = label == kUpstreamLabel ? tried_->find(query) : nullptr;
  return name != nullptr ? *name : std::string_view();
}

}  // namespace catena::forward
