// SPDX-License-Identifier: Apache-2.0
// What tests of the server share: a server from a Corefile in memory, and clients with bounded
// waits.
#pragma once

#include "core/net/descriptor.hpp"
#include "core/server/kernel_host.hpp"
#include "core/server/server.hpp"
#include "core/server/test_plugins.hpp"

#include "test/support/messages.hpp"
#include "test/support/test_process.hpp"

#include <optional>
#include <string>
#include <vector>

namespace catena::server::test {

using Bytes = std::vector<std::uint8_t>;

/// The parts of a process, for a number of workers, on the kernel's sockets.
struct Household : catena::test::TestProcess {
  explicit Household(std::size_t workers = 1) : TestProcess(workers + 1) {}
  KernelHost host;
};

/// A Corefile's text set up with the test plugins. Throws its errors.
std::shared_ptr<const Configuration> configuration_of(const std::string& corefile,
                                                      Household& household);

/// Goes on with what a server has under way until `done`, as a control thread does.
void drive(Server& server, const std::function<bool()>& done);

/// Orders, carried out to their end.
Result<void> start(Server& server);
Result<void> reload(Server& server, std::shared_ptr<const Configuration> next);
Stopped stop(Server& server);

/// A server that runs; `dns_port` is 0. Throws where it does not start.
class Running {
 public:
  explicit Running(const std::string& corefile, ServerLimits limits = {});
  std::uint16_t port(std::size_t listener = 0) const { return server.port(listener); }
  std::uint64_t counted(const std::string& name, metrics::Labels labels = {}) {
    return household.metrics.counter(name, "", std::move(labels)).value();
  }

  Household household;
  std::shared_ptr<const Configuration> configuration;
  Server server;
};

/// A UDP client that waits ten seconds at most.
class UdpClient {
 public:
  /// `source`: the client's own address, where it matters.
  explicit UdpClient(std::uint16_t port,
                     const std::string& address = "127.0.0.1",
                     const std::string& source = "");
  void send(const Bytes& message);
  /// Empty after ten seconds.
  Bytes receive();
  int descriptor() const { return socket_.get(); }
  catena::test::DecodedMessage ask(const std::string& question,
                                   const catena::test::QueryOptions& options = {});

 private:
  net::Descriptor socket_;
};

/// A TCP client that waits ten seconds at most.
class TcpClient {
 public:
  explicit TcpClient(std::uint16_t port,
                     const std::string& address = "127.0.0.1",
                     const std::string& source = "");
  /// With the length in front.
  void send(const Bytes& message);
  void send_raw(const Bytes& bytes);
  void finish_sending();
  /// One message without its length; nothing at the end of the stream or after ten seconds.
  std::optional<Bytes> receive();
  /// True when the server has closed the connection.
  bool closed();
  int descriptor() const { return socket_.get(); }
  catena::test::DecodedMessage ask(const std::string& question,
                                   const catena::test::QueryOptions& options = {});

 private:
  bool read(std::uint8_t* to, std::size_t size);
  net::Descriptor socket_;
};

Bytes framed(const Bytes& message);

/// Turns until `done`, ten seconds at most, without sleeping on a clock of its own.
bool eventually(const std::function<bool()>& done);

}  // namespace catena::server::test
