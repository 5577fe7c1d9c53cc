// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/loadbalance/loadbalance.hpp"

namespace catena::loadbalance {
namespace {

using config::Directive;
using config::Property;

void read_weighted(Directive& line, Settings& settings) {
  settings.policy = Policy::weighted;
  const config::Word* file = line.take();
  if (file == nullptr) return line.error("missing weight file argument");
  settings.file = file->text;
  line.need(settings.file);
  if (!line.empty()) line.error("unexpected argument(s)");
}

void read_policy(Directive& line, Settings& settings) {
  settings.policy = Policy::round_robin;
  const config::Word* word = line.take();
  if (word == nullptr) return;
  if (word->text == "weighted") return read_weighted(line, settings);
  if (word->text != "round_robin") {
    line.error(fmt::format("unknown policy: {}; expected round_robin or weighted", word->text));
  } else if (!line.empty()) {
    line.error("unknown property for round_robin");
  }
}

void read_prefer(Directive& line, Settings& settings) {
  for (Property& one : line.each("prefer")) {
    if (settings.policy == Policy::weighted) one.error("'prefer' does not go with weighted");
    while (const config::Word* word = one.take()) {
      const auto network = Network::parse(word->text);
      if (network) {
        settings.preferred.push_back(*network);
      } else {
        one.error(fmt::format("invalid CIDR \"{0}\": invalid CIDR address: {0}", word->text));
      }
    }
  }
}

void read_reload(Directive& line, Settings& settings) {
  const auto says = config::unreadable_says("invalid reload duration '{}'");
  for (Property& one : line.each("reload")) {
    if (settings.policy != Policy::weighted) one.error("'reload' only goes with weighted");
    one.required(settings.reload, config::at_least(Duration::zero()), says);
  }
}

}  // namespace

// Of several lines the last one's policy counts; networks add up.
void setup(Setup& setup) {
  Settings settings;
  for (Directive& line : setup.directives()) {
    read_policy(line, settings);
    read_prefer(line, settings);
    read_reload(line, settings);
    line.done();
  }
  setup.add(std::make_unique<LoadBalance>(std::move(settings), setup.process(), setup.log()));
}

}  // namespace catena::loadbalance
