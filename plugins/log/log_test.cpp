// SPDX-License-Identifier: Apache-2.0
#include "plugins/log/log.hpp"

#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena::log {

void setup(Setup& setup);

namespace {

/// Answers as a test says, 1.5 ms later.
class Scripted final : public Plugin {
 public:
  Scripted(ManualClock& clock, std::function<Outcome(Query&)> answer)
      : clock_(&clock), answer_(std::move(answer)) {}
  Reply serve(Query& query, Next) const override {
    clock_->advance(std::chrono::microseconds(1500));
    return answer_(query);
  }

 private:
  ManualClock* clock_;
  std::function<Outcome(Query&)> answer_;
};

Outcome address(Query& query) {
  static constexpr std::uint8_t kAddress[] = {192, 0, 2, 1};
  query.respond().add(dns::Section::answer,
                      {query.name(), dns::Type::A, dns::Class::IN, 300, kAddress});
  return Outcome::respond;
}
Outcome denial(Query& query) {
  query.respond().rcode = dns::Rcode::NXDomain;
  return Outcome::respond;
}
Outcome failure(Query& query) { return query.fail(dns::Rcode::ServFail, "broken"); }
Outcome drop(Query&) { return Outcome::drop; }

struct Case {
  const char* name;
  const char* block = "log";
  const char* ask = "example.org. A";
  Outcome (*answer)(Query&) = address;
  const char* client = "192.0.2.7";
  const char* line;
};

const Case kCases[] = {
    {.name = "the common format",
     .line = "[INFO] 192.0.2.7:4242 - 7 \"A IN example.org. udp 40 true 1232\" NOERROR qr,aa,rd 56 "
             "0.0015s"},
    {.name = "IPv6 addresses stand in brackets",
     .client = "2001:db8::7",
     .line =
         "[INFO] [2001:db8::7]:4242 - 7 \"A IN example.org. udp 40 true 1232\" NOERROR qr,aa,rd 56 "
         "0.0015s"},
    {.name = "names are in small letters",
     .block = "log . \"{name} {type}\"",
     .ask = "eXample.ORG. TYPE731",
     .line = "[INFO] example.org. TYPE731"},
    {.name = "a failure shows the code that the server will send",
     .block = "log . \"{rcode} {>rflags} {rsize}\"",
     .answer = failure,
     .line = "[INFO] SERVFAIL qr,rd 29"},
    {.name = "a query that nobody answers has no code",
     .block = "log . \"{rcode} {>rflags} {rsize}\"",
     .answer = drop,
     .line = "[INFO] - - 0"},
    {.name = "combined adds the opcode",
     .block = "log . \"{combined}\"",
     .line = "[INFO] 192.0.2.7:4242 - 7 \"A IN example.org. udp 40 true 1232\" NOERROR qr,aa,rd 56 "
             "0.0015s "
             "\"0\""},
    {.name = "unknown placeholders and lone braces are text",
     .block = "log . \"{nothing} } {name\"",
     .line = "[INFO] {nothing} } {name"},
    {.name = "a missing value is a dash",
     .block = "log . \"{/forward/upstream}\"",
     .line = "[INFO] -"},
    {.name = "log knows what kind of answer it was",
     .block = "log . \"{/log/type} {/log/class} {/log/other}\"",
     .line = "[INFO] NOERROR success -"},
    {.name = "also of a denial",
     .block = "log . \"{/log/type} {/log/class}\"",
     .answer = denial,
     .line = "[INFO] NXDOMAIN denial"},
    {.name = "and of silence",
     .block = "log . \"{/log/class} {/log/type}\" {\nclass error\n}",
     .answer = drop,
     .line = "[INFO] error OTHERERROR"},
    {.name = "one argument is a name, also with a brace", .block = "log {name}", .line = ""},
    {.name = "names outside the scope are not logged", .block = "log example.net", .line = ""},
    {.name = "names below it are", .block = "log org \"{name}\"", .line = "[INFO] example.org."},
    {.name = "only the first scope that fits counts",
     .block = "log example.org \"{name}\" {\nclass error\n}\nlog . \"all {name}\"",
     .line = ""},
    {.name = "success is not a denial",
     .block = "log . \"{name}\" {\nclass denial error\n}",
     .line = ""},
    {.name = "a denial is",
     .block = "log . \"{name}\" {\nclass denial\n}",
     .answer = denial,
     .line = "[INFO] example.org."},
    {.name = "a failure is an error",
     .block = "log . \"{name}\" {\nclass error\n}",
     .answer = failure,
     .line = "[INFO] example.org."},
    {.name = "so is silence",
     .block = "log . \"{name}\" {\nclass error\n}",
     .answer = drop,
     .line = "[INFO] example.org."},
};

TEST_CASE("the query log", "[log]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      test::PluginSetup read("log", setup, c.block);
      REQUIRE(read.errors().empty());
      read.chain().add("answer", std::make_unique<Scripted>(read.clock(), c.answer));
      test::QueryOptions options;
      options.id = 7;
      options.dnssec_ok = true;
      options.edns_size = 1232;
      const auto bytes = test::query_bytes(c.ask, options);
      const auto message = dns::MessageView::parse(bytes).value();
      Transport transport;
      transport.client = {asio::ip::make_address(c.client), 4242};
      test::TestEngine engine;
      Query query(engine);
      query.begin(message, transport, read.clock().now());
      const MetadataSources sources(read.chain().with<MetadataSource>());
      query.set_block({}, {}, &sources);
      const Reply reply = read.chain().first()(query);
      REQUIRE(reply.ready());
      const std::vector<std::string> wanted =
          *c.line == '\0' ? std::vector<std::string>() : std::vector<std::string>{c.line};
      CHECK(read.log().lines == wanted);
    }
  }
}

