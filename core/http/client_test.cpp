// SPDX-License-Identifier: Apache-2.0
#include "core/http/client.hpp"

#include "core/http/tls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace catena::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

/// A key and a certificate signed by itself for one name, as PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

template <class Write>
std::string pem_text(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  write(bio.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Identity make_identity(const std::string& alternative_name) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* text = reinterpret_cast<const unsigned char*>("test");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_name.c_str());
  X509_add_ext(certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const auto write_certificate = [&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); };
  const auto write_key = [&](BIO* bio) {
    PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  };
  return {pem_text(write_certificate), pem_text(write_key)};
}

/// Answers one connection: for each request the next of `answers`; after the last it hangs up or
/// keeps silent.
struct Script {
  std::vector<std::string> answers;
  enum class Then { hang_up, silence } then = Then::hang_up;
  std::shared_ptr<asio::ssl::context> tls;
  std::string requests;
};

template <class Stream>
asio::awaitable<void> play(Stream& stream, Script& script) {
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  for (const std::string& answer : script.answers) {
    std::string request;
    co_await asio::async_read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", token);
    if (error) co_return;
    script.requests += request;
    co_await asio::async_write(stream, asio::buffer(answer), token);
  }
  if (script.then == Script::Then::hang_up) co_return;
  char byte = 0;
  co_await stream.async_read_some(asio::buffer(&byte, 1), token);
}

asio::awaitable<void> serve(tcp::acceptor& acceptor, Script& script) {
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
  if (!script.tls) {
    co_await play(socket, script);
    co_return;
  }
  asio::ssl::stream<tcp::socket&> stream(socket, *script.tls);
  co_await stream.async_handshake(asio::ssl::stream_base::server, token);
  if (error) co_return;
  co_await play(stream, script);
  co_await stream.async_shutdown(token);
}

/// A client's connection against a script, in one thread.
struct Exchange {
  explicit Exchange(Script with) : script(std::move(with)) {}

  Server server() const { return {"127.0.0.1", acceptor.local_endpoint().port(), tls, tls_name}; }

  asio::awaitable<void> ask_all(std::size_t count) {
    Server target = server();
    const auto connected = co_await connection.connect(std::move(target));
    if (!connected) {
      note(connected.error());
      co_return;
    }
    for (std::size_t i = 0; i < count; ++i) co_await ask();
  }

  asio::awaitable<void> ask() {
    Request request{"GET", "/x", {{"A", "b"}}};
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
    asio::co_spawn(context, serve(acceptor, script), asio::detached);
    // A server that says goodbye over TLS waits for the client to do the same.
    asio::co_spawn(context, ask_all(count), [this](std::exception_ptr) { context.stop(); });
    context.run_for(std::chrono::seconds(20));
    return outcome;
  }

  asio::io_context context{1};
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  Script script;
  std::shared_ptr<asio::ssl::context> tls;
  std::string tls_name;
  Duration patience = std::chrono::seconds(10);
  SocketConnection connection{context.get_executor()};
  std::string outcome;
  std::string text;
};

std::shared_ptr<asio::ssl::context> server_context(const Identity& identity) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  context->use_certificate_chain(asio::buffer(identity.certificate));
  context->use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
  return context;
}

std::shared_ptr<asio::ssl::context> trusting(const Identity& identity) {
  TlsMaterial material;
  material.authorities = Pem{identity.certificate, "ca"};
  return *make_client_context(material);
}

constexpr const char* kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace

TEST_CASE("One connection carries many exchanges") {
  Exchange e({.answers = {kHello,
                          "HTTP/1.1 410 Gone\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\nbye\r\n0\r\n\r\n"},
              .then = Script::Then::silence});
  e.patience = milliseconds(50);
  const auto port = std::to_string(e.server().port);
  asio::co_spawn(e.context, serve(e.acceptor, e.script), asio::detached);
  asio::co_spawn(e.context, e.ask_all(2), asio::detached);
  e.context.run_for(milliseconds(500));
  CHECK(e.outcome == "200 hello open 410 bye open ");
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
    Server nobody{"127.0.0.1", to, nullptr, {}};
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
  const Identity identity = make_identity("DNS:api.test");
  struct Case {
    const char* name;
    Identity trusted;
    std::string expected_name;
    const char* outcome;
    const char* text = "";
  };
  const Case cases[] = {
      {.name = "the right name",
       .trusted = identity,
       .expected_name = "api.test",
       .outcome = "200 hello"},
      {.name = "another name",
       .trusted = identity,
       .expected_name = "other.test",
       .outcome = "tls",
       .text = "mismatch"},
      {.name = "the address where a name is meant",
       .trusted = identity,
       .expected_name = "",
       .outcome = "tls",
       .text = "mismatch"},
      {.name = "another authority",
       .trusted = make_identity("DNS:api.test"),
       .expected_name = "api.test",
       .outcome = "tls",
       .text = "certificate was not accepted"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Exchange e({.answers = {kHello}, .tls = server_context(identity)});
      e.tls = trusting(c.trusted);
      e.tls_name = c.expected_name;
      CHECK(e.run().starts_with(c.outcome));
      INFO(e.text);
      CHECK(
          (c.text[0] == '\0' || e.text.find("certificate was not accepted") != std::string::npos));
    }
  }
}

TEST_CASE("TLS without verification") {
  Exchange e({.answers = {kHello}, .tls = server_context(make_identity("DNS:x"))});
  TlsMaterial material;
  material.verification = Verification::none;
  e.tls = *make_client_context(material);
  CHECK(e.run().starts_with("200 hello"));
}

TEST_CASE("TLS material that is wrong is named") {
  const Identity one = make_identity("DNS:x");
  const Identity two = make_identity("DNS:x");
  const auto complaint = [](TlsMaterial material) {
    const auto context = make_client_context(material);
    return context ? std::string() : context.error().text;
  };
  CHECK(complaint({}).empty());
  CHECK(complaint({.authorities = Pem{"", "f"}}).empty());
  CHECK(complaint({.authorities = Pem{"junk", "ca.crt"}}).starts_with("ca.crt: "));
  CHECK(complaint({.authorities = Pem{"text\n" + one.certificate + two.certificate, "f"}}).empty());
  CHECK(complaint({.certificate = Pem{one.certificate, "c"}, .key = Pem{one.key, "k"}}).empty());
  CHECK(complaint({.certificate = Pem{"junk", "c"}, .key = Pem{one.key, "k"}}).starts_with("c: "));
  CHECK(complaint({.certificate = Pem{one.certificate, "c"}, .key = Pem{"junk", "k"}})
            .starts_with("k: "));
  CHECK(complaint({.certificate = Pem{one.certificate, "c"}, .key = Pem{two.key, "k"}}) != "");
  CHECK(complaint({.certificate = Pem{one.certificate, "c"}}).find("together") !=
        std::string::npos);
  CHECK(read_small_file("/nonexistent/file").error().text.starts_with("open /nonexistent/file: "));
}

}  // namespace catena::http
