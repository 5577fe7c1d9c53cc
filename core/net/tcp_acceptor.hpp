// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/acceptor.hpp"
#include "core/net/readiness.hpp"

namespace catena::net {

/// A listening TCP socket of the kernel.
class TcpAcceptor final : public Acceptor {
 public:
  TcpAcceptor(boost::asio::any_io_executor executor, Descriptor socket)
      : readiness_(std::move(executor), std::move(socket)) {}

  void attach(Events& events) override { readiness_.attach(events); }
  Accepted accept() override;
  void wait_readable() override { readiness_.wait_readable(); }
  void close() override { readiness_.close(); }
  bool is_open() const override { return readiness_.descriptor() >= 0; }

 private:
  Readiness readiness_;
};

}  // namespace catena::net
