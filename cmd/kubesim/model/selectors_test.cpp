// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/selectors.hpp"

#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

TEST_CASE("label selectors") {
  struct Case {
    const char* name;
    const char* selector;
    const char* labels;
    bool matches;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "nothing asked", .selector = "", .labels = "{}", .matches = true},
      {.name = "equal", .selector = "app=web", .labels = "{app: web}", .matches = true},
      {.name = "doubled equals sign",
       .selector = "app==web",
       .labels = "{app: web}",
       .matches = true},
      {.name = "another value", .selector = "app=web", .labels = "{app: db}", .matches = false},
      {.name = "no such label", .selector = "app=web", .labels = "{}", .matches = false},
      {.name = "unequal", .selector = "app!=web", .labels = "{app: db}", .matches = true},
      {.name = "unequal to what is not there",
       .selector = "app!=web",
       .labels = "{}",
       .matches = true},
      {.name = "in a set", .selector = "app in (web, db)", .labels = "{app: db}", .matches = true},
      {.name = "not in a set",
       .selector = "app notin (web,db)",
       .labels = "{app: db}",
       .matches = false},
      {.name = "there",
       .selector = "kubernetes.io/name",
       .labels = "{kubernetes.io/name: x}",
       .matches = true},
      {.name = "not there", .selector = "!app", .labels = "{app: web}", .matches = false},
      {.name = "all of them",
       .selector = "a=1,b in (2,3),!c",
       .labels = "{a: '1', b: '3'}",
       .matches = true},
      {.name = "one of them fails",
       .selector = "a=1,b=2",
       .labels = "{a: '1', b: '3'}",
       .matches = false},
      {.name = "an empty value", .selector = "a=", .labels = "{a: ''}", .matches = true},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto selector = LabelSelector::parse(c.selector);
    REQUIRE(selector);
    CHECK(selector->matches(yaml(c.labels)) == c.matches);
  }
}

TEST_CASE("label selectors that cannot be read") {
  const auto* text = GENERATE("=x", "a in b", "a within (b)", "a b", "(a)", "!");
  CAPTURE(text);
  CHECK_FALSE(LabelSelector::parse(text));
}

TEST_CASE("a workload's selector") {
  const LabelSelector selector = LabelSelector::from_json(yaml(
      "{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: NotIn, values: [db]}, "
      "{key: x, operator: Exists}, {key: y, operator: DoesNotExist}]}"));
  CHECK(selector.matches(yaml("{app: web, x: ''}")));
  CHECK_FALSE(selector.matches(yaml("{app: web}")));
  CHECK_FALSE(selector.matches(yaml("{app: web, x: '', tier: db}")));
  CHECK_FALSE(selector.matches(yaml("{app: web, x: '', y: ''}")));
  CHECK(selector.write() == "app=web,tier!=db,x,!y");
}

TEST_CASE("field selectors") {
  struct Case {
    const char* name;
    const char* selector;
    bool matches;
  };
  const Json pod = yaml(
      "{metadata: {name: web-0, namespace: shop}, spec: {nodeName: n1}, status: {phase: Running}, "
      "involvedObject: {uid: u1}, count: 3}");
  const auto c = GENERATE(values<Case>({
      {.name = "by name", .selector = "metadata.name=web-0", .matches = true},
      {.name = "by another name", .selector = "metadata.name=web-1", .matches = false},
      {.name = "as CoreDNS asks for pods",
       .selector = "status.phase!=Succeeded,status.phase!=Failed,status.phase!=Unknown",
       .matches = true},
      {.name = "a phase that is excluded", .selector = "status.phase!=Running", .matches = false},
      {.name = "what is not there is empty", .selector = "spec.hostname=", .matches = true},
      {.name = "of an event",
       .selector = "involvedObject.uid=u1,metadata.namespace=shop",
       .matches = true},
      {.name = "a number", .selector = "count=3", .matches = true},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto selector = FieldSelector::parse(c.selector);
    REQUIRE(selector);
    CHECK(selector->matches(pod) == c.matches);
  }
  CHECK_FALSE(FieldSelector::parse("metadata.name"));
  CHECK_FALSE(FieldSelector::parse("=x"));
}

}  // namespace
}  // namespace catena::kubesim
