// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "core/config/values.hpp"

#include "plugins/bind/addresses.hpp"

#include <algorithm>

namespace catena::bind {
namespace {

using Addresses = std::vector<std::string>;

// An address has dots or colons and begins like a number.
bool may_be_interface(const std::string& word) {
  if (word.empty() || parse_address(word)) return false;
  return word.find_first_not_of("0123456789.") != std::string::npos &&
         word.find(':') == std::string::npos;
}

Addresses read(config::Arguments& line, const std::vector<InterfaceAddress>& host) {
  Addresses addresses;
  while (const config::Word* word = line.take()) {
    if (line.elsewhere() && may_be_interface(word->text)) {
      line.need(fmt::format("the interface {}", word->text));
      continue;
    }
    const auto expanded = expand(word->text, host);
    if (!expanded) {
      line.error(fmt::format("not a valid IP address or interface name: \"{}\"", word->text));
      continue;
    }
    addresses.insert(addresses.end(), expanded->begin(), expanded->end());
  }
  return addresses;
}

// `except` takes addresses away from its own line only.
Addresses read_line(config::Directive& directive, const std::vector<InterfaceAddress>& host) {
  if (directive.empty()) directive.error("at least one address or interface name is expected");
  Addresses addresses = read(directive, host);
  for (config::Property& except : directive.each("except")) {
    if (except.empty()) {
      except.error("at least one address or interface must be given to except subdirective");
    }
    for (const std::string& excepted : read(except, host)) std::erase(addresses, excepted);
  }
  for (config::Property& other : directive.others()) {
    other.error(fmt::format("invalid option \"{}\"; expected 'except'", other.name()));
  }
  directive.done();
  return addresses;
}

}  // namespace

void setup(Setup& setup) {
  const std::vector<InterfaceAddress> host = interface_addresses();
  std::vector<std::string>& all = setup.listener().set<Binding>().addresses;
  for (config::Directive& directive : setup.directives()) {
    const Addresses addresses = read_line(directive, host);
    all.insert(all.end(), addresses.begin(), addresses.end());
  }
}

}  // namespace catena::bind
