// SPDX-License-Identifier: Apache-2.0
// kubernetes and cache in front of a cluster whose objects come and go, and whose API server fails
// in every way. Each answer is compared with those that are right in a state that could be known.
#include "plugins/kubernetes/cluster.hpp"

#include "core/base/arena.hpp"
#include "core/dns/message.hpp"
#include "core/dns/text.hpp"

#include "plugins/kubernetes/options.hpp"
#include "test/sim/house.hpp"
#include "test/sim/world.hpp"
#include "test/sim/worlds/api_trouble.hpp"
#include "test/sim/worlds/askers.hpp"
#include "test/sim/worlds/cache_lines.hpp"
#include "test/sim/worlds/cluster_objects.hpp"
#include "test/sim/worlds/elsewhere.hpp"
#include "test/sim/worlds/question.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace catena::cache {
void setup(Setup& setup);
}
namespace catena::kubernetes {
void setup(Setup& setup);
}

namespace catena::sim {
namespace {

using following::Encoding;
using kubernetes::Cluster;
using kubernetes::WatchOptions;

constexpr std::array kPlugins{PluginEntry{"cache", cache::setup, ""},
                              PluginEntry{"kubernetes", kubernetes::setup, ""},
                              PluginEntry{"elsewhere", set_up_elsewhere, ""}};
constexpr const char* kNothingYet = ". {\n elsewhere\n}\n";
constexpr const char* kApi = "http://api.sim:6443";
/// What a server that is well again may take until all of it is known.
constexpr Duration kConverged = std::chrono::seconds(15);
/// Where more states than these may be known, nearly every answer is right in some.
constexpr int kMostStates = 300;
/// More than a name is slow, and than a reload waits.
constexpr Duration kLongest = std::chrono::seconds(30);

/// One way to follow the cluster, and since when.
struct Followed {
  ClusterOptions options;
  std::weak_ptr<Cluster> cluster;
  const kubernetes::api::ApiLoop* loop;
  TimePoint begun;
  Known known;
};

struct Asked {
  Asking asking;
  ClusterOptions options;
  Known known;  ///< When it was asked.
};

ClusterOptions roll_options(Dice& dice) {
  ClusterOptions options;
  options.pods = static_cast<ClusterOptions::Pods>(dice.below(3));
  options.endpoint_pod_names = dice.percent(30);
  options.ignore_empty_service = dice.percent(20);
  options.fallthrough = dice.percent(40);
  return options;
}

bool followed_alike(const ClusterOptions& a, const ClusterOptions& b) {
  const auto verified = [](const ClusterOptions& of) {
    return of.pods == ClusterOptions::Pods::verified;
  };
  return a.endpoint_pod_names == b.endpoint_pod_names && verified(a) == verified(b);
}

WatchOptions watch_options(const ClusterOptions& options) {
  WatchOptions watch;
  watch.pods = options.pods == ClusterOptions::Pods::verified;
  if (options.endpoint_pod_names) watch.endpoint_names = kubernetes::EndpointNames::by_pod;
  return watch;
}

std::string corefile(const ClusterOptions& options, Dice& dice) {
  constexpr std::array<std::string_view, 3> kPods{"disabled", "insecure", "verified"};
  const int ttl = dice.percent(50) ? 5 : 30;
  std::string text = fmt::format(
      ". {{\n{} kubernetes cluster.local in-addr.arpa {{\n  endpoint {}\n  pods {}\n  ttl {}\n",
      cache_lines(dice), kApi, kPods[static_cast<std::size_t>(options.pods)], ttl);
  if (options.endpoint_pod_names) text += "  endpoint_pod_names\n";
  if (options.ignore_empty_service) text += "  ignore empty_service\n";
  if (options.fallthrough) text += "  fallthrough\n";
  if (dice.percent(20)) text += "  apiserver_qps 20\n";
  return text + " }\n elsewhere\n}\n";
}

/// "a.example. 5 IN SRV 0 100 80 b.example." as the model has it.
std::string line_of(const dns::Record& record) {
  const std::string text = dns::to_text(record);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\t ", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  const bool service = record.type == dns::Type::SRV;
  const auto data = std::span(words).subspan(service ? 6 : 4);
  return fmt::format("{} {} {}\n", words[0], words[3], fmt::join(data, " "));
}

/// An answer in the form of ClusterModel's.
std::string read_answer(const dns::MessageView& message) {
  Arena arena;
  std::set<std::string> lines;
  for (const dns::PackedRecord& record : message.records(dns::Section::answer)) {
    const auto unpacked = message.unpack(record, arena);
    expect(unpacked.has_value(), "a record that cannot be read");
    expect(unpacked->ttl <= 30, "a TTL of {}", unpacked->ttl);
    lines.insert(line_of(*unpacked));
  }
  return fmt::format("{}\n{}", dns::to_string(message.rcode()), fmt::join(lines, ""));
}

/// The oldest state that can be restored whole.
std::uint64_t oldest(following::Server& server) {
  std::uint64_t oldest = 0;
  for (const std::string_view resource : Past::kResources) {
    const auto& kind = kubesim::resource_named(resource);
    oldest = std::max(oldest, server.cluster().store.oldest(kind));
  }
  return oldest;
}

class Scene {
 public:
  explicit Scene(Environment& environment)
      : dice_(environment.dice), trace_(environment.trace), house_(kNothingYet, kPlugins) {
    house_.random = Random(dice_.next());
    network_.emplace(house_.parts.clock, dice_.percent(50) ? Encoding::protobuf : Encoding::json);
    many_ = dice_.percent(2);
    large_ = dice_.percent(1);
    if (large_) network_->piece = 256 * 1024;
    network_->fraction = [this] { return static_cast<double>(dice_.below(1000)) / 1000; };
    network_->asked_for_state = [this] { return past_.now(); };
    network_->state_told = [this](const auto& loop, std::string_view path, std::uint64_t when) {
      told(loop, path, when);
    };
    trouble_.emplace(*network_, house_.parts.clock, environment);
    past_.follow(network_->server().cluster().store);
    fill();
    reload();
  }

