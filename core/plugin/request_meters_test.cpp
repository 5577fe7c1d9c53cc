// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/request_meters.hpp"

#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena {
namespace {

using Writer = RequestMeters::Writer;

constexpr const char* kPlace = "server=\"dns://:53\"";

struct Bed {
  void ask(const char* question, const Transport& transport, RequestMeters::ServerSide reply) {
    test::QueryOptions options;
    options.dnssec_ok = true;
    options.edns_size = 1232;
    const auto bytes = test::query_bytes(question, options);
    Query query(engine);
    query.begin(dns::MessageView::parse(bytes).value(), transport, engine.clock().now());
    meters.count(Lane{1}, RequestMeters::client_side_of(query), reply);
  }
  bool has(const std::string& line) const {
    INFO(registry.text());
    return registry.text().find("\n" + line + "\n") != std::string::npos;
  }

  test::TestEngine engine;
  metrics::Registry registry{2};
  RequestMeters meters{registry, {"dns://:53", "example.org.", "inside", "errors"}};
};

Transport client(const char* address, Protocol protocol) {
  Transport transport;
  transport.protocol = protocol;
  transport.client = {asio::ip::make_address(address), 4242};
  return transport;
}

TEST_CASE("a request counts by protocol, family and type", "[request_meters]") {
  struct Row {
    const char* question;
    const char* address;
    Protocol protocol;
    const char* labels;
  };
  const Row rows[] = {
      {"a.example.org. A", "192.0.2.1", Protocol::udp, "family=\"1\",proto=\"udp\",@,type=\"A\""},
      {"a.example.org. MX", "2001:db8::1", Protocol::tcp,
       "family=\"2\",proto=\"tcp\",@,type=\"MX\""},
      {"a.example.org. ANY", "192.0.2.1", Protocol::https,
       "family=\"1\",proto=\"tcp\",@,type=\"ANY\""},
      {"a.example.org. CAA", "192.0.2.1", Protocol::quic,
       "family=\"1\",proto=\"udp\",@,type=\"other\""},
      {"a.example.org. TYPE731", "192.0.2.1", Protocol::udp,
       "family=\"1\",proto=\"udp\",@,type=\"other\""},
  };
  for (const Row& row : rows) {
    Bed bed;
    bed.ask(row.question, client(row.address, row.protocol), {});
    std::string labels = row.labels;
    labels.replace(labels.find('@'), 1, kPlace);
    CHECK(bed.has("coredns_dns_requests_total{" + labels +
                  ",view=\"inside\",zone=\"example.org.\"} 1"));
  }
}

TEST_CASE("a reply counts by its code and by who wrote it", "[request_meters]") {
  struct Row {
    unsigned rcode;
    Writer writer;
    const char* labels;
  };
  const Row rows[] = {
      {0, Writer::plugin, "plugin=\"errors\",rcode=\"NOERROR\""},
      {2, Writer::server, "plugin=\"\",rcode=\"SERVFAIL\""},
      {13, Writer::plugin, "plugin=\"errors\",rcode=\"RCODE13\""},
      {16, Writer::plugin, "plugin=\"errors\",rcode=\"BADVERS\""},
      {24, Writer::plugin, "plugin=\"errors\",rcode=\"other\""},
      {4095, Writer::plugin, "plugin=\"errors\",rcode=\"other\""},
  };
  for (const Row& row : rows) {
    Bed bed;
    bed.ask("a.example.org. A", client("192.0.2.1", Protocol::udp),
            {.rcode = static_cast<dns::Rcode>(row.rcode), .writer = row.writer});
    CHECK(bed.has(std::string("coredns_dns_responses_total{") + row.labels +
                  ",server=\"dns://:53\",view=\"inside\",zone=\"example.org.\"} 1"));
  }
}

TEST_CASE("sizes, time and the DO bit", "[request_meters]") {
  Bed bed;
  const Transport transport = client("192.0.2.1", Protocol::udp);
  bed.ask("a.example.org. A", transport, {.size = 99, .seconds = 0.003});
  bed.ask("a.example.org. A", transport, {.size = 400, .seconds = 0.5});
  const std::string series = "server=\"dns://:53\",view=\"inside\",zone=\"example.org.\"";
  CHECK(bed.has("coredns_dns_do_requests_total{" + series + "} 2"));
  const std::string sizes = "coredns_dns_response_size_bytes_bucket{proto=\"udp\"," + series;
  CHECK(bed.has(sizes + ",le=\"0\"} 0"));
  CHECK(bed.has(sizes + ",le=\"100\"} 1"));
  CHECK(bed.has(sizes + ",le=\"400\"} 2"));
  CHECK(bed.has("coredns_dns_request_size_bytes_sum{proto=\"udp\"," + series + "} 84"));
  const std::string times = "coredns_dns_request_duration_seconds_bucket{" + series;
  CHECK(bed.has(times + ",le=\"0.002\"} 0"));
  CHECK(bed.has(times + ",le=\"0.004\"} 1"));
  CHECK(bed.has(times + ",le=\"0.512\"} 2"));
}

}  // namespace
}  // namespace catena
