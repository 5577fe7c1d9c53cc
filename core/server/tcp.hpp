// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/descriptors.hpp"
#include "core/net/acceptor.hpp"
#include "core/server/listener_socket.hpp"
#include "core/server/tcp_connection.hpp"

#include <list>

namespace catena::server {

/// The connections of one worker, and what they share. At the limit one that waits for its client
/// only makes room, of the client that holds most; where there is none the new one is refused. One
/// thread.
class TcpConnections {
 public:
  /// For the whole process; a worker has its equal part.
  static constexpr std::size_t kMaxConnections = 4096;

  TcpConnections(Dispatcher& dispatcher, std::size_t limit, DescriptorLimit descriptors);
  ~TcpConnections();

  void add(net::Accepted accepted, const Listener& listener);
  /// Goes over to another configuration: each connection to the same listener, or to its end where
  /// there is none, or one that wants more of its clients.
  void adopt(const Configuration& configuration);

  /// Connections to listeners of a configuration: those that adopt() left to end.
  std::size_t count_with(const Configuration& configuration) const;
  /// Nothing more is read from them; answers that are under way still leave.
  void finish_with(const Configuration& configuration);
  void close_with(const Configuration& configuration);

  void remove(TcpConnection& connection);
  void drain();
  /// The end, when nothing is waited for any more: queries that still wait are never answered.
  void close_all();
  std::size_t size() const { return connections_.size(); }

  std::unique_ptr<TcpTicket> take_ticket();
  void give_back(std::unique_ptr<TcpTicket> ticket);
  /// Keeps a ticket whose query waits.
  void park(std::unique_ptr<TcpTicket> ticket);
  void unpark(TcpTicket& ticket);

  Dispatcher& dispatcher() { return dispatcher_; }
  Turns& turns() { return turns_; }

  /// Scratch memory, good until the next call from anywhere.
  std::span<std::uint8_t> read_buffer() { return {read_buffer_.get(), kReadBuffer}; }
  std::span<std::uint8_t> write_buffer() { return {write_buffer_.get(), dns::kMaxMessage}; }

 private:
  static constexpr std::size_t kReadBuffer = 16 * 1024;
  static constexpr std::size_t kSpare = 32;
  bool make_room(net::Accepted& accepted);

  Dispatcher& dispatcher_;
  std::size_t limit_;
  DescriptorLimit descriptors_;
  Turns turns_;
  std::list<std::shared_ptr<TcpConnection>> connections_;
  std::vector<std::unique_ptr<TcpTicket>> spare_;
  std::vector<std::unique_ptr<TcpTicket>> parked_;
  std::unique_ptr<std::uint8_t[]> read_buffer_;
  std::unique_ptr<std::uint8_t[]> write_buffer_;
};

/// One listening socket of one worker. One thread.
class TcpListenerSocket final : public ListenerSocket, private net::Events {
 public:
  TcpListenerSocket(std::unique_ptr<net::Acceptor> socket,
                    std::size_t number,
                    const Listener& listener,
                    TcpConnections& connections);

  void start() override;
  const Listener& listener() const override { return *listener_; }
  void serve(const Listener& listener) override { listener_ = &listener; }

  /// Takes the connections that are already made, then closes the socket.
  void drain() override;

 private:
  void readable() override;
  net::Accepted::How accept_one();
  void wait_after_failure();

  std::unique_ptr<net::Acceptor> socket_;
  net::Reminder pause_;
  const Listener* listener_;
  TcpConnections& connections_;
};

}  // namespace catena::server
