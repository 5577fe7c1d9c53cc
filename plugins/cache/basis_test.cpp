// SPDX-License-Identifier: Apache-2.0
// Answers that are made of data that change.
#include "plugins/cache/scripted.hpp"

namespace catena::cache {
namespace {

using test::Ask;
using test::Bed;
using test::Lines;

const Ask kAsk{.name = "www.example.org."};
const Lines kGone = {"NXDOMAIN", "authority example.org. 60 IN SOA n. h. 1 2 3 4 5"};
const Lines kFound = {"NOERROR", "answer www.example.org. 60 IN A 192.0.2.1"};

TEST_CASE("an answer is asked for anew as soon as what it is made of has changed") {
  Bed bed(GENERATE("cache", "cache {\nserve_stale\n}", "cache {\nserve_stale 1h verify\n}"));
  VersionedData data;
  bed.upstream->data = {&data};
  bed.upstream->script = GENERATE(kGone, kFound);
  bed.ask(kAsk);
  bed.ask(kAsk);
  CHECK(bed.upstream->asked == 1);
  bed.upstream->script = kFound;
  data.changed();
  CHECK(bed.ask(kAsk) == kFound);
  CHECK(bed.upstream->asked == 2);
  CHECK(bed.ask(kAsk) == kFound);
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("data that are gone are not current, and may be forgotten") {
  Bed bed("cache");
  auto data = std::make_unique<VersionedData>();
  bed.upstream->data = {data.get()};
  bed.ask(kAsk);
  bed.upstream->data = {};
  data.reset();
  bed.ask(kAsk);
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("a change while the answer is on its way counts") {
  Bed bed("cache");
  VersionedData data;
  bed.upstream->data = {&data};
  bed.upstream->script = {"wait", "NOERROR"};
  asio::post(bed.engine.io, [&data] { data.changed(); });
  bed.ask(kAsk);
  bed.ask(kAsk);
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("whoever is given an answer depends on what it is made of") {
  Bed bed("cache");
  VersionedData data;
  bed.upstream->data = {&data};
  for (int i = 0; i < 2; ++i) {
    bed.ask(kAsk);
    REQUIRE(bed.query.basis().parts().size() == 1);
    CHECK(bed.query.basis().parts().front().data == &data.version());
  }
  CHECK(bed.upstream->asked == 1);
}

TEST_CASE("what a query depended on before is no part of the answer that is kept") {
  Bed bed("cache");
  VersionedData earlier;
  const auto bytes = kAsk.bytes();
  bed.query.begin(*dns::MessageView::parse(bytes), bed.transport, bed.engine.time.now());
  bed.query.basis().add(earlier.version());
  CHECK(bed.chain.first()(bed.query).ready());
  CHECK(bed.query.basis().parts().size() == 1);
  earlier.changed();
  bed.ask(kAsk);
  CHECK(bed.upstream->asked == 1);
  CHECK(bed.query.basis().empty());
}

TEST_CASE("an answer made of more data than can be noted is not kept") {
  Bed bed("cache");
  VersionedData data[Basis::kMost + 1];
  for (const VersionedData& one : data) bed.upstream->data.push_back(&one);
  bed.ask(kAsk);
  bed.ask(kAsk);
  CHECK(bed.upstream->asked == 2);
}

TEST_CASE("an entry that is made of nothing has no room for it") {
  catena::Arena arena;
  const dns::Name name = *dns::Name::parse("www.example.org.");
  const dns::Response response(arena);
  const Key key({name, dns::Type::A, dns::Class::IN}, 0);
  VersionedData data;
  Basis basis;
  basis.add(data.version());
  const auto plain = Entry::make(key, name, Facts(), response);
  const auto made = Entry::make(key, name, Facts(), response, basis);
  CHECK(made->size() - plain->size() == sizeof(KeptBasis));
  CHECK(plain->is(key.bytes()));
  CHECK(made->is(key.bytes()));
}

}  // namespace
}  // namespace catena::cache
