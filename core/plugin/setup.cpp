// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/config/zone_name.hpp"

#include <algorithm>

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

Zones Setup::zones(const std::vector<std::string>& words) const {
  if (words.empty()) return Zones(block_zones_);
  return Zones(names_of(config::parse_zones(words)));
}

bool Setup::block_has(std::string_view directive) const {
  if (block_ == nullptr) return false;
  return std::any_of(block_->directives.begin(), block_->directives.end(),
                     [directive](const config::Line& line) { return line.name() == directive; });
}

Fallthrough Setup::fallthrough(config::Arguments& arguments) const {
  return Fallthrough(Zones(names_of(arguments.zones())));
}

}  // namespace catena
