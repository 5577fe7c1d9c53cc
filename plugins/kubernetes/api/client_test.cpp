// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "plugins/kubernetes/api/client.hpp"

#include "core/net/tls_testing.hpp"

#include "plugins/kubernetes/api/credentials.hpp"
#include "test/support/log_lines.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

namespace catena::kubernetes::api {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Waits, with a limit far beyond what a slow machine needs.
class Signal {
 public:
  void raise() {
    const std::lock_guard guard(mutex_);
    ++count_;
    changed_.notify_all();
  }
  bool wait_for(int count) {
    std::unique_lock guard(mutex_);
    return changed_.wait_for(guard, std::chrono::seconds(30), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

class Namespaces final : public Sink<NamespaceObject> {
 public:
  void begin_replace() override {}
  void upsert(NamespaceObject&& object) override {
    names += object.metadata.name + " ";
    seen.raise();
  }
  void remove(std::string_view, std::string_view name) override {
    names += "-" + std::string(name) + " ";
    seen.raise();
  }
  void commit_replace() override {
    names += ". ";
    committed.raise();
  }
  std::string names;  ///< Read after the client has stopped.
  Signal seen;
  Signal committed;
};

/// A server that accepts one connection after the other and answers from a list, one request each;
/// an answer may leave its connection open.
class Server {
 public:
  explicit Server(std::vector<std::string> answers)
      : answers_(std::move(answers)), thread_([this] { serve(); }) {}
  ~Server() { thread_.join(); }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  Signal all_asked;  ///< The last answer has been given.

 private:
  void serve() {
    std::vector<tcp::socket> open;
    for (const std::string& answer : answers_) {
      tcp::socket socket(context_);
      acceptor_.accept(socket);
      std::string request;
      asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n");
      asio::write(socket, asio::buffer(answer));
      if (answer.find("Connection: close") == std::string::npos) open.push_back(std::move(socket));
    }
    all_asked.raise();
    boost::system::error_code ignored;
    char byte = 0;
    for (tcp::socket& socket : open) socket.read_some(asio::buffer(&byte, 1), ignored);
  }

  std::vector<std::string> answers_;
  asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::thread thread_;
};

std::string answer(std::string_view status, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/json\r\nConnection: close\r\n"
      "Content-Length: {}\r\n\r\n{}",
      status, body.size(), body);
}

/// The beginning of a watch that stays open.
std::string stream(std::string_view body) {
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      "{:x}\r\n{}\r\n",
      body.size(), body);
}

constexpr const char* kState =
    R"({"type":"ADDED","object":{"metadata":{"name":"shop","resourceVersion":"3"}}})"
    R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5",
        "annotations":{"k8s.io/initial-events-end":"true"}}}})"
    R"({"type":"DELETED","object":{"metadata":{"name":"shop","resourceVersion":"6"}}})";

std::unique_ptr<ApiClient> follow(std::uint16_t port,
                                  Namespaces& sink,
                                  test::LogLines& lines,
                                  metrics::Registry& registry,
                                  const Clock& clock) {
  ApiClient::Config config;
  config.server = *from_endpoint(fmt::format("127.0.0.1:{}", port), {});
  Sinks sinks;
  sinks.namespaces = &sink;
  auto client =
      ApiClient::make(config, sinks, make_thread_loop(clock), Log(lines), registry, clock);
  return std::move(*client);
}

/// Runs what a coroutine needs and gives its result.
template <class Value>
Value wait(asio::io_context& context, asio::awaitable<Value> work) {
  auto result = asio::co_spawn(context, std::move(work), asio::use_future);
  context.restart();
  context.run();
  return result.get();
}

/// A folder with a token file and a certificate authority of the system's own.
class Folder {
 public:
  Folder() {
    std::string form = (std::filesystem::temp_directory_path() / "catena-api-XXXXXX").string();
    path = ::mkdtemp(form.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(path + "/" + name) << text;
    return path + "/" + name;
  }
  std::string path;
};

}  // namespace

TEST_CASE("A cluster is followed, and left while the watch is open") {
  Server server({stream(kState)});
  Namespaces sink;
  test::LogLines lines;
  metrics::Registry registry(1);
  const SystemClock clock;
  const auto client = follow(server.port(), sink, lines, registry, clock);
  CHECK(!client->synced());
  client->start();
  CHECK(sink.seen.wait_for(2));
  CHECK(client->synced());
  CHECK(client->synced(Kind::namespaces));
  const TimePoint started = clock.now();
  client->stop();
  CHECK(clock.now() - started < std::chrono::seconds(1));
  CHECK(sink.names == "shop . -shop ");
  CHECK(lines.lines.empty());
  client->stop();
  CHECK(registry
            .counter("coredns_kubernetes_rest_client_requests_total", "",
                     {{"code", "200"},
                      {"method", "GET"},
                      {"host", fmt::format("127.0.0.1:{}", server.port())}})
            .value() == 1);
}