  void live() {
    const std::size_t steps = dice_.between(20, 80);
    for (std::size_t i = 0; i < steps; ++i) step();
    wind_down();
  }

 private:
  void step() {
    switch (dice_.below(20)) {
      case 0:
        return reload();
      case 1:
      case 2:
        return trouble_->change();
      case 3:
        return change_past();
      case 4:
      case 5:
      case 6:
      case 7:
      case 8:
        return change_objects();
      case 9:
        return come_and_go();
      case 10:
      case 11:
      case 12:
      case 13:
      case 14:
        return ask(dice_.between(1, 6));
      default:
        return pass(dice_.milliseconds(0, dice_.percent(30) ? 20000 : 500));
    }
  }

  void fill() {
    if (many_) fill_many(network_->server());
    fill_cluster(network_->server(), dice_, trace_);
  }

  void change_objects() {
    if (large_ && dice_.percent(20)) make_too_large(network_->server(), dice_, trace_);
    for (std::size_t i = dice_.between(1, 4); i != 0; --i) {
      change_object(network_->server(), dice_, trace_);
    }
    if (dice_.percent(70)) settle();
  }

  /// A name is asked for just behind each change of what it depends on.
  void come_and_go() {
    for (int times = 0; times < 3; ++times) {
      const Asking asking = change_hollow_namespace(network_->server(), dice_, trace_);
      settle();
      ask_one(asking, known());
      settle();
    }
  }

  /// What was there once, or others: as from a backup, or from another cluster at the same address.
  void change_past() {
    following::Server& server = network_->server();
    const std::uint64_t before = server.version();
    if (dice_.percent(70)) {
      const std::uint64_t most = std::min<std::uint64_t>(20, before - oldest(server) + 1);
      const std::uint64_t version = before - dice_.below(most);
      trace_.note("restored from {} to {}", before, version);
      server.cluster().store.restore(version);
      past_.look();
    } else {
      trace_.note("another cluster");
      network_->replace_server();
      trouble_->end();
      past_.follow(network_->server().cluster().store);
      fill();
    }
    following::Server& now = network_->server();
    const std::uint64_t least = dice_.percent(50) ? before + dice_.below(5) : 0;
    while (now.version() < least) {
      dice_.percent(70) ? now.use_up_version() : change_object(now, dice_, trace_);
    }
    // Where a proxy keeps the connection not all can be proven of many objects.
    many_ ? trouble_->break_connections() : trouble_->lose_watches();
  }

  void reload() {
    if (house_.reloading()) return;
    settle();  // What has been asked already is answered by the one before.
    const ClusterOptions options = roll_options(dice_);
    const std::string text = corefile(options, dice_);
    trace_.note("reload {}", text);
    const auto cluster = follow(options);
    house_.reload(text, kPlugins);
    if (dice_.percent(50)) settle();
  }

  /// The cluster that the plugin will find when it is set up: one that lives in this world.
  std::shared_ptr<Cluster> follow(const ClusterOptions& options) {
    options_ = options;
    const auto server = kubernetes::api::from_endpoint(kApi, {});
    const WatchOptions watch = watch_options(options);
    const Process& process = house_.parts.process;
    const kubernetes::api::ApiLoop* its_own = nullptr;
    const auto make = [&] {
      auto loop = network_->make_loop();
      its_own = loop.get();
      return *Cluster::make(*server, watch, process, std::move(loop));
    };
    auto cluster = house_.parts.keeper.keep<Cluster>(identity_of(*server, watch), make);
    if (its_own == nullptr) return cluster;
    std::erase_if(followed_, [](const Followed& one) { return one.cluster.expired(); });
    Followed& one = followed_.emplace_back(Followed{options, cluster, its_own, now(), {}});
    for (auto& resource : one.known.resources) resource.since = past_.now();
    if (!watch.pods) one.known.of("pods").told = true;
    return cluster;
  }

