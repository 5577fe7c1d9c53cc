// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/transfer/transfer.hpp"

#include <fmt/format.h>

namespace catena::transfer {
namespace {

using config::Directive;
using config::Property;

// Ports matter to NOTIFY alone.
void read_to(Directive& line, Permission& permission) {
  for (Property& one : line.each("to")) {
    if (!one.expect_count(1, config::kAny)) continue;
    while (const config::Word* word = one.take()) {
      if (word->text == "*") {
        permission.anyone = true;
      } else if (const auto endpoint = config::parse_endpoint(word->text, 53)) {
        permission.addresses.push_back(endpoint->address());
      } else {
        one.error(fmt::format("must specify an IP address: `{}'", word->text));
      }
    }
  }
  if (!permission.anyone && permission.addresses.empty() && !line.any_failed()) {
    line.error("'to' is required");
  }
}

void check_source(Directive& line) {
  bool given = false;
  for (Property& one : line.each("source")) {
    if (given) one.error("source already specified");
    given = true;
    if (!one.expect_count(1)) continue;
    const std::string text = one.take()->text;
    if (!parse_address(text)) one.error(fmt::format("invalid source address \"{}\"", text));
  }
}

Permission read(const Setup& setup, Directive& line) {
  Permission permission;
  permission.zones = setup.zones(line);
  read_to(line, permission);
  check_source(line);
  for (Property& one : line.others()) {
    one.error(fmt::format("unknown property \"{}\"", one.name()));
  }
  line.done();
  return permission;
}

}  // namespace

void setup(Setup& setup) {
  std::vector<Permission> permissions;
  for (Directive& line : setup.directives()) permissions.push_back(read(setup, line));
  metrics::Counter& turned_away =
      setup.metrics().counter("catena_transfers_turned_away_total",
                              "Zone transfers refused because too many were under way.");
  setup.add(std::make_unique<Transfer>(std::move(permissions), setup.line_limit(), turned_away));
}

}  // namespace catena::transfer
