// SPDX-License-Identifier: Apache-2.0
#include "core/http/page_connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace catena::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

metrics::Counter& refused(metrics::Registry& registry,
                          const std::string& address,
                          const char* reason) {
  return registry.counter("catena_http_refused_total",
                          "HTTP requests and connections that were turned away.",
                          {{"address", address}, {"reason", reason}});
}

TimePoint steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

PageMeters::PageMeters(metrics::Registry& registry, const std::string& address)
    : connections(refused(registry, address, "connections")),
      memory(refused(registry, address, "memory")),
      timeouts(refused(registry, address, "timeout")),
      malformed(refused(registry, address, "malformed")) {}

PageConnection::PageConnection(asio::ip::tcp::socket socket,
                               const Pages& pages,
                               const PageLimits& limits,
                               PageMeters& meters,
                               PageRoom& room)
    : socket_(std::move(socket)),
      pages_(pages),
      limits_(limits),
      meters_(meters),
      room_(room),
      deadline_(socket_.get_executor(), [this] { close(); }),
      delay_(socket_.get_executor()),
      reader_(limits.request),
      since_(steady_now()) {}

void PageConnection::close() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  delay_.cancel();
}

asio::awaitable<void> PageConnection::run() {
  Next next = Next::another;
  while (next == Next::another && socket_.is_open()) next = co_await serve();
  deadline_.clear();
  close();
}

asio::awaitable<PageConnection::Next> PageConnection::serve() {
  idle_ = true;
  since_ = steady_now();
  const bool whole = co_await read();
  idle_ = false;
  if (!whole) co_return Next::end;
  const PageRequest& request = reader_.request();
  const bool keep = reader_.keep_alive();
  const Page page = co_await page_for(request);
  if (!socket_.is_open()) co_return Next::end;
  const std::string text =
      text_of(page, request.method == "HEAD" ? Body::left_out : Body::shown,
              keep ? Persistence::keep : Persistence::close, std::chrono::system_clock::now());
  const bool written = co_await write(text);
  co_return written&& keep ? Next::another : Next::end;
}

/// False when the connection is to end; what there was to say has been said.
asio::awaitable<bool> PageConnection::read() {
  using State = RequestReader::State;
  error_code error;
  deadline_.set(limits_.patience);
  State state = reader_.begin();
  while (state == State::more && !error) {
    const std::span<char> room = reader_.room();
    const std::size_t size = co_await socket_.async_read_some(
        asio::buffer(room.data(), room.size()), asio::redirect_error(asio::use_awaitable, error));
    if (!error) state = reader_.filled(size);
  }
  if (deadline_.expired() && reader_.started()) meters_.timeouts.add(Lane::shared);
  deadline_.clear();
  if (state == State::refused) co_await refuse();
  co_return state == State::whole;
}

asio::awaitable<void> PageConnection::refuse() {
  meters_.malformed.add(Lane::shared);
  const std::string text = text_of(status_page(reader_.refusal()), Body::shown, Persistence::close,
                                   std::chrono::system_clock::now());
  co_await write(text);
}

asio::awaitable<Page> PageConnection::page_for(const PageRequest& request) {
  Page page = pages_.answer(request);
  if (!page.later) co_return page;
  error_code error;
  delay_.expires_after(page.delay);
  co_await delay_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return page.later();
}

asio::awaitable<bool> PageConnection::write(const std::string& text) {
  error_code error;
  deadline_.set(limits_.patience);
  room_.enter(*this, text.size());
  co_await asio::async_write(socket_, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, error));
  room_.leave(*this);
  if (deadline_.expired()) meters_.timeouts.add(Lane::shared);
  deadline_.clear();
  co_return !error;
}

}  // namespace catena::http
