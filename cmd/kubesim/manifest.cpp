// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/manifest.hpp"

#include "core/base/encodings.hpp"
#include "core/base/system_text.hpp"

#include "cmd/kubesim/api/cluster.hpp"
#include "cmd/kubesim/model/yaml.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace catena::kubesim {
namespace {

void ensure_namespace(Cluster& cluster, std::string_view name) {
  const Resource& spaces = resource_named("namespaces");
  if (cluster.store.get(spaces, "", name)) return;
  Json space = object({{"metadata", object({{"name", name}})}});
  static_cast<void>(admit_and_create(cluster, spaces, std::move(space)));
}

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw std::runtime_error(fmt::format("cannot {} {}: {}", what, path, system_text(errno)));
}

}  // namespace

std::vector<Json> read_manifest(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) fail("read", file);
  std::ostringstream text;
  text << stream.rdbuf();
  auto documents = parse_yaml_documents(text.str());
  if (!documents) {
    throw std::runtime_error(fmt::format("{}: {}", file, documents.error().message));
  }
  std::vector<Json> result;
  for (Json& document : *documents) {
    if (document["kind"].text() != "List") {
      result.push_back(std::move(document));
      continue;
    }
    for (const Json& item : document["items"].items()) result.push_back(item);
  }
  return result;
}

void create_from_manifest(Cluster& cluster, Json json) {
  const std::string kind(json["kind"].text());
  const Resource* resource = find_kind(json["apiVersion"].text(), kind);
  if (resource == nullptr) {
    throw std::runtime_error(
        fmt::format("no kind {} in {}", kind, std::string(json["apiVersion"].text())));
  }
  Json& metadata = json.member("metadata");
  if (resource->scope == Scope::Namespaced) {
    if (metadata["namespace"].text().empty()) metadata.set("namespace", "default");
    ensure_namespace(cluster, metadata["namespace"].text());
  }
  const std::string name(metadata["name"].text());
  const auto stored = admit_and_create(cluster, *resource, std::move(json));
  if (!stored && stored.error().reason != "AlreadyExists") {
    throw std::runtime_error(fmt::format("{} {}: {}", kind, name, stored.error().message));
  }
}

void write_file(const std::string& path, const std::string& text) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) fail("write", temporary);
  const ssize_t written = ::write(descriptor, text.data(), text.size());
  ::close(descriptor);
  if (written != static_cast<ssize_t>(text.size())) fail("write", temporary);
  if (std::rename(temporary.c_str(), path.c_str()) != 0) fail("write", path);
}

std::string kubeconfig_text(const std::string& server,
                            const std::string& ca_certificate,
                            const std::string& token,
                            const std::string& token_file) {
  std::string cluster = fmt::format("    server: {}\n", server);
  if (!ca_certificate.empty()) {
    cluster += fmt::format("    certificate-authority-data: {}\n", to_base64(ca_certificate));
  }
  const std::string user =
      token_file.empty()
          ? fmt::format("    token: {}\n", token)
          : fmt::format("    tokenFile: {}\n", std::filesystem::absolute(token_file).string());
  return fmt::format(
      "apiVersion: v1\nkind: Config\ncurrent-context: kubesim\n"
      "clusters:\n- name: kubesim\n  cluster:\n{}"
      "users:\n- name: admin\n  user:\n{}"
      "contexts:\n- name: kubesim\n  context:\n    cluster: kubesim\n    user: admin\n"
      "    namespace: default\n",
      cluster, user);
}

}  // namespace catena::kubesim
