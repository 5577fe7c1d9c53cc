// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/scripted.hpp"

namespace catena::cache {
namespace {

using test::Ask;
using test::Bed;
using test::Lines;

const Lines kFound = {"wait", "NOERROR", "answer www.example.org. 60 IN A 192.0.2.1"};
constexpr const char* kAnswer = "answer www.example.org. 60 IN A 192.0.2.1";

/// A client that does not wait for others' answers before it asks.
class Client {
 public:
  Client(Bed& bed, const Ask& ask, Protocol protocol = Protocol::udp)
      : engine_(bed.engine), bytes_(ask.bytes()), query_(bed.engine) {
    Transport transport = bed.transport;
    transport.protocol = protocol;
    query_.begin(*dns::MessageView::parse(bytes_), transport, bed.engine.time.now());
    Reply reply = bed.chain.first()(query_);
    if (reply.ready()) {
      ended(reply.outcome());
      return;
    }
    asio::co_spawn(bed.engine.io, std::move(reply).wait(),
                   [this](std::exception_ptr thrown, Outcome outcome) {
                     thrown ? void(lines_ = Lines{"THROWN"}) : ended(outcome);
                   });
  }

  /// Nothing points to its query any more.
  ~Client() {
    if (!lines_.empty()) return;
    give_up();
    engine_.settle();
  }

  /// What came; nothing while it waits.
  const Lines& lines() const { return lines_; }
  const Query& query() const { return query_; }
  /// The server has no room for it.
  void give_up() { query_.give_up(); }

 private:
  void ended(Outcome outcome) {
    lines_ = outcome == Outcome::drop ? Lines{"DROP"} : test::lines_of(query_);
  }

