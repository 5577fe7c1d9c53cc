// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/edns.hpp"
#include "core/dns/message.hpp"
#include "core/dns/record.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace catena::dns {

/// An answer under construction: header bits, rcode and three rows of records whose bytes lie in
/// the query's arena or, while the query does not wait, in shared state (cache entry, store). There
/// is one form only; compressing, size limit and EDNS are the business of encode() when it leaves.
/// The rows live in the arena. One thread.
class Response {
 public:
  explicit Response(Arena& arena) : arena_(&arena) {}

  /// AA, TC, RA, AD and Z are the plugin's; QR, opcode, RD, CD come from the query when it leaves.
  Flags flags;
  Rcode rcode = Rcode::NoError;

  /// An OPT record that a plugin or an upstream supplied; size and DO are put right when it leaves.
  std::optional<Edns> edns;

  std::span<Record> records(Section section) { return row(section).span(); }
  std::span<const Record> records(Section section) const { return row(section).span(); }
  std::span<Record> answer() { return records(Section::answer); }
  std::span<const Record> answer() const { return records(Section::answer); }
  std::span<Record> authority() { return records(Section::authority); }
  std::span<const Record> authority() const { return records(Section::authority); }
  std::span<Record> additional() { return records(Section::additional); }
  std::span<const Record> additional() const { return records(Section::additional); }

  /// False when the arena is full: the answer is then set to be truncated (TC) when it leaves.
  bool add(Section section, const Record& record);

  /// Adds copies of records that are gone before this answer. False when the arena is full:
  /// spoiled() then.
  bool add_copies(Section section, std::span<const Record> records);

  /// Replaces what is here by a copy of another answer that is not spoiled(), without whole().
  /// False when the arena is full: spoiled() then.
  bool copy(const Response& other);

  /// Whether an add() failed since the last clear() or assign().
  bool overflowed() const { return overflowed_; }

  /// Something that belongs into this answer cannot be said, a name of more than 255 bytes for
  /// example. Until clear().
  void spoil() { spoiled_ = true; }

  /// Whether a part of this answer is missing or wrong where nobody would see it, which a full
  /// arena does too. It must not be kept, and leaves as SERVFAIL.
  bool spoiled() const { return spoiled_ || arena_->exhausted(); }

  /// Keeps the first `count` records of a section.
  void shrink(Section section, std::size_t count);

  /// Room for `count` more records at once.
  void reserve(Section section, std::size_t count);

  /// As new; what the arena holds stays taken until the query ends.
  void clear();

  /// Copies every name and every data that the records point to into the arena. Before a query
  /// waits with a half-built answer, and before an answer is kept. False when the arena is full:
  /// the answer is then an empty SERVFAIL.
  [[nodiscard]] bool own();

  /// All of a message's records, unpacked into the arena, with flags, rcode and OPT. Replaces what
  /// is here; nothing is left of it after an error. Errors: those of names, bad_rdata, no_room.
  [[nodiscard]] Result<void> assign(const MessageView& message);

  /// The same for a message that must reach the client byte by byte, since it is signed (RFC 8945
  /// section 5.5): whole() has a copy of it then.
  Result<void> assign_whole(const MessageView& message);

  /// What leaves instead of the rows, but for the id; empty for nearly all answers. The rows, flags
  /// and rcode are for those who look at the answer: what they change of it stays here.
  std::span<const std::uint8_t> whole() const { return whole_; }

  Arena& arena() { return *arena_; }

  /// Bytes of the whole message without compression, with `question` and without OPT; what CoreDNS
  /// calls the size of a reply in logs and metrics.
  std::size_t uncompressed_size(const Question& question) const;

 private:
  /// A growing array in the arena.
  struct Row {
    Record* records = nullptr;
    std::size_t count = 0;
    std::size_t capacity = 0;
    std::span<Record> span() { return {records, count}; }
    std::span<const Record> span() const { return {records, count}; }
  };
  Row& row(Section section) { return rows_[static_cast<std::size_t>(section)]; }
  const Row& row(Section section) const { return rows_[static_cast<std::size_t>(section)]; }
  bool grow(Row& row, std::size_t capacity);

  Arena* arena_;
  std::array<Row, 3> rows_;
  std::span<const std::uint8_t> whole_;  // In the arena.
  bool overflowed_ = false;
  bool spoiled_ = false;
};

/// The answer in small: what log, cache, minimal and DoH decide by. `opcode` and `type` are the
/// question's.
enum class Kind : std::uint8_t {
  NoError,
  Delegation,
  NXDomain,
  NoData,
  ServerError,
  Meta,
  Update,
  OtherError,
};
enum class KindClass : std::uint8_t { success, denial, error };

struct Asked {
  Opcode opcode = Opcode::Query;
  Question question;
};

/// `now` is seconds since 1970, for the validity of signatures (only looked at with DO in the
/// reply's OPT or `dnssec_ok`).
Kind kind_of(const Response& response, const Asked& asked, bool dnssec_ok, std::uint32_t now);
KindClass class_of(Kind kind);
/// "NOERROR", "DELEGATION", "NXDOMAIN", "NODATA", "SERVERERROR", "META", "UPDATE", "OTHERERROR".
std::string_view to_string(Kind kind);
/// "success", "denial", "error".
std::string_view to_string(KindClass kind_class);

/// The smallest TTL of an answer, at most `maximum`: 5 s where there is nothing to go by.
std::uint32_t minimal_ttl(const Response& response, Kind kind, std::uint32_t maximum);

}  // namespace catena::dns
