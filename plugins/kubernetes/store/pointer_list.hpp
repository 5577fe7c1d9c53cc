// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace catena::kubernetes {

/// Pointers to what others own, mostly one: that one needs no memory besides these 16 bytes.
/// Otherwise as a vector.
template <class T>
class PointerList {
 public:
  using value_type = const T*;
  using const_iterator = const T* const*;

  PointerList() = default;
  PointerList(const PointerList& other) { append(other); }
  PointerList(PointerList&& other) noexcept { swap(other); }
  PointerList& operator=(PointerList other) noexcept {
    swap(other);
    return *this;
  }
  ~PointerList() {
    if (capacity_ > 1) delete[] place_.many;
  }

  const_iterator begin() const { return capacity_ > 1 ? place_.many : &place_.one; }
  const_iterator end() const { return begin() + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T* front() const { return *begin(); }
  const T* operator[](std::size_t index) const { return begin()[index]; }

  void push_back(const T* pointer) { insert(end(), pointer); }

  void insert(const_iterator before, const T* pointer) {
    const std::ptrdiff_t at = before - begin();
    if (size_ == capacity_) grow();
    std::copy_backward(data() + at, data() + size_, data() + size_ + 1);
    data()[at] = pointer;
    ++size_;
  }

  /// Takes the pointer out wherever it stands.
  void erase(const T* pointer) {
    size_ = static_cast<std::uint32_t>(std::remove(data(), data() + size_, pointer) - data());
  }

 private:
  const T** data() { return capacity_ > 1 ? place_.many : &place_.one; }

  void append(const PointerList& other) {
    if (other.size_ > 1) {
      place_.many = new const T*[other.size_];
      capacity_ = other.size_;
    }
    size_ = other.size_;
    std::copy(other.begin(), other.end(), data());
  }

  void grow() {
    const T** more = new const T*[2 * capacity_];
    std::copy(begin(), end(), more);
    if (capacity_ > 1) delete[] place_.many;
    place_.many = more;
    capacity_ *= 2;
  }

  void swap(PointerList& other) noexcept {
    std::swap(place_, other.place_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  union Place {
    const T* one;
    const T** many;
  };
  Place place_{nullptr};
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 1;
};

}  // namespace catena::kubernetes
