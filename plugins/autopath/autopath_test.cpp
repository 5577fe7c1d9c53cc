// SPDX-License-Identifier: Apache-2.0
#include "plugins/autopath/autopath.hpp"

#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <deque>
#include <map>

namespace catena::autopath {
namespace {

using Texts = std::vector<std::string>;

dns::Name name_of(std::string_view text) { return *dns::Name::parse(text); }

/// The rest of the chain, played from a list: what is said about each name. Names that are not
/// listed do not exist.
///   NX, ND      a denial with a SOA record
///   SERVFAIL    a message that says so, as from another server
///   drop        no answer
///   refused     a failure without a reason
///   error       one with a reason
/// or records. "wait " in front: later, and meanwhile all shared memory has changed.
class Others final : public Plugin {
 public:
  using Script = std::map<std::string, std::string>;
  explicit Others(Script script) : script_(std::move(script)) {}

  Reply serve(Query& query, Next) const override {
    asked.push_back(query.name().to_text());
    const auto found = script_.find(query.name().to_lower_text());
    const std::string_view said = found == script_.end() ? "NX" : std::string_view(found->second);
    if (said.starts_with("wait ")) return later(query, said.substr(5));
    return say(query, said);
  }

  mutable Texts asked;

 private:
  asio::awaitable<Outcome> later(Query& query, std::string_view said) const {
    const asio::any_io_executor executor = query.engine().executor();
    co_await asio::post(executor, asio::use_awaitable);
    for (auto& data : shared_) std::fill(data.begin(), data.end(), std::uint8_t{0});
    co_return say(query, said);
  }

  Outcome say(Query& query, std::string_view said) const {
    if (said == "drop") return Outcome::drop;
    if (said == "refused") return query.fail(dns::Rcode::Refused);
    if (said == "error") return query.fail(dns::Rcode::ServFail, "unreachable");
    dns::Response& response = query.respond();
    if (said == "SERVFAIL") response.rcode = dns::Rcode::ServFail;
    if (said == "NX") response.rcode = dns::Rcode::NXDomain;
    const bool alias = said.starts_with("NX ");  // Of a name that does not exist.
    if (alias) response.rcode = dns::Rcode::NXDomain;
    if (alias) said.remove_prefix(3);
    if (said == "NX" || said == "ND") {
      response.add(dns::Section::authority, shared_soa(query.arena()));
    } else if (said != "SERVFAIL") {
      for (const std::string& line : test::records(said)) {
        response.add(dns::Section::answer, test::record(line, query.arena()));
      }
    }
    return Outcome::respond;
  }

  // Each has a serial of its own, and its data lie in memory that is as short-lived as a cache's.
  dns::Record shared_soa(Arena& arena) const {
    const std::string serial = std::to_string(shared_.size() + 1);
    dns::Record soa = test::record("example. 5 SOA ns. admin. " + serial + " 2 3 4 5", arena);
    soa.rdata = shared_.emplace_back(soa.rdata.begin(), soa.rdata.end());
    return soa;
  }

  Script script_;
  mutable std::deque<std::vector<std::uint8_t>> shared_;
};

/// A block with autopath for clients that search shop.example, example and net, one by one.
class Block {
 public:
  explicit Block(Others::Script script, const char* zone = ".") {
    Autopath::Config config;
    config.zones = Zones({name_of(zone)});
    for (const char* domain : {"shop.example.", "example.", "net."}) {
      config.search.push_back(name_of(domain));
    }
    const std::vector<ServerLabel> servers{{0, "dns://:53"}};
    successes = &registry_.counter("coredns_autopath_success_total", "");
    const auto counter = [this](const std::string&) { return successes; };
    chain_.add("autopath", std::make_unique<Autopath>(
                               std::move(config), PerServer<metrics::Counter*>(servers, counter)));
    auto others = std::make_unique<Others>(std::move(script));
    others_ = others.get();
    chain_.add("others", std::move(others));
    const dns::Name stub = name_of("stub.");
    engine.on_leads_here = [stub](dns::NameView name) { return !name.is_in(stub); };
    engine.on_ask = [](const dns::Question& question, dns::Response& answer) {
      const bool there = question.name.first_label() == "www";
      if (!there) answer.rcode = dns::Rcode::NXDomain;
      const std::string line = question.name.to_text() + " 7 A 192.0.2.53";
      if (there) answer.add(dns::Section::answer, test::record(line, answer.arena()));
      return Outcome::respond;
    };
  }

