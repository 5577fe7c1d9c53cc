// SPDX-License-Identifier: Apache-2.0
#include "test/kubernetes/world.hpp"

#include "cmd/kubesim/server/wire.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace catena::following {
namespace {

namespace api = kubernetes::api;
using kubernetes::ServiceEntry;
using kubernetes::ServiceState;

constexpr const char* kSpace = "default";
constexpr std::size_t kChunk = 1000;
constexpr int kHotLoop = 10'000;

/// Back-off as long as it gets.
double longest() { return 0.999; }

std::string service_text(const std::string& name, const std::string& ip) {
  return fmt::format(
      R"({{"metadata":{{"name":"{0}","namespace":"{1}"}},)"
      R"("spec":{{"clusterIP":"{2}","clusterIPs":["{2}"],"ports":[{{"port":80}}]}}}})",
      name, kSpace, ip);
}

std::string slice_text(const std::string& name, const std::string& ip) {
  return fmt::format(
      R"({{"metadata":{{"name":"{0}-x","namespace":"{1}","labels":)"
      R"({{"kubernetes.io/service-name":"{0}"}}}},"addressType":"IPv4",)"
      R"("endpoints":[{{"addresses":["{2}"]}}],"ports":[]}})",
      name, kSpace, "172.16" + ip.substr(ip.find('.', ip.find('.') + 1)));
}

std::string line(std::string_view name,
                 std::string_view ip,
                 const std::set<std::string>& endpoints) {
  return fmt::format("{} {} {}\n", name, ip, endpoints);
}

kubesim::Request request_of(const api::NextStep& step) {
  kubesim::Request request;
  const std::size_t mark = step.target.find('?');
  request.method = "GET";
  request.path = step.target.substr(0, mark);
  request.query = kubesim::parse_query(std::string_view(step.target).substr(mark + 1));
  request.accept = step.accept;
  return request;
}

}  // namespace

Server::Server(Encoding encoding)
    : encoding_(encoding),
      simulator_({}, [] { return std::chrono::system_clock::now(); }),
      api_(simulator_.cluster()) {
  simulator_.populate("127.0.0.1", 6443);
  simulator_.queue().run_all();
  no_faults();
}

void Server::no_faults() {
  cluster().faults = kubesim::Faults();
  const bool protobuf = encoding_ == Encoding::protobuf;
  static_cast<void>(cluster().faults.configure(kubesim::object({{"protobuf", protobuf}})));
}

void Server::store(const char* resource, const std::string& text) {
  const auto json = kubesim::parse_json(text);
  REQUIRE(json.has_value());
  REQUIRE(cluster().store.create(kubesim::resource_named(resource), *json).has_value());
  simulator_.queue().run_all();
}

void Server::put(const std::string& service, const std::string& ip) {
  put_service(service, ip);
  store("endpointslices", slice_text(service, ip));
}

void Server::put_service(const std::string& service, const std::string& ip) {
  remove(service);
  store("services", service_text(service, ip));
}

void Server::remove(const std::string& service) {
  kubesim::Store& objects = cluster().store;
  static_cast<void>(objects.remove(kubesim::resource_named("services"), kSpace, service));
  static_cast<void>(
      objects.remove(kubesim::resource_named("endpointslices"), kSpace, service + "-x"));
  simulator_.queue().run_all();
}

void Server::use_up_version() {
  store("configmaps", fmt::format(R"({{"metadata":{{"name":"c{}","namespace":"{}"}}}})", version(),
                                  kSpace));
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
    text += line(name, each->json().at("spec.clusterIP").text(), endpoints[name]);
  }
  return text;
}

Follower::Follower(World& world, api::Resource resource, std::unique_ptr<api::EncodedSink> sink)
    : world_(world),
      sink_(std::move(sink)),
      reflector_(std::move(resource), *sink_, world.store_.context().log, world.store_.clock(),
                 longest) {}

bool Follower::turn() {
  if (open_) return pump();
  if (world_.clock().now() < resumes_) return false;
  const api::NextStep step = reflector_.next();
  if (step.wait > Duration::zero()) {
    resumes_ = world_.clock().now() + step.wait;
    return false;
  }
  if (connected_) {
    send(step);
  } else if (world_.reachable) {
    connected_ = true;
    reflector_.connected();
  } else {
    reflector_.failed({http::FailureKind::unreachable, "connection refused"});
  }
  return true;
}

