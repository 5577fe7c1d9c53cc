// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/message.hpp"
#include "core/dns/name.hpp"
#include "core/dns/response.hpp"
#include "core/dns/text.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::dns::testing {

using Bytes = std::vector<std::uint8_t>;

/// A message put together byte by byte, lies included. Test programs only.
class RawMessage {
 public:
  RawMessage& u8(unsigned value) {
    bytes_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  RawMessage& u16(unsigned value) { return u8(value >> 8).u8(value & 255); }
  RawMessage& u32(std::uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
  RawMessage& raw(std::string_view bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  /// Header with the four counts; id 0x1234, RD.
  RawMessage& header(unsigned questions,
                     unsigned answers,
                     unsigned authority,
                     unsigned additional) {
    return u16(0x1234).u16(0x0100).u16(questions).u16(answers).u16(authority).u16(additional);
  }

  /// Uncompressed.
  RawMessage& name(std::string_view text) {
    const Name parsed = Name::parse(text).value();
    for (const std::uint8_t byte : parsed.view().bytes()) u8(byte);
    return *this;
  }
  RawMessage& pointer(unsigned offset) { return u16(0xc000 | offset); }

  RawMessage& question(std::string_view owner, Type type = Type::A) {
    return name(owner).u16(static_cast<unsigned>(type)).u16(1);
  }

  /// What stands between an owner and its data.
  RawMessage& numbers(Type type,
                      unsigned rdata_size,
                      unsigned rclass = 1,
                      std::uint32_t ttl = 300) {
    return u16(static_cast<unsigned>(type)).u16(rclass).u32(ttl).u16(rdata_size);
  }

  /// An OPT record with raw options.
  RawMessage& opt(std::string_view options = {}, unsigned size = 1232, std::uint32_t ttl = 0) {
    return u8(0).numbers(Type::OPT, static_cast<unsigned>(options.size()), size, ttl).raw(options);
  }

  /// A TSIG record with a MAC of four bytes.
  RawMessage& tsig() {
    name("key.").numbers(Type::TSIG, 33, 255, 0).name("hmac-sha256.");
    return u16(0).u32(0).u16(300).u16(4).u32(0).u16(0x1234).u16(0).u16(0);
  }

  RawMessage& cut(std::size_t bytes) {
    bytes_.resize(bytes_.size() - bytes);
    return *this;
  }

  std::size_t size() const { return bytes_.size(); }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

inline Name name(std::string_view text) { return Name::parse(text).value(); }

/// All records of a section in presentation form, as they are read back from a message.
inline std::vector<std::string> texts(const MessageView& message, Section section, Arena& arena) {
  std::vector<std::string> all;
  for (const PackedRecord& packed : message.records(section)) {
    all.push_back(to_text(message.unpack(packed, arena).value()));
  }
  return all;
}

/// Records of an answer in presentation form.
inline std::vector<std::string> texts(std::span<const Record> records) {
  std::vector<std::string> all;
  for (const Record& record : records) all.push_back(to_text(record));
  return all;
}

/// Adds records in presentation form to an answer.
inline void add(Response& response, Section section, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    response.add(section, parse_record(line, response.arena()).value());
  }
}

}  // namespace catena::dns::testing
