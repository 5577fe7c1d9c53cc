// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/zones.hpp"

namespace catena {

const dns::Name* Zones::match(dns::NameView name) const {
  const dns::Name* longest = nullptr;
  for (const dns::Name& zone : zones_) {
    if (longest != nullptr && zone.view().size() <= longest->view().size()) continue;
    if (name.is_in(zone)) longest = &zone;
  }
  return longest;
}

std::string Zones::to_text() const {
  std::string text;
  for (const dns::Name& zone : zones_) {
    if (!text.empty()) text += ',';
    text += zone.to_text();
  }
  return text;
}

Fallthrough::Fallthrough(Zones zones)
    : zones_(zones.empty() ? Zones({dns::Name()}) : std::move(zones)) {}

}  // namespace catena
