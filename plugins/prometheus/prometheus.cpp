// SPDX-License-Identifier: Apache-2.0
#include "plugins/prometheus/prometheus.hpp"

#include "plugins/prometheus/exposition.hpp"

namespace catena::prometheus {
namespace {

// A question of the server's own has its parent's time of arrival.
TimePoint began(const Query& query) {
  return query.depth() == 0 ? query.arrived() : query.engine().clock().now();
}

// What plugins did not write counts as nothing: a failure has the code that the server will send,
// silence has NOERROR.
RequestMeters::ServerSide server_side_of(const Query& query, Outcome outcome, TimePoint begin) {
  using Writer = RequestMeters::Writer;
  RequestMeters::ServerSide reply;
  const Duration took = query.engine().clock().now() - begin;
  reply.seconds = std::chrono::duration<double>(took).count();
  if (outcome == Outcome::drop) return reply;
  reply.rcode = query.response().rcode;
  if (query.failed()) return reply;
  reply.writer = Writer::plugin;
  reply.size = query.response().uncompressed_size(query.asked().question);
  return reply;
}

std::string name_behind(const Plugin& plugin, const Chain& chain) {
  const std::size_t next = chain.position_of(plugin) + 1;
  return next < chain.size() ? std::string(chain.name(next)) : std::string();
}

std::string_view port_of(std::string_view server) { return server.substr(server.rfind(':')); }

}  // namespace

Prometheus::Prometheus(Config config,
                       metrics::Registry& registry,
                       Log log,
                       std::shared_ptr<http::PageServer> server,
                       std::shared_ptr<ProcessMetrics> process)
    : config_(std::move(config)),
      registry_(registry),
      log_(std::move(log)),
      server_(std::move(server)),
      process_(std::move(process)) {}

std::string Prometheus::assembled(const Chain& chain) {
  for (const BlockFilter* filter : chain.with<BlockFilter>()) view_ = filter->view();
  const std::string next = name_behind(*this, chain);
  const std::function<ByZone(const std::string&)> make = [&](const std::string& server) {
    ByZone meters;
    const auto add = [&](const std::string& zone) {
      meters.push_back(std::make_unique<RequestMeters>(
          registry_, RequestMeters::SeriesLabels{server, zone, view_, next}));
    };
    for (const dns::Name& zone : config_.zones.names()) add(zone.to_text());
    add(".");
    return meters;
  };
  meters_ = PerServer<ByZone>(config_.servers, make);
  for (std::size_t i = 0; i < chain.size(); ++i) plugins_.emplace_back(chain.name(i));
  return {};
}

Reply Prometheus::serve(Query& query, Next next) const {
  RequestMeters* meters = query.is_step() ? nullptr : meters_for(query);
  if (meters == nullptr) return next(query);
  const RequestMeters::ClientSide request = RequestMeters::client_side_of(query);
  const TimePoint begin = began(query);
  return next(query).then([&query, meters, request, begin](Outcome outcome) {
    meters->count(query.engine().lane(), request, server_side_of(query, outcome, begin));
    return outcome;
  });
}

RequestMeters* Prometheus::meters_for(const Query& query) const {
  const ByZone* meters = meters_.find(query.transport());
  if (meters == nullptr) return nullptr;
  const dns::Name* zone = config_.zones.match(query.name());
  if (zone == nullptr) return meters->back().get();
  return (*meters)[static_cast<std::size_t>(zone - config_.zones.names().data())].get();
}

void Prometheus::start() {
  show_plugins();
  if (const Result<void> opened = server_->open(); !opened) {
    return log_.error("Failed to start metrics handler: {}", opened.error().text);
  }
  mount_ = server_->mount("/metrics", [registry = &registry_](const http::PageRequest& request) {
    return metrics_page(*registry, request);
  });
}

// The server goes while the control thread holds it: it has a thread to wait for.
void Prometheus::stop() {
  mount_ = {};
  enabled_.clear();
  server_.reset();
}

// Only for the first key of the block, on each of its addresses.
void Prometheus::show_plugins() {
  if (config_.servers.empty() || config_.zones.empty()) return;
  const std::string_view port = port_of(config_.servers.front().text);
  for (const ServerLabel& server : config_.servers) {
    if (port_of(server.text) != port) continue;
    for (const std::string& name : plugins_) {
      enabled_.push_back(registry_.sampled(
          "coredns_plugin_enabled",
          "A metric that indicates whether a plugin is enabled on per server and zone basis.",
          metrics::SampledType::gauge,
          {{"server", server.text},
           {"zone", config_.zones.names().front().to_text()},
           {"view", view_},
           {"name", name}},
          [] { return 1.0; }));
    }
  }
}

}  // namespace catena::prometheus
