// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/setup.hpp"

#include "test/support/log_lines.hpp"

namespace catena::test {

/// What a process has one of, for tests: a log in memory, the system's clock or another one, and
/// nobody who controls it.
struct TestProcess {
  explicit TestProcess(std::size_t lanes = 2) : TestProcess(system_clock, lanes) {}
  /// `clock` outlives it.
  explicit TestProcess(const Clock& clock, std::size_t lanes = 2)
      : metrics(lanes), process{Log(log), metrics, epoch, clock, keeper} {}
  TestProcess(const TestProcess&) = delete;
  TestProcess& operator=(const TestProcess&) = delete;

  SystemClock system_clock;
  LogLines log;
  metrics::Registry metrics;
  epoch::Domain epoch;
  Keeper keeper;
  const Process process;
};

/// Comes before whatever is told the time by it.
struct ClockTurnedByHand {
  ManualClock clock;
};

/// A process whose clock is turned by hand.
struct ManualProcess : ClockTurnedByHand, TestProcess {
  explicit ManualProcess(std::size_t lanes = 2) : TestProcess(clock, lanes) {}
};

}  // namespace catena::test
