// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/metadata/metadata.hpp"

namespace catena::metadata {

// CoreDNS finds out about a block by the first word in it.
void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  Zones zones = setup.zones(directive);
  const config::Properties block = directive.others();
  if (!block.empty()) {
    config::Property& first = block.front();
    first.error(
        fmt::format("Wrong argument count or unexpected line ending after '{}'; metadata "
                    "has no options",
                    first.name()));
  }
  directive.done();
  setup.add(std::make_unique<Metadata>(std::move(zones)));
}

}  // namespace catena::metadata
