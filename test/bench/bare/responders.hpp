// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/bench/datagrams.hpp"

namespace catena::bench {

/// What has come, answered in place and sent back.
void answer_all(Datagrams& batch, int socket, std::size_t count);

/// Each of these serves a port of 127.0.0.1 in one thread and never returns.

/// Waits in recvmmsg: two system calls for a batch. The floor.
[[noreturn]] void respond_blocking(int port);

/// Waits in epoll_wait, and receives until a batch is not full.
[[noreturn]] void respond_epoll(int port);

/// As the floor, and answers of one size to one peer leave in one send (UDP_SEGMENT).
[[noreturn]] void respond_segments(int port);

/// As epoll, with Asio to wait for the socket.
[[noreturn]] void respond_asio(int port);

/// TCP over Asio: what one read has brought is answered in one write.
[[noreturn]] void respond_tcp(int port);

}  // namespace catena::bench
