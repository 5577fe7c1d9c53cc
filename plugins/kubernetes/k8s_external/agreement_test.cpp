// SPDX-License-Identifier: Apache-2.0
// What a transfer lists and what questions are answered with are the same records, and a serial
// moves when they change and only then: over clusters that seeds make up.
#include "plugins/kubernetes/answer/random_cluster.hpp"
#include "plugins/kubernetes/answer/testing.hpp"
#include "plugins/kubernetes/answer/transfer.hpp"
#include "plugins/kubernetes/k8s_external/external_answerer.hpp"
#include "test/support/records.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <set>

namespace catena::kubernetes::k8s_external {
namespace {

using testing::Asker;
using testing::Cluster;
using testing::name_of;
using testing::RandomChanges;

using Records = std::set<std::string>;

/// Random clusters of each test; CATENA_SEEDS says how many where there is time for more.
unsigned seeds() {
  static const char* const given = std::getenv("CATENA_SEEDS");
  return given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 24;
}

constexpr const char* kTypes[] = {"A", "AAAA", "SRV", "CNAME", "TXT"};

/// All records of a way through a zone but SOA; none twice.
Records all(ZoneCursor& cursor) {
  Records records;
  while (const dns::Record* record = cursor.next()) {
    const std::string line = test::line(*record);
    INFO(line);
    CHECK(records.count(line) == 0);
    if (record->type != dns::Type::SOA) records.insert(line);
  }
  return records;
}

std::string word(const std::string& line, std::size_t number) {
  std::istringstream words(line);
  std::string text;
  for (std::size_t i = 0; i <= number; ++i) words >> text;
  return text;
}

/// The records of a list that have this owner and type.
Records of(const Records& records, const std::string& owner, const std::string& type) {
  Records found;
  for (const std::string& line : records) {
    if (word(line, 0) == owner && word(line, 3) == type) found.insert(line);
  }
  return found;
}

/// The lines of an answer that are records of its answer section.
Records lines_of(const std::string& text) {
  Records lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.find(" IN ") != std::string::npos && line[0] != '+') lines.insert(line);
  }
  return lines;
}

/// Names that could be there: those of all that the changes speak of.
std::set<std::string> candidates(const std::string& zone) {
  std::set<std::string> names;
  for (const std::string& name_space : RandomChanges::kNamespaces) {
    for (const std::string& service : RandomChanges::kServices) {
      const std::string base = service + "." + name_space + "." + zone;
      for (const char* front : {"", "_http._tcp.", "_dns._udp.", "_dns._tcp.", "_._tcp.x."}) {
        names.insert(front + base);
      }
      for (const char* label : {"h1", "h2", "10-0-0-1", "10-0-0-2", "fd00--1", "p1", "p.2", "p.2.3",
                                "y-example", "z-example"}) {
        for (const std::string& cluster : RandomChanges::kClusters) {
          names.insert(std::string(label) + "." + cluster + (cluster.empty() ? "" : ".") + base);
        }
      }
    }
  }
  return names;
}

std::set<std::string> owners(const Records& records) {
  std::set<std::string> names;
  for (const std::string& line : records) names.insert(word(line, 0));
  return names;
}

void set_up(AnswerSettings& settings) {
  settings.zones = Zones({name_of("cluster.local."), name_of("set.test."), name_of("in-addr.arpa."),
                          name_of("ip6.arpa.")});
  settings.multicluster = Zones({name_of("set.test.")});
  settings.pods = PodMode::verified;
}

Records zone(const Cluster& cluster, const AnswerSettings& settings, const std::string& name) {
  const dns::Name zone = name_of(name);
  const Answerer answerer(settings, cluster.store());
  ClusterZoneCursor cursor(answerer, {zone, settings.ttl, settings.ttl});
  return all(cursor);
}

