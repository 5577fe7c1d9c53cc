// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/objects/image.hpp"

#include "plugins/kubernetes/objects/bytes.hpp"
#include "plugins/kubernetes/objects/fields.hpp"

#include <algorithm>
#include <array>

namespace catena::kubernetes::api {

namespace {

constexpr std::size_t kColumns = static_cast<std::size_t>(Column::count);

/// What is taken over at most from the text before: a text is never much longer than its bytes.
constexpr std::size_t kShareLimit = 63;

/// What images leave out, and where they have no levels. `Self` has the rest.
template <class Self>
class ImageFields {
 public:
  void kind(std::string_view) {}
  void text_or(const Row&, const std::string&) {}
  void flag(const Row&, bool) {}

  template <class Fields>
  void within(const Row&, Fields&& fields_of) {
    fields_of(static_cast<Self&>(*this));
  }

  template <class Fields>
  void keyed(const Row&, Fields&& fields_of) {
    fields_of(static_cast<Self&>(*this));
  }

  template <class Texts>
  void texts(const Row& row, Texts& list) {
    static_cast<Self&>(*this).each(row, list, [&row](auto& in, auto& text) { in.text(row, text); });
  }

  template <class Pairs>
  void pairs(const Row& row, Column value, Pairs& list) {
    static_cast<Self&>(*this).each(row, list, [&](auto& in, auto& pair) {
      in.text(row, pair.first);
      in.text({{}, 0, value}, pair.second);
    });
  }
};

/// Writes an object's fields, one after the other, without tags: the reader asks for the same ones
/// in the same order. The object outlives the writer.
class ImageWriter : public ImageFields<ImageWriter> {
 public:
  void text(const Row& row, const std::string& text) {
    if (row.column == Column::none) return;
    std::string_view& before = before_[static_cast<std::size_t>(row.column)];
    const std::size_t most = std::min({before.size(), text.size(), kShareLimit});
    const auto differ = std::mismatch(text.begin(), text.begin() + most, before.begin());
    const auto shared = static_cast<std::size_t>(differ.first - text.begin());
    put_number(bytes_, shared);
    put_text(bytes_, std::string_view(text).substr(shared));
    before = text;
  }

  /// Nothing is 0, every number one more than it is.
  void number(const Row&, const std::optional<std::uint16_t>& number) {
    put_number(bytes_, number ? *number + 1U : 0U);
  }

  template <class Items, class Fields>
  void each(const Row&, const Items& items, Fields&& fields_of) {
    put_number(bytes_, items.size());
    for (const auto& item : items) fields_of(*this, item);
  }

  std::string take() && { return std::move(bytes_); }

 private:
  std::array<std::string_view, kColumns> before_{};
  std::string bytes_;
};

/// The way back, from bytes that may be anything.
class ImageReader : public ImageFields<ImageReader> {
 public:
  explicit ImageReader(std::string_view image) : bytes_(image) {}

  void text(const Row& row, std::string& text) {
    if (row.column == Column::none) return;
    std::string& before = before_[static_cast<std::size_t>(row.column)];
    const std::uint64_t shared = bytes_.number();
    if (shared > std::min(before.size(), kShareLimit)) bytes_.fail();
    const std::string_view rest = bytes_.text();
    if (bytes_.failed()) return;
    text.assign(before, 0, shared).append(rest);
    before = text;
  }

  void number(const Row&, std::optional<std::uint16_t>& number) {
    const std::uint64_t stored = bytes_.number();
    if (stored > 0x10000) bytes_.fail();
    if (stored != 0 && !bytes_.failed()) number = static_cast<std::uint16_t>(stored - 1);
  }

  template <class Items, class Fields>
  void each(const Row&, Items& items, Fields&& fields_of) {
    for (std::uint64_t left = bytes_.number(); left != 0 && !bytes_.failed(); --left) {
      fields_of(*this, items.emplace_back());
    }
  }

  /// All was there, and nothing is left.
  bool whole() const { return !bytes_.failed() && bytes_.rest().empty(); }

 private:
  std::array<std::string, kColumns> before_;
  ByteReader bytes_;
};

}  // namespace

template <class Object>
std::string to_image(const Object& object) {
  ImageWriter writer;
  fields(writer, object);
  return std::move(writer).take();
}

template <class Object>
Result<Object> from_image(std::string_view image) {
  Object object;
  ImageReader reader(image);
  fields(reader, object);
  if (!reader.whole()) return Error{"an object of it cannot be read"};
  return object;
}

template std::string to_image(const ServiceObject& object);
template std::string to_image(const SliceObject& object);
template std::string to_image(const ImportObject& object);
template std::string to_image(const PodObject& object);
template std::string to_image(const NamespaceObject& object);
template Result<ServiceObject> from_image(std::string_view image);
template Result<SliceObject> from_image(std::string_view image);
template Result<ImportObject> from_image(std::string_view image);
template Result<PodObject> from_image(std::string_view image);
template Result<NamespaceObject> from_image(std::string_view image);

}  // namespace catena::kubernetes::api
