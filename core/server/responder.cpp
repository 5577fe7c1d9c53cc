// SPDX-License-Identifier: Apache-2.0
#include "core/server/responder.hpp"

#include "core/dns/bytes.hpp"
#include "core/dns/writer.hpp"
#include "core/plugin/wire_hook.hpp"

#include <algorithm>

namespace catena::server {
namespace {

constexpr std::uint16_t kEchoed = dns::Edns::kDO | dns::Edns::kCO;

// As in CoreDNS 1.15 the options are the plugins' own; the client's are never sent back. A client
// without EDNS gets no OPT, whoever made one (RFC 6891 section 7).
std::optional<dns::Edns> opt_for(const Query& query, const dns::Response& response) {
  const std::optional<dns::Edns>& client = query.asked().edns;
  if (!client) return std::nullopt;
  dns::Edns opt = response.edns.value_or(dns::Edns{.flags = client->flags, .options = {}});
  opt.version = 0;
  opt.udp_size = query.udp_size();
  opt.flags = static_cast<std::uint16_t>((opt.flags & kEchoed) | (client->flags & dns::Edns::kDO));
  opt.extended_rcode = static_cast<std::uint8_t>(static_cast<unsigned>(response.rcode) >> 4);
  return opt;
}

// What is signed leaves as it came, but for its id. Nothing is written where the client cannot take
// it.
std::size_t pass_whole(const Query& query,
                       std::span<const std::uint8_t> whole,
                       std::span<std::uint8_t> out) {
  if (whole.size() > std::min(query.response_limit(), out.size())) return 0;
  std::copy(whole.begin(), whole.end(), out.begin());
  if (whole.empty()) return 0;
  out[0] = static_cast<std::uint8_t>(query.id() >> 8);
  out[1] = static_cast<std::uint8_t>(query.id());
  return whole.size();
}

// Info-code and text (RFC 8914 section 2). Without them where the arena is full.
void explain(const Query::Explanation& why, dns::Edns& opt, Arena& arena) {
  const std::span<std::uint8_t> data = arena.array<std::uint8_t>(2 + why.text.size());
  if (data.empty()) return;
  dns::store16(data.data(), static_cast<std::uint16_t>(why.code));
  std::copy(why.text.begin(), why.text.end(), data.begin() + 2);
  opt.options =
      dns::with_option(arena, opt.options, dns::OptionCode::EDE, data).value_or(opt.options);
}

dns::Envelope envelope_for(const Query& query, dns::Response& response) {
  dns::Envelope envelope;
  envelope.id = query.id();
  envelope.query_flags = query.asked().flags;
  envelope.question = query.asked().question;
  envelope.opt = opt_for(query, response);
  if (envelope.opt && query.explanation()) {
    explain(*query.explanation(), *envelope.opt, response.arena());
  }
  // The upper eight bits have no place without OPT (RFC 6891 section 6.1.3).
  const bool unsayable = !envelope.opt && static_cast<unsigned>(response.rcode) > 15;
  if (unsayable) response.rcode = dns::Rcode::ServFail;
  return envelope;
}

bool is_cut(std::span<const std::uint8_t> message, const dns::Response& response) {
  const auto header = dns::Header::read(message);
  return header && header->flags.has(dns::Flags::kTC) && !response.flags.has(dns::Flags::kTC);
}

// With room for what the hooks add: half an answer with a signature is none (RFC 8945 section 5.3).
std::span<const std::uint8_t> encode(const Query& query,
                                     dns::Response& response,
                                     std::size_t kept_free,
                                     std::span<std::uint8_t> out) {
  dns::Envelope envelope = envelope_for(query, response);
  const std::size_t limit = std::min(query.response_limit(), out.size());
  envelope.limit = limit - std::min(kept_free, limit);
  const auto message = dns::encode(response, envelope, out);
  if (kept_free == 0 || !is_cut(message, response)) return message;
  dns::Response nothing(response.arena());
  nothing.flags = response.flags;
  nothing.flags.set(dns::Flags::kTC);
  return dns::encode(nothing, envelope, out);
}

// A query that failed has its rcode and nothing else.
dns::Response response_of(const Query& query) {
  dns::Response response = query.response();
  if (!query.failed()) return response;
  dns::Response error(response.arena());
  error.rcode = response.rcode;
  return error;
}

std::span<const std::uint8_t> write_message(const Query& query,
                                            std::size_t kept_free,
                                            std::span<std::uint8_t> out) {
  dns::Response response = response_of(query);
  const std::size_t size = pass_whole(query, response.whole(), out);
  return size != 0 ? out.first(size) : encode(query, response, kept_free, out);
}

// An error is said without what does not fit beside it.
dns::Rcode instead_of(const Query& query) {
  return query.failed() ? query.response().rcode : dns::Rcode::ServFail;
}

}  // namespace

std::span<const std::uint8_t> write_without_hooks(const Query& query, std::span<std::uint8_t> out) {
  return write_message(query, 0, out);
}

Written write_response(const Query& query, std::span<std::uint8_t> out) {
  if (query.wire_hooks().empty()) return write_message(query, 0, out);
  const std::size_t size = write_message(query, reserved(query, Way::to_client), out).size();
  if (size == 0) return instead_of(query);
  const std::size_t most = std::min(query.response_limit(), out.size());
  const Passed passed = run_hooks(query, {Way::to_client, out.first(most), size});
  if (!passed) return passed.error();
  return out.first(std::min(*passed, most));
}

}  // namespace catena::server
