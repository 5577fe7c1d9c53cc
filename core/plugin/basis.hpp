// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

namespace catena {

/// Counts the changes of data that answers are made of, such as a cluster's objects, so that
/// whoever keeps an answer can tell later whether the data are still the same. May be held for
/// longer than the data live. Any thread.
class DataVersion final : public std::enable_shared_from_this<DataVersion> {
 public:
  std::uint64_t value() const { return value_.load(std::memory_order_acquire); }

 private:
  friend class VersionedData;
  std::atomic<std::uint64_t> value_{1};
};

/// The version of data, for their owner: a member beside them.
class VersionedData {
 public:
  VersionedData() : version_(std::make_shared<DataVersion>()) {}
  /// What was said of data that are gone is not current.
  ~VersionedData() { changed(); }
  VersionedData(const VersionedData&) = delete;
  VersionedData& operator=(const VersionedData&) = delete;

  /// Behind each change that answers can show: readers can see it already. Any thread.
  void changed() { version_->value_.fetch_add(1, std::memory_order_release); }

  const DataVersion& version() const { return *version_; }

 private:
  std::shared_ptr<DataVersion> version_;
};

/// What an answer is based on: data that change, each in the version that it was made of. Empty for
/// answers that are good for as long as their TTL says. Plain data; one thread.
class Basis {
 public:
  /// Different data that one answer may be based on.
  static constexpr std::size_t kMost = 2;

  struct Part {
    const DataVersion* data;
    std::uint64_t value;
  };

  /// Notes the present version of `data`, which outlive the query. Before they are read: a change
  /// that comes in between makes the answer look older than it is, never newer.
  void add(const DataVersion& data) { add(Part{&data, data.value()}); }
  /// Of two versions of the same data the older one decides.
  void add(const Part& part) {
    for (Part& known : std::span(parts_.data(), count_)) {
      if (known.data != part.data) continue;
      if (part.value < known.value) known.value = part.value;
      return;
    }
    if (count_ == kMost) too_many_ = true;
    if (count_ < kMost) parts_[count_++] = part;
  }
  void add(const Basis& other) {
    for (const Part& part : other.parts()) add(part);
    too_many_ = too_many_ || other.too_many_;
  }

  void clear() {
    count_ = 0;
    too_many_ = false;
  }

  bool empty() const { return count_ == 0; }
  std::span<const Part> parts() const { return {parts_.data(), count_}; }

  /// True when there was more than it can hold: such an answer is for nobody else.
  bool too_many() const { return too_many_; }

 private:
  std::array<Part, kMost> parts_;
  std::uint8_t count_ = 0;
  bool too_many_ = false;
};

/// A basis that outlives its query, for whoever keeps the answer. Any thread.
class KeptBasis {
 public:
  /// `basis` has not too_many() parts.
  explicit KeptBasis(const Basis& basis) {
    std::size_t i = 0;
    for (const Basis::Part& part : basis.parts()) {
      parts_[i++] = {part.data->shared_from_this(), part.value};
    }
  }

  /// All data are still in the version that the answer was made of.
  bool current() const {
    for (const Kept& part : parts_) {
      if (part.data != nullptr && part.data->value() != part.value) return false;
    }
    return true;
  }

  /// For an answer that is given again: it depends on the same as the first time.
  void add_to(Basis& basis) const {
    for (const Kept& part : parts_) {
      if (part.data != nullptr) basis.add(Basis::Part{part.data.get(), part.value});
    }
  }

 private:
  struct Kept {
    std::shared_ptr<const DataVersion> data;
    std::uint64_t value = 0;
  };
  std::array<Kept, Basis::kMost> parts_;
};

}  // namespace catena
