// SPDX-License-Identifier: Apache-2.0
#include "test/kubernetes/server.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <stdexcept>

namespace catena::following {
namespace {

constexpr const char* kSpace = "default";

std::string service_text(const std::string& name, const std::string& ip) {
  return fmt::format(
      R"({{"metadata":{{"name":"{0}","namespace":"{1}"}},)"
      R"("spec":{{"clusterIP":"{2}","clusterIPs":["{2}"],"ports":[{{"port":80}}]}}}})",
      name, kSpace, ip);
}

std::string slice_text(const std::string& name, const std::string& ip) {
  return fmt::format(R"({{"metadata":{{"name":"{0}-x","namespace":"{1}","labels":)"
                     R"({{"kubernetes.io/service-name":"{0}"}}}},"addressType":"IPv4",)"
                     R"("endpoints":[{{"addresses":["{2}"]}}],"ports":[]}})",
                     name, kSpace, "172.16" + ip.substr(ip.find('.', ip.find('.') + 1)));
}

}  // namespace

std::string line_of(std::string_view name,
                    std::string_view ip,
                    const std::set<std::string>& endpoints) {
  return fmt::format("{} {} {}\n", name, ip, endpoints);
}

Server::Server(Encoding encoding, kubesim::WallClock now)
    : encoding_(encoding), simulator_({}, std::move(now)), api_(simulator_.cluster()) {
  simulator_.populate("127.0.0.1", 6443);
  simulator_.queue().run_all();
  no_faults();
}

void Server::no_faults() {
  cluster().faults = kubesim::Faults();
  const bool protobuf = encoding_ == Encoding::protobuf;
  static_cast<void>(cluster().faults.configure(kubesim::object({{"protobuf", protobuf}})));
}

void Server::store(const char* resource, const kubesim::Json& object) {
  const kubesim::Json& metadata = object["metadata"];
  const kubesim::Resource& kind = kubesim::resource_named(resource);
  kubesim::Store& objects = cluster().store;
  const bool there =
      objects.get(kind, metadata["namespace"].text(), metadata["name"].text()) != nullptr;
  const auto stored = there ? objects.replace(kind, object) : objects.create(kind, object);
  if (!stored) throw std::runtime_error(object.write() + ": " + stored.error().message);
  simulator_.queue().run_all();
}

void Server::remove(const char* resource, const std::string& space, const std::string& name) {
  static_cast<void>(cluster().store.remove(kubesim::resource_named(resource), space, name));
  simulator_.queue().run_all();
}

void Server::store_text(const char* resource, const std::string& text) {
  const auto json = kubesim::parse_json(text);
  if (!json) throw std::runtime_error(text + ": " + json.error().message);
  store(resource, *json);
}

void Server::put(const std::string& service, const std::string& ip) {
  put_service(service, ip);
  store_text("endpointslices", slice_text(service, ip));
}

void Server::put_service(const std::string& service, const std::string& ip) {
  remove(service);
  store_text("services", service_text(service, ip));
}

void Server::remove(const std::string& service) {
  remove("services", kSpace, service);
  remove("endpointslices", kSpace, service + "-x");
}

void Server::use_up_version() {
  store_text("configmaps",
             fmt::format(R"({{"metadata":{{"name":"c{}","namespace":"{}"}}}})", version(), kSpace));
}

std::string Server::holds() {
  std::map<std::string, std::set<std::string>> endpoints;
  const kubesim::Store& store = cluster().store;
  for (const auto& [key, slice] : store.objects(kubesim::resource_named("endpointslices"))) {
    auto& addresses = endpoints[std::string(slice->labels()["kubernetes.io/service-name"].text())];
    for (const kubesim::Json& endpoint : slice->json()["endpoints"].items()) {
      addresses.emplace(endpoint["addresses"].items().front().text());
    }
  }
  std::string text;
  for (const auto& [key, each] : store.objects(kubesim::resource_named("services"))) {
    const std::string name(each->name());
    text += line_of(name, each->json().at("spec.clusterIP").text(), endpoints[name]);
  }
  return text;
}

}  // namespace catena::following
