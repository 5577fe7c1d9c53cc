// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/engine.hpp"

#include "plugins/loop/detector.hpp"
#include "plugins/loop/schedule.hpp"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <memory>

namespace catena::loop {

/// Sends a block's probes to its own listener, as a client would, and waits for what comes. One
/// worker's thread; `engine` is not used after close().
class Prober final : public std::enable_shared_from_this<Prober> {
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
  void receive();
  void received(const boost::system::error_code& error, std::size_t size);
  bool is_reply(std::size_t size) const;
  void settle(Probed probed);
  void wait(Duration duration);

  Engine* engine_;
  std::shared_ptr<Detector> detector_;
  asio::ip::udp::endpoint target_;
  Schedule schedule_;
  asio::ip::udp::socket socket_;
  asio::steady_timer timer_;  // The limit of a probe, or the time until the next one.
  std::uint16_t id_ = 0;
  unsigned attempt_ = 0;
  bool closed_ = false;
  std::array<std::uint8_t, 512> buffer_;
};

}  // namespace catena::loop
