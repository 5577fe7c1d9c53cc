// SPDX-License-Identifier: Apache-2.0
#include "core/dns/name.hpp"

#include <algorithm>

namespace catena::dns {

namespace {

/// A name of 255 bytes has 127 labels; nobody needs more pointers than that.
constexpr std::size_t kMaxPointers = 127;

/// The name at an offset, label by label, across compression pointers. Each pointer must lead to
/// before the row of labels that it ends: then no row is visited twice, so that there are no loops,
/// and nothing that a writer may legally send is lost.
class LabelWalk {
 public:
  LabelWalk(std::span<const std::uint8_t> message, std::size_t offset)
      : message_(message), start_(offset), at_(offset), row_(offset) {}

  /// The next label with its length byte, the root's zero byte last of all.
  Result<std::span<const std::uint8_t>> next() {
    for (;;) {
      if (at_ >= message_.size()) return Error::truncated;
      const std::size_t length = message_[at_];
      if (length <= NameView::kMaxLabel) return take(length + 1);
      if (length < 0xc0) return Error::bad_label_type;
      if (const std::optional<Error> error = follow(length)) return *error;
    }
  }

  /// Bytes at the first offset, once the root has been reached.
  std::size_t size_in_message() const { return end_ != 0 ? end_ - start_ : at_ - start_; }

 private:
  Result<std::span<const std::uint8_t>> take(std::size_t size) {
    if (size > message_.size() - at_) return Error::truncated;
    name_size_ += size;
    if (name_size_ > NameView::kMaxSize) return Error::name_too_long;
    const auto label = message_.subspan(at_, size);
    at_ += size;
    return label;
  }

  std::optional<Error> follow(std::size_t first_byte) {
    if (message_.size() - at_ < 2) return Error::truncated;
    const std::size_t target = (first_byte & 0x3f) << 8 | message_[at_ + 1];
    if (target >= row_ || ++pointers_ > kMaxPointers) return Error::bad_pointer;
    if (end_ == 0) end_ = at_ + 2;
    at_ = row_ = target;
    return std::nullopt;
  }

  std::span<const std::uint8_t> message_;
  std::size_t start_;
  std::size_t at_;
  std::size_t row_;
  std::size_t end_ = 0;  ///< Behind the first pointer; 0 before there is one.
  std::size_t name_size_ = 0;
  std::size_t pointers_ = 0;
};

/// Size of the name at `offset` if it is whole, legal and not compressed, else 0.
std::size_t plain_size(std::span<const std::uint8_t> message, std::size_t offset) {
  const std::size_t end = std::min(message.size(), offset + NameView::kMaxSize);
  for (std::size_t at = offset; at < end; at += message[at] + 1u) {
    if (message[at] == 0) return at + 1 - offset;
    if (message[at] > NameView::kMaxLabel) return 0;
  }
  return 0;
}

}  // namespace

Result<ReadName> read_name(std::span<const std::uint8_t> message,
                           std::size_t offset,
                           std::span<std::uint8_t, NameView::kMaxSize> out) {
  if (const std::size_t size = plain_size(message, offset); size != 0) {
    return ReadName{NameView(message.data() + offset, size), size};
  }
  LabelWalk walk(message, offset);
  std::size_t size = 0;
  for (;;) {
    const Result<std::span<const std::uint8_t>> label = walk.next();
    if (!label) return label.error();
    std::memcpy(out.data() + size, label->data(), label->size());
    size += label->size();
    if (label->size() == 1) return ReadName{NameView(out.data(), size), walk.size_in_message()};
  }
}

Result<std::size_t> skip_name(std::span<const std::uint8_t> message, std::size_t offset) {
  if (const std::size_t size = plain_size(message, offset); size != 0) return size;
  LabelWalk walk(message, offset);
  for (;;) {
    const Result<std::span<const std::uint8_t>> label = walk.next();
    if (!label) return label.error();
    if (label->size() == 1) return walk.size_in_message();
  }
}

}  // namespace catena::dns
