// SPDX-License-Identifier: Apache-2.0
#include "core/dns/message.hpp"

#include "core/dns/bytes.hpp"
#include "core/dns/message_parser.hpp"
#include "core/dns/rdata.hpp"

namespace catena::dns {

std::optional<Header> Header::read(std::span<const std::uint8_t> message) {
  if (message.size() < kHeaderSize) return {};
  const std::uint8_t* at = message.data();
  return Header{.id = load16(at),
                .flags = Flags(load16(at + 2)),
                .counts = {load16(at + 4), load16(at + 6), load16(at + 8), load16(at + 10)}};
}

Result<MessageView> MessageView::parse(std::span<const std::uint8_t> message, Counts counts) {
  return MessageParser(message, counts).parse();
}

Rcode MessageView::rcode() const {
  const unsigned upper = edns_ ? edns_->extended_rcode : 0u;
  return static_cast<Rcode>(upper << 4 | static_cast<unsigned>(header_.flags.rcode()));
}

MessageView::Records MessageView::records(Section section) const {
  const auto index = static_cast<std::size_t>(section);
  return {bytes_, starts_[index], records_present_[index]};
}

Result<Record> MessageView::unpack(const PackedRecord& record, Arena& arena) const {
  std::array<std::uint8_t, NameView::kMaxSize> unpacked;
  const Result<ReadName> owner = read_name(bytes_, record.owner, unpacked);
  if (!owner) return owner.error();
  const auto kept_owner = arena.copy(owner->name.bytes());
  if (kept_owner.empty()) return Error::no_room;
  return unpack(record, NameView(kept_owner), arena);
}

Result<Record> MessageView::unpack(const PackedRecord& record, NameView owner, Arena& arena) const {
  const auto rdata = unpack_rdata(bytes_, record.rdata, record.rdata_size, record.type, arena);
  if (!rdata) return rdata.error();
  return Record{.owner = owner,
                .type = record.type,
                .rclass = record.rclass,
                .ttl = record.ttl,
                .rdata = *rdata};
}

MessageView::Records::Iterator::Iterator(std::span<const std::uint8_t> message,
                                         std::size_t offset,
                                         std::size_t left)
    : message_(message), next_(offset), left_(left) {
  if (left_ > 0) read();
}

MessageView::Records::Iterator& MessageView::Records::Iterator::operator++() {
  if (--left_ > 0) read();
  return *this;
}

// The message was checked when it was parsed, so that there is a record for each that is left.
void MessageView::Records::Iterator::read() {
  do {
    record_ = *read_packed_record(message_, next_);
    next_ = record_.rdata + record_.rdata_size;
  } while (record_.type == Type::OPT || record_.type == Type::TSIG);
}

}  // namespace catena::dns
