// SPDX-License-Identifier: Apache-2.0
#include "plugins/whoami/whoami.hpp"

#include <algorithm>

namespace catena::whoami {
namespace {

dns::Record address_record(Query& query) {
  const asio::ip::address client = query.transport().client.address();
  dns::Record record{query.name(), dns::Type::A, query.qclass(), 0, {}};
  if (client.is_v4()) {
    record.rdata = query.arena().copy(client.to_v4().to_bytes());
  } else {
    record.type = dns::Type::AAAA;
    record.rdata = query.arena().copy(client.to_v6().to_bytes());
  }
  return record;
}

// "_udp." or "_tcp." in front of the question's name; the client's port, and the root as target.
dns::Record port_record(Query& query) {
  const bool udp = to_string(query.transport().protocol) == "udp";
  dns::Name owner(query.name());
  owner.prepend(udp ? "_udp" : "_tcp");
  const std::uint16_t port = query.transport().client.port();
  const std::array<std::uint8_t, 7> rdata{
      0, 0, 0, 0, static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port), 0};
  const dns::NameView name(query.arena().copy(owner.view().bytes()));
  return {name, dns::Type::SRV, query.qclass(), 0, query.arena().copy(rdata)};
}

}  // namespace

Reply Whoami::serve(Query& query, Next) const {
  dns::Response& response = query.respond();
  response.add(dns::Section::additional, address_record(query));
  response.add(dns::Section::additional, port_record(query));
  return Outcome::respond;
}

}  // namespace catena::whoami
