// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/ascii.hpp"
#include "core/base/error.hpp"
#include "core/dns/numbers.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

namespace catena::dns {

template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] inline void throw_exception_from_error(Error error, const boost::source_location&) {
  throw_error(error);
}

/// A domain name in uncompressed wire form that somebody else owns: length-prefixed labels up to
/// and including the root's zero byte, 1 to 255 bytes, already checked. Trivially copyable;
/// compares without regard to letter case. Letter case itself is kept.
class NameView {
 public:
  static constexpr std::size_t kMaxSize = 255;
  static constexpr std::size_t kMaxLabel = 63;

  /// The root.
  constexpr NameView() : data_(kRoot), size_(1) {}

  /// `wire` must be one whole checked name.
  constexpr NameView(const std::uint8_t* wire, std::size_t size)
      : data_(wire), size_(static_cast<std::uint8_t>(size)) {}
  constexpr explicit NameView(std::span<const std::uint8_t> wire)
      : NameView(wire.data(), wire.size()) {}

  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::span<const std::uint8_t> bytes() const { return {data_, size_}; }

  bool is_root() const { return size_ == 1; }

  /// Labels without the root: 0 for the root itself.
  std::size_t label_count() const;

  /// The leftmost label without its length; empty for the root.
  std::string_view first_label() const {
    return {reinterpret_cast<const char*>(data_ + 1), data_[0]};
  }

  /// Without the leftmost label. The root is its own parent.
  NameView parent() const {
    return is_root() ? *this : NameView(data_ + data_[0] + 1, size_ - data_[0] - 1u);
  }

  /// Without the leftmost `labels` labels.
  NameView without_first(std::size_t labels) const;

  /// The last `labels` labels; the whole name if it has no more.
  NameView last(std::size_t labels) const;

  /// Equal to `zone` or below it, letter case ignored.
  bool is_in(NameView zone) const;

  bool operator==(NameView other) const;

  /// The same bytes, letter case included.
  bool same_case(NameView other) const {
    return size_ == other.size_ && std::memcmp(data_, other.data_, size_) == 0;
  }

  /// DNSSEC's canonical order (RFC 4034 section 6.1).
  bool canonical_less(NameView other) const;

  /// Presentation form with the final dot: "www.example.org.", "." for the root; special characters
  /// escaped as RFC 1035 section 5.1.
  std::string to_text() const;

  /// The same in lower case, as logs and metrics print it.
  std::string to_lower_text() const;

  /// Goes over the labels from the left, without the root.
  class LabelIterator;
  class Labels;
  Labels labels() const;

 private:
  static constexpr std::uint8_t kRoot[1] = {0};
  const std::uint8_t* data_;
  std::uint8_t size_;
};

class NameView::LabelIterator {
 public:
  using value_type = std::string_view;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::forward_iterator_tag;

  explicit LabelIterator(NameView rest = {}) : rest_(rest) {}
  std::string_view operator*() const { return rest_.first_label(); }
  LabelIterator& operator++() {
    rest_ = rest_.parent();
    return *this;
  }
  LabelIterator operator++(int) {
    LabelIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const LabelIterator& other) const { return rest_.size() == other.rest_.size(); }

 private:
  NameView rest_;
};

class NameView::Labels {
 public:
  explicit Labels(NameView name) : name_(name) {}
  LabelIterator begin() const { return LabelIterator(name_); }
  LabelIterator end() const { return LabelIterator(); }

 private:
  NameView name_;
};

inline NameView::Labels NameView::labels() const { return Labels(*this); }

/// A domain name that owns its bytes, inside itself: no allocation, 256 bytes.
class Name {
 public:
  /// The root.
  Name() : size_(1) { bytes_[0] = 0; }
  Name(NameView name) : size_(static_cast<std::uint8_t>(name.size())) {  // NOLINT: as std::string
    std::memcpy(bytes_.data(), name.data(), name.size());
  }

  /// Presentation form, relative to `origin` unless it ends in a dot. "@" is the origin. Escapes \.
  /// and \DDD (RFC 1035 section 5.1). Errors: bad_text, label_too_long, name_too_long.
  static Result<Name> parse(std::string_view text, NameView origin = {});

  operator NameView() const { return view(); }  // NOLINT: a view is what everyone takes
  NameView view() const { return {bytes_.data(), size_}; }
  bool operator==(const Name& other) const { return view() == other.view(); }
  bool operator==(NameView other) const { return view() == other; }

  std::string to_text() const { return view().to_text(); }

  /// ASCII letters become small.
  Name& fold();

  /// `label` in front of this name. False, and nothing done, where a limit would be broken.
  bool prepend(std::string_view label);

  /// `prefix`'s labels in front of this name.
  bool prepend(NameView prefix);

 private:
  std::array<std::uint8_t, NameView::kMaxSize> bytes_;
  std::uint8_t size_;
};

/// Copies `name` with small letters to `out`, which has room for name.size() bytes. For keys.
void fold_to(NameView name, std::uint8_t* out);

/// Reads the name at `offset` of `message`, following compression pointers, which must point
/// backwards (RFC 1035 section 4.1.4), and writes it uncompressed to `out` (255 bytes). Returns how
/// many bytes the name takes at `offset` and what it is.
struct ReadName {
  NameView name;  ///< In `out`, or in the message itself if it was not compressed.
  std::size_t size_in_message;
};
Result<ReadName> read_name(std::span<const std::uint8_t> message,
                           std::size_t offset,
                           std::span<std::uint8_t, NameView::kMaxSize> out);

/// Only checks and measures the name at `offset`.
Result<std::size_t> skip_name(std::span<const std::uint8_t> message, std::size_t offset);

/// "4.3.2.1.in-addr.arpa." to the four bytes of 1.2.3.4, 32 nibbles of ip6.arpa to sixteen bytes;
/// nothing for any other name, partial addresses included.
struct ReverseAddress {
  std::array<std::uint8_t, 16> bytes;
  std::uint8_t size;  ///< 4 or 16.
};
std::optional<ReverseAddress> parse_reverse(NameView name);

/// True for in-addr.arpa, ip6.arpa and all zones below them.
bool is_reverse_zone(NameView zone);

/// The reverse name of an address of 4 or 16 bytes.
Name reverse_name(std::span<const std::uint8_t> address);

}  // namespace catena::dns
