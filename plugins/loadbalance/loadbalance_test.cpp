// SPDX-License-Identifier: Apache-2.0
#include "plugins/loadbalance/loadbalance.hpp"

#include "test/support/count_allocations.hpp"
#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/records.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <unistd.h>

namespace catena::loadbalance {

void setup(Setup& setup);

namespace {

using Texts = std::vector<std::string>;
using test::Lines;

/// A file that goes with it.
class File {
 public:
  explicit File(const std::string& text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "weights-XXXXXX").string();
    ::close(::mkstemp(pattern.data()));
    path_ = pattern;
    write(text);
  }
  ~File() { std::filesystem::remove(path_); }
  void write(const std::string& text) const { std::ofstream(path_) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Answers what a test says, each time the same.
class Scripted final : public Plugin {
 public:
  void add(dns::Section section, const std::string& text) {
    for (const std::string& line : test::records(text)) {
      records_.emplace_back(section, test::record(line, arena_));
    }
  }
  Reply serve(Query& query, Next) const override {
    dns::Response& response = query.respond();
    response.rcode = rcode;
    for (const auto& [section, record] : records_) response.add(section, record);
    return Outcome::respond;
  }
  dns::Rcode rcode = dns::Rcode::NoError;

 private:
  Arena arena_;
  std::vector<std::pair<dns::Section, dns::Record>> records_;
};

struct Bed {
  explicit Bed(const std::string& block) : read("loadbalance", setup, block) {
    REQUIRE(read.errors().empty());
    auto made = std::make_unique<Scripted>();
    behind = made.get();
    read.chain().add("behind", std::move(made));
  }
  void start() {
    for (Startable* one : read.chain().with<Startable>()) one->start();
  }
  const dns::Response& ask(const char* question = "www.example.org. A") {
    bytes = test::query_bytes(question);
    query.begin(*dns::MessageView::parse(bytes), Transport(), engine.clock().now());
    CHECK(read.chain().first()(query).outcome() == Outcome::respond);
    return query.response();
  }
  test::PluginSetup read;
  Scripted* behind = nullptr;
  test::TestEngine engine;
  std::vector<std::uint8_t> bytes;
  Query query{engine};
};

const char* const kThree =
    "www.example.org. 60 IN A 192.0.2.1\n"
    "www.example.org. 60 IN A 192.0.2.2\n"
    "www.example.org. 60 IN A 192.0.2.3\n";

/// How often each order came in 600 answers.
std::map<Lines, int> orders(Bed& bed, dns::Section section) {
  std::map<Lines, int> seen;
  for (int i = 0; i < 600; ++i) ++seen[test::lines(bed.ask().records(section))];
  return seen;
}

TEST_CASE("every order of addresses comes about as often, in every section", "[loadbalance]") {
  for (const auto section :
       {dns::Section::answer, dns::Section::authority, dns::Section::additional}) {
    Bed bed("loadbalance");
    bed.behind->add(section, kThree);
    const auto seen = orders(bed, section);
    CHECK(seen.size() == 6);
    // 60 away from the expected 100 is more than six standard deviations.
    for (const auto& [order, times] : seen) CHECK(std::abs(times - 100) < 60);
  }
}

TEST_CASE("records are grouped, and those that are not shuffled stay in order", "[loadbalance]") {
  Bed bed("loadbalance round_robin");
  bed.behind->add(dns::Section::answer,
                  "example.org. 60 IN MX 10 a.example.org.\n"
                  "b.example.org. 60 IN A 192.0.2.1\n"
                  "example.org. 60 IN TXT \"one\"\n"
                  "www.example.org. 60 IN CNAME a.example.org.\n"
                  "b.example.org. 60 IN AAAA 2001:db8::1\n"
                  "example.org. 60 IN TXT \"two\"\n"
                  "a.example.org. 60 IN CNAME b.example.org.\n"
                  "example.org. 60 IN MX 10 b.example.org.\n");
  bool swapped_addresses = false;
  bool swapped_exchangers = false;
  for (int i = 0; i < 64; ++i) {
    const Lines seen = test::lines(bed.ask().answer());
    REQUIRE(seen.size() == 8);
    CHECK(Lines(seen.begin(), seen.begin() + 4) ==
          Lines{"www.example.org. 60 IN CNAME a.example.org.",
                "a.example.org. 60 IN CNAME b.example.org.", "example.org. 60 IN TXT \"one\"",
                "example.org. 60 IN TXT \"two\""});
    swapped_addresses |= seen[4] == "b.example.org. 60 IN AAAA 2001:db8::1";
    swapped_exchangers |= seen[6] == "example.org. 60 IN MX 10 b.example.org.";
    CHECK(seen[6].find(" MX ") != std::string::npos);
  }
  CHECK(swapped_addresses);
  CHECK(swapped_exchangers);
}

TEST_CASE("errors and transfers stay as they are", "[loadbalance]") {
  Bed bed("loadbalance");
  bed.behind->add(dns::Section::answer, kThree);
  for (int i = 0; i < 20; ++i) {
    CHECK(test::lines(bed.ask("example.org. AXFR").answer()) == test::records(kThree));
    CHECK(test::lines(bed.ask("example.org. IXFR").answer()) == test::records(kThree));
  }
  bed.behind->rcode = dns::Rcode::NXDomain;
  for (int i = 0; i < 20; ++i) CHECK(test::lines(bed.ask().answer()) == test::records(kThree));
}

TEST_CASE("prefer puts the addresses of its networks first", "[loadbalance]") {
  Bed bed("loadbalance {\nprefer 192.0.2.2/32 2001:db8:1::/47\nprefer 192.0.2.0/25\n}");
  bed.behind->add(dns::Section::answer,
                  "www.example.org. 60 IN TXT \"x\"\n"
                  "www.example.org. 60 IN MX 1 a.example.org.\n"
                  "www.example.org. 60 IN A 192.0.2.200\n"
                  "www.example.org. 60 IN A 192.0.2.1\n"
                  "www.example.org. 60 IN AAAA 2001:db8::1\n"
                  "www.example.org. 60 IN A 192.0.2.2\n"
                  "www.example.org. 60 IN CNAME a.example.org.\n");
  bed.behind->add(dns::Section::authority, "example.org. 60 IN A 192.0.2.200\n");
  for (int i = 0; i < 20; ++i) {
    const Lines seen = test::lines(bed.ask().answer());
    REQUIRE(seen.size() == 7);
    CHECK(seen[0] == "www.example.org. 60 IN CNAME a.example.org.");
    CHECK(seen[1] == "www.example.org. 60 IN A 192.0.2.2");
    CHECK(seen[2] == "www.example.org. 60 IN AAAA 2001:db8::1");
    CHECK(seen[3] == "www.example.org. 60 IN A 192.0.2.1");
    CHECK(seen[4] == "www.example.org. 60 IN A 192.0.2.200");
    CHECK(seen[5] == "www.example.org. 60 IN MX 1 a.example.org.");
  }
}

TEST_CASE("an address comes first as often as it weighs", "[loadbalance]") {
  const File file("# heavy and light\nWWW.example.org\n 192.0.2.2 4\n192.0.2.3\t1\n");
  Bed bed("loadbalance weighted " + file.path());
  bed.start();
  bed.behind->add(dns::Section::answer,
                  std::string("a.example.org. 60 IN CNAME www.example.org.\n") + kThree);
  std::map<std::string, int> first;
  for (int i = 0; i < 600; ++i) {
    const Lines seen = test::lines(bed.ask().answer());
    REQUIRE(seen.size() == 4);
    ++first[seen[1]];
  }
  CHECK(std::abs(first["www.example.org. 60 IN A 192.0.2.2"] - 400) < 80);
  CHECK(std::abs(first["www.example.org. 60 IN A 192.0.2.1"] - 100) < 60);
  for (int i = 0; i < 20; ++i) {
    CHECK(test::lines(bed.ask("www.example.org. TXT").answer())[1] ==
          "www.example.org. 60 IN A 192.0.2.1");
  }
}

TEST_CASE("nothing is allocated for a query", "[loadbalance]") {
  const File file("www.example.org\n192.0.2.2 4\n");
  for (const std::string& block : {std::string("loadbalance {\nprefer 192.0.2.2/32\n}"),
                                   "loadbalance weighted " + file.path()}) {
    Bed bed(block);
    bed.start();
    bed.behind->add(dns::Section::answer, kThree);
    bed.behind->add(dns::Section::answer, "www.example.org. 60 IN CNAME a.example.org.");
    bed.ask();
    const auto message = dns::MessageView::parse(bed.bytes);
    const std::uint64_t before = test::allocations_here;
    bed.query.begin(*message, Transport(), TimePoint());
    const Reply reply = bed.read.chain().first()(bed.query);
    CHECK(test::allocations_here == before);
    CHECK(reply.ready());
  }
}

struct FileCase {
  const char* name;
  const char* text;
  const char* error;  ///< FILE stands for its name.
};

const FileCase kFiles[] = {
    {"an address without weight", "www.example.org\n192.0.2.1\n",
     "plugin/loadbalance: wrong domain name:\"192.0.2.1\" in weight file FILE. (Maybe a missing "
     "weight value?)"},
    {"no address", "www.example.org\n192.0.2 1\n",
     "plugin/loadbalance: wrong IP address:\"192.0.2\" in weight file FILE"},
    {"a weight of 0", "www.example.org\n192.0.2.1 0\n",
     "plugin/loadbalance: wrong weight value:\"0\" in weight file FILE"},
    {"a weight of 256", "www.example.org\n192.0.2.1 256\n",
     "plugin/loadbalance: wrong weight value:\"256\" in weight file FILE"},
    {"no name", "# nobody\n192.0.2.1 2\n",
     "plugin/loadbalance: missing domain name in weight file FILE"},
    {"three words", "www.example.org\n192.0.2.1 2 3\n",
     "plugin/loadbalance: could not parse weight line:\"192.0.2.1 2 3\" in weight file FILE"},
};

TEST_CASE("a bad weight file keeps the server from starting", "[loadbalance]") {
  for (const FileCase& c : kFiles) {
    DYNAMIC_SECTION(c.name) {
      const File file(c.text);
      Bed bed("loadbalance weighted " + file.path());
      std::string error = c.error;
      error.replace(error.find("FILE"), 4, file.path());
      CHECK_THROWS_WITH(bed.start(), error);
    }
  }
  Bed missing("loadbalance weighted /nowhere/weights {\nreload 0s\n}");
  CHECK_THROWS_WITH(missing.start(),
                    "plugin/loadbalance: open /nowhere/weights: no such file or directory");
}

TEST_CASE("a weight file that is not there yet is waited for", "[loadbalance]") {
  Bed bed("loadbalance weighted /nowhere/weights");
  bed.start();
  CHECK(bed.read.log().lines ==
        Texts{"[WARNING] plugin/loadbalance: Failed to open weight file: open /nowhere/weights: no "
              "such file or directory. Will try again in 30s"});
  bed.behind->add(dns::Section::answer, kThree);
  CHECK(bed.ask().answer().size() == 3);
  for (Startable* one : bed.read.chain().with<Startable>()) one->stop();
}

TEST_CASE("a weight file is read again when it has changed", "[loadbalance]") {
  const File file("www.example.org\n192.0.2.1 2\n");
  test::LogLines log;
  epoch::Domain epoch;
  Arena arena;
  const dns::Record record = test::record("www.example.org. 60 IN A 192.0.2.1", arena);
  WeightFile weights(file.path(), Duration::zero(), epoch, Log(log));
  weights.start();
  weights.reload();
  CHECK(log.lines.empty());
  CHECK(weights.weights()->of(record) == 2);
  file.write("www.example.org\n192.0.2.1 nothing\n");
  weights.reload();
  weights.reload();
  CHECK(log.lines == Texts{"[ERROR] wrong weight value:\"nothing\" in weight file " + file.path()});
  CHECK(weights.weights()->of(record) == 2);
  file.write("www.example.org\n192.0.2.1 7\n");
  weights.reload();
  CHECK(log.lines.back() == "[INFO] Successfully reloaded weight file " + file.path());
  CHECK(weights.weights()->of(record) == 7);
  CHECK(weights.weights()->of(test::record("www.example.org. 60 IN AAAA 2001:db8::1", arena)) == 1);
  CHECK(weights.weights()->of(test::record("example.org. 60 IN A 192.0.2.1", arena)) == 1);
}

struct Mistake {
  const char* name;
  const char* block;
  const char* error;
};

const Mistake kMistakes[] = {
    {"another policy", "loadbalance best",
     "Corefile:2: loadbalance: unknown policy: best; expected round_robin or weighted"},
    {"words behind round_robin", "loadbalance round_robin fast",
     "Corefile:2: loadbalance: unknown property for round_robin"},
    {"weighted without a file", "loadbalance weighted",
     "Corefile:2: loadbalance: missing weight file argument"},
    {"two files", "loadbalance weighted a b", "Corefile:2: loadbalance: unexpected argument(s)"},
    {"a duration that is none", "loadbalance weighted a {\nreload often\n}",
     "Corefile:3: loadbalance: invalid reload duration 'often' (expected a duration such as 30s of "
     "at least 0s)"},
    {"an address for a network", "loadbalance {\nprefer 192.0.2.1\n}",
     "Corefile:3: loadbalance: invalid CIDR \"192.0.2.1\": invalid CIDR address: 192.0.2.1"},
    {"too long a prefix", "loadbalance {\nprefer 192.0.2.1/33\n}",
     "Corefile:3: loadbalance: invalid CIDR \"192.0.2.1/33\": invalid CIDR address: 192.0.2.1/33"},
    {"prefer with weights", "loadbalance weighted a {\nprefer 192.0.2.0/24\n}",
     "Corefile:3: loadbalance: 'prefer' does not go with weighted"},
    {"reload without weights", "loadbalance {\nreload 1m\n}",
     "Corefile:3: loadbalance: 'reload' only goes with weighted"},
};

TEST_CASE("loadbalance refuses what it does not understand", "[loadbalance]") {
  for (const Mistake& m : kMistakes) {
    DYNAMIC_SECTION(m.name) {
      const test::PluginSetup read("loadbalance", setup, m.block);
      CHECK(read.errors() == Texts{m.error});
    }
  }
}

}  // namespace
}  // namespace catena::loadbalance
