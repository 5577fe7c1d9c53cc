// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/server/host.hpp"

namespace catena::server {

/// The kernel's sockets, a thread for each worker, the machine's time.
class KernelHost final : public Host {
 public:
  std::unique_ptr<WorkerLoop> loop(const Clock& clock) override;
  Result<OpenListener> bind(const net::ListenerSpec& spec,
                            std::span<const asio::any_io_executor> loops) override;
  std::unique_ptr<Ticker> ticker(Duration period, std::function<void()> task) override;
  void wait(Duration time) override;
};

}  // namespace catena::server
