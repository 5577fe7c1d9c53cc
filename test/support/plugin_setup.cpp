// SPDX-License-Identifier: Apache-2.0
#include "test/support/plugin_setup.hpp"

#include <fmt/ranges.h>

#include <stdexcept>

namespace catena::test {

PluginSetup::PluginSetup(const std::string& plugin,
                         void (*setup)(Setup&),
                         const std::string& block,
                         const std::vector<std::string>& keys,
                         std::vector<std::string> others,
                         Chain in_front)
    : chain_(std::move(in_front)) {
  const std::string text = fmt::format("{} {{\n{}\n}}\n", fmt::join(keys, " "), block);
  others.push_back(plugin);
  corefile_ = config::parse_for_test({text, std::move(others)}, diagnostics_);
  if (!diagnostics_.ok()) throw std::invalid_argument(config::format(diagnostics_.errors()));
  std::vector<dns::Name> zones;
  for (const config::Key& key : config::resolve_keys(corefile_.blocks.front(), 53, diagnostics_)) {
    zones.push_back(dns::Name::parse(key.zone).value());
  }
  auto directives = config::directives_of(corefile_.blocks.front(), plugin, diagnostics_);
  catena::Setup made(process_.process, plugin, directives, zones, {{0, "dns://:53"}}, listener_,
                     chain_);
  made.set_block(corefile_.blocks.front());
  setup(made);
}

}  // namespace catena::test
