// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/supervisor.hpp"

#include "core/config/fingerprint.hpp"
#include "core/server/workers.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace catena {
namespace {

// Several errors in one line, for the log.
std::string one_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) {
    text.replace(at, 1, "; ");
  }
  return text;
}

}  // namespace

Supervisor::Supervisor(const Options& options, LogWriter& writer, const Process& process)
    : options_(options), writer_(writer), process_(process) {}

Supervisor::~Supervisor() {
  more_.reset();
  actions_.stop();
  if (thread_.joinable()) thread_.join();
}

Result<void> Supervisor::start(const config::Source& source) {
  if (source.name == kStandardInput) standard_input_ = source;
  Result<Loaded> loaded = load_checked(source);
  if (!loaded) return loaded.error();
  exchange_running(loaded->fingerprint);
  server::ServerLimits limits;
  limits.workers = process_.metrics.lanes() - 1;
  server_ = std::make_unique<server::Server>(process_, loaded->configuration, limits);
  writer_.enable_debug(loaded->configuration->debug());
  if (const Result<void> started = server_->start(); !started) {
    return Error{started.error().text + "\n"};
  }
  return {};
}

void Supervisor::take_orders() {
  thread_ = std::thread([this] { actions_.run(); });
}

Result<Loaded> Supervisor::load_checked(const config::Source& source) {
  config::Diagnostics diagnostics;
  Loaded loaded = load(source, options_.dns_port, process_, diagnostics);
  for (const config::Diagnostic& warning : diagnostics.warnings()) {
    process_.log.warning("{}", config::format(warning));
  }
  if (!diagnostics.ok()) return Error{config::format(diagnostics.errors())};
  return loaded;
}

Result<config::Source> Supervisor::source() const {
  if (standard_input_) return *standard_input_;
  return read_corefile(options_);
}

std::string Supervisor::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

std::string Supervisor::exchange_running(std::string fingerprint) {
  const std::lock_guard lock(mutex_);
  return std::exchange(running_, std::move(fingerprint));
}

Result<std::optional<std::string>> Supervisor::on_disk() const {
  const Result<config::Source> text = source();
  if (!text) return std::optional<std::string>();
  config::Diagnostics diagnostics;
  const config::Corefile corefile = parse_corefile(*text, diagnostics);
  if (!diagnostics.ok()) return Error{one_line(config::format(diagnostics.errors()))};
  return std::optional(config::fingerprint(corefile));
}

void Supervisor::reload(std::function<void(const Result<void>&)> done) {
  asio::post(actions_, [this, done = std::move(done)] { done(reload_now()); });
}

// The lines are CoreDNS's.
Result<void> Supervisor::reload_now() {
  process_.log.info("Reloading");
  Result<void> result;
  if (const Result<config::Source> text = source(); !text) {
    result = text.error();
  } else if (Result<Loaded> loaded = load_checked(*text); !loaded) {
    result = Error{one_line(loaded.error().text)};
  } else {
    result = go_over(std::move(*loaded));
  }
  if (result) {
    process_.log.info("Reloading complete");
  } else {
    process_.log.error("Restart failed: {}", result.error().text);
  }
  return result;
}

Result<void> Supervisor::go_over(Loaded loaded) {
  const std::string before = exchange_running(std::move(loaded.fingerprint));
  const bool debug = loaded.configuration->debug();
  const Result<void> result = server_->reload(std::move(loaded.configuration));
  if (result) {
    writer_.enable_debug(debug);
  } else {
    exchange_running(before);
  }
  return result;
}

void Supervisor::stop(Queries queries, std::function<void(server::Stopped)> done) {
  asio::post(actions_, [this, queries, done = std::move(done)] {
    done(queries == Queries::drop ? server_->stop({}) : server_->stop());
  });
}

}  // namespace catena
