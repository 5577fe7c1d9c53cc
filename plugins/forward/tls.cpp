// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/tls.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::forward {
namespace {

bool secured(const Target& target) { return target.scheme == Scheme::tls; }

/// The files of a `tls` line: CA; CERT and KEY; or all three.
struct Files {
  std::optional<std::string> certificate;
  std::optional<std::string> key;
  std::optional<std::string> authorities;
};

Files take_files(config::Property& line) {
  Files files;
  if (line.count() >= 2) {
    files.certificate = line.take()->text;
    files.key = line.take()->text;
  }
  if (!line.empty()) files.authorities = line.take()->text;
  return files;
}

// False, and a complaint, where there is no such file.
bool read(config::Arguments& line,
          const std::optional<std::string>& path,
          std::string_view complaint,
          std::optional<net::Pem>& pem) {
  if (!path) return true;
  auto text = net::read_pem_file(*path);
  if (!text) {
    line.error(fmt::format("{}: {}", complaint, text.error().text));
    return false;
  }
  pem = std::move(*text);
  return true;
}

void set_up(config::Arguments& line, const net::TlsMaterial& material, Settings& settings) {
  auto context = net::TlsContext::client(material);
  if (context) {
    settings.upstream.tls = std::move(*context);
    return;
  }
  const std::string& why = context.error().text;
  const bool trust = material.authorities && why.starts_with(material.authorities->origin + ":");
  line.error(fmt::format("could not {}: {}", trust ? "read root certs" : "load TLS cert", why));
}

void read_files(config::Property& line, Settings& settings) {
  const Files files = take_files(line);
  if (line.elsewhere()) {
    for (const auto& path : {files.certificate, files.key, files.authorities}) {
      if (path) line.need(*path);
    }
    return;
  }
  net::TlsMaterial material;
  const bool there =
      read(line, files.certificate, "could not load TLS cert", material.certificate) &&
      read(line, files.key, "could not load TLS cert", material.key) &&
      read(line, files.authorities, "error reading CA", material.authorities);
  if (there) set_up(line, material, settings);
}

std::string text_of(const Target& target) {
  if (target.host.empty()) return client::to_text(target.endpoint);
  return fmt::format("{}:{}", target.host, target.port);
}

void check_names(config::Directive& line, const Settings& settings) {
  if (settings.tls_servername.empty()) return;
  for (const Target& target : settings.targets) {
    if (!secured(target) || target.server_name.empty()) continue;
    line.error(
        fmt::format("both forward ('{}') and proxy level ('{}') TLS servernames are set for "
                    "upstream proxy 'tls://{}'",
                    settings.tls_servername, target.server_name, text_of(target)));
  }
}

}  // namespace

void read_tls(config::Directive& line, Settings& settings) {
  const bool wanted = std::any_of(settings.targets.begin(), settings.targets.end(), secured);
  bool given = false;
  for (config::Property& one : line.each("tls")) {
    given = true;
    if (one.expect_count(0, 3)) read_files(one, settings);
  }
  line.property("tls_servername", settings.tls_servername);
  check_names(line, settings);
  if (wanted && !given && !line.elsewhere()) set_up(line, {}, settings);
  const bool idle = given || !settings.tls_servername.empty();
  if (idle && !wanted && !settings.targets.empty()) {
    line.warn("tls and tls_servername do nothing: no upstream has tls:// in front");
  }
}

}  // namespace catena::forward
