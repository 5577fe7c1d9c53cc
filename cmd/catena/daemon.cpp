// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/daemon.hpp"

#include "core/base/log_writer.hpp"
#include "core/server/server.hpp"
#include "core/server/workers.hpp"

#include "cmd/catena/complaint.hpp"
#include "cmd/catena/load.hpp"
#include "cmd/catena/pidfile.hpp"
#include "cmd/catena/signals.hpp"
#include "cmd/catena/version.hpp"

#include <unistd.h>

namespace catena {
namespace {

/// What the process has one of, in the order in which it must go.
struct Household {
  Household(std::size_t workers, LogFormat log_format)
      : format(log_format), writer(STDOUT_FILENO, log_format), metrics(workers + 1) {}

  LogFormat format;
  LogWriter writer;
  metrics::Registry metrics;
  epoch::Domain epoch;
  SystemClock clock;
  Keeper keeper;
  const Process process{Log(writer), metrics, epoch, clock, keeper};
};

int give_up(Household& household, const std::string& text) {
  household.writer.flush();
  complain(household.format, text);
  return 1;
}

void announce(Household& household, const server::Server& server) {
  for (const std::string& text : server.lines()) household.writer.write(LogLevel::info, text);
  household.writer.write(LogLevel::info, version_line() + "\n" + platform_line());
}

int run(const Options& options,
        Household& household,
        std::shared_ptr<const server::Configuration> configuration,
        std::size_t workers) {
  const bool anything = !configuration->listeners.empty();
  server::ServerLimits limits;
  limits.workers = workers;
  server::Server server(household.process, std::move(configuration), limits);
  Signals signals(household.writer);
  if (const Result<void> started = server.start(); !started) {
    return give_up(household, started.error().text + "\n");
  }
  if (!options.quiet) announce(household, server);
  const PidFile pidfile(options.pidfile, household.process.log);
  if (!anything) return 0;
  return signals.wait_and_stop(server, pidfile);
}

}  // namespace

int serve(const Options& options) {
  const Result<config::Source> source = read_corefile(options);
  if (!source) {
    complain(options.log_format, source.error().text + "\n");
    return 1;
  }
  const HeldSignals held;
  const std::size_t workers = server::worker_count(server::this_machine());
  Household household(workers, options.log_format);
  config::Diagnostics diagnostics;
  auto configuration = load(*source, options.dns_port, household.process, diagnostics);
  for (const config::Diagnostic& warning : diagnostics.warnings()) {
    household.process.log.warning("{}", config::format(warning));
  }
  if (!diagnostics.ok()) return give_up(household, config::format(diagnostics.errors()));
  if (configuration->debug()) household.writer.enable_debug();
  return run(options, household, std::move(configuration), workers);
}

}  // namespace catena
