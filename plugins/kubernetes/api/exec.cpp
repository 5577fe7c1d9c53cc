// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/exec.hpp"

#include "plugins/kubernetes/api/base64.hpp"
#include "plugins/kubernetes/api/json_reader.hpp"
#include "plugins/kubernetes/api/timestamp.hpp"

#include <fmt/format.h>

namespace catena::kubernetes::api {

namespace {

class CredentialDecoder final : public JsonVisitor {
 public:
  std::string kind;
  std::string api_version;
  std::string expires;
  ExecCredential credential;

  bool value(const JsonPath& path, JsonKind kind_of_value, std::string_view text) override {
    if (kind_of_value != JsonKind::string) return true;
    if (path.is({"kind"})) kind = text;
    if (path.is({"apiVersion"})) api_version = text;
    if (path.is({"status", "token"})) credential.token = text;
    if (path.is({"status", "clientCertificateData"})) credential.certificate = text;
    if (path.is({"status", "clientKeyData"})) credential.key = text;
    if (path.is({"status", "expirationTimestamp"})) expires = text;
    return true;
  }
};

}  // namespace

Result<ExecCredential> parse_exec_credential(std::string_view json, std::string_view api_version) {
  CredentialDecoder decoder;
  const auto read = read_json(json, decoder);
  if (!read) return Error{fmt::format("exec plugin: decoding stdout: {}", read.error().text)};
  if (decoder.kind != "ExecCredential" || decoder.api_version != api_version) {
    return Error{
        fmt::format("exec plugin is configured to use API version {}, plugin returned {} {}",
                    api_version, decoder.api_version, decoder.kind)};
  }
  ExecCredential& credential = decoder.credential;
  if (credential.token.empty() && credential.certificate.empty() && credential.key.empty()) {
    return Error{"exec plugin didn't return a token or cert/key pair"};
  }
  if (credential.certificate.empty() != credential.key.empty()) {
    return Error{"exec plugin returned only certificate or key, not both"};
  }
  if (!decoder.expires.empty()) {
    credential.expires = parse_timestamp(decoder.expires);
    if (!credential.expires) return Error{"exec plugin: the expirationTimestamp is not a time"};
  }
  return std::move(credential);
}

std::string exec_info(const ApiServer& server, std::string_view authorities) {
  const ExecSettings& exec = *server.auth.exec;
  std::string cluster;
  if (exec.provide_cluster_info) {
    cluster = fmt::format(R"(,"cluster":{{"server":{})", json_quoted(server.url()));
    if (!server.tls.server_name.empty()) {
      cluster += fmt::format(R"(,"tls-server-name":{})", json_quoted(server.tls.server_name));
    }
    if (server.tls.verification == net::Verification::none) {
      cluster += R"(,"insecure-skip-tls-verify":true)";
    }
    if (!authorities.empty()) {
      cluster += fmt::format(R"(,"certificate-authority-data":"{}")", base64_encode(authorities));
    }
    cluster += "}";
  }
  return fmt::format(
      R"({{"kind":"ExecCredential","apiVersion":{},"spec":{{"interactive":false{}}}}})",
      json_quoted(exec.api_version), cluster);
}

}  // namespace catena::kubernetes::api
