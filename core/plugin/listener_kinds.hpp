// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/plugin/listener_settings.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The settings of listeners that the server reads itself.
namespace catena {

/// The addresses of a block, of the host, IPv6 perhaps with %interface; without it all addresses.
/// Empty where exceptions left none.
struct Binding {
  std::vector<std::string> addresses;
};

/// DEBUG lines are logged, and exceptions end the process, where one block says so.
struct Debugging {
  bool on = false;

  static Debugging of_listener(Said<Debugging> blocks) {
    return {std::ranges::any_of(blocks, [](const Debugging* one) { return one && one->on; })};
  }
};

/// How long a connection may take; of several blocks the last that says something is right, as in
/// CoreDNS.
struct ConnectionTimes {
  std::optional<Duration> read;     ///< For its first whole message.
  std::optional<Duration> idle;     ///< Between two messages.
  std::optional<Duration> write;    ///< To take some of its answers.
  std::optional<long> max_queries;  ///< Then it ends; -1: as many as it likes.

  static ConnectionTimes of_listener(Said<ConnectionTimes> blocks) {
    return {last_said(blocks, &ConnectionTimes::read), last_said(blocks, &ConnectionTimes::idle),
            last_said(blocks, &ConnectionTimes::write),
            last_said(blocks, &ConnectionTimes::max_queries)};
  }
};

/// How many sockets a listener has, of each kind; 0: one for each worker. The first block decides,
/// also where it says nothing, as in CoreDNS.
struct SocketCount {
  std::size_t count = 0;

  static SocketCount of_listener(Said<SocketCount> blocks) {
    return blocks.front() != nullptr ? *blocks.front() : SocketCount();
  }
};

/// Bytes that clients may make the process hold; of all blocks of all listeners the least.
struct MemoryLimit {
  std::uint64_t bytes = 0;
};

}  // namespace catena
