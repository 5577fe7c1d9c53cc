// SPDX-License-Identifier: Apache-2.0
#include "core/dns/name.hpp"

#include "core/base/ascii.hpp"
#include "core/dns/fold.hpp"
#include "core/dns/name_text.hpp"

#include <algorithm>

namespace catena::dns {

namespace {

std::uint8_t fold_byte(std::uint8_t byte) {
  return static_cast<std::uint8_t>(to_lower(static_cast<char>(byte)));
}

/// Offsets of the labels, from the left. A name has at most 127.
struct LabelOffsets {
  std::array<std::uint8_t, 128> at;
  std::size_t count = 0;

  explicit LabelOffsets(NameView name) {
    std::size_t offset = 0;
    for (; name.data()[offset] != 0; offset += name.data()[offset] + 1u) {
      at[count++] = static_cast<std::uint8_t>(offset);
    }
  }
};

/// As std::string_view::compare, for the label at `a` and the label at `b`, letter case ignored.
int compare_labels(const std::uint8_t* a, const std::uint8_t* b) {
  const std::size_t common = std::min(*a, *b);
  for (std::size_t i = 1; i <= common; ++i) {
    const int difference = fold_byte(a[i]) - fold_byte(b[i]);
    if (difference != 0) return difference;
  }
  return *a - *b;
}

bool needs_backslash(char c) { return std::string_view("\"$().;@\\").find(c) != std::string::npos; }

/// A byte of a label as presentation text, four characters at most.
class Escaped {
 public:
  explicit Escaped(char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte <= 0x20 || byte >= 0x7f) {
      put('\\');
      put(static_cast<char>('0' + byte / 100));
      put(static_cast<char>('0' + byte / 10 % 10));
      put(static_cast<char>('0' + byte % 10));
      return;
    }
    if (needs_backslash(c)) put('\\');
    put(c);
  }
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  void put(char c) { text_[size_++] = c; }

  std::array<char, 4> text_;
  std::size_t size_ = 0;
};

/// The byte behind a backslash, RFC 1035 section 5.1: three digits or one other character.
std::optional<char> read_escape(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  if (!is_digit(text[0])) {
    const char c = text[0];
    text.remove_prefix(1);
    return c;
  }
  if (text.size() < 3 || !is_digit(text[1]) || !is_digit(text[2])) return std::nullopt;
  const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  if (value > 255) return std::nullopt;
  text.remove_prefix(3);
  return static_cast<char>(value);
}

/// Labels of a presentation form, put together one character at a time.
class NameText {
 public:
  std::optional<Error> add(char c) {
    if (label_size() == NameView::kMaxLabel) return Error::label_too_long;
    // One byte is kept for the root.
    if (size_ + 1 >= NameView::kMaxSize) return Error::name_too_long;
    wire_[size_++] = static_cast<std::uint8_t>(c);
    return std::nullopt;
  }

  std::optional<Error> end_label() {
    if (label_size() == 0) return Error::bad_text;
    wire_[label_] = static_cast<std::uint8_t>(label_size());
    label_ = size_;
    if (size_ >= NameView::kMaxSize) return Error::name_too_long;
    ++size_;
    return std::nullopt;
  }

  bool in_label() const { return label_size() != 0; }

  Result<Name> finish(NameView origin) {
    if (label_ + origin.size() > NameView::kMaxSize) return Error::name_too_long;
    std::memcpy(wire_.data() + label_, origin.data(), origin.size());
    return Name(NameView(wire_.data(), label_ + origin.size()));
  }

 private:
  std::size_t label_size() const { return size_ - label_ - 1; }

  std::array<std::uint8_t, NameView::kMaxSize> wire_;
  std::size_t label_ = 0;  ///< Where the length byte of the current label goes.
  std::size_t size_ = 1;
};

}  // namespace

std::size_t NameView::label_count() const {
  std::size_t count = 0;
  for (const std::uint8_t* label = data_; *label != 0; label += *label + 1) ++count;
  return count;
}

NameView NameView::without_first(std::size_t labels) const {
  NameView rest = *this;
  for (; labels > 0 && !rest.is_root(); --labels) rest = rest.parent();
  return rest;
}

NameView NameView::last(std::size_t labels) const {
  const std::size_t count = label_count();
  return labels >= count ? *this : without_first(count - labels);
}

bool NameView::is_in(NameView zone) const {
  NameView rest = *this;
  while (rest.size() > zone.size()) rest = rest.parent();
  return rest == zone;
}

