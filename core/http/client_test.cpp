// SPDX-License-Identifier: Apache-2.0
#include "core/http/client.hpp"

#include "core/net/async_stream.hpp"
#include "core/net/tcp_stream.hpp"
#include "core/net/tls_stream.hpp"

#include "test/support/certificates.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <sys/socket.h>

namespace catena::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

/// Answers one connection: for each request the next of `answers`; after the last it hangs up, with
/// TLS's goodbye or without, or keeps silent.
struct Script {
  std::vector<std::string> answers;
  enum class Then { hang_up, cut, silence } then = Then::hang_up;
  std::shared_ptr<net::TlsContext> tls;
  std::string requests;
  bool resumed = false;
};

asio::awaitable<void> play(net::AsyncStream& stream, Script& script) {
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  for (const std::string& answer : script.answers) {
    std::string request;
    co_await asio::async_read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", token);
    if (error) co_return;
    script.requests += request;
    co_await asio::async_write(stream, asio::buffer(answer), token);
  }
}

asio::awaitable<void> serve(tcp::acceptor& acceptor, Script& script) {
  tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
  const asio::any_io_executor executor = acceptor.get_executor();
  const int descriptor = socket.release();
  std::unique_ptr<net::ByteStream> bytes =
      std::make_unique<net::TcpStream>(executor, net::Descriptor(descriptor));
  const net::TlsStream* secured = nullptr;
  if (script.tls) {
    auto tls = std::make_unique<net::TlsStream>(std::move(bytes), script.tls->accept(), executor);
    secured = tls.get();
    bytes = std::move(tls);
  }
  net::AsyncStream stream(executor, std::move(bytes));
  co_await play(stream, script);
  script.resumed = secured != nullptr && secured->resumed();
  if (script.then == Script::Then::hang_up) co_return;
  if (script.then == Script::Then::cut) ::shutdown(descriptor, SHUT_WR);
  boost::system::error_code error;
  char byte = 0;
  co_await stream.async_read_some(asio::buffer(&byte, 1),
                                  asio::redirect_error(asio::use_awaitable, error));
}

/// A client's connection against a script, in one thread.
struct Exchange {
  explicit Exchange(Script with, HttpTimeouts timeouts = {})
      : script(std::move(with)), connection(context.get_executor(), timeouts) {}

  Origin server() const { return {host, acceptor.local_endpoint().port(), tls, tls_name}; }

  asio::awaitable<void> ask_all(std::size_t count) {
    Origin target = server();
    const auto connected = co_await connection.connect(std::move(target));
    if (!connected) {
      note(connected.error());
      co_return;
    }
    for (std::size_t i = 0; i < count; ++i) co_await ask();
  }

  asio::awaitable<void> ask() {
    HttpRequest request{"GET", "/x", {{"A", "b"}}};
    const auto head = co_await connection.send(request);
    if (!head) {
      note(head.error());
      co_return;
    }
    outcome += std::to_string(head->status) + " ";
    while (true) {
      const auto piece = co_await connection.read_body(patience);
      if (!piece) note(piece.error());
      if (!piece || piece->empty()) break;
      outcome += *piece;
    }
    outcome += connection.open() ? " open " : " closed ";
  }

  void note(const Failure& failure) {
    constexpr const char* kNames[] = {"unreachable", "tls",       "timeout",
                                      "broken",      "malformed", "stopped"};
    outcome += kNames[static_cast<int>(failure.kind)];
    text = failure.text;
  }

  std::string run(std::size_t count = 1) {
    outcome.clear();
    context.restart();
    asio::co_spawn(context, serve(acceptor, script), asio::detached);
    asio::co_spawn(context, ask_all(count), [this](std::exception_ptr) { context.stop(); });
    context.run_for(std::chrono::seconds(20));
    return outcome;
  }

  asio::io_context context{1};
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  Script script;
  std::shared_ptr<const net::TlsContext> tls;
  std::string host = "127.0.0.1";
  std::string tls_name;
  Duration patience = std::chrono::seconds(10);
  SocketConnection connection;
  std::string outcome;
  std::string text;
};

std::shared_ptr<net::TlsContext> serving(net::TlsMaterial material) {
  static const ManualClock clock;
  return net::TlsContext::server(material, clock).value();
}

