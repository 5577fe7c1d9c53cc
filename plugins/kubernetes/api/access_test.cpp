// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/access.hpp"

#include "plugins/kubernetes/api/exec.hpp"
#include "plugins/kubernetes/api/kubeconfig.hpp"
#include "plugins/kubernetes/api/limiter.hpp"
#include "plugins/kubernetes/api/timestamp.hpp"
#include "test/support/log_lines.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace catena::kubernetes::api {

namespace {

/// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string form = (std::filesystem::temp_directory_path() / "catena-api-XXXXXX").string();
    path = ::mkdtemp(form.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string write(const std::string& name, std::string_view text) const {
    const std::string file = path + "/" + name;
    std::ofstream(file) << text;
    return file;
  }
  std::string path;
};

std::string show(const Result<ApiServer>& server) {
  if (!server) return server.error().text;
  std::string text = server->url();
  if (!server->tls.authorities.data.empty()) text += " ca=" + server->tls.authorities.data;
  if (!server->tls.server_name.empty()) text += " name=" + server->tls.server_name;
  if (server->tls.verification == net::Verification::none) text += " insecure";
  if (!server->tls.certificate.data.empty()) text += " cert=" + server->tls.certificate.data;
  if (!server->tls.key.data.empty()) text += " key=" + server->tls.key.data;
  if (!server->auth.token.empty()) text += " token=" + server->auth.token;
  if (!server->auth.username.empty()) {
    text += fmt::format(" basic={}:{}", server->auth.username, server->auth.password);
  }
  if (const auto& exec = server->auth.exec) {
    text += fmt::format(" exec={} {}", exec->command, exec->arguments);
    for (const auto& [name, value] : exec->environment) text += fmt::format(" {}={}", name, value);
  }
  return text;
}

}  // namespace

TEST_CASE("Endpoints are taken apart") {
  struct Case {
    const char* url;
    const char* shown;
    const char* authority = "";
  };
  const Case cases[] = {
      {.url = "https://api.test", .shown = "https://api.test:443"},
      {.url = "http://api.test", .shown = "http://api.test:80"},
      {.url = "10.0.0.1:8080", .shown = "http://10.0.0.1:8080"},
      {.url = "api.test:6443", .shown = "https://api.test:6443", .authority = "ca.crt"},
      {.url = "https://[fd00::1]:6443/", .shown = "https://[fd00::1]:6443"},
      {.url = "https://[fd00::1]", .shown = "https://[fd00::1]:443"},
      {.url = "https://r.test/k8s/c-1/", .shown = "https://r.test:443/k8s/c-1"},
      {.url = "ftp://x", .shown = "\"ftp://x\": the scheme must be http or https"},
      {.url = "https://", .shown = "\"\": no host in it"},
      {.url = "https://x:0", .shown = "\"x:0\": not a host and port"},
      {.url = "https://x:99999", .shown = "\"x:99999\": not a host and port"},
      {.url = "https://[fd00::1", .shown = "\"[fd00::1\": missing ']'"},
      {.url = "https://u:p@x", .shown = "\"u:p@x\": a user in a URL is not supported"},
      {.url = "https://x?y", .shown = "\"https://x?y\": not the address of an API server"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.url) {
      TlsSettings tls;
      tls.authorities.file = c.authority;
      CHECK(show(from_endpoint(c.url, tls)) == c.shown);
    }
  }
}

