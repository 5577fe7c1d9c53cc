// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log_writer.hpp"
#include "core/plugin/control.hpp"
#include "core/server/server.hpp"

#include "cmd/catena/load.hpp"
#include "cmd/catena/options.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace catena {

/// What becomes of the queries that are under way when the server ends.
enum class Queries : std::uint8_t { finish, drop };

/// Leads one server through its life: start, reloads, end. After take_orders() each of these
/// happens on one thread of its own, one after the other, so that signals are heard meanwhile.
/// `writer`, `process` and `options` outlive it.
class Supervisor final : public Control {
 public:
  Supervisor(const Options& options, LogWriter& writer, const Process& process);
  ~Supervisor() override;

  /// Runs what the Corefile's text says. The error is for standard error, each line ended by a line
  /// break.
  Result<void> start(const config::Source& source);

  /// Between start() and take_orders().
  const server::Server& server() const { return *server_; }

  /// Carries out what was ordered by reload() and stop(), and will be.
  void take_orders();

  /// Takes up the Corefile as it is now. What is wrong is logged, in CoreDNS's words, and told to
  /// `done`; the running configuration stays then. Any thread; comes back at once.
  void reload(std::function<void(const Result<void>&)> done) override;

  /// Ends the server, then calls `done` on the control thread. Any thread; comes back at once.
  void stop(Queries queries, std::function<void(server::Stopped)> done);

  std::string running() const override;
  Result<std::optional<std::string>> on_disk() const override;

 private:
  Result<config::Source> source() const;
  Result<Loaded> load_checked(const config::Source& source);
  Result<void> reload_now();
  Result<void> go_over(Loaded loaded);
  std::string exchange_running(std::string fingerprint);

  const Options& options_;
  LogWriter& writer_;
  const Process& process_;
  std::optional<config::Source> standard_input_;  // Cannot be read a second time.
  std::unique_ptr<server::Server> server_;
  mutable std::mutex mutex_;
  std::string running_;  // Guarded by mutex_.
  asio::io_context actions_{1};
  asio::executor_work_guard<asio::io_context::executor_type> more_{actions_.get_executor()};
  std::thread thread_;
};

}  // namespace catena
