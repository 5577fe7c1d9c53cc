// SPDX-License-Identifier: Apache-2.0
#include "core/dns/bytes.hpp"
#include "core/dns/encodings.hpp"
#include "core/dns/name.hpp"
#include "core/dns/service_keys.hpp"
#include "core/dns/service_params.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <optional>

namespace catena::dns {
namespace {

using Out = std::vector<std::uint8_t>;

void append16(Out& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

std::optional<std::uint16_t> parse_u16(std::string_view text) {
  std::uint16_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

struct Key {
  std::uint16_t number;
  ServiceKey::Form form;
};

/// A name or "keyNNNNN"; the value of the latter is plain bytes whatever the number.
std::optional<Key> parse_key(std::string_view text) {
  for (std::uint16_t i = 0; i < std::size(kServiceKeys); ++i) {
    if (kServiceKeys[i].name == text) return Key{i, kServiceKeys[i].form};
  }
  if (!text.starts_with("key")) return std::nullopt;
  const auto number = parse_u16(text.substr(3));
  if (!number) return std::nullopt;
  return Key{*number, ServiceKey::Form::text};
}

/// Items between commas; a backslash protects the byte behind it (RFC 9460 appendix A.1).
std::vector<Out> split_list(const Out& value) {
  std::vector<Out> items(1);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == ',') {
      items.emplace_back();
      continue;
    }
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    items.back().push_back(value[i]);
  }
  return items;
}

std::string_view as_text(const Out& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool append_protocol(Out& out, const Out& item) {
  if (item.empty() || item.size() > 255) return false;
  out.push_back(static_cast<std::uint8_t>(item.size()));
  out.insert(out.end(), item.begin(), item.end());
  return true;
}

bool append_address(Out& out, const Out& item, int family) {
  const std::string text(as_text(item));
  std::uint8_t bytes[16];
  if (text.size() != std::string_view(text.c_str()).size()) return false;
  if (inet_pton(family, text.c_str(), bytes) != 1) return false;
  out.insert(out.end(), bytes, bytes + (family == AF_INET ? 4 : 16));
  return true;
}

bool append_keys(Out& out, const std::vector<Out>& items) {
  std::vector<std::uint16_t> keys;
  for (const Out& item : items) {
    const auto key = parse_key(as_text(item));
    if (!key) return false;
    keys.push_back(key->number);
  }
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return false;
  for (const std::uint16_t key : keys) append16(out, key);
  return true;
}

template <class Append>
bool append_each(const std::vector<Out>& items, Append append) {
  return std::all_of(items.begin(), items.end(), append);
}

bool append_number(Out& out, std::string_view text) {
  const auto number = parse_u16(text);
  if (number) append16(out, *number);
  return number.has_value();
}

bool append_value(Out& out, ServiceKey::Form form, const Out& value) {
  using enum ServiceKey::Form;
  switch (form) {
    case nothing:
      return value.empty();
    case text:
      out.insert(out.end(), value.begin(), value.end());
      return true;
    case number:
      return append_number(out, as_text(value));
    case base64:
      return !value.empty() && append_from_base64(out, as_text(value));
    case keys:
      return append_keys(out, split_list(value));
    case protocols:
      return append_each(split_list(value),
                         [&](const Out& item) { return append_protocol(out, item); });
    case ipv4_list:
      return append_each(split_list(value),
                         [&](const Out& item) { return append_address(out, item, AF_INET); });
    case ipv6_list:
      return append_each(split_list(value),
                         [&](const Out& item) { return append_address(out, item, AF_INET6); });
  }
  return false;
}

std::string_view without_quotes(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

bool append_service_param(Out& out, std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const auto key = parse_key(text.substr(0, equals));
  Out value;
  if (!key) return false;
  if (!append_unescaped(value, without_quotes(text.substr(std::min(equals + 1, text.size()))))) {
    return false;
  }
  const std::size_t start = out.size();
  append16(out, key->number);
  append16(out, 0);
  const bool good = append_value(out, key->form, value);
  const std::size_t size = out.size() - start - 4;
  if (!good || size > 0xffff) {
    out.resize(start);
    return false;
  }
  store16(&out[start + 2], static_cast<std::uint16_t>(size));
  return true;
}

bool sort_service_params(std::span<std::uint8_t> params) {
  std::vector<Out> rows;
  for (std::size_t i = 0; i < params.size();) {
    const std::size_t size = 4u + load16(&params[i + 2]);
    rows.emplace_back(params.begin() + static_cast<std::ptrdiff_t>(i),
                      params.begin() + static_cast<std::ptrdiff_t>(i + size));
    i += size;
  }
  const auto key = [](const Out& row) { return load16(row.data()); };
  std::ranges::sort(rows, {}, key);
  if (std::ranges::adjacent_find(rows, {}, key) != rows.end()) return false;
  auto place = params.begin();
  for (const Out& row : rows) place = std::copy(row.begin(), row.end(), place);
  return true;
}

}  // namespace catena::dns
