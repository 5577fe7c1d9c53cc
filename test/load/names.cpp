// SPDX-License-Identifier: Apache-2.0
#include "test/load/names.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <fstream>
#include <sstream>

namespace catena::load {
namespace {

constexpr std::size_t kHeader = 12;
constexpr int kResponse = 0x80, kCut = 0x02, kServFail = 2;

std::string to_wire(const std::string& text) {
  std::string wire;
  std::istringstream labels(text);
  for (std::string label; std::getline(labels, label, '.');) {
    if (!label.empty()) wire += static_cast<char>(label.size()) + label;
  }
  return wire + '\0';
}

bool add_addresses(const std::string& list, int family, std::vector<std::string>& data) {
  std::istringstream words(list == "-" ? "" : list);
  for (std::string word; std::getline(words, word, ',');) {
    char raw[16];
    if (::inet_pton(family, word.c_str(), raw) != 1) return false;
    data.emplace_back(raw, family == AF_INET ? 4 : 16);
  }
  std::sort(data.begin(), data.end());
  return true;
}

std::size_t number(Bytes message, std::size_t at) { return message[at] * 256u + message[at + 1]; }

// The place behind a name; beyond the end where it is broken.
std::size_t skip_name(Bytes message, std::size_t at) {
  while (at < message.size()) {
    if (message[at] >= 0xC0) return at + 2;
    if (message[at] == 0) return at + 1;
    at += message[at] + 1u;
  }
  return message.size() + 1;
}

/// The data of the answer section's records of one type, sorted; nothing if the message is broken.
std::optional<std::vector<std::string>> data_of(Bytes message, std::size_t at, std::uint16_t type) {
  std::vector<std::string> data;
  for (std::size_t left = number(message, 6); left > 0; --left) {
    at = skip_name(message, at);
    if (at + 10 > message.size()) return std::nullopt;
    const std::size_t size = number(message, at + 8);
    if (at + 10 + size > message.size()) return std::nullopt;
    const char* begin = reinterpret_cast<const char*>(message.data()) + at + 10;
    if (number(message, at) == type) data.emplace_back(begin, size);
    at += 10 + size;
  }
  std::sort(data.begin(), data.end());
  return data;
}

}  // namespace

std::optional<std::vector<Name>> read_names(const std::string& path) {
  std::ifstream file(path);
  std::vector<Name> names;
  for (std::string text, v4, v6; file >> text;) {
    Name name;
    name.wire = to_wire(text);
    if (!(file >> name.rcode >> v4 >> v6)) return std::nullopt;
    if (!add_addresses(v4, AF_INET, name.data[0])) return std::nullopt;
    if (!add_addresses(v6, AF_INET6, name.data[1])) return std::nullopt;
    names.push_back(std::move(name));
  }
  if (names.empty()) return std::nullopt;
  return names;
}

std::string question(const Name& name, std::size_t type, std::uint16_t id) {
  const char header[kHeader] = {static_cast<char>(id >> 8), static_cast<char>(id), 1, 0, 0, 1};
  const char tail[4] = {0, static_cast<char>(kTypes[type]), 0, 1};
  return std::string(header, sizeof header) + name.wire + std::string(tail, sizeof tail);
}

std::optional<std::uint16_t> id_of(Bytes message) {
  if (message.size() < kHeader) return std::nullopt;
  return static_cast<std::uint16_t>(number(message, 0));
}

Worth judge(const Name& name, std::size_t type, Bytes message) {
  const std::string asked = question(name, type, 0);
  if (message.size() < asked.size() || number(message, 4) != 1) return Worth::wrong;
  if ((message[2] & kResponse) == 0 || (message[2] & kCut) != 0) return Worth::wrong;
  const std::size_t size = asked.size() - kHeader;
  if (std::memcmp(message.data() + kHeader, asked.data() + kHeader, size) != 0) return Worth::wrong;
  const int rcode = message[3] & 15;
  if (rcode == name.rcode) {
    const bool same = data_of(message, asked.size(), kTypes[type]) == name.data[type];
    return same ? Worth::right : Worth::wrong;
  }
  return rcode == kServFail && number(message, 6) == 0 ? Worth::failed : Worth::wrong;
}

}  // namespace catena::load
