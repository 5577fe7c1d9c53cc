// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/snapshot/bytes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace catena::kubernetes::snapshot {

/// What a text of an object is. Texts of one column begin alike (the addresses of a slice, the
/// names of a deployment's pods), so that only what differs from the one before is stored.
enum class Column : std::uint8_t {
  name,
  name_space,
  type,
  port_name,
  protocol,
  service,
  cluster,
  address,
  hostname,
  node,
  target,
  zone,
  label,
  label_value,
  count,
};

inline constexpr std::size_t kColumns = static_cast<std::size_t>(Column::count);

/// What is taken over at most from the text before: a text is never much longer than its bytes.
inline constexpr std::size_t kShareLimit = 63;

/// Writes an object's fields, one after the other, without tags: the reader asks for the same ones
/// in the same order. The object outlives the writer.
class ImageWriter {
 public:
  void text(Column column, const std::string& text) {
    std::string_view& before = before_[static_cast<std::size_t>(column)];
    const std::size_t most = std::min({before.size(), text.size(), kShareLimit});
    const auto differ = std::mismatch(text.begin(), text.begin() + most, before.begin());
    const auto shared = static_cast<std::size_t>(differ.first - text.begin());
    put_number(bytes_, shared);
    put_text(bytes_, std::string_view(text).substr(shared));
    before = text;
  }

  /// Nothing is 0, every number one more than it is.
  void number(const std::optional<std::uint16_t>& number) {
    put_number(bytes_, number ? *number + 1U : 0U);
  }

  template <class Items, class Each>
  void list(const Items& items, Each&& each) {
    put_number(bytes_, items.size());
    for (const auto& item : items) each(item);
  }

  std::string take() && { return std::move(bytes_); }

 private:
  std::array<std::string_view, kColumns> before_{};
  std::string bytes_;
};

/// The way back, from bytes that may be anything.
class ImageReader {
 public:
  explicit ImageReader(std::string_view image) : bytes_(image) {}

  void text(Column column, std::string& text) {
    std::string& before = before_[static_cast<std::size_t>(column)];
    const std::uint64_t shared = bytes_.number();
    if (shared > std::min(before.size(), kShareLimit)) bytes_.fail();
    const std::string_view rest = bytes_.text();
    if (bytes_.failed()) return;
    text.assign(before, 0, shared).append(rest);
    before = text;
  }

  void number(std::optional<std::uint16_t>& number) {
    const std::uint64_t stored = bytes_.number();
    if (stored > 0x10000) bytes_.fail();
    if (stored != 0 && !bytes_.failed()) number = static_cast<std::uint16_t>(stored - 1);
  }

  template <class Items, class Each>
  void list(Items& items, Each&& each) {
    for (std::uint64_t left = bytes_.number(); left != 0 && !bytes_.failed(); --left) {
      each(items.emplace_back());
    }
  }

  /// All was there, and nothing is left.
  bool whole() const { return !bytes_.failed() && bytes_.rest().empty(); }

 private:
  std::array<std::string, kColumns> before_;
  ByteReader bytes_;
};

}  // namespace catena::kubernetes::snapshot
