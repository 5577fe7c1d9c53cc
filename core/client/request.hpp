// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/edns.hpp"
#include "core/dns/message.hpp"
#include "core/dns/record.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace catena::client {

/// Bytes of the length in front of a message over TCP (RFC 1035 section 4.2.2).
inline constexpr std::size_t kLengthSize = 2;

/// A record that a query has beside its question and OPT: a NOTIFY's SOA.
struct Extra {
  dns::Section section = dns::Section::additional;
  dns::Record record;
};

/// The bytes of one query as they leave, with room for TCP's length in front, in memory that
/// somebody else owns and that lives as long. The id is put in for each attempt.
class Request {
 public:
  /// Bytes that write() needs at most.
  static std::size_t room_for(const dns::Question& question,
                              const std::optional<dns::Edns>& edns,
                              std::span<const Extra> extra = {});

  /// Nothing where it does not fit into `room` or into a message. `extra` is in the order of the
  /// sections. What is left of the room is for whoever lengthens it.
  static std::optional<Request> write(const dns::Question& question,
                                      dns::Flags flags,
                                      const std::optional<dns::Edns>& edns,
                                      std::span<std::uint8_t> room,
                                      std::span<const Extra> extra = {});

  /// A message with one question as somebody else wrote it. `room` has two bytes more than it.
  static std::optional<Request> pass(const dns::MessageView& message, std::span<std::uint8_t> room);

  void set_id(std::uint16_t id);

  std::span<const std::uint8_t> datagram() const { return framed().subspan(kLengthSize); }
  std::span<const std::uint8_t> framed() const { return room_.first(kLengthSize + size_); }

  /// The message with the room behind it, at most that of a message.
  std::span<std::uint8_t> room() const { return room_.subspan(kLengthSize); }
  /// The message has become longer, within its room.
  void set_size(std::size_t bytes);

  /// As it was written; its name lies wherever the caller's did.
  const dns::Question& question() const { return question_; }

 private:
  Request(std::span<std::uint8_t> room, std::size_t size, const dns::Question& question);

  std::span<std::uint8_t> room_;
  std::size_t size_ = 0;  // Bytes of the message.
  dns::Question question_;
};

}  // namespace catena::client
