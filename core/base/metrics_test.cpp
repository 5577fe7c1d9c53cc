// SPDX-License-Identifier: Apache-2.0
#include "core/base/metrics.hpp"

#include <catch2/catch.hpp>

namespace catena::metrics {
namespace {

constexpr Lane kFirst{1};

TEST_CASE("a counter sums its lanes", "[metrics]") {
  Registry registry(3);
  Counter& counter = registry.counter("catena_things_total", "Things.");
  counter.add(Lane::shared);
  counter.add(kFirst, 2);
  CHECK(counter.value() == 3);
}

TEST_CASE("the same name and labels are the same counter, also after a reload", "[metrics]") {
  Registry registry(2);
  Counter& first = registry.counter("x_total", "X.", {{"server", "dns://:53"}});
  Counter& again = registry.counter("x_total", "X.", {{"server", "dns://:53"}});
  Counter& other = registry.counter("x_total", "X.", {{"server", "dns://:54"}});
  CHECK(&first == &again);
  CHECK(&first != &other);
}

TEST_CASE("a name cannot be two kinds of metric", "[metrics]") {
  Registry registry(2);
  registry.counter("x_total", "X.");
  CHECK_THROWS(registry.gauge("x_total", "X."));
}

TEST_CASE("the text is what Prometheus reads", "[metrics]") {
  Registry registry(2);
  registry.gauge("b_entries", "Entries.", {{"type", "a\"b\\c\nd"}}).set(1.5);
  Histogram& histogram = registry.histogram("a_seconds", "Time.", slim_time_buckets());
  histogram.observe(kFirst, 0.002);
  histogram.observe(Lane::shared, 9);
  CHECK(registry.text() ==
        "# HELP a_seconds Time.\n# TYPE a_seconds histogram\n"
        "a_seconds_bucket{le=\"0.00025\"} 0\n"
        "a_seconds_bucket{le=\"0.0025\"} 1\n"
        "a_seconds_bucket{le=\"0.025\"} 1\n"
        "a_seconds_bucket{le=\"0.25\"} 1\n"
        "a_seconds_bucket{le=\"2.5\"} 1\n"
        "a_seconds_bucket{le=\"+Inf\"} 2\n"
        "a_seconds_sum 9.002\n"
        "a_seconds_count 2\n"
        "# HELP b_entries Entries.\n# TYPE b_entries gauge\n"
        "b_entries{type=\"a\\\"b\\\\c\\nd\"} 1.5\n");
}

TEST_CASE("labels are sorted by name, and their order does not make another series", "[metrics]") {
  Registry registry(2);
  registry.counter("x_total", "X.", {{"zone", "."}, {"proto", "udp"}}).add(kFirst);
  registry.counter("x_total", "X.", {{"proto", "udp"}, {"zone", "."}}).add(kFirst);
  CHECK(registry.text() ==
        "# HELP x_total X.\n# TYPE x_total counter\nx_total{proto=\"udp\",zone=\".\"} 2\n");
}

TEST_CASE("help is one line, also where its text has two", "[metrics]") {
  Registry registry(2);
  registry.counter("x_total", "a\\b\nc \"d\"");
  CHECK(registry.text() == "# HELP x_total a\\\\b\\nc \"d\"\n# TYPE x_total counter\nx_total 0\n");
}

TEST_CASE("numbers are written as Go writes them", "[metrics]") {
  struct Row {
    double number;
    const char* text;
  };
  const Row rows[] = {{0, "0"},
                      {1, "1"},
                      {0.00025, "0.00025"},
                      {0.0001, "0.0001"},
                      {0.00001, "1e-05"},
                      {0.000025, "2.5e-05"},
                      {8.192, "8.192"},
                      {64000, "64000"},
                      {123456, "123456"},
                      {1000000, "1e+06"},
                      {-0.5, "-0.5"},
                      {1767225600.25, "1.76722560025e+09"},
                      {1e300, "1e+300"},
                      {0.1 + 0.2, "0.30000000000000004"}};
  for (const Row& row : rows) CHECK(number_text(row.number) == row.text);
}

TEST_CASE("a histogram's sum does not run over", "[metrics]") {
  Registry registry(2);
  Histogram& histogram = registry.histogram("x_bytes", "X.", size_buckets());
  for (int i = 0; i < 400'000; ++i) histogram.observe(kFirst, 64000);
  CHECK(histogram.snapshot().sum == 400'000 * 64000.0);
}

TEST_CASE("a sampled series is asked for when it is read, as long as its handle lives",
          "[metrics]") {
  Registry registry(2);
  double value = 1;
  const std::string head = "# HELP x X.\n# TYPE x gauge\n";
  Sampled kept;
  {
    Sampled first = registry.sampled("x", "X.", SampledType::gauge, {}, [&] { return value; });
    value = 2;
    CHECK(registry.text() == head + "x 2\n");
    kept = std::move(first);
  }
  CHECK(registry.text() == head + "x 2\n");
  {
    const Sampled newer = registry.sampled("x", "X.", SampledType::gauge, {}, [] { return 7.5; });
    CHECK(registry.text() == head + "x 7.5\n");
  }
  CHECK(registry.text() == head + "x 2\n");
  kept = {};
  CHECK(registry.text().empty());
}

TEST_CASE("buckets are the reference's", "[metrics]") {
  CHECK(time_buckets().size() == 16);
  CHECK(time_buckets().back() == Approx(8.192));
  CHECK(size_buckets().back() == 64000);
}

}  // namespace
}  // namespace catena::metrics