std::shared_ptr<const net::TlsContext> trusting(const test::Authority& authority,
                                                std::string protocol = std::string(kProtocol)) {
  return net::TlsContext::client({.authorities = authority.pem(), .alpn = {std::move(protocol)}})
      .value();
}

constexpr const char* kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace

TEST_CASE("One connection carries many exchanges") {
  Exchange e({.answers = {kHello,
                          "HTTP/1.1 410 Gone\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\nbye\r\n0\r\n\r\n"},
              .then = Script::Then::silence});
  const auto port = std::to_string(e.server().port);
  CHECK(e.run(2) == "200 hello open 410 bye open ");
  const std::string request = "GET /x HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nA: b\r\n\r\n";
  CHECK(e.script.requests == request + request);
}

TEST_CASE("What a server can do wrong has a name") {
  struct Case {
    const char* name;
    std::string answer;
    Script::Then then = Script::Then::hang_up;
    const char* outcome;
  };
  const Case cases[] = {
      {.name = "it hangs up before it answers", .answer = "", .outcome = "broken"},
      {.name = "a body is cut short",
       .answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
       .outcome = "200 hellobroken closed "},
      {.name = "it falls silent",
       .answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
       .then = Script::Then::silence,
       .outcome = "200 hellotimeout closed "},
      {.name = "it does not speak HTTP", .answer = "SSH-2.0\r\n\r\n", .outcome = "malformed"},
      {.name = "it closes after its answer",
       .answer = "HTTP/1.1 200 OK\r\n\r\nhello",
       .outcome = "200 hello closed "},
      {.name = "it says more than was asked for",
       .answer = std::string(kHello) + "HTTP/1.1 200 OK\r\n",
       .outcome = "200 hello closed "},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Exchange e({.answers = {c.answer}, .then = c.then});
      e.patience = milliseconds(100);
      CHECK(e.run() == c.outcome);
    }
  }
}

