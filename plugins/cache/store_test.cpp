// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "plugins/cache/store.hpp"

#include "core/base/hash.hpp"
#include "core/dns/text.hpp"

#include <catch2/catch.hpp>

#include <thread>

namespace catena::cache {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart{1h};

dns::Name name_of(int number) {
  return dns::Name::parse("n" + std::to_string(number) + ".example.org.").value();
}

struct Item {
  explicit Item(int number) : name(name_of(number)), key({.name = name}, 0), address{} {
    address[0] = static_cast<std::uint8_t>(number >> 16);
    address[1] = static_cast<std::uint8_t>(number >> 8);
    address[2] = static_cast<std::uint8_t>(number);
  }

  Entry::Owned entry(TimePoint stored = kStart, std::uint32_t ttl = 60) const {
    Arena arena;
    dns::Response response(arena);
    response.add(dns::Section::answer,
                 {.owner = name, .type = dns::Type::A, .ttl = ttl, .rdata = address});
    return Entry::make(key, name, {.stored = stored, .ttl = ttl}, response);
  }

  bool is_in(const Store& store, std::uint64_t hash) const {
    return store.find(key, hash) != nullptr;
  }

  dns::Name name;
  Key key;
  std::array<std::uint8_t, 4> address;
};

struct Bed {
  explicit Bed(StoreLimits limits = {}) : store(limits, domain) {
    reader = domain.join([] {});
  }
  std::size_t insert(const Item& item, std::uint64_t at, TimePoint now = kStart) {
    return store.insert(item.entry(now), item.key, at, now);
  }
  std::size_t insert(const Item& item) { return insert(item, hash(item.key.bytes())); }
  bool has(const Item& item) const { return item.is_in(store, hash(item.key.bytes())); }

