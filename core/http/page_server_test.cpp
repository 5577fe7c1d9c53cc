// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "core/http/page_server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <thread>

namespace catena::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr const char* kGet = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kLast = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// A blocking client on one connection.
class Client {
 public:
  explicit Client(const PageServer& server) : socket_(io_) {
    asio::ip::address address = server.endpoint().address();
    if (address.is_unspecified()) address = asio::ip::address_v4::loopback();
    socket_.connect({address, server.endpoint().port()});
  }
  void send(const std::string& text) { asio::write(socket_, asio::buffer(text)); }

  /// All that comes until the server closes.
  std::string rest() {
    boost::system::error_code error;
    std::string text;
    asio::read(socket_, asio::dynamic_buffer(text), error);
    return text;
  }

  /// As many bytes.
  std::string take(std::size_t size) {
    std::string text(size, '\0');
    asio::read(socket_, asio::buffer(text));
    return text;
  }

  std::string ask(const std::string& request) {
    send(request);
    return rest();
  }

 private:
  asio::io_context io_;
  tcp::socket socket_;
};

struct Bed {
  explicit Bed(PageLimits limits = {}) : server({"127.0.0.1", 0}, registry, limits) {
    health = server.mount("/health", [](const PageRequest&) { return Page{.body = "OK"}; });
    REQUIRE(server.open().has_value());
  }
  std::string ask(const std::string& request) const { return Client(server).ask(request); }
  std::uint64_t refused(const char* reason) {
    return registry
        .counter("catena_http_refused_total", "", {{"address", "127.0.0.1:0"}, {"reason", reason}})
        .value();
  }

  metrics::Registry registry{2};
  PageServer server;
  PageServer::Mount health;
};

// Another thread is about to do it; ten seconds at most.
bool eventually(const std::function<bool()>& done) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  return done();
}

struct Row {
  const char* name;
  std::string request;
  const char* status;
  const char* has = "";
};

const Row kRows[] = {
    {"a page", kLast, "200 OK", "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n"},
    {"any method", "DELETE /health HTTP/1.0\r\n\r\n", "200 OK", "\r\n\r\nOK"},
    {"HEAD has the length and no body", "HEAD /health HTTP/1.0\r\n\r\n", "200 OK",
     "Content-Length: 2\r\nConnection: close\r\n\r\n"},
    {"a body with a length is read and left alone",
     "POST /health HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", "200 OK"},
    {"the query is not part of the path", "GET /health?verbose=1 HTTP/1.0\r\n\r\n", "200 OK"},
    {"the absolute form of a target", "GET http://a:8080/health HTTP/1.0\r\n\r\n", "200 OK"},
    {"another path", "GET /healthz HTTP/1.0\r\n\r\n", "404 Not Found", "404 page not found\n"},
    {"chunks", "POST /health HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "501 Not Implemented"},
    {"a length and chunks",
     "POST /health HTTP/1.1\r\nContent-Length: 3\r\n"
     "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400 Bad Request"},
    {"an odd coding",
     "POST /health HTTP/1.1\r\nTransfer-Encoding: \x0b"
     "chunked\r\n\r\n0\r\n\r\n",
     "400 Bad Request"},
    {"a coding that is not the last",
     "POST /health HTTP/1.1\r\n"
     "Transfer-Encoding: chunked, identity\r\n\r\n",
     "501 Not Implemented"},
    {"two lengths", "POST /health HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
     "400 Bad Request"},
    {"a header that never ends",
     "GET /health HTTP/1.1\r\nA: " + std::string(9000, 'a') + "\r\n\r\n",
     "431 Request Header Fields Too Large"},
    {"a body that is too long",
     "POST /health HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'a'),
     "413 Payload Too Large"},
    {"no HTTP at all", std::string("\x16\x03\x01\x00\xa5\r\n\r\n", 9), "400 Bad Request"},
};

TEST_CASE("a page server answers or says why not", "[http][page_server]") {
  Bed bed;
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      const std::string reply = bed.ask(row.request);
      CHECK(reply.substr(0, reply.find("\r\n")) == std::string("HTTP/1.1 ") + row.status);
      CHECK_THAT(reply, Catch::Contains(row.has) && Catch::Contains(" GMT\r\n"));
      const bool good = std::string(row.status).starts_with("200") || row.has[0] == '4';
      CHECK(bed.refused("malformed") == (good ? 0 : 1));
    }
  }
}

TEST_CASE("a connection carries several requests", "[http][page_server]") {
  Bed bed;
  Client client(bed.server);
  client.send(std::string(kGet) + kGet + kLast);
  const std::string replies = client.rest();
  std::size_t count = 0;
  for (std::size_t at = 0; (at = replies.find("\r\n\r\nOK", at)) != std::string::npos; ++at)
    ++count;
  CHECK(count == 3);
}

TEST_CASE("the newest handler of a path answers until it is gone", "[http][page_server]") {
  Bed bed;
  const auto page = [](const char* text) {
    return [text](const PageRequest&) { return Page{.body = text}; };
  };
  {
    const PageServer::Mount newer = bed.server.mount("/health", page("newer"));
    CHECK_THAT(bed.ask(kLast), Catch::EndsWith("newer"));
  }
  CHECK_THAT(bed.ask(kLast), Catch::EndsWith("OK"));
  const PageServer::Mount all = bed.server.mount("/debug/", page("below"));
  const PageServer::Mount one = bed.server.mount("/debug/one", page("one"));
  CHECK_THAT(bed.ask("GET /debug/two/three HTTP/1.0\r\n\r\n"), Catch::EndsWith("below"));
  CHECK_THAT(bed.ask("GET /debug/one HTTP/1.0\r\n\r\n"), Catch::EndsWith("one"));
  CHECK_THAT(bed.ask("GET /debug HTTP/1.0\r\n\r\n"), Catch::StartsWith("HTTP/1.1 404"));
}