TEST_CASE("Nobody listens") {
  Exchange e({});
  e.acceptor.close();
  tcp::acceptor probe(e.context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const std::uint16_t port = probe.local_endpoint().port();
  probe.close();
  HttpResult<void> result;
  const auto connect = [](Connection& connection, std::uint16_t to,
                          HttpResult<void>& into) -> asio::awaitable<void> {
    Origin nobody{"127.0.0.1", to, nullptr, {}};
    into = co_await connection.connect(std::move(nobody));
  };
  asio::co_spawn(e.context, connect(e.connection, port, result), asio::detached);
  e.context.run_for(std::chrono::seconds(5));
  REQUIRE(!result.has_value());
  CHECK(result.error().kind == FailureKind::unreachable);
  CHECK(result.error().text.find("127.0.0.1") != std::string::npos);
}

TEST_CASE("A connection is closed while it waits") {
  Exchange e({.answers = {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"},
              .then = Script::Then::silence});
  asio::steady_timer later(e.context, milliseconds(100));
  later.async_wait([&](const boost::system::error_code&) { e.connection.close(); });
  CHECK(e.run() == "200 hellostopped closed ");
}

TEST_CASE("TLS: whom we trust, and by what name") {
  const test::Authority authority;
  const test::Authority stranger;
  const test::Identity identity = authority.issue("DNS:api.test");
  struct Case {
    const char* name;
    const test::Authority& trusted;
    std::string expected_name;
    const char* outcome;
    const char* text = "";
  };
  const Case cases[] = {
      {.name = "the right name",
       .trusted = authority,
       .expected_name = "api.test",
       .outcome = "200 hello"},
      {.name = "another name",
       .trusted = authority,
       .expected_name = "other.test",
       .outcome = "tls",
       .text = "x509: certificate is not valid for other.test"},
      {.name = "the address where a name is meant",
       .trusted = authority,
       .expected_name = "",
       .outcome = "tls",
       .text = "x509: certificate is not valid for 127.0.0.1"},
      {.name = "another authority",
       .trusted = stranger,
       .expected_name = "api.test",
       .outcome = "tls",
       .text = "x509: certificate signed by unknown authority"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Exchange e({.answers = {kHello}, .tls = serving(identity.shown())});
      e.tls = trusting(c.trusted);
      e.tls_name = c.expected_name;
      CHECK(e.run().starts_with(c.outcome));
      CHECK_THAT(e.text, Catch::EndsWith(c.text));
    }
  }
}

TEST_CASE("TLS: what a server can do wrong has a name, and what is wrong with it is told") {
  const test::Authority authority;
  struct Case {
    const char* name;
    std::string answer = kHello;
    Script::Then then = Script::Then::hang_up;
    std::vector<std::string> protocols = {};
    net::ClientAuth client_auth = net::ClientAuth::none;
    std::string offered = std::string(kProtocol);
    const char* outcome;
    const char* text = "";
  };
  const Case cases[] = {
      {.name = "a body ends with the connection, and that with a goodbye",
       .answer = "HTTP/1.1 200 OK\r\n\r\nhello",
       .outcome = "200 hello closed "},
      {.name = "the same without a goodbye may be somebody else's cut",
       .answer = "HTTP/1.1 200 OK\r\n\r\nhello",
       .then = Script::Then::cut,
       .outcome = "200 hellobroken closed ",
       .text = "the connection ended without a goodbye"},
      {.name = "a body with a length needs no goodbye",
       .then = Script::Then::cut,
       .outcome = "200 hello"},
      {.name = "it would rather speak HTTP/2",
       .protocols = {"h2", "http/1.1"},
       .outcome = "200 hello"},
      {.name = "it speaks HTTP/2 only",
       .protocols = {"h2"},
       .outcome = "tls",
       .text = ": remote error: tls: no application protocol"},
      {.name = "it chooses what is not HTTP/1.1",
       .protocols = {"h2"},
       .offered = "h2",
       .outcome = "tls",
       .text = ": the server chose the protocol h2"},
      {.name = "it wants a certificate",
       .client_auth = net::ClientAuth::require,
       .outcome = "broken",
       .text = "remote error: tls: certificate required"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      net::TlsMaterial shown = authority.issue("DNS:api.test").shown();
      shown.alpn = c.protocols;
      shown.client_auth = c.client_auth;
      Exchange e({.answers = {c.answer}, .then = c.then, .tls = serving(shown)});
      e.tls = trusting(authority, c.offered);
      e.tls_name = "api.test";
      CHECK_THAT(e.run(), Catch::StartsWith(c.outcome));
      CHECK_THAT(e.text, Catch::EndsWith(c.text));
    }
  }
}

TEST_CASE("TLS: a server that does not speak it") {
  const test::Authority authority;
  struct Case {
    const char* name;
    Script script;
    const char* outcome;
    const char* text;
  };
  const Case cases[] = {
      {.name = "is silent",
       .script = {.answers = {"never"}, .then = Script::Then::silence},
       .outcome = "timeout",
       .text = ": i/o timeout"},
      {.name = "leaves", .script = {.then = Script::Then::cut}, .outcome = "tls", .text = ": EOF"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Exchange e(c.script, {.handshake = milliseconds(50)});
      e.tls = trusting(authority);
      CHECK(e.run() == c.outcome);
      CHECK_THAT(e.text, Catch::StartsWith("TLS handshake with 127.0.0.1:"));
      CHECK_THAT(e.text, Catch::EndsWith(c.text));
    }
  }
}

// A server without a name for its sessions ended each connection but the first.
TEST_CASE("TLS: no earlier session goes on") {
  const test::Authority authority;
  Exchange e({.answers = {kHello}, .tls = serving(authority.issue("IP:127.0.0.1").shown())});
  e.tls = trusting(authority);
  for (int i = 0; i < 2; ++i) {
    CHECK(e.run().starts_with("200 hello"));
    CHECK(!e.script.resumed);
  }
}

TEST_CASE("A name's addresses are tried in turn") {
  Exchange e({.answers = {kHello}});
  e.host = "localhost";  // ::1 comes first where a host has that, and nobody listens there.
  CHECK(e.run().starts_with("200 hello"));
}

TEST_CASE("TLS without verification") {
  const test::Authority authority;
  Exchange e({.answers = {kHello}, .tls = serving(authority.issue("DNS:x").shown())});
  e.tls = net::TlsContext::client({.verification = net::Verification::none}).value();
  CHECK(e.run().starts_with("200 hello"));
}

}  // namespace catena::http
