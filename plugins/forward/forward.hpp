// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/plugin.hpp"
#include "core/plugin/query_slot.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/forward/attempts.hpp"

#include <atomic>
#include <deque>
#include <future>
#include <memory>
#include <vector>

namespace catena::forward {

/// The name of the upstream that a query was sent to last: one for all `forward` lines of a block.
using UpstreamSlot = QuerySlot<std::string_view>;

/// Whose health it is: a link-local address is another server on each interface, a certificate that
/// is not trusted here may be trusted there.
struct HealthIdentity {
  client::Endpoint endpoint;
  std::string interface;
  std::string tls_name;
  std::optional<net::TlsPolicy> tls;

  bool operator==(const HealthIdentity&) const = default;
};

/// Sends questions on to other servers over UDP, TCP and TLS and brings their replies back: one
/// `forward` line. Host names are looked up at the start; each worker has sockets of its own.
class Forward final : public Plugin,
                      public Startable,
                      public Prepares,
                      public WorkerAware,
                      public Assembled,
                      public Forwarder,
                      public MetadataSource,
                      public ClassAdmission,
                      public Authority {
 public:
  /// `process` outlives it.
  Forward(Settings settings, const Process& process, std::shared_ptr<const UpstreamSlot> tried);
  ~Forward() override;

  Reply serve(Query& query, Next next) const override;
  Territory territory() const override;

  /// Whether `next` has somebody to leave questions to.
  std::string assembled(const Chain& chain) override;

  void start() override;
  void stop() override {}

  /// Host names are looked up. Throws std::runtime_error where one cannot be.
  bool prepared(Duration waited) override;

  void enter(Engine& engine) override;
  void leave(Engine& engine) override;

  /// "forward/upstream": the upstream that was tried last.
  std::string_view metadata(Query& query, std::string_view label) const override;

 private:
  class Slot;
  class Asking;

  bool mine(dns::NameView name) const;
  void add_upstream(const Target& target, const client::Endpoint& endpoint);
  client::Plan plan_for(const Query& query, const client::Upstream& upstream) const;
  asio::awaitable<Outcome> ask(Query& query, Next next, Worker& worker, Slot slot) const;

  Settings settings_;
  const Process& process_;
  std::shared_ptr<const UpstreamSlot> tried_;
  bool forwarder_behind_ = false;
  Metrics metrics_;
  Order order_;
  std::future<std::vector<std::vector<asio::ip::address>>> lookup_;  // Of the host names, in order.
  std::deque<Link> links_;  // Complete once prepared(), then only read.
  Context context_;
  std::vector<std::unique_ptr<Worker>> workers_;  // By lane; each touched by its own thread only.
  mutable std::atomic<std::int64_t> concurrent_{0};  // Only counted with max_concurrent.
};

}  // namespace catena::forward
