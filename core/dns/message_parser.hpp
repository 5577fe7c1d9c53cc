// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/message.hpp"

namespace catena::dns {

/// Goes over a message once, checking everything, and leaves a MessageView behind.
class MessageParser {
 public:
  MessageParser(std::span<const std::uint8_t> message, MessageView::Counts counts)
      : message_(message), counts_(counts) {}

  Result<MessageView> parse();

 private:
  std::optional<Error> read_questions();
  std::optional<Error> read_section(Section section);
  std::optional<Error> read_record(Section section, bool last);
  std::optional<Error> read_opt(const PackedRecord& record);
  bool ends_behind_question() const;

  std::span<const std::uint8_t> message_;
  MessageView::Counts counts_;
  std::size_t at_ = kHeaderSize;
  MessageView view_;
};

/// The record at `offset` with its bounds checked, its data not. Errors: truncated, those of names.
Result<PackedRecord> read_packed_record(std::span<const std::uint8_t> message, std::size_t offset);

/// Checks the data of a record against its type, compressed names followed. Data of no bytes is
/// right for every type: dynamic updates have it (RFC 2136 section 2.4).
std::optional<Error> check_packed_rdata(std::span<const std::uint8_t> message,
                                        const PackedRecord& record);

}  // namespace catena::dns
