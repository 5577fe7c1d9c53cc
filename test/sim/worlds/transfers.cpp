// SPDX-License-Identifier: Apache-2.0
// Zones that secondaries take, over TCP and TLS, signed or not, while the zone changes.
#include "test/sim/house.hpp"
#include "test/sim/secret.hpp"
#include "test/sim/world.hpp"
#include "test/sim/worlds/changing_zone.hpp"
#include "test/sim/worlds/secondary.hpp"

#include <memory>

namespace catena::sim {
namespace {

const std::string kCorefile = fmt::format(
    "dns://sim:853 tls://sim:853 {{\n secret\n tsig {{\n secret {} {}\n}}\n"
    " transfer {{\n to *\n}}\n zone\n}}\n",
    Signature::kKey,
    Signature::kSecret);
constexpr std::size_t kMostClients = 40;
/// Longer than any connection may be idle or unread.
constexpr Duration kLongest = std::chrono::seconds(20);

enum class Way : std::uint8_t { plain, tls };

class Scene {
 public:
  explicit Scene(Environment& environment)
      : dice_(environment.dice),
        trace_(environment.trace),
        house_(kCorefile, changing_zone_plugins()) {}

  void live() {
    const std::size_t steps = dice_.between(20, 150);
    for (std::size_t i = 0; i < steps; ++i) step();
    if (dice_.percent(10)) return;  // The process may end at any moment.
    wind_down();
    check_end();
  }

 private:
  void step() {
    switch (dice_.below(10)) {
      case 0:
      case 1:
        return ask(some_way(), wanted());
      case 2:
        return reload();
      case 3:
        return part();
      case 4:
      case 5:
        return pass(dice_.milliseconds(0, dice_.percent(10) ? 6000 : 500));
      case 6:
        return take_all();
      default:
        return take_piece();
    }
  }

  Way some_way() { return dice_.percent(50) ? Way::tls : Way::plain; }

  Secondary::Wants wanted() {
    Secondary::Wants wants;
    if (dice_.percent(40)) {
      wants.serial = serial() - 1 + static_cast<std::uint32_t>(dice_.below(3));
    }
    if (dice_.percent(50)) wants.signature.emplace(dice_, seconds());
    return wants;
  }

  void ask(Way way, Secondary::Wants wants) {
    if (secondaries_.size() >= kMostClients) secondaries_.erase(secondaries_.begin());
    const std::size_t window = dice_.percent(50) ? dice_.between(1, 3000) : 64 * 1024;
    auto peer = house_.connect({asio::ip::make_address("198.51.100.8"), 4001}, window);
    std::unique_ptr<ClientEnd> end = way == Way::tls ? secret_client(std::move(peer))
                                                     : std::make_unique<PlainEnd>(std::move(peer));
    secondaries_.push_back(std::make_unique<Secondary>(std::move(end), std::move(wants), serial()));
    trace_.note("asked over {} with a window of {}", static_cast<int>(way), window);
    if (dice_.percent(50)) house_.turn();
  }

  void reload() {
    if (house_.reloading()) return;
    house_.reload(kCorefile, changing_zone_plugins());
    trace_.note("reload");
  }

  Secondary* some() {
    return secondaries_.empty() ? nullptr : secondaries_[dice_.below(secondaries_.size())].get();
  }

  void part() {
    Secondary* one = some();
    if (one == nullptr || dice_.percent(50)) return;
    one->reset();
    std::erase_if(secondaries_, [one](const auto& each) { return each.get() == one; });
    trace_.note("reset");
  }

  void take_piece() {
    Secondary* one = some();
    if (one == nullptr) return;
    one->take(dice_.between(1, 100000), serial());
    house_.turn();
  }

  void take_all() {
    for (bool more = true; more;) {
      const std::size_t before = messages();
      for (const auto& one : secondaries_) one->take(SIZE_MAX, serial());
      more = house_.turn() > 0 || messages() != before;
    }
    note();
  }

  void pass(Duration time) {
    house_.pass(time);
    note();
  }

  void note() {
    std::size_t over = 0;
    for (const auto& one : secondaries_) over += one->outcome().empty() ? 0 : 1;
    trace_.note("at {} {} messages, {} over", house_.parts.clock.now().time_since_epoch().count(),
                messages(), over);
  }

  // Everybody takes what there is; whoever asks by now gets it.
  void wind_down() {
    take_all();
    pass(kLongest);
    take_all();
    secondaries_.clear();
    house_.turn();
    for (const Way way : {Way::plain, Way::tls}) {
      for (const bool is_signed : {false, true}) {
        Secondary::Wants wants;
        if (is_signed) wants.signature.emplace(dice_, seconds());
        ask(way, std::move(wants));
      }
    }
    take_all();
    for (const auto& one : secondaries_) {
      expect(one->outcome() == "whole", "the last ones are told '{}'", one->outcome());
    }
    pass(kLongest);
  }

  void check_end() {
    const std::size_t held = house_.dispatcher.clients().share().used();
    expect(held == 0, "{} bytes are held for nobody", held);
    expect(house_.dispatcher.waiting() == 0, "{} queries wait", house_.dispatcher.waiting());
    expect(house_.connections.size() == 0, "{} connections", house_.connections.size());
    expect(house_.deadlines.empty(), "deadlines that nobody needs");
    expect(!house_.reloading(), "a former configuration that something holds");
  }

  std::size_t messages() const {
    std::size_t all = 0;
    for (const auto& one : secondaries_) all += one->messages();
    return all;
  }

  std::uint64_t seconds() const {
    const WallTime now = house_.parts.clock.wall();
    const auto since = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    return static_cast<std::uint64_t>(since.count());
  }
  std::uint32_t serial() const { return serial_at(seconds()); }

  Dice& dice_;
  Trace& trace_;
  House house_;
  std::vector<std::unique_ptr<Secondary>> secondaries_;
};

}  // namespace

void transfers(Environment& environment) { Scene(environment).live(); }

}  // namespace catena::sim