TEST_CASE("a transfer and answers tell the same", "[kubernetes]") {
  for (unsigned seed = 0; seed < seeds(); ++seed) {
    const EndpointNames names = seed % 2 == 0 ? EndpointNames::by_address : EndpointNames::by_pod;
    Cluster cluster(Cluster::Identities::dropped, names);
    RandomChanges changes(cluster, seed);
    for (const std::string& name_space : RandomChanges::kNamespaces) cluster.name_space(name_space);
    for (int i = 0; i < 60; ++i) changes.change();
    Asker asker(cluster.store());
    set_up(asker.settings);
    asker.settings.ignore_empty_service = seed % 3 == 0;
    asker.settings.local_addresses = {*parse_address("10.0.0.1")};
    for (const std::string apex : {"cluster.local.", "set.test."}) {
      const Records transfer = zone(cluster, asker.settings, apex);
      std::set<std::string> names_to_ask = owners(transfer);
      names_to_ask.merge(candidates("svc." + apex));
      names_to_ask.insert("dns-version." + apex);
      names_to_ask.insert("ns.dns." + apex);
      for (const std::string& name : names_to_ask) {
        for (const std::string type : kTypes) {
          INFO("seed " << seed << ": " << name << " " << type);
          const Records answer = lines_of(asker.ask(name + " " + type));
          CHECK(of(answer, name, type) == of(transfer, name, type));
          const Records alias = of(transfer, name, "CNAME");
          if (type != "SRV") CHECK(of(answer, name, "CNAME") == alias);
        }
      }
      CHECK(of(lines_of(asker.ask(apex + " NS")), apex, "NS") == of(transfer, apex, "NS"));
    }
  }
}

TEST_CASE("what SRV records point to is there", "[kubernetes]") {
  for (unsigned seed = 0; seed < seeds(); ++seed) {
    Cluster cluster(Cluster::Identities::dropped, EndpointNames::by_pod);
    RandomChanges changes(cluster, seed);
    for (const std::string& name_space : RandomChanges::kNamespaces) cluster.name_space(name_space);
    for (int i = 0; i < 60; ++i) changes.change();
    AnswerSettings settings;
    set_up(settings);
    for (const std::string apex : {"cluster.local.", "set.test."}) {
      const Records transfer = zone(cluster, settings, apex);
      const std::set<std::string> names = owners(transfer);
      for (const std::string& line : transfer) {
        // A port's name wins over that of a pod that is called as the port is.
        if (word(line, 3) != "SRV" || word(line, 7).starts_with("http.tcp.")) continue;
        INFO("seed " << seed << ": " << line);
        CHECK(names.count(word(line, 7)) == 1);
      }
    }
  }
}

/// Asks for names in a zone of k8s_external.
class OutsideAsker {
 public:
  OutsideAsker(const Answerer& answerer, HeadlessServices headless)
      : external_(answerer), zone_{apex_, 30, headless} {}

  Records ask(const std::string& name, const std::string& type) {
    Query query(engine_);
    const Query nobody(engine_);
    query.begin_like(nobody, {name_of(name), *dns::parse_type(type), dns::Class::IN});
    query.respond();
    external_.answer(query, zone_);
    Records records;
    for (const dns::Record& record : query.response().answer()) records.insert(test::line(record));
    return records;
  }

  Records transfer() {
    const std::unique_ptr<ZoneCursor> cursor = external_.services(zone_);
    return all(*cursor);
  }

 private:
  dns::Name apex_ = name_of("k8s.example.");
  test::TestEngine engine_;
  ExternalAnswerer external_;
  ExternalZone zone_;
};

TEST_CASE("a transfer of a zone for the outside and its answers tell the same", "[kubernetes]") {
  for (unsigned seed = 0; seed < seeds(); ++seed) {
    Cluster cluster;
    RandomChanges changes(cluster, seed);
    for (const std::string& name_space : RandomChanges::kNamespaces) cluster.name_space(name_space);
    for (int i = 0; i < 60; ++i) changes.change();
    AnswerSettings settings;
    set_up(settings);
    const Answerer answerer(settings, cluster.store());
    for (const auto headless : {HeadlessServices::hidden, HeadlessServices::shown}) {
      OutsideAsker asker(answerer, headless);
      const Records transfer = asker.transfer();
      std::set<std::string> names = owners(transfer);
      for (const char* service : {"a", "b", "c"}) {
        names.insert(std::string(service) + ".default.k8s.example.");
        names.insert("_http._tcp." + std::string(service) + ".default.k8s.example.");
      }
      for (const std::string& name : names) {
        for (const std::string type : {"A", "AAAA", "SRV"}) {
          INFO("seed " << seed << ": " << name << " " << type);
          CHECK(of(asker.ask(name, type), name, type) == of(transfer, name, type));
        }
      }
    }
  }
}

