// SPDX-License-Identifier: Apache-2.0
#include "core/net/deadlines.hpp"

#include "test/support/count_allocations.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <random>

namespace catena::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Writes its name into a list when its time comes.
class Named final : public Deadline {
 public:
  Named(std::string& log, char name) : log_(log), name_(name) {}
  std::function<void()> then;

 private:
  void due() override {
    log_ += name_;
    if (then) then();
  }
  void abandoned() override { log_ += std::string("-") + name_; }
  std::string& log_;
  char name_;
};

struct Fixture {
  ManualClock clock;
  std::string log;
  Deadlines queue;
  Named a{log, 'a'}, b{log, 'b'}, c{log, 'c'};

  TimePoint in(Duration time) const { return clock.now() + time; }
  std::string after(Duration time) {
    clock.advance(time);
    log.clear();
    queue.run_due(clock.now());
    return log;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "Deadlines come in the order of their times, equal ones as added") {
  queue.add(a, in(seconds(2)));
  queue.add(b, in(seconds(1)));
  queue.add(c, in(seconds(2)));
  CHECK(queue.next() == in(seconds(1)));
  CHECK(after(milliseconds(999)).empty());
  CHECK(after(milliseconds(1)) == "b");
  CHECK(!b.waiting());
  CHECK(after(seconds(5)) == "ac");
  CHECK(queue.empty());
  CHECK(queue.next() == TimePoint::max());
}

TEST_CASE_METHOD(Fixture, "One that is moved comes at its new time only") {
  queue.add(a, in(seconds(1)));
  queue.add(b, in(seconds(2)));
  queue.add(a, in(seconds(3)));
  CHECK(after(seconds(2)) == "b");
  queue.add(a, in(seconds(0)));
  CHECK(after(seconds(0)) == "a");
  CHECK(after(seconds(9)).empty());
}

TEST_CASE_METHOD(Fixture, "One that is due at the same time may be removed by another") {
  queue.add(a, in(seconds(1)));
  queue.add(b, in(seconds(1)));
  queue.add(c, in(seconds(1)));
  a.then = [this] { b.cancel(); };
  CHECK(after(seconds(1)) == "ac");
  CHECK(!b.waiting());
}

TEST_CASE_METHOD(Fixture, "What is added while others are due waits for the next call") {
  queue.add(a, in(seconds(1)));
  queue.add(b, in(seconds(1)));
  a.then = [this] {
    queue.add(a, TimePoint::min());
    queue.add(b, in(seconds(1)));
  };
  CHECK(after(seconds(1)) == "a");
  CHECK(queue.next() == TimePoint::min());
  a.then = nullptr;
  CHECK(after(seconds(0)) == "a");
  CHECK(after(seconds(1)) == "b");
}

TEST_CASE_METHOD(Fixture, "One may be destroyed while it waits, is due, and in its due()") {
  std::optional<Named> d(std::in_place, log, 'd');
  std::optional<Named> e(std::in_place, log, 'e');
  std::optional<Named> f(std::in_place, log, 'f');
  queue.add(*d, in(seconds(1)));
  queue.add(*e, in(seconds(1)));
  queue.add(*f, in(seconds(1)));
  queue.add(a, in(seconds(1)));
  f.reset();
  d->then = [&] {
    e.reset();
    d.reset();
  };
  CHECK(after(seconds(1)) == "da");
}

TEST_CASE_METHOD(Fixture, "Turning the queue inside of a due() does nothing") {
  queue.add(a, in(seconds(1)));
  queue.add(b, in(seconds(1)));
  a.then = [this] { CHECK(queue.run_due(TimePoint::max()) == 0); };
  CHECK(after(seconds(1)) == "ab");
}

TEST_CASE_METHOD(Fixture, "A queue that ends abandons what waits") {
  {
    Deadlines short_lived;
    short_lived.add(a, in(seconds(1)));
    short_lived.add(b, in(seconds(1)));
    b.cancel();
  }
  CHECK(log == "-a");
  CHECK(!a.waiting());
}

TEST_CASE_METHOD(Fixture, "A deadline goes over from one queue to another") {
  Deadlines other;
  queue.add(a, in(seconds(1)));
  other.add(a, in(seconds(2)));
  CHECK(queue.empty());
  CHECK(after(seconds(3)).empty());
  CHECK(other.run_due(clock.now()) == 1);
}

TEST_CASE_METHOD(Fixture, "Whoever turns the loop is told of an earlier time, and only then") {
  int told = 0;
  queue.on_sooner([&] { ++told; });
  queue.add(a, in(seconds(2)));
  CHECK(told == 1);
  queue.add(b, in(seconds(3)));
  CHECK(told == 1);
  queue.add(b, in(seconds(1)));
  CHECK(told == 2);
  b.then = [this] { queue.add(c, TimePoint::min()); };
  CHECK(after(seconds(1)) == "b");
  CHECK(told == 2);
}

// A list kept in order does the same, slowly: what both say must agree after each step.
TEST_CASE("Deadlines do what a sorted list does") {
  struct Entry {
    TimePoint time;
    std::uint64_t order;
    int name;
    bool operator<(const Entry& other) const {
      return std::pair(time, order) < std::pair(other.time, other.order);
    }
  };
  struct Numbered final : Deadline {
    std::vector<int>* fired = nullptr;
    int name = 0;
    void due() override { fired->push_back(name); }
  };
  std::mt19937 random(7);
  ManualClock clock;
  Deadlines queue;
  std::vector<int> fired;
  std::deque<Numbered> all(100);
  std::vector<Entry> model;
  std::uint64_t order = 0;
  for (int i = 0; i < 100; ++i) {
    all[i].fired = &fired;
    all[i].name = i;
  }
  const auto forget = [&model](int name) {
    std::erase_if(model, [name](const Entry& entry) { return entry.name == name; });
  };
  for (int step = 0; step < 20000; ++step) {
    const int name = static_cast<int>(random() % all.size());
    const unsigned what = random() % 8;
    forget(name);
    if (what < 5) {
      model.push_back({clock.now() + milliseconds(random() % 50), order++, name});
      std::sort(model.begin(), model.end());
      queue.add(all[name], model[std::find_if(model.begin(), model.end(),
                                              [name](const Entry& e) { return e.name == name; }) -
                                 model.begin()]
                               .time);
    } else {
      all[name].cancel();
    }
    if (what == 7) clock.advance(milliseconds(random() % 20));
    std::vector<int> expected;
    while (!model.empty() && model.front().time <= clock.now()) {
      expected.push_back(model.front().name);
      model.erase(model.begin());
    }
    fired.clear();
    queue.run_due(clock.now());
    REQUIRE(fired == expected);
    REQUIRE(queue.next() == (model.empty() ? TimePoint::max() : model.front().time));
  }
}

namespace {

struct Item {
  std::uint64_t rank = 0;
  std::size_t place = 0;
};

struct Counted {
  static inline std::uint64_t comparisons = 0;
  static bool before(const Item& a, const Item& b) {
    ++comparisons;
    return a.rank < b.rank;
  }
  static std::size_t& place(Item& item) { return item.place; }
};

}  // namespace

// Calls that wait for a handshake (seconds) among calls that wait for an answer (tenths of them):
// a list that is walked from its end makes each call pay for all the others.
TEST_CASE("Ten thousand deadlines of mixed lengths cost each other next to nothing") {
  constexpr std::size_t kItems = 10000;
  std::mt19937 random(3);
  std::deque<Item> items(kItems);
  Heap<Item, Counted> heap;
  std::uint64_t now = 0;
  Counted::comparisons = 0;
  const auto length = [&random] { return random() % 2 == 0 ? 5000000u : 100000u + random() % 9; };
  for (Item& item : items) {
    item.rank = ++now + length();
    heap.push(item);
  }
  CHECK(Counted::comparisons < kItems * 14);
  Counted::comparisons = 0;
  for (std::size_t i = 0; i < 100000; ++i) {
    Item& item = items[random() % kItems];
    heap.remove(item);
    item.rank = ++now + length();
    heap.push(item);
  }
  CHECK(Counted::comparisons < 100000 * 2 * 2 * 14);
}

TEST_CASE("Adding and removing allocates nothing once as many have waited before") {
  ManualClock clock;
  Deadlines queue;
  Reminder a([] {}), b([] {});
  const auto once = [&] {
    queue.add(a, clock.now() + seconds(1));
    queue.add(b, clock.now() + seconds(2));
    clock.advance(seconds(3));
    queue.run_due(clock.now());
    queue.add(a, clock.now() + seconds(1));
    a.cancel();
  };
  once();
  const auto before = catena::test::allocations_here;
  for (int i = 0; i < 100; ++i) once();
  const auto allocated = catena::test::allocations_here - before;
  CHECK(allocated == 0);
}

}  // namespace catena::net
