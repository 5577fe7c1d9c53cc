// SPDX-License-Identifier: Apache-2.0
#include "core/dns/bytes.hpp"
#include "core/dns/encodings.hpp"
#include "core/dns/location.hpp"
#include "core/dns/rdata_fields.hpp"
#include "core/dns/record_reader.hpp"
#include "core/dns/service_params.hpp"
#include "core/dns/tsig_error.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <ctime>
#include <limits>

namespace catena::dns {
namespace {

constexpr std::size_t kMaxRdata = 65535;

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t largest) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value > largest) return std::nullopt;
  return value;
}

int parse_digits(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// YYYYMMDDHHMMSS, or seconds since 1970 (RFC 4034 section 3.2).
std::optional<std::uint64_t> parse_time(std::string_view text) {
  constexpr auto kLargest = std::numeric_limits<std::uint32_t>::max();
  if (text.size() != 14) return parse_number(text, kLargest);
  if (!parse_number(text, std::numeric_limits<std::uint64_t>::max())) return std::nullopt;
  std::tm parts{};
  parts.tm_year = parse_digits(text.substr(0, 4)) - 1900;
  parts.tm_mon = parse_digits(text.substr(4, 2)) - 1;
  parts.tm_mday = parse_digits(text.substr(6, 2));
  parts.tm_hour = parse_digits(text.substr(8, 2));
  parts.tm_min = parse_digits(text.substr(10, 2));
  parts.tm_sec = parse_digits(text.substr(12, 2));
  const std::tm asked = parts;
  const std::time_t seconds = timegm(&parts);
  const bool changed = parts.tm_mon != asked.tm_mon || parts.tm_mday != asked.tm_mday ||
                       parts.tm_hour != asked.tm_hour || parts.tm_min != asked.tm_min;
  if (changed || seconds < 0 || seconds > std::time_t{kLargest}) return std::nullopt;
  return static_cast<std::uint64_t>(seconds);
}

template <class Number>
std::optional<std::uint64_t> as_number(std::optional<Number> value) {
  if (!value) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

/// Windows of RFC 4034 section 4.1.2 for types in any order.
void append_bitmap(std::vector<std::uint8_t>& out, std::vector<std::uint16_t> types) {
  std::ranges::sort(types);
  for (std::size_t i = 0; i < types.size();) {
    const unsigned window = types[i] >> 8;
    std::array<std::uint8_t, 32> bits{};
    std::size_t used = 0;
    for (; i < types.size() && types[i] >> 8 == static_cast<int>(window); ++i) {
      const unsigned low = types[i] & 0xffu;
      bits[low / 8] |= static_cast<std::uint8_t>(0x80 >> low % 8);
      used = low / 8 + 1;
    }
    out.push_back(static_cast<std::uint8_t>(window));
    out.push_back(static_cast<std::uint8_t>(used));
    out.insert(out.end(), bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(used));
  }
}

/// Reads field after field. The first fault stays.
class RdataReader {
 public:
  RdataReader(Tokens& tokens, NameView origin, std::vector<std::uint8_t>& out)
      : tokens_(tokens), origin_(origin), out_(out) {}

  TextResult<void> read(Type type) {
    out_.clear();
    const bool generic = tokens_.peek().kind == Token::Kind::word && tokens_.peek().text == "\\#";
    if (generic) {
      read_generic(type);
    } else {
      for (const Field field : fields_of(type)) {
        if (field == Field::end || fault_) break;
        read_field(field);
      }
    }
    expect(tokens_.peek().is_end(), "more text than the type's data has");
    expect(out_.size() <= kMaxRdata, "data over 65535 bytes");
    if (fault_) return *fault_;
    return {};
  }

 private:
  /// Notes a fault at the present token.
  bool expect(bool good, std::string_view reason) {
    if (!good && !fault_) fault_ = TextFault{reason, tokens_.peek().text};
    return good;
  }

  /// The present token handed to `parse`, which says whether it was good.
  template <class Parse>
  void word(std::string_view reason, Parse parse) {
    const Token& token = tokens_.peek();
    if (!expect(token.is_text(), tokens_.peek().is_end() ? "data ends too early" : reason)) return;
    if (expect(parse(token.text), reason)) tokens_.take();
  }

  void number(std::size_t bytes, std::string_view reason, auto parse) {
    word(reason, [&](std::string_view text) {
      const std::optional<std::uint64_t> value = parse(text);
      if (value) append_number(*value, bytes);
      return value.has_value();
    });
  }

  void plain_number(std::size_t bytes) {
    number(bytes, "not a number in range", [&](std::string_view text) {
      return parse_number(text, (std::uint64_t{1} << bytes * 8) - 1);
    });
  }

  void append_number(std::uint64_t value, std::size_t bytes) {
    for (std::size_t shift = bytes * 8; shift > 0; shift -= 8) {
      out_.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
    }
  }

  void read_field(Field field) {
    switch (field) {
      case Field::u8:
        return plain_number(1);
      case Field::u16:
        return plain_number(2);
      case Field::u32:
        return plain_number(4);
      case Field::u48:
        return plain_number(6);
      case Field::ttl:
        return number(4, "not a TTL", [](auto text) { return as_number(parse_ttl(text)); });
      case Field::time:
        return number(4, "not a time", [](auto text) { return parse_time(text); });
      case Field::type:
        return number(2, "not a type", [](auto text) { return as_number(parse_type(text)); });
      case Field::tsig_error:
        return number(2, "not an rcode",
                      [](auto text) { return as_number(parse_tsig_error(text)); });
      default:
        return read_bytes(field);
    }
  }

  void read_bytes(Field field) {
    switch (field) {
      case Field::compressible_name:
      case Field::name:
        return read_name();
      case Field::ipv4:
        return read_address(AF_INET, 4);
      case Field::ipv6:
        return read_address(AF_INET6, 16);
      case Field::text:
        return read_text();
      case Field::texts:
        return read_texts();
      case Field::tag:
        return read_tag();
      case Field::hex:
        return read_rest("not hexadecimal", append_from_hex);
      case Field::base64:
        return read_rest("not base64", append_from_base64);
      case Field::base64_u16:
        return read_counted_base64();
      case Field::hex_u8:
        return read_salt();
      case Field::base32_u8:
        return read_base32();
      case Field::type_bitmap:
        return read_bitmap();
      case Field::location:
        return read_location();
      case Field::service_params:
        return read_params();
      case Field::caa_value:
        return word("bad escape", [&](auto text) { return append_unescaped(out_, text); });
      default:
        expect(false, "this type's data needs the \\# form");
    }
  }

  void read_name() {
    word("not a name", [&](std::string_view text) {
      const auto name = Name::parse(text, origin_);
      if (!name) return false;
      const auto bytes = name->view().bytes();
      out_.insert(out_.end(), bytes.begin(), bytes.end());
      return true;
    });
  }

  void read_address(int family, std::size_t size) {
    word("not an address", [&](std::string_view text) {
      std::array<char, INET6_ADDRSTRLEN> copy{};
      std::array<std::uint8_t, 16> bytes;
      if (text.size() >= copy.size()) return false;
      std::ranges::copy(text, copy.begin());
      if (inet_pton(family, copy.data(), bytes.data()) != 1) return false;
      out_.insert(out_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      return true;
    });
  }

  /// Bytes behind a length byte.
  template <class Append>
  bool append_counted(Append append) {
    const std::size_t start = out_.size();
    out_.push_back(0);
    if (!append()) return false;
    const std::size_t size = out_.size() - start - 1;
    out_[start] = static_cast<std::uint8_t>(size);
    return size <= 255;
  }

  void read_text() {
    word("not a string of 255 bytes at most", [&](std::string_view text) {
      return append_counted([&] { return append_unescaped(out_, text); });
    });
  }

  /// Longer strings are cut into pieces of 255 bytes, as CoreDNS does.
  void read_texts() {
    do {
      word("not a string", [&](std::string_view text) {
        std::vector<std::uint8_t> bytes;
        if (!append_unescaped(bytes, text)) return false;
        append_pieces(bytes);
        return true;
      });
    } while (!fault_ && tokens_.peek().is_text());
  }

  void append_pieces(Bytes bytes) {
    do {
      const Bytes piece = bytes.first(std::min<std::size_t>(bytes.size(), 255));
      out_.push_back(static_cast<std::uint8_t>(piece.size()));
      out_.insert(out_.end(), piece.begin(), piece.end());
      bytes = bytes.subspan(piece.size());
    } while (!bytes.empty());
  }

  void read_tag() {
    const std::size_t start = out_.size();
    word("not a tag of letters and digits", [&](std::string_view text) {
      return append_counted([&] { return append_unescaped(out_, text); }) &&
             field_size(Field::tag, Bytes(out_).subspan(start));
    });
  }

  /// All that is left, with or without blanks in between.
  void read_rest(std::string_view reason,
                 bool (*append)(std::vector<std::uint8_t>&, std::string_view)) {
    std::string joined;
    while (tokens_.peek().is_text()) joined += tokens_.take().text;
    expect(append(out_, joined), reason);
  }

  void read_counted_base64() {
    const std::size_t start = out_.size();
    plain_number(2);
    if (fault_) return;
    const std::size_t size = load16(&out_[start]);
    if (size == 0) return;
    word("not base64", [&](auto text) { return append_from_base64(out_, text); });
    expect(fault_ || out_.size() - start - 2 == size, "base64 of another length than announced");
  }

  void read_salt() {
    word("not a salt", [&](std::string_view text) {
      if (text == "-") text = {};
      return append_counted([&] { return append_from_hex(out_, text); });
    });
  }

  void read_base32() {
    word("not base32hex", [&](std::string_view text) {
      return !text.empty() && append_counted([&] { return append_from_base32hex(out_, text); });
    });
  }

  void read_bitmap() {
    std::vector<std::uint16_t> types;
    while (!fault_ && tokens_.peek().is_text()) {
      word("not a type", [&](std::string_view text) {
        const auto type = parse_type(text);
        if (type) types.push_back(static_cast<std::uint16_t>(*type));
        return type.has_value();
      });
    }
    append_bitmap(out_, std::move(types));
  }

  void read_location() {
    constexpr std::size_t kMostWords = 12;
    std::vector<std::string_view> words;
    while (tokens_.peek().is_text() && words.size() < kMostWords) {
      words.push_back(tokens_.take().text);
    }
    expect(append_location(out_, words), "not a location");
  }

  void read_params() {
    const std::size_t start = out_.size();
    while (!fault_ && tokens_.peek().is_text()) {
      word("not a service parameter",
           [&](std::string_view text) { return append_service_param(out_, text); });
    }
    expect(fault_ || sort_service_params(std::span(out_).subspan(start)),
           "the same service parameter twice");
  }

  void read_generic(Type type) {
    tokens_.take();
    std::size_t announced = 0;
    word("not a length", [&](std::string_view text) {
      const auto size = parse_number(text, kMaxRdata);
      announced = size.value_or(0);
      return size.has_value();
    });
    read_rest("not hexadecimal", append_from_hex);
    expect(out_.size() == announced, "data of another length than announced");
    expect(out_.empty() || find_names(type, out_).fits, "data that does not fit its type");
  }

  Tokens& tokens_;
  NameView origin_;
  std::vector<std::uint8_t>& out_;
  std::optional<TextFault> fault_;
};

}  // namespace

TextResult<void> read_rdata(Tokens& tokens,
                            Type type,
                            NameView origin,
                            std::vector<std::uint8_t>& out) {
  return RdataReader(tokens, origin, out).read(type);
}

}  // namespace catena::dns
