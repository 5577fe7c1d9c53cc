// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/config/zone_name.hpp"

#include <fmt/format.h>

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

std::shared_ptr<LineLimit> line_limit_for(const Process& process, const std::string& plugin) {
  const std::function<std::shared_ptr<LineLimit>()> make = [&] {
    metrics::Counter& left_out = process.metrics.counter(
        "catena_log_lines_left_out_total",
        "Lines that clients caused beyond what is written in a second.", {{"plugin", plugin}});
    const Log log = plugin.empty() ? process.log : process.log.for_plugin(plugin);
    return std::make_shared<LineLimit>(log, left_out, process.clock);
  };
  return process.keeper.keep<LineLimit>(plugin, make);
}

Zones Setup::zones(config::Arguments& arguments, Outside outside) const {
  if (arguments.empty()) return Zones(block_zones_);
  Zones zones(names_of(arguments.zones()));
  if (outside == Outside::warned) warn_outside(arguments, zones.names());
  return zones;
}

Zones Setup::zones(config::Arguments& line, const std::vector<config::Word>& words) const {
  if (words.empty()) return Zones(block_zones_);
  std::vector<std::string> texts;
  for (const config::Word& word : words) {
    line.expect_zone(word);
    texts.push_back(word.text);
  }
  Zones zones(names_of(config::parse_zones(texts)));
  warn_outside(line, zones.names());
  return zones;
}

// A network may be many zones, of which one line tells enough.
void Setup::warn_outside(config::Arguments& line, const std::vector<dns::Name>& zones) const {
  const auto outside = [this](const dns::Name& zone) {
    return std::ranges::none_of(block_zones_, [&zone](const dns::Name& own) {
      return zone.view().is_in(own) || own.view().is_in(zone);
    });
  };
  const auto found = std::ranges::find_if(zones, outside);
  if (found == zones.end() || block_zones_.empty()) return;
  line.warn(fmt::format("nobody asks this block for '{}': its zones are {}", found->to_text(),
                        Zones(block_zones_).to_text()));
}

bool Setup::block_has(std::string_view directive) const {
  if (block_ == nullptr) return false;
  return std::any_of(block_->directives.begin(), block_->directives.end(),
                     [directive](const config::Line& line) { return line.name() == directive; });
}

std::shared_ptr<LineLimit> Setup::line_limit() const { return line_limit_for(process_, plugin_); }

Fallthrough Setup::fallthrough(config::Arguments& arguments) const {
  return Fallthrough(Zones(names_of(arguments.zones())));
}

}  // namespace catena
