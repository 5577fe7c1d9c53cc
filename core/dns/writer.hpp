// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/edns.hpp"
#include "core/dns/name_table.hpp"
#include "core/dns/record.hpp"
#include "core/dns/response.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace catena::dns {

/// Writes a message front to back with compression (RFC 1035 section 4.1.4). Every add() either
/// writes all of it or nothing. Neither allocates nor throws. The table of names is small and on
/// the stack: names that do not fit into it any more are written in full.
class Writer {
 public:
  /// Nothing is written at or beyond out.size(), 65535 at most.
  explicit Writer(std::span<std::uint8_t> out);

  /// From now on nothing is written at or beyond `bytes`, at most what the constructor got.
  void limit(std::size_t bytes);

  /// First of all; without room for it nothing at all is written.
  void header(std::uint16_t id, Flags flags);
  /// The name of the first one must outlive the writer.
  bool question(const Question& question);
  bool record(Section section, const Record& record);

  /// An OPT record in the additional section (RFC 6891 section 6.1.2).
  bool opt(const Edns& edns);

  /// Bytes so far.
  std::size_t size() const { return size_; }

  /// Sets TC in the header.
  void set_truncated();

  /// Writes the counts into the header and returns the whole message.
  std::span<const std::uint8_t> finish();

 private:
  /// How a name may be written. Owners equal to the question become a pointer to it whatever their
  /// letter case, so that the client finds its own; all other names keep theirs.
  enum class Form { owner, compressed, whole };

  bool put_name(NameView name, Form form);
  bool put_rdata(const Record& record);
  bool put_bytes(std::span<const std::uint8_t> bytes);
  bool put16(std::uint16_t value);
  /// Room for `size` bytes that follow; null if there is none.
  std::uint8_t* take(std::size_t size);
  bool is_question(NameView name, Form form) const;
  void remember_question();

  std::span<std::uint8_t> out_;
  std::size_t limit_;
  std::size_t size_ = 0;
  std::array<std::uint16_t, 4> counts_{};
  NameView question_name_;
  NameTable names_;
};

/// What a message that leaves needs to know beside the answer itself.
struct Envelope {
  std::uint16_t id = 0;
  Flags query_flags;  ///< Opcode and RD, CD are echoed (RD and CD only for Opcode::Query).
  std::optional<Question> question;  ///< In the client's own letter case.
  std::optional<Edns> opt;  ///< The OPT record to add, options included; none without EDNS.
  std::size_t limit = 512;  ///< Bytes; at most out.size().
};

/// Turns an answer into bytes: always compressed; if it does not fit the limit it is cut record by
/// record from the end, the OPT record kept, and TC set; a section that fits is never left empty.
/// An rcode over 15 is SERVFAIL where there is no OPT record to carry it. EDNS options are left out
/// where not even header, question and they fit together. Returns the bytes in `out`; empty only if
/// header, question and an OPT record without options do not fit.
std::span<const std::uint8_t> encode(const Response& response,
                                     const Envelope& envelope,
                                     std::span<std::uint8_t> out);

/// The twelve bytes of a FORMERR or NOTIMP that the gate sends: id, opcode as given, RD RA TC AD CD
/// as received, AA and Z clear, all counts zero.
std::array<std::uint8_t, kHeaderSize> bare_header(const Header& query, Rcode rcode, Opcode opcode);

}  // namespace catena::dns