TEST_CASE("a handler that throws costs its request a 500", "[http][page_server]") {
  Bed bed;
  const PageServer::Mount bad =
      bed.server.mount("/bad", [](const PageRequest&) -> Page { throw std::runtime_error("bad"); });
  CHECK_THAT(bed.ask("GET /bad HTTP/1.0\r\n\r\n"), Catch::StartsWith("HTTP/1.1 500"));
}

TEST_CASE("a page may come later, also when its handler has gone", "[http][page_server]") {
  Bed bed;
  Client client(bed.server);
  {
    const PageServer::Mount slow = bed.server.mount("/slow", [](const PageRequest&) {
      return Page{.delay = std::chrono::milliseconds(1),
                  .later = [] { return Page{.body = "at last"}; }};
    });
    client.send("GET /slow HTTP/1.0\r\n\r\n");
    CHECK_THAT(client.rest(), Catch::EndsWith("at last"));
  }
}

TEST_CASE("who is slow with a request is let go", "[http][page_server]") {
  Bed bed(PageLimits{.patience = std::chrono::milliseconds(500)});
  Client slow(bed.server);
  slow.send("GET /health HT");
  CHECK(slow.rest().empty());
  // The connection ends before that is counted.
  CHECK(eventually([&] { return bed.refused("timeout") == 1; }));
  Client silent(bed.server);
  CHECK(silent.rest().empty());
  CHECK(bed.refused("timeout") == 1);
}

TEST_CASE("the connection that is idle for longest makes room", "[http][page_server]") {
  Bed bed(PageLimits{.connections = 2, .patience = std::chrono::seconds(60)});
  Client first(bed.server);
  first.send(kGet);
  first.take(20);
  std::optional<Client> second(bed.server);
  second->send(kGet);
  second->take(20);
  CHECK_THAT(bed.ask(kLast), Catch::EndsWith("OK"));
  CHECK_THAT(first.rest(), Catch::EndsWith("OK"));
  CHECK(bed.refused("connections") == 1);
}

TEST_CASE("answers that nobody takes make room for others, the oldest first",
          "[http][page_server]") {
  Bed bed(PageLimits{.patience = std::chrono::seconds(60), .unsent = 12 * 1024 * 1024});
  const PageServer::Mount large = bed.server.mount(
      "/large", [](const PageRequest&) { return Page{.body = std::string(8 * 1024 * 1024, 'x')}; });
  Client first(bed.server);
  first.send("GET /large HTTP/1.0\r\n\r\n");
  first.take(20);
  Client second(bed.server);
  second.send("GET /large HTTP/1.0\r\n\r\n");
  second.take(20);
  CHECK(eventually([&] { return bed.refused("memory") == 1; }));
  CHECK(first.rest().size() < 8 * 1024 * 1024);
  CHECK(second.rest().size() > 8 * 1024 * 1024);
}

TEST_CASE("pages leave the last descriptors to others", "[http][page_server]") {
  Bed bed(PageLimits{.patience = std::chrono::seconds(60), .descriptors = {4}});
  CHECK(Client(bed.server).rest().empty());
  CHECK(bed.refused("connections") == 1);
}

TEST_CASE("when all pages have left, open connections are served and no new ones taken",
          "[http][page_server]") {
  Bed bed;
  PageServer::Mount other =
      bed.server.mount("/other", [](const PageRequest&) { return Page{.body = "other"}; });
  Client open(bed.server);
  open.send(kGet);
  open.take(20);
  other.leave();
  CHECK_THAT(bed.ask(kLast), Catch::EndsWith("OK"));
  bed.health.leave();
  const auto refused = [&] {
    boost::system::error_code error;
    asio::io_context io;
    tcp::socket socket(io);
    socket.connect(bed.server.endpoint(), error);
    return error == asio::error::connection_refused;
  };
  CHECK(eventually(refused));
  open.send(kLast);
  CHECK_THAT(open.rest(), Catch::EndsWith("OK"));
}

TEST_CASE("all addresses of the host, and two servers on one port", "[http][page_server]") {
  metrics::Registry registry(2);
  PageServer old({"", 0}, registry);
  REQUIRE(old.open().has_value());
  REQUIRE(old.open().has_value());
  CHECK_THAT(Client(old).ask(kLast), Catch::StartsWith("HTTP/1.1 404"));
  PageServer overlapping({"", old.endpoint().port()}, registry);
  CHECK(overlapping.open().has_value());
}

TEST_CASE("an address that is not here is an error in Go's words", "[http][page_server]") {
  metrics::Registry registry(2);
  PageServer elsewhere({"192.0.2.1", 8080}, registry);
  const Result<void> result = elsewhere.open();
  REQUIRE(!result.has_value());
  CHECK(result.error().text == "listen tcp 192.0.2.1:8080: bind: cannot assign requested address");
}

TEST_CASE("a server ends while clients are connected", "[http][page_server]") {
  std::optional<Bed> bed(std::in_place);
  Client idle(bed->server);
  idle.send(kGet);
  idle.take(20);
  Client half(bed->server);
  half.send("GET /hea");
  bed->health = {};
  bed.reset();
  CHECK_THAT(idle.rest(), Catch::EndsWith("OK"));
}

}  // namespace
}  // namespace catena::http
