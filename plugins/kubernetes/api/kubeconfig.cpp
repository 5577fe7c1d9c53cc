// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/kubeconfig.hpp"

#include "core/base/encodings.hpp"
#include "core/base/small_file.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>

namespace catena::kubernetes::api {

namespace {

/// Thrown within this file only: reading a kubeconfig happens at setup.
struct Refused {
  std::string text;
};

std::string text_at(const YAML::Node& node, const char* key) {
  const YAML::Node value = node[key];
  if (!value || value.IsNull()) return {};
  if (!value.IsScalar()) throw Refused{fmt::format("{}: text expected", key)};
  return value.Scalar();
}

bool flag_at(const YAML::Node& node, const char* key) {
  const YAML::Node value = node[key];
  return value && !value.IsNull() && value.as<bool>();
}

void refuse(const YAML::Node& node,
            std::string_view kind,
            std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const YAML::Node value = node[key];
    if (!value || value.IsNull() || (value.IsScalar() && value.Scalar().empty())) continue;
    throw Refused{fmt::format("{}: \"{}\" is not supported", kind, key)};
  }
}

/// The entry of a named list: clusters, users, contexts.
YAML::Node entry(const YAML::Node& root,
                 const char* list,
                 const char* inner,
                 const std::string& name,
                 std::string_view what) {
  for (const YAML::Node& candidate : root[list]) {
    if (text_at(candidate, "name") != name) continue;
    const YAML::Node found = candidate[inner];
    return found && found.IsMap() ? found : YAML::Node(YAML::NodeType::Map);
  }
  throw Refused{fmt::format("{} \"{}\" does not exist", what, name)};
}

class Kubeconfig {
 public:
  Kubeconfig(const YAML::Node& root, std::filesystem::path folder)
      : root_(root), folder_(std::move(folder)) {}

  ApiServer read(std::string_view context_name) const {
    const std::string current =
        context_name.empty() ? text_at(root_, "current-context") : std::string(context_name);
    if (current.empty()) throw Refused{std::string(kEmptyKubeconfig)};
    const YAML::Node context = entry(root_, "contexts", "context", current, "context");
    const std::string cluster = text_at(context, "cluster");
    const std::string user = text_at(context, "user");
    ApiServer server;
    read_cluster(entry(root_, "clusters", "cluster", cluster, "cluster"), server);
    if (!user.empty()) read_user(entry(root_, "users", "user", user, "auth info"), user, server);
    if (server.scheme == Scheme::http) server.auth = {};
    return server;
  }

 private:
  std::string path_at(const YAML::Node& node, const char* key) const {
    const std::string path = text_at(node, key);
    return path.empty() ? path : (folder_ / path).string();
  }

  PemSetting pem_at(const YAML::Node& node, const char* key) const {
    PemSetting pem;
    pem.name = fmt::format("{}-data", key);
    pem.file = path_at(node, key);
    std::string text = text_at(node, pem.name.c_str());
    std::erase_if(text, [](char c) {
      return std::string_view(" \n\r\t").find(c) != std::string_view::npos;
    });  // YAML may fold it over several lines.
    const auto data = from_base64(text);
    if (!data) throw Refused{fmt::format("{}: not base64", pem.name)};
    pem.data = *data;
    return pem;
  }

  void read_cluster(const YAML::Node& node, ApiServer& server) const {
    refuse(node, "cluster", {"proxy-url"});
    const std::string address = text_at(node, "server");
    if (address.empty()) throw Refused{std::string(kEmptyKubeconfig)};
    server.tls.authorities = pem_at(node, "certificate-authority");
    server.tls.server_name = text_at(node, "tls-server-name");
    const bool insecure = flag_at(node, "insecure-skip-tls-verify");
    const bool secured = insecure || server.tls.authorities.given();
    const auto set = set_url(server, address, secured ? Scheme::https : Scheme::http);
    if (!set) throw Refused{set.error().text};
    if (!insecure) return;
    if (server.tls.authorities.given()) {
      throw Refused{"specifying a root certificates file with the insecure flag is not allowed"};
    }
    server.tls.verification = net::Verification::none;
  }

  void read_user(const YAML::Node& node, const std::string& name, ApiServer& server) const {
    refuse(node, "user", {"as", "as-uid", "as-groups", "as-user-extra", "auth-provider"});
    AuthSettings& auth = server.auth;
    auth.token = text_at(node, "token");
    auth.token_file = path_at(node, "tokenFile");
    auth.username = text_at(node, "username");
    auth.password = text_at(node, "password");
    server.tls.certificate = pem_at(node, "client-certificate");
    server.tls.key = pem_at(node, "client-key");
    const bool token = !auth.token.empty() || !auth.token_file.empty();
    if (token && !auth.username.empty()) {
      throw Refused{
          fmt::format("more than one authentication method found for {}; found [token "
                      "basicAuth], only one is allowed",
                      name)};
    }
    if (const YAML::Node exec = node["exec"]; exec && exec.IsMap()) auth.exec = read_exec(exec);
  }

  ExecSettings read_exec(const YAML::Node& node) const {
    ExecSettings exec;
    exec.api_version = text_at(node, "apiVersion");
    const bool v1 = exec.api_version == "client.authentication.k8s.io/v1";
    if (!v1 && exec.api_version != "client.authentication.k8s.io/v1beta1") {
      throw Refused{fmt::format("exec plugin: invalid apiVersion \"{}\"", exec.api_version)};
    }
    exec.command = text_at(node, "command");
    if (exec.command.empty()) throw Refused{"exec plugin: command must be specified"};
    if (exec.command.find('/') != std::string::npos) {
      exec.command = (folder_ / exec.command).string();
    }
    const std::string mode = text_at(node, "interactiveMode");
    if (mode.empty() && v1) throw Refused{"exec plugin: interactiveMode must be specified"};
    if (mode == "Always") throw Refused{"exec plugin: interactiveMode \"Always\" needs a terminal"};
    exec.install_hint = text_at(node, "installHint");
    exec.provide_cluster_info = flag_at(node, "provideClusterInfo");
    for (const YAML::Node& argument : node["args"]) exec.arguments.push_back(argument.Scalar());
    for (const YAML::Node& variable : node["env"]) {
      exec.environment.emplace_back(text_at(variable, "name"), text_at(variable, "value"));
    }
    return exec;
  }

  YAML::Node root_;
  std::filesystem::path folder_;
};

}  // namespace

Result<ApiServer> from_kubeconfig(const std::string& file, std::string_view context) {
  const auto text = read_small_file(file);
  if (!text) return text.error();
  try {
    const YAML::Node root = YAML::Load(*text);
    if (!root || root.IsNull()) return Error{std::string(kEmptyKubeconfig)};
    if (!root.IsMap()) return Error{fmt::format("{}: not a kubeconfig", file)};
    return Kubeconfig(root, std::filesystem::absolute(file).parent_path()).read(context);
  } catch (const Refused& refused) {
    return Error{refused.text};
  } catch (const YAML::Exception& exception) {
    return Error{fmt::format("{}: {}", file, exception.what())};
  }
}

}  // namespace catena::kubernetes::api
