// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/http/listen_address.hpp"

#include "plugins/health/health.hpp"

namespace catena::health {
namespace {

void read_lameduck(config::Property& line, Duration& lameduck) {
  const config::Word* word = line.expect_count(1) ? line.take() : nullptr;
  if (word == nullptr) return;
  const config::DurationOrError read = config::parse_duration(word->text);
  if (const auto* reason = std::get_if<std::string>(&read)) {
    return line.error(
        fmt::format("unable to parse lameduck duration value: '{}' : {}", word->text, *reason));
  }
  lameduck = std::get<Duration>(read);
}

}  // namespace

// Of several lines the last one counts, for each setting by itself.
void setup(Setup& setup) {
  Config config;
  for (config::Directive& directive : setup.directives()) {
    directive.optional(http::listen_address(config.address));
    directive.expect_count(0);
    for (config::Property& line : directive.each("lameduck")) read_lameduck(line, config.lameduck);
    directive.done();
  }
  auto server = http::PageServer::shared(setup.process().keeper, config.address, setup.metrics());
  setup.add(std::make_unique<Health>(config, std::move(server), setup.metrics(), setup.log()));
}

}  // namespace catena::health
