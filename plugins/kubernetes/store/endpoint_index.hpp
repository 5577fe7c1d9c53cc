// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/epoch.hpp"
#include "core/base/hash.hpp"

#include "plugins/kubernetes/store/hash_index.hpp"
#include "plugins/kubernetes/store/service.hpp"

#include <atomic>
#include <cstdint>
#include <iterator>
#include <vector>

namespace catena::kubernetes {

/// Which services have an endpoint at an address: the largest table by far, so it keeps no
/// addresses. A slot is eight bytes, the address's hash and the number of the service; whether the
/// service has the address its slices say. One writer, any number of readers without a lock; what a
/// reader finds is good until its next quiescent point.
class EndpointIndex {
 public:
  explicit EndpointIndex(epoch::Domain& epoch);
  ~EndpointIndex();
  EndpointIndex(const EndpointIndex&) = delete;
  EndpointIndex& operator=(const EndpointIndex&) = delete;

  /// The services with an endpoint at `address`, which stays while they are gone through: a range
  /// of `const ServiceEntry*` in no order. Any thread.
  class Services;
  Services at(Key address) const;

  /// Each address of a service once. The writer only.
  void add(Key address, ServiceEntry& service);
  void remove(Key address, ServiceEntry& service);

  /// Addresses of services. The writer only.
  std::size_t size() const { return size_; }

 private:
  class Iterator;
  using Slot = std::atomic<std::uint64_t>;
  using Numbered = std::atomic<const ServiceEntry*>;

  template <class T>
  struct Table {
    explicit Table(std::size_t capacity) : slots(capacity) {}
    std::vector<T> slots;
  };

  std::uint32_t hash(Key address) const;
  void reserve_one();
  std::uint32_t number_of(ServiceEntry& service);
  void give_number_back(ServiceEntry& service);

  epoch::Domain& epoch_;
  SeededHash hash_;
  std::atomic<Table<Slot>*> table_;
  std::atomic<Table<Numbered>*> numbered_;
  std::vector<std::uint32_t> free_numbers_;
  std::uint32_t next_number_;
  std::size_t used_ = 0;  // Slots that are not free: services and tombstones.
  std::size_t size_ = 0;
};

/// Goes along the slots that an address may be in.
class EndpointIndex::Iterator {
 public:
  using value_type = const ServiceEntry*;
  using difference_type = std::ptrdiff_t;

  Iterator(const EndpointIndex& index, Key address);
  const ServiceEntry* operator*() const { return service_; }
  Iterator& operator++() {
    advance();
    return *this;
  }
  bool operator==(std::default_sentinel_t) const { return service_ == nullptr; }

 private:
  void advance();

  const EndpointIndex* index_;
  const Table<Slot>* table_;
  Key address_;
  std::uint32_t hash_;
  std::size_t next_;
  const ServiceEntry* service_ = nullptr;
};

class EndpointIndex::Services {
 public:
  Services(const EndpointIndex& index, Key address) : index_(&index), address_(address) {}
  Iterator begin() const { return {*index_, address_}; }
  std::default_sentinel_t end() const { return {}; }

 private:
  const EndpointIndex* index_;
  Key address_;
};

inline EndpointIndex::Services EndpointIndex::at(Key address) const { return {*this, address}; }

}  // namespace catena::kubernetes
