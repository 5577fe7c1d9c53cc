// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/controllers/pods.hpp"

#include "cmd/kubesim/controllers/kinds.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

constexpr std::string_view kReadyAnnotation = "catena/ready";
constexpr std::string_view kAddressAnnotation = "catena/ip";

bool wants_ready(const Object& pod) {
  return pod.annotations()[kReadyAnnotation].text() != "false";
}

Json condition(std::string_view type, bool holds, std::string_view since) {
  return object({{"type", type},
                 {"status", holds ? "True" : "False"},
                 {"lastProbeTime", nullptr},
                 {"lastTransitionTime", since}});
}

Json conditions(bool ready, std::string_view now) {
  return array({condition("PodReadyToStartContainers", true, now),
                condition("Initialized", true, now), condition("Ready", ready, now),
                condition("ContainersReady", ready, now), condition("PodScheduled", true, now)});
}

Json container_statuses(const Json& spec, bool ready, std::string_view now) {
  Json result = array();
  for (const Json& container : spec["containers"].items()) {
    result.push(object({{"name", container["name"]},
                        {"state", object({{"running", object({{"startedAt", now}})}})},
                        {"lastState", object()},
                        {"ready", ready},
                        {"restartCount", 0},
                        {"image", container["image"]},
                        {"imageID", ""},
                        {"started", true}}));
  }
  return result;
}

Json address_entries(const std::vector<std::string>& addresses) {
  Json result = array();
  for (const std::string& address : addresses) result.push(object({{"ip", address}}));
  return result;
}

std::string_view node_address(const Object& node) {
  return node.json().at("status.addresses").empty()
             ? std::string_view()
             : node.json().at("status.addresses").items().front()["address"].text();
}

}  // namespace

PodController::PodController(Cluster& cluster, WorkQueue& queue, Settings settings)
    : Controller(cluster, queue), settings_(std::move(settings)) {}

void PodController::observe(const Change& change) {
  if (change.resource != &pods()) return;
  if (change.type == ChangeType::Deleted) {
    for (const Json& entry : change.object->json().at("status.podIPs").items()) {
      settings_.v4.release(entry["ip"].text());
      if (settings_.v6) settings_.v6->release(entry["ip"].text());
    }
    return;
  }
  queue_.add(*this, key_of(change.object->space(), change.object->name()));
}

void PodController::reconcile(const Key& key) {
  const auto [space, name] = split_key(key);
  const ObjectPtr pod = cluster_.store.get(pods(), space, name);
  if (!pod) return;
  if (pod->terminating()) {
    finish(*pod);
  } else if (pod->json().at("status.podIP").text().empty()) {
    start(*pod);
  } else if (!pod_finished(pod->json()) && pod_ready(pod->json()) != wants_ready(*pod)) {
    update_readiness(*pod);
  }
}

ObjectPtr PodController::pick_node() {
  const Objects& nodes = cluster_.store.objects(resource_named("nodes"));
  if (nodes.empty()) return nullptr;
  return std::next(nodes.begin(), static_cast<std::ptrdiff_t>(next_node_++ % nodes.size()))->second;
}

std::vector<std::string> PodController::addresses_for(const Object& pod) {
  std::vector<std::string> result;
  const std::string wanted(pod.annotations()[kAddressAnnotation].text());
  if (!wanted.empty() && settings_.v4.claim(wanted)) result.push_back(wanted);
  if (result.empty()) {
    if (const auto address = settings_.v4.allocate()) result.push_back(*address);
  }
  if (settings_.v6) {
    if (const auto address = settings_.v6->allocate()) result.push_back(*address);
  }
  return result;
}

void PodController::start(const Object& pod) {
  const std::vector<std::string> addresses = addresses_for(pod);
  const ObjectPtr node = pick_node();
  if (addresses.empty() || !node) {
    record_event(cluster_, pod, "FailedScheduling", "no address or no node is left", "kubesim");
    return;
  }
  const std::string now = timestamp(cluster_.store.now());
  const bool ready = wants_ready(pod);
  Json json = pod.json();
  json.member("spec").set("nodeName", node->name());
  json.set("status", object({{"phase", "Running"},
                             {"conditions", conditions(ready, now)},
                             {"hostIP", node_address(*node)},
                             {"hostIPs", array({object({{"ip", node_address(*node)}})})},
                             {"podIP", addresses.front()},
                             {"podIPs", address_entries(addresses)},
                             {"startTime", now},
                             {"containerStatuses", container_statuses(json["spec"], ready, now)},
                             {"qosClass", "BestEffort"}}));
  if (!cluster_.store.replace(pods(), std::move(json))) return;
  record_event(
      cluster_, pod, "Scheduled",
      fmt::format("Successfully assigned {}/{} to {}", pod.space(), pod.name(), node->name()),
      "default-scheduler");
}

void PodController::update_readiness(const Object& pod) {
  const std::string now = timestamp(cluster_.store.now());
  const bool ready = wants_ready(pod);
  Json json = pod.json();
  Json& status = json.member("status");
  for (Json& entry : status.member("conditions").elements()) {
    const std::string_view type = entry["type"].text();
    if (type != "Ready" && type != "ContainersReady") continue;
    entry.set("status", ready ? "True" : "False").set("lastTransitionTime", now);
  }
  for (Json& container : status.member("containerStatuses").elements()) {
    container.set("ready", ready);
  }
  static_cast<void>(cluster_.store.replace(pods(), std::move(json)));
}

void PodController::finish(const Object& pod) {
  if (settings_.termination.count() > 0) {
    const auto end = parse_timestamp(pod.json().at("metadata.deletionTimestamp").text());
    const std::int64_t grace = pod.json().at("metadata.deletionGracePeriodSeconds").integer();
    const auto started = end.value_or(cluster_.store.now()) - std::chrono::seconds(grace);
    const auto left = started + settings_.termination - cluster_.store.now();
    if (left > std::chrono::milliseconds(0)) {
      queue_.add_later(*this, key_of(pod.space(), pod.name()),
                       std::chrono::ceil<std::chrono::milliseconds>(left));
      return;
    }
  }
  static_cast<void>(cluster_.store.remove(pods(), pod.space(), pod.name()));
}

}  // namespace catena::kubesim
