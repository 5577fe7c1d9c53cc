// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

namespace catena {
namespace {

std::vector<dns::Name> names_of(const std::vector<std::string>& texts) {
  std::vector<dns::Name> names;
  for (const std::string& text : texts) {
    if (auto name = dns::Name::parse(text)) names.push_back(name->fold());
  }
  return names;
}

}  // namespace

Zones Setup::zones(config::Arguments& arguments) const {
  if (arguments.empty()) return Zones(block_zones_);
  return Zones(names_of(arguments.zones()));
}

Fallthrough Setup::fallthrough(config::Arguments& arguments) const {
  return Fallthrough(Zones(names_of(arguments.zones())));
}

}  // namespace catena