/// Knows a value that is empty.
struct Knower final : MetadataSource {
  std::string_view metadata(Query&, std::string_view label) const override {
    return label == "test/empty" ? std::string_view("") : std::string_view();
  }
};

TEST_CASE("a value that is known and empty is an empty text, an unknown one a dash", "[log]") {
  test::PluginSetup read("log", setup, "log . \"[{/test/empty}] [{/test/other}]\"");
  REQUIRE(read.errors().empty());
  read.chain().add("answer", std::make_unique<Scripted>(read.clock(), address));
  const auto bytes = test::query_bytes("example.org. A");
  test::TestEngine engine;
  Query query(engine);
  query.begin(dns::MessageView::parse(bytes).value(), {}, read.clock().now());
  Knower knower;
  const MetadataSources sources({&knower});
  query.set_block({}, {}, &sources);
  REQUIRE(read.chain().first()(query).ready());
  CHECK(read.log().lines == std::vector<std::string>{"[INFO] [] [-]"});
}

TEST_CASE("steps of a search path are not logged, what an alias leads to is", "[log]") {
  test::PluginSetup read("log", setup, "log . \"{name}\"");
  read.chain().add("answer", std::make_unique<Scripted>(read.clock(), address));
  test::TestEngine engine;
  const Query parent(engine);
  const auto bytes = test::query_bytes("example.org. A");
  const auto message = dns::MessageView::parse(bytes).value();
  Query query(engine);
  query.begin_like(parent, message.question());
  REQUIRE(read.chain().first()(query).ready());
  CHECK(read.log().lines == std::vector<std::string>{"[INFO] example.org."});
  query.set_step();
  REQUIRE(read.chain().first()(query).ready());
  CHECK(read.log().lines.size() == 1);
}

struct JsonCase {
  const char* name;
  const char* ask = "eXample.org. A";
  Outcome (*answer)(Query&) = address;
  const char* client = "192.0.2.7";
  Protocol protocol = Protocol::udp;
  const char* record;  ///< Behind the message, with the plugin.
};

const JsonCase kJsonCases[] = {
    {.name = "an answer",
     .record =
         R"("plugin":"log","client_ip":"192.0.2.7","client_port":4242,"qname":"example.org.",)"
         R"("qtype":"A","qclass":"IN","protocol":"udp","id":7,"opcode":0,"request_size":40,)"
         R"("dnssec_ok":true,"bufsize":1232,"rcode":"NOERROR","response_size":56,)"
         R"("duration_seconds":0.0015)"},
    {.name = "IPv6 without brackets, TCP has no limit, types without a name",
     .ask = "example.org. CH TYPE731",
     .answer = failure,
     .client = "2001:db8::7",
     .protocol = Protocol::tcp,
     .record = R"("plugin":"log","client_ip":"2001:db8::7","client_port":4242,)"
               R"("qname":"example.org.","qtype":"TYPE731","qclass":"CH","protocol":"tcp","id":7,)"
               R"("opcode":0,"request_size":40,"dnssec_ok":true,"bufsize":65535,)"
               R"("rcode":"SERVFAIL","response_size":29,"duration_seconds":0.0015)"},
    {.name = "silence has no rcode",
     .answer = drop,
     .record =
         R"("plugin":"log","client_ip":"192.0.2.7","client_port":4242,"qname":"example.org.",)"
         R"("qtype":"A","qclass":"IN","protocol":"udp","id":7,"opcode":0,"request_size":40,)"
         R"("dnssec_ok":true,"bufsize":1232,"rcode":null,"response_size":0,)"
         R"("duration_seconds":0.0015)"},
};

TEST_CASE("the query log as JSON", "[log]") {
  for (const JsonCase& c : kJsonCases) {
    DYNAMIC_SECTION(c.name) {
      test::PluginSetup read("log", setup, "log . \"{type} \\\"{name}\\\"\"");
      REQUIRE(read.errors().empty());
      read.chain().add("answer", std::make_unique<Scripted>(read.clock(), c.answer));
      test::QueryOptions options;
      options.id = 7;
      options.dnssec_ok = true;
      options.edns_size = 1232;
      const auto bytes = test::query_bytes(c.ask, options);
      Transport transport;
      transport.protocol = c.protocol;
      transport.client = {asio::ip::make_address(c.client), 4242};
      test::TestEngine engine;
      Query query(engine);
      query.begin(*dns::MessageView::parse(bytes), transport, read.clock().now());
      REQUIRE(read.chain().first()(query).ready());
      REQUIRE(read.log().records.size() == 1);
      const std::string& record = read.log().records.front();
      const std::string head =
          fmt::format(R"("level":"INFO","msg":"{} \"example.org.\"",)", to_string(query.type()));
      CHECK(record == head + c.record);
    }
  }
}

TEST_CASE("log refuses unknown classes and classes without a word", "[log]") {
  const test::PluginSetup unknown("log", setup, "log {\nclass odd\n}");
  CHECK(unknown.errors() ==
        std::vector<std::string>{
            "Corefile:3: log: invalid Class: odd; expected success, denial, error or all"});
  const test::PluginSetup empty("log", setup, "log {\nclass\n}");
  CHECK(empty.errors().size() == 1);
}

}  // namespace
}  // namespace catena::log
