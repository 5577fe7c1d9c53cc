// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/defaults.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

void set_default(Json& target, std::string_view name, Json value) {
  if (!target.has(name) || target[name].is_null()) target.set(name, std::move(value));
}

void default_service(Json& service) {
  Json& spec = service.member("spec");
  set_default(spec, "type", "ClusterIP");
  set_default(spec, "sessionAffinity", "None");
  const bool external_name = spec["type"].text() == "ExternalName";
  if (spec.has("ports")) {
    for (Json& port : spec.member("ports").elements()) {
      set_default(port, "protocol", "TCP");
      set_default(port, "targetPort", port["port"]);
    }
  }
  if (!external_name) set_default(spec, "internalTrafficPolicy", "Cluster");
  set_default(service, "status", object({{"loadBalancer", object()}}));
}

void default_containers(Json& spec, std::string_view list) {
  if (!spec.has(list)) return;
  for (Json& container : spec.member(list).elements()) {
    set_default(container, "resources", object());
    set_default(container, "terminationMessagePath", "/dev/termination-log");
    set_default(container, "terminationMessagePolicy", "File");
    set_default(container, "imagePullPolicy", "IfNotPresent");
    if (!container.has("ports")) continue;
    for (Json& port : container.member("ports").elements()) set_default(port, "protocol", "TCP");
  }
}

void default_pod_spec(Json& spec) {
  default_containers(spec, "initContainers");
  default_containers(spec, "containers");
  set_default(spec, "restartPolicy", "Always");
  set_default(spec, "terminationGracePeriodSeconds", 30);
  set_default(spec, "dnsPolicy", "ClusterFirst");
  set_default(spec, "securityContext", object());
  set_default(spec, "schedulerName", "default-scheduler");
}

void default_pod(Json& pod) {
  Json& spec = pod.member("spec");
  default_pod_spec(spec);
  set_default(spec, "serviceAccountName", "default");
  set_default(spec, "enableServiceLinks", true);
  set_default(pod, "status", object({{"phase", "Pending"}, {"qosClass", "BestEffort"}}));
}

void default_workload(Json& workload) {
  Json& spec = workload.member("spec");
  set_default(spec, "replicas", 1);
  default_pod_spec(spec.member("template").member("spec"));
  set_default(workload, "status", object({{"replicas", 0}}));
}

void default_stateful_set(Json& set) {
  default_workload(set);
  Json& spec = set.member("spec");
  set_default(spec, "podManagementPolicy", "OrderedReady");
  set_default(spec, "updateStrategy",
              object({{"type", "RollingUpdate"}, {"rollingUpdate", object({{"partition", 0}})}}));
  set_default(spec, "revisionHistoryLimit", 10);
}

void default_deployment(Json& deployment) {
  default_workload(deployment);
  Json& spec = deployment.member("spec");
  set_default(
      spec, "strategy",
      object({{"type", "RollingUpdate"},
              {"rollingUpdate", object({{"maxUnavailable", "25%"}, {"maxSurge", "25%"}})}}));
  set_default(spec, "revisionHistoryLimit", 10);
  set_default(spec, "progressDeadlineSeconds", 600);
}

void default_namespace(Json& space) {
  Json& labels = space.member("metadata").member("labels");
  labels.set("kubernetes.io/metadata.name", space.at("metadata.name"));
  set_default(space, "spec", object({{"finalizers", array({"kubernetes"})}}));
  set_default(space, "status", object({{"phase", "Active"}}));
}

void default_slice(Json& slice) {
  set_default(slice, "endpoints", nullptr);
  if (!slice.has("ports")) return;
  for (Json& port : slice.member("ports").elements()) {
    set_default(port, "name", "");
    set_default(port, "protocol", "TCP");
  }
}

}  // namespace

void apply_defaults(const Resource& resource, Json& object) {
  if (resource.kind == "Service") default_service(object);
  if (resource.kind == "Pod") default_pod(object);
  if (resource.kind == "StatefulSet") default_stateful_set(object);
  if (resource.kind == "Deployment") default_deployment(object);
  if (resource.kind == "ReplicaSet") default_workload(object);
  if (resource.kind == "Namespace") default_namespace(object);
  if (resource.kind == "EndpointSlice") default_slice(object);
}

}  // namespace catena::kubesim
