// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/patch.hpp"

#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

struct Case {
  const char* name;
  const char* before;
  const char* patch;
  const char* after;
};

TEST_CASE("a merge patch follows RFC 7396") {
  const auto c = GENERATE(values<Case>({
      {.name = "a member is set", .before = "{a: 1}", .patch = "{b: 2}", .after = "{a: 1, b: 2}"},
      {.name = "null removes", .before = "{a: 1, b: 2}", .patch = "{a: null}", .after = "{b: 2}"},
      {.name = "objects are merged",
       .before = "{a: {b: 1, c: 2}}",
       .patch = "{a: {b: 3}}",
       .after = "{a: {b: 3, c: 2}}"},
      {.name = "lists are replaced",
       .before = "{a: [{name: x}]}",
       .patch = "{a: [1]}",
       .after = "{a: [1]}"},
      {.name = "nulls inside of what is new are left out",
       .before = "{}",
       .patch = "{a: {b: null, c: 1}}",
       .after = "{a: {c: 1}}"},
  }));
  DYNAMIC_SECTION(c.name) {
    Json json = yaml(c.before);
    merge_patch(json, yaml(c.patch));
    CHECK(json.write() == yaml(c.after).write());
  }
}

TEST_CASE("a strategic patch merges lists by their key") {
  const auto c = GENERATE(values<Case>({
      {.name = "ports of a Service by port",
       .before = "{ports: [{name: a, port: 80, targetPort: 80}, {name: b, port: 81}]}",
       .patch = "{ports: [{port: 81, name: c}, {port: 82, name: d}]}",
       .after = "{ports: [{name: a, port: 80, targetPort: 80}, {name: c, port: 81}, "
                "{port: 82, name: d}]}"},
      {.name = "one port number over two protocols",
       .before =
           "{ports: [{name: u, port: 53, protocol: UDP}, {name: t, port: 53, protocol: TCP}]}",
       .patch = "{ports: [{port: 53, protocol: TCP, name: x}]}",
       .after =
           "{ports: [{name: u, port: 53, protocol: UDP}, {name: x, port: 53, protocol: TCP}]}"},
      {.name = "an element is deleted by its key",
       .before = "{ports: [{name: a, port: 80}, {name: b, port: 81}]}",
       .patch = "{ports: [{$patch: delete, port: 80}]}",
       .after = "{ports: [{name: b, port: 81}]}"},
      {.name = "what kubectl apply sends when a port changes",
       .before = "{ports: [{name: http, port: 80, protocol: TCP}, {name: m, port: 91}]}",
       .patch = "{$setElementOrder/ports: [{port: 92}, {port: 80}], ports: [{name: s, port: 92}, "
                "{$patch: delete, port: 91}]}",
       .after = "{ports: [{name: s, port: 92}, {name: http, port: 80, protocol: TCP}]}"},
      {.name = "containers by name, env by name inside of them",
       .before = "{containers: [{name: c, image: i, env: [{name: A, value: '1'}]}]}",
       .patch = "{containers: [{name: c, env: [{name: B, value: '2'}]}]}",
       .after = "{containers: [{name: c, image: i, env: [{name: A, value: '1'}, "
                "{name: B, value: '2'}]}]}"},
      {.name = "container ports by containerPort",
       .before = "{ports: [{name: a, containerPort: 80}]}",
       .patch = "{ports: [{containerPort: 80, name: b}]}",
       .after = "{ports: [{name: b, containerPort: 80}]}"},
      {.name = "conditions by type",
       .before = "{conditions: [{type: Ready, status: 'False'}, {type: X, status: 'True'}]}",
       .patch = "{conditions: [{type: Ready, status: 'True'}]}",
       .after = "{conditions: [{type: Ready, status: 'True'}, {type: X, status: 'True'}]}"},
      {.name = "a list without a key is replaced",
       .before = "{args: [a, b]}",
       .patch = "{args: [c]}",
       .after = "{args: [c]}"},
      {.name = "an object is replaced",
       .before = "{selector: {a: x, b: y}}",
       .patch = "{selector: {$patch: replace, c: z}}",
       .after = "{selector: {c: z}}"},
      {.name = "a list is replaced",
       .before = "{ports: [{port: 80}]}",
       .patch = "{ports: [{port: 81}, {$patch: replace}]}",
       .after = "{ports: [{port: 81}]}"},
      {.name = "finalizers are a set",
       .before = "{finalizers: [a, b]}",
       .patch = "{$deleteFromPrimitiveList/finalizers: [a], finalizers: [b, c]}",
       .after = "{finalizers: [b, c]}"},
      {.name = "only the named keys are kept",
       .before = "{strategy: {type: RollingUpdate, rollingUpdate: {a: 1}}}",
       .patch = "{strategy: {$retainKeys: [type], type: Recreate}}",
       .after = "{strategy: {type: Recreate}}"},
      {.name = "null removes",
       .before = "{annotations: {a: x, b: y}}",
       .patch = "{annotations: {a: null}}",
       .after = "{annotations: {b: y}}"},
  }));
  DYNAMIC_SECTION(c.name) {
    Json json = yaml(c.before);
    strategic_patch(json, yaml(c.patch));
    CHECK(json.write() == yaml(c.after).write());
  }
}

