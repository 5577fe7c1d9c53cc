// SPDX-License-Identifier: Apache-2.0
#include "core/net/openssl.hpp"
#include "core/plugin/server_tls.hpp"

#include "plugins/tls/certificates.hpp"
#include "test/support/certificates.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_process.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace catena::tls {

void setup(Setup& setup);

namespace {

/// A folder of files that are there as long as it is.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "catena_tls_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string at(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(at(name)) << text;
  }
  void write(const test::Identity& identity) const {
    write("cert.pem", identity.certificate);
    write("key.pem", identity.key);
  }

 private:
  std::filesystem::path path_;
};

/// What stands in a row of a table as $, in a folder's place.
std::string in(const Folder& folder, std::string text) {
  for (std::size_t at = 0; (at = text.find('$', at)) != std::string::npos;) {
    text.replace(at, 1, folder.at(""));
  }
  return text;
}

struct Row {
  const char* block;
  net::ClientAuth auth = net::ClientAuth::none;
};

const Row kRows[] = {
    {"tls $cert.pem $key.pem"},
    {"tls $cert.pem $key.pem $ca.pem"},
    {"tls $cert.pem $key.pem {\n client_auth nocert\n}"},
    {"tls $cert.pem $key.pem $ca.pem {\n client_auth request\n}", net::ClientAuth::request},
    {"tls $cert.pem $key.pem $ca.pem {\n client_auth require\n}", net::ClientAuth::require},
    {"tls $cert.pem $key.pem $ca.pem {\n client_auth verify_if_given\n}",
     net::ClientAuth::verify_if_given},
    {"tls $cert.pem $key.pem $ca.pem {\n client_auth require_and_verify\n}",
     net::ClientAuth::require_and_verify},
};

TEST_CASE("tls says what encrypted listeners show and want", "[tls]") {
  const test::Authority authority;
  const Folder folder;
  folder.write(authority.issue("DNS:dns.test"));
  folder.write("ca.pem", authority.certificate());
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.block) {
      test::PluginSetup plugin("tls", setup, in(folder, row.block));
      CHECK(plugin.errors().empty());
      const ServerTls* tls = plugin.listener().find<ServerTls>();
      REQUIRE(tls != nullptr);
      CHECK(tls->context != nullptr);
      CHECK(tls->policy.client_auth == row.auth);
    }
  }
}

struct Wrong {
  const char* block;
  const char* error;
};

const Wrong kWrong[] = {
    {"tls", "a certificate and its key are expected"},
    {"tls $cert.pem", "Wrong argument count"},
    {"tls $cert.pem $key.pem $ca.pem more", "Wrong argument count"},
    {"tls $none.pem $key.pem", "none.pem"},
    {"tls $cert.pem $none.pem", "none.pem"},
    {"tls $cert.pem $key.pem $none.pem", "none.pem"},
    {"tls $key.pem $cert.pem", "could not load TLS cert: "},
    {"tls $cert.pem $other.pem", "could not load TLS cert: "},
    {"tls $half.pem $key.pem", "half.pem"},
    {"tls $cert.pem $key.pem {\n client_auth maybe\n}", "unknown authentication type 'maybe'"},
    {"tls $cert.pem $key.pem {\n client_auth\n}", "Wrong argument count"},
    {"tls $cert.pem $key.pem {\n ciphers all\n}", "ciphers"},
    {"tls {\n acme example.org\n}", "'acme' is known, not in this build"},
    {"tls $cert.pem $key.pem\ntls $cert.pem $key.pem",
     "TLS already configured for this server instance"},
};

TEST_CASE("what is no certificate is an error that names it", "[tls]") {
  const test::Authority authority;
  const Folder folder;
  const test::Identity identity = authority.issue("DNS:dns.test");
  folder.write(identity);
  folder.write("other.pem", authority.issue("DNS:dns.test").key);
  folder.write("half.pem", identity.certificate.substr(0, identity.certificate.size() / 2));
  folder.write("ca.pem", authority.certificate());
  for (const Wrong& wrong : kWrong) {
    DYNAMIC_SECTION(wrong.block) {
      const test::PluginSetup plugin("tls", setup, in(folder, wrong.block));
      REQUIRE(plugin.errors().size() == 1);
      CHECK_THAT(plugin.errors().front(), Catch::Contains(wrong.error));
    }
  }
}

