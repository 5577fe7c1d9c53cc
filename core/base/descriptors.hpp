// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace catena {

/// How many file descriptors this process may have open (RLIMIT_NOFILE), and how many of them are
/// kept from clients: for sockets to upstreams, the API server and pages. The kernel gives the
/// lowest number that is free, so that a descriptor's number tells how many are open.
struct DescriptorLimit {
  std::size_t all = 1024;

  /// A quarter, but no more than 1,024.
  std::size_t reserve() const { return all / 4 < 1024 ? all / 4 : 1024; }

  /// What is left to clients, less what is always open.
  std::size_t for_clients() const { return all - reserve(); }

  /// What is left to pages besides: the last half of the reserve is not theirs.
  std::size_t for_pages() const { return all - reserve() / 2; }

  /// What is left to upstreams besides: many questions over TCP open many connections, and the API
  /// server's must still find one.
  std::size_t for_upstreams() const { return all - reserve() / 4; }
};

/// That of this process, as it is now.
DescriptorLimit descriptor_limit();

/// Raises the soft limit to the hard one. At start, before anybody asks.
void raise_descriptor_limit();

}  // namespace catena
