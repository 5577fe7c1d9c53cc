// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/server/server.hpp"

#include "cmd/kubesim/server/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/x509.h>

namespace catena::kubesim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

std::string common_name(TlsStream& stream) {
  X509* certificate = SSL_get1_peer_certificate(stream.native_handle());
  if (certificate == nullptr) return {};
  char text[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, sizeof text);
  X509_free(certificate);
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
               std::shared_ptr<asio::ssl::context> tls,
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
    if (tls_) {
      asio::co_spawn(context_, serve_tls(std::move(socket)), asio::detached);
    } else {
      asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
    }
  }
}

asio::awaitable<void> Server::serve(tcp::socket socket) {
  const Counted counted(counters_);
  SessionContext context{api_, cluster_, settings_, {}};
  co_await run_session(socket, std::move(context));
}

asio::awaitable<void> Server::serve_tls(tcp::socket socket) {
  const Counted counted(counters_);
  TlsStream stream(std::move(socket), *tls_);
  ErrorCode error;
  co_await stream.async_handshake(asio::ssl::stream_base::server,
                                  asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  SessionContext context{api_, cluster_, settings_, common_name(stream)};
  co_await run_session(stream, std::move(context));
}

}  // namespace catena::kubesim
