// SPDX-License-Identifier: Apache-2.0
#include "plugins/view/view.hpp"

#include "test/support/count_allocations.hpp"
#include "test/support/incoming_query.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::view {

void setup(Setup& setup);

namespace {

using Texts = std::vector<std::string>;

/// Knows one value.
class Source final : public MetadataSource {
 public:
  std::string_view metadata(Query&, std::string_view label) const override {
    return label == "geoip/country" ? "FR" : std::string_view();
  }
};

std::string block_of(const Texts& expressions) {
  std::string block = "view internal {\n";
  for (const std::string& expression : expressions) block += "expr " + expression + "\n";
  return block + "}";
}

/// A view with its worker, and a question to it.
struct Bed {
  Bed(const Texts& expressions,
      const std::string& question,
      const test::QueryOptions& options = {},
      Transport transport = from_client())
      : plugin("view", setup, block_of(expressions)),
        incoming(question, options, transport),
        sources(with_source()) {
    for (const std::string& error : plugin.errors()) UNSCOPED_INFO(error);
    REQUIRE(plugin.errors().empty());
    for (WorkerAware* one : plugin.chain().with<WorkerAware>()) one->enter(query().engine());
    query().set_block({}, {}, &sources);
  }

  static Transport from_client() {
    Transport transport;
    transport.client = {asio::ip::make_address("192.0.2.7"), 53001};
    transport.local = {asio::ip::make_address("198.51.100.1"), 1053};
    return transport;
  }

  MetadataSources with_source() {
    std::vector<MetadataSource*> all = plugin.chain().with<MetadataSource>();
    all.push_back(&source);
    return MetadataSources(all);
  }

  Query& query() { return incoming.query; }
  bool accepts() { return filter->accepts(query()); }
  double failures() {
    return plugin.metrics()
        .counter("catena_view_failures_total", "", {{"view", "internal"}})
        .value();
  }

  test::PluginSetup plugin;
  test::IncomingQuery incoming;
  Source source;
  MetadataSources sources;
  const BlockFilter* filter = plugin.chain().with<BlockFilter>().front();
};

struct Row {
  const char* name;
  Texts expressions;
  std::string question;
  bool accepted;
};

const std::string kQuestion = "WWW.Example.org. AAAA";

const Row kRows[] = {
    {"no expression", {}, kQuestion, true},
    {"a true one", {"true"}, kQuestion, true},
    {"a false one", {"false"}, kQuestion, false},
    {"all must be true", {"true", "not true"}, kQuestion, false},
    {"several that are", {"id() == 1", "type() == 'AAAA'"}, kQuestion, true},
    {"one of several that is not", {"id() == 1", "type() == 'A'"}, kQuestion, false},
    {"the name in small letters", {"name() == 'www.example.org.'"}, kQuestion, true},
    {"with escapes", {"name() == 'a\\\\.b\\\\032c.'"}, "a\\.b\\032c. A", true},
    {"the root", {"name() == '.'"}, ". NS", true},
    {"the type", {"type() in ['A', 'AAAA']"}, kQuestion, true},
    {"a type without a name", {"type() == 'TYPE731'"}, "a. TYPE731", true},
    {"the class", {"class() == 'IN'"}, kQuestion, true},
    {"another class", {"class() == 'CH'"}, "version.bind. CH TXT", true},
    {"the client", {"client_ip() == '192.0.2.7' and port() == '53001'"}, kQuestion, true},
    {"the server", {"server_ip() == '198.51.100.1' and server_port() == '1053'"}, kQuestion, true},
    {"a network", {"incidr(client_ip(), '192.0.2.0/24')"}, kQuestion, true},
    {"another network", {"incidr(client_ip(), '10.0.0.0/8')"}, kQuestion, false},
    {"the protocol", {"proto() == 'udp'"}, kQuestion, true},
    {"opcode and size", {"opcode() == 0 and size() == 33"}, kQuestion, true},
    {"without EDNS", {"bufsize() == 512 and not do()"}, kQuestion, true},
    {"a value of another plugin", {"metadata('geoip/country') == 'FR'"}, kQuestion, true},
    {"its own name", {"metadata('view/name') == 'internal'"}, kQuestion, true},
    {"a value that nobody knows", {"metadata('no/such') == ''"}, kQuestion, true},
    {"a regular expression", {"name() matches '^www\\\\.[a-z]+\\\\.org\\\\.$'"}, kQuestion, true},
    {"words of the line with a blank each", {"name()   endsWith\t'example.org.'"}, kQuestion, true},
    {"a number is not true", {"1"}, kQuestion, false},
    {"nor is a text", {"'true'"}, kQuestion, false},
    {"nor is a function", {"do"}, kQuestion, false},
    {"nor is what cannot be computed", {"incidr('nonsense', '10.0.0.0/8')"}, kQuestion, false},
};

TEST_CASE("a view takes queries of which its expressions are true", "[view]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      CHECK(Bed(row.expressions, row.question).accepts() == row.accepted);
    }
  }
}

TEST_CASE("EDNS as the client sent it", "[view]") {
  const test::QueryOptions options{.id = 4711, .edns_size = 1232, .dnssec_ok = true};
  CHECK(Bed({"bufsize() == 1232 and do() and id() == 4711"}, kQuestion, options).accepts());
  CHECK(Bed({"bufsize() == 512"}, kQuestion, {.edns_size = 100}).accepts());
  Transport tcp = Bed::from_client();
  tcp.protocol = Protocol::tcp;
  CHECK(Bed({"bufsize() == 65535 and proto() == 'tcp'"}, kQuestion, options, tcp).accepts());
}

