// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/client.hpp"

#include "core/base/random.hpp"

#include "plugins/kubernetes/api/watcher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <pthread.h>
#include <signal.h>
#include <thread>
#include <utility>
#include <vector>

namespace catena::kubernetes::api {

namespace asio = boost::asio;

namespace {

constexpr Duration kStopLimit = std::chrono::milliseconds(500);
constexpr std::string_view kLivePods =
    "status.phase!=Succeeded,status.phase!=Failed,status.phase!=Unknown";
constexpr std::string_view kImported = "multicluster.kubernetes.io/service-name";

/// Signals are for the threads that expect them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

struct ApiClient::State {
  State(Log new_log, const Clock& new_clock) : log(std::move(new_log)), clock(new_clock) {}

  template <class Object>
  void follow(Kind kind, Sink<Object>* sink, Resource resource);
  void follow_all(const Config& config, const Sinks& sinks);
  asio::awaitable<void> drive(Watcher& watcher);
  void begin_stop();
  void run();
  void await_tick();
  void measure(metrics::Registry& registry);

  Log log;
  const Clock& clock;
  asio::io_context context{1};
  asio::steady_timer stop_limit{context};
  asio::steady_timer ticker{context};
  std::function<void()> tick;
  Duration tick_interval{};
  Random random;
  std::unique_ptr<Credentials> credentials;
  std::optional<Limiter> limiter;
  std::optional<RequestMetrics> metrics;
  std::vector<std::pair<Kind, std::unique_ptr<Watcher>>> watchers;
  std::vector<metrics::Sampled> ages;
  std::size_t running = 0;
  std::thread thread;
};

template <class Object>
void ApiClient::State::follow(Kind kind, Sink<Object>* sink, Resource resource) {
  if (sink == nullptr) return;
  resource.path.insert(0, credentials->server().path);
  const Shared shared{*credentials, *limiter, *metrics, log, clock};
  const auto fraction = [this] { return random.below(1U << 30) / static_cast<double>(1U << 30); };
  watchers.emplace_back(
      kind, std::make_unique<Watcher>(context.get_executor(), shared, std::move(resource),
                                      std::make_unique<DecodingSink<Object>>(*sink), fraction));
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
  if (--running == 0) stop_limit.cancel();
}

void ApiClient::State::run() {
  pthread_setname_np(pthread_self(), "kubernetes-api");
  context.run();
}

void ApiClient::State::await_tick() {
  if (!tick) return;
  ticker.expires_after(tick_interval);
  ticker.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    tick();
    await_tick();
  });
}

void ApiClient::State::begin_stop() {
  tick = nullptr;
  ticker.cancel();
  if (running == 0) return;
  stop_limit.expires_after(kStopLimit);
  stop_limit.async_wait([this](const boost::system::error_code& error) {
    if (!error) context.stop();
  });
  credentials->stop();
  for (auto& [kind, watcher] : watchers) watcher->stop();
}

ApiClient::ApiClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

ApiClient::~ApiClient() { stop(); }

Result<std::unique_ptr<ApiClient>> ApiClient::make(
    Config config, Sinks sinks, Log log, metrics::Registry& registry, const Clock& clock) {
  auto state = std::make_unique<State>(std::move(log), clock);
  auto credentials =
      Credentials::make(config.server, state->log, clock, state->context.get_executor());
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
    asio::co_spawn(s.context, s.drive(*watcher), asio::detached);
  }
  s.await_tick();
  const SignalsBlocked blocked;
  s.thread = std::thread(&State::run, &s);
}

ApiClient::Settings::Settings(std::unique_ptr<Credentials> credentials, Limits limits)
    : credentials_(std::move(credentials)), limits_(limits) {}
ApiClient::Settings::Settings(Settings&& other) noexcept = default;
ApiClient::Settings& ApiClient::Settings::operator=(Settings&& other) noexcept = default;
ApiClient::Settings::~Settings() = default;

Result<ApiClient::Settings> ApiClient::prepare(ApiServer server, Limits limits) const {
  State& s = *state_;
  auto credentials =
      Credentials::make(std::move(server), s.log, s.clock, s.context.get_executor());
  if (!credentials) return credentials.error();
  return Settings(std::move(*credentials), limits);
}

// The same again keeps what a credential plugin has printed.
void ApiClient::take_up(Settings settings) {
  State& s = *state_;
  asio::post(s.context, [&s, settings = std::move(settings)]() mutable {
    s.limiter->change(settings.limits_);
    const bool same = settings.credentials_->server() == s.credentials->server();
    if (!same) s.credentials->become(std::move(*settings.credentials_));
  });
}

void ApiClient::relist(Kind wanted, std::function<void()> before) {
  State& s = *state_;
  asio::post(s.context, [&s, wanted, before = std::move(before)] {
    before();
    for (auto& [kind, watcher] : s.watchers) {
      if (kind == wanted) watcher->relist();
    }
  });
}

void ApiClient::stop() {
  State& s = *state_;
  if (!s.thread.joinable()) return;
  asio::post(s.context, [&s] { s.begin_stop(); });
  s.thread.join();
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
