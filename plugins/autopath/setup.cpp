// SPDX-License-Identifier: Apache-2.0
#include "core/config/file_system.hpp"
#include "core/plugin/resolv_conf.hpp"
#include "core/plugin/server_counters.hpp"

#include "plugins/autopath/autopath.hpp"

namespace catena::autopath {
namespace {

void read_source(const Setup& setup,
                 config::Directive& directive,
                 const std::string& word,
                 Autopath::Config& config) {
  if (word.starts_with('@')) {
    config.source = word.substr(1);
    return;
  }
  if (setup.block_has(word)) {
    directive.warn(fmt::format("'{0}' is taken for a file (expected '@{0}' for the plugin)", word));
  }
  if (directive.elsewhere() && !word.empty()) return directive.need(word);
  const auto text = config::Disk().read(word);
  if (!text) {
    return directive.error(
        fmt::format("failed to parse \"{0}\": open {0}: {1}", word, text.error().message()));
  }
  config.search = parse_resolv_conf(*text).search;
}

// autopath [ZONES...] FILE | @PLUGIN
Autopath::Config read(const Setup& setup, config::Directive& directive) {
  Autopath::Config config;
  std::vector<config::Word> words;
  while (const config::Word* word = directive.take()) words.push_back(*word);
  if (words.empty()) {
    directive.error("no resolv-conf specified");
    return config;
  }
  read_source(setup, directive, words.back().text, config);
  words.pop_back();
  config.zones = setup.zones(directive, words);
  directive.done();
  return config;
}

}  // namespace

// Of several lines the last one counts, as in CoreDNS.
void setup(Setup& setup) {
  Autopath::Config config;
  for (config::Directive& directive : setup.directives()) config = read(setup, directive);
  setup.add(std::make_unique<Autopath>(
      std::move(config), server_counters("coredns_autopath_success_total",
                                         "Counter of requests that did autopath.", setup)));
}

}  // namespace catena::autopath
