// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/answerer.hpp"
#include "plugins/kubernetes/answer/name_servers.hpp"

#include <algorithm>

namespace catena::kubernetes {
AnswerKind Answerer::apex(const Builder& builder) const {
  switch (builder.query().type()) {
    case dns::Type::SOA:
      builder.soa(dns::Section::answer, serial(builder.zone()).load(std::memory_order_relaxed));
      return AnswerKind::answered;
    case dns::Type::NS:
      return name_servers(builder);
    default:
      return AnswerKind::no_data;
  }
}

// BEYOND CoreDNS: in a reverse zone the names are those of the primary zone, where they resolve. In
// a multicluster zone this cluster's services do not exist, but "ns.dns" does.
AnswerKind Answerer::name_servers(const RecordBuilder& builder) const {
  const std::uint32_t ttl = settings_->ttl;
  const bool reverse = is_reverse_zone(builder.zone());
  const RecordBuilder names =
      reverse ? RecordBuilder(builder.response(), {settings_->primary_zone, ttl, ttl}) : builder;
  const bool imports = settings_->multicluster.contains(names.zone());
  const dns::NameView own = names.zone_name({"ns", "dns"});
  const auto is_exposed = [this](Key key) { return exposed(key); };
  each_name_server(names, *settings_, *store_, is_exposed,
                   [&](dns::NameView name, std::span<const std::uint8_t> address) {
                     const dns::NameView server = imports ? own : name;
                     builder.pointer(dns::Section::answer, builder.zone(), dns::Type::NS, server);
                     builder.address(dns::Section::additional, server, address);
                   });
  dns::Response& response = builder.response();
  drop_repeated(response, dns::Section::answer);
  drop_repeated(response, dns::Section::additional);
  return response.answer().empty() ? AnswerKind::no_data : AnswerKind::answered;
}

AnswerKind Answerer::name_server(const Builder& builder, dns::NameView owner) const {
  if (!builder.wants_v4() && !builder.wants_v6()) return AnswerKind::no_data;
  name_server_addresses(builder, owner);
  dns::Response& response = builder.response();
  const auto answer = response.answer().subspan(builder.before());
  const dns::Type type = builder.query().type();
  const auto end = std::remove_if(answer.begin(), answer.end(), [type](const dns::Record& record) {
    return record.type != type;
  });
  response.shrink(dns::Section::answer,
                  builder.before() + static_cast<std::size_t>(end - answer.begin()));
  return builder.has_answered() ? AnswerKind::answered : AnswerKind::no_data;
}

void Answerer::name_server_addresses(const RecordBuilder& builder, dns::NameView owner) const {
  const auto is_exposed = [this](Key key) { return exposed(key); };
  const std::size_t before = builder.response().answer().size();
  each_name_server(builder, *settings_, *store_, is_exposed,
                   [&](dns::NameView, std::span<const std::uint8_t> address) {
                     builder.address(dns::Section::answer, owner, address);
                   });
  drop_repeated(builder.response(), dns::Section::answer, before);
}

}  // namespace catena::kubernetes
