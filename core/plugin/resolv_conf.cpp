// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/resolv_conf.hpp"

#include <algorithm>
#include <string>

namespace catena {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(kBlanks)));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

void take_server(std::string_view line, std::vector<ScopedAddress>& servers) {
  const std::string_view word = take_word(line);
  const std::size_t end = std::min(word.size(), word.find('%'));
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(word.substr(0, end)), error);
  if (error) return;
  ScopedAddress server = scoped(address, word.substr(std::min(word.size(), end + 1)));
  if (std::find(servers.begin(), servers.end(), server) != servers.end()) return;
  servers.push_back(std::move(server));
}

// `domain` has one name.
std::vector<dns::Name> take_domains(std::string_view line, std::size_t most) {
  std::vector<dns::Name> domains;
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    if (domains.size() == most) break;
    if (auto name = dns::Name::parse(word)) domains.push_back(name->fold());
  }
  return domains;
}

}  // namespace

ScopedAddress scoped(const boost::asio::ip::address& address, std::string_view interface) {
  const bool link_local = address.is_v6() && address.to_v6().is_link_local();
  return {address, std::string(link_local ? interface : std::string_view())};
}

ResolvConf parse_resolv_conf(std::string_view text) {
  ResolvConf found;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view word = take_word(line);
    if (word == "nameserver") take_server(line, found.servers);
    if (word == "search") found.search = take_domains(line, line.size());
    if (word == "domain") found.search = take_domains(line, 1);
  }
  return found;
}

}  // namespace catena
