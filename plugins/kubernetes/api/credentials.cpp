// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/credentials.hpp"

#include "core/base/encodings.hpp"
#include "core/base/one_line.hpp"
#include "core/base/small_file.hpp"
#include "core/http/client.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace catena::kubernetes::api {

namespace asio = boost::asio;

namespace {

constexpr Duration kTokenAge = std::chrono::seconds(60);
constexpr Duration kTlsAge = std::chrono::minutes(5);
constexpr Duration kCommandLimit = std::chrono::seconds(60);

std::string trimmed(std::string text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t end = text.find_last_not_of(kSpace);
  text.resize(end == std::string::npos ? 0 : end + 1);
  text.erase(0, text.find_first_not_of(kSpace));
  return text;
}

Result<std::optional<net::Pem>> read_pem(const PemSetting& setting) {
  std::optional<net::Pem> pem;
  if (!setting.data.empty()) {
    pem = net::Pem{setting.data, setting.name};
  } else if (!setting.file.empty()) {
    auto read = net::read_pem_file(setting.file);
    if (!read) return read.error();
    pem = std::move(*read);
  }
  return pem;
}

std::string all_text(const net::TlsMaterial& material) {
  std::string text;
  for (const auto* pem : {&material.authorities, &material.certificate, &material.key}) {
    if (*pem) text += (*pem)->text;
    text += '\0';
  }
  return text;
}

}  // namespace

Credentials::Credentials(ApiServer server,
                         Log log,
                         const Clock& clock,
                         asio::any_io_executor executor)
    : server_(std::move(server)),
      log_(std::move(log)),
      clock_(clock),
      command_(executor, kCommandLimit),
      exec_done_(executor, TimePoint::max()),
      token_(server_.auth.token) {}

Result<std::unique_ptr<Credentials>> Credentials::make(ApiServer server,
                                                       Log log,
                                                       const Clock& clock,
                                                       asio::any_io_executor executor) {
  std::unique_ptr<Credentials> credentials(
      new Credentials(std::move(server), std::move(log), clock, std::move(executor)));
  if (credentials->server_.scheme == Scheme::http) return credentials;
  const AuthSettings& auth = credentials->server_.auth;
  if (!auth.token_file.empty()) {
    const auto token = credentials->read_token();
    if (!token && auth.token.empty()) return token.error();
  }
  if (const auto tls = credentials->read_tls(); !tls) return tls.error();
  return credentials;
}

asio::awaitable<Result<Pass>> Credentials::pass() {
  if (server_.scheme == Scheme::http) co_return Pass{};
  if (server_.auth.exec) {
    const auto fresh = co_await refresh_exec();
    if (!fresh) co_return fresh.error();
  }
  refresh_files();
  co_return Pass{authorization(), tls_};
}

void Credentials::refused() {
  token_read_ = {};
  tls_read_ = {};
  exec_refused_ = true;
}

void Credentials::become(Credentials&& fresh) {
  ++generation_;
  const TlsSettings& other = fresh.server_.tls;
  const bool secured_alike = tls_text_ == fresh.tls_text_ &&
                             server_.tls.verification == other.verification &&
                             server_.tls.server_name == other.server_name;
  server_ = std::move(fresh.server_);
  token_ = std::move(fresh.token_);
  token_read_ = fresh.token_read_;
  if (!secured_alike || !tls_) tls_ = std::move(fresh.tls_);
  tls_text_ = std::move(fresh.tls_text_);
  tls_read_ = fresh.tls_read_;
  exec_.reset();
  exec_refused_ = false;
  command_.stop();
}

void Credentials::stop() { command_.stop(); }

std::string Credentials::authorization() const {
  const AuthSettings& auth = server_.auth;
  if (exec_ && !exec_->token.empty()) return "Bearer " + exec_->token;
  if (!token_.empty()) return "Bearer " + token_;
  if (auth.username.empty()) return {};
  return "Basic " + to_base64(auth.username + ":" + auth.password);
}

