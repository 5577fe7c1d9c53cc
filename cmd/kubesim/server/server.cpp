// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/server/server.hpp"

#include "core/net/openssl.hpp"
#include "core/net/tcp_stream.hpp"
#include "core/net/tls_stream.hpp"

#include "cmd/kubesim/server/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace catena::kubesim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

/// Of the client's certificate; empty where it has shown none.
std::string common_name(const SSL* connection) {
  const X509* certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr) return {};
  char text[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, sizeof text);
  return text;
}

/// A connection in the server's count as long as it lives. Coroutines that never ended are
/// destroyed with the io_context, after the server.
class Counted {
 public:
  explicit Counted(std::shared_ptr<Server::Counters> counters) : counters_(std::move(counters)) {
    ++counters_->open;
  }
  ~Counted() { --counters_->open; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::shared_ptr<Server::Counters> counters_;
};

/// Time given to whatever keeps accept from working, such as too many open files.
constexpr std::chrono::milliseconds kAcceptPause{50};

}  // namespace

Server::Server(asio::io_context& context,
               Cluster& cluster,
               std::shared_ptr<const net::TlsContext> tls,
               Settings settings)
    : context_(context),
      cluster_(cluster),
      api_(cluster),
      tls_(std::move(tls)),
      settings_(settings),
      acceptor_(context, settings.endpoint) {}

tcp::endpoint Server::endpoint() const { return acceptor_.local_endpoint(); }

void Server::start() { asio::co_spawn(context_, accept(), asio::detached); }

asio::awaitable<void> Server::accept() {
  asio::steady_timer timer(context_);
  while (true) {
    ErrorCode error;
    tcp::socket socket =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      timer.expires_after(kAcceptPause);
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    ++counters_->accepted;
    if (counters_->open >= settings_.maximum_connections || cluster_.faults.refuse()) {
      ++cluster_.refused_connections;
      continue;
    }
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Server::serve(tcp::socket socket) {
  const Counted counted(counters_);
  SessionContext context{api_, cluster_, settings_, {}};
  const asio::any_io_executor executor = context_.get_executor();
  auto bytes = std::make_unique<net::TcpStream>(executor, net::Descriptor(socket.release()));
  if (!tls_) {
    net::AsyncStream stream(executor, std::move(bytes));
    co_await run_session(stream, std::move(context));
    co_return;
  }
  net::TlsHandle handle = tls_->accept();
  const SSL* connection = handle.get();
  if (connection == nullptr) co_return;
  net::AsyncStream stream(
      executor, std::make_unique<net::TlsStream>(std::move(bytes), std::move(handle), executor));
  ErrorCode error;
  co_await stream.async_wait(net::AsyncStream::Direction::writing,
                             asio::redirect_error(asio::use_awaitable, error));
  context.certificate = common_name(connection);
  co_await run_session(stream, std::move(context));
}

}  // namespace catena::kubesim
