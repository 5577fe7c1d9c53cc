// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/plugin/server_tls.hpp"

#include "plugins/tls/certificates.hpp"

#include <array>

namespace catena::tls {
namespace {

struct ClientAuthName {
  std::string_view name;
  net::ClientAuth auth;
};

constexpr std::array kClientAuthNames{
    ClientAuthName{"nocert", net::ClientAuth::none},
    ClientAuthName{"request", net::ClientAuth::request},
    ClientAuthName{"require", net::ClientAuth::require},
    ClientAuthName{"verify_if_given", net::ClientAuth::verify_if_given},
    ClientAuthName{"require_and_verify", net::ClientAuth::require_and_verify},
};

/// What a block has of its certificates.
class Tls final : public Companion, public Startable, public TakesOver {
 public:
  explicit Tls(std::shared_ptr<Certificates> certificates)
      : certificates_(std::move(certificates)) {}

  void start() override { certificates_->watch(); }
  void stop() override {}

  // A reload of the Corefile need not wait until the files are looked at.
  void take_over() noexcept override { certificates_->look(); }

 private:
  std::shared_ptr<Certificates> certificates_;
};

void read_client_auth(config::Directive& directive, Files& files) {
  for (config::Property& line : directive.each("client_auth")) {
    std::string name;
    if (!line.required(name)) continue;
    const auto known = std::ranges::find(kClientAuthNames, name, &ClientAuthName::name);
    if (known == kClientAuthNames.end()) {
      line.error(fmt::format("unknown authentication type '{}'", name));
    } else {
      files.client_auth = known->auth;
    }
  }
}

void read_keylog(config::Directive& directive, Files& files) {
  for (config::Property& line : directive.each("keylog")) {
    std::string file;
    if (!line.required(file)) continue;
    if (KeyLog::kInThisBuild) {
      line.warn(fmt::format("Writing TLS Key Log to \"{}\"", file));
      files.key_log = file;
    } else {
      line.warn("'keylog' writes nothing: only debug builds tell the secrets of connections");
    }
  }
}

// A server that gets its certificates by itself.
void refuse_acme(config::Directive& directive) {
  for (const char* option : {"acme", "email", "ca", "storage", "ca_root", "resolver"}) {
    directive.not_in_this_build(option);
  }
}

Files read_files(config::Directive& directive) {
  Files files;
  refuse_acme(directive);
  if (directive.empty() && !directive.any_failed()) {
    directive.error("a certificate and its key are expected: tls CERT KEY [CA]");
  } else if (!directive.empty()) {
    directive.expect_count(2, 3);
  }
  directive.optional(files.certificate);
  directive.optional(files.key);
  if (!directive.empty()) directive.optional(files.authorities.emplace());
  read_client_auth(directive, files);
  read_keylog(directive, files);
  return files;
}

// Nobody has asked the files, but that there are some is known.
void need(Setup& setup, config::Directive& directive, const Files& files) {
  setup.listener().set<ServerTls>().policy.client_auth = files.client_auth;
  directive.need(files.certificate);
  directive.need(files.key);
  if (files.authorities) directive.need(*files.authorities);
}

void set_up(Setup& setup, config::Directive& directive, const Files& files) {
  // What is kept is changed only when this configuration takes over.
  auto fresh = Certificates::load(files, setup.process());
  if (!fresh) return directive.error("could not load TLS cert: " + fresh.error().text);
  const net::TlsPolicy policy = (*fresh)->context()->policy();
  auto kept = setup.process().keeper.keep<Certificates>(files, [&] { return *fresh; });
  setup.listener().set<ServerTls>() = {kept->context(), policy};
  setup.add(std::make_unique<Tls>(std::move(kept)));
}

}  // namespace

// tls CERT KEY [CA] { client_auth KIND }
void setup(Setup& setup) {
  config::Directive& directive = setup.directives().front();
  for (config::Directive& other : setup.directives().subspan(1)) {
    other.error("TLS already configured for this server instance");
  }
  const Files files = read_files(directive);
  if (!directive.done()) return;
  if (directive.elsewhere()) return need(setup, directive, files);
  set_up(setup, directive, files);
}

}  // namespace catena::tls
