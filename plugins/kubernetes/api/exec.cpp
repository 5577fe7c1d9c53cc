// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/exec.hpp"

#include "core/base/encodings.hpp"
#include "core/base/json_object.hpp"

#include "plugins/kubernetes/api/timestamp.hpp"
#include "plugins/kubernetes/objects/json_reader.hpp"

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

namespace {

std::string braces(const JsonBuffer& members) {
  return fmt::format("{{{}}}", std::string_view(members.data(), members.size()));
}

std::string cluster_info(const ApiServer& server, std::string_view authorities) {
  JsonBuffer members;
  JsonObject cluster(members);
  cluster.text("server", server.url());
  if (!server.tls.server_name.empty()) cluster.text("tls-server-name", server.tls.server_name);
  if (server.tls.verification == net::Verification::none) {
    cluster.boolean("insecure-skip-tls-verify", true);
  }
  if (!authorities.empty()) {
    cluster.text("certificate-authority-data", to_base64(authorities));
  }
  return braces(members);
}

}  // namespace

std::string exec_info(const ApiServer& server, std::string_view authorities) {
  const ExecSettings& exec = *server.auth.exec;
  JsonBuffer spec_members;
  JsonObject spec(spec_members);
  spec.boolean("interactive", false);
  if (exec.provide_cluster_info) spec.literal("cluster", cluster_info(server, authorities));
  JsonBuffer members;
  JsonObject info(members);
  info.text("kind", "ExecCredential");
  info.text("apiVersion", exec.api_version);
  info.literal("spec", braces(spec_members));
  return braces(members);
}

}  // namespace catena::kubernetes::api