// Length bytes are below 64, no letters, so that whole names can be folded.
bool NameView::operator==(NameView other) const {
  if (size_ != other.size_) return false;
  if (data_ == other.data_) return true;
  if (size_ < 8) {
    for (std::size_t i = 0; i < size_; ++i) {
      if (fold_byte(data_[i]) != fold_byte(other.data_[i])) return false;
    }
    return true;
  }
  const auto differ = [&](std::size_t at) {
    return fold_eight(load_eight(data_ + at)) != fold_eight(load_eight(other.data_ + at));
  };
  for (std::size_t at = 0; at + 8 < size_; at += 8) {
    if (differ(at)) return false;
  }
  return !differ(size_ - 8u);
}

bool NameView::canonical_less(NameView other) const {
  const LabelOffsets mine(*this);
  const LabelOffsets theirs(other);
  const std::size_t common = std::min(mine.count, theirs.count);
  for (std::size_t i = 1; i <= common; ++i) {
    const int order =
        compare_labels(data_ + mine.at[mine.count - i], other.data_ + theirs.at[theirs.count - i]);
    if (order != 0) return order < 0;
  }
  return mine.count < theirs.count;
}

std::string NameView::to_text() const {
  if (is_root()) return ".";
  std::string text;
  text.reserve(size_);
  for (const std::string_view label : labels()) {
    for (const char c : label) text += Escaped(c).view();
    text += '.';
  }
  return text;
}

std::string NameView::to_lower_text() const {
  std::string text = to_text();
  for (char& c : text) c = to_lower(c);
  return text;
}

std::string_view to_lower_text(NameView name, Arena& arena) {
  if (name.is_root()) return ".";
  std::size_t size = 0;
  for (const std::string_view label : name.labels()) {
    for (const char c : label) size += Escaped(c).view().size();
    ++size;
  }
  const std::span<char> text = arena.array<char>(size);
  if (text.empty()) return {};
  char* at = text.data();
  for (const std::string_view label : name.labels()) {
    for (const char c : label) at = std::ranges::copy(Escaped(to_lower(c)).view(), at).out;
    *at++ = '.';
  }
  return {text.data(), size};
}

Result<Name> Name::parse(std::string_view text, NameView origin) {
  if (text.empty()) return Error::bad_text;
  if (text == "@") return Name(origin);
  if (text == ".") return Name();
  NameText labels;
  while (!text.empty()) {
    char c = text[0];
    text.remove_prefix(1);
    std::optional<Error> error;
    if (c == '.') {
      error = labels.end_label();
    } else {
      if (c == '\\') {
        const std::optional<char> escaped = read_escape(text);
        if (!escaped) return Error::bad_text;
        c = *escaped;
      }
      error = labels.add(c);
    }
    if (error) return *error;
  }
  if (!labels.in_label()) return labels.finish(NameView());
  if (const std::optional<Error> error = labels.end_label()) return *error;
  return labels.finish(origin);
}

Name& Name::fold() {
  fold_to(view(), bytes_.data());
  return *this;
}

bool Name::prepend(std::string_view label) {
  if (label.empty() || label.size() > NameView::kMaxLabel) return false;
  if (label.size() + 1 + size_ > NameView::kMaxSize) return false;
  std::memmove(bytes_.data() + label.size() + 1, bytes_.data(), size_);
  bytes_[0] = static_cast<std::uint8_t>(label.size());
  std::memcpy(bytes_.data() + 1, label.data(), label.size());
  size_ = static_cast<std::uint8_t>(size_ + label.size() + 1);
  return true;
}

bool Name::prepend(NameView prefix) {
  const std::size_t labels_size = prefix.size() - 1;
  if (labels_size + size_ > NameView::kMaxSize) return false;
  std::memmove(bytes_.data() + labels_size, bytes_.data(), size_);
  std::memcpy(bytes_.data(), prefix.data(), labels_size);
  size_ = static_cast<std::uint8_t>(size_ + labels_size);
  return true;
}

// The last eight bytes are folded once more where the size is no multiple of eight: folding twice
// changes nothing, so `out` may be the name itself.
void fold_to(NameView name, std::uint8_t* out) {
  const std::size_t size = name.size();
  if (size < 8) {
    for (std::size_t i = 0; i < size; ++i) out[i] = fold_byte(name.data()[i]);
    return;
  }
  const auto fold_at = [&](std::size_t at) {
    const std::uint64_t folded = fold_eight(load_eight(name.data() + at));
    std::memcpy(out + at, &folded, sizeof folded);
  };
  for (std::size_t at = 0; at + 8 < size; at += 8) fold_at(at);
  fold_at(size - 8);
}

}  // namespace catena::dns