TEST_CASE("addresses of IPv6 stand without brackets and interfaces", "[view]") {
  Transport transport = Bed::from_client();
  transport.client = {asio::ip::make_address("fe80::1%1"), 53};
  CHECK(Bed({"client_ip() == 'fe80::1' and incidr(client_ip(), 'fe80::/10')"}, kQuestion, {},
            transport)
            .accepts());
}

TEST_CASE("what cannot be computed is told once and counted", "[view]") {
  Bed bed({"incidr(metadata('geoip/country'), '10.0.0.0/8')"}, kQuestion);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(bed.accepts());
  CHECK(bed.failures() == 3);
  CHECK(bed.plugin.log().lines ==
        Texts{"[WARNING] plugin/view: an expression of view 'internal' counts as false where it "
              "cannot be computed: first argument is not an IP address (1:1): "
              "incidr(metadata('geoip/country'), '10.0.0.0/8')"});
}

TEST_CASE("a view that decides allocates nothing", "[view]") {
  for (const char* expression :
       {"incidr(client_ip(), '192.0.2.0/24')", "name() endsWith '.example.org.'",
        "type() in ['A', 'AAAA'] and class() == 'IN'", "name() matches 'www.*org'",
        "metadata('geoip/country') == 'FR'", "server_port() == '1053' and id() % 4 == 1"}) {
    INFO(expression);
    Bed bed({expression}, "a.label.that.is.rather.long.www.example.org. A");
    bed.accepts();
    const std::uint64_t before = test::allocations_here;
    const bool accepted = bed.accepts();
    CHECK(test::allocations_here == before);
    CHECK(accepted);
  }
}

TEST_CASE("in the chain a view does nothing", "[view]") {
  Bed bed({"false"}, kQuestion);
  const Reply reply = bed.plugin.chain().first()(bed.query());
  REQUIRE(reply.ready());
  CHECK(bed.query().failure() == "plugin/view: no next plugin found");
}

struct Mistake {
  const char* name;
  const char* block;
  Texts errors;
};

const Mistake kMistakes[] = {
    {"no name",
     "view",
     {"Corefile:2: view: Wrong argument count or unexpected line ending after 'view' (expected at "
      "least 1 argument, found 0)"}},
    {"two names",
     "view a b",
     {"Corefile:2: view: Wrong argument count or unexpected line ending after 'b' (expected at "
      "most "
      "1 argument, found 2)"}},
    {"twice",
     "view a\nview b",
     {"Corefile:3: view: this plugin can only be used once per Server Block"}},
    {"a property that is none",
     "view a {\nexpression true\n}",
     {"Corefile:3: view: unknown property 'expression'"}},
    {"an expression that does not parse",
     "view a {\nexpr invalid expression\n}",
     {"Corefile:3: view: unexpected token Identifier(\"expression\") (1:9)\n"
      " | invalid expression\n"
      " | ........^"}},
    {"no expression", "view a {\nexpr\n}", {"Corefile:3: view: unexpected token EOF"}},
    {"a function that is none",
     "view a {\nexpr true\nexpr client() == '192.0.2.1'\n}",
     {"Corefile:4: view: unknown name client (1:1)\n"
      " | client() == '192.0.2.1'\n"
      " | ^"}},
    {"a function that is not called",
     "view a {\nexpr name == 'a.'\n}",
     {"Corefile:3: view: invalid operation: == (mismatched types func() string and string) (1:6)\n"
      " | name == 'a.'\n"
      " | .....^"}},
    {"an argument of another type",
     "view a {\nexpr incidr(client_ip(), 8)\n}",
     {"Corefile:3: view: cannot use int as argument (type string) to call incidr  (1:21)\n"
      " | incidr(client_ip(), 8)\n"
      " | ....................^"}},
    {"a pattern that is none",
     "view a {\nexpr name() matches '('\n}",
     {"Corefile:3: view: error parsing regexp: missing closing ): `(` (1:8)\n"
      " | name() matches '('\n"
      " | .......^"}},
};

TEST_CASE("view tells what is wrong, and where", "[view]") {
  for (const Mistake& m : kMistakes) {
    DYNAMIC_SECTION(m.name) {
      const test::PluginSetup read("view", setup, m.block);
      CHECK(read.errors() == m.errors);
    }
  }
}

struct Doubt {
  const char* expression;
  Texts warnings;
};

const Doubt kDoubts[] = {
    {"name() == 'a.'", {}},
    {"[true, 1][0]", {}},
    {"size()", {"Corefile:3: view: 'size()' is never true, so the view takes no query"}},
    {"do",
     {"Corefile:3: view: 'do' is never true, so the view takes no query; a function is called with "
      "()"}},
};

TEST_CASE("view warns of what is never true", "[view]") {
  for (const Doubt& d : kDoubts) {
    INFO(d.expression);
    const test::PluginSetup read("view", setup, block_of({d.expression}));
    CHECK(read.errors().empty());
    CHECK(read.warnings() == d.warnings);
  }
}

}  // namespace
}  // namespace catena::view
