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

TEST_CASE("buckets are the reference's", "[metrics]") {
  CHECK(time_buckets().size() == 16);
  CHECK(time_buckets().back() == Approx(8.192));
  CHECK(size_buckets().back() == 64000);
}

}  // namespace
}  // namespace catena::metrics
