// SPDX-License-Identifier: Apache-2.0
#include "plugins/chaos/chaos.hpp"

#include "core/plugin/engine.hpp"

#include <algorithm>

namespace catena::chaos {
namespace {

// A length byte and so many bytes (RFC 1035 section 3.3.14).
std::vector<std::uint8_t> txt_data(const std::string& text) {
  constexpr std::size_t kMost = 255;
  const std::size_t size = std::min(text.size(), kMost);
  std::vector<std::uint8_t> data{static_cast<std::uint8_t>(size)};
  data.insert(data.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
  return data;
}

std::vector<std::vector<std::uint8_t>> txt_data(const std::vector<std::string>& texts) {
  std::vector<std::vector<std::uint8_t>> row;
  for (const std::string& text : texts) row.push_back(txt_data(text));
  return row;
}

dns::Name name_of(const char* text) { return dns::Name::parse(text).value(); }

}  // namespace

Chaos::Chaos(const Facts& facts)
    : version_{txt_data(facts.version)},
      host_{txt_data(facts.host)},
      authors_(txt_data(facts.authors)),
      facts_{{name_of("version.bind."), &version_},
             {name_of("version.server."), &version_},
             {name_of("hostname.bind."), &host_},
             {name_of("id.server."), &host_},
             {name_of("authors.bind."), &authors_}} {}

const Chaos::Row* Chaos::find(dns::NameView name) const {
  const auto found = std::find_if(facts_.begin(), facts_.end(),
                                  [name](const Fact& fact) { return fact.name == name; });
  return found != facts_.end() ? found->row : nullptr;
}

Reply Chaos::serve(Query& query, Next next) const {
  const bool mine = query.qclass() == dns::Class::CH && query.type() == dns::Type::TXT;
  const Row* const row = mine ? find(query.name()) : nullptr;
  if (row == nullptr) return next(query);
  dns::Response& response = query.respond();
  // Not from a zone, as in CoreDNS.
  response.flags.clear(dns::Flags::kAA);
  for (const std::vector<std::uint8_t>& data : *row) {
    response.add(dns::Section::answer, {query.name(), dns::Type::TXT, dns::Class::CH, 0, data});
  }
  // Nobody comes first.
  shuffle(response.answer(), query.engine().random());
  return Outcome::respond;
}

}  // namespace catena::chaos
