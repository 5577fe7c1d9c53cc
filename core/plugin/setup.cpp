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

std::shared_ptr<LineLimit> line_limit_for(const Process& process, const std::string& plugin) {
  const std::function<std::shared_ptr<LineLimit>()> make = [&] {
    metrics::Counter& left_out =
        process.metrics.counter("catena_log_lines_left_out_total",
                                "Lines that clients caused beyond what is written in a second.",
                                {{"plugin", plugin}});
    const Log log = plugin.empty() ? process.log : process.log.for_plugin(plugin);
    return std::make_shared<LineLimit>(log, left_out, process.clock);
  };
  return process.keeper.keep<LineLimit>("lines of " + plugin, make);
}

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

std::shared_ptr<LineLimit> Setup::line_limit() const { return line_limit_for(process_, plugin_); }

Fallthrough Setup::fallthrough(config::Arguments& arguments) const {
  return Fallthrough(Zones(names_of(arguments.zones())));
}

}  // namespace catena
