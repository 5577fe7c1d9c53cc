// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/kubernetes/k8s_external/external.hpp"

namespace catena::kubernetes::k8s_external {
namespace {

using config::Directive;
using config::Property;

// Further words are ignored, as CoreDNS does.
void read_apex(Directive& line, Settings& settings) {
  for (Property& one : line.each("apex")) {
    if (!one.expect_count(1, config::kAny)) continue;
    const std::string text = one.take()->text;
    const auto name = dns::Name::parse(text);
    if (!name || name->view().is_root()) {
      one.error(fmt::format("expected a label, not '{}'", text));
    } else {
      settings.apex = *name;
      settings.apex.fold();
    }
    one.joined();
  }
}

void read_ttl(Directive& line, Settings& settings) {
  constexpr std::uint32_t kLongest = 3600;
  for (Property& one : line.each("ttl")) {
    if (!one.expect_count(1, config::kAny)) continue;
    one.required(settings.ttl, config::between(0U, kLongest),
                 config::out_of_range_says("ttl must be in range [0, 3600]: {}"),
                 config::unreadable_says("strconv.Atoi: parsing \"{}\": invalid syntax"));
    one.joined();
  }
}

void read(const Setup& setup, Directive& line, Settings& settings) {
  settings.zones = setup.zones(line);
  read_apex(line, settings);
  read_ttl(line, settings);
  for (Property& one : line.each("headless")) {
    settings.headless = HeadlessServices::shown;
    one.joined();
  }
  for (Property& one : line.each("fallthrough")) settings.fallthrough = setup.fallthrough(one);
  line.done();
}

}  // namespace

// Several lines are one plugin, as in CoreDNS: the last one's zones, the last of each option.
void setup(Setup& setup) {
  Settings settings;
  for (Directive& line : setup.directives()) read(setup, line, settings);
  setup.add(std::make_unique<External>(std::move(settings), setup.metrics()));
}

}  // namespace catena::kubernetes::k8s_external