  SeededHash hash{{1, 2}};
  epoch::Domain domain;
  std::shared_ptr<epoch::Reader> reader;
  Store store;
};

TEST_CASE("the number of answers that is kept") {
  struct Case {
    long long capacity;
    std::size_t entries;
  };
  const Case c = GENERATE(values<Case>(
      {{10000, 9984}, {0, 1024}, {-5, 1024}, {1279, 1024}, {1280, 1280}, {1LL << 40, 1 << 24}}));
  CHECK(StoreLimits{.capacity = c.capacity}.entries() == c.entries);
}

TEST_CASE("names of one hash do not answer for each other") {
  Bed bed;
  const Item one(1), two(2);
  bed.insert(one, 77);
  CHECK(bed.store.find(two.key, 77) == nullptr);
  bed.insert(two, 77);
  REQUIRE(bed.store.find(one.key, 77) != nullptr);
  CHECK(bed.store.find(one.key, 77)->is(one.key.bytes()));
  CHECK(bed.store.find(two.key, 77)->is(two.key.bytes()));
  CHECK(bed.store.find(two.key, 78) == nullptr);
}

TEST_CASE("a new entry takes the place of the one with its key") {
  Bed bed;
  const Item item(1);
  bed.insert(item);
  const std::size_t bytes = bed.store.bytes();
  CHECK(bed.insert(item) == 0);
  CHECK(bed.store.size() == 1);
  CHECK(bed.store.bytes() == bytes);
  CHECK(bed.domain.collect() == 1);
  bed.reader->quiescent();
  CHECK(bed.domain.collect() == 0);
}

TEST_CASE("what is erased is gone, and only that") {
  Bed bed;
  const Item one(1), two(2);
  bed.insert(one, 5);
  bed.insert(two, 5);
  CHECK(bed.store.erase(one.key, 5));
  CHECK_FALSE(bed.store.erase(one.key, 5));
  CHECK(bed.store.find(one.key, 5) == nullptr);
  CHECK(bed.store.find(two.key, 5) != nullptr);
  CHECK(bed.store.size() == 1);
}

TEST_CASE("a full bucket gives up what nobody asked for") {
  Bed bed;
  for (int i = 0; i < 7; ++i) CHECK(bed.insert(Item(i), 9) == 0);
  for (int i = 0; i < 7; ++i) {
    if (i != 4) bed.store.find(Item(i).key, 9)->mark_used();
  }
  CHECK(bed.insert(Item(7), 9) == 1);
  CHECK(bed.store.size() == 7);
  for (int i = 0; i < 8; ++i) CHECK(Item(i).is_in(bed.store, 9) == (i != 4));
}

TEST_CASE("a full bucket of wanted entries gives up one of them") {
  Bed bed;
  for (int i = 0; i < 7; ++i) bed.insert(Item(i), 9);
  for (int i = 0; i < 7; ++i) bed.store.find(Item(i).key, 9)->mark_used();
  CHECK(bed.insert(Item(7), 9) == 1);
  CHECK(bed.store.size() == 7);
  CHECK(Item(7).is_in(bed.store, 9));
}

TEST_CASE("what is of no use any more goes first, and is no eviction") {
  Bed bed({.capacity = 1024, .stale = 10s});
  for (int i = 0; i < 7; ++i) bed.insert(Item(i), 9);
  CHECK(bed.insert(Item(7), 9, kStart + 69s) == 1);
  CHECK(bed.insert(Item(8), 9, kStart + 70s) == 0);
  CHECK(bed.store.size() == 2);
  CHECK(bed.insert(Item(8), 9, kStart + 71s) == 0);
}

TEST_CASE("many more names than the capacity") {
  Bed bed({.capacity = 2048});
  std::size_t evicted = 0;
  for (int i = 0; i < 20000; ++i) evicted += bed.insert(Item(i));
  CHECK(bed.store.size() <= 2048);
  CHECK(bed.store.size() > 1900);
  CHECK(evicted + bed.store.size() == 20000);
}

TEST_CASE("a store that is as full as it may be has lost hardly anything") {
  Bed bed({.capacity = 10000});
  for (int i = 0; i < 9984; ++i) bed.insert(Item(i));
  CHECK(bed.store.size() > 9984 * 95 / 100);
}

TEST_CASE("what is asked for stays while a flood of names passes") {
  Bed bed({.capacity = 1024});
  for (int i = 0; i < 100; ++i) bed.insert(Item(i));
  for (int i = 1000; i < 20000; ++i) {
    const Item wanted(i % 100);
    if (const Entry* entry = bed.store.find(wanted.key, bed.hash(wanted.key.bytes()))) {
      entry->mark_used();
    }
    bed.insert(Item(i));
  }
  int left = 0;
  for (int i = 0; i < 100; ++i) left += bed.has(Item(i)) ? 1 : 0;
  CHECK(left > 90);
}

TEST_CASE("large answers use up the bytes before the number") {
  Bed bed({.capacity = 1024});
  const std::vector<std::uint8_t> data(30000, 7);
  for (int i = 0; i < 1000; ++i) {
    const Item item(i);
    Arena arena;
    dns::Response response(arena);
    response.add(dns::Section::answer, {.owner = item.name, .type = dns::Type::TXT, .rdata = data});
    bed.store.insert(Entry::make(item.key, item.name, {.stored = kStart, .ttl = 60}, response),
                     item.key, bed.hash(item.key.bytes()), kStart);
  }
  CHECK(bed.store.bytes() <= 1024 * StoreLimits::kAverage);
  CHECK(bed.store.size() >= 16);
}

TEST_CASE("an address costs little memory") {
  Bed bed;
  bed.insert(Item(1));
  // With the allocator's share and that of the table it stays below 200 bytes.
  CHECK(bed.store.bytes() <= 120);
}

TEST_CASE("an entry gives back what it was made of") {
  Arena arena;
  dns::Response response(arena);
  const auto add = [&](dns::Section section, std::string_view text) {
    response.add(section, dns::parse_record(text, arena).value());
  };
  add(dns::Section::answer, "WWW.example.org. 5 IN CNAME a.example.org.");
  add(dns::Section::answer, "a.example.org. 5 IN A 192.0.2.1");
  add(dns::Section::answer, "a.example.org. 5 IN A 192.0.2.2");
  add(dns::Section::authority, "example.org. 5 IN NS www.example.org.");
  add(dns::Section::additional, "www.example.org. 5 CH TXT \"\"");
  const auto asked = dns::Name::parse("www.example.org.").value();
  const Key key({.name = asked}, 0);
  const auto entry = Entry::make(key, asked, {.stored = kStart, .ttl = 60}, response);
  REQUIRE(entry != nullptr);

  dns::Response copy(arena);
  REQUIRE(unpack(entry->packed(), asked, 42, copy));
  for (const auto section :
       {dns::Section::answer, dns::Section::authority, dns::Section::additional}) {
    REQUIRE(copy.records(section).size() == response.records(section).size());
    for (std::size_t i = 0; i < copy.records(section).size(); ++i) {
      dns::Record expected = response.records(section)[i];
      expected.ttl = 42;
      if (expected.owner == asked.view()) expected.owner = asked;
      CHECK(dns::to_text(copy.records(section)[i]) == dns::to_text(expected));
    }
  }
  CHECK(copy.answer()[0].owner.data() == asked.view().data());
  CHECK(copy.answer()[1].owner.data() == copy.answer()[2].owner.data());
  CHECK(copy.answer()[1].owner.data() == copy.answer()[0].rdata.data());
}

TEST_CASE("hits are counted until there is a pause") {
  const auto entry = Item(1).entry();
  CHECK(entry->count_hit(kStart, 10s) == 1);
  CHECK(entry->count_hit(kStart + 10s, 10s) == 2);
  CHECK(entry->count_hit(kStart + 20s, 10s) == 3);
  CHECK(entry->count_hit(kStart + 31s, 10s) == 1);
  entry->carry_hits(7, kStart + 31s);
  CHECK(entry->count_hit(kStart + 32s, 10s) == 8);
}

TEST_CASE("one refresh at a time") {
  const auto entry = Item(1).entry();
  CHECK(entry->claim_refresh(kStart, kStart + 30s));
  CHECK_FALSE(entry->claim_refresh(kStart + 29s, kStart + 60s));
  CHECK(entry->claim_refresh(kStart + 30s, kStart + 60s));
  entry->release_refresh(kStart + 35s);
  CHECK_FALSE(entry->claim_refresh(kStart + 34s, kStart + 60s));
  CHECK(entry->claim_refresh(kStart + 35s, kStart + 60s));
}

TEST_CASE("readers and writers at once") {
  Bed bed({.capacity = 1024});
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  const auto read = [&](std::shared_ptr<epoch::Reader> reader) {
    for (int i = 0; !stop; i = (i + 1) % 3000) {
      const Item item(i);
      const Entry* entry = bed.store.find(item.key, bed.hash(item.key.bytes()));
      if (entry != nullptr) {
        entry->mark_used();
        const auto records = entry->packed().records;
        if (!std::equal(item.address.begin(), item.address.end(), records.end() - 4)) ++wrong;
      }
      reader->quiescent();
    }
  };
  std::thread readers[] = {std::thread(read, bed.domain.join([] {})),
                           std::thread(read, bed.domain.join([] {}))};
  const auto write = [&](int from) {
    for (int i = from; i < 6000; i += 2) {
      bed.insert(Item(i % 3000));
      if (i % 10 == from) bed.store.erase(Item(i / 2).key, bed.hash(Item(i / 2).key.bytes()));
    }
  };
  std::thread writers[] = {std::thread(write, 0), std::thread(write, 1)};
  for (std::thread& thread : writers) thread.join();
  stop = true;
  for (std::thread& thread : readers) thread.join();
  CHECK(wrong == 0);
  CHECK(bed.store.size() <= 1024);
}

}  // namespace
}  // namespace catena::cache
