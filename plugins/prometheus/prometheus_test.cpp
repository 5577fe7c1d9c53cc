// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "plugins/prometheus/exposition.hpp"
#include "test/support/count_allocations.hpp"
#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

#include <zlib.h>

namespace catena::prometheus {

void setup(Setup& setup);

namespace {

using Lines = std::vector<std::string>;

/// Answers as a test says.
class Scripted final : public Plugin {
 public:
  explicit Scripted(std::function<Reply(Query&)> answer) : answer_(std::move(answer)) {}
  Reply serve(Query& query, Next) const override { return answer_(query); }

 private:
  std::function<Reply(Query&)> answer_;
};

asio::awaitable<Outcome> later(Query& query) {
  query.respond().rcode = dns::Rcode::NXDomain;
  co_return Outcome::respond;
}

Reply answer(Query& query) {
  static constexpr std::uint8_t kAddress[] = {192, 0, 2, 1};
  query.respond().add(dns::Section::answer,
                      {query.name(), dns::Type::A, dns::Class::IN, 300, kAddress});
  return Outcome::respond;
}
Reply wait(Query& query) { return later(query); }
Reply fail(Query& query) { return query.fail(dns::Rcode::ServFail, "broken"); }
Reply drop(Query&) { return Outcome::drop; }
// What plugins do to the question is not the client's.
Reply change(Query& query) {
  query.set_question({query.name(), dns::Type::MX, dns::Class::IN});
  return answer(query);
}

/// A block of this plugin and one that answers, behind it.
struct Bed {
  explicit Bed(std::function<Reply(Query&)> script, const std::vector<std::string>& keys = {"."})
      : read("prometheus", setup, "prometheus 127.0.0.1:0", keys) {
    REQUIRE(read.errors().empty());
    read.chain().add("errors", std::make_unique<Scripted>(std::move(script)));
    for (Assembled* plugin : read.chain().with<Assembled>()) plugin->assembled(read.chain());
  }

  void ask(const char* question) {
    const auto bytes = test::query_bytes(question);
    Query query(engine);
    query.begin(dns::MessageView::parse(bytes).value(), transport, engine.clock().now());
    engine.run(read.chain().first()(query));
  }
  /// One of several tries at what a client asked.
  void ask_step(const char* question) {
    const auto bytes = test::query_bytes(question);
    Query parent(engine);
    parent.set_transport(transport);
    Query query(engine);
    query.begin_like(parent, dns::MessageView::parse(bytes).value().question());
    query.set_step();
    engine.run(read.chain().first()(query));
  }
  bool has(const std::string& line) {
    INFO(read.metrics().text());
    return read.metrics().text().find("\n" + line + "\n") != std::string::npos;
  }

  test::PluginSetup read;
  test::TestEngine engine;
  Transport transport;
};

struct Case {
  const char* name;
  Reply (*script)(Query&);
  const char* labels;
  const char* size;
};

const Case kCases[] = {
    {"an answer counts for the plugin behind prometheus", answer,
     "plugin=\"errors\",rcode=\"NOERROR\"", "56"},
    {"so does one that came later", wait, "plugin=\"errors\",rcode=\"NXDOMAIN\"", "29"},
    {"a failure counts with the code that the server sends, and no size", fail,
     "plugin=\"\",rcode=\"SERVFAIL\"", "0"},
    {"silence counts as CoreDNS counts it", drop, "plugin=\"\",rcode=\"NOERROR\"", "0"},
    {"the type is the client's", change, "plugin=\"errors\",rcode=\"NOERROR\"", "56"},
};

TEST_CASE("every query of the block counts", "[prometheus]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      Bed bed(c.script);
      bed.ask("example.org. A");
      bed.ask("example.org. A");
      bed.ask_step("example.org. A");
      const std::string place = "server=\"dns://:53\",view=\"\",zone=\".\"}";
      CHECK(
          bed.has("coredns_dns_requests_total{family=\"1\",proto=\"udp\",server=\"dns://:53\","
                  "type=\"A\",view=\"\",zone=\".\"} 2"));
      CHECK(bed.has(std::string("coredns_dns_responses_total{") + c.labels + "," + place + " 2"));
      CHECK(bed.has("coredns_dns_request_duration_seconds_count{" + place + " 2"));
      const std::string sum = std::to_string(2 * std::stoi(c.size));
      CHECK(bed.has("coredns_dns_response_size_bytes_sum{proto=\"udp\"," + place + " " + sum));
      CHECK(bed.has("coredns_dns_request_size_bytes_sum{proto=\"udp\"," + place + " 58"));
    }
  }
}

TEST_CASE("the zone is the longest of the block that has the name", "[prometheus]") {
  Bed bed(answer, {"org", "example.org"});
  bed.ask("www.eXample.org. A");
  bed.ask("example.net. A");
  bed.ask("www.org. A");
  for (const char* zone : {"example.org.", "org.", "."}) {
    CHECK(bed.has(std::string("coredns_dns_requests_total{family=\"1\",proto=\"udp\","
                              "server=\"dns://:53\",type=\"A\",view=\"\",zone=\"") +
                  zone + "\"} 1"));
  }
}

