// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/server/session.hpp"

#include "cmd/kubesim/server/wire.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace catena::kubesim {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

std::string header(const Parser& parser, http::field name) {
  const auto value = parser.get()[name];
  return {value.data(), value.size()};
}

ApiRequest request_of(Parser& parser, const std::string& certificate) {
  const auto target = parser.get().target();
  const std::string_view text(target.data(), target.size());
  const std::size_t mark = std::min(text.find('?'), text.size());
  ApiRequest request;
  const auto method = parser.get().method_string();
  request.method = std::string(method.data(), method.size());
  if (request.method == "HEAD") request.method = "GET";
  request.path = std::string(text.substr(0, mark));
  request.query = parse_query(text.substr(std::min(mark + 1, text.size())));
  request.accept = header(parser, http::field::accept);
  request.content_type = header(parser, http::field::content_type);
  request.authorization = header(parser, http::field::authorization);
  request.body = std::move(parser.get().body());
  request.certificate = certificate;
  return request;
}

std::optional<Response> read_failure(const ErrorCode& error) {
  if (error == http::error::body_limit) {
    return respond(Status{
        413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728", nullptr, {}});
  }
  if (error == http::error::header_limit || error == http::error::bad_target ||
      error == http::error::bad_method || error == http::error::bad_version ||
      error == http::error::bad_field || error == http::error::bad_value ||
      error == http::error::bad_chunk || error == http::error::bad_content_length) {
    return Response{400, "400 Bad Request", "text/plain; charset=utf-8"};
  }
  return std::nullopt;
}

bool may_break(const ApiRequest& request) { return request.path.starts_with("/api"); }

asio::awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  ErrorCode error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<bool> send(net::AsyncStream& stream, std::string text) {
  ErrorCode error;
  co_await asio::async_write(stream, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

/// Sends a response as the faults have it; false if the connection ends with it.
asio::awaitable<bool> send_response(net::AsyncStream& stream,
                                    SessionContext& context,
                                    const ApiRequest& request,
                                    Response response,
                                    Connection connection,
                                    bool head_only) {
  Faults& faults = context.cluster.faults;
  if (may_break(request) && faults.take_garbage()) response.body = broken(response.body);
  if (may_break(request) && faults.take_cut()) {
    std::string text = write_cut_response(response);
    co_await send(stream, std::move(text));
    co_return false;
  }
  std::string text = write_response(response, connection, head_only);
  const bool sent = co_await send(stream, std::move(text));
  co_return sent&& connection == Connection::KeepAlive;
}

/// Answers what was read; false if the connection ends with it.
asio::awaitable<bool> answer(net::AsyncStream& stream, SessionContext& context, Parser& parser) {
  const bool head_only = parser.get().method() == http::verb::head;
  const auto connection = parser.get().keep_alive() ? Connection::KeepAlive : Connection::Close;
  const ApiRequest request = request_of(parser, context.certificate);
  const auto delay = context.cluster.faults.delay();
  if (delay.count() > 0 && may_break(request)) co_await pause(delay);
  Answer result = context.api.handle(request);
  if (auto* watch = std::get_if<std::shared_ptr<Watch>>(&result)) {
    const bool usable = co_await stream_watch(stream, context, *watch);
    co_return usable&& connection == Connection::KeepAlive;
  }
  Response response = std::get<Response>(std::move(result));
  co_return co_await send_response(stream, context, request, std::move(response), connection,
                                   head_only);
}

}  // namespace

asio::awaitable<void> run_session(net::AsyncStream& stream, SessionContext context) {
  boost::beast::flat_buffer buffer(context.settings.maximum_header + context.settings.maximum_body);
  bool usable = true;
  while (usable) {
    Parser parser;
    parser.header_limit(context.settings.maximum_header);
    parser.body_limit(context.settings.maximum_body);
    ErrorCode error;
    co_await http::async_read(stream, buffer, parser,
                              asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      usable = co_await answer(stream, context, parser);
      continue;
    }
    if (const auto failure = read_failure(error)) {
      std::string text = write_response(*failure, Connection::Close, false);
      co_await send(stream, std::move(text));
    }
    co_return;
  }
}

}  // namespace catena::kubesim
