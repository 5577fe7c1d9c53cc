// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/edns.hpp"
#include "core/dns/name.hpp"
#include "core/dns/numbers.hpp"
#include "core/dns/record.hpp"

#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>

namespace catena::dns {

constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kMaxMessage = 65535;

/// The second 16 bits of a header (RFC 1035 section 4.1.1, RFC 4035 section 3.2).
class Flags {
 public:
  static constexpr std::uint16_t kQR = 0x8000, kAA = 0x0400, kTC = 0x0200, kRD = 0x0100,
                                 kRA = 0x0080, kZ = 0x0040, kAD = 0x0020, kCD = 0x0010;

  constexpr Flags() = default;
  constexpr explicit Flags(std::uint16_t bits) : bits_(bits) {}
  constexpr std::uint16_t bits() const { return bits_; }
  constexpr bool has(std::uint16_t mask) const { return (bits_ & mask) != 0; }
  constexpr void set(std::uint16_t mask) { bits_ |= mask; }
  constexpr void clear(std::uint16_t mask) { bits_ &= static_cast<std::uint16_t>(~mask); }
  constexpr Opcode opcode() const { return static_cast<Opcode>((bits_ >> 11) & 15); }
  /// The lower four bits only.
  constexpr Rcode rcode() const { return static_cast<Rcode>(bits_ & 15); }

 private:
  std::uint16_t bits_ = 0;
};

/// The fixed twelve bytes, read without looking at what follows.
struct Header {
  std::uint16_t id = 0;
  Flags flags;
  std::array<std::uint16_t, 4> counts{};  ///< Questions, answers, authority, additional.

  /// Nothing if there are fewer than twelve bytes.
  static std::optional<Header> read(std::span<const std::uint8_t> message);
};

/// One record where it lies in a message; its names may be compressed.
struct PackedRecord {
  std::size_t owner = 0;  ///< Offset of the owner name.
  Type type = Type::A;
  Class rclass = Class::IN;
  std::uint32_t ttl = 0;
  std::size_t rdata = 0;  ///< Offset of the data.
  std::size_t rdata_size = 0;
};

/// A message in somebody else's buffer that has been checked once from end to end: counts, bounds,
/// names, compression, record lengths, at most one OPT, TSIG only at the end. Reading it afterwards
/// cannot fail. Trailing bytes are ignored. Nothing is copied or allocated. Lives no longer than
/// the buffer.
class MessageView {
 public:
  /// How strictly the counts of a query are taken: CoreDNS answers a message that ends right behind
  /// its question although the header counts records.
  enum class Counts { strict, lenient_after_question };

  static Result<MessageView> parse(std::span<const std::uint8_t> message,
                                   Counts counts = Counts::strict);

  std::span<const std::uint8_t> bytes() const { return bytes_; }
  const Header& header() const { return header_; }
  std::uint16_t id() const { return header_.id; }
  Flags flags() const { return header_.flags; }

  /// The only question. Only if header().counts[0] == 1; its name lies in the buffer.
  const Question& question() const { return question_; }

  /// Twelve bits, the OPT record's part included.
  Rcode rcode() const;

  /// The OPT record's content, if there is one.
  const std::optional<Edns>& edns() const { return edns_; }

  /// Offset of the TSIG record, if there is one.
  std::optional<std::size_t> tsig() const { return tsig_; }
  /// From now on there is none; the bytes stay.
  void forget_tsig() { tsig_.reset(); }

  /// Goes over a section: `for (const PackedRecord& record : message.records(Section::answer))`.
  /// OPT and TSIG are left out.
  class Records;
  Records records(Section section) const;

  /// A record with its names uncompressed in the arena. Errors: no_room, bad_rdata.
  Result<Record> unpack(const PackedRecord& record, Arena& arena) const;

  /// The same for records that share an owner which is in the arena already.
  Result<Record> unpack(const PackedRecord& record, NameView owner, Arena& arena) const;

 private:
  friend class MessageParser;
  std::span<const std::uint8_t> bytes_;
  Header header_;
  Question question_;
  std::array<std::size_t, 4> starts_{};             // Offsets of the three sections and their end.
  std::array<std::uint16_t, 3> records_present_{};  // Counts, less what lenient reading let go.
  std::optional<Edns> edns_;
  std::optional<std::size_t> tsig_;
};

class MessageView::Records {
 public:
  class Iterator {
   public:
    using value_type = PackedRecord;
    using difference_type = std::ptrdiff_t;
    Iterator(std::span<const std::uint8_t> message, std::size_t offset, std::size_t left);
    const PackedRecord& operator*() const { return record_; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return left_ == other.left_; }

   private:
    void read();
    std::span<const std::uint8_t> message_;
    std::size_t next_;
    std::size_t left_;
    PackedRecord record_;
  };

  Records(std::span<const std::uint8_t> message, std::size_t start, std::size_t count)
      : message_(message), start_(start), count_(count) {}
  Iterator begin() const { return {message_, start_, count_}; }
  Iterator end() const { return {message_, start_, 0}; }

 private:
  std::span<const std::uint8_t> message_;
  std::size_t start_;
  std::size_t count_;
};

/// Only the question of a message that may be broken further on (for a FORMERR that shows it): the
/// header must count exactly one.
Result<Question> parse_question(std::span<const std::uint8_t> message);

}  // namespace catena::dns
