// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/program.hpp"

#include "core/base/host_port.hpp"

#include "cmd/kubesim/manifest.hpp"
#include "cmd/kubesim/server/authority.hpp"
#include "cmd/kubesim/server/server.hpp"
#include "cmd/kubesim/simulator.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <stdexcept>

namespace catena::kubesim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

tcp::endpoint parse_endpoint(const std::string& text) {
  const auto read = parse_host_port(text);
  const auto address = read ? parse_address(read->host) : std::nullopt;
  if (!address) throw std::runtime_error(fmt::format("--listen {}: ADDRESS:PORT is needed", text));
  return {*address, read->port};
}

std::string url_of(const tcp::endpoint& endpoint, Transport transport) {
  const std::string at = join_host_port(endpoint.address().to_string(), endpoint.port());
  const char* scheme = transport == Transport::Tls ? "https" : "http";
  return fmt::format("{}://{}", scheme, at);
}

/// Everything of a running server, in the order in which it must end.
class Program {
 public:
  explicit Program(const Options& options);
  void run();

 private:
  void connect_queue();
  void work();
  void write_files();
  void renew_token();
  std::string issue_token();

  Options options_;
  asio::io_context context_{1};
  Simulator simulator_;
  std::optional<Authority> authority_;
  SystemClock clock_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::optional<Server> server_;
  asio::steady_timer token_timer_{context_};
};

/// The user whom the tokens that this program writes stand for.
constexpr const char* kAdministrator = "kubernetes-admin";
/// Work done before connections get their turn again.
constexpr int kBatch = 256;

Program::Program(const Options& options)
    : options_(options), simulator_(options, [] { return std::chrono::system_clock::now(); }) {
  const tcp::endpoint endpoint = parse_endpoint(options.listen);
  if (options.transport == Transport::Tls) {
    authority_.emplace();
    std::vector<std::string> names = {"localhost", "127.0.0.1", "::1", "kubernetes.default.svc"};
    if (!endpoint.address().is_unspecified()) names.push_back(endpoint.address().to_string());
    tls_ = make_tls(*authority_, authority_->issue_server(names), clock_);
  }
  Server::Settings settings;
  settings.endpoint = endpoint;
  settings.bookmark_interval = std::chrono::seconds(options.bookmark_interval);
  server_.emplace(context_, simulator_.cluster(), tls_, settings);
  simulator_.populate(
      endpoint.address().is_unspecified() ? "127.0.0.1" : endpoint.address().to_string(),
      server_->endpoint().port());
  simulator_.load(options.manifests);
  simulator_.queue().run_all();
  connect_queue();
}

void Program::connect_queue() {
  WorkQueue& queue = simulator_.queue();
  queue.on_work([this] { asio::post(context_, [this] { work(); }); });
  queue.on_later([this](std::chrono::milliseconds delay, std::function<void()> action) {
    const auto timer = std::make_shared<asio::steady_timer>(context_, delay);
    timer->async_wait([timer, action = std::move(action)](const boost::system::error_code& error) {
      if (!error) action();
    });
  });
}

void Program::work() {
  WorkQueue& queue = simulator_.queue();
  for (int i = 0; i < kBatch && queue.run_one(); ++i) {
  }
  if (!queue.empty()) asio::post(context_, [this] { work(); });
}

std::string Program::issue_token() {
  Tokens& tokens = simulator_.cluster().tokens;
  const auto now = std::chrono::system_clock::now();
  tokens.forget_expired(now);
  if (options_.token_ttl == 0) return tokens.issue(kAdministrator, std::nullopt);
  return tokens.issue(kAdministrator, now + std::chrono::seconds(options_.token_ttl));
}

/// A token file is renewed when half of its token's time is over.
void Program::renew_token() {
  write_file(options_.token_file, issue_token() + "\n");
  if (options_.token_ttl == 0) return;
  token_timer_.expires_after(std::chrono::milliseconds(options_.token_ttl * 500));
  token_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) renew_token();
  });
}

void Program::write_files() {
  const std::string ca = authority_ ? authority_->certificate() : std::string();
  if (!options_.token_file.empty()) renew_token();
  if (!options_.pki_directory.empty() && authority_) {
    const Credentials client = authority_->issue_client(kAdministrator, "system:masters");
    write_file(options_.pki_directory + "/ca.crt", ca);
    write_file(options_.pki_directory + "/client.crt", client.certificate);
    write_file(options_.pki_directory + "/client.key", client.key);
  }
  if (options_.kubeconfig.empty()) return;
  const std::string token = options_.token_file.empty()
                                ? simulator_.cluster().tokens.issue(kAdministrator, std::nullopt)
                                : std::string();
  write_file(options_.kubeconfig, kubeconfig_text(url_of(server_->endpoint(), options_.transport),
                                                  ca, token, options_.token_file));
}

void Program::run() {
  write_files();
  server_->start();
  asio::signal_set signals(context_, SIGINT, SIGTERM);
  signals.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) context_.stop();
  });
  fmt::print("kubesim: listening on {}\n", url_of(server_->endpoint(), options_.transport));
  std::fflush(stdout);
  context_.run();
}

}  // namespace

void run_program(const Options& options) { Program(options).run(); }

}  // namespace catena::kubesim
