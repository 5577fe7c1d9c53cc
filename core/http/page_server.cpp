// SPDX-License-Identifier: Apache-2.0
#include "core/http/page_server.hpp"

#include "core/base/system_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <sys/socket.h>

namespace catena::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Time given to whatever keeps accept from working, such as too many open files.
constexpr std::chrono::milliseconds kAcceptPause{50};

/// The kernel's buffers of a connection: it would let them grow to megabytes.
constexpr int kReceiveBuffer = 8 * 1024;
constexpr int kSendBuffer = 64 * 1024;

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// All addresses of the host are one IPv6 socket that takes IPv4 too, where there is IPv6. A name
/// is its first IPv4 address, or its first one.
std::vector<tcp::endpoint> candidates(const HostPort& address, error_code& error) {
  if (address.host.empty()) {
    return {{tcp::v6(), address.port}, {tcp::v4(), address.port}};
  }
  asio::io_context io;
  tcp::resolver resolver(io);
  std::vector<tcp::endpoint> found;
  for (const auto& entry : resolver.resolve(address.host, std::to_string(address.port), error)) {
    found.push_back(entry.endpoint());
  }
  std::stable_partition(found.begin(), found.end(),
                        [](const tcp::endpoint& endpoint) { return endpoint.address().is_v4(); });
  if (found.size() > 1) found.resize(1);
  return found;
}

void bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, error_code& error) {
  error_code ignored;
  acceptor.close(ignored);
  acceptor.open(endpoint.protocol(), error);
  if (error) return;
  acceptor.set_option(tcp::acceptor::reuse_address(true), ignored);
  acceptor.set_option(ReusePort(true), ignored);
  if (endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false), ignored);
  acceptor.set_option(tcp::acceptor::receive_buffer_size(kReceiveBuffer), ignored);
  acceptor.set_option(tcp::acceptor::send_buffer_size(kSendBuffer), ignored);
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
}

}  // namespace

PageServer::PageServer(HostPort address, metrics::Registry& registry, PageLimits limits)
    : address_(std::move(address)),
      limits_(limits),
      meters_(registry, address_.text()),
      room_(limits.unsent, meters_.memory),
      guard_(io_.get_executor()),
      acceptor_(io_),
      pause_(io_) {}

PageServer::~PageServer() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] {
    close_door();
    for (const auto& connection : connections_) connection->close();
  });
  guard_.reset();
  thread_.join();
}

Result<void> PageServer::open() {
  if (thread_.joinable()) return {};
  error_code error;
  const std::vector<tcp::endpoint> places = candidates(address_, error);
  if (error)
    return Error{fmt::format("listen tcp: lookup {}: {}", address_.host, go_system_text(error))};
  for (const tcp::endpoint& place : places) {
    bind(acceptor_, place, error);
    if (!error || error == asio::error::address_in_use) break;
  }
  if (error) {
    return Error{fmt::format("listen tcp {}: bind: {}", address_.text(), go_system_text(error))};
  }
  endpoint_ = acceptor_.local_endpoint();
  asio::co_spawn(io_, accept(), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
  return {};
}

PageServer::Mount PageServer::mount(std::string path, PageHandler handler) {
  return {*this, pages_.add(std::move(path), std::move(handler))};
}

void PageServer::close_door() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

asio::awaitable<void> PageServer::accept() {
  while (acceptor_.is_open()) {
    error_code error;
    tcp::socket socket =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!acceptor_.is_open()) co_return;
    if (error) {
      pause_.expires_after(kAcceptPause);
      co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (!make_room(socket.native_handle())) continue;
    socket.set_option(tcp::no_delay(true), error);
    auto connection =
        std::make_shared<PageConnection>(std::move(socket), pages_, limits_, meters_, room_);
    connections_.push_back(connection);
    asio::co_spawn(io_, serve(std::move(connection)), asio::detached);
  }
}

asio::awaitable<void> PageServer::serve(std::shared_ptr<PageConnection> connection) {
  co_await connection->run();
  std::erase(connections_, connection);
}

// The connection that has been idle for longest makes room for a new one; when all are at work the
// new one has to go.
bool PageServer::make_room(int descriptor) {
  const bool taken = static_cast<std::size_t>(descriptor) >= limits_.descriptors.for_pages();
  if (connections_.size() < limits_.connections && !taken) return true;
  meters_.connections.add(Lane::shared);
  const auto longer = [](const auto& a, const auto& b) {
    return a->idle() != b->idle() ? a->idle() : a->since() < b->since();
  };
  const auto oldest = std::min_element(connections_.begin(), connections_.end(), longer);
  if (oldest == connections_.end() || !(*oldest)->idle()) return false;
  const std::shared_ptr<PageConnection> leaving = *oldest;
  connections_.erase(oldest);
  leaving->close();
  return true;
}

PageServer::Mount& PageServer::Mount::operator=(Mount&& other) noexcept {
  std::swap(server_, other.server_);
  std::swap(number_, other.number_);
  return *this;
}

PageServer::Mount::~Mount() {
  if (server_ != nullptr) server_->pages_.remove(number_);
}

void PageServer::Mount::leave() {
  if (server_ == nullptr || !server_->pages_.leave(number_)) return;
  asio::post(server_->io_, [server = server_] { server->close_door(); });
}

}  // namespace catena::http
