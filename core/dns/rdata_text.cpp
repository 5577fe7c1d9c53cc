// SPDX-License-Identifier: Apache-2.0
#include "core/dns/encodings.hpp"
#include "core/dns/location.hpp"
#include "core/dns/rdata.hpp"
#include "core/dns/rdata_fields.hpp"
#include "core/dns/service_params.hpp"
#include "core/dns/tsig_error.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <ctime>

namespace catena::dns {
namespace {

std::string address_to_text(int family, Bytes bytes) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(family, bytes.data(), text, sizeof(text));
}

std::string time_to_text(std::uint32_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string quoted(Bytes bytes) {
  std::string out;
  append_quoted(out, bytes);
  return out;
}

std::string texts_to_text(Bytes bytes) {
  std::string out;
  while (!bytes.empty()) {
    if (!out.empty()) out += ' ';
    append_quoted(out, bytes.subspan(1, bytes[0]));
    bytes = bytes.subspan(1u + bytes[0]);
  }
  return out;
}

std::string bitmap_to_text(Bytes bytes) {
  std::string out;
  while (!bytes.empty()) {
    const unsigned window = bytes[0];
    const unsigned size = bytes[1];
    for (unsigned bit = 0; bit < size * 8; ++bit) {
      if ((bytes[2 + bit / 8] & (0x80 >> bit % 8)) == 0) continue;
      if (!out.empty()) out += ' ';
      out += to_string(static_cast<Type>(window << 8 | bit));
    }
    bytes = bytes.subspan(2 + size);
  }
  return out;
}

std::string hex_to_text(Bytes bytes) {
  std::string out;
  append_hex(out, bytes);
  return out;
}

std::string base64_to_text(Bytes bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::string base32_to_text(Bytes bytes) {
  std::string out;
  append_base32hex(out, bytes);
  return out;
}

std::string counted_base64_to_text(Bytes bytes) {
  const std::string size = std::to_string(bytes.size());
  return bytes.empty() ? size : size + ' ' + base64_to_text(bytes);
}

std::string service_params_to_text(Bytes bytes) {
  std::string out;
  append_service_params(out, bytes);
  return out.empty() ? out : out.substr(1);
}

std::string opaque_to_text(Bytes bytes) {
  if (bytes.empty()) return "\\# 0";
  return fmt::format("\\# {} {}", bytes.size(), hex_to_text(bytes));
}

/// One field whose bytes have been checked; empty where nothing is printed.
std::string field_to_text(Field field, Bytes bytes) {
  switch (field) {
    case Field::end:
      return {};
    case Field::compressible_name:
    case Field::name:
      return NameView(bytes).to_text();
    case Field::u8:
      return std::to_string(bytes[0]);
    case Field::u16:
      return std::to_string(load16(bytes.data()));
    case Field::u32:
    case Field::ttl:
      return std::to_string(load32(bytes.data()));
    case Field::u48:
      return std::to_string(load48(bytes.data()));
    case Field::time:
      return time_to_text(load32(bytes.data()));
    case Field::type:
      return to_string(static_cast<Type>(load16(bytes.data())));
    case Field::tsig_error:
      return tsig_error_to_text(load16(bytes.data()));
    case Field::ipv4:
      return address_to_text(AF_INET, bytes);
    case Field::ipv6:
      return address_to_text(AF_INET6, bytes);
    case Field::tag:
      return {bytes.begin() + 1, bytes.end()};
    case Field::text:
      return quoted(bytes.subspan(1));
    case Field::texts:
      return texts_to_text(bytes);
    case Field::hex:
      return hex_to_text(bytes);
    case Field::base64:
      return base64_to_text(bytes);
    case Field::base64_u16:
      return counted_base64_to_text(bytes.subspan(2));
    case Field::hex_u8:
      return bytes.size() == 1 ? "-" : hex_to_text(bytes.subspan(1));
    case Field::base32_u8:
      return base32_to_text(bytes.subspan(1));
    case Field::type_bitmap:
      return bitmap_to_text(bytes);
    case Field::location:
      return location_to_text(bytes).value_or("");
    case Field::service_params:
      return service_params_to_text(bytes);
    case Field::caa_value:
      return quoted(bytes);
    case Field::opaque:
      return opaque_to_text(bytes);
  }
  return {};
}

}  // namespace

std::string rdata_to_text(Type type, Bytes rdata) {
  if (rdata.empty() || !find_names(type, rdata).fits) return opaque_to_text(rdata);
  std::string out;
  Bytes rest = rdata;
  for (const Field field : fields_of(type)) {
    if (field == Field::end) break;
    const std::size_t size = *field_size(field, rest);
    const std::string text = field_to_text(field, rest.first(size));
    if (!out.empty() && !text.empty()) out += ' ';
    out += text;
    rest = rest.subspan(size);
  }
  return out.empty() ? opaque_to_text(rdata) : out;
}

}  // namespace catena::dns
