// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/ports.hpp"

#include "core/dns/name.hpp"

#include <cstring>

namespace catena::kubernetes {
namespace {

// No label is that long, so that a text which is cut here is found by nobody.
constexpr std::size_t kLongest = 255;

void append(std::string& packed, std::string_view text) {
  text = text.substr(0, kLongest);
  packed += static_cast<char>(text.size());
  for (const char c : text) packed += catena::to_lower(c);
}

void append(std::string& packed, const api::Port& port) {
  append(packed, port.name);
  append(packed, port.protocol);
  const std::int32_t number = port.number ? *port.number : -1;
  char bytes[sizeof(number)];
  std::memcpy(bytes, &number, sizeof(number));
  packed.append(bytes, sizeof(number));
}

std::string_view text_at(const char* at) { return {at + 1, static_cast<std::uint8_t>(*at)}; }

}  // namespace

PortList::PortList(const std::vector<api::Port>& ports) {
  for (const api::Port& port : ports) append(packed_, port);
  if (ports.empty()) append(packed_, api::Port{.protocol = ""});
  packed_.shrink_to_fit();
}

std::size_t PortList::size() const {
  return static_cast<std::size_t>(std::distance(begin(), end()));
}

SlicePort PortList::operator[](std::size_t index) const {
  return *std::next(begin(), static_cast<std::ptrdiff_t>(index));
}

SlicePort PortList::Iterator::operator*() const {
  SlicePort port{text_at(at_), {}, 0};
  port.protocol = text_at(port.name.data() + port.name.size());
  std::memcpy(&port.number, port.protocol.data() + port.protocol.size(), sizeof(port.number));
  return port;
}

PortList::Iterator& PortList::Iterator::operator++() {
  const SlicePort port = **this;
  at_ = port.protocol.data() + port.protocol.size() + sizeof(port.number);
  return *this;
}

}  // namespace catena::kubernetes
