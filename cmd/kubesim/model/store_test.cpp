// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/store.hpp"

#include "cmd/kubesim/model/watch.hpp"
#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

class Fixture {
 public:
  explicit Fixture(std::size_t history = 100)
      : store({history, 10}, [] { return *parse_timestamp("2026-11-22T14:25:08Z"); }) {}

  ObjectPtr create(const std::string& name, const std::string& labels = "{}") {
    auto made =
        store.create(services, yaml("{metadata: {name: " + name +
                                    ", namespace: shop, labels: " + labels + "}, spec: {x: 1}}"));
    REQUIRE(made);
    return *made;
  }

  ObjectPtr change(const std::string& name, const std::string& labels) {
    Json json = store.get(services, "shop", name)->json();
    json.member("metadata").set("labels", yaml(labels));
    auto stored = store.replace(services, std::move(json));
    REQUIRE(stored);
    return *stored;
  }

  Store store;
  const Resource& services = resource_named("services");
};

TEST_CASE_METHOD(Fixture, "an object gets its identity when it is created") {
  const ObjectPtr web = create("web");
  CHECK(web->text().starts_with(
      R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":"shop","uid":")"));
  CHECK(web->item_text().starts_with(R"({"metadata":{"name":"web")"));
  CHECK(web->json().at("metadata.resourceVersion").text() == "11");
  CHECK(web->json().at("metadata.creationTimestamp").text() == "2026-11-22T14:25:08Z");
  CHECK(web->uid().size() == 36);
  CHECK(create("db")->version() == 12);
  const auto again = store.create(services, yaml("{metadata: {name: web, namespace: shop}}"));
  REQUIRE_FALSE(again);
  CHECK(again.error().code == 409);
  CHECK(again.error().reason == "AlreadyExists");
}

TEST_CASE_METHOD(Fixture, "a replacement without a difference changes nothing") {
  const ObjectPtr web = create("web", "{a: b}");
  CHECK(change("web", "{a: b}") == web);
  CHECK(store.version() == web->version());
}

TEST_CASE_METHOD(Fixture, "a replacement of an old version is a conflict") {
  const ObjectPtr old = create("web");
  change("web", "{a: b}");
  Json json = old->json();
  json.member("metadata").set("labels", yaml("{c: d}"));
  const auto stored = store.replace(services, json);
  REQUIRE_FALSE(stored);
  CHECK(stored.error().reason == "Conflict");
  json.member("metadata").erase("resourceVersion");
  CHECK(store.replace(services, json));
}

TEST_CASE_METHOD(Fixture, "a generation counts changes of the intent, not of the state") {
  const Resource& pods = resource_named("pods");
  auto pod = *store.create(pods, yaml("{metadata: {name: p, namespace: shop}, spec: {a: 1}}"));
  Json json = pod->json();
  json.set("status", yaml("{phase: Running}"));
  pod = *store.replace(pods, json);
  CHECK(pod->json().at("metadata.generation").integer() == 1);
  json = pod->json();
  json.member("spec").set("a", 2);
  pod = *store.replace(pods, json);
  CHECK(pod->json().at("metadata.generation").integer() == 2);
}

TEST_CASE_METHOD(Fixture, "the state at an older version is what it was") {
  create("a");
  const std::uint64_t then = create("b", "{x: old}")->version();
  change("b", "{x: new}");
  create("c");
  REQUIRE(store.remove(services, "shop", "a"));
  const auto objects = store.objects_at(services, then);
  REQUIRE(objects);
  CHECK(objects->size() == 2);
  CHECK(objects->contains("shop/a"));
  CHECK(objects->at("shop/b")->labels()["x"].text() == "old");
  CHECK(store.objects(services).size() == 2);
}

TEST_CASE("history is bounded") {
  Fixture fixture(3);
  for (const char* name : {"a", "b", "c", "d", "e"}) fixture.create(name);
  const Resource& services = fixture.services;
  CHECK(fixture.store.version() == 15);
  CHECK(fixture.store.oldest(services) == 12);
  CHECK_FALSE(fixture.store.changes_since(services, 11));
  CHECK_FALSE(fixture.store.objects_at(services, 11));
  CHECK(fixture.store.changes_since(services, 12)->size() == 3);
  CHECK(fixture.store.changes_since(services, 15)->empty());
  CHECK(fixture.store.changes_since(services, 99)->empty());
  fixture.store.forget_history();
  CHECK_FALSE(fixture.store.changes_since(services, 14));
  CHECK(fixture.store.changes_since(services, 15));
}

TEST_CASE_METHOD(Fixture, "a restored store is as it was, and its versions go back") {
  create("a");
  const std::uint64_t then = create("b")->version();
  create("c");
  REQUIRE(store.remove(services, "shop", "a"));
  store.restore(then);
  CHECK(store.version() == then);
  CHECK(store.objects(services).size() == 2);
  CHECK(store.objects(services).contains("shop/a"));
  CHECK_FALSE(store.changes_since(services, then - 1));
}

TEST_CASE_METHOD(Fixture, "a watch tells what a change means to its selector") {
  struct Case {
    const char* name;
    const char* before;
    const char* after;
    std::optional<Watch::Event::Type> told;
  };
  using Type = Watch::Event::Type;
  const auto c = GENERATE(values<Case>({
      {.name = "enters the selector", .before = "{}", .after = "{app: web}", .told = Type::Added},
      {.name = "stays in it",
       .before = "{app: web}",
       .after = "{app: web, x: y}",
       .told = Type::Modified},
      {.name = "leaves it", .before = "{app: web}", .after = "{app: db}", .told = Type::Deleted},
      {.name = "stays outside", .before = "{}", .after = "{app: db}", .told = std::nullopt},
  }));
  DYNAMIC_SECTION(c.name) {
    create("web", c.before);
    Watch::Settings settings;
    settings.resource = &services;
    settings.filter.labels = *LabelSelector::parse("app=web");
    settings.after = store.version();
    Watch watch(settings, 10);
    store.observe([&](const Change& change) { watch.offer(change); });
    const ObjectPtr now = change("web", c.after);
    const auto event = watch.next();
    REQUIRE(event.has_value() == c.told.has_value());
    if (!event) return;
    CHECK(event->type == *c.told);
    CHECK(event->object->version() == now->version());
    // What left the selector is shown as it was, with the version of the change.
    if (*c.told == Type::Deleted) CHECK(event->object->labels()["app"].text() == "web");
  }
}

TEST_CASE_METHOD(Fixture, "a watcher that does not read is dropped and counted") {
  Watch::Settings settings;
  settings.resource = &services;
  const auto watch = std::make_shared<Watch>(settings, 2);
  WatchHub hub;
  hub.add(watch);
  store.observe([&](const Change& change) { hub.publish(change); });
  create("a");
  create("b");
  CHECK(watch->ended() == Watch::End::Open);
  create("c");
  CHECK(watch->ended() == Watch::End::Abrupt);
  CHECK_FALSE(watch->next());
  hub.remove(watch);
  CHECK(hub.dropped() == 1);
  CHECK(hub.size() == 0);
}

TEST_CASE("events of the start do not count towards the limit") {
  Watch::Settings settings;
  Watch watch(settings, 1);
  watch.preload(std::vector<Watch::Event>(5));
  CHECK(watch.ended() == Watch::End::Open);
  int events = 0;
  while (watch.next()) ++events;
  CHECK(events == 5);
}

TEST_CASE("time stamps") {
  const auto time = parse_timestamp("2026-11-22T14:25:08Z");
  REQUIRE(time);
  CHECK(timestamp(*time) == "2026-11-22T14:25:08Z");
  CHECK_FALSE(parse_timestamp("yesterday"));
}

}  // namespace
}  // namespace catena::kubesim