  test::ScriptedEngine& engine_;
  std::vector<std::uint8_t> bytes_;
  Query query_;
  Lines lines_;
};

using Clients = std::vector<std::unique_ptr<Client>>;

Clients clients(Bed& bed, std::size_t count, const Ask& ask = {.name = "www.example.org."}) {
  Clients all;
  while (all.size() < count) all.push_back(std::make_unique<Client>(bed, ask));
  return all;
}

std::size_t count_of(const Clients& all, const Lines& lines) {
  std::size_t count = 0;
  for (const auto& client : all) count += client->lines() == lines ? 1 : 0;
  return count;
}

std::string counter(const Bed& bed, const std::string& name) {
  const std::string text = bed.parts.metrics.text();
  const std::string start = name + "{server=\"dns://:53\",view=\"\",zones=\".\"} ";
  const std::size_t at = text.find(start);
  if (at == std::string::npos) return "";
  return text.substr(at + start.size(), text.find('\n', at) - at - start.size());
}

TEST_CASE("of 500 clients at once one asks, and all have the answer") {
  Bed bed("cache");
  bed.upstream->script = kFound;
  const Clients all = clients(bed, 500);
  CHECK(count_of(all, {}) == 500);
  bed.engine.settle();
  CHECK(count_of(all, {"NOERROR", kAnswer}) == 500);
  CHECK(bed.upstream->asked == 1);
  CHECK(counter(bed, "catena_cache_shared_total") == "499");
  CHECK(counter(bed, "coredns_cache_misses_total") == "500");
}

TEST_CASE("each has the answer in the letters of its own question") {
  Bed bed("cache");
  bed.upstream->script = kFound;
  const Client first(bed, {.name = "www.example.org."});
  const Client second(bed, {.name = "wWw.eXample.org."});
  bed.engine.settle();
  CHECK(second.lines().back() == "answer wWw.eXample.org. 60 IN A 192.0.2.1");
}

TEST_CASE("each has AD as it asked for it") {
  Bed bed("cache");
  bed.upstream->script = {"wait", "NOERROR ad", kAnswer};
  const Client first(bed, {.name = "www.example.org."});
  const Client second(bed, {.name = "www.example.org.", .authentic_data = true});
  bed.engine.settle();
  CHECK(first.lines().front() == "NOERROR");
  CHECK(second.lines().front() == "NOERROR ad");
}

TEST_CASE("another type, class, DO or CD is another question") {
  Bed bed("cache");
  bed.upstream->script = kFound;
  const Clients all = clients(bed, 1);
  const Ask other = GENERATE(values<Ask>({
      {.name = "www.example.org.", .type = dns::Type::AAAA},
      {.name = "www.example.org.", .qclass = dns::Class::CH},
      {.name = "www.example.org.", .dnssec_ok = true},
      {.name = "www.example.org.", .checking_disabled = true},
      {.name = "www.example.com."},
  }));
  const Client client(bed, other);
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("what has many messages or another opcode, or finds loops, is asked for each") {
  Bed bed("cache");
  bed.upstream->script = kFound;
  const Ask ask = GENERATE(values<Ask>({
      {.name = "example.org.", .type = dns::Type::AXFR},
      {.name = "example.org.", .type = dns::Type::IXFR},
      {.name = "1.2.example.org.", .type = dns::Type::HINFO},
      {.name = "example.org.", .opcode = dns::Opcode::Notify},
  }));
  const Clients all = clients(bed, 3, ask);
  CHECK(bed.upstream->asked == 3);
}

TEST_CASE("a failure is everybody's, as it would be if it had been kept") {
  Bed bed("cache {\nservfail 0\n}");
  bed.upstream->script = {"wait", "FAIL SERVFAIL unreachable"};
  const Clients all = clients(bed, 500);
  bed.engine.settle();
  CHECK(count_of(all, {"FAIL SERVFAIL unreachable"}) == 500);
  CHECK(bed.upstream->asked == 1);
}

TEST_CASE("an answer that could not be said whole is nobody's") {
  Bed bed("cache");
  bed.upstream->script = {"wait", "NOERROR spoiled", kAnswer};
  const Clients all = clients(bed, 3);
  bed.engine.settle();
  CHECK(count_of(all, {"FAIL SERVFAIL no room for an answer"}) == 2);
  CHECK(bed.upstream->asked == 1);
}

TEST_CASE("an answer that is not kept is for those who waited, not for the next") {
  Bed bed("cache {\nsuccess 1000 3600 0\n}");
  const Lines answer = GENERATE(values<Lines>({
      {"NOERROR", "answer www.example.org. 0 IN A 192.0.2.1"},
      {"NXDOMAIN"},
      {"REFUSED"},
  }));
  bed.upstream->script = answer;
  bed.upstream->script.insert(bed.upstream->script.begin(), "wait");
  const Clients all = clients(bed, 500);
  bed.engine.settle();
  CHECK(all.back()->lines().front() == answer.front());
  CHECK(count_of(all, all.front()->lines()) == 500);
  CHECK(bed.upstream->asked == 1);
  const Clients next = clients(bed, 1);
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("when the one that asks is dropped or throws, one other asks") {
  Bed bed("cache");
  const bool drop = GENERATE(true, false);
  bed.upstream->script = drop ? Lines{"wait", "DROP"} : Lines{"throw"};
  const Clients all = clients(bed, 500);
  bed.upstream->script = kFound;
  bed.engine.settle();
  CHECK(all.front()->lines() == Lines{drop ? "DROP" : "THROWN"});
  CHECK(count_of(all, {"NOERROR", kAnswer}) == 499);
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("who waits for another one can be given up before the answer comes") {
  Bed bed("cache");
  bed.upstream->script = {"never"};
  const Clients all = clients(bed, 3);
  all[1]->give_up();
  bed.engine.settle();
  CHECK(all[1]->lines() == Lines{"FAIL REFUSED "});
  CHECK(all[0]->lines().empty());
  CHECK(all[2]->lines().empty());
  CHECK(bed.upstream->asked == 1);
}

// A greedy client's query had the question refused for all who waited with it.
TEST_CASE("when the one that asks is given up, one other asks") {
  Bed bed("cache");
  bed.upstream->script = {"never"};
  const Clients all = clients(bed, 3);
  bed.upstream->script = kFound;
  all.front()->give_up();
  bed.engine.settle();
  CHECK(all.front()->lines() == Lines{"FAIL REFUSED "});
  CHECK(count_of(all, {"NOERROR", kAnswer}) == 2);
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("the failure of a question that was given up is not kept") {
  Bed bed("cache");
  bed.upstream->script = {"never", "FAIL SERVFAIL interrupted"};
  const Clients one = clients(bed, 1);
  one.front()->give_up();
  bed.engine.settle();
  bed.upstream->script = kFound;
  const Clients next = clients(bed, 1);
  bed.engine.settle();
  CHECK(count_of(next, {"NOERROR", kAnswer}) == 1);
}

TEST_CASE("one after the other asks when all are dropped, never all at once") {
  Bed bed("cache");
  bed.upstream->script = {"wait", "DROP"};
  const Clients all = clients(bed, 10);
  bed.engine.io.poll_one();
  CHECK(bed.upstream->asked == 1);
  bed.engine.settle();
  CHECK(count_of(all, {"DROP"}) == 10);
  CHECK(bed.upstream->asked == 10);
}

TEST_CASE("nobody waits for another one longer than its own time") {
  Bed bed("cache");
  bed.upstream->script = {"never"};
  const Clients early = clients(bed, 2);
  bed.engine.time.advance(std::chrono::seconds(4));
  const Clients late = clients(bed, 1);
  bed.engine.settle();
  const Lines failed = {"FAIL SERVFAIL the same question was not answered in time"};
  bed.engine.time.advance(std::chrono::seconds(6));
  bed.engine.settle();
  CHECK(early.back()->lines() == failed);
  CHECK(late.back()->lines().empty());
  CHECK(bed.upstream->asked == 1);
  // A question that has been on its way for so long is asked anew.
  bed.upstream->script = kFound;
  const Clients next = clients(bed, 2);
  bed.engine.settle();
  CHECK(count_of(next, {"NOERROR", kAnswer}) == 2);
  CHECK(bed.upstream->asked == 2);
  bed.engine.time.advance(std::chrono::seconds(4));
  bed.engine.settle();
  CHECK(late.back()->lines() == failed);
}

TEST_CASE("an answer that was cut is not for those who can take more") {
  Bed bed("cache");
  bed.upstream->script = {"wait", "NOERROR tc"};
  const Ask ask{.name = "www.example.org."};
  const Client leader(bed, ask);
  const Client same(bed, ask);
  const Client stream(bed, ask, Protocol::tcp);
  const Client other_stream(bed, ask, Protocol::tcp);
  bed.upstream->script = kFound;
  bed.engine.settle();
  CHECK(same.lines() == Lines{"NOERROR tc"});
  CHECK(stream.lines() == Lines{"NOERROR", kAnswer});
  CHECK(other_stream.lines() == Lines{"NOERROR", kAnswer});
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("an answer for one client network is for those who asked for it") {
  Bed bed("cache");
  bed.upstream->script = {"wait", "NOERROR subnet/24", kAnswer};
  const auto subnet = [](std::uint8_t last) {
    return std::vector<std::uint8_t>{0, 8, 0, 7, 0, 1, 24, 0, 192, 0, last};
  };
  const Client leader(bed, {.name = "www.example.org.", .options = subnet(2)});
  const Client same(bed, {.name = "www.example.org.", .options = subnet(2)});
  const Client other(bed, {.name = "www.example.org.", .options = subnet(3)});
  const Client none(bed, {.name = "www.example.org."});
  const std::string others = "answer www.example.org. 60 IN A 192.0.2.3";
  bed.upstream->script = {"wait", "NOERROR", others};
  bed.engine.settle();
  CHECK(same.lines() == Lines{"NOERROR", kAnswer});
  CHECK(other.lines() == Lines{"NOERROR", others});
  CHECK(none.lines() == Lines{"NOERROR", others});
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("a question that leads to another waits for nobody, who might wait for it") {
  Bed bed("cache");
  bed.upstream->script = kFound;
  const Client client(bed, {.name = "www.example.org."});
  Query inner(bed.engine);
  inner.begin_like(client.query(), client.query().question());
  Reply reply = bed.chain.first()(inner);
  CHECK_FALSE(reply.ready());
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("clients that verify the same old answer ask once, and each has what it has") {
  Bed bed("cache {\nserve_stale 1h verify\n}");
  bed.upstream->script = {"NOERROR", "answer www.example.org. 10 IN A 192.0.2.9"};
  bed.ask({.name = "www.example.org."});
  bed.engine.time.advance(std::chrono::seconds(20));
  SECTION("a new answer") {
    bed.upstream->script = kFound;
    const Clients all = clients(bed, 500);
    bed.engine.settle();
    CHECK(count_of(all, {"NOERROR", kAnswer}) == 500);
  }
  SECTION("none") {
    bed.upstream->script = {"wait", "SERVFAIL"};
    const Clients all = clients(bed, 500);
    bed.engine.settle();
    CHECK(count_of(all, {"NOERROR", "answer www.example.org. 0 IN A 192.0.2.9"}) == 500);
    CHECK(counter(bed, "coredns_cache_served_stale_total") == "500");
  }
  SECTION("doubts") {
    bed.upstream->script = {"doubt", "never"};
    const Clients all = clients(bed, 500);
    bed.engine.settle();
    CHECK(count_of(all, {"NOERROR", "answer www.example.org. 0 IN A 192.0.2.9"}) == 500);
  }
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("a miss waits for a refresh that is under way") {
  Bed bed("cache {\nprefetch 1 1m 90%\n}");
  bed.upstream->script = {"NOERROR", "answer www.example.org. 10 IN A 192.0.2.9"};
  bed.ask({.name = "www.example.org."});
  bed.engine.time.advance(std::chrono::seconds(9));
  bed.upstream->script = kFound;
  const Clients before = clients(bed, 1);
  bed.engine.time.advance(std::chrono::seconds(1));
  const Clients all = clients(bed, 2);
  bed.engine.settle();
  CHECK(count_of(all, {"NOERROR", kAnswer}) == 2);
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("a worker that is left strands nobody") {
  Bed bed("cache");
  bed.upstream->script = {"never"};
  const Clients all = clients(bed, 3);
  bed.engine.settle();
  for (WorkerAware* one : bed.chain.with<WorkerAware>()) one->leave(bed.engine);
  bed.engine.settle();
  CHECK(all.front()->lines().empty());
  CHECK(all[1]->lines() == all[2]->lines());
  CHECK_FALSE(all[1]->lines().empty());
}

TEST_CASE("what waits is counted out however it ends, and there is a limit") {
  Bed bed("cache");
  Query query(bed.engine);
  const auto bytes = Ask{.name = "www.example.org."}.bytes();
  query.begin(*dns::MessageView::parse(bytes), bed.transport, bed.engine.time.now());
  const Key key(query.question(), 0);
  Flights flights(2);
  auto flight = flights.begin(key, 1, bed.engine.time.now());
  CHECK(flights.find(key, 1, bed.engine.time.now()) == flight.get());
  CHECK(flights.find(key, 2, bed.engine.time.now()) == nullptr);
  CHECK(flights.find(Key(query.question(), 1), 1, bed.engine.time.now()) == nullptr);
  std::optional<Follower> followers[3];
  for (auto& follower : followers) {
    follower.emplace(query, Follower::Otherwise::failure, TimePoint::max());
  }
  CHECK(flight->take(*followers[0]));
  CHECK(flight->take(*followers[1]));
  CHECK_FALSE(flight->take(*followers[2]));
  followers[0].reset();
  CHECK(flights.following() == 1);
  CHECK(flight->take(*followers[2]));
  flight.reset();
  CHECK(flights.following() == 0);
  CHECK(flights.empty());
  CHECK(followers[1]->ended() == Follower::End::again);
}

}  // namespace
}  // namespace catena::cache
