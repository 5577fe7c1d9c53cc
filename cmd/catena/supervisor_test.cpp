// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "cmd/catena/supervisor.hpp"

#include "plugins/registry.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>
#include <future>
#include <unistd.h>

namespace catena {
namespace {

constexpr std::chrono::seconds kPatience{30};
const char* const kText = ".:0 {\n    bind 127.0.0.1\n    whoami\n}\n";

struct Nowhere {
  ~Nowhere() { ::close(descriptor); }
  const int descriptor = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
};

/// A process without signals, whose log goes nowhere.
struct Household {
  Nowhere nowhere;
  LogWriter writer{nowhere.descriptor};
  metrics::Registry metrics{2};
  epoch::Domain epoch;
  SystemClock clock;
  Keeper keeper;
  const Options options;
  const Process process{Log(writer), metrics, epoch, clock, keeper, &supervisor};
  Supervisor supervisor{options, plugin_registry(), writer, process};
};

/// What was told of the orders, in order.
class Tellings {
 public:
  std::function<void(const Result<void>&)> of(std::string order) {
    return [this, order](const Result<void>& result) {
      note(order + (result ? "" : ": " + result.error().text));
    };
  }
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    told_.push_back(std::move(what));
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> told_;
};

// The text of standard input is what a reload reads again.
config::Source source(const char* text = kText) { return {kStandardInput, text}; }

TEST_CASE("orders that come at once, in every order", "[supervisor]") {
  std::vector<std::string> orders{"reload", "reload", "stop", "stop"};
  do {
    Household house;
    Tellings tellings;
    std::vector<std::future<server::Stopped>> stopped;
    house.supervisor.start(source(), tellings.of("start"));
    for (const std::string& order : orders) {
      if (order == "reload") {
        house.supervisor.reload(tellings.of(order));
        continue;
      }
      auto end = std::make_shared<std::promise<server::Stopped>>();
      stopped.push_back(end->get_future());
      house.supervisor.stop(Queries::finish, [&tellings, end](server::Stopped how) {
        tellings.note("stop");
        end->set_value(how);
      });
    }
    for (auto& end : stopped) {
      REQUIRE(end.wait_for(kPatience) == std::future_status::ready);
      CHECK(end.get() == server::Stopped::cleanly);
    }
    const std::vector<std::string> told = tellings.told();
    const auto first_stop = std::find(told.begin(), told.end(), "stop");
    CHECK(told.end() - first_stop == 2);
    for (auto one = told.begin(); one != first_stop; ++one) {
      CHECK((*one == "start" || *one == "reload"));
    }
  } while (std::next_permutation(orders.begin(), orders.end()));
}

TEST_CASE("reloads that wait for one are one, and everybody is told", "[supervisor]") {
  Household house;
  std::atomic<int> told{0}, early{0}, failed{0};
  std::promise<void> all;
  // Ordered before it runs: they wait for the start, and come behind it.
  house.supervisor.start(source(), [&](const Result<void>&) { early = told.load(); });
  for (int i = 0; i < 10; ++i) {
    house.supervisor.reload([&](const Result<void>& result) {
      failed += result ? 0 : 1;
      if (++told == 10) all.set_value();
    });
  }
  REQUIRE(all.get_future().wait_for(kPatience) == std::future_status::ready);
  CHECK(early == 0);
  CHECK(failed == 0);
  CHECK(house.supervisor.running() == house.supervisor.on_disk());
}

TEST_CASE("what cannot start says why, each line with its end", "[supervisor]") {
  struct Row {
    const char* name;
    const char* text;
    const char* said;
  };
  const Row rows[] = {
      {"a directive that nobody knows", ".:0 {\n    whomai\n}\n", "Unknown directive 'whomai'"},
      {"an address that is not this host's", ".:0 {\n    bind 192.0.2.7\n    whoami\n}\n",
       "192.0.2.7"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      Household house;
      std::promise<std::string> said;
      house.supervisor.start(source(row.text), [&said](const Result<void>& result) {
        said.set_value(result ? "" : result.error().text);
      });
      auto text = said.get_future();
      REQUIRE(text.wait_for(kPatience) == std::future_status::ready);
      const std::string why = text.get();
      CHECK(why.find(row.said) != std::string::npos);
      CHECK(why.ends_with('\n'));
    }
  }
}

}  // namespace
}  // namespace catena