Result<void> Credentials::read_token() {
  token_read_ = clock_.now();
  const auto text = read_small_file(server_.auth.token_file);
  if (!text) return text.error();
  std::string token = trimmed(*text);
  if (token.empty())
    return Error{fmt::format("read empty token from file \"{}\"", server_.auth.token_file)};
  if (token.find_first_of("\r\n") != std::string::npos) {
    return Error{fmt::format("{}: not a token", server_.auth.token_file)};
  }
  token_ = std::move(token);
  return {};
}

Result<net::TlsMaterial> Credentials::read_material() const {
  net::TlsMaterial material;
  material.verification = server_.tls.verification;
  material.alpn = {std::string(http::kProtocol)};
  auto authorities = read_pem(server_.tls.authorities);
  if (!authorities) return authorities.error();
  material.authorities = std::move(*authorities);
  if (exec_ && !exec_->certificate.empty()) {
    material.certificate = net::Pem{exec_->certificate, "the exec plugin's certificate"};
    material.key = net::Pem{exec_->key, "the exec plugin's key"};
    return material;
  }
  auto certificate = read_pem(server_.tls.certificate);
  if (!certificate) return certificate.error();
  material.certificate = std::move(*certificate);
  auto key = read_pem(server_.tls.key);
  if (!key) return key.error();
  material.key = std::move(*key);
  return material;
}

Result<void> Credentials::read_tls() {
  tls_read_ = clock_.now();
  const auto material = read_material();
  if (!material) return material.error();
  std::string text = all_text(*material);
  if (tls_ && text == tls_text_) return {};
  auto context = net::TlsContext::client(*material);
  if (!context) return context.error();
  tls_ = std::move(*context);
  tls_text_ = std::move(text);
  return {};
}

void Credentials::refresh_files() {
  if (!server_.auth.token_file.empty() && clock_.now() - token_read_ >= kTokenAge) {
    const auto token = read_token();
    if (!token) log_.error("the token stays as it was: {}", one_line(token.error().text));
  }
  if (clock_.now() - tls_read_ >= kTlsAge) {
    const auto tls = read_tls();
    if (!tls) log_.error("the certificates stay as they were: {}", one_line(tls.error().text));
  }
}

bool Credentials::exec_due() const {
  if (!exec_ || exec_refused_) return true;
  return exec_->expires && *exec_->expires <= clock_.wall();
}

asio::awaitable<Result<void>> Credentials::refresh_exec() {
  if (exec_running_) {
    boost::system::error_code error;
    co_await exec_done_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (!exec_) co_return Error{exec_error_};
    co_return Result<void>{};
  }
  if (!exec_due()) co_return Result<void>{};
  exec_running_ = true;
  const auto result = co_await run_exec();
  exec_running_ = false;
  exec_error_ = result ? std::string() : result.error().text;
  exec_done_.cancel();
  co_return result;
}

asio::awaitable<Result<void>> Credentials::run_exec() {
  const ExecSettings settings = *server_.auth.exec;
  const std::uint64_t generation = generation_;
  const auto authorities = read_pem(server_.tls.authorities);
  const bool known = authorities && *authorities;
  auto environment = settings.environment;
  environment.emplace_back("KUBERNETES_EXEC_INFO",
                           exec_info(server_, known ? (*authorities)->text : ""));
  auto output = co_await command_.run(settings.command, settings.arguments, environment);
  if (generation != generation_) co_return Error{"the credentials have changed meanwhile"};
  if (!output) {
    const bool hint = !settings.install_hint.empty();
    co_return Error{output.error().text + (hint ? "; " + settings.install_hint : "")};
  }
  auto credential = parse_exec_credential(output->text, settings.api_version);
  if (!credential) co_return credential.error();
  exec_ = std::move(*credential);
  exec_refused_ = false;
  co_return read_tls();
}

}  // namespace catena::kubernetes::api
