// SPDX-License-Identifier: Apache-2.0
#include "core/dns/tsig.hpp"

#include "core/dns/bytes.hpp"
#include "core/dns/message_parser.hpp"

#include <algorithm>

namespace catena::dns {
namespace {

// Type, class, TTL, length of the data.
constexpr std::size_t kFixed = 10;
// Time, fudge, MAC size, original id, error, length of the other data.
constexpr std::size_t kNumbers = 16;

std::uint8_t* put48(std::uint8_t* at, std::uint64_t value) {
  store48(at, value);
  return at + 6;
}

std::uint8_t* put16(std::uint8_t* at, std::size_t value) {
  store16(at, static_cast<std::uint16_t>(value));
  return at + 2;
}

std::uint8_t* put(std::uint8_t* at, std::span<const std::uint8_t> bytes) {
  return std::copy(bytes.begin(), bytes.end(), at);
}

std::uint8_t* put_folded(std::uint8_t* at, NameView name) {
  fold_to(name, at);
  return at + name.size();
}

// The data was checked with the message: all of its fields are there.
Tsig tsig_of(NameView key, std::span<const std::uint8_t> rdata) {
  Tsig tsig{.key = key, .algorithm = NameView(rdata.first(*skip_name(rdata, 0)))};
  rdata = rdata.subspan(tsig.algorithm.size());
  tsig.time = load48(rdata.data());
  tsig.fudge = load16(rdata.data() + 6);
  tsig.mac = rdata.subspan(10, load16(rdata.data() + 8));
  rdata = rdata.subspan(10 + tsig.mac.size());
  tsig.original_id = load16(rdata.data());
  tsig.error = load16(rdata.data() + 2);
  tsig.other = rdata.subspan(6, load16(rdata.data() + 4));
  return tsig;
}

}  // namespace

Result<Tsig> read_tsig(const MessageView& message, Arena& arena) {
  const Result<PackedRecord> packed = read_packed_record(message.bytes(), *message.tsig());
  if (!packed) return packed.error();
  if (packed->rclass != Class::ANY || packed->ttl != 0) return Error::bad_rdata;
  const Result<Record> record = message.unpack(*packed, arena);
  if (!record) return record.error();
  return tsig_of(record->owner, record->rdata);
}

std::size_t size_of(const Tsig& tsig) {
  return tsig.key.size() + kFixed + tsig.algorithm.size() + kNumbers + tsig.mac.size() +
         tsig.other.size();
}

Result<std::size_t> append_tsig(std::span<std::uint8_t> room, std::size_t size, const Tsig& tsig) {
  const std::size_t all = size_of(tsig);
  if (room.size() < size || room.size() - size < all) return Error::no_room;
  std::uint8_t* at = put(room.data() + size, tsig.key.bytes());
  at = put16(at, static_cast<std::size_t>(Type::TSIG));
  at = put16(at, static_cast<std::size_t>(Class::ANY));
  at = put16(put16(at, 0), 0);
  at = put16(at, all - tsig.key.size() - kFixed);
  at = put(at, tsig.algorithm.bytes());
  at = put16(put48(at, tsig.time), tsig.fudge);
  at = put(put16(at, tsig.mac.size()), tsig.mac);
  at = put16(put16(at, tsig.original_id), tsig.error);
  put(put16(at, tsig.other.size()), tsig.other);
  store16(room.data() + 10, static_cast<std::uint16_t>(load16(room.data() + 10) + 1));
  return size + all;
}

std::array<std::uint8_t, kHeaderSize> signed_header(const MessageView& message, const Tsig& tsig) {
  std::array<std::uint8_t, kHeaderSize> header;
  std::copy_n(message.bytes().begin(), kHeaderSize, header.begin());
  store16(header.data(), tsig.original_id);
  store16(header.data() + 10, static_cast<std::uint16_t>(message.header().counts[3] - 1));
  return header;
}

std::span<const std::uint8_t> signed_variables(const Tsig& tsig,
                                               std::span<std::uint8_t, kSignedVariables> out) {
  std::uint8_t* at = put_folded(out.data(), tsig.key);
  at = put16(at, static_cast<std::size_t>(Class::ANY));
  at = put16(put16(at, 0), 0);
  at = put_folded(at, tsig.algorithm);
  at = put16(put48(at, tsig.time), tsig.fudge);
  at = put16(put16(at, tsig.error), tsig.other.size());
  return out.first(static_cast<std::size_t>(at - out.data()));
}

std::array<std::uint8_t, 8> signed_timers(const Tsig& tsig) {
  std::array<std::uint8_t, 8> timers;
  put16(put48(timers.data(), tsig.time), tsig.fudge);
  return timers;
}

}  // namespace catena::dns