TEST_CASE("Pages are read over as many connections as it takes") {
  Server server({answer("422 Unprocessable Entity", "{}"),
                 answer("200 OK", R"({"metadata":{"resourceVersion":"4","continue":"t"},
                                      "items":[{"metadata":{"name":"a"}}]})"),
                 answer("200 OK", R"({"metadata":{"resourceVersion":"4"},
                                      "items":[{"metadata":{"name":"b"}}]})"),
                 stream(R"({"type":"BOOKMARK","object":{"metadata":{}}})")});
  Namespaces sink;
  test::LogLines lines;
  metrics::Registry registry(1);
  const SystemClock clock;
  const auto client = follow(server.port(), sink, lines, registry, clock);
  client->start();
  CHECK(sink.committed.wait_for(1));
  CHECK(server.all_asked.wait_for(1));
  client->stop();
  CHECK(sink.names == "a b . ");
}

TEST_CASE("A client that was never started ends") {
  Namespaces sink;
  test::LogLines lines;
  metrics::Registry registry(1);
  const SystemClock clock;
  const auto client = follow(1, sink, lines, registry, clock);
  client->stop();
  CHECK(!client->synced());
}

TEST_CASE("A client ends while it backs off") {
  Namespaces sink;
  test::LogLines lines;
  metrics::Registry registry(1);
  const SystemClock clock;
  {
    const auto client = follow(1, sink, lines, registry, clock);
    client->start();
  }
  CHECK(sink.names.empty());
}

TEST_CASE("A token file is read again after a minute or a refusal, and a bad one is not taken") {
  const Folder folder;
  test::LogLines lines;
  ManualClock clock;
  asio::io_context context;
  ApiServer server;
  server.host = "127.0.0.1";
  server.auth.token_file = folder.write("token", " one\n");
  const auto made = Credentials::make(server, Log(lines), clock, context.get_executor());
  REQUIRE(made.has_value());
  Credentials& credentials = **made;
  const auto now = [&] { return wait(context, credentials.pass())->authorization; };
  CHECK(now() == "Bearer one");
  folder.write("token", "two");
  clock.advance(std::chrono::seconds(59));
  CHECK(now() == "Bearer one");
  clock.advance(std::chrono::seconds(1));
  CHECK(now() == "Bearer two");
  folder.write("token", "three");
  credentials.refused();
  CHECK(now() == "Bearer three");
  folder.write("token", " \n");
  credentials.refused();
  CHECK(now() == "Bearer three");
  CHECK(lines.lines.back().find("read empty token from file") != std::string::npos);
  std::filesystem::remove(server.auth.token_file);
  credentials.refused();
  CHECK(now() == "Bearer three");
}

TEST_CASE("Missing and unusable files are errors of the set-up, that name the file") {
  test::LogLines lines;
  ManualClock clock;
  asio::io_context context;
  const Folder folder;
  const auto complaint = [&](const ApiServer& server) {
    const auto made = Credentials::make(server, Log(lines), clock, context.get_executor());
    return made ? std::string() : made.error().text;
  };
  ApiServer server;
  server.host = "x";
  server.auth.token_file = folder.path + "/none";
  CHECK(complaint(server).starts_with("open " + folder.path + "/none: "));
  server.auth.token = "literal";
  CHECK(complaint(server).empty());
  server.tls.authorities.file = folder.write("ca.crt", "junk");
  CHECK(complaint(server).starts_with(folder.path + "/ca.crt: "));
}

TEST_CASE("Other ways to sign in") {
  test::LogLines lines;
  ManualClock clock;
  asio::io_context context;
  ApiServer server;
  server.host = "x";
  server.auth.username = "user";
  server.auth.password = "pass";
  const auto authorization = [&] {
    const auto made = Credentials::make(server, Log(lines), clock, context.get_executor());
    return wait(context, (*made)->pass())->authorization;
  };
  CHECK(authorization() == "Basic dXNlcjpwYXNz");
  server.scheme = Scheme::http;
  CHECK(authorization().empty());
}

