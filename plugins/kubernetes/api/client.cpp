// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/client.hpp"

#include "plugins/kubernetes/api/watcher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <utility>
#include <vector>

namespace catena::kubernetes::api {

namespace asio = boost::asio;

namespace {

constexpr Duration kStopLimit = std::chrono::milliseconds(500);
constexpr std::string_view kLivePods =
    "status.phase!=Succeeded,status.phase!=Failed,status.phase!=Unknown";
constexpr std::string_view kImported = "multicluster.kubernetes.io/service-name";

}  // namespace

struct ApiClient::State {
  State(std::unique_ptr<ApiLoop> new_loop, Log new_log, const Clock& new_clock)
      : loop(std::move(new_loop)), log(std::move(new_log)), clock(new_clock) {}

  template <class Object>
  void follow(Kind kind, Sink<Object>* sink, Resource resource);
  void follow_all(const Config& config, const Sinks& sinks);
  asio::awaitable<void> drive(Watcher& watcher);
  void begin_stop();
  void await_tick();
  void run_tick();
  void measure(metrics::Registry& registry);

  std::unique_ptr<ApiLoop> loop;
  Log log;
  const Clock& clock;
  net::Reminder stop_limit{[this] { loop->end(); }};
  net::Reminder ticker{[this] { run_tick(); }};
  std::function<void()> tick;
  Duration tick_interval{};
  std::unique_ptr<Credentials> credentials;
  std::optional<Limiter> limiter;
  std::optional<RequestMetrics> metrics;
  std::vector<std::pair<Kind, std::unique_ptr<Watcher>>> watchers;
  std::vector<metrics::Sampled> ages;
  std::size_t running = 0;
};

template <class Object>
void ApiClient::State::follow(Kind kind, Sink<Object>* sink, Resource resource) {
  if (sink == nullptr) return;
  resource.path.insert(0, credentials->server().path);
  const Shared shared{*loop, *credentials, *limiter, *metrics, log, clock};
  watchers.emplace_back(kind,
                        std::make_unique<Watcher>(shared, std::move(resource),
                                                  std::make_unique<DecodingSink<Object>>(*sink)));
}

void ApiClient::State::follow_all(const Config& config, const Sinks& sinks) {
  const std::string& labels = config.selectors.labels;
  follow(Kind::services, sinks.services, {"services", "/api/v1/services", labels, {}});
  follow(Kind::slices, sinks.slices,
         {"endpointslices", "/apis/discovery.k8s.io/v1/endpointslices", labels, {}});
  follow(Kind::pods, sinks.pods, {"pods", "/api/v1/pods", labels, std::string(kLivePods)});
  follow(Kind::namespaces, sinks.namespaces,
         {"namespaces", "/api/v1/namespaces", config.selectors.namespace_labels, {}});
  follow(Kind::imports, sinks.imports,
         {"serviceimports", "/apis/multicluster.x-k8s.io/v1alpha1/serviceimports", labels, {}});
  const std::string imported = labels.empty() ? std::string() : labels + ",";
  follow(Kind::import_slices, sinks.import_slices,
         {"imported endpointslices",
          "/apis/discovery.k8s.io/v1/endpointslices",
          imported + std::string(kImported),
          {}});
}

void ApiClient::State::measure(metrics::Registry& registry) {
  for (const auto& [kind, watcher] : watchers) {
    const auto age = [this, followed = watcher.get()] {
      return std::chrono::duration<double>(clock.now() - followed->last_event()).count();
    };
    ages.push_back(registry.sampled(
        "catena_kubernetes_last_event_age_seconds",
        "Time since the API server last told of a resource: an event, a bookmark, a list.",
        metrics::SampledType::gauge, {{"resource", watcher->resource().name}}, age));
  }
}

asio::awaitable<void> ApiClient::State::drive(Watcher& watcher) {
  co_await watcher.run();
  if (--running == 0) loop->end();
}

void ApiClient::State::await_tick() {
  if (tick) loop->deadlines().add(ticker, clock.now() + tick_interval);
}

void ApiClient::State::run_tick() {
  tick();
  await_tick();
}

void ApiClient::State::begin_stop() {
  tick = nullptr;
  ticker.cancel();
  if (running == 0) return loop->end();
  loop->deadlines().add(stop_limit, clock.now() + kStopLimit);
  credentials->stop();
  for (auto& [kind, watcher] : watchers) watcher->stop();
}

ApiClient::ApiClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

ApiClient::~ApiClient() { stop(); }

Result<std::unique_ptr<ApiClient>> ApiClient::make(Config config,
                                                   Sinks sinks,
                                                   std::unique_ptr<ApiLoop> loop,
                                                   Log log,
                                                   metrics::Registry& registry,
                                                   const Clock& clock) {
  auto state = std::make_unique<State>(std::move(loop), std::move(log), clock);
  auto credentials =
      Credentials::make(config.server, state->log, clock, state->loop->context().get_executor());
  if (!credentials) return credentials.error();
  state->credentials = std::move(*credentials);
  state->limiter.emplace(config.limits, clock.now());
  state->metrics.emplace(registry, config.server.authority());
  state->follow_all(config, sinks);
  state->measure(registry);
  state->tick = std::move(config.tick);
  state->tick_interval = config.tick_interval;
  return std::unique_ptr<ApiClient>(new ApiClient(std::move(state)));
}

void ApiClient::start() {
  State& s = *state_;
  for (auto& [kind, watcher] : s.watchers) {
    ++s.running;
    asio::co_spawn(s.loop->context(), s.drive(*watcher), asio::detached);
  }
  s.await_tick();
  s.loop->start();
}

ApiClient::Settings::Settings(std::unique_ptr<Credentials> credentials, Limits limits)
    : credentials_(std::move(credentials)), limits_(limits) {}
ApiClient::Settings::Settings(Settings&& other) noexcept = default;
ApiClient::Settings& ApiClient::Settings::operator=(Settings&& other) noexcept = default;
ApiClient::Settings::~Settings() = default;

Result<ApiClient::Settings> ApiClient::prepare(ApiServer server, Limits limits) const {
  State& s = *state_;
  auto credentials =
      Credentials::make(std::move(server), s.log, s.clock, s.loop->context().get_executor());
  if (!credentials) return credentials.error();
  return Settings(std::move(*credentials), limits);
}

// The same again keeps what a credential plugin has printed.
void ApiClient::take_up(Settings settings) {
  State& s = *state_;
  asio::post(s.loop->context(), [&s, settings = std::move(settings)]() mutable {
    s.limiter->change(settings.limits_);
    const bool same = settings.credentials_->server() == s.credentials->server();
    if (!same) s.credentials->become(std::move(*settings.credentials_));
  });
}

void ApiClient::relist(Kind wanted, std::function<void()> before) {
  State& s = *state_;
  asio::post(s.loop->context(), [&s, wanted, before = std::move(before)] {
    before();
    for (auto& [kind, watcher] : s.watchers) {
      if (kind == wanted) watcher->relist();
    }
  });
}

void ApiClient::stop() {
  State& s = *state_;
  if (!s.loop->running()) return;
  asio::post(s.loop->context(), [&s] { s.begin_stop(); });
  s.loop->join();
}

bool ApiClient::synced() const {
  for (const auto& [kind, watcher] : state_->watchers) {
    if (!watcher->synced()) return false;
  }
  return true;
}

std::string ApiClient::unsynced() const {
  std::string names;
  for (const auto& [kind, watcher] : state_->watchers) {
    if (watcher->synced()) continue;
    if (!names.empty()) names += ", ";
    names += watcher->resource().name;
  }
  return names;
}

bool ApiClient::synced(Kind wanted) const {
  for (const auto& [kind, watcher] : state_->watchers) {
    if (kind == wanted) return watcher->synced();
  }
  return true;
}

}  // namespace catena::kubernetes::api
