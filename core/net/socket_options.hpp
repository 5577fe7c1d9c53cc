// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

namespace catena::net {

/// Sets an option to 1. Where a kernel does not know it the socket works without.
inline void turn_on(int socket, int level, int option) {
  const int one = 1;
  ::setsockopt(socket, level, option, &one, sizeof one);
}

}  // namespace catena::net
