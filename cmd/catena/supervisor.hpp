// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log_writer.hpp"
#include "core/plugin/control.hpp"
#include "core/server/kernel_host.hpp"
#include "core/server/server.hpp"

#include "cmd/catena/load.hpp"
#include "cmd/catena/options.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace catena {

/// What becomes of the queries that are under way when the server ends.
enum class Queries : std::uint8_t { finish, drop };

/// Leads one server through its life, on a thread of its own, the control thread: it carries out
/// orders and turns the server's steps (server/server.hpp says its states). No order waits for
/// another: the end goes before everything that is queued and gives up what is under way, a reload
/// waits for the one before it, and all that wait then are one. Orders come from any thread and
/// come back at once. `options`, `plugins`, `writer` and `process` outlive it.
class Supervisor final : public Control {
 public:
  using Told = std::function<void(const Result<void>&)>;

  Supervisor(const Options& options, PluginList plugins, LogWriter& writer, const Process& process);
  ~Supervisor() override;

  /// Runs what the Corefile's text says. Once, the first order. `told` hears how it went on the
  /// control thread, before any reload is carried out, but nothing after stop(). The error is for
  /// standard error, each line ended by a line break.
  void start(config::Source source, Told told);

  /// For `told` of start().
  const server::Server& server() const { return *server_; }

  /// Takes up the Corefile as it is now. What is wrong is logged, in CoreDNS's words, and told on
  /// the control thread; the running configuration stays then. Not told after stop().
  void reload(Told told) override;

  /// Ends the server, then tells on the control thread.
  void stop(Queries queries, server::Server::ToldEnd told);

  std::string running() const override;
  std::optional<std::string> on_disk() const override;

 private:
  Result<config::Source> source() const;
  Result<Loaded> load_checked(const config::Source& source);
  void begin(const config::Source& source, Told told);
  void go_on();
  void begin_reload();
  void go_over(Loaded loaded, std::vector<Told> told);
  void finish_reload(const Result<void>& result, const std::vector<Told>& told);
  void end(Queries queries, server::Server::ToldEnd told);
  std::string exchange_running(std::string fingerprint);

  const Options& options_;
  PluginList plugins_;
  LogWriter& writer_;
  const Process& process_;
  std::optional<config::Source> standard_input_;  // Cannot be read a second time.
  server::KernelHost host_;
  std::unique_ptr<server::Server> server_;
  std::vector<Told> waiting_;        // For a reload that has not begun.
  std::atomic<bool> ending_{false};  // Ordered, and perhaps still queued.
  mutable std::mutex mutex_;
  std::string running_;  // Guarded by mutex_.
  asio::io_context actions_{1};
  asio::steady_timer next_step_{actions_};
  asio::executor_work_guard<asio::io_context::executor_type> more_{actions_.get_executor()};
  std::thread thread_;
};

}  // namespace catena
