// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/attempt.hpp"

#include "core/plugin/plugin.hpp"
#include "core/plugin/query_slot.hpp"

#include "test/support/messages.hpp"
#include "test/support/records.hpp"
#include "test/support/test_engine.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

namespace catena {
namespace {

/// Changes all that a plugin can change in a query, and says a lot of it.
class Meddler final : public Plugin {
 public:
  Meddler(const DataVersion& data, const QuerySlot<int>& slot) : data_(data), slot_(slot) {}

  Reply serve(Query& query, Next) const override {
    if (query.name().first_label() == "later") return later(query);
    return meddle(query);
  }

 private:
  asio::awaitable<Outcome> later(Query& query) const {
    const asio::any_io_executor executor = query.engine().executor();
    co_await asio::post(executor, asio::use_awaitable);
    co_return meddle(query);
  }

  Outcome meddle(Query& query) const {
    const std::string line = query.name().to_text() + " 60 A 192.0.2.1";
    query.respond().add(dns::Section::answer, test::record(line, query.arena()));
    query.change().flags.set(dns::Flags::kCD);
    query.change_edns();
    slot_.leave(query, 2);
    query.complain("meddled with");
    query.explain(ExtendedError::other, "meddled with");
    query.add_wire_hook(*query.arena().make<Unchanged>());
    query.basis().add(data_);
    return Outcome::respond;
  }

  struct Unchanged final : WireHook {
    Passed leaving(const Query&, const WireMessage& message) override { return message.size; }
  };

  const DataVersion& data_;
  const QuerySlot<int>& slot_;
};

/// A question in front of a meddler; names below "elsewhere." are another block's.
class Bed {
 public:
  Bed() : bytes_(test::query_bytes("asked.test. A")), query(engine) {
    chain_.add("meddler", std::make_unique<Meddler>(later_.version(), slot_));
    query.begin(dns::MessageView::parse(bytes_).value(), Transport(), engine.clock().now());
    query.basis().add(before_.version());
    slot_.leave(query, 1);
    const dns::Name elsewhere = *dns::Name::parse("elsewhere.");
    engine.on_leads_here = [elsewhere](dns::NameView name) { return !name.is_in(elsewhere); };
    engine.on_ask = [](const dns::Question& question, dns::Response& answer) {
      const std::string line = question.name.to_text() + " 60 A 192.0.2.2";
      answer.add(dns::Section::answer, test::record(line, answer.arena()));
      answer.rcode = dns::Rcode::NXDomain;
      return Outcome::respond;
    };
  }

  Next next() const { return chain_.first(); }

  Outcome ask(Attempt& attempt, const char* name) {
    const dns::Name other = *dns::Name::parse(name);
    const dns::NameView kept(query.arena().copy(other.view().bytes()));
    return engine.run(attempt.ask(next(), {kept, dns::Type::A, dns::Class::IN}));
  }

  /// What there is of a request, as it came.
  bool shows_what_was_asked() const {
    return query.name().to_text() == "asked.test." && !query.checking_disabled() && !query.edns();
  }
  bool has_no_traces() const {
    return *slot_.find(query) == 1 && query.failure().empty() && !query.failed() &&
           !query.explanation() && query.wire_hooks().empty();
  }
  bool has_all_traces() const {
    return *slot_.find(query) == 2 && query.failure() == "meddled with" && query.explanation() &&
           query.wire_hooks().size() == 1;
  }
  std::vector<std::string> said() const { return test::lines(query.response().answer()); }

  test::TestEngine engine;

 private:
  VersionedData before_, later_;
  QuerySlot<int> slot_;
  Chain chain_;
  std::vector<std::uint8_t> bytes_;

