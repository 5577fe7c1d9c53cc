// SPDX-License-Identifier: Apache-2.0
#include "plugins/loop/loop.hpp"

#include "core/config/values.hpp"

namespace catena::loop {
namespace {

constexpr std::string_view kScheme = "dns://";

}  // namespace

Loop::Loop(Settings settings, std::shared_ptr<Detector> detector, std::optional<ServerLabel> server)
    : settings_(settings), detector_(std::move(detector)), server_(std::move(server)) {}

Reply Loop::serve(Query& query, Next next) const {
  if (detector_->see(query) == Detector::Passage::pass) return next(query);
  return query.fail(dns::Rcode::ServFail, "loop detected for zone \"",
                    std::string_view(detector_->zone_text()), "\"");
}

// Every address means this host's own, which is asked as localhost.
void Loop::listening(std::span<const std::uint16_t> ports) {
  if (!server_) return;
  std::string_view label = server_->text;
  label.remove_prefix(kScheme.size());
  const auto place = parse_host_port(label);
  const std::uint16_t port = ports[server_->number];
  const std::string host = place ? place->host : std::string();
  target_ = {asio::ip::make_address(host.empty() ? "127.0.0.1" : host), port};
  detector_->set_target(fmt::format("{}:{}", label.substr(0, label.rfind(':')), port));
}

void Loop::enter(Engine& engine) {
  if (target_.port() == 0 || claimed_.exchange(true)) return;
  prober_ = std::make_unique<Prober>(engine, detector_, target_, settings_.again);
  lane_.store(engine.lane(), std::memory_order_release);
  prober_->start();
}

void Loop::leave(Engine& engine) {
  if (lane_.load(std::memory_order_acquire) != engine.lane()) return;
  prober_->close();
  prober_.reset();
}

}  // namespace catena::loop