  /// A whole state has been read.
  void told(const kubernetes::api::ApiLoop& loop, std::string_view path, Past::Moment when) {
    const std::string_view resource = path.substr(path.rfind('/') + 1);
    for (Followed& one : followed_) {
      if (one.loop == &loop) one.known.of(resource) = {when, true};
    }
  }

  Followed& followed() {
    return *std::ranges::find_if(followed_, [this](const Followed& one) {
      return !one.cluster.expired() && followed_alike(one.options, options_);
    });
  }

  /// What the present server knows at the least: all, where it had the time to find it out.
  Known known() {
    const auto well = trouble_->well();
    for (Followed& one : followed_) {
      const bool current = well && std::min(*well, now() - one.begun) >= kConverged;
      if (current) one.known.resources.fill({past_.now(), true});
    }
    return followed().known;
  }

  void ask(std::size_t count) {
    settle();
    const Known known = this->known();
    for (std::size_t i = 0; i < count; ++i) ask_one(roll_question(dice_), known);
    if (dice_.percent(70)) settle();
  }

  void ask_one(const Asking& asking, const Known& known) {
    const std::size_t id = askers_.size();
    asked_.push_back({asking, options_, known});
    const bool stream = dice_.percent(20);
    trace_.note("{} {} as {} {}", asking.name, dns::to_string(asking.type), id, stream);
    askers_.ask(question_of(asking.name, asking.type, id), stream ? Protocol::tcp : Protocol::udp);
  }

  /// All that happens without time going on.
  void settle() {
    for (std::size_t steps = 1; steps != 0;) {
      steps = network_->turn() + house_.turn();
      askers_.take_answers();
    }
  }

  void pass(Duration time) {
    pass_time(house_.parts.clock, time, [this] { settle(); }, [this] { return next_event(); });
    trace_.note("at {} {} wait, {} bytes were told", now().time_since_epoch().count(),
                house_.dispatcher.waiting(), network_->bytes());
  }

  void take(std::size_t id, std::span<const std::uint8_t> bytes) {
    const auto message = dns::MessageView::parse(bytes);
    expect(message.has_value(), "{}: no message", id);
    const std::string answer = read_answer(*message);
    trace_.note("{}: {}", id, answer);
    if (!message->flags().has(dns::Flags::kTC)) check(asked_[id], answer);
  }

  void check(const Asked& asked, const std::string& answer) {
    std::set<std::string> right;
    Guess guess(past_, asked.known);
    for (int left = kMostStates; left > 0; --left) {
      std::string one = ClusterModel(asked.options, guess).answer(asked.asking);
      if (one == answer) return;
      right.insert(std::move(one));
      if (!guess.next()) break;
      if (left == 1) return;
    }
    throw Broken(fmt::format("{} {}: {}is none of the answers that are right: {}",
                             asked.asking.name, dns::to_string(asked.asking.type), answer,
                             fmt::join(right, "or ")));
  }

  /// All is well, and everything ends within its time.
  void wind_down() {
    trouble_->end();
    pass(kLongest);
    for (std::size_t i = 0; i < 10; ++i) ask(1);
    pass(kLongest);
    askers_.check_all_answered();
    house_.reload(kNothingYet, kPlugins);
    pass(kLongest);
    const std::size_t held = house_.dispatcher.clients().share().used();
    expect(held == 0, "{} bytes are held for nobody", held);
    expect(house_.dispatcher.waiting() == 0, "{} queries wait", house_.dispatcher.waiting());
    expect(house_.connections.size() == 0, "{} connections", house_.connections.size());
    expect(house_.outside.open() == 0, "{} sockets are open", house_.outside.open());
    expect(house_.deadlines.empty(), "something is still to come");
    expect(network_->clients() == 0, "{} still follow the cluster", network_->clients());
  }

  TimePoint now() const { return house_.parts.clock.now(); }
  TimePoint next_event() const { return std::min(network_->next(), house_.deadlines.next()); }

  Dice& dice_;
  Trace& trace_;
  Past past_;
  std::optional<following::ApiNetwork> network_;  // Its clients live in the house.
  House house_;
  std::optional<ApiTrouble> trouble_;
  bool many_ = false;   // More objects than are read anew each time.
  bool large_ = false;  // Some are too large.
  ClusterOptions options_;
  std::vector<Followed> followed_;
  Askers askers_{house_, [this](std::size_t id, auto bytes) { take(id, bytes); }};
  std::vector<Asked> asked_;  // By question.
};

}  // namespace

void cluster(Environment& environment) { Scene(environment).live(); }

}  // namespace catena::sim
