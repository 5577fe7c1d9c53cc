// SPDX-License-Identifier: Apache-2.0
// The plugin that plugins/README.md teaches to write, word by word.
#include "core/plugin/setup.hpp"

#include <string>

namespace catena::hello {

struct Config {
  Zones zones;
  std::string greeting = "hello";
  std::uint32_t ttl = 60;
};

/// Answers TXT questions with a greeting.
class Hello final : public Plugin {
 public:
  explicit Hello(Config config) : config_(std::move(config)) {}

  Reply serve(Query& query, Next next) const override {
    if (query.type() != dns::Type::TXT || !config_.zones.contains(query.name())) return next(query);
    query.respond().add(dns::Section::answer,
                        {query.name(), dns::Type::TXT, query.qclass(), config_.ttl, text(query)});
    return Outcome::respond;
  }

 private:
  // A TXT record's data is a length byte and that many bytes (RFC 1035 section 3.3.14).
  std::span<const std::uint8_t> text(Query& query) const {
    const std::span<std::uint8_t> data =
        query.arena().array<std::uint8_t>(1 + config_.greeting.size());
    if (data.empty()) return {};
    data[0] = static_cast<std::uint8_t>(config_.greeting.size());
    std::copy(config_.greeting.begin(), config_.greeting.end(), data.begin() + 1);
    return data;
  }

  Config config_;
};

// hello [ZONES...] { greeting TEXT; ttl SECONDS }
void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  Config config;
  config.zones = setup.zones(directive);
  directive.property("greeting", config.greeting);
  directive.property("ttl", config.ttl, config::between(0, 86400));
  if (config.greeting.size() > 255) directive.error("a greeting has at most 255 bytes");
  directive.done();
  setup.add(std::make_unique<Hello>(std::move(config)));
}

}  // namespace catena::hello
