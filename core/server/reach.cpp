// SPDX-License-Identifier: Apache-2.0
#include "core/server/reach.hpp"

#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace catena::server {
namespace {

/// One source of a chain, with the line that made it.
struct Source {
  std::string_view name;
  const config::Line* line;
  Territory territory;
};

// Plugins that have an object for each line have them in the order of the lines.
const config::Line* line_of(const std::vector<const config::Line*>& lines,
                            std::size_t index,
                            std::size_t objects) {
  return lines[lines.size() == objects ? index : 0];
}

// Questions for this block only: `forward .` in a block for example.org is asked for example.org.
std::vector<dns::Name> within(const std::vector<dns::Name>& names,
                              const std::vector<dns::Name>& zones) {
  std::vector<dns::Name> both;
  for (const dns::Name& name : names) {
    for (const dns::Name& zone : zones) {
      if (name.view().is_in(zone)) both.push_back(name);
      if (zone.view().is_in(name) && zone != name) both.push_back(zone);
    }
  }
  return both;
}

std::vector<Source> sources_of(const Chain& chain,
                               const config::ServerBlock& block,
                               const std::vector<dns::Name>& zones) {
  const auto found = chain.named<Authority>();
  std::map<std::string_view, std::size_t> objects;
  for (const auto& [name, authority] : found) ++objects[name];
  std::map<std::string_view, std::size_t> index;
  std::vector<Source> sources;
  for (const auto& [name, authority] : found) {
    const auto lines = block.occurrences(name);
    if (lines.empty()) continue;
    Territory territory = authority->territory();
    territory.zones = within(territory.zones, zones);
    sources.push_back({name, line_of(lines, index[name]++, objects[name]), std::move(territory)});
  }
  return sources;
}

bool takes_all(const Territory& territory, const dns::Name& name) {
  const auto above = [&name](const dns::Name& zone) { return name.view().is_in(zone); };
  const auto related = [&name](const dns::Name& zone) {
    return name.view().is_in(zone) || zone.view().is_in(name);
  };
  return std::ranges::any_of(territory.zones, above) &&
         std::ranges::none_of(territory.handed_on, related);
}

}  // namespace

void warn_of_unreached(const Chain& chain,
                       const config::ServerBlock& source,
                       const std::vector<dns::Name>& zones,
                       config::Diagnostics& diagnostics) {
  const std::vector<Source> sources = sources_of(chain, source, zones);
  for (auto late = sources.begin(); late != sources.end(); ++late) {
    const Source* taker = nullptr;
    const auto taken = [&](const dns::Name& name) {
      const auto first = std::find_if(sources.begin(), late, [&name](const Source& one) {
        return takes_all(one.territory, name);
      });
      if (first != late) taker = &*first;
      return first != late;
    };
    const auto& names = late->territory.zones;
    if (names.empty() || !std::ranges::all_of(names, taken)) continue;
    diagnostics.warn(late->line->position(), std::string(late->name),
                     fmt::format("never reached: '{}' of line {} answers for all of its names",
                                 taker->name, taker->line->position().line));
  }
}

}  // namespace catena::server
