// SPDX-License-Identifier: Apache-2.0
#include "plugins/transfer/transfer.hpp"

#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"
#include "test/support/transfer_reader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

namespace catena::transfer {

void setup(Setup& setup);

namespace {

/// Serial 10 and so many TXT records of 250 bytes, n0.ZONE to nN.ZONE.
class Records final : public ZoneCursor {
 public:
  Records(const std::string& zone, std::size_t records) : zone_(zone), left_(records) {}

  const dns::Record* next() override {
    if (!std::exchange(begun_, true)) return keep(zone_ + " 60 SOA ns.x. host.x. 10 1 1 1 1");
    if (left_ == 0) return nullptr;
    return keep("n" + std::to_string(--left_) + "." + zone_ + " 60 TXT " + std::string(250, 'x'));
  }

 private:
  const dns::Record* keep(const std::string& text) {
    arena_.reset();
    record_ = test::record(text, arena_);
    return &record_;
  }

  std::string zone_;
  std::size_t left_;
  bool begun_ = false;
  Arena arena_;
  dns::Record record_;
};

/// A plugin that holds one zone.
class Source final : public Plugin, public TransferSource {
 public:
  Source(std::string zone, std::size_t records) : zone_(std::move(zone)), records_(records) {}

  Reply serve(Query& query, Next) const override { return query.fail(dns::Rcode::NotImp); }
  bool holds(dns::NameView zone) const override { return zone == *dns::Name::parse(zone_); }
  std::unique_ptr<ZoneCursor> open(dns::NameView) const override {
    if (zone_ == "unknown.") return nullptr;
    return std::make_unique<Records>(zone_, records_);
  }

 private:
  std::string zone_;
  std::size_t records_;
};

constexpr const char* kBlock =
    "transfer example. late. unknown. {\n to 192.0.2.1 2001:db8::1\n}\n"
    "transfer {\n to *\n}\n"
    "transfer closed.example. {\n to 192.0.2.9:5353\n source 192.0.2.2\n}\n";

/// A block with the plugin, sources behind it, and a client that asks.
class Server {
 public:
  Server() {
    REQUIRE(setup_.errors().empty());
    for (const auto& [zone, records] : {std::pair("example.", 2), std::pair("closed.example.", 2),
                                        std::pair("large.", 1000), std::pair("unknown.", 0)}) {
      setup_.chain().add("source", std::make_unique<Source>(zone, records));
    }
    for (Assembled* one : setup_.chain().with<Assembled>()) {
      REQUIRE(one->assembled(setup_.chain()).empty());
    }
    engine_.on_part = [this](const Query& query) {
      take(query);
      return messages.size() < accepts;
    };
  }

  /// The rcode, "" for NOERROR.
  std::string ask(const std::string& question,
                  Protocol protocol,
                  const std::string& client,
                  std::optional<std::uint32_t> serial = {}) {
    auto bytes = test::query_bytes(question);
    if (serial) test::add_serial(bytes, *serial);
    const auto message = dns::MessageView::parse(bytes).value();
    Transport transport;
    transport.protocol = protocol;
    transport.client = {asio::ip::make_address(client), 4242};
    Query query(engine_);
    query.begin(message, transport, engine_.clock().now());
    messages.clear();
    const Outcome outcome = engine_.run(setup_.chain().first()(query));
    REQUIRE(outcome == Outcome::respond);
    const dns::Rcode rcode = query.response().rcode;
    if (rcode != dns::Rcode::NoError) return std::string(dns::to_string(rcode));
    take(query);
    return "";
  }

  test::Lines all() const {
    test::Lines lines;
    for (const auto& message : messages) lines.insert(lines.end(), message.begin(), message.end());
    return lines;
  }

  const std::vector<std::string>& log() { return setup_.log().lines; }
  metrics::Registry& metrics() { return setup_.metrics(); }
  test::TestEngine& engine() { return engine_; }
  Chain& chain() { return setup_.chain(); }

  std::vector<test::Lines> messages;
  std::vector<bool> authoritative;
  std::size_t accepts = 100;

 private:
  void take(const Query& query) {
    messages.push_back(test::lines(query.response().answer()));
    authoritative.push_back(query.response().flags.has(dns::Flags::kAA));
    CHECK(query.response().uncompressed_size(query.asked().question) <= 63000);
  }