/// Certificates with all that a process has one of.
struct World {
  World() { folder.write(authority.issue("DNS:dns.test")); }

  std::shared_ptr<Certificates> load() {
    return Certificates::load({.certificate = folder.at("cert.pem"), .key = folder.at("key.pem")},
                              parts.process)
        .value();
  }
  std::uint64_t failures() {
    return parts.metrics
        .counter("catena_tls_certificate_failures_total", "", {{"file", folder.at("cert.pem")}})
        .value();
  }

  test::Authority authority;
  Folder folder;
  ManualClock clock;
  test::TestProcess parts{clock};
};

TEST_CASE("files that have changed are taken up, once", "[tls]") {
  World world;
  const auto certificates = world.load();
  const net::TlsHandle first = certificates->context()->accept();
  certificates->look();
  const net::TlsPolicy before = certificates->context()->policy();
  CHECK(world.parts.log.lines.size() == 1);
  certificates->look();
  // OpenSSL's context was made twice over at a start.
  const net::TlsHandle second = certificates->context()->accept();
  CHECK(SSL_get_SSL_CTX(first.get()) == SSL_get_SSL_CTX(second.get()));
  CHECK(certificates->context()->policy() == before);
  CHECK(world.parts.log.lines.size() == 1);

  world.folder.write(world.authority.issue("DNS:dns.test"));
  certificates->look();
  CHECK_FALSE(certificates->context()->policy() == before);
  REQUIRE(world.parts.log.lines.size() == 2);
  CHECK_THAT(world.parts.log.lines.back(), Catch::Contains("cert.pem is shown to clients"));
}

TEST_CASE("files that do not fit leave everything as it was, and are told once", "[tls]") {
  World world;
  const auto certificates = world.load();
  certificates->look();
  const net::TlsPolicy before = certificates->context()->policy();
  const test::Identity next = world.authority.issue("DNS:dns.test");

  SECTION("a certificate without its key, which comes later") {
    world.folder.write("cert.pem", next.certificate);
    certificates->look();
    certificates->look();
    CHECK(certificates->context()->policy() == before);
    CHECK(world.failures() == 1);
    CHECK(world.parts.log.lines.size() == 2);
    world.folder.write("key.pem", next.key);
    certificates->look();
    CHECK_FALSE(certificates->context()->policy() == before);
  }
  SECTION("half a file") {
    world.folder.write("cert.pem", next.certificate.substr(0, 100));
    certificates->look();
    CHECK(certificates->context()->policy() == before);
    CHECK(world.failures() == 1);
    world.folder.write(next);
    certificates->look();
    CHECK_FALSE(certificates->context()->policy() == before);
  }
  SECTION("a file that is gone") {
    std::filesystem::remove(world.folder.at("key.pem"));
    certificates->look();
    certificates->look();
    CHECK(certificates->context()->policy() == before);
    CHECK(world.failures() == 1);
    REQUIRE(world.parts.log.lines.size() == 2);
    CHECK_THAT(world.parts.log.lines.back(),
               Catch::Contains("What clients are shown stays as it was"));
    CHECK_THAT(world.parts.log.lines.back(), Catch::Contains("key.pem"));
  }
}

TEST_CASE("a certificate that is good no more is told once", "[tls]") {
  World world;
  // The clock by hand is at another time than the one that certificates are made by.
  world.folder.write(world.authority.issue("DNS:dns.test", {.from = -7200, .to = -3600}));
  world.clock.advance(std::chrono::system_clock::now() - world.clock.wall());
  const auto certificates = world.load();
  certificates->look();
  certificates->look();
  REQUIRE(world.parts.log.lines.size() == 2);
  CHECK_THAT(world.parts.log.lines.back(), Catch::Contains("is good no more since"));
}

}  // namespace
}  // namespace catena::tls
