// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/daemon.hpp"

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
  Household(const Options& options, std::size_t workers)
      : format(options.log_format),
        writer(STDOUT_FILENO, format),
        metrics(workers + 1),
        supervisor(options, writer, process) {}

  LogFormat format;
  LogWriter writer;
  metrics::Registry metrics;
  epoch::Domain epoch;
  SystemClock clock;
  Keeper keeper;
  const Process process{Log(writer), metrics, epoch, clock, keeper, &supervisor};
  Supervisor supervisor;
};

int give_up(Household& household, const std::string& text) {
  household.writer.flush();
  complain(household.format, text);
  return 1;
}

void announce(Household& household) {
  for (const std::string& text : household.supervisor.server().lines()) {
    household.writer.write(LogLevel::info, text);
  }
  household.writer.write(LogLevel::info, version_line() + "\n" + platform_line());
}

}  // namespace

int serve(const Options& options) {
  const Result<config::Source> source = read_corefile(options);
  if (!source) {
    complain(options.log_format, source.error().text + "\n");
    return 1;
  }
  const HeldSignals held;
  Household household(options, server::worker_count(server::this_machine()));
  Signals signals(household.writer);
  if (const Result<void> started = household.supervisor.start(*source); !started) {
    return give_up(household, started.error().text);
  }
  if (!options.quiet) announce(household);
  const PidFile pidfile(options.pidfile, household.process.log);
  // A configuration without a listener has nothing to wait for, as in CoreDNS.
  if (household.supervisor.server().configuration().listeners.empty()) return 0;
  return signals.serve(household.supervisor, pidfile);
}

}  // namespace catena
