// SPDX-License-Identifier: Apache-2.0
#include "core/dns/bytes.hpp"
#include "core/dns/encodings.hpp"
#include "core/dns/service_keys.hpp"
#include "core/dns/service_params.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>

namespace catena::dns {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::string key_to_text(std::uint16_t key) {
  if (const ServiceKey* known = find_service_key(key)) return std::string(known->name);
  return fmt::format("key{}", key);
}

/// Commas and backslashes inside an item get two backslashes: one for the list, one for the string
/// (RFC 9460 appendix A.1).
void append_list_item(std::vector<std::uint8_t>& list, Bytes item) {
  for (const std::uint8_t byte : item) {
    if (byte == ',' || byte == '\\') list.push_back('\\');
    list.push_back(byte);
  }
}

bool append_protocols(std::string& out, Bytes value) {
  std::vector<std::uint8_t> list;
  while (!value.empty()) {
    const std::size_t size = value[0];
    if (size == 0 || value.size() < 1 + size) return false;
    if (!list.empty()) list.push_back(',');
    append_list_item(list, value.subspan(1, size));
    value = value.subspan(1 + size);
  }
  if (list.empty()) return false;
  append_quoted(out, list);
  return true;
}

bool append_keys(std::string& out, Bytes value) {
  if (value.empty() || value.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < value.size(); i += 2) {
    if (i > 0 && load16(&value[i]) <= load16(&value[i - 2])) return false;
    if (i > 0) out += ',';
    out += key_to_text(load16(&value[i]));
  }
  return true;
}

bool append_addresses(std::string& out, Bytes value, int family) {
  const std::size_t size = family == AF_INET ? 4 : 16;
  if (value.empty() || value.size() % size != 0) return false;
  for (std::size_t i = 0; i < value.size(); i += size) {
    char text[INET6_ADDRSTRLEN];
    if (i > 0) out += ',';
    out += inet_ntop(family, &value[i], text, sizeof(text));
  }
  return true;
}

/// "=value" in the key's own form.
bool append_value(std::string& out, ServiceKey::Form form, Bytes value) {
  using enum ServiceKey::Form;
  if (form == nothing) return value.empty();
  out += '=';
  switch (form) {
    case keys:
      return append_keys(out, value);
    case protocols:
      return append_protocols(out, value);
    case number:
      if (value.size() != 2) return false;
      out += std::to_string(load16(value.data()));
      return true;
    case ipv4_list:
      return append_addresses(out, value, AF_INET);
    case ipv6_list:
      return append_addresses(out, value, AF_INET6);
    case base64:
      append_base64(out, value);
      return !value.empty();
    case text:
      append_quoted(out, value);
      return !value.empty();
    case nothing:
      break;
  }
  return false;
}

void append_param(std::string& out, std::uint16_t key, Bytes value) {
  if (const ServiceKey* known = find_service_key(key)) {
    std::string text(known->name);
    if (append_value(text, known->form, value)) {
      out += text;
      return;
    }
  }
  out += fmt::format("key{}", key);
  if (value.empty()) return;
  out += '=';
  append_quoted(out, value);
}

}  // namespace

void append_service_params(std::string& out, Bytes bytes) {
  while (!bytes.empty()) {
    const std::size_t size = load16(&bytes[2]);
    out += ' ';
    append_param(out, load16(&bytes[0]), bytes.subspan(4, size));
    bytes = bytes.subspan(4 + size);
  }
}

}  // namespace catena::dns
