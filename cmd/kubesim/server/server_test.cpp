// SPDX-License-Identifier: Apache-2.0
// Several threads.
// The server over loopback: bytes in, bytes out.
#include "cmd/kubesim/server/server.hpp"

#include "core/net/async_stream.hpp"
#include "core/net/tcp_stream.hpp"
#include "core/net/tls_stream.hpp"

#include "cmd/kubesim/server/authority.hpp"
#include "cmd/kubesim/server/wire.hpp"
#include "cmd/kubesim/test_support.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <thread>

namespace catena::kubesim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// A server on a thread of its own; the cluster is asked only through it.
class RunningServer {
 public:
  explicit RunningServer(std::shared_ptr<const net::TlsContext> tls = nullptr,
                         std::size_t most = 64)
      : server_(context_, cluster_.cluster(), std::move(tls), settings(most)) {
    server_.start();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~RunningServer() {
    context_.stop();
    thread_.join();
  }

  [[nodiscard]] tcp::socket connect() {
    tcp::socket socket(client_);
    socket.connect(server_.endpoint());
    return socket;
  }

  /// Sends bytes and reads until the server closes or the text is seen.
  static std::string exchange(tcp::socket& socket, std::string_view bytes, std::string_view until) {
    boost::system::error_code error;
    asio::write(socket, asio::buffer(bytes), error);
    std::string text;
    char buffer[4096];
    while (!error && text.find(until) == text.npos) {
      text.append(buffer, socket.read_some(asio::buffer(buffer), error));
    }
    return text;
  }

  std::string once(std::string_view bytes) {
    tcp::socket socket = connect();
    return exchange(socket, bytes, "never in an answer");
  }

 private:
  static Server::Settings settings(std::size_t most) {
    Server::Settings settings;
    settings.endpoint = {asio::ip::address_v4::loopback(), 0};
    settings.maximum_connections = most;
    return settings;
  }

  TestCluster cluster_;
  asio::io_context context_;
  asio::io_context client_;
  Server server_;
  std::thread thread_;
};

TEST_CASE("one connection answers many requests") {
  RunningServer server;
  tcp::socket socket = server.connect();
  for (int i = 0; i < 3; ++i) {
    const std::string answer =
        RunningServer::exchange(socket, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\nok");
    CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("bytes that are no good request never harm") {
  struct Case {
    const char* name;
    std::string bytes;
    const char* starts;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "not HTTP", .bytes = "\x16\x03\x01 hello\r\n\r\n", .starts = "HTTP/1.1 400 "},
      {.name = "a header without an end",
       .bytes = "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x'),
       .starts = "HTTP/1.1 400 "},
      {.name = "a body that is too long",
       .bytes = "POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n",
       .starts = "HTTP/1.1 413 "},
      {.name = "a body nested too deeply",
       .bytes = "POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                "Content-Length: 10000\r\n\r\n" +
                std::string(10'000, '['),
       .starts = "HTTP/1.1 400 "},
      {.name = "a path full of percent signs",
       .bytes = "GET /api/%%%2/%zz?%=%&&==a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
       .starts = "HTTP/1.1 404 "},
  }));
  DYNAMIC_SECTION(c.name) {
    RunningServer server;
    CHECK_THAT(server.once(c.bytes), Catch::StartsWith(c.starts));
    CHECK_THAT(server.once("GET /livez HTTP/1.0\r\n\r\n"), Catch::EndsWith("ok"));
  }
}

TEST_CASE("a watch is chunked, one event a chunk, and ends with its time") {
  RunningServer server;
  tcp::socket socket = server.connect();
  const std::string answer = RunningServer::exchange(
      socket, "GET /api/v1/services?watch=true&timeoutSeconds=1 HTTP/1.1\r\nHost: x\r\n\r\n",
      "\r\n0\r\n\r\n");
  CHECK_THAT(answer, Catch::Contains("Transfer-Encoding: chunked\r\n\r\n"));
  const std::size_t start = answer.find("\r\n\r\n") + 4;
  const std::size_t line = answer.find("\r\n", start);
  const auto size = std::stoul(answer.substr(start, line - start), nullptr, 16);
  const std::string event = answer.substr(line + 2, size);
  CHECK(event.starts_with(R"({"type":"ADDED","object":{"kind":"Service")"));
  CHECK(event.ends_with("}}\n"));
  CHECK_THAT(RunningServer::exchange(socket, "GET /livez HTTP/1.1\r\n\r\n", "ok"),
             Catch::StartsWith("HTTP/1.1 200 OK"));
}

TEST_CASE("faults of bodies") {
  RunningServer server;
  const auto fault = [&](std::string_view json) {
    server.once(fmt::format("POST /kubesim/faults HTTP/1.0\r\nContent-Length: {}\r\n\r\n{}",
                            json.size(), json));
  };
  const std::string_view get = "GET /api/v1/namespaces/default HTTP/1.0\r\n\r\n";
  const auto body = [](const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  };
  CHECK(parse_json(body(server.once(get))));
  fault(R"({"garbage":1})");
  CHECK_FALSE(parse_json(body(server.once(get))));
  fault(R"({"cut":1})");
  CHECK_FALSE(parse_json(body(server.once(get))));
  CHECK(parse_json(body(server.once(get))));
  fault(R"({"refuse":true})");
  CHECK(server.once(get).empty());
}

TEST_CASE("connections above the limit are closed") {
  RunningServer server(nullptr, 1);
  tcp::socket first = server.connect();
  CHECK_THAT(RunningServer::exchange(first, "GET /livez HTTP/1.1\r\n\r\n", "ok"),
             Catch::EndsWith("ok"));
  CHECK(server.once("GET /livez HTTP/1.0\r\n\r\n").empty());
  CHECK_THAT(RunningServer::exchange(first, "GET /kubesim/counters HTTP/1.1\r\n\r\n", "}"),
             Catch::Contains(R"("refusedConnections":1,)"));
}

/// What the server answers over TLS; empty where it is not trusted, or does not answer.
std::string ask_securely(tcp::socket socket, const net::TlsMaterial& material) {
  asio::io_context io;
  const auto executor = io.get_executor();
  const auto context = net::TlsContext::client(material).value();
  net::AsyncStream stream(
      executor, std::make_unique<net::TlsStream>(
                    std::make_unique<net::TcpStream>(executor, net::Descriptor(socket.release())),
                    context->connect_afresh("127.0.0.1"), executor));
  std::string answer(1024, '\0');
  std::size_t size = 0;
  const std::string_view question = "GET /livez HTTP/1.1\r\n\r\n";
  stream.async_write_some(
      asio::buffer(question), [&](boost::system::error_code error, std::size_t) {
        if (error) return;
        stream.async_read_some(asio::buffer(answer),
                               [&](boost::system::error_code, std::size_t read) { size = read; });
      });
  io.run();
  return answer.substr(0, size);
}

TEST_CASE("TLS with the server's own authority") {
  const Authority authority;
  const SystemClock clock;
  RunningServer server(
      make_tls(authority, authority.issue_server({"localhost", "127.0.0.1"}), clock));
  const Credentials client = authority.issue_client("someone", "system:masters");
  const net::TlsMaterial trusting{.authorities = net::Pem{authority.certificate(), "authority"},
                                  .certificate = net::Pem{client.certificate, "certificate"},
                                  .key = net::Pem{client.key, "key"}};
  CHECK_THAT(ask_securely(server.connect(), trusting), Catch::StartsWith("HTTP/1.1 200 OK\r\n"));
  const net::TlsMaterial doubting{.authorities = net::Pem{Authority().certificate(), "another"}};
  CHECK(ask_securely(server.connect(), doubting).empty());
}

TEST_CASE("long bodies come in chunks, short ones with their length") {
  const std::string small = write_response({200, "{}"}, Connection::KeepAlive, false);
  CHECK_THAT(small, Catch::EndsWith("Content-Length: 2\r\n\r\n{}"));
  const std::string large =
      write_response({200, std::string(100'000, 'x')}, Connection::Close, false);
  CHECK_THAT(large,
             Catch::Contains("Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n8000\r\n"));
  CHECK_THAT(large, Catch::EndsWith("x\r\n0\r\n\r\n"));
  CHECK(write_chunk("abc") == "3\r\nabc\r\n");
}

}  // namespace
}  // namespace catena::kubesim
