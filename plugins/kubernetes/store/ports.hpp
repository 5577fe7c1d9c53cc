// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/objects/objects.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace catena::kubernetes {

/// A port as SRV answers need it; lower case. Points into its list.
struct SlicePort {
  std::string_view name;
  std::string_view protocol;
  std::int32_t number = -1;  ///< -1: none, no SRV record.
  bool operator==(const SlicePort&) const = default;
};

/// The ports of a Service or of a slice in one text, which mostly needs no memory of its own. Never
/// changes, and never empty: where an object has no ports there is one without a number.
class PortList {
 public:
  PortList() : PortList(std::vector<api::Port>()) {}
  explicit PortList(const std::vector<api::Port>& ports);

  class Iterator;
  Iterator begin() const;
  Iterator end() const;
  std::size_t size() const;
  SlicePort operator[](std::size_t index) const;

  bool operator==(const PortList&) const = default;

 private:
  std::string packed_;  // For each: two texts, a length byte in front, and four bytes of number.
};

class PortList::Iterator {
 public:
  using value_type = SlicePort;
  using reference = SlicePort;
  using pointer = void;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;

  explicit Iterator(const char* at = nullptr) : at_(at) {}
  SlicePort operator*() const;
  Iterator& operator++();
  Iterator operator++(int) {
    Iterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Iterator&) const = default;

 private:
  const char* at_;
};

inline PortList::Iterator PortList::begin() const { return Iterator(packed_.data()); }
inline PortList::Iterator PortList::end() const {
  return Iterator(packed_.data() + packed_.size());
}

}  // namespace catena::kubernetes
