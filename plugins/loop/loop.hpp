// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/loop/detector.hpp"
#include "plugins/loop/prober.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace catena::loop {

struct Settings {
  Consequence consequence = Consequence::end_process;
  Duration again = std::chrono::seconds(30);  ///< Between probes once there was a loop.
};

/// Sees whether questions that leave this server come back to it, by a question of its own at the
/// start. The worker that enters first does the asking.
class Loop final : public Plugin, public Listening, public WorkerAware {
 public:
  /// `server` is the listener that is asked; none: there is nothing to ask.
  Loop(Settings settings, std::shared_ptr<Detector> detector, std::optional<ServerLabel> server);

  Reply serve(Query& query, Next next) const override;
  void listening(std::span<const std::uint16_t> ports) override;
  void enter(Engine& engine) override;
  void leave(Engine& engine) override;

 private:
  Settings settings_;
  std::shared_ptr<Detector> detector_;
  std::optional<ServerLabel> server_;
  asio::ip::udp::endpoint target_;
  std::atomic<bool> claimed_{false};
  std::unique_ptr<Prober> prober_;  // Of the worker `lane_`, and touched by its thread only.
  std::atomic<Lane> lane_{Lane::shared};
};

}  // namespace catena::loop
