// SPDX-License-Identifier: Apache-2.0
#include "core/dns/rdata.hpp"

#include "core/dns/rdata_fields.hpp"

#include <array>

namespace catena::dns {
namespace {

using enum Field;

struct Layout {
  Type type;
  std::array<Field, 10> fields;  // Filled up with Field::end, which is zero.
};

constexpr Layout kLayouts[] = {
    {Type::A, {ipv4}},
    {Type::NS, {compressible_name}},
    {Type::MD, {compressible_name}},
    {Type::MF, {compressible_name}},
    {Type::CNAME, {compressible_name}},
    {Type::SOA, {compressible_name, compressible_name, u32, ttl, ttl, ttl, ttl}},
    {Type::MB, {compressible_name}},
    {Type::MG, {compressible_name}},
    {Type::MR, {compressible_name}},
    {Type::PTR, {compressible_name}},
    {Type::HINFO, {text, text}},
    {Type::MINFO, {compressible_name, compressible_name}},
    {Type::MX, {u16, compressible_name}},
    {Type::TXT, {texts}},
    {Type::RP, {name, name}},
    {Type::AFSDB, {u16, name}},
    {Type::RT, {u16, name}},
    {Type::SIG, {type, u8, u8, ttl, time, time, u16, name, base64}},
    {Type::PX, {u16, name, name}},
    {Type::AAAA, {ipv6}},
    {Type::LOC, {location}},
    {Type::SRV, {u16, u16, u16, name}},
    {Type::NAPTR, {u16, u16, text, text, text, name}},
    {Type::DNAME, {name}},
    {Type::OPT, {opaque}},
    {Type::DS, {u16, u8, u8, hex}},
    {Type::SSHFP, {u8, u8, hex}},
    {Type::RRSIG, {type, u8, u8, ttl, time, time, u16, name, base64}},
    {Type::NSEC, {name, type_bitmap}},
    {Type::DNSKEY, {u16, u8, u8, base64}},
    {Type::NSEC3, {u8, u8, u16, hex_u8, base32_u8, type_bitmap}},
    {Type::NSEC3PARAM, {u8, u8, u16, hex_u8}},
    {Type::TLSA, {u8, u8, u8, hex}},
    {Type::CDS, {u16, u8, u8, hex}},
    {Type::CDNSKEY, {u16, u8, u8, base64}},
    {Type::SVCB, {u16, name, service_params}},
    {Type::HTTPS, {u16, name, service_params}},
    {Type::TSIG, {name, u48, u16, base64_u16, u16, tsig_error, base64_u16}},
    {Type::URI, {u16, u16, caa_value}},
    {Type::CAA, {u8, tag, caa_value}},
};

constexpr std::array<Field, 2> kUnknown = {opaque, end};

// Types up to 257 find their layout without searching: one more than its index, 0 for none.
constexpr auto kIndex = [] {
  std::array<std::uint8_t, 258> index{};
  for (std::size_t i = 0; i < std::size(kLayouts); ++i) {
    index[static_cast<std::size_t>(kLayouts[i].type)] = static_cast<std::uint8_t>(i + 1);
  }
  return index;
}();

std::span<const Field> layout_of(std::uint8_t index) {
  return index == 0 ? std::span<const Field>(kUnknown) : kLayouts[index - 1].fields;
}

std::optional<std::size_t> name_size(Bytes rest) {
  std::size_t size = 0;
  while (size < rest.size() && size < NameView::kMaxSize) {
    const std::uint8_t label = rest[size];
    if (label > NameView::kMaxLabel) return std::nullopt;
    size += 1u + label;
    if (label == 0) return size;
  }
  return std::nullopt;
}

std::optional<std::size_t> at_least(std::size_t size, Bytes rest) {
  if (rest.size() < size) return std::nullopt;
  return size;
}

std::optional<std::size_t> counted_size(Bytes rest, std::size_t smallest) {
  if (rest.empty() || rest[0] < smallest) return std::nullopt;
  return at_least(1u + rest[0], rest);
}

bool texts_are_whole(Bytes rest) {
  if (rest.empty()) return false;
  while (!rest.empty()) {
    if (rest.size() < 1u + rest[0]) return false;
    rest = rest.subspan(1u + rest[0]);
  }
  return true;
}

std::optional<std::size_t> tag_size(Bytes rest) {
  const auto size = counted_size(rest, 1);
  if (!size) return std::nullopt;
  for (const std::uint8_t c : rest.subspan(1, *size - 1)) {
    const bool digit = c >= '0' && c <= '9';
    const char small = to_lower(static_cast<char>(c));
    if (!digit && !(small >= 'a' && small <= 'z')) return std::nullopt;
  }
  return size;
}

std::optional<std::size_t> all_if(bool whole, Bytes rest) {
  if (!whole) return std::nullopt;
  return rest.size();
}

}  // namespace

std::span<const Field> fields_of(Type type) {
  const auto number = static_cast<std::size_t>(type);
  return layout_of(number < kIndex.size() ? kIndex[number] : std::uint8_t{0});
}

std::optional<std::size_t> field_size(Field field, Bytes rest) {
  switch (field) {
    case end:
      return 0;
    case compressible_name:
    case name:
      return name_size(rest);
    case u8:
      return at_least(1, rest);
    case u16:
    case type:
    case tsig_error:
      return at_least(2, rest);
    case u32:
    case ttl:
    case time:
    case ipv4:
      return at_least(4, rest);
    case u48:
      return at_least(6, rest);
    case ipv6:
    case location:
      return at_least(16, rest);
    case text:
    case hex_u8:
      return counted_size(rest, 0);
    case base32_u8:
      return counted_size(rest, 1);
    case tag:
      return tag_size(rest);
    case base64_u16:
      return rest.size() < 2 ? std::nullopt : at_least(2u + load16(rest.data()), rest);
    case texts:
      return all_if(texts_are_whole(rest), rest);
    case type_bitmap:
      return all_if(type_bitmap_is_whole(rest), rest);
    case service_params:
      return all_if(service_params_are_whole(rest), rest);
    case hex:
    case base64:
    case caa_value:
    case opaque:
      return rest.size();
  }
  return std::nullopt;
}

bool type_bitmap_is_whole(Bytes bytes) {
  int last_window = -1;
  while (!bytes.empty()) {
    if (bytes.size() < 2 || bytes[0] <= last_window) return false;
    const std::size_t size = bytes[1];
    if (size == 0 || size > 32 || bytes.size() < 2 + size) return false;
    last_window = bytes[0];
    bytes = bytes.subspan(2 + size);
  }
  return true;
}

bool service_params_are_whole(Bytes bytes) {
  int last_key = -1;
  while (!bytes.empty()) {
    if (bytes.size() < 4 || load16(bytes.data()) <= last_key) return false;
    const std::size_t size = 4u + load16(bytes.data() + 2);
    if (bytes.size() < size) return false;
    last_key = load16(bytes.data());
    bytes = bytes.subspan(size);
  }
  return true;
}

RdataNames find_names(Type type, Bytes rdata) {
  RdataNames found;
  std::size_t offset = 0;
  for (const Field field : fields_of(type)) {
    if (field == end) break;
    const auto size = field_size(field, rdata.subspan(offset));
    if (!size) return {};
    if (field == name || field == compressible_name) {
      found.places[found.count++] = {static_cast<std::uint16_t>(offset),
                                     static_cast<std::uint8_t>(*size), field == compressible_name};
    }
    offset += *size;
  }
  if (offset != rdata.size()) return {};
  found.fits = true;
  return found;
}

std::optional<NameView> target_of(Type type, Bytes rdata) {
  switch (type) {
    case Type::CNAME:
    case Type::DNAME:
    case Type::NS:
    case Type::PTR:
    case Type::MX:
    case Type::SRV:
      break;
    default:
      return std::nullopt;
  }
  const RdataNames found = find_names(type, rdata);
  if (found.count == 0) return std::nullopt;
  return NameView(rdata.data() + found.places[0].offset, found.places[0].size);
}

std::optional<SoaView> soa_of(Bytes rdata) {
  const RdataNames found = find_names(Type::SOA, rdata);
  if (found.count != 2) return std::nullopt;
  const auto& rname = found.places[1];
  const std::uint8_t* numbers = rdata.data() + rname.offset + rname.size;
  return SoaView{{rdata.data(), found.places[0].size},
                 {rdata.data() + rname.offset, rname.size},
                 load32(numbers),
                 load32(numbers + 4),
                 load32(numbers + 8),
                 load32(numbers + 12),
                 load32(numbers + 16)};
}

}  // namespace catena::dns
