// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace catena::test {

/// Whether this signal ends a process that calls `body`, which is a copy of this one.
template <class Body>
bool ends_by_signal(Body body, int signal) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(signal, SIG_DFL);
    body();
    ::_exit(0);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return false;
  return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

}  // namespace catena::test
