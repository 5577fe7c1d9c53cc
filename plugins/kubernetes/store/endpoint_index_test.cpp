// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "plugins/kubernetes/store/endpoint_index.hpp"

#include "plugins/kubernetes/store/testing.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <set>
#include <thread>

namespace catena::kubernetes {
namespace {

using testing::Cluster;
using testing::SliceSpec;

std::string name_of(const ServiceEntry& entry) {
  const std::span<const std::uint8_t> label = entry.key().subspan(1, entry.key()[0]);
  return {reinterpret_cast<const char*>(label.data()), label.size()};
}

/// The names of the services at an address, in order, each as often as it is found.
std::string services_at(const EndpointIndex& index, std::string_view address) {
  const Address wanted = *parse_address(address);
  std::multiset<std::string> names;
  for (const ServiceEntry* entry : index.at(wanted.span())) names.insert(name_of(*entry));
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

std::string nth_address(unsigned n) {
  return fmt::format("10.{}.{}.{}", n >> 16 & 255U, n >> 8 & 255U, n & 255U);
}

SliceSpec slice_of(const std::string& service, const std::vector<std::string>& addresses) {
  SliceSpec slice{.service = service};
  for (const std::string& address : addresses) slice.endpoints.push_back({.address = address});
  return slice;
}

TEST_CASE("services are found by the addresses of their endpoints", "[kubernetes]") {
  Cluster cluster;
  const EndpointIndex& index = cluster.store().by_endpoint;
  CHECK(services_at(index, "10.0.0.1").empty());
  cluster.slice("a-1.default", slice_of("a", {"10.0.0.1", "10.0.0.2", "10.0.0.1"}));
  cluster.slice("b-1.default", slice_of("b", {"10.0.0.1", "fd00::1"}));
  CHECK(services_at(index, "10.0.0.1") == "a b");
  CHECK(services_at(index, "10.0.0.2") == "a");
  CHECK(services_at(index, "fd00::1") == "b");
  CHECK(index.size() == 4);
  cluster.slice("a-1.default", slice_of("a", {"10.0.0.2", "10.0.0.3"}));
  CHECK(services_at(index, "10.0.0.1") == "b");
  CHECK(services_at(index, "10.0.0.3") == "a");
  cluster.remove_slice("b-1.default");
  CHECK(services_at(index, "10.0.0.1").empty());
  CHECK(index.size() == 2);
}

TEST_CASE("an address in two slices of a service stays until it is in none", "[kubernetes]") {
  Cluster cluster;
  const EndpointIndex& index = cluster.store().by_endpoint;
  cluster.slice("a-1.default", slice_of("a", {"10.0.0.1", "10.0.0.2"}));
  cluster.slice("a-2.default", slice_of("a", {"10.0.0.2", "10.0.0.3"}));
  CHECK(services_at(index, "10.0.0.2") == "a");
  CHECK(index.size() == 3);
  cluster.slice("a-1.default", slice_of("a", {"10.0.0.1"}));
  CHECK(services_at(index, "10.0.0.2") == "a");
  cluster.slice("a-1.default", slice_of("a", {"10.0.0.1", "10.0.0.2"}));
  cluster.remove_slice("a-2.default");
  CHECK(services_at(index, "10.0.0.2") == "a");
  CHECK(services_at(index, "10.0.0.3").empty());
  cluster.remove_slice("a-1.default");
  CHECK(index.size() == 0);
}

TEST_CASE("the index grows, shrinks and gives numbers of services again", "[kubernetes]") {
  Cluster cluster;
  const EndpointIndex& index = cluster.store().by_endpoint;
  constexpr unsigned kServices = 300;
  constexpr unsigned kEach = 10;
  std::size_t wrong = 0;
  for (unsigned round = 0; round < 4; ++round) {
    for (unsigned s = 0; s < kServices; ++s) {
      std::vector<std::string> addresses;
      for (unsigned e = 0; e < kEach; ++e) {
        addresses.push_back(nth_address(round << 16 | (s * kEach + e)));
      }
      cluster.slice(fmt::format("s{}-1.default", s), slice_of(fmt::format("s{}", s), addresses));
    }
    for (unsigned n = 0; n < kServices * kEach; ++n) {
      const bool found =
          services_at(index, nth_address(round << 16 | n)) == fmt::format("s{}", n / kEach);
      const bool gone =
          round == 0 || services_at(index, nth_address((round - 1) << 16 | n)).empty();
      wrong += found && gone ? 0 : 1;
    }
    for (unsigned s = 0; s < kServices; s += 2) {
      cluster.remove_slice(fmt::format("s{}-1.default", s));
    }
    CHECK(index.size() == kServices / 2 * kEach);
  }
  CHECK(wrong == 0);
}

TEST_CASE("readers find what stays while the writer changes the rest", "[kubernetes]") {
  epoch::Domain epoch;
  EndpointIndex index(epoch);
  const std::string key = *wire_key({"stays", "default"});
  ServiceEntry stays(key);
  const Slice slice = [] {
    BadAddresses bad;
    api::SliceObject object;
    object.endpoints = {{{"10.9.9.9"}, {}, {}, {}, {}}};
    return Slice(object, EndpointNames::by_address, bad);
  }();
  auto state = std::make_unique<ServiceState>();
  state->slices.push_back(&slice);
  stays.publish(std::move(state), epoch);
  const Address address = *parse_address("10.9.9.9");
  index.add(address.span(), stays);

  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  const auto reader = epoch.join([] {});
  std::thread thread([&] {
    while (!stop.load(std::memory_order_relaxed)) {
      int found = 0;
      for (const ServiceEntry* entry : index.at(address.span())) found += entry == &stays ? 1 : 2;
      if (found != 1) ++wrong;
      reader->quiescent();
    }
  });
  for (unsigned round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<ServiceEntry>> others;
    for (unsigned n = 0; n < 200; ++n) {
      others.push_back(std::make_unique<ServiceEntry>(*wire_key({"other", "default"})));
      index.add(parse_address(nth_address(n))->span(), *others.back());
    }
    for (unsigned n = 0; n < 200; ++n) {
      index.remove(parse_address(nth_address(n))->span(), *others[n]);
      epoch.retire(std::move(others[n]));
    }
  }
  stop = true;
  thread.join();
  epoch.leave(reader);
  CHECK(wrong == 0);
  CHECK(index.size() == 1);
}

}  // namespace
}  // namespace catena::kubernetes
