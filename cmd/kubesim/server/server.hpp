// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/tls_context.hpp"

#include "cmd/kubesim/api/api.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace catena::kubesim {

/// Accepts connections and runs a coroutine for each, all on the thread of the io_context.
/// It must outlive the io_context's run.
class Server {
 public:
  struct Settings {
    boost::asio::ip::tcp::endpoint endpoint;
    std::chrono::seconds bookmark_interval{60};
    std::size_t maximum_connections = 1024;
    std::size_t maximum_body = 3 * 1024 * 1024;
    std::uint32_t maximum_header = 64 * 1024;
  };
  struct Counters {
    std::size_t open = 0;
    std::uint64_t accepted = 0;
  };

  /// Listens at once; throws boost::system::system_error where it cannot. `tls` null means plain.
  Server(boost::asio::io_context& context,
         Cluster& cluster,
         std::shared_ptr<const net::TlsContext> tls,
         Settings settings);

  void start();
  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const;
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] const Counters& counters() const { return *counters_; }

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context& context_;
  Cluster& cluster_;
  Api api_;
  std::shared_ptr<const net::TlsContext> tls_;
  Settings settings_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
};

}  // namespace catena::kubesim
