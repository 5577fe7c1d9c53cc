// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/supervisor.hpp"

#include "core/config/fingerprint.hpp"
#include "core/server/workers.hpp"

#include <boost/asio/post.hpp>

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

Supervisor::Supervisor(const Options& options,
                       PluginList plugins,
                       LogWriter& writer,
                       const Process& process)
    : options_(options), plugins_(plugins), writer_(writer), process_(process) {}

Supervisor::~Supervisor() {
  more_.reset();
  actions_.stop();
  if (thread_.joinable()) thread_.join();
}

void Supervisor::start(config::Source source, Told told) {
  thread_ = std::thread([this] { actions_.run(); });
  asio::post(actions_, [this, source = std::move(source), told = std::move(told)]() mutable {
    begin(source, std::move(told));
  });
}

void Supervisor::begin(const config::Source& source, Told told) {
  if (ending_) return;
  if (source.name == kStandardInput) standard_input_ = source;
  Result<Loaded> loaded = load_checked(source);
  if (!loaded) return told(loaded.error());
  exchange_running(loaded->fingerprint);
  server::ServerLimits limits;
  limits.workers = process_.metrics.lanes() - 1;
  limits.descriptors = descriptor_limit();
  limits.connections = limits.descriptors.for_clients();
  limits.memory = server::this_memory();
  limits.memory.by_default = options_.memory;
  if (!options_.quiet) limits.memory.announce(process_.log, loaded->configuration->memory());
  writer_.enable_debug(loaded->configuration->debug());
  server_ =
      std::make_unique<server::Server>(process_, host_, std::move(loaded->configuration), limits);
  server_->start([told = std::move(told)](const Result<void>& started) {
    told(started ? started : Result<void>(Error{started.error().text + "\n"}));
  });
  go_on();
}

// Turns the server until it has to wait. A reload that waited begins when nothing is under way.
void Supervisor::go_on() {
  while (const std::optional<Duration> wait = server_->step()) {
    if (*wait <= Duration::zero()) continue;
    next_step_.expires_after(*wait);
    return next_step_.async_wait([this](boost::system::error_code error) {
      if (!error) go_on();
    });
  }
  begin_reload();
}

Result<Loaded> Supervisor::load_checked(const config::Source& source) try {
  config::Diagnostics diagnostics;
  Loaded loaded = load(source, options_.dns_port, plugins_, process_, diagnostics);
  for (const config::Diagnostic& warning : diagnostics.warnings()) {
    process_.log.warning("{}", config::format(warning));
  }
  if (!diagnostics.ok()) return Error{config::format(diagnostics.errors())};
  return loaded;
} catch (const std::exception& exception) {
  return Error{std::string(exception.what()) + "\n"};
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

std::optional<std::string> Supervisor::on_disk() const {
  const Result<config::Source> text = source();
  if (!text) return std::nullopt;
  config::Diagnostics diagnostics;
  const config::Corefile corefile = parse_corefile(*text, plugins_, diagnostics);
  if (diagnostics.ok()) return config::fingerprint(corefile);
  return config::fingerprint(text->text + config::format(diagnostics.errors()));
}

void Supervisor::reload(Told told) {
  asio::post(actions_, [this, told = std::move(told)]() mutable {
    if (ending_) return;
    waiting_.push_back(std::move(told));
    begin_reload();
  });
}

// The lines are CoreDNS's.
void Supervisor::begin_reload() {
  if (ending_ || waiting_.empty() || !server_ || !server_->running()) return;
  std::vector<Told> told = std::exchange(waiting_, {});
  process_.log.info("Reloading");
  const Result<config::Source> text = source();
  if (!text) return finish_reload(text.error(), told);
  Result<Loaded> loaded = load_checked(*text);
  if (!loaded) return finish_reload(Error{one_line(loaded.error().text)}, told);
  if (!ending_) go_over(std::move(*loaded), std::move(told));
}

void Supervisor::go_over(Loaded loaded, std::vector<Told> told) {
  const std::string before = exchange_running(std::move(loaded.fingerprint));
  const bool debug = loaded.configuration->debug();
  const auto gone_over = [this, before, debug, told = std::move(told)](const Result<void>& result) {
    if (result) {
      writer_.enable_debug(debug);
    } else {
      exchange_running(before);
    }
    finish_reload(result, told);
  };
  server_->reload(std::move(loaded.configuration), gone_over);
  go_on();
}

void Supervisor::finish_reload(const Result<void>& result, const std::vector<Told>& told) {
  if (result) {
    process_.log.info("Reloading complete");
  } else {
    process_.log.error("Restart failed: {}", result.error().text);
  }
  process_.keeper.forget_unheld();
  for (const Told& one : told) one(result);
}

void Supervisor::stop(Queries queries, server::Server::ToldEnd told) {
  ending_ = true;
  asio::post(actions_,
             [this, queries, told = std::move(told)]() mutable { end(queries, std::move(told)); });
}

void Supervisor::end(Queries queries, server::Server::ToldEnd told) {
  waiting_.clear();
  if (!server_) return told(server::Stopped::cleanly);
  if (queries == Queries::drop) {
    server_->stop(Duration::zero(), std::move(told));
  } else {
    server_->stop(std::move(told));
  }
  go_on();
}

}  // namespace catena
