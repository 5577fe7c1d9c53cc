// SPDX-License-Identifier: Apache-2.0
#include "core/dns/rdata.hpp"
#include "core/dns/rdata_fields.hpp"

#include <algorithm>
#include <array>

namespace catena::dns {
namespace {

/// Goes over one record's data and keeps its pieces: bytes where they lie, names uncompressed in
/// buffers of its own.
class Unpacker {
 public:
  Unpacker(Bytes message, std::size_t offset, std::size_t length)
      : message_(message), next_(offset), kept_(offset), end_(offset + length) {}

  Result<void> read(Type type) {
    for (const Field field : fields_of(type)) {
      if (field == Field::end) break;
      const bool is_name = field == Field::name || field == Field::compressible_name;
      const Result<void> done = is_name ? read_a_name() : skip(field);
      if (!done) return done.error();
    }
    if (next_ != end_) return Error::bad_rdata;
    keep_bytes();
    return {};
  }

  Result<Bytes> store(Arena& arena) const {
    std::size_t size = 0;
    for (std::size_t i = 0; i < count_; ++i) size += pieces_[i].size();
    if (size > 0xffff) return Error::bad_rdata;
    const std::span<std::uint8_t> out = arena.array<std::uint8_t>(size);
    if (out.empty()) return Error::no_room;
    auto place = out.begin();
    for (std::size_t i = 0; i < count_; ++i) {
      place = std::copy(pieces_[i].begin(), pieces_[i].end(), place);
    }
    return Bytes(out);
  }

 private:
  Result<void> skip(Field field) {
    const auto size = field_size(field, message_.subspan(next_, end_ - next_));
    if (!size) return Error::bad_rdata;
    next_ += *size;
    return {};
  }

  Result<void> read_a_name() {
    keep_bytes();
    const auto read = read_name(message_, next_, names_[names_used_++]);
    if (!read) return read.error();
    if (read->size_in_message > end_ - next_) return Error::bad_rdata;
    pieces_[count_++] = read->name.bytes();
    next_ += read->size_in_message;
    kept_ = next_;
    return {};
  }

  void keep_bytes() {
    if (next_ > kept_) pieces_[count_++] = message_.subspan(kept_, next_ - kept_);
    kept_ = next_;
  }

  static constexpr std::size_t kNames = RdataNames::kMost;
  Bytes message_;
  std::size_t next_;
  std::size_t kept_;  // Everything before it is in the pieces.
  std::size_t end_;
  std::array<Bytes, 2 * kNames + 1> pieces_;
  std::size_t count_ = 0;
  std::array<std::array<std::uint8_t, NameView::kMaxSize>, kNames> names_;
  std::size_t names_used_ = 0;
};

}  // namespace

Result<Bytes> unpack_rdata(
    Bytes message, std::size_t offset, std::size_t length, Type type, Arena& arena) {
  if (offset > message.size() || length > message.size() - offset) return Error::truncated;
  if (length == 0) return Bytes();
  Unpacker unpacker(message, offset, length);
  const Result<void> read = unpacker.read(type);
  if (!read) return read.error();
  return unpacker.store(arena);
}

}  // namespace catena::dns
