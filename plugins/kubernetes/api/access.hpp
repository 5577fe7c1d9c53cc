// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/base/log.hpp"
#include "core/config/environment.hpp"
#include "core/net/tls_material.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace catena::kubernetes::api {

/// PEM data, or the file that holds it; data wins.
struct PemSetting {
  std::string file;
  std::string data;
  std::string name;  ///< Of the setting, for errors about data.
  bool given() const { return !file.empty() || !data.empty(); }
  bool operator==(const PemSetting&) const = default;
};

/// A command that prints credentials (client.authentication.k8s.io/v1 and v1beta1).
struct ExecSettings {
  std::string api_version;
  std::string command;
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string install_hint;
  bool provide_cluster_info = false;
  bool operator==(const ExecSettings&) const = default;
};

/// Who we are. At most one kind is set, but for `token`, which stands in until the file is read.
struct AuthSettings {
  std::string token;
  std::string token_file;
  std::string username;
  std::string password;
  std::optional<ExecSettings> exec;
  bool operator==(const AuthSettings&) const = default;
};

/// How the connection is secured.
struct TlsSettings {
  PemSetting authorities;
  PemSetting certificate;
  PemSetting key;
  std::string server_name;
  net::Verification verification = net::Verification::required;
  bool operator==(const TlsSettings&) const = default;
};

enum class Scheme { http, https };

/// An API server and how to sign in there.
struct ApiServer {
  Scheme scheme = Scheme::https;
  std::string host;
  std::uint16_t port = 443;
  std::string path;  ///< In front of every request's, without a slash at its end.
  TlsSettings tls;
  AuthSettings auth;

  /// "host:port", IPv6 in brackets.
  std::string authority() const;
  /// As a URL.
  std::string url() const;
  bool operator==(const ApiServer&) const = default;
};

/// What a pod knows of its own cluster. A missing ca.crt is logged; the system's are used then.
Result<ApiServer> in_cluster(
    const config::Variables& environment,
    const Log& log,
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

/// Option `endpoint` with option `tls`. Without a scheme: http, or https where TLS files are given.
Result<ApiServer> from_endpoint(std::string_view url, TlsSettings tls);

/// Scheme, host, port and path of a URL, into `server`.
Result<void> set_url(ApiServer& server, std::string_view url, Scheme without_scheme);

}  // namespace catena::kubernetes::api