void Follower::send(const api::NextStep& step) {
  auto answer = world_.server().api().handle(request_of(step));
  if (auto* watch = std::get_if<std::shared_ptr<kubesim::Watch>>(&answer)) {
    open_ = *watch;
    opened_at_ = &world_.server();
    const bool protobuf = open_->settings().form == kubesim::Form::Protobuf;
    return head(200, protobuf ? "application/vnd.kubernetes.protobuf;stream=watch"
                              : "application/json");
  }
  take(std::get<kubesim::Response>(answer));
}

void Follower::take(const kubesim::Response& response) {
  head(response.status, response.content_type);
  if (feed(response.body)) reflector_.end();
}

void Follower::head(int status, const std::string& type) {
  http::ResponseHead head;
  head.status = status;
  head.fields = {{"Content-Type", type}};
  reflector_.head(head);
}

/// In chunks, as a network has them; false when the rest was not wanted.
bool Follower::feed(std::string_view body) {
  const std::string made = world_.garbage ? kubesim::broken(std::string(body)) : std::string(body);
  bytes_ += made.size();
  for (std::size_t at = 0; at < made.size(); at += kChunk) {
    if (reflector_.body(std::string_view(made).substr(at, kChunk))) continue;
    close();
    return false;
  }
  return true;
}

bool Follower::pump() {
  bool any = false;
  while (const auto event = open_->next()) {
    any = true;
    if (!feed(opened_at_->api().write_event(*open_, *event))) return true;
  }
  if (open_->ended() == kubesim::Watch::End::Open) return any;
  opened_at_->cluster().watches.remove(open_);
  open_.reset();
  reflector_.end();
  return true;
}

void Follower::close() {
  if (open_) opened_at_->cluster().watches.remove(open_);
  open_.reset();
  connected_ = false;
}

void Follower::end_watch() {
  if (open_) open_->end(kubesim::Watch::End::Clean);
}

void Follower::break_connection(http::FailureKind kind) {
  if (!connected_) return;
  const bool under_way = open_ != nullptr;
  close();
  if (under_way) reflector_.failed({kind, "connection reset"});
}

void Follower::bookmark() {
  if (!open_) return;
  open_->push({kubesim::Watch::Event::Type::Bookmark, nullptr, opened_at_->version(), nullptr});
}

World::World(Encoding encoding)
    : encoding_(encoding),
      server_(servers_.emplace_back(std::make_unique<Server>(encoding)).get()),
      services_(*this,
                {"services", "/api/v1/services", {}, {}},
                std::make_unique<api::DecodingSink<api::ServiceObject>>(store_.services())),
      slices_(*this,
              {"endpointslices", "/apis/discovery.k8s.io/v1/endpointslices", {}, {}},
              std::make_unique<api::DecodingSink<api::SliceObject>>(store_.slices())) {}

void World::run(Duration time) {
  const TimePoint over = clock().now() + time;
  int turns = 0;
  while (true) {
    while (services_.turn() || slices_.turn()) {
      if (++turns > kHotLoop) FAIL("a hot loop: " + log());
    }
    const TimePoint next = std::min({over, services_.waits_until(), slices_.waits_until()});
    store_.clock().advance(next - clock().now());
    if (next == over) return;
  }
}

void World::replace_server() {
  server_ = servers_.emplace_back(std::make_unique<Server>(encoding_)).get();
}

void World::end_watches() {
  services_.end_watch();
  slices_.end_watch();
}

void World::break_connections(http::FailureKind kind) {
  services_.break_connection(kind);
  slices_.break_connection(kind);
}

void World::bookmark() {
  services_.bookmark();
  slices_.bookmark();
}

std::uint64_t World::bytes() const { return services_.bytes() + slices_.bytes(); }

std::string World::log() { return fmt::format("{}", fmt::join(store_.lines(), "\n")); }

std::string World::known() {
  std::map<std::string, std::string> lines;
  store_.store().services.each([&lines](const ServiceEntry& entry) {
    const auto key = entry.key();
    const std::string name(reinterpret_cast<const char*>(key.data()) + 1, key[0]);
    const std::size_t at = key[0] + 1U;
    const std::string space(reinterpret_cast<const char*>(key.data()) + at + 1, key[at]);
    const ServiceState& state = *entry.state();
    std::set<std::string> endpoints;
    for (const kubernetes::Slice* slice : state.slices) {
      slice->each([&](std::span<const std::uint8_t> ip, std::string_view, std::string_view) {
        endpoints.insert(address_text(kubernetes::Address::of(ip)));
      });
    }
    const bool has_ip = state.spec && !state.spec->cluster_ips.empty();
    const std::string ip = has_ip ? address_text(state.spec->cluster_ips.front()) : "?";
    lines[space + "/" + name] = line(name, ip, endpoints);
  });
  std::string text;
  for (const auto& [key, each] : lines) text += each;
  return text;
}

}  // namespace catena::following