  /// As ask(), for a question that another one led to.
  Texts ask_step(std::string_view question) {
    bytes_ = test::query_bytes(question);
    const auto message = dns::MessageView::parse(bytes_).value();
    const Query parent(engine);
    query_.begin_like(parent, message.question());
    engine.run(chain_.first()(query_));
    return {std::string(dns::to_string(query_.response().rcode))};
  }

  /// "RCODE", and the answer's and the authority's records; "drop"; "failed RCODE: reason".
  Texts ask(std::string_view question) {
    bytes_ = test::query_bytes(question);
    const auto message = dns::MessageView::parse(bytes_).value();
    query_.begin(message, Transport(), engine.clock().now());
    const Outcome outcome = engine.run(chain_.first()(query_));
    CHECK(query_.name().same_case(message.question().name));
    if (outcome == Outcome::drop) return {"drop"};
    const dns::Response& response = query_.response();
    const std::string rcode(dns::to_string(response.rcode));
    if (query_.failed()) return {"failed " + rcode + ": " + std::string(query_.failure())};
    Texts texts{rcode};
    for (const std::string& line : test::lines(response.answer())) texts.push_back(line);
    for (const std::string& line : test::lines(response.authority())) texts.push_back(line);
    return texts;
  }

  const Texts& asked() const { return others_->asked; }
  metrics::Counter* successes;
  test::TestEngine engine;

