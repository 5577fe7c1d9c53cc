// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/elsewhere.hpp"

#include "core/net/timer.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/setup.hpp"

#include <array>
#include <charconv>

namespace catena::sim {
namespace {

constexpr std::array<std::uint8_t, 4> kAddress{198, 51, 100, 7};
constexpr std::string_view kSlow = "slow";

Outcome answer(Query& query, std::string_view name) {
  query.respond();
  if (name.starts_with("nx")) query.response().rcode = dns::Rcode::NXDomain;
  if (name.starts_with("fail")) return query.fail(dns::Rcode::ServFail, "as it was asked to");
  if (name.starts_with("nx") || query.type() != dns::Type::A) return Outcome::respond;
  query.response().add(dns::Section::answer, {.owner = query.name(),
                                              .type = dns::Type::A,
                                              .rclass = dns::Class::IN,
                                              .ttl = 30,
                                              .rdata = kAddress});
  return Outcome::respond;
}

asio::awaitable<Outcome> later(Query& query, std::string name) {
  std::size_t milliseconds = 0;
  std::from_chars(name.data() + kSlow.size(), name.data() + name.size(), milliseconds);
  net::Timer timer(query.engine().deadlines());
  const TimePoint until = query.engine().clock().now() + std::chrono::milliseconds(milliseconds);
  co_await timer.until(until);
  co_return answer(query, name);
}

class Elsewhere final : public Plugin {
 public:
  Reply serve(Query& query, Next) const override {
    std::string name = query.name().to_text();
    if (name.starts_with(kSlow)) return later(query, std::move(name));
    return answer(query, name);
  }
};

}  // namespace

void set_up_elsewhere(Setup& setup) {
  setup.once().done();
  setup.add(std::make_unique<Elsewhere>());
}

}  // namespace catena::sim