  test::PluginSetup setup_{"transfer", setup, kBlock};
  test::TestEngine engine_;
};

struct Case {
  const char* name;
  const char* ask;
  Protocol protocol = Protocol::tcp;
  const char* client = "192.0.2.1";
  std::optional<std::uint32_t> serial = {};
  const char* rcode = "";
  std::size_t records = 0;
};

const Case kCases[] = {
    {.name = "a zone goes to who may have it", .ask = "example. AXFR", .records = 4},
    {.name = "over IPv6 too", .ask = "example. AXFR", .client = "2001:db8::1", .records = 4},
    {.name = "IPv4 in IPv6's clothes",
     .ask = "eXample. AXFR",
     .client = "::ffff:192.0.2.1",
     .records = 4},
    {.name = "over TLS", .ask = "example. AXFR", .protocol = Protocol::tls, .records = 4},
    {.name = "and to nobody else",
     .ask = "example. AXFR",
     .client = "192.0.2.2",
     .rcode = "REFUSED"},
    {.name = "a child zone is not open because its parent is",
     .ask = "closed.example. AXFR",
     .rcode = "REFUSED"},
    {.name = "the port of a client does not matter",
     .ask = "closed.example. AXFR",
     .client = "192.0.2.9",
     .records = 4},
    {.name = "a name below a zone is none", .ask = "a.example. AXFR", .rcode = "NOTIMP"},
    {.name = "a zone that nobody holds is for the next", .ask = "other. AXFR", .rcode = "NOTIMP"},
    {.name = "other types are for the next", .ask = "example. SOA", .rcode = "NOTIMP"},
    {.name = "a zone that is not known yet", .ask = "unknown. AXFR", .rcode = "SERVFAIL"},
    {.name = "no datagrams", .ask = "example. AXFR", .protocol = Protocol::udp, .rcode = "REFUSED"},
    {.name = "also of what nobody holds",
     .ask = "other. AXFR",
     .protocol = Protocol::udp,
     .rcode = "REFUSED"},
    {.name = "an older client gets all", .ask = "example. IXFR", .serial = 9, .records = 4},
    {.name = "so does one from before the numbers wrapped",
     .ask = "example. IXFR",
     .serial = 4294967295,
     .records = 4},
    {.name = "a client as far as we are gets the serial",
     .ask = "example. IXFR",
     .serial = 10,
     .records = 1},
    {.name = "so does one that is further", .ask = "example. IXFR", .serial = 11, .records = 1},
    {.name = "a datagram gets the serial",
     .ask = "example. IXFR",
     .protocol = Protocol::udp,
     .serial = 9,
     .records = 1},
    {.name = "if it may",
     .ask = "example. IXFR",
     .protocol = Protocol::udp,
     .client = "192.0.2.2",
     .serial = 9,
     .rcode = "REFUSED"},
    {.name = "of a zone that is held",
     .ask = "other. IXFR",
     .protocol = Protocol::udp,
     .serial = 9,
     .rcode = "REFUSED"},
    {.name = "IXFR without a serial", .ask = "example. IXFR", .rcode = "SERVFAIL"},
};

TEST_CASE("who may have which zone", "[transfer]") {
  Server server;
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(server.ask(c.ask, c.protocol, c.client, c.serial) == c.rcode);
      CHECK(server.all().size() == c.records);
    }
  }
}

TEST_CASE("the SOA record stands first and last, and the log says what left", "[transfer]") {
  Server server;
  CHECK(server.ask("example. AXFR", Protocol::tcp, "192.0.2.1").empty());
  const std::string data(250, 'x');
  CHECK_THAT(server.all(), test::is_records("example. 60 SOA ns.x. host.x. 10 1 1 1 1\n"
                                            "n1.example. 60 TXT " +
                                            data + "\n" + "n0.example. 60 TXT " + data + "\n" +
                                            "example. 60 SOA ns.x. host.x. 10 1 1 1 1"));
  CHECK(server.authoritative.back());
  CHECK(server.log().back() ==
        "[INFO] plugin/transfer: Outgoing transfer of 4 records of zone "
        "\"example.\" to 192.0.2.1 for 10 SOA serial");
  CHECK(server.ask("example. IXFR", Protocol::tcp, "192.0.2.1", 10).empty());
  CHECK_FALSE(server.authoritative.back());
  CHECK(server.log().back() ==
        "[INFO] plugin/transfer: Outgoing noop, incremental transfer for up to date zone "
        "\"example.\" to 192.0.2.1 for 10 SOA serial");
}

