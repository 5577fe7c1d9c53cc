// SPDX-License-Identifier: Apache-2.0
#include "core/server/tcp.hpp"

#include <algorithm>

namespace catena::server {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

TcpConnections::TcpConnections(Dispatcher& dispatcher, std::size_t limit)
    : dispatcher_(dispatcher),
      limit_(limit),
      read_buffer_(new std::uint8_t[kReadBuffer]),
      write_buffer_(new std::uint8_t[dns::kMaxMessage]) {}

TcpConnections::~TcpConnections() = default;

bool TcpConnections::make_room() {
  if (connections_.size() < limit_) return true;
  const auto idle = std::find_if(connections_.begin(), connections_.end(),
                                 [](const auto& connection) { return connection->idle(); });
  if (idle == connections_.end()) return false;
  dispatcher_.meters().tcp_closed_idle.add(dispatcher_.lane());
  const std::shared_ptr<TcpConnection> oldest = *idle;
  oldest->close();
  return true;
}

void TcpConnections::add(std::unique_ptr<net::ByteStream> stream,
                         const Listener& listener,
                         const Transport& transport) {
  if (!make_room()) {
    dispatcher_.meters().tcp_refused.add(dispatcher_.lane());
    return;
  }
  auto connection = std::make_shared<TcpConnection>(*this, std::move(stream), listener, transport);
  connection->place_ = connections_.insert(connections_.end(), connection);
  connection->start();
}

void TcpConnections::adopt(const Configuration& configuration) {
  const std::vector<std::shared_ptr<TcpConnection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) {
    const Listener& before = connection->listener();
    if (const Listener* listener = configuration.find(before.address, before.port)) {
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

void TcpConnections::touch(TcpConnection& connection) {
  connections_.splice(connections_.end(), connections_, connection.place_);
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

TcpAcceptor::TcpAcceptor(std::unique_ptr<net::Acceptor> socket,
                         const Listener& listener,
                         TcpConnections& connections)
    : socket_(std::move(socket)),
      pause_([this] { start(); }),
      listener_(&listener),
      connections_(connections) {
  socket_->attach(*this);
}

void TcpAcceptor::start() { socket_->wait_readable(); }

net::Accepted::How TcpAcceptor::accept_one() {
  net::Accepted accepted = socket_->accept();
  if (accepted.stream) {
    const Transport transport{
        .protocol = Protocol::tcp, .client = accepted.client, .local = accepted.local};
    connections_.add(std::move(accepted.stream), *listener_, transport);
  }
  return accepted.how;
}

void TcpAcceptor::readable() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    const net::Accepted::How how = accept_one();
    if (how == net::Accepted::How::none) break;
    if (how == net::Accepted::How::failed) return wait_after_failure();
  }
  start();
}

// No descriptors left, mostly: asking again at once would only burn the CPU.
void TcpAcceptor::wait_after_failure() {
  Dispatcher& dispatcher = connections_.dispatcher();
  dispatcher.meters().tcp_accept_failures.add(dispatcher.lane());
  dispatcher.deadlines().add(pause_, dispatcher.clock().now() + kAcceptPause);
}

void TcpAcceptor::drain() {
  while (socket_->is_open() && accept_one() == net::Accepted::How::one) continue;
  pause_.cancel();
  socket_->close();
}

}  // namespace catena::server
