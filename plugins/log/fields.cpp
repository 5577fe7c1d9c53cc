// SPDX-License-Identifier: Apache-2.0
#include "plugins/log/fields.hpp"

#include "core/base/json_object.hpp"
#include "core/net/address_text.hpp"

#include "plugins/log/texts.hpp"

namespace catena::log {

void QueryFields::put(JsonObject& object) const {
  const Query& query = logged_.query;
  object.text("client_ip", net::AddressText(query.transport().client.address()).view());
  object.number("client_port", query.transport().client.port());
  put_question(object);
  put_reply(object);
  object.literal("duration_seconds", SecondsText(logged_.duration).view());
}

void QueryFields::put_question(JsonObject& object) const {
  const Query& query = logged_.query;
  object.text("qname", query.name().to_lower_text());
  object.text("qtype", to_string(query.type()));
  object.text("qclass", to_string(query.qclass()));
  object.text("protocol", to_string(query.transport().protocol));
  object.number("id", query.id());
  object.number("opcode", static_cast<unsigned>(query.opcode()));
  object.number("request_size", query.size());
  object.boolean("dnssec_ok", query.dnssec_ok());
  object.number("bufsize", query.response_limit());
}

void QueryFields::put_reply(JsonObject& object) const {
  const Query& query = logged_.query;
  if (logged_.outcome == Outcome::drop) {
    object.null("rcode");
    object.number("response_size", 0);
  } else {
    object.text("rcode", to_string(query.response().rcode));
    object.number("response_size", query.response().uncompressed_size(query.asked().question));
  }
}

}  // namespace catena::log
