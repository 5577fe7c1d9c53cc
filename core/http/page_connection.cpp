// SPDX-License-Identifier: Apache-2.0
#include "core/http/page_connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace catena::http {

namespace asio = boost::asio;
namespace beast = boost::beast::http;
using boost::system::error_code;

PageMeters::PageMeters(metrics::Registry& registry, const std::string& address)
    : connections(registry.counter("catena_http_refused_total",
                                   "HTTP requests and connections that were turned away.",
                                   {{"address", address}, {"reason", "connections"}})),
      timeouts(registry.counter("catena_http_refused_total",
                                "HTTP requests and connections that were turned away.",
                                {{"address", address}, {"reason", "timeout"}})),
      malformed(registry.counter("catena_http_refused_total",
                                 "HTTP requests and connections that were turned away.",
                                 {{"address", address}, {"reason", "malformed"}})) {}

class PageConnection::Parser final : public beast::request_parser<beast::string_body> {
 public:
  explicit Parser(const PageLimits& limits) {
    header_limit(static_cast<std::uint32_t>(limits.header));
    body_limit(limits.body);
  }
};

struct PageConnection::State {
  explicit State(std::size_t most) : buffer(most) {}
  boost::beast::flat_buffer buffer;
};

namespace {

template <class Text>
std::string string_of(const Text& text) {
  return {text.data(), text.size()};
}

/// 0 when nothing is to be said: the client is gone.
unsigned status_of(const error_code& error) {
  if (error.category() != make_error_code(beast::error::bad_method).category()) return 0;
  if (error == beast::error::end_of_stream || error == beast::error::partial_message) return 0;
  if (error == beast::error::header_limit || error == beast::error::buffer_overflow) return 431;
  if (error == beast::error::body_limit) return 413;
  return 400;
}

/// Bodies come with a length or not at all: what else there is, proxies and servers have understood
/// differently, and Beast 345 takes trailers and codings as they come.
template <class Parser>
bool framing_is_plain(const Parser& parser) {
  const auto& head = parser.get();
  return head.count(beast::field::transfer_encoding) == 0 &&
         head.count(beast::field::content_length) <= 1 &&
         (head.version() == 10 || head.version() == 11);
}

template <class Parser>
PageRequest request_of(const Parser& parser) {
  const auto& head = parser.get();
  std::string target = string_of(head.target());
  // The absolute form, which every server has to take (RFC 9112 section 3.2.2).
  if (target.starts_with("http://")) {
    const std::size_t slash = target.find('/', 7);
    target = slash == std::string::npos ? "/" : target.substr(slash);
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  return {.method = string_of(head.method_string()),
          .path = target.substr(0, mark),
          .query = target.substr(std::min(mark + 1, target.size())),
          .accept_encoding = string_of(head[beast::field::accept_encoding])};
}

TimePoint steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

PageConnection::PageConnection(asio::ip::tcp::socket socket,
                               const Pages& pages,
                               const PageLimits& limits,
                               PageMeters& meters)
    : socket_(std::move(socket)),
      pages_(pages),
      limits_(limits),
      meters_(meters),
      deadline_(socket_.get_executor(), [this] { close(); }),
      delay_(socket_.get_executor()),
      state_(std::make_shared<State>(limits.header + limits.body)),
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
  Parser parser(limits_);
  idle_ = true;
  since_ = steady_now();
  const bool whole = co_await read(parser);
  if (!whole) co_return Next::end;
  const PageRequest request = request_of(parser);
  const bool keep = parser.get().keep_alive();
  const Page page = co_await page_for(request);
  if (!socket_.is_open()) co_return Next::end;
  const std::string text =
      text_of(page, request.method == "HEAD" ? Body::left_out : Body::shown,
              keep ? Persistence::keep : Persistence::close, std::chrono::system_clock::now());
  const bool written = co_await write(text);
  co_return written&& keep ? Next::another : Next::end;
}

/// False when the connection is to end; what there was to say has been said.
asio::awaitable<bool> PageConnection::read(Parser& parser) {
  error_code error;
  deadline_.set(limits_.patience);
  co_await beast::async_read_header(socket_, state_->buffer, parser,
                                    asio::redirect_error(asio::use_awaitable, error));
  idle_ = false;
  const bool plain = error || framing_is_plain(parser);
  if (!error && plain && !parser.is_done()) {
    co_await beast::async_read(socket_, state_->buffer, parser,
                               asio::redirect_error(asio::use_awaitable, error));
  }
  const bool late = deadline_.expired();
  deadline_.clear();
  if (late && parser.got_some()) meters_.timeouts.add(Lane::shared);
  const unsigned status = !plain ? 501 : late || !error ? 0 : status_of(error);
  if (status != 0) co_await refuse(status);
  co_return !late && !error && plain;
}

asio::awaitable<void> PageConnection::refuse(unsigned status) {
  meters_.malformed.add(Lane::shared);
  const std::string text = text_of(status_page(status), Body::shown, Persistence::close,
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
  co_await asio::async_write(socket_, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, error));
  if (deadline_.expired()) meters_.timeouts.add(Lane::shared);
  deadline_.clear();
  co_return !error;
}

}  // namespace catena::http
