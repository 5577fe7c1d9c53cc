// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/registry.hpp"
#include "core/plugin/setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace catena::myaddr {

/// Answers a few names with the address and port that the question came from. Nobody may keep such
/// an answer for others, so its TTL is 0.
class MyAddr final : public Plugin {
 public:
  explicit MyAddr(std::vector<dns::Name> names) : names_(std::move(names)) {}

  Reply serve(Query& query, Next next) const override {
    const bool ours = std::ranges::any_of(
        names_, [&query](const dns::Name& name) { return name == query.name(); });
    if (!ours) return next(query);
    query.respond();
    const asio::ip::address address = query.transport().client.address();
    if (query.type() == dns::Type::A && address.is_v4()) add(query, address.to_v4().to_bytes());
    if (query.type() == dns::Type::AAAA && address.is_v6()) add(query, address.to_v6().to_bytes());
    if (query.type() == dns::Type::TXT) add_text(query, address);
    return Outcome::respond;
  }

 private:
  static void add(Query& query, std::span<const std::uint8_t> data) {
    query.response().add(dns::Section::answer,
                         {query.name(), query.type(), query.qclass(), 0, query.arena().copy(data)});
  }

  // A TXT record's data is a length byte and that many bytes (RFC 1035 section 3.3.14).
  static void add_text(Query& query, const asio::ip::address& address) {
    fmt::memory_buffer text;
    const std::uint16_t port = query.transport().client.port();
    fmt::format_to(std::back_inserter(text), " {} port {}", address.to_string(), port);
    text[0] = static_cast<char>(text.size() - 1);
    add(query, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }

  std::vector<dns::Name> names_;
};

// myaddr [NAMES...]
void setup(Setup& setup) {
  config::Directive& line = setup.once();
  std::vector<dns::Name> names = setup.zones(line).names();
  line.done();
  setup.add(std::make_unique<MyAddr>(std::move(names)));
}

PluginEntry entry() {
  return {"myaddr", setup, "The cache must not see what is for one client.", before("cache")};
}

}  // namespace catena::myaddr