TEST_CASE("A credential plugin is run when it is due") {
  const Folder folder;
  test::LogLines lines;
  ManualClock clock;
  asio::io_context context;
  ApiServer server;
  server.host = "x";
  ExecSettings& exec = server.auth.exec.emplace();
  exec.api_version = "client.authentication.k8s.io/v1";
  exec.command = "/bin/sh";
  exec.arguments = {"-c",
                    "echo run >> " + folder.path + R"(/runs; N=$(wc -l < )" + folder.path +
                        R"(/runs); printf ')"
                        R"({"kind":"ExecCredential","apiVersion":"%s","status":{"token":"%s-%s",)"
                        R"("expirationTimestamp":"2026-01-01T02:00:00Z"}}' )"
                        R"("client.authentication.k8s.io/v1" "$WHO" $N)"};
  exec.environment = {{"WHO", "me"}};
  auto made = Credentials::make(server, Log(lines), clock, context.get_executor());
  Credentials& credentials = **made;
  const auto now = [&] {
    const auto pass = wait(context, credentials.pass());
    return pass ? pass->authorization : pass.error().text;
  };
  CHECK(now() == "Bearer me-1");
  CHECK(now() == "Bearer me-1");
  credentials.refused();
  CHECK(now() == "Bearer me-2");
  clock.advance(std::chrono::hours(1));
  CHECK(now() == "Bearer me-3");
  exec.arguments = {"-c", "exit 3"};
  exec.install_hint = "apt install me";
  made = Credentials::make(server, Log(lines), clock, context.get_executor());
  const auto failed = wait(context, (*made)->pass());
  REQUIRE(!failed.has_value());
  CHECK(failed.error().text == "exec: executable /bin/sh failed with exit code 3; apt install me");
}

TEST_CASE("Credentials become others") {
  const Folder folder;
  test::LogLines lines;
  ManualClock clock;
  asio::io_context context;
  ApiServer server;
  server.host = "x";
  server.auth.token = "one";
  const auto made = [&] {
    return std::move(*Credentials::make(server, Log(lines), clock, context.get_executor()));
  };
  const auto credentials = made();
  const auto pass = [&] { return *wait(context, credentials->pass()); };
  const Pass before = pass();
  CHECK(before.authorization == "Bearer one");
  server.auth.token = "two";
  server.path = "/prefix";
  credentials->become(std::move(*made()));
  CHECK(pass().authorization == "Bearer two");
  CHECK(credentials->server() == server);
  // The same certificates: connections stay.
  CHECK(pass().tls == before.tls);
  server.auth = {};
  server.auth.token_file = folder.write("token", "three");
  server.tls.verification = net::Verification::none;
  credentials->become(std::move(*made()));
  CHECK(pass().authorization == "Bearer three");
  CHECK(pass().tls != before.tls);
}

// A server that has the choice would speak HTTP/2.
TEST_CASE("HTTP/1.1 is what is offered over TLS") {
  test::LogLines lines;
  ManualClock clock;
  asio::io_context context;
  ApiServer server;
  server.host = "x";
  server.tls.verification = net::Verification::none;
  const auto credentials = Credentials::make(server, Log(lines), clock, context.get_executor());
  const auto pass = wait(context, (*credentials)->pass());
  const net::TlsWorld world;
  net::TlsMaterial shown = world.authority.issue("DNS:x").shown();
  shown.alpn = {"h2", "http/1.1"};
  net::TlsPair pair(*pass->tls, *world.serving(shown), "x");
  CHECK(pair.shake().client.tls.alpn() == "http/1.1");
}

TEST_CASE("Commands that misbehave end") {
  asio::io_context context;
  const auto run = [&](const std::string& command, std::vector<std::string> arguments) {
    Command runner(context.get_executor(), std::chrono::milliseconds(300));
    const auto output = wait(context, runner.run(command, std::move(arguments), {}));
    return output ? output->text : output.error().text;
  };
  CHECK(run("/bin/echo", {"hello"}) == "hello\n");
  CHECK(run("/bin/sh", {"-c", "sleep 100"}) == "exec: the command did not end in time");
  CHECK(run("/bin/sh", {"-c", "exec >&-; sleep 100"}).find("signal 9") != std::string::npos);
  CHECK(run("/bin/sh", {"-c", "cat /dev/zero"}).starts_with("exec: the command "));
  CHECK(run("/nonexistent/command", {}).starts_with("exec: \"/nonexistent/command\": "));
}

}  // namespace catena::kubernetes::api
