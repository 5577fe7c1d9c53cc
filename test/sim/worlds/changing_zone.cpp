// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/changing_zone.hpp"

#include "core/dns/text.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/setup.hpp"

#include "test/sim/secret.hpp"

#include <fmt/format.h>

#include <array>

namespace catena::transfer {
void setup(Setup& setup);
}
namespace catena::tsig {
void setup(Setup& setup);
}

namespace catena::sim {
namespace {

constexpr std::uint64_t kLastsSeconds = 3;
/// Of one zone, and the most of any: several messages.
constexpr std::size_t kMost = 1500;
constexpr std::size_t kText = 200;

class Cursor final : public ZoneCursor {
 public:
  explicit Cursor(std::uint32_t serial) : serial_(serial) {}

  const dns::Record* next() override {
    if (!std::exchange(begun_, true)) {
      return keep(fmt::format("{} 60 SOA ns.x. host.x. {} 1 1 1 1", kChangingZone, serial_));
    }
    return given_ < records_with(serial_) ? keep(record_with(serial_, given_++)) : nullptr;
  }

 private:
  const dns::Record* keep(const std::string& text) {
    arena_.reset();
    record_ = dns::parse_record(text, arena_).value();
    return &record_;
  }

  std::uint32_t serial_;
  std::size_t given_ = 0;
  bool begun_ = false;
  Arena arena_;
  dns::Record record_;
};

class ChangingZone final : public Plugin, public TransferSource {
 public:
  explicit ChangingZone(const Clock& clock) : clock_(clock) {}

  Reply serve(Query& query, Next) const override { return query.fail(dns::Rcode::Refused); }
  bool holds(dns::NameView zone) const override { return zone == *dns::Name::parse(kChangingZone); }
  std::unique_ptr<ZoneCursor> open(dns::NameView) const override {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall().time_since_epoch());
    return std::make_unique<Cursor>(serial_at(static_cast<std::uint64_t>(now.count())));
  }

 private:
  const Clock& clock_;
};

void set_up(Setup& setup) {
  setup.once().done();
  setup.add(std::make_unique<ChangingZone>(setup.process().clock));
}

constexpr std::array kPlugins{
    PluginEntry{"tsig", tsig::setup, ""}, PluginEntry{"secret", set_up_secret, ""},
    PluginEntry{"transfer", transfer::setup, ""}, PluginEntry{"zone", set_up, ""}};

}  // namespace

std::uint32_t serial_at(std::uint64_t seconds) {
  return static_cast<std::uint32_t>(seconds / kLastsSeconds);
}

std::size_t records_with(std::uint32_t serial) { return serial * 2654435761u % kMost; }

std::string record_with(std::uint32_t serial, std::size_t index) {
  return fmt::format("r{}.{} 60 TXT {}{}", index, kChangingZone, serial, std::string(kText, 'x'));
}

PluginList changing_zone_plugins() { return kPlugins; }

}  // namespace catena::sim
