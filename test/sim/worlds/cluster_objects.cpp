// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/cluster_objects.hpp"

#include <fmt/format.h>

#include <array>

namespace catena::sim {
namespace {

using kubesim::array;
using kubesim::Json;
using kubesim::object;

constexpr std::array<const char*, 2> kSpaces{"default", "shop"};
// Nothing but itself: whether it is there changes no other name.
const char* const kHollow = "hollow";
constexpr std::array<const char*, 3> kServices{"a", "b", "c"};
constexpr std::array<const char*, 3> kPods{"p1", "p2", "p3"};
constexpr std::array<const char*, 3> kHosts{"", "h1", "h2"};
constexpr std::array<const char*, 2> kPorts{"http", "dns"};
constexpr std::array<const char*, 7> kTargets{"b.default.svc.cluster.local",
                                              "a.shop.svc.cluster.local",
                                              "nothing.shop.svc.cluster.local",
                                              "here.example.org",
                                              "slow200.example.org",
                                              "nx.example.org",
                                              "fail.example.org"};

template <class Texts>
std::string one_of(Dice& dice, const Texts& texts) {
  return texts[dice.below(texts.size())];
}

std::string cluster_ip(Dice& dice) { return fmt::format("10.247.5.{}", dice.between(1, 4)); }
std::string pod_ip(Dice& dice) { return fmt::format("172.16.5.{}", dice.between(1, 4)); }

Json metadata(const std::string& space, const std::string& name) {
  return object({{"name", name}, {"namespace", space}});
}

Json ports(Dice& dice) {
  Json ports = array();
  const std::size_t last = dice.below(kPorts.size()) + 1;
  for (std::size_t i = dice.below(last); i < last; ++i) {
    ports.push(object({{"name", kPorts[i]},
                       {"protocol", "TCP"},
                       {"port", static_cast<std::int64_t>(dice.between(80, 82))}}));
  }
  return ports;
}

Json service(Dice& dice, const std::string& space, const std::string& name) {
  Json spec = object({{"ports", ports(dice)}});
  const std::size_t kind = dice.below(4);
  if (kind == 0) {
    spec.set("type", "ExternalName").set("externalName", one_of(dice, kTargets));
  } else {
    const std::string ip = kind == 1 ? "None" : cluster_ip(dice);
    spec.set("type", "ClusterIP").set("clusterIP", ip).set("clusterIPs", array({ip}));
  }
  Json made = object({{"metadata", metadata(space, name)}, {"spec", std::move(spec)}});
  if (dice.percent(20)) {
    made.member("metadata").set("annotations", object({{"note", std::to_string(dice.below(9))}}));
  }
  return made;
}

Json endpoint(Dice& dice) {
  Json made = object({{"addresses", array({pod_ip(dice)})},
                      {"conditions", object({{"ready", dice.percent(80)}})}});
  const std::string host = one_of(dice, kHosts);
  if (!host.empty()) made.set("hostname", host);
  if (dice.percent(50)) {
    made.set("targetRef", object({{"kind", "Pod"}, {"name", one_of(dice, kPods)}}));
  }
  return made;
}

Json slice(Dice& dice, const std::string& space, const std::string& name) {
  Json labels = object({{"kubernetes.io/service-name", name.substr(0, 1)}});
  Json endpoints = array();
  for (std::size_t i = dice.below(4); i != 0; --i) endpoints.push(endpoint(dice));
  Json made = object({{"metadata", metadata(space, name)},
                      {"addressType", "IPv4"},
                      {"endpoints", std::move(endpoints)},
                      {"ports", ports(dice)}});
  made.member("metadata").set("labels", std::move(labels));
  return made;
}

Json pod(Dice& dice, const std::string& space, const std::string& name) {
  const std::string ip = pod_ip(dice);
  const bool runs = dice.percent(85);
  Json ready = object({{"type", "Ready"}, {"status", runs ? "True" : "False"}});
  return object({{"metadata", metadata(space, name)},
                 {"spec", object({{"containers", array()}})},
                 {"status", object({{"phase", runs ? "Running" : "Succeeded"},
                                    {"podIP", ip},
                                    {"podIPs", array({object({{"ip", ip}})})},
                                    {"conditions", array({std::move(ready)})}})}});
}

struct Place {
  const char* resource;
  std::string space;
  std::string name;
};

Place roll_place(Dice& dice) {
  const std::size_t kind = dice.below(12);
  if (kind == 0) return {"namespaces", "", one_of(dice, kSpaces)};
  const std::string space = one_of(dice, kSpaces);
  if (kind < 5) return {"services", space, one_of(dice, kServices)};
  if (kind > 9) return {"pods", space, one_of(dice, kPods)};
  return {"endpointslices", space,
          fmt::format("{}-{}", one_of(dice, kServices), dice.between(1, 2))};
}

Json make(Dice& dice, const Place& place) {
  const std::string_view resource = place.resource;
  if (resource == "services") return service(dice, place.space, place.name);
  if (resource == "endpointslices") return slice(dice, place.space, place.name);
  if (resource == "pods") return pod(dice, place.space, place.name);
  return object({{"metadata", object({{"name", place.name}})}});
}

void store(following::Server& server, Dice& dice, Trace& trace, const Place& place) {
  const Json made = make(dice, place);
  trace.note("put {} {}", place.resource, made.write());
  server.store(place.resource, made);
}

std::string space_name(Dice& dice) { return one_of(dice, kSpaces) + ".svc.cluster.local."; }

std::string address_of_endpoint(Dice& dice) {
  if (dice.percent(30)) return one_of(dice, kPods);
  if (dice.percent(50)) return fmt::format("h{}", dice.between(1, 2));
  return fmt::format("172-16-5-{}", dice.between(1, 4));
}

}  // namespace

void change_object(following::Server& server, Dice& dice, Trace& trace) {
  const Place place = roll_place(dice);
  if (!dice.percent(25)) return store(server, dice, trace, place);
  trace.note("remove {} {}/{}", place.resource, place.space, place.name);
  server.remove(place.resource, place.space, place.name);
}

Asking change_hollow_namespace(following::Server& server, Dice& dice, Trace& trace) {
  const Place place{"namespaces", "", kHollow};
  if (dice.percent(50)) {
    store(server, dice, trace, place);
  } else {
    trace.note("remove {}", kHollow);
    server.remove(place.resource, place.space, place.name);
  }
  return {fmt::format("{}.svc.cluster.local.", kHollow), dns::Type::A};
}

void fill_cluster(following::Server& server, Dice& dice, Trace& trace) {
  for (const char* space : kSpaces) store(server, dice, trace, {"namespaces", "", space});
  for (std::size_t i = dice.between(3, 20); i != 0; --i)
    store(server, dice, trace, roll_place(dice));
}

void fill_many(following::Server& server) {
  constexpr int kMany = 510;
  for (int i = 0; i < kMany; ++i) {
    const std::string ip = fmt::format("10.247.{}.{}", 6 + i / 200, 1 + i % 200);
    Json spec = object({{"type", "ClusterIP"}, {"clusterIP", ip}, {"clusterIPs", array({ip})}});
    server.store("services", object({{"metadata", metadata("default", fmt::format("many{}", i))},
                                     {"spec", std::move(spec)}}));
  }
}

void make_too_large(following::Server& server, Dice& dice, Trace& trace) {
  constexpr std::size_t kSize = 4 * 1024 * 1024;
  const std::string space = one_of(dice, kSpaces);
  const std::string name = one_of(dice, kServices);
  Json made = service(dice, space, name);
  trace.note("too large {}", made.write());
  Json annotations = object({{Past::kTooLarge, std::string(kSize, 'x')}});
  made.member("metadata").set("annotations", std::move(annotations));
  server.store("services", made);
}

Asking roll_question(Dice& dice) {
  const std::string service = one_of(dice, kServices) + "." + space_name(dice);
  const dns::Type type = dice.percent(85) ? dns::Type::A : dns::Type::AAAA;
  switch (dice.below(10)) {
    case 0:
      return {address_of_endpoint(dice) + "." + service, type};
    case 1:
    case 2:
      return {"_" + one_of(dice, kPorts) + "._tcp." + service, dns::Type::SRV};
    case 3:
      return {fmt::format("172-16-5-{}.{}.pod.cluster.local.", dice.between(1, 4),
                          one_of(dice, kSpaces)),
              type};
    case 4:
      return {fmt::format("{}.5.247.10.in-addr.arpa.", dice.between(1, 4)), dns::Type::PTR};
    case 5:
      return {fmt::format("{}.5.16.172.in-addr.arpa.", dice.between(1, 4)), dns::Type::PTR};
    case 6:
      return {dice.percent(50) ? space_name(dice) : one_of(dice, kTargets) + ".", type};
    default:
      return {service, type};
  }
}

}  // namespace catena::sim
