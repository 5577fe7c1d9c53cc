// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/controllers/controller.hpp"

#include "cmd/kubesim/controllers/kinds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::kubesim {
namespace {

constexpr std::size_t kMaximumEvents = 1000;

void forget_oldest_event(Store& store, const Resource& events) {
  const Objects& all = store.objects(events);
  if (all.size() < kMaximumEvents) return;
  const auto oldest =
      std::ranges::min_element(all, {}, [](const auto& entry) { return entry.second->version(); });
  const ObjectPtr event = oldest->second;
  static_cast<void>(store.remove(events, event->space(), event->name()));
}

}  // namespace

void WorkQueue::add(Controller& controller, Key key) {
  Item item{&controller, std::move(key)};
  if (!waiting_.insert(item).second) return;
  order_.push_back(std::move(item));
  if (order_.size() == 1 && wake_) wake_();
}

void WorkQueue::add_later(Controller& controller, Key key, std::chrono::milliseconds delay) {
  if (!later_ || delay.count() <= 0) {
    add(controller, std::move(key));
    return;
  }
  later_(delay, [this, &controller, key = std::move(key)] { add(controller, key); });
}

bool WorkQueue::run_one() {
  if (order_.empty()) return false;
  const Item item = std::move(order_.front());
  order_.pop_front();
  waiting_.erase(item);
  item.first->reconcile(item.second);
  return true;
}

void WorkQueue::run_all() {
  while (run_one()) {
  }
}

std::pair<std::string, std::string> split_key(const Key& key) {
  const std::size_t slash = key.find('/');
  if (slash == key.npos) return {"", key};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

Json owner_reference(const Resource& resource, const Object& owner) {
  return object({{"apiVersion", resource.api_version()},
                 {"kind", resource.kind},
                 {"name", owner.name()},
                 {"uid", owner.uid()},
                 {"controller", true},
                 {"blockOwnerDeletion", true}});
}

std::string_view controller_uid(const Object& dependent) {
  for (const Json& reference : dependent.json().at("metadata.ownerReferences").items()) {
    if (reference["controller"].boolean()) return reference["uid"].text();
  }
  return {};
}

std::vector<ObjectPtr> controlled(const Store& store,
                                  const Resource& resource,
                                  const Object& owner) {
  std::vector<ObjectPtr> result;
  const Objects& all = store.objects(resource);
  const std::string prefix = std::string(owner.space()) + "/";
  for (auto each = all.lower_bound(prefix); each != all.end(); ++each) {
    if (!each->first.starts_with(prefix)) break;
    if (controller_uid(*each->second) == owner.uid()) result.push_back(each->second);
  }
  return result;
}

bool pod_ready(const Json& pod) {
  for (const Json& condition : pod.at("status.conditions").items()) {
    if (condition["type"].text() == "Ready") return condition["status"].text() == "True";
  }
  return false;
}

bool pod_finished(const Json& pod) {
  const std::string_view phase = pod.at("status.phase").text();
  return phase == "Succeeded" || phase == "Failed";
}

std::string template_hash(const Json& pod_template) {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : pod_template.write()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  std::string text;
  for (int i = 0; i < 9; ++i, hash /= kLetters.size()) text += kLetters[hash % kLetters.size()];
  return text;
}

void delete_pod(Cluster& cluster, const Object& pod) {
  if (pod.terminating()) return;
  Json json = pod.json();
  const std::int64_t grace = json.at("spec.terminationGracePeriodSeconds").integer(30);
  Json& metadata = json.member("metadata");
  metadata.set("deletionTimestamp", timestamp(cluster.store.now() + std::chrono::seconds(grace)));
  metadata.set("deletionGracePeriodSeconds", grace);
  static_cast<void>(cluster.store.replace(pods(), std::move(json)));
}

void record_event(Cluster& cluster,
                  const Object& involved,
                  std::string_view reason,
                  std::string_view message,
                  std::string_view component) {
  const Resource& events = resource_named("events");
  forget_oldest_event(cluster.store, events);
  const std::string now = timestamp(cluster.store.now());
  const Json& about = involved.json();
  const std::string name =
      fmt::format("{}.{:x}{}", involved.name(), cluster.store.version(), random_suffix(6));
  Json event =
      object({{"metadata", object({{"name", name}, {"namespace", involved.space()}})},
              {"involvedObject", object({{"kind", about["kind"]},
                                         {"namespace", involved.space()},
                                         {"name", involved.name()},
                                         {"uid", involved.uid()},
                                         {"apiVersion", about["apiVersion"]},
                                         {"resourceVersion", std::to_string(involved.version())}})},
              {"reason", reason},
              {"message", message},
              {"source", object({{"component", component}})},
              {"firstTimestamp", now},
              {"lastTimestamp", now},
              {"count", 1},
              {"type", "Normal"},
              {"reportingComponent", component},
              {"reportingInstance", ""}});
  static_cast<void>(cluster.store.create(events, std::move(event)));
}

}  // namespace catena::kubesim