 private:
  metrics::Registry registry_{2};
  Chain chain_;
  const Others* others_ = nullptr;
  std::vector<std::uint8_t> bytes_;
  Query query_{engine};
};

const char* const kFirstSoa = "example. 5 IN SOA ns. admin. 1 2 3 4 5";
const char* const kSecondSoa = "example. 5 IN SOA ns. admin. 2 2 3 4 5";

struct Case {
  const char* name;
  Others::Script script;
  const char* ask;
  Texts said;
  Texts asked;
  std::uint64_t successes = 0;
};

const Case kCases[] = {
    {.name = "the first domain has the name: nothing is added",
     .script = {{"www.shop.example.", "www.shop.example. 9 A 192.0.2.1"}},
     .ask = "www.shop.example. A",
     .said = {"NOERROR", "www.shop.example. 9 IN A 192.0.2.1"},
     .asked = {"www.shop.example."},
     .successes = 1},
    {.name = "a later domain has it: a CNAME with its TTL leads there",
     .script = {{"www.net.", "www.net. 9 A 192.0.2.1\nwww.net. 9 A 192.0.2.2"}},
     .ask = "www.shop.example. A",
     .said = {"NOERROR", "www.shop.example. 9 IN CNAME www.net.", "www.net. 9 IN A 192.0.2.1",
              "www.net. 9 IN A 192.0.2.2"},
     .asked = {"www.shop.example.", "www.example.", "www.net."},
     .successes = 1},
    {.name = "the name alone comes last",
     .script = {{"www.kernel.org.", "www.kernel.org. 9 A 192.0.2.1"}},
     .ask = "www.kernel.org.shop.example. A",
     .said = {"NOERROR", "www.kernel.org.shop.example. 9 IN CNAME www.kernel.org.",
              "www.kernel.org. 9 IN A 192.0.2.1"},
     .asked = {"www.kernel.org.shop.example.", "www.kernel.org.example.", "www.kernel.org.net.",
               "www.kernel.org."},
     .successes = 1},
    {.name = "the client's spelling is kept and comes back",
     .script = {{"www.example.", "WwW.example. 9 A 192.0.2.1"}},
     .ask = "WwW.ShOp.eXample. A",
     .said = {"NOERROR", "WwW.ShOp.eXample. 9 IN CNAME WwW.example.",
              "WwW.example. 9 IN A 192.0.2.1"},
     .asked = {"WwW.ShOp.eXample.", "WwW.example."},
     .successes = 1},
    {.name = "no data is an answer, and gets no CNAME",
     .script = {{"www.example.", "ND"}, {"www.net.", "www.net. 9 A 192.0.2.1"}},
     .ask = "www.shop.example. AAAA",
     .said = {"NOERROR", kSecondSoa},
     .asked = {"www.shop.example.", "www.example."},
     .successes = 1},
    {.name = "so is another server's SERVFAIL",
     .script = {{"www.example.", "SERVFAIL"}},
     .ask = "www.shop.example. A",
     .said = {"SERVFAIL"},
     .asked = {"www.shop.example.", "www.example."},
     .successes = 1},
    {.name = "an alias is there, also where its target is not (RFC 6604)",
     .script = {{"www.example.", "NX www.example. 9 CNAME gone.test."},
                {"www.net.", "www.net. 9 A 192.0.2.1"}},
     .ask = "www.shop.example. A",
     .said = {"NXDOMAIN", "www.shop.example. 9 IN CNAME www.example.",
              "www.example. 9 IN CNAME gone.test."},
     .asked = {"www.shop.example.", "www.example."},
     .successes = 1},
    {.name = "a domain of another block is that block's: the chain here was asked once",
     .script = {{"www.kernel.stub.", "www.kernel.stub. 9 A 192.0.2.66"}},
     .ask = "www.kernel.stub.shop.example. A",
     .said = {"NOERROR", "www.kernel.stub.shop.example. 7 IN CNAME www.kernel.stub.",
              "www.kernel.stub. 7 IN A 192.0.2.53"},
     .asked = {"www.kernel.stub.shop.example.", "www.kernel.stub.example.", "www.kernel.stub.net."},
     .successes = 1},
    {.name = "what the first said outlives another block's denial",
     .ask = "no.kernel.stub.shop.example. A",
     .said = {"NXDOMAIN", kFirstSoa},
     .asked = {"no.kernel.stub.shop.example.", "no.kernel.stub.example.", "no.kernel.stub.net."}},
    {.name = "nobody has it: what the first domain said",
     .ask = "www.shop.example. A",
     .said = {"NXDOMAIN", kFirstSoa},
     .asked = {"www.shop.example.", "www.example.", "www.net.", "www."}},
    {.name = "a chain of CNAMEs in the first domain gets no CNAME of ours",
     .script = {{"www.shop.example.", "www.shop.example. 9 CNAME a.b.\na.b. 7 A 192.0.2.1"}},
     .ask = "www.shop.example. A",
     .said = {"NOERROR", "www.shop.example. 9 IN CNAME a.b.", "a.b. 7 IN A 192.0.2.1"},
     .asked = {"www.shop.example."},
     .successes = 1},
    {.name = "one further on is entered at its head, in any order of records",
     .script = {{"www.net.", "a.b. 7 A 192.0.2.1\nwww.net. 9 CNAME a.b."}},
     .ask = "www.shop.example. A",
     .said = {"NOERROR", "www.shop.example. 9 IN CNAME www.net.", "a.b. 7 IN A 192.0.2.1",
              "www.net. 9 IN CNAME a.b."},
     .asked = {"www.shop.example.", "www.example.", "www.net."},
     .successes = 1},
    {.name = "steps that wait",
     .script = {{"www.shop.example.", "wait NX"},
                {"www.example.", "wait NX"},
                {"www.net.", "wait www.net. 9 A 192.0.2.1"}},
     .ask = "www.shop.example. A",
     .said = {"NOERROR", "www.shop.example. 9 IN CNAME www.net.", "www.net. 9 IN A 192.0.2.1"},
     .asked = {"www.shop.example.", "www.example.", "www.net."},
     .successes = 1},
    {.name = "what the first said outlives a wait",
     .script = {{"www.net.", "wait NX"}},
     .ask = "www.shop.example. A",
     .said = {"NXDOMAIN", kFirstSoa},
     .asked = {"www.shop.example.", "www.example.", "www.net.", "www."}},
    {.name = "an error ends the walk",
     .script = {{"www.example.", "error"}, {"www.net.", "www.net. 9 A 192.0.2.1"}},
     .ask = "www.shop.example. A",
     .said = {"failed SERVFAIL: unreachable"},
     .asked = {"www.shop.example.", "www.example."}},
    {.name = "a refusal without a reason does not",
     .script = {{"www.shop.example.", "refused"}, {"www.net.", "www.net. 9 A 192.0.2.1"}},
     .ask = "www.shop.example. A",
     .said = {"NOERROR", "www.shop.example. 9 IN CNAME www.net.", "www.net. 9 IN A 192.0.2.1"},
     .asked = {"www.shop.example.", "www.example.", "www.net."},
     .successes = 1},
    {.name = "but it is what is said in the end if it came first",
     .script = {{"www.shop.example.", "refused"}, {"www.net.", "wait NX"}},
     .ask = "www.shop.example. A",
     .said = {"failed REFUSED: "},
     .asked = {"www.shop.example.", "www.example.", "www.net.", "www."}},
    {.name = "a step that is dropped is passed over",
     .script = {{"www.shop.example.", "drop"}, {"www.example.", "www.example. 9 A 192.0.2.1"}},
     .ask = "www.shop.example. A",
     .said = {"NOERROR", "www.shop.example. 9 IN CNAME www.example.",
              "www.example. 9 IN A 192.0.2.1"},
     .asked = {"www.shop.example.", "www.example."},
     .successes = 1},
    {.name = "nothing is said in the end if the first was dropped",
     .script = {{"www.shop.example.", "wait drop"}},
     .ask = "www.shop.example. A",
     .said = {"drop"},
     .asked = {"www.shop.example.", "www.example.", "www.net.", "www."}},
    {.name = "a later one does not matter",
     .script = {{"www.net.", "drop"}},
     .ask = "www.shop.example. A",
     .said = {"NXDOMAIN", kFirstSoa},
     .asked = {"www.shop.example.", "www.example.", "www.net.", "www."}},
    {.name = "a name in another domain is asked as it is",
     .script = {{"www.example.", "NX"}},
     .ask = "www.example. A",
     .said = {"NXDOMAIN", kFirstSoa},
     .asked = {"www.example."}},
    {.name = "the first domain itself as well",
     .ask = "shop.example. A",
     .said = {"NXDOMAIN", kFirstSoa},
     .asked = {"shop.example."}},
};

TEST_CASE("what another question leads to is looked up as it is", "[autopath]") {
  Block block(Others::Script{{"www.net.", "www.net. 9 A 192.0.2.1"}});
  CHECK(block.ask_step("www.shop.example. A") == Texts{"NXDOMAIN"});
  CHECK(block.asked() == Texts{"www.shop.example."});
  CHECK(block.successes->value() == 0);
}

TEST_CASE("a client's search path is walked for it", "[autopath]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      Block block(c.script);
      block.engine.asking_waits = GENERATE(false, true);
      CHECK(block.ask(c.ask) == c.said);
      CHECK(block.asked() == c.asked);
      CHECK(block.successes->value() == c.successes);
    }
  }
}

