// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/daemon.hpp"

#include "core/base/descriptors.hpp"
#include "core/base/log_writer.hpp"
#include "core/server/workers.hpp"

#include "cmd/catena/complaint.hpp"
#include "cmd/catena/load.hpp"
#include "cmd/catena/pidfile.hpp"
#include "cmd/catena/signals.hpp"
#include "cmd/catena/supervisor.hpp"
#include "cmd/catena/version.hpp"

#include <unistd.h>

namespace catena {
namespace {

/// What the process has one of, in the order in which it must go.
struct Household {
  Household(const Options& options, PluginList plugins, std::size_t workers)
      : format(options.log_format),
        writer(STDOUT_FILENO, format),
        metrics(workers + 1),
        dropped_lines(metrics.sampled("catena_log_lines_dropped_total",
                                      "Log lines that found the queue full.",
                                      metrics::SampledType::counter,
                                      {},
                                      [this] { return static_cast<double>(writer.dropped()); })),
        pidfile(options.pidfile),
        signals(writer, supervisor, pidfile),
        supervisor(options, plugins, writer, process) {}

  LogFormat format;
  LogWriter writer;
  metrics::Registry metrics;
  epoch::Domain epoch;
  SystemClock clock;
  Keeper keeper;
  const Process process{Log(writer), metrics, epoch, clock, keeper, &supervisor};
  metrics::Sampled dropped_lines;
  PidFile pidfile;
  Signals signals;
  Supervisor supervisor;  // With its thread, which uses everything above.
};

void announce(Household& household) {
  for (const std::string& text : household.supervisor.server().lines()) {
    household.writer.write(LogLevel::info, text);
  }
  household.writer.write(LogLevel::info, version_line() + "\n" + platform_line());
}

}  // namespace

int serve(const Options& options, PluginList plugins) {
  const Result<config::Source> source = read_corefile(options);
  if (!source) {
    complain(options.log_format, source.error().text + "\n");
    return 1;
  }
  raise_descriptor_limit();
  const HeldSignals held;
  Household household(options, plugins, server::worker_count(server::processor_limits()));
  std::string failure;
  household.supervisor.start(*source, [&](const Result<void>& started) {
    if (!started) {
      failure = started.error().text;
      return household.signals.give_up(1);
    }
    if (!options.quiet) announce(household);
    household.pidfile.write(household.process.log);
    // A configuration without a listener has nothing to wait for, as in CoreDNS.
    if (household.supervisor.server().configuration().listeners.empty()) household.signals.end();
  });
  const int status = household.signals.serve();
  if (failure.empty()) return status;
  household.writer.flush();
  complain(household.format, failure);
  return status;
}

}  // namespace catena
