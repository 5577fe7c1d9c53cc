// SPDX-License-Identifier: Apache-2.0
#include "plugins/autopath/autopath.hpp"
#include "test/support/count_allocations.hpp"
#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena::autopath {
namespace {

/// Knows one name.
class One final : public Plugin {
 public:
  Reply serve(Query& query, Next) const override {
    dns::Response& response = query.respond();
    if (query.name() != name_) {
      response.rcode = dns::Rcode::NXDomain;
      return Outcome::respond;
    }
    response.add(dns::Section::answer, {query.name(), dns::Type::A, dns::Class::IN, 9, data_});
    return Outcome::respond;
  }

 private:
  dns::Name name_ = *dns::Name::parse("www.net.");
  std::array<std::uint8_t, 4> data_{192, 0, 2, 1};
};

TEST_CASE("a walk that does not wait allocates nothing", "[autopath]") {
  Autopath::Config config;
  config.zones = Zones({dns::Name()});
  for (const char* domain : {"shop.example.", "example.", "net."}) {
    config.search.push_back(*dns::Name::parse(domain));
  }
  Chain chain;
  chain.add("autopath",
            std::make_unique<Autopath>(std::move(config), PerServer<metrics::Counter*>()));
  chain.add("one", std::make_unique<One>());
  test::TestEngine engine;
  Query query(engine);
  for (const char* question : {"www.shop.example. A", "nobody.shop.example. A"}) {
    const auto bytes = test::query_bytes(question);
    query.begin(dns::MessageView::parse(bytes).value(), Transport(), engine.clock().now());
    const std::uint64_t before = test::allocations_here;
    const Reply reply = chain.first()(query);
    CHECK(test::allocations_here == before);
    CHECK(reply.outcome() == Outcome::respond);
    const bool found = query.response().answer().size() == 2;
    CHECK(found == (query.response().rcode == dns::Rcode::NoError));
  }
}

}  // namespace
}  // namespace catena::autopath