TEST_CASE("a JSON patch is applied as a whole or not at all") {
  const auto c = GENERATE(values<Case>({
      {.name = "add to an object",
       .before = "{a: 1}",
       .patch = "[{op: add, path: /b, value: 2}]",
       .after = "{a: 1, b: 2}"},
      {.name = "add in a list and at its end",
       .before = "{a: [1]}",
       .patch = "[{op: add, path: /a/0, value: 0}, {op: add, path: /a/-, value: 2}]",
       .after = "{a: [0, 1, 2]}"},
      {.name = "remove and replace",
       .before = "{a: 1, b: 2}",
       .patch = "[{op: remove, path: /a}, {op: replace, path: /b, value: 3}]",
       .after = "{b: 3}"},
      {.name = "move and copy",
       .before = "{a: {x: 1}}",
       .patch = "[{op: copy, from: /a/x, path: /b}, {op: move, from: /a/x, path: /c}]",
       .after = "{a: {}, b: 1, c: 1}"},
      {.name = "escaped slashes and tildes",
       .before = "{a/b: 1, c~d: 2}",
       .patch = "[{op: remove, path: /a~1b}, {op: replace, path: /c~0d, value: 3}]",
       .after = "{c~d: 3}"},
      {.name = "a test that fails",
       .before = "{a: 1}",
       .patch = "[{op: add, path: /b, value: 1}, {op: test, path: /a, value: 2}]",
       .after = nullptr},
      {.name = "a path that is not there",
       .before = "{a: 1}",
       .patch = "[{op: remove, path: /b}]",
       .after = nullptr},
      {.name = "an index that is too high",
       .before = "{a: [1]}",
       .patch = "[{op: add, path: /a/2, value: 1}]",
       .after = nullptr},
      {.name = "an unknown operation",
       .before = "{a: 1}",
       .patch = "[{op: turn, path: /a}]",
       .after = nullptr},
      {.name = "a member of a number",
       .before = "{a: 1}",
       .patch = "[{op: add, path: /a/b, value: 1}]",
       .after = nullptr},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto json = json_patch(yaml(c.before), yaml(c.patch));
    REQUIRE(json.has_value() == (c.after != nullptr));
    if (json) CHECK(json->write() == yaml(c.after).write());
  }
}

TEST_CASE("copies cannot make an object grow without end") {
  Json operations = array();
  for (int i = 0; i < 64; ++i) {
    operations.push(object({{"op", "copy"}, {"from", ""}, {"path", "/again"}}));
  }
  CHECK_FALSE(json_patch(object({{"a", 1}}), operations));
}

}  // namespace
}  // namespace catena::kubesim
