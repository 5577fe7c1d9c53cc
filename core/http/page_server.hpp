// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/base/host_port.hpp"
#include "core/http/page_connection.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace catena::http {

/// A small HTTP/1.1 server for what operators ask: health, readiness, metrics, profiles. One for
/// each address of the process, shared by the plugins that want it and by old and new
/// configurations, so that its socket stays open as long as one of them does. It has a thread of
/// its own and takes nothing from workers. Its sockets are bound with SO_REUSEPORT, so that an old
/// and a new process may overlap. Made, opened and destroyed by the control thread.
class PageServer {
 public:
  /// Holds a page in its place. Goes before the server does; once it is gone its handler does not
  /// run any more.
  class [[nodiscard]] Mount {
   public:
    Mount() = default;
    Mount(Mount&& other) noexcept { *this = std::move(other); }
    Mount& operator=(Mount&& other) noexcept;
    ~Mount();

    /// For the end of the process: the page stays for connections that are open. When all pages of
    /// a server have left, it takes no new connections.
    void leave();

   private:
    friend class PageServer;
    Mount(PageServer& server, std::uint64_t number) : server_(&server), number_(number) {}
    PageServer* server_ = nullptr;
    std::uint64_t number_ = 0;
  };

  /// Nothing is bound yet.
  PageServer(HostPort address, metrics::Registry& registry, PageLimits limits = {});
  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  /// The one of an address. `keeper` is the process's (core/plugin/setup.hpp).
  template <class Keeper>
  static std::shared_ptr<PageServer> shared(Keeper& keeper,
                                            const HostPort& address,
                                            metrics::Registry& registry) {
    return keeper.template keep<PageServer>(
        address, [&] { return std::make_shared<PageServer>(address, registry); });
  }

  /// Binds and begins, unless it has. The error is Go's text: `listen tcp :8080: bind: ...`.
  Result<void> open();

  /// Pages may be mounted before and after open().
  Mount mount(std::string path, PageHandler handler);

  const HostPort& address() const { return address_; }

  /// After open(): what it is bound to, also when the port was 0.
  boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }

  /// For what asks the server itself; a coroutine there must end when its owner says so.
  boost::asio::any_io_executor executor() { return io_.get_executor(); }

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(std::shared_ptr<PageConnection> connection);
  bool make_room(int descriptor);
  void close_door();

  HostPort address_;
  PageLimits limits_;
  PageMeters meters_;
  PageRoom room_;
  Pages pages_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  boost::asio::ip::tcp::endpoint endpoint_;
  std::vector<std::shared_ptr<PageConnection>> connections_;  // The thread's own.
  std::thread thread_;
};

}  // namespace catena::http
