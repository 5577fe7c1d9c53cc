// SPDX-License-Identifier: Apache-2.0
#include "core/server/tcp.hpp"

#include <algorithm>

namespace catena::server {
namespace {

constexpr int kAcceptsPerTurn = 64;
// Connections that may end for a new one.
constexpr int kEndedForOne = 4;
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

TcpConnections::TcpConnections(Dispatcher& dispatcher,
                               std::size_t limit,
                               DescriptorLimit descriptors)
    : dispatcher_(dispatcher),
      limit_(limit),
      descriptors_(descriptors),
      turns_(dispatcher.executor()),
      read_buffer_(new std::uint8_t[kReadBuffer]),
      write_buffer_(new std::uint8_t[dns::kMaxMessage]) {}

TcpConnections::~TcpConnections() = default;

// The number that a connection leaves behind must not be the next one's beside this one's high one:
// more and more would be open. Where another worker was quicker to take it, one more is left.
bool TcpConnections::make_room(net::Accepted& accepted) {
  const auto taken = [this, &accepted] {
    return accepted.descriptor >= static_cast<int>(descriptors_.for_clients());
  };
  if (connections_.size() < limit_ && !taken()) return true;
  for (int ended = 0; ended < kEndedForOne && dispatcher_.clients().end_connection(); ++ended) {
    accepted.descriptor = accepted.stream->renumber();
    if (!taken()) return true;
  }
  const Limit limit = taken() ? Limit::descriptors : Limit::connections;
  dispatcher_.meters().refused(limit).add(dispatcher_.lane());
  return false;
}

void TcpConnections::add(net::Accepted accepted, const Listener& listener) {
  if (!make_room(accepted)) return accepted.stream->reset();
  const Transport transport{
      .protocol = Protocol::tcp, .client = accepted.client, .local = accepted.local};
  auto connection =
      std::make_shared<TcpConnection>(*this, std::move(accepted.stream), listener, transport);
  connection->place_ = connections_.insert(connections_.end(), connection);
  if (connection->start()) return;
  dispatcher_.meters().refused(Limit::new_connection).add(dispatcher_.lane());
  connection->reset();
}

void TcpConnections::adopt(const Configuration& configuration) {
  const std::vector<std::shared_ptr<TcpConnection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) {
    const Listener* listener = configuration.find(connection->listener().key);
    if (listener != nullptr && connection->suits(*listener)) {
      connection->serve(*listener);
    } else {
      connection->drain();
    }
  }
}

std::size_t TcpConnections::count_with(const Configuration& configuration) const {
  return static_cast<std::size_t>(
      std::count_if(connections_.begin(), connections_.end(), [&](const auto& connection) {
        return connection->listener().configuration == &configuration;
      }));
}

void TcpConnections::finish_with(const Configuration& configuration) {
  const std::vector<std::shared_ptr<TcpConnection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) {
    if (connection->listener().configuration == &configuration) connection->finish();
  }
}

void TcpConnections::close_with(const Configuration& configuration) {
  const std::vector<std::shared_ptr<TcpConnection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) {
    if (connection->listener().configuration == &configuration) connection->close();
  }
}

void TcpConnections::remove(TcpConnection& connection) { connections_.erase(connection.place_); }

void TcpConnections::drain() {
  const std::vector<std::shared_ptr<TcpConnection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->drain();
}

void TcpConnections::close_all() {
  while (!connections_.empty()) {
    const std::shared_ptr<TcpConnection> connection = connections_.front();
    connection->close();
  }
  for (const auto& ticket : parked_) ticket->connection.reset();
}

std::unique_ptr<TcpTicket> TcpConnections::take_ticket() {
  if (spare_.empty()) return std::make_unique<TcpTicket>(dispatcher_);
  std::unique_ptr<TcpTicket> ticket = std::move(spare_.back());
  spare_.pop_back();
  return ticket;
}

void TcpConnections::give_back(std::unique_ptr<TcpTicket> ticket) {
  if (spare_.size() < kSpare) spare_.push_back(std::move(ticket));
}

void TcpConnections::park(std::unique_ptr<TcpTicket> ticket) {
  ticket->place = parked_.size();
  parked_.push_back(std::move(ticket));
}

void TcpConnections::unpark(TcpTicket& ticket) {
  const std::size_t place = ticket.place;
  std::unique_ptr<TcpTicket> owned = std::move(parked_[place]);
  if (place + 1 != parked_.size()) {
    parked_[place] = std::move(parked_.back());
    parked_[place]->place = place;
  }
  parked_.pop_back();
  give_back(std::move(owned));
}

TcpListenerSocket::TcpListenerSocket(std::unique_ptr<net::Acceptor> socket,
                                     std::size_t number,
                                     const Listener& listener,
                                     TcpConnections& connections)
    : ListenerSocket(number),
      socket_(std::move(socket)),
      pause_([this] { start(); }),
      listener_(&listener),
      connections_(connections) {
  socket_->attach(*this);
}

void TcpListenerSocket::start() { socket_->wait_readable(); }

net::Accepted::How TcpListenerSocket::accept_one() {
  net::Accepted accepted = socket_->accept();
  const net::Accepted::How how = accepted.how;
  if (accepted.stream) connections_.add(std::move(accepted), *listener_);
  return how;
}

void TcpListenerSocket::readable() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    const net::Accepted::How how = accept_one();
    if (how == net::Accepted::How::none) break;
    if (how == net::Accepted::How::failed) return wait_after_failure();
  }
  start();
}

// No descriptors left, mostly: asking again at once would only burn the CPU.
void TcpListenerSocket::wait_after_failure() {
  Dispatcher& dispatcher = connections_.dispatcher();
  dispatcher.meters().tcp_accept_failures.add(dispatcher.lane());
  dispatcher.deadlines().add(pause_, dispatcher.clock().now() + kAcceptPause);
}

void TcpListenerSocket::drain() {
  while (socket_->is_open() && accept_one() == net::Accepted::How::one) continue;
  pause_.cancel();
  socket_->close();
}

}  // namespace catena::server