TEST_CASE("a large zone is many messages, each nearly full", "[transfer]") {
  Server server;
  CHECK(server.ask("large. AXFR", Protocol::tcp, "203.0.113.1").empty());
  CHECK(server.messages.size() == 5);
  CHECK(server.all().size() == 1002);
  CHECK(server.all().front() == server.all().back());
  CHECK(server.messages.front().size() > 200);
  CHECK(std::count(server.authoritative.begin(), server.authoritative.end(), false) == 0);
}

TEST_CASE("a client that leaves ends its transfer", "[transfer]") {
  Server server;
  server.accepts = 2;
  CHECK(server.ask("large. AXFR", Protocol::tcp, "203.0.113.1") == "SERVFAIL");
  CHECK(server.messages.size() == 2);
  CHECK(server.log().empty());
}

TEST_CASE("transfers beyond the limit are turned away and counted", "[transfer]") {
  Server server;
  const auto bytes = test::query_bytes("example. AXFR");
  const auto message = dns::MessageView::parse(bytes).value();
  Transport transport;
  transport.protocol = Protocol::tcp;
  transport.client = {asio::ip::make_address("192.0.2.1"), 4242};
  std::vector<std::unique_ptr<Query>> queries;
  std::vector<Reply> waiting;
  for (int i = 0; i < Transfer::kMost; ++i) {
    queries.push_back(std::make_unique<Query>(server.engine()));
    queries.back()->begin(message, transport, server.engine().clock().now());
    waiting.push_back(server.chain().first()(*queries.back()));
  }
  CHECK(server.ask("example. AXFR", Protocol::tcp, "192.0.2.1") == "SERVFAIL");
  CHECK(server.metrics().counter("catena_transfers_turned_away_total", "").value() == 1);
  waiting.clear();
  CHECK(server.ask("example. AXFR", Protocol::tcp, "192.0.2.1").empty());
}

struct SetupCase {
  const char* name;
  const char* text;
  std::vector<std::string> errors = {};  // Each must be in what is said; none: it is fine.
};

const std::vector<SetupCase> kSetupCases = {
    {"anyone", "transfer {\nto *\n}"},
    {"addresses over several lines",
     "transfer a.test b.test {\nto 192.0.2.1 [::1]:5353\nto ::1\n}"},
    {"a source", "transfer {\nto *\nsource 192.0.2.1\n}"},
    {"nobody", "transfer", {"'to' is required"}},
    {"nobody, in a block", "transfer {\nsource 192.0.2.1\n}", {"'to' is required"}},
    {"to without an address", "transfer {\nto\n}", {"Wrong argument count"}},
    {"a name", "transfer {\nto ns.example\n}", {"must specify an IP address: `ns.example'"}},
    {"a network", "transfer {\nto 10.0.0.0/8\n}", {"must specify an IP address: `10.0.0.0/8'"}},
    {"two sources",
     "transfer {\nto *\nsource 192.0.2.1\nsource 192.0.2.2\n}",
     {"source already specified"}},
    {"a source that is a name",
     "transfer {\nto *\nsource eth0\n}",
     {"invalid source address \"eth0\""}},
    {"an unknown property", "transfer {\nto *\nfrom 192.0.2.1\n}", {"unknown property \"from\""}},
};

TEST_CASE("how transfer is set up", "[transfer]") {
  for (const SetupCase& c : kSetupCases) {
    DYNAMIC_SECTION(c.name) {
      const test::PluginSetup made("transfer", setup, c.text);
      CHECK(made.errors().size() == c.errors.size());
      for (std::size_t i = 0; i < std::min(made.errors().size(), c.errors.size()); ++i) {
        CHECK_THAT(made.errors()[i], Catch::Contains(c.errors[i]));
      }
    }
  }
}

}  // namespace
}  // namespace catena::transfer