TEST_CASE("names outside of autopath's zones are left alone", "[autopath]") {
  Block block({}, "other.example.");
  CHECK(block.ask("www.shop.example. A") == Texts{"NXDOMAIN", kFirstSoa});
  CHECK(block.asked() == Texts{"www.shop.example."});
}

TEST_CASE("a name that is too long in one domain is looked up in the others", "[autopath]") {
  Autopath::Config config;
  config.zones = Zones({dns::Name()});
  const std::string label(60, 'x');
  config.search = {name_of("a."), name_of("a-much-longer-domain.example.")};
  const std::string base = label + "." + label + "." + label + "." + label + ".";
  Chain chain;
  chain.add("autopath",
            std::make_unique<Autopath>(std::move(config), PerServer<metrics::Counter*>()));
  auto others = std::make_unique<Others>(Others::Script{{base, base + " 9 A 192.0.2.1"}});
  const Texts& asked = others->asked;
  chain.add("others", std::move(others));
  test::TestEngine engine;
  Query query(engine);
  const auto bytes = test::query_bytes(base + "a. A");
  query.begin(dns::MessageView::parse(bytes).value(), Transport(), engine.clock().now());
  CHECK(engine.run(chain.first()(query)) == Outcome::respond);
  CHECK(asked == Texts{base + "a.", base});
  CHECK(query.response().answer().size() == 2);
}

}  // namespace
}  // namespace catena::autopath