 public:
  Query query;
};

using Lines = std::vector<std::string>;

TEST_CASE("what an attempt says stays, and the request is what it was", "[attempt]") {
  Bed bed;
  Attempt attempt(bed.query);
  CHECK(bed.query.basis().empty());
  CHECK(bed.ask(attempt, GENERATE("now.test.", "later.test.")) == Outcome::respond);
  CHECK_FALSE(bed.shows_what_was_asked());
  CHECK(bed.query.basis().parts().size() == 1);
  attempt.restore();
  CHECK(bed.shows_what_was_asked());
  CHECK(bed.has_all_traces());
  CHECK(bed.said().size() == 1);
  CHECK(bed.query.basis().parts().size() == 2);
}

TEST_CASE("an attempt that is undone leaves nothing but what was looked at", "[attempt]") {
  Bed bed;
  Attempt attempt(bed.query);
  void* const free = bed.query.arena().take(1);
  attempt.undo();
  for (const char* name : {"now.test.", "later.test.", "now.elsewhere."}) {
    bed.ask(attempt, name);
    attempt.undo();
    CHECK(bed.shows_what_was_asked());
    CHECK(bed.has_no_traces());
    CHECK(bed.said().empty());
    CHECK(bed.query.response().rcode == dns::Rcode::NoError);
  }
  CHECK(bed.query.basis().parts().size() == 2);
  CHECK(bed.query.arena().take(1) == free);
}

TEST_CASE("attempts that are undone take no memory", "[attempt]") {
  Bed bed;
  Attempt attempt(bed.query);
  for (int i = 0; i < 100; ++i) {
    bed.ask(attempt, "now.test.");
    bed.query.arena().take(Arena::kLimit / 2);
    attempt.undo();
  }
  CHECK_FALSE(bed.query.arena().exhausted());
}

TEST_CASE("what was put aside comes back with all that belongs to it", "[attempt]") {
  Bed bed;
  Attempt attempt(bed.query);
  attempt.put_aside(bed.ask(attempt, GENERATE("now.test.", "later.test.")));
  CHECK(bed.shows_what_was_asked());
  CHECK(bed.has_no_traces());
  CHECK(bed.said().empty());
  const Lines first = test::lines(attempt.aside().answer());
  CHECK(first.size() == 1);
  for (const char* name : {"other.test.", "later.other.", "other.elsewhere."}) {
    bed.engine.asking_waits = !bed.engine.asking_waits;
    bed.ask(attempt, name);
    CHECK(bed.said() != first);
    attempt.undo();
  }
  CHECK(attempt.take_back() == Outcome::respond);
  CHECK(bed.shows_what_was_asked());
  CHECK(bed.has_all_traces());
  CHECK(bed.said() == first);
}

TEST_CASE("no answer can be put aside as well", "[attempt]") {
  Bed bed;
  Attempt attempt(bed.query);
  attempt.put_aside(bed.query.fail(dns::Rcode::Refused, "not for you"));
  bed.ask(attempt, "other.test.");
  CHECK(attempt.take_back() == Outcome::respond);
  CHECK(bed.query.failed());
  CHECK(bed.query.failure() == "not for you");
  CHECK(bed.query.response().rcode == dns::Rcode::Refused);
}

TEST_CASE("what was put aside does not change with what it pointed to", "[attempt]") {
  Bed bed;
  std::vector<std::uint8_t> shared{192, 0, 2, 77};
  Attempt attempt(bed.query);
  bed.query.respond().add(dns::Section::answer,
                          {bed.query.name(), dns::Type::A, dns::Class::IN, 9, shared});
  attempt.put_aside(Outcome::respond);
  const dns::Name later = *dns::Name::parse("later.test.");
  Reply reply = attempt.ask(bed.next(), {later, dns::Type::A, dns::Class::IN});
  REQUIRE_FALSE(reply.ready());
  shared.assign(4, 0);
  bed.engine.run(std::move(reply));
  attempt.take_back();
  CHECK(bed.said() == Lines{"asked.test. 9 IN A 192.0.2.77"});
}

TEST_CASE("another block's answer is copied, at once or after a wait", "[attempt]") {
  Bed bed;
  bed.engine.asking_waits = GENERATE(false, true);
  Attempt attempt(bed.query);
  CHECK(bed.ask(attempt, "www.elsewhere.") == Outcome::respond);
  attempt.restore();
  CHECK(bed.said() == Lines{"www.elsewhere. 60 IN A 192.0.2.2"});
  CHECK(bed.query.response().rcode == dns::Rcode::NXDomain);
}

TEST_CASE("another block's failure is an answer of its own", "[attempt]") {
  Bed bed;
  bed.engine.on_ask = nullptr;
  Attempt attempt(bed.query);
  CHECK(bed.ask(attempt, "www.elsewhere.") == Outcome::respond);
  CHECK(bed.query.response().rcode == dns::Rcode::ServFail);
  CHECK_FALSE(bed.query.failed());
}

}  // namespace
}  // namespace catena
