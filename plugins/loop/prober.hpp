// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/engine.hpp"

#include "plugins/loop/detector.hpp"
#include "plugins/loop/schedule.hpp"

#include <boost/asio/ip/udp.hpp>

#include <array>
#include <memory>
#include <optional>

namespace catena::loop {

/// Sends a block's probes to its own listener, as a client would, and waits for what comes. One
/// worker's thread; `engine` is not used after close().
class Prober final : private net::Events, private net::Deadline {
 public:
  Prober(Engine& engine,
         std::shared_ptr<Detector> detector,
         asio::ip::udp::endpoint target,
         Duration again);

  void start() { ask(); }
  void close();

 private:
  void ask();
  bool send();
  void readable() override;
  void due() override;
  std::optional<Probed> heard();
  bool is_reply(std::size_t size) const;
  void settle(Probed probed);

  Engine* engine_;
  std::shared_ptr<Detector> detector_;
  asio::ip::udp::endpoint target_;
  Schedule schedule_;
  std::unique_ptr<net::Datagrams> socket_;  // While a probe is out; its deadline is the limit then.
  std::uint16_t id_ = 0;
  std::array<std::uint8_t, 512> buffer_;
};

}  // namespace catena::loop