TEST_CASE("counting allocates nothing once its series are there", "[prometheus]") {
  Bed bed(answer);
  const auto bytes = test::query_bytes("example.org. A", {.dnssec_ok = true});
  const auto message = dns::MessageView::parse(bytes).value();
  Query query(bed.engine);
  std::uint64_t before = 0;
  for (int i = 0; i < 3; ++i) {
    before = test::allocations_here;
    query.begin(message, bed.transport, bed.engine.clock().now());
    const Reply reply = bed.read.chain().first()(query);
    REQUIRE(reply.ready());
  }
  CHECK(test::allocations_here - before == 0);
}

TEST_CASE("the plugins of the chain are shown while the block runs", "[prometheus]") {
  Bed bed(answer, {"example.org", "example.net"});
  const std::string line =
      "coredns_plugin_enabled{name=\"errors\",server=\"dns://"
      ":53\",view=\"\",zone=\"example.org.\"} "
      "1";
  CHECK(!bed.has(line));
  for (Startable* plugin : bed.read.chain().with<Startable>()) plugin->start();
  CHECK(bed.has(line));
  CHECK(
      bed.has("coredns_plugin_enabled{name=\"prometheus\",server=\"dns://:53\",view=\"\",zone="
              "\"example.org.\"} 1"));
  for (Startable* plugin : bed.read.chain().with<Startable>()) plugin->stop();
  CHECK(!bed.has(line));
}

TEST_CASE("what the kernel knows of the process", "[prometheus]") {
  Bed bed(answer);
  const std::string text = bed.read.metrics().text();
  const auto value = [&text](const std::string& name) {
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1.0 : std::stod(text.substr(at + name.size() + 2));
  };
  CHECK(value("process_resident_memory_bytes") > 1e6);
  CHECK(value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"));
  CHECK(value("process_virtual_memory_max_bytes") > 1e6);
  CHECK(value("process_cpu_seconds_total") > 0);
  CHECK(value("process_open_fds") > 2);
  CHECK(value("process_max_fds") > value("process_open_fds"));
  CHECK(value("process_start_time_seconds") > 1.6e9);
  CHECK(value("process_network_receive_bytes_total") >= 0);
  CHECK(value("process_network_transmit_bytes_total") >= 0);
  CHECK(text.find("coredns_build_info{goversion=\"") != std::string::npos);
}

TEST_CASE("who takes gzip", "[prometheus]") {
  struct Row {
    const char* field;
    bool taken;
  };
  const Row rows[] = {{"gzip", true},        {"", false},         {"deflate, GZIP;q=0.5", true},
                      {" br , gzip ", true}, {"gzip;q=0", false}, {"gzip; q=0.00", false},
                      {"gzip;q=0.01", true}, {"xgzip", false},    {"gzipx", false},
                      {",,;", false}};
  for (const Row& row : rows) {
    INFO(row.field);
    CHECK(accepts_gzip(row.field) == row.taken);
  }
}

std::string unpacked(const std::string& text, std::size_t size) {
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(size + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

TEST_CASE("the page of all metrics", "[prometheus]") {
  metrics::Registry registry(2);
  for (int i = 0; i < 1000; ++i) {
    registry.counter("x_total", "X.", {{"number", std::to_string(i)}}).add(Lane::shared);
  }
  const http::Page plain = metrics_page(registry, {});
  CHECK(plain.body == registry.text());
  CHECK(plain.content_type == "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  const http::Page packed = metrics_page(registry, {.accept_encoding = "gzip"});
  REQUIRE(packed.fields.size() == 1);
  CHECK(packed.fields.front() == std::pair<std::string, std::string>("Content-Encoding", "gzip"));
  CHECK(packed.body.size() < plain.body.size() / 2);
  CHECK(unpacked(packed.body, plain.body.size()) == plain.body);
}

struct Line {
  const char* name;
  const char* block;
  Lines errors = {};
};

const Line kLines[] = {
    {.name = "nothing", .block = "prometheus"},
    {.name = "what is Go's is read", .block = "prometheus :9153 {\nruntime_metrics\n}"},
    {.name = "twice",
     .block = "prometheus\nprometheus",
     .errors = {"Corefile:3: prometheus: this plugin can only be used once per Server Block"}},
    {.name = "an address without a port",
     .block = "prometheus localhost",
     .errors = {"Corefile:2: prometheus: address localhost: missing port in address (expected "
                "HOST:PORT, :PORT or [IPV6]:PORT)"}},
    {.name = "TLS",
     .block = "prometheus {\ntls web.yaml\n}",
     .errors = {"Corefile:3: prometheus: 'tls' is known, not in this build"}},
};

TEST_CASE("prometheus reads its lines", "[prometheus]") {
  for (const Line& line : kLines) {
    DYNAMIC_SECTION(line.name) {
      CHECK(test::PluginSetup("prometheus", setup, line.block).errors() == line.errors);
    }
  }
}

TEST_CASE("an address that cannot be bound is logged and no more", "[prometheus]") {
  test::PluginSetup read("prometheus", setup, "prometheus 192.0.2.1:9153");
  for (Startable* plugin : read.chain().with<Startable>()) plugin->start();
  CHECK(read.log().lines == Lines{"[ERROR] Failed to start metrics handler: listen tcp "
                                  "192.0.2.1:9153: bind: cannot assign requested address"});
}

}  // namespace
}  // namespace catena::prometheus
