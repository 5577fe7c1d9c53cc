// SPDX-License-Identifier: Apache-2.0
#include "core/client/tcp_pool.hpp"

#include "core/client/channel.hpp"

#include <algorithm>

namespace catena::client {

void TcpPool::send(Call& call) {
  const TimePoint now = channel_->loop().now();
  sweep(now);
  if (unsent() + call.exchange.request().framed().size() > kMaxUnsent) return refuse(call);
  for (const auto& connection : connections_) {
    if (connection->load() >= depth_ || worn_out(*connection, now)) continue;
    channel_->upstream().counters.hits[1]->add(channel_->loop().lane());
    return connection->send(call);
  }
  send_on_new(call);
}

void TcpPool::send_on_new(Call& call) {
  channel_->upstream().counters.misses[1]->add(channel_->loop().lane());
  if (connections_.size() >= kMaxConnections) return refuse(call);
  auto connection = std::make_shared<UpstreamConnection>(*channel_, *this);
  connections_.push_back(connection);
  connection->send(call);
  connection->open();
}

std::size_t TcpPool::unsent() const {
  std::size_t bytes = 0;
  for (const auto& connection : connections_) bytes += connection->unsent();
  return bytes;
}

void TcpPool::refuse(Call& call) {
  const Fault full{
      .during = Fault::During::limit, .wire = Wire::tcp, .remote = channel_->upstream().endpoint};
  channel_->fail_soon(call, full);
}

bool TcpPool::worn_out(const UpstreamConnection& connection, TimePoint now) const {
  const UpstreamOptions& options = channel_->upstream().options;
  if (connection.retired()) return true;
  if (connection.load() == 0 && now - connection.idle_since() >= options.expire) return true;
  return options.max_age != Duration::zero() && now - connection.created() >= options.max_age;
}

bool TcpPool::sweep(TimePoint now) {
  const auto finished = [this, now](const std::shared_ptr<UpstreamConnection>& connection) {
    if (connection->load() != 0 || !worn_out(*connection, now)) return false;
    connection->close();
    return true;
  };
  std::erase_if(connections_, finished);
  return !connections_.empty();
}

void TcpPool::idle(UpstreamConnection& connection) {
  const auto unused = [](const std::shared_ptr<UpstreamConnection>& other) {
    return other->load() == 0;
  };
  const auto count =
      static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(), unused));
  const std::size_t most = channel_->upstream().options.max_idle;
  const bool too_many = most != 0 && count > most;
  if (!too_many && !worn_out(connection, channel_->loop().now())) return;
  closed(connection);
  connection.close();
}

void TcpPool::closed(UpstreamConnection& connection) {
  const auto same = [&connection](const std::shared_ptr<UpstreamConnection>& other) {
    return other.get() == &connection;
  };
  std::erase_if(connections_, same);
}

void TcpPool::close() {
  const auto connections = std::move(connections_);
  connections_.clear();
  for (const auto& connection : connections) connection->close();
}

}  // namespace catena::client