/// All that a zone shows, and what is answered for it besides.
class Shows {
 public:
  explicit Shows(Cluster& cluster) : cluster_(cluster), asker_(cluster.store()) {
    set_up(asker_.settings);
  }

  /// One set of records for each serial.
  std::vector<Records> records() {
    const Answerer answerer(asker_.settings, cluster_.store());
    std::vector<Records> all{zone(cluster_, asker_.settings, "cluster.local."),
                             zone(cluster_, asker_.settings, "set.test."),
                             OutsideAsker(answerer, HeadlessServices::hidden).transfer(),
                             OutsideAsker(answerer, HeadlessServices::shown).transfer()};
    for (const char* address :
         {"1.0.0.10", "2.0.0.10", "3.0.0.10", "4.0.0.10", "1.0.96.10", "2.0.96.10", "3.0.96.10"}) {
      all[0].merge(lines_of(asker_.ask(std::string(address) + ".in-addr.arpa. PTR")));
    }
    for (const char* last : {"1", "2"}) {
      std::string name = last;
      for (int nibble = 0; nibble < 27; ++nibble) name += ".0";
      for (const char* first : {".0.0.d.f", ".6.9.d.f"}) {
        all[0].merge(lines_of(asker_.ask(name + first + ".ip6.arpa. PTR")));
      }
    }
    for (const std::string& name_space : RandomChanges::kNamespaces) {
      for (const char* pod :
           {"10-0-0-1", "10-0-0-2", "10-0-0-3", "10-0-0-4", "fd00--1", "fd00--2"}) {
        const std::string name = std::string(pod) + "." + name_space + ".pod.";
        for (const char* type : {" A", " AAAA"}) {
          all[0].merge(lines_of(asker_.ask(name + "cluster.local." + type)));
          all[1].merge(lines_of(asker_.ask(name + "set.test." + type)));
        }
      }
    }
    return all;
  }

  std::vector<std::uint32_t> serials() const {
    const Store& store = cluster_.store();
    return {store.serial, store.import_serial, store.external_serial,
            store.external_headless_serial};
  }

 private:
  Cluster& cluster_;
  Asker asker_;
};

TEST_CASE("a serial moves when records change, and only then", "[kubernetes]") {
  for (unsigned seed = 0; seed < seeds(); ++seed) {
    const EndpointNames names = seed % 2 == 0 ? EndpointNames::by_address : EndpointNames::by_pod;
    Cluster cluster(Cluster::Identities::dropped, names);
    RandomChanges changes(cluster, seed);
    Shows shows(cluster);
    std::vector<Records> before = shows.records();
    for (int step = 0; step < 80; ++step) {
      const std::vector<std::uint32_t> serials = shows.serials();
      cluster.clock().advance(std::chrono::seconds(1));
      changes.change();
      std::vector<Records> after = shows.records();
      for (std::size_t zone = 0; zone < after.size(); ++zone) {
        INFO("seed " << seed << ", step " << step << ", zone " << zone);
        CHECK((before[zone] != after[zone]) == (serials[zone] != shows.serials()[zone]));
      }
      before = std::move(after);
    }
  }
}

TEST_CASE("with zonal names the zone of an endpoint is part of the records", "[kubernetes]") {
  Cluster cluster;
  cluster.name_space("default");
  cluster.service("db.default", {.ips = {"None"}});
  const auto serial_with = [&cluster](const char* zone) {
    cluster.clock().advance(std::chrono::seconds(1));
    cluster.slice("s.default",
                  {.service = "db", .endpoints = {{.address = "10.0.0.1", .zone = zone}}});
    return cluster.store().serial.load();
  };
  const std::uint32_t first = serial_with("eu");
  CHECK(serial_with("us") == first);
  cluster.store().zonal = true;
  CHECK(serial_with("eu") != first);
}

}  // namespace
}  // namespace catena::kubernetes::k8s_external
