// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/resolv_conf.hpp"

#include <algorithm>
#include <string>

namespace catena::forward {
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

}  // namespace

std::vector<boost::asio::ip::address> parse_resolv_conf(std::string_view text) {
  std::vector<boost::asio::ip::address> servers;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (take_word(line) != "nameserver") continue;
    std::string_view word = take_word(line);
    word = word.substr(0, word.find('%'));
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(word), error);
    if (error) continue;
    if (std::find(servers.begin(), servers.end(), address) == servers.end()) {
      servers.push_back(address);
    }
  }
  return servers;
}

}  // namespace catena::forward