TEST_CASE("A pod finds its own cluster") {
  test::LogLines lines;
  const Folder folder;
  std::map<std::string, std::string> variables;
  const auto environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  const auto find = [&] { return in_cluster(environment, Log(lines), folder.path); };
  CHECK(show(find()) ==
        "unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and "
        "KUBERNETES_SERVICE_PORT must be defined");
  variables = {{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
  CHECK(show(find()).starts_with(fmt::format("open {}/token: ", folder.path)));
  folder.write("token", "abc\n");
  CHECK(show(find()) == "https://[fd00::1]:443");
  REQUIRE(lines.lines.size() == 1);
  CHECK(lines.lines[0].find("Expected to load root CA config") != std::string::npos);
  folder.write("ca.crt", "x");
  CHECK(find()->tls.authorities.file == folder.path + "/ca.crt");
  CHECK(find()->auth.token_file == folder.path + "/token");
}

TEST_CASE("A kubeconfig file is read") {
  const std::string users = R"(
apiVersion: v1
current-context: one
contexts:
- {name: one, context: {cluster: c, user: u}}
- {name: two, context: {cluster: c2, user: u2}}
- {name: nowhere, context: {cluster: missing, user: u}}
- {name: nobody, context: {cluster: c, user: missing}}
clusters:
- {name: c, cluster: {server: "https://api.test:6443", certificate-authority-data: Q0E=, tls-server-name: n.test}}
- {name: c2, cluster: {server: "https://10.0.0.1", insecure-skip-tls-verify: true}}
users:
- {name: u, user: {token: secret}}
)";
  struct Case {
    const char* name;
    std::string text;
    const char* context = "";
    const char* shown;
  };
  const Case cases[] = {
      {.name = "the current context",
       .text = users,
       .shown = "https://api.test:6443 ca=CA name=n.test token=secret"},
      {.name = "a context by name",
       .text = users + "- {name: u2, user: {username: a, password: b}}\n",
       .context = "two",
       .shown = "https://10.0.0.1:443 insecure basic=a:b"},
      {.name = "a client certificate",
       .text = users + "- {name: u2, user: {client-certificate-data: QQ==, client-key-data: Qg==}}",
       .context = "two",
       .shown = "https://10.0.0.1:443 insecure cert=A key=B"},
      {.name = "a credential plugin",
       .text = users +
               "- {name: u2, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "
               "get-token, args: [a, b], env: [{name: X, value: y}], interactiveMode: Never}}}",
       .context = "two",
       .shown = "https://10.0.0.1:443 insecure exec=get-token [\"a\", \"b\"] X=y"},
      {.name = "an unknown context",
       .text = users,
       .context = "three",
       .shown = "context \"three\" does not exist"},
      {.name = "an unknown cluster",
       .text = users,
       .context = "nowhere",
       .shown = "cluster \"missing\" does not exist"},
      {.name = "an unknown user",
       .text = users,
       .context = "nobody",
       .shown = "auth info \"missing\" does not exist"},
      {.name = "two ways to sign in",
       .text = users + "- {name: u2, user: {token: t, username: a}}",
       .context = "two",
       .shown = "more than one authentication method found for u2; found [token basicAuth], only "
                "one is allowed"},
      {.name = "impersonation",
       .text = users + "- {name: u2, user: {token: t, as: root}}",
       .context = "two",
       .shown = "user: \"as\" is not supported"},
      {.name = "an auth provider",
       .text = users + "- {name: u2, user: {auth-provider: {name: oidc}}}",
       .context = "two",
       .shown = "user: \"auth-provider\" is not supported"},
      {.name = "a proxy",
       .text = "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n"
               "clusters: [{name: c, cluster: {server: x, proxy-url: 'http://p'}}]",
       .shown = "cluster: \"proxy-url\" is not supported"},
      {.name = "insecure and an authority",
       .text = "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n"
               "clusters: [{name: c, cluster: {server: x, insecure-skip-tls-verify: true, "
               "certificate-authority-data: Q0E=}}]",
       .shown = "specifying a root certificates file with the insecure flag is not allowed"},
      {.name = "data that is not base64",
       .text = "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n"
               "clusters: [{name: c, cluster: {server: x, certificate-authority-data: '!'}}]",
       .shown = "certificate-authority-data: not base64"},
      {.name = "an exec version of the future",
       .text = users + "- {name: u2, user: {exec: {apiVersion: client.authentication.k8s.io/v9, "
                       "command: x}}}",
       .context = "two",
       .shown = "exec plugin: invalid apiVersion \"client.authentication.k8s.io/v9\""},
      {.name = "an empty file",
       .text = "",
       .shown = "invalid configuration: no configuration has been provided"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const Folder folder;
      CHECK(show(from_kubeconfig(folder.write("config", c.text), c.context)) == c.shown);
    }
  }
}

TEST_CASE("Paths in a kubeconfig start at its folder") {
  const Folder folder;
  const std::string file = folder.write("config", R"(
current-context: a
contexts: [{name: a, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://x", certificate-authority: ca.crt}}]
users: [{name: u, user: {tokenFile: token, client-certificate: /abs/c.crt, client-key: k}}]
)");
  const auto server = from_kubeconfig(file, "");
  REQUIRE(server.has_value());
  CHECK(server->tls.authorities.file == folder.path + "/ca.crt");
  CHECK(server->auth.token_file == folder.path + "/token");
  CHECK(server->tls.certificate.file == "/abs/c.crt");
  CHECK(show(from_kubeconfig(folder.path + "/none", "")).starts_with("open "));
  CHECK(show(from_kubeconfig(folder.write("broken", "a: ["), "")).find("broken: ") !=
        std::string::npos);
}

TEST_CASE("What a credential plugin prints") {
  const std::string version = "client.authentication.k8s.io/v1";
  const auto parse = [&](const std::string& status, const std::string& printed_version) {
    const auto credential = parse_exec_credential(
        fmt::format(R"({{"kind":"ExecCredential","apiVersion":"{}","status":{}}})", printed_version,
                    status),
        version);
    if (!credential) return credential.error().text;
    return fmt::format("{} {} {} {}", credential->token, credential->certificate, credential->key,
                       credential->expires.has_value());
  };
  CHECK(parse(R"({"token":"t"})", version) == "t   false");
  CHECK(parse(R"({"token":"t","expirationTimestamp":"2026-11-22T14:25:09Z"})", version) ==
        "t   true");
  CHECK(parse(R"({"clientCertificateData":"c","clientKeyData":"k"})", version) == " c k false");
  CHECK(parse("{}", version) == "exec plugin didn't return a token or cert/key pair");
  CHECK(parse(R"({"clientKeyData":"k"})", version) ==
        "exec plugin returned only certificate or key, not both");
  CHECK(parse(R"({"token":"t","expirationTimestamp":"soon"})", version) ==
        "exec plugin: the expirationTimestamp is not a time");
  CHECK(parse(R"({"token":"t"})", version + "beta1").starts_with("exec plugin is configured"));
  CHECK(parse("{", version).starts_with("exec plugin: decoding stdout"));
}

TEST_CASE("What a credential plugin is told") {
  ApiServer server;
  server.host = "api.test";
  server.auth.exec.emplace().api_version = "v";
  CHECK(exec_info(server, "CA") ==
        R"({"kind":"ExecCredential","apiVersion":"v","spec":{"interactive":false}})");
  server.auth.exec->provide_cluster_info = true;
  CHECK(exec_info(server, "CA") ==
        R"({"kind":"ExecCredential","apiVersion":"v","spec":{"interactive":false,)"
        R"("cluster":{"server":"https://api.test:443","certificate-authority-data":"Q0E="}}})");
}

TEST_CASE("Timestamps") {
  const auto at = [](const char* text) -> std::optional<std::int64_t> {
    const auto time = parse_timestamp(text);
    if (!time) return std::nullopt;
    return time->time_since_epoch().count();
  };
  CHECK(at("1970-01-01T00:00:01Z") == 1'000'000'000);
  CHECK(at("1970-01-01T00:00:00.5Z") == 500'000'000);
  CHECK(at("1970-01-01T02:00:00.000000001+02:00") == 1);
  CHECK(at("1970-01-01T00:00:00-01:30") == 5'400'000'000'000);
  for (const char* bad : {"", "x", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                          "2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00Zx",
                          "9999-01-01T00:00:00Z", "2026-01-01T00:00:00*02:00"}) {
    CHECK(!at(bad).has_value());
  }
}

TEST_CASE("Requests are held back beyond rate, burst and number in flight") {
  ManualClock clock;
  Limiter limiter({.queries_per_second = 2, .burst = 2, .max_inflight = 3}, clock.now());
  CHECK(limiter.try_start(clock.now()) == Duration::zero());
  CHECK(limiter.try_start(clock.now()) == Duration::zero());
  CHECK(limiter.try_start(clock.now()) == std::chrono::milliseconds(500));
  clock.advance(std::chrono::milliseconds(500));
  CHECK(limiter.try_start(clock.now()) == Duration::zero());
  clock.advance(std::chrono::seconds(60));
  CHECK(limiter.try_start(clock.now()) > Duration::zero());
  limiter.finish();
  CHECK(limiter.try_start(clock.now()) == Duration::zero());
}

TEST_CASE("Other limits count what is in flight, and give nothing away") {
  ManualClock clock;
  Limiter limiter({.queries_per_second = 2, .burst = 1, .max_inflight = 2}, clock.now());
  CHECK(limiter.try_start(clock.now()) == Duration::zero());
  limiter.change({.queries_per_second = 10, .burst = 5, .max_inflight = 2});
  CHECK(limiter.try_start(clock.now()) == std::chrono::milliseconds(100));
  clock.advance(std::chrono::milliseconds(100));
  CHECK(limiter.try_start(clock.now()) == Duration::zero());
  clock.advance(std::chrono::seconds(60));
  CHECK(limiter.try_start(clock.now()) > Duration::zero());
  limiter.change({});
  CHECK(limiter.try_start(clock.now()) == Duration::zero());
}

}  // namespace catena::kubernetes::api
