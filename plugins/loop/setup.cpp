// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/loop/loop.hpp"

namespace catena::loop {
namespace {

Settings read(config::Directive& directive) {
  Settings settings;
  for (config::Property& one : directive.each("keep_serving")) {
    settings.consequence = Consequence::keep_serving;
    one.optional(settings.again, config::between(std::chrono::seconds(1), std::chrono::hours(24)));
  }
  directive.done();
  return settings;
}

}  // namespace

// The first key's zone, and the first address that it is bound to.
void setup(Setup& setup) {
  const Settings settings = read(setup.once());
  std::optional<ServerLabel> server;
  if (!setup.servers().empty()) server = setup.servers().front();
  auto detector = std::make_shared<Detector>(setup.block_zones().front(), settings.consequence,
                                             setup.log(), setup.metrics());
  setup.add(std::make_unique<Loop>(settings, std::move(detector), std::move(server)));
}

}  // namespace catena::loop
